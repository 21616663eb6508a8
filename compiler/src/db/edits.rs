//! The law of edits: a file says after any edits what it says when it is opened as it is then.

use proptest::{prelude::*, sample::select};

use super::*;
use crate::{check::check_text, proof::Verdict};

/// Statements that have to do with each other in all the ways that checks look for.
const STATEMENTS: &[&str] = &[
    "sync google <-> realgeeks",
    "sync google -> realgeeks",
    "prefer latest",
    "match email",
    "match email or phone",
    "every 10 minutes",
    "when google.label == \"Buyer\" then realgeeks.region = \"North\"",
    "when google.label == \"Seller\" then realgeeks.region = \"South\"",
    "when google.label == \"Buyer\" and google.company == \"Acme\" then realgeeks.region = \"West\"",
    "when google.company == \"Acme\" then realgeeks.region = \"North\"",
    "when google.company == \"Other\" then realgeeks.region = \"South\"",
    "when google.company == \"Acme\" and google.company == \"Other\" then realgeeks.region = \"South\"",
    "when google.company == \"acme\" then realgeeks.tag += \"buyer\"",
    "when google.label == \"Buyer\" then realgeeks.tag += \"Buyer\" undo",
    "when google.label == \"Customer\" then realgeeks.tag += \"Customer\"",
    "when google.label == \"Customer\" then realgeeks.tag += \"Client\"",
    "when google.label == \"Customer\" then realgeeks.tag += \"Friend\" undo",
    "when google.label == \"Cusotmer\" then realgeeks.tag += \"Friend\"",
    "when google.label == \"Buyer\" or google.label == \"Seller\" then realgeeks.tag += \"Buyer\"",
    "when google.label != \"Buyer\" then realgeeks.tag -= \"Buyer\"",
    "when google.label == \"Seller\" then realgeeks.tag -= \"Buyer\"",
    "when google.label == \"Seller\" then realgeeks.tag -= \"Buyer\" undo",
    "when google.label == \"Out\" then realgeeks deleted",
    "when google exists then realgeeks exists",
    "when google.label == \"Buyer\" then realgeeks exists",
    "when google exists or google.label == \"Buyer\" then realgeeks.tag += \"All\"",
    "when google exists and realgeeks.region is empty then realgeeks.region = \"North\" undo",
    "when realgeeks.tag == \"Lead\" then google.label += \"Lead\" undo other-way",
    "when realgeeks.tag == \"Lead\" then google.label += \"lead\"",
    "when google.label == \"Lead\" then realgeeks.tag += \"Lead\"",
    "when realgeeks.tag == \"Ring\" then google.label += \"Ring\" undo",
    "when google.label != \"Ring\" then realgeeks.tag += \"Ring\" undo",
    "when realgeeks.email == \"Ann@x.example\" then google.label += \"Ann\"",
    "when realgeeks.email == \"ann@x.example\" then google.label += \"Anna\"",
    "when google.label is empty then realgeeks.tag += \"None\" undo",
    "when realgeeks.tag is not empty then google.label += \"Any\"",
    "map google.company <-> realgeeks.region",
    "map google.title -> realgeeks.region",
    "map google.label <-> realgeeks.tag",
    "map none",
    "# allow SYNC0454: the order is meant\nwhen google.label == \"Late\" then realgeeks.region = \"East\"",
    "# A title of its own.\n# In two lines.\nwhen google.label == \"Titled\" then realgeeks.tag += \"Titled\"",
    "# Only a comment.",
    "wen google.label == \"Typo\" then realgeeks.tag += \"Typo\"",
    "when google.lable == \"Buyer\" then realgeeks.tag += \"Buyer\"",
    "when google.label == \"Open then realgeeks.tag += \"Buyer\"",
    "map google.company as",
    "test \"north\" { given google { label: [\"Buyer\"] } expect realgeeks { region == \"North\" } }",
];

/// Some statements in the place of some others, and what stands between them.
type Edit = (usize, usize, Vec<&'static str>, &'static str);

fn statements(most: usize) -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop_oneof![8 => select(&STATEMENTS[6..36]), 1 => select(STATEMENTS)], 0..most)
}

fn edit() -> impl Strategy<Value = Edit> {
    (0..30_usize, 0..3_usize, statements(3), select(&["\n", "\n\n", " "][..]))
}

fn edited(file: &mut Vec<&'static str>, (at, gone, came, _): &Edit) {
    let at = (*at).min(file.len());
    let end = (at + gone).min(file.len());
    file.splice(at..end, came.iter().copied());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn after_any_edits_a_file_says_what_it_says_when_it_is_opened(
        first in statements(24),
        edits in prop::collection::vec(edit(), 1..8),
    ) {
        let mut file = vec!["sync google <-> realgeeks"];
        file.extend(first);
        let mut db = Database::default();
        db.set_file("a.sync", file.join("\n"));
        let _ = db.check("a.sync");
        for edit in edits {
            edited(&mut file, &edit);
            let text = file.join(edit.3);
            db.set_file("a.sync", text.clone());
            // What is asked in between changes nothing of what is said in the end.
            let judged = db.judge("a.sync").unwrap();
            let anew = check_text("a.sync", &text, &[]);
            prop_assert_eq!(&judged.diagnostics, &anew.diagnostics, "{}", &text);
            let checked = db.check("a.sync").unwrap();
            prop_assert_eq!(&checked, &anew, "{}", &text);
            // The bound comes from what is kept; the proof of the whole file as it is gives the same.
            if let (Some(program), Some(proof)) = (checked.program, db.proof("a.sync")) {
                let bound = if let Verdict::Proved { bound } = proof.verdict { Some(bound) } else { None };
                prop_assert_eq!(program.bound, bound, "{}", &text);
            }
        }
    }
}
