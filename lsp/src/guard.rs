//! Work that may be cancelled or have a bug, and must not take the server with it.

use std::{any::Any, panic};

use salsa::Cancelled;
use thiserror::Error;
use tower_lsp::jsonrpc;

/// Why work has no result.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum Failure {
    /// A change made the result worthless before it was there.
    #[error("the text changed meanwhile; ask again")]
    Cancelled,
    /// The work panicked, or its owner is gone.
    #[error("this is a bug in syncc, please report it with your file: {0}")]
    Bug(String),
}

/// Does the work, here and now.
///
/// The work must own the database it reads: whatever happens, its clone is gone when this returns. A writer
/// waits for all clones, so a clone that outlived its work would stop the server.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Failure> {
    // Unwind safe: what the work owned is dropped, and salsa keeps its own storage whole.
    panic::catch_unwind(panic::AssertUnwindSafe(work)).map_err(|payload| {
        // Of any kind: `PropagatedPanic` only says that another thread, which was computing what this one needs,
        // stopped, and a cancelled one counts. If it was a bug, then that thread says so, or asking again will.
        if payload.is::<Cancelled>() { Failure::Cancelled } else { Failure::Bug(said(payload.as_ref())) }
    })
}

fn said(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("it stopped without a word").to_owned()
}

impl From<Failure> for jsonrpc::Error {
    fn from(failure: Failure) -> Self {
        let code = match failure {
            Failure::Cancelled => jsonrpc::ErrorCode::ContentModified,
            Failure::Bug(_) => jsonrpc::ErrorCode::InternalError,
        };
        Self { code, message: failure.to_string().into(), data: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_panics_is_a_bug_and_says_what_happened() {
        let failure = guarded::<()>(|| panic!("rule {} is upside down", 7)).unwrap_err();
        assert_eq!(failure, Failure::Bug("rule 7 is upside down".to_owned()));
        let error = jsonrpc::Error::from(failure);
        assert_eq!(error.code, jsonrpc::ErrorCode::InternalError);
        assert!(error.message.contains("this is a bug in syncc"), "{}", error.message);
    }

    #[test]
    fn work_that_a_change_overtook_is_to_be_asked_for_again() {
        for cancelled in [Cancelled::PendingWrite, Cancelled::PropagatedPanic] {
            let failure = guarded::<()>(|| panic::resume_unwind(Box::new(cancelled))).unwrap_err();
            assert_eq!(jsonrpc::Error::from(failure).code, jsonrpc::ErrorCode::ContentModified);
        }
    }

    #[test]
    fn what_the_work_owned_is_gone_afterwards() {
        let owned = std::sync::Arc::new(());
        let inside = std::sync::Arc::clone(&owned);
        guarded::<()>(move || {
            let _inside = inside;
            panic!("stop")
        })
        .unwrap_err();
        assert_eq!(std::sync::Arc::strong_count(&owned), 1);
    }
}
