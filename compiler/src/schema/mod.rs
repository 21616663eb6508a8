//! What an app is to the language: its objects, their fields, and what can be done with them.
//!
//! A schema comes from the app's manifest ([`syncc_connectors`]) and what the account adds to it
//! ([`Pulled`]: custom fields and known values). It knows nothing of requests.

mod account;
mod app;
mod field;
mod ty;

pub use account::{AccountSchema, builtin, builtins};
pub use app::{App, Detects, Named, Object, Pulled, PulledObject, SchemaError};
pub use field::{Can, Field};
pub use ty::{Scalar, Type};
