//! The stable codes of diagnostics.
//!
//! Promise: a number is never reused and never changes its meaning. A code that goes out of use keeps its number.
//! Ranges: syntax 0001.., names 0100.., types 0200.., capabilities 0300.., meaning 0400..,
//! likely not meant 0450...
//!
//! Every code has a page for people, `docs/codes/SYNC0103.md`. Without it the crate does not build.

#![expect(
    clippy::zero_prefixed_literal,
    reason = "a number has four digits here, because it names the file of the page"
)]

use std::fmt;

use super::{Page, Severity};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $severity:ident, $slug:literal, $title:literal;)*) => {
        /// What kind of problem a diagnostic reports. Shown as `SYNC0123`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        pub enum Code {
            $($(#[$doc])* $name = $number,)*
        }

        impl Code {
            /// All codes in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word people search for, such as `unknown-field`.
            #[must_use]
            pub fn slug(self) -> &'static str {
                match self {
                    $(Self::$name => $slug,)*
                }
            }

            /// What is wrong, in general, as a heading.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self {
                    $(Self::$name => $title,)*
                }
            }

            /// How bad it is by itself. A workspace may want another level: see [`super::Levels`].
            #[must_use]
            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$name => Severity::$severity,)*
                }
            }

            /// The page that explains it, as Markdown.
            #[must_use]
            pub fn markdown(self) -> &'static str {
                match self {
                    $(Self::$name => include_str!(concat!("../../docs/codes/SYNC", stringify!($number), ".md")),)*
                }
            }
        }
    };
}

codes! {
    /// Something else was expected here.
    Expected = 0001, Error, "expected", "something else was expected";
    /// Text that starts no statement.
    NoStatement = 0002, Error, "no-statement", "text that starts no statement";
    /// A misspelt keyword.
    Keyword = 0003, Error, "keyword", "a misspelt keyword";
    /// A quote that is never closed.
    OpenQuote = 0004, Error, "open-quote", "a quote that is never closed";
    /// Notation of another language, such as `&&` for `and`.
    Notation = 0005, Error, "notation", "notation of another language";
    /// Parentheses nested too deep to read.
    TooDeep = 0006, Error, "too-deep", "nested too deep";
    /// A statement or file too long to read.
    TooLong = 0007, Error, "too-long", "too long";
    /// Bytes that are no text.
    Characters = 0008, Error, "characters", "characters that no file may hold";

    /// No app and no account has this name.
    UnknownApp = 0100, Error, "unknown-app", "no app and no account has this name";
    /// The app has no such object.
    UnknownObject = 0101, Error, "unknown-object", "the app has no such object";
    /// Neither end of the connection has this name.
    UnknownEnd = 0102, Error, "unknown-end", "neither end of the connection has this name";
    /// The app has no such field.
    UnknownField = 0103, Error, "unknown-field", "the app has no such field";
    /// The field has a closed set of values, and this is none of them.
    UnknownValue = 0104, Error, "unknown-value", "the field cannot have this value";
    /// The value was not among those of the account when they were last pulled, and one of them is near.
    UnlistedValue = 0105, Warning, "unlisted-value", "the account did not have this value when last pulled";
    /// The file does not say what it connects.
    NoSync = 0110, Error, "no-sync", "the file has no `sync` statement";
    /// The file connects twice.
    SyncTwice = 0111, Error, "sync-twice", "the file has two `sync` statements";
    /// A setting is written twice.
    SettingTwice = 0112, Error, "setting-twice", "a setting is written twice";
    /// Both ends have one name.
    SameEnds = 0113, Error, "same-ends", "both ends have the same name";
    /// Nothing that contacts could be matched by has this name.
    UnknownKey = 0114, Error, "unknown-key", "contacts cannot be matched by this";
    /// Only one side has a field to match by.
    KeyOnOneSide = 0115, Error, "key-on-one-side", "only one side has a field to match by";
    /// The apps have nothing in common to match by.
    NoKey = 0116, Error, "no-key", "the apps have nothing in common to match by";
    /// There are several, and the file does not say which one.
    WhichOne = 0117, Error, "which-one", "it is not said which one of several";
    /// The account has none of this name.
    UnknownOne = 0118, Error, "unknown-one", "the account has none of this name";
    /// There is one only, and the file names one.
    OnlyOne = 0119, Error, "only-one", "there is only one, and it has no name";

    /// The comparison does not fit the type of the field.
    Operator = 0200, Error, "operator", "the comparison does not fit the field";
    /// The value does not fit the type of the field.
    ValueType = 0201, Error, "value-type", "the value does not fit the field";
    /// A field stands alone, but is not a yes-or-no field.
    NotBool = 0202, Error, "not-bool", "a field by its name alone must be a yes-or-no field";
    /// A yes-or-no field is compared.
    BoolCompared = 0203, Error, "bool-compared", "a yes-or-no field is not compared";
    /// `contains` on a set.
    SetContains = 0204, Error, "set-contains", "a set is asked with `==`";
    /// `=` on a set.
    SetAssigned = 0205, Error, "set-assigned", "a set is changed with `+=` and `-=`";
    /// `+=` or `-=` on something that is no set.
    NotASet = 0206, Error, "not-a-set", "only sets are added to";
    /// `== ""`
    EmptyText = 0207, Error, "empty-text", "emptiness is asked with `is empty`";
    /// The types of a mapping do not fit.
    MapTypes = 0208, Error, "map-types", "the types of the mapping do not fit";
    /// A set is mapped to a single value.
    MapSet = 0209, Error, "map-set", "a set cannot be mapped to a single value";
    /// A composed text reads or writes a field that it cannot.
    ComposeType = 0210, Error, "compose-type", "text cannot be composed of or into this field";

    /// The app cannot be asked for this field in a rule.
    NoFilter = 0300, Error, "no-filter", "the field cannot be used in a condition";
    /// The app does not let the field be written.
    NoSet = 0301, Error, "no-set", "the field cannot be set";
    /// The app does not let values be added.
    NoAdd = 0302, Error, "no-add", "nothing can be added to the field";
    /// The app does not let values be removed.
    NoRemove = 0303, Error, "no-remove", "nothing can be removed from the field";
    /// The app does not let the field be emptied.
    NoClear = 0304, Error, "no-clear", "the field cannot be emptied";
    /// The app does not make new values.
    NoNewValue = 0305, Error, "no-new-value", "the app has no such value and cannot make it";
    /// The app does not give the value back.
    NoRead = 0306, Error, "no-read", "the field cannot be read";
    /// The app cannot tell that a record was deleted.
    NoDeletedSign = 0307, Error, "no-deleted-sign", "the app cannot tell that a contact was deleted";
    /// The app cannot tell that a person unsubscribed.
    NoUnsubscribedSign = 0308, Error, "no-unsubscribed-sign", "the app cannot tell that a person unsubscribed";
    /// Records cannot be created.
    NoCreate = 0309, Error, "no-create", "contacts cannot be created there";
    /// Records cannot be deleted.
    NoDelete = 0310, Error, "no-delete", "contacts cannot be deleted there";
    /// The app does not date its records.
    NotDated = 0311, Error, "not-dated", "the app does not say when a contact was last changed";

    /// A rule writes the app that it reads.
    SameApp = 0400, Error, "same-app", "the rule writes the app that it reads";
    /// A rule writes two apps.
    TwoApps = 0401, Error, "two-apps", "the rule writes two apps";
    /// The `sync` line does not let contacts flow this way.
    WrongWay = 0402, Error, "wrong-way", "the `sync` line does not allow this direction";
    /// `undo` of an assignment that does not say what undoing is.
    UndoUnclear = 0403, Error, "undo-unclear", "`undo` must say what undoing is";
    /// An undo action on the wrong app.
    UndoOtherApp = 0404, Error, "undo-other-app", "`undo` writes another app than `then`";
    /// An undo action that undoes nothing of the rule.
    UndoExtra = 0405, Error, "undo-extra", "`undo` writes a field that `then` does not";
    /// Nothing can be undone.
    UndoNothing = 0406, Error, "undo-nothing", "there is nothing to undo";
    /// The condition cannot be made true.
    OtherWayTrue = 0407, Error, "other-way-true", "the condition cannot be made true from the other side";
    /// The condition cannot be made false.
    OtherWayFalse = 0408, Error, "other-way-false", "the condition cannot be made false from the other side";
    /// The condition reads both apps.
    OtherWayBoth = 0409, Error, "other-way-both", "a condition on both apps has no other way";
    /// The effect has no other way.
    OtherWayEffect = 0410, Error, "other-way-effect", "the action has no other way";
    /// The other way can make the condition true, but not false.
    OtherWayHalf = 0411, Hint, "other-way-half", "the other way works in one direction only";
    /// Deleting beside other actions.
    DeletedToo = 0412, Error, "deleted-too", "a rule that deletes does nothing else";
    /// A person could get more mail.
    MoreMail = 0413, Error, "more-mail", "a person could get more mail than they agreed to";
    /// One rule writes the same thing twice.
    WrittenTwice = 0414, Error, "written-twice", "the rule writes one thing twice";
    /// Two rules contradict each other.
    Contradiction = 0415, Error, "contradiction", "two rules contradict each other";
    /// Two rules say the same.
    RuleTwice = 0416, Warning, "rule-twice", "two rules say the same";

    /// A mapping between two fields of one app.
    MapSameApp = 0420, Error, "map-same-app", "a mapping needs a field of each app";
    /// A field is mapped to twice.
    MapTwice = 0422, Error, "map-twice", "two mappings write one field";
    /// `off` on a mapping that does not exist.
    MapOffUnused = 0423, Warning, "map-off-unused", "there is no such mapping to switch off";
    /// A value has no translation.
    TableGap = 0424, Error, "table-gap", "a value has no translation";
    /// A row of a translation that is never used.
    TableRow = 0425, Warning, "table-row", "a row of the translation is never used";
    /// A composed text without a field.
    ComposeNothing = 0426, Error, "compose-nothing", "the text is composed of no field";

    /// The rules never settle.
    NeverSettles = 0480, Error, "never-settles", "the rules never settle";
    /// It could not be told whether the rules settle.
    NotDecided = 0481, Hint, "not-decided", "it could not be told whether the rules settle";
    /// The rules of several files never settle together.
    NeverSettleTogether = 0482, Error, "never-settle-together", "the rules of several files never settle together";

    // 430 is out of use: see `RETIRED`.
    /// A test says twice what is given.
    GivenTwice = 0431, Error, "given-twice", "a test says twice what is given";

    /// An allowance of something that is not reported there.
    AllowanceUnused = 0440, Warning, "allowance-unused", "an allowance is not needed";
    /// An allowance that allows nothing: unreadable, without a reason, or of what cannot be allowed.
    AllowanceUnclear = 0441, Warning, "allowance-unclear", "an allowance cannot be understood";

    /// No contact meets the condition.
    NeverHolds = 0450, Warning, "never-holds", "the condition of a rule never holds";
    /// Every contact meets the condition.
    AlwaysHolds = 0451, Warning, "always-holds", "the condition of a rule always holds";
    /// Without a part the condition asks for the same contacts.
    RedundantPart = 0452, Hint, "redundant-part", "a part of a condition changes nothing";
    /// An earlier or wider rule does all that a rule does.
    Shadowed = 0453, Warning, "shadowed", "another rule does all that this one does";
    /// The order of two rules decides.
    FirstDecides = 0454, Hint, "first-decides", "of two rules the first one decides";
    /// A rule makes its own condition fail, and its undo makes it hold again.
    UndoesItself = 0455, Error, "undoes-itself", "a rule undoes itself, again and again";
    /// The condition asks for what the action does.
    ChangesNothing = 0456, Warning, "changes-nothing", "an action changes nothing";
    /// A rule replaces what a mapping writes, for every contact.
    MapOverwritten = 0457, Warning, "map-overwritten", "a rule always overwrites a mapping";
    /// A mapping in both directions loses something.
    LossyMap = 0458, Hint, "lossy-map", "a mapping loses something there and back";
    /// The condition cannot fail for a contact that both apps have.
    UndoNever = 0459, Warning, "undo-never", "an `undo` never happens";
    /// A text that is a slip away from one that is used often.
    Slip = 0460, Hint, "slip", "a value that may be misspelt";
    /// Two texts that differ in case only.
    LetterCase = 0461, Warning, "letter-case", "two values differ only in upper and lower case";
    /// Rules keep everybody else out.
    Narrows = 0462, Hint, "narrows", "rules with labels keep everybody else out";
    /// Another file of the workspace has this rule.
    RuleElsewhere = 0463, Warning, "rule-elsewhere", "another file has this rule already";
    /// With other files of the workspace, contacts come back to where they began.
    Ring = 0464, Warning, "ring", "files lead contacts round in a ring";
    /// The same, of all contacts.
    RingOfAll = 0465, Error, "ring-of-all", "files lead everybody round in a ring";
    /// A rule makes contacts and fails once it has, and no other one lets the rest of them flow.
    LeftBare = 0466, Error, "left-bare", "a rule makes contacts and copies nothing else of them";
}

/// Numbers that once meant something, never to be used again: 430 said that tests were checked and not run.
#[cfg(test)]
const RETIRED: [u16; 1] = [430];

impl Code {
    /// The number, never reused.
    #[must_use]
    pub fn number(self) -> u16 {
        self as u16
    }

    /// The code with this spelling: `SYNC0103`, `sync0103`, `103` or its slug.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        let digits = text.get(..4).filter(|head| head.eq_ignore_ascii_case("sync")).and_then(|_| text.get(4..));
        let number: Option<u16> = digits.unwrap_or(text).parse().ok();
        Self::ALL.iter().copied().find(|code| Some(code.number()) == number || code.slug().eq_ignore_ascii_case(text))
    }

    /// The codes that a misspelt or half-remembered one may mean, nearest first: a slip of the keyboard, or
    /// a word of a slug or a title.
    #[must_use]
    pub fn near(text: &str) -> Vec<Self> {
        const MOST: usize = 5;
        let text = text.trim().to_lowercase();
        let length = text.chars().count();
        let distance = |code: &Self| {
            let slug = strsim::damerau_levenshtein(&text, code.slug());
            slug.min(strsim::damerau_levenshtein(&text, &code.to_string().to_lowercase()))
        };
        let has_word = |code: &Self| {
            // A slip in a short word is another word.
            let slip = usize::from(length >= 5);
            let words =
                code.title().split(|character: char| !character.is_alphanumeric()).chain(code.slug().split('-'));
            !text.is_empty() && words.into_iter().any(|word| strsim::damerau_levenshtein(&text, word) <= slip)
        };
        let mut near: Vec<(usize, Self)> = Self::ALL
            .iter()
            .map(|code| (distance(code), *code))
            .filter(|(distance, code)| *distance <= length / 3 || has_word(code))
            .collect();
        near.sort();
        near.truncate(MOST);
        near.into_iter().map(|(_, code)| code).collect()
    }

    /// Whether a comment in the file can allow it: errors cannot, nor what is wrong with allowances.
    #[must_use]
    pub fn can_be_allowed(self) -> bool {
        self.severity() != Severity::Error && !matches!(self, Self::AllowanceUnused | Self::AllowanceUnclear)
    }

    /// The page that explains it, in its parts.
    #[must_use]
    pub fn page(self) -> Page {
        Page::of(self.markdown())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SYNC{:04}", self.number())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_code_is_found_by_number_or_word() {
        assert_eq!(Code::named("SYNC0103"), Some(Code::UnknownField));
        assert_eq!(Code::named("sync0103"), Some(Code::UnknownField));
        assert_eq!(Code::named("103"), Some(Code::UnknownField));
        assert_eq!(Code::named("unknown-field"), Some(Code::UnknownField));
        assert_eq!(Code::named("Unknown-Field"), Some(Code::UnknownField));
        assert_eq!(Code::named("SYNC9999"), None);
        assert_eq!(Code::named(""), None);
        assert_eq!(Code::UnknownField.to_string(), "SYNC0103");
    }

    #[test]
    fn a_misspelt_code_finds_its_neighbours() {
        assert_eq!(Code::near("unknwon-field").first(), Some(&Code::UnknownField));
        assert!(Code::near("SYNC0109").contains(&Code::UnknownApp));
        assert!(Code::near("undo").contains(&Code::UndoUnclear), "a word of a slug");
        assert!(Code::near("undoo").contains(&Code::UndoUnclear), "a slip in it");
        assert!(Code::near("deleted").contains(&Code::NoDelete), "a word of a title");
        assert_eq!(Code::near("weather"), []);
        assert_eq!(Code::near(""), []);
    }

    #[test]
    fn no_number_and_no_word_is_used_twice() {
        let numbers: BTreeSet<_> = Code::ALL.iter().map(|code| code.number()).collect();
        let slugs: BTreeSet<_> = Code::ALL.iter().map(|code| code.slug()).collect();
        assert_eq!(numbers.len(), Code::ALL.len());
        assert_eq!(slugs.len(), Code::ALL.len());
        for retired in RETIRED {
            assert!(!numbers.contains(&retired), "{retired} once meant something else");
        }
    }
}
