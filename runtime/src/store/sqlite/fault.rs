//! What SQLite says went wrong, in our words.

use rusqlite::ErrorCode;

use super::super::StoreError;

/// An error inside the store, before it is known which file it belongs to.
#[derive(Debug)]
pub(super) enum Fault {
    /// From SQLite.
    Sqlite(rusqlite::Error),
    /// From us.
    Store(StoreError),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Fault {
    /// A stored row that does not read.
    pub(super) fn damaged(what: impl Into<String>) -> Self {
        Self::Store(StoreError::Damaged { what: what.into() })
    }

    /// A step that cannot follow what came before it.
    pub(super) fn out_of_order(what: impl Into<String>) -> Self {
        Self::Store(StoreError::OutOfOrder { what: what.into() })
    }

    /// The error with the file it belongs to.
    pub(super) fn at(self, path: &str) -> StoreError {
        let error = match self {
            Self::Store(error) => return error,
            Self::Sqlite(error) => error,
        };
        let why = error.to_string();
        let damaged = || StoreError::Damaged { what: format!("{path}: {why}") };
        match &error {
            rusqlite::Error::SqliteFailure(failure, _) => match failure.code {
                // A write that fails with ENOSPC is reported as this too.
                ErrorCode::DiskFull => StoreError::DiskFull,
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Busy,
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => damaged(),
                _ => StoreError::Database { path: path.to_owned(), why },
            },
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..) => damaged(),
            _ => StoreError::Database { path: path.to_owned(), why },
        }
    }
}
