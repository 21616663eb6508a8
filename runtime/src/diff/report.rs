//! What a change of the rules changes for whom: the result, for people and for machines.

use serde::Serialize;

use crate::engine::{Pair, Part};

/// What differs between two sets of rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether both mean the same for every contact, and are set up alike.
    pub same: bool,
    /// The connections, those of the new rules first, in the order of their names.
    pub connections: Vec<Connection>,
}

/// What differs between two versions of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Connection {
    /// What it is called now, or was called.
    pub name: String,
    /// What it was called, if it was called something else.
    pub renamed_from: Option<String>,
    /// The ends as people write them, left first.
    pub ends: [String; 2],
    /// Whether it is there before and after.
    pub there: There,
    /// Whether both mean the same for every contact.
    pub same: bool,
    /// Which contacts stop and start to flow. What people fear, so it is said first.
    pub scope: Vec<Flow>,
    /// What is set differently.
    pub settings: Vec<Setting>,
    /// The rules that differ.
    pub rules: Vec<RuleChange>,
    /// The rules that are written differently and mean the same.
    pub rewritten: Vec<Rewritten>,
    /// The mappings that differ.
    pub mappings: Vec<MappingChange>,
    /// Two rules that contradict each other change places, and the first one wins.
    pub orders: Vec<Order>,
}

/// Whether something is there before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum There {
    /// Only after.
    Came,
    /// Only before.
    Went,
    /// Before and after.
    Stayed,
}

/// Contacts that flow one way before and not after, or after and not before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Flow {
    /// From which app.
    pub from: String,
    /// To which app.
    pub to: String,
    /// Whether they start to flow. Else they stop.
    pub starts: bool,
    /// Which contacts.
    pub who: Who,
    /// One of them.
    pub example: Option<Example>,
}

/// Which contacts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Who {
    /// Conditions in the language, of which one holds. An empty text is every contact.
    pub any: Vec<String>,
    /// Whether there are others.
    pub more: bool,
    /// Whether those are left out for whom other rules do the same: too many rules to name.
    pub except: bool,
    /// Whether it would take too long to tell.
    pub unclear: bool,
}

/// Something that a file sets for all its contacts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// What is set: `arrow`, `prefer`, `match`, `every`, `edition`, or a field of an app.
    pub what: String,
    /// As before.
    pub before: String,
    /// As after.
    pub after: String,
    /// What follows from it.
    pub means: String,
    /// A contact that shows it.
    pub example: Option<Example>,
}

/// A rule, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleText {
    /// The line of its `when`, from 1.
    pub line: u32,
    /// The comment above it, or the rule as written.
    pub title: String,
    /// The rule in the language.
    pub rule: String,
    /// Whether nobody wrote it: it stands in for a direction without rules.
    pub implicit: bool,
}

/// A rule that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleChange {
    /// The rule before; none for one that came.
    pub before: Option<RuleText>,
    /// The rule after; none for one that went.
    pub after: Option<RuleText>,
    /// For whom it makes a difference. None where other rules do the same.
    pub deltas: Vec<Delta>,
    /// Whether it could not be told whether there are others.
    pub unclear: bool,
}

/// What becomes otherwise for some contacts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Delta {
    /// For which contacts.
    pub who: Who,
    /// What no longer happens to them, or happens from now on.
    pub what: Vec<String>,
    /// Whether it happens from now on. Else it no longer does.
    pub starts: bool,
    /// By which part of the rule.
    pub part: Part,
    /// One of them.
    pub example: Option<Example>,
}

/// A rule that is written differently and means the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rewritten {
    /// Before.
    pub before: RuleText,
    /// After.
    pub after: RuleText,
}

/// A mapping that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MappingChange {
    /// In the language; none for one that came.
    pub before: Option<String>,
    /// In the language; none for one that went.
    pub after: Option<String>,
    /// Whether it is the same, but stands behind another that writes the same field.
    pub moved: bool,
    /// A contact that shows it.
    pub example: Option<Example>,
}

/// Two rules of which the first one wins, and the other one was first before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Order {
    /// The one that is first now.
    pub first: RuleText,
    /// The one that comes after it.
    pub second: RuleText,
    /// A contact that shows it; none where it could not be told whether there is one.
    pub example: Option<Example>,
}

/// A contact, and what the rules before and after make of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Example {
    /// What is given, as a test gives it.
    pub given: Vec<String>,
    /// What the two records were when they were last in step. None for two that meet for the first time.
    pub was: Vec<String>,
    /// Which app was edited later, where that decides.
    pub later: Option<String>,
    /// What ends otherwise. At least one.
    pub fields: Vec<Field>,
    /// The pair, over the fields of [`super::join()`].
    #[serde(skip)]
    pub pair: Pair,
}

/// A field, or a whole record, that ends otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Field {
    /// The field in the language, or the app for a whole record.
    pub name: String,
    /// What is given.
    pub given: String,
    /// What the rules before make of it.
    pub before: String,
    /// What the rules after make of it.
    pub after: String,
    /// What wrote it before.
    pub before_by: Option<By>,
    /// What wrote it after.
    pub after_by: Option<By>,
}

/// What wrote something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// A rule.
    Rule {
        /// The line of its `when`, from 1.
        line: u32,
        /// By which part.
        part: Part,
    },
    /// A mapping.
    Mapping {
        /// In the language.
        map: String,
    },
}
