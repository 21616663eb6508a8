//! The engine as the rest of the product sees it: pairs in, outcomes out.

mod agreement;
mod generate;
mod lifecycle;
mod merging;
mod reference;
mod rules;
mod sync;
