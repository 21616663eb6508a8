//! Levels: how bad a workspace wants each kind of problem to be.

use std::collections::BTreeMap;

use thiserror::Error;

use super::{Code, Severity};

/// How bad a kind of problem is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// Reported, this bad.
    Report(Severity),
    /// Not reported.
    Off,
}

impl Level {
    /// The words for levels, worst first.
    pub const WORDS: [&'static str; 4] = ["error", "warning", "hint", "off"];

    /// The level of this word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Some(match word {
            "error" => Self::Report(Severity::Error),
            "warning" => Self::Report(Severity::Warning),
            "hint" => Self::Report(Severity::Hint),
            "off" => Self::Off,
            _ => return None,
        })
    }
}

/// The levels of those codes that have another one than their own.
///
/// Invariant: what is an error by itself is an error. Behind it there is no program that could be run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Levels {
    changed: BTreeMap<Code, Level>,
}

/// An error was to be less than one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{} is an error and cannot be made less: with it the file has no meaning that could be run", .0)]
pub struct ErrorStays(
    /// The code.
    pub Code,
);

impl Levels {
    /// Gives a code a level.
    ///
    /// # Errors
    /// When the code is an error by itself and the level is another.
    pub fn set(&mut self, code: Code, level: Level) -> Result<(), ErrorStays> {
        if code.severity() == Severity::Error && level != Level::Report(Severity::Error) {
            return Err(ErrorStays(code));
        }
        if level == Level::Report(code.severity()) {
            self.changed.remove(&code);
        } else {
            self.changed.insert(code, level);
        }
        Ok(())
    }

    /// How bad a code is here.
    #[must_use]
    pub fn of(&self, code: Code) -> Level {
        self.changed.get(&code).copied().unwrap_or(Level::Report(code.severity()))
    }

    /// The codes whose level is not their own, in the order of their numbers.
    pub fn changed(&self) -> impl Iterator<Item = (Code, Level)> {
        self.changed.iter().map(|(code, level)| (*code, *level))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_error_by_itself_has_any_level() {
        for word in Level::WORDS {
            let mut levels = Levels::default();
            let level = Level::named(word).unwrap();
            levels.set(Code::RuleTwice, level).unwrap();
            assert_eq!(levels.of(Code::RuleTwice), level);
            assert_eq!(levels.of(Code::UnknownField), Level::Report(Severity::Error));
            assert_eq!(levels.changed().count(), usize::from(word != "warning"));
        }
        assert_eq!(Level::named("Error"), None);
    }

    #[test]
    fn an_error_stays_one() {
        let mut levels = Levels::default();
        for word in ["warning", "hint", "off"] {
            let refused = levels.set(Code::UnknownField, Level::named(word).unwrap());
            assert_eq!(refused, Err(ErrorStays(Code::UnknownField)));
        }
        levels.set(Code::UnknownField, Level::Report(Severity::Error)).unwrap();
        assert_eq!(levels, Levels::default());
    }
}
