//! Whatever stands in a file, the check says something sensible about it.

use proptest::prelude::*;
use syncc_compiler::{check::check_text, diagnostic::Severity};

/// Words of the language, names that exist and names that do not, in any order.
const WORDS: &[&str] = &[
    "sync",
    "google",
    "realgeeks",
    "vcard",
    "<->",
    "->",
    "<-",
    "\n",
    "when",
    "then",
    "undo",
    "other-way",
    "map",
    "off",
    "none",
    "using",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    ",",
    "and",
    "or",
    "not",
    "==",
    "!=",
    "<",
    ">",
    "contains",
    "in",
    "is",
    "empty",
    "exists",
    "deleted",
    "+=",
    "-=",
    "=",
    ".",
    "google.label",
    "realgeeks.tag",
    "realgeeks.status",
    "google.birthday",
    "google.address",
    "realgeeks.unsubscribed",
    "google.nothing",
    "\"x\"",
    "\"Active\"",
    "\"\"",
    "12",
    "true",
    "2026-01-31",
    "prefer",
    "latest",
    "match",
    "email",
    "phone",
    "every",
    "5",
    "minutes",
    "test",
    "given",
    "expect",
    "as",
    "# ä comment 漢字\n",
    "\"{google.email}\"",
];

/// Statements that are whole, so that more than the syntax is reached.
const STATEMENTS: &[&str] = &[
    "sync google <-> realgeeks",
    "sync google -> vcard",
    "sync google as a <-> google as b",
    "prefer latest",
    "prefer google",
    "match email or phone or nothing",
    "when google.label != \"No_CRM\" then realgeeks.tag += \"é\" undo other-way",
    "when realgeeks.status == \"Closed Escrow\" then google.label += \"Clients\" undo",
    "when google deleted then realgeeks exists, realgeeks.role = \"Buyer\" undo realgeeks.role = \"Seller\"",
    "when realgeeks.unsubscribed and google.birthday > 2000-01-01 then google.label -= \"x\" other-way",
    "when google.label == \"a\" then google.label += \"a\", realgeeks.tag -= \"b\" undo google.title = \"x\"",
    "map google.biography -> realgeeks.notes",
    "map realgeeks.status <-> google.title using { \"Active\" = \"a\" }",
    "map \"{google.company}: {realgeeks.tag}\" -> realgeeks.notes",
    "map google.address <-> realgeeks.address off",
    "map none",
    "test \"t\" given google { email: \"a@b.example\", label: [\"x\"] } expect realgeeks.tag == [] realgeeks none",
];

fn sensible(text: &str) {
    let checked = check_text("any.sync", text, &[]);
    let mut last = 0;
    for diagnostic in &checked.diagnostics {
        let labels = diagnostic.secondary.iter().chain(std::iter::once(&diagnostic.primary)).map(|label| label.span);
        let edits = diagnostic.fixes.iter().flat_map(|fix| &fix.edits).map(|(span, _)| *span);
        for span in labels.chain(edits) {
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} in {text:?}: {diagnostic:?}");
        }
        assert!(diagnostic.primary.span.start >= last, "out of order in {text:?}");
        last = diagnostic.primary.span.start;
    }
    let wrong = checked.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    assert_eq!(checked.program.is_none(), wrong, "{text:?}: {:#?}", checked.diagnostics);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn words_in_any_order(words in prop::collection::vec(prop::sample::select(WORDS), 0..40)) {
        sensible(&words.join(" "));
    }

    #[test]
    fn statements_in_any_order(statements in prop::collection::vec(prop::sample::select(STATEMENTS), 0..12)) {
        sensible(&statements.join("\n"));
        sensible(&format!("sync google <-> realgeeks\n{}", statements.join(" ")));
    }

    #[test]
    fn a_good_file_cut_off_anywhere(end in 0_usize..600) {
        let text = STATEMENTS.join("\n");
        let end = (0..=end.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        sensible(text.get(..end).unwrap_or_default());
    }
}
