//! Exit codes. They are part of the product: scripts rely on them.
//!
//! | verb | 0 | 1 | 2 |
//! |---|---|---|---|
//! | `check` | no problem | problems | could not run |
//! | `fmt --check` | all formatted | some are not | could not run |
//! | `diff --exit-code` | means the same | something changes | could not run |
//! | `plan` | nothing to do | error | changes |
//! | `audit` | all is equal | something differs | could not run |
//! | every other | done | error, or something failed | could not run |

use std::process::ExitCode;

use crate::output::complain;

/// How a verb ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done, and all is well.
    Fine,
    /// Done, and there is something to mend; or, for `plan`, an error.
    Problems,
    /// `diff --exit-code`, `audit`: something changes or differs.
    Differs,
    /// Could not run.
    Failed,
    /// `plan`: there is something to do.
    Changes,
}

impl Exit {
    /// How a verb ended that may not have been able to run: then the reason goes to standard error.
    pub(crate) fn of(ended: Result<Self, String>) -> Self {
        ended.unwrap_or_else(|why| {
            complain(&why);
            Self::Failed
        })
    }

    /// As scripts see it.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Problems | Self::Differs => 1,
            Self::Failed | Self::Changes => 2,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
