//! The parser that pest derives from `sync.pest`. Nothing outside this crate sees its pairs.
#![allow(missing_docs, reason = "derived code")]

/// Reads text by the rules of `sync.pest`.
#[derive(pest_derive::Parser)]
#[grammar = "sync.pest"]
pub(crate) struct SyncParser;
