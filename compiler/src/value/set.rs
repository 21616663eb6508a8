//! A set of texts: labels, tags, lists, emails, phones.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Text;

/// Elements in the order of their keys, each key once. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "Vec<Text>", into = "Vec<Text>")]
pub struct Set(Arc<[Text]>);

impl Set {
    /// The elements, sorted by key.
    #[must_use]
    pub fn elements(&self) -> &[Text] {
        &self.0
    }

    /// Whether an element with this key is in it.
    #[must_use]
    pub fn has(&self, element: &Text) -> bool {
        self.0.binary_search(element).is_ok()
    }
}

impl FromIterator<Text> for Set {
    fn from_iter<I: IntoIterator<Item = Text>>(iter: I) -> Self {
        Self::from(iter.into_iter().collect::<Vec<_>>())
    }
}

impl From<Vec<Text>> for Set {
    /// Of two elements with one key the first spelling stays.
    fn from(mut elements: Vec<Text>) -> Self {
        elements.sort();
        elements.dedup();
        Self(elements.into())
    }
}

impl From<Set> for Vec<Text> {
    fn from(set: Set) -> Self {
        set.0.to_vec()
    }
}
