//! One statement of any text: it has a tree or says why not, it is what the grammar makes of it, each error lies
//! inside the text, and each fix can be made.
//!
//! Seeds are the test files: `cargo +nightly fuzz run statement fuzz/corpus/statement tests/good tests/broken`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use syncc_grammar::{by_grammar, statement, tree::Body};

fuzz_target!(|text: &str| {
    let read = statement(text);
    assert_eq!(read, by_grammar(text));
    assert!(read.body != Body::Broken || !read.errors.is_empty());
    for error in &read.errors {
        assert!(text.get(error.span.start as usize..error.span.end as usize).is_some());
        if let Some(fix) = &error.fix {
            let mut mended = text.to_owned();
            mended.replace_range(fix.span.start as usize..fix.span.end as usize, &fix.text);
            let _ = statement(&mended);
        }
    }
});
