//! The engine as the rest of the product sees it: pairs in, outcomes out.

mod agreement;
mod generate;
mod guards;
mod lifecycle;
mod matching;
mod merging;
mod names;
mod reference;
mod rules;
mod sync;
