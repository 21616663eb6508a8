//! A piece of text: how it is spelt, and what it counts as.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

/// Text with its canonical key. Two texts are equal when their keys are.
#[derive(Clone, Serialize, Deserialize)]
pub struct Text {
    shown: Arc<str>,
    /// `None` when the key is the spelling itself, which is the common case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<Arc<str>>,
}

impl Text {
    /// Text that counts as exactly what it is spelt as.
    #[must_use]
    pub fn plain(shown: impl Into<Arc<str>>) -> Self {
        Self { shown: shown.into(), key: None }
    }

    /// Text that counts as `key`.
    #[must_use]
    pub fn keyed(shown: impl Into<Arc<str>>, key: &str) -> Self {
        let shown = shown.into();
        let key = (*shown != *key).then(|| Arc::from(key));
        Self { shown, key }
    }

    /// How it is spelt: what is shown to people and written to apps.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// What it counts as.
    #[must_use]
    pub fn key(&self) -> &str {
        self.key.as_deref().unwrap_or(&self.shown)
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}
impl Eq for Text {}
impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}
impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(other.key())
    }
}
impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Some(key) => write!(f, "{:?}~{key:?}", self.shown),
            None => write!(f, "{:?}", self.shown),
        }
    }
}
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}
