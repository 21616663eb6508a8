//! `syncc check --proof`: proved, refuted with the contact that goes round, for a file and for files that share accounts.

use crate::command::Workspace;

/// A ring over three apps: the label gives the tag, the tag the mailing tag, and that takes the label away.
const RING: [(&str, &str); 3] = [
    (
        "1-google-realgeeks.sync",
        "sync google -> realgeeks\n\nwhen google.label == \"Client\" then realgeeks.tag += \"Client\" undo\n",
    ),
    (
        "2-realgeeks-mailchimp.sync",
        "sync realgeeks -> mailchimp.audience(\"News\") as mailchimp\n\n\
         when realgeeks.tag == \"Client\" then mailchimp.tag += \"Client\" undo\n",
    ),
    (
        "3-mailchimp-google.sync",
        "sync mailchimp.audience(\"News\") as mailchimp -> google\n\n\
         when mailchimp.tag == \"Client\" then google.label -= \"Client\" undo\n",
    ),
];

#[test]
fn a_file_that_settles_is_proved_with_its_bound() {
    let workspace = Workspace::with(
        "a.sync",
        "sync google <-> realgeeks\n\nwhen google.label != \"No_CRM\" then realgeeks.tag += \"GoogleContacts\" undo other-way\n",
    );
    let ran = workspace.syncc("check", &["--proof"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("proved: it settles for every contact, within "), "{}", ran.out);
    let ran = workspace.syncc("check", &["--proof", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(document["proofs"][0]["verdict"], "proved", "{}", ran.out);
    assert!(document["proofs"][0]["bound"].as_u64().unwrap() > 0, "{}", ran.out);
}

#[test]
fn a_file_that_goes_round_is_refuted_by_a_contact_that_the_engine_refuses() {
    let workspace = Workspace::with(
        "a.sync",
        "sync google <-> realgeeks\n\
         when google.label == \"Client\" then realgeeks.tag += \"Client\" undo\n\
         when realgeeks.tag == \"Client\" then google.label -= \"Client\" undo\n",
    );
    let ran = workspace.syncc("check", &["--proof"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    for part in [
        "refuted: this contact goes round for ever",
        "google.label gets \"Client\" (line 3)",
        "realgeeks.tag gets \"Client\" (line 2)",
        "google.label loses \"Client\" (line 3)",
        "realgeeks.tag loses \"Client\" (line 2)",
        "the engine does the same",
    ] {
        assert!(ran.out.contains(part), "no `{part}` in\n{}", ran.out);
    }
}

#[test]
fn a_ring_over_three_files_is_refuted_with_its_three_rules() {
    let workspace = Workspace::with(RING[0].0, RING[0].1);
    for (name, text) in &RING[1..] {
        std::fs::write(workspace.path(name), text).unwrap();
    }
    let ran = workspace.syncc("check", &["--proof", "--format", "json"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let proofs = document["proofs"].as_array().unwrap();
    let verdicts: Vec<_> = proofs.iter().map(|proof| proof["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["proved", "proved", "proved", "refuted"], "each file settles alone: {}", ran.out);
    let ring = &proofs[3];
    assert_eq!(ring["files"].as_array().unwrap().len(), 3, "{ring}");
    assert_eq!(ring["replayed"], true, "{ring}");
    let named: Vec<_> = document["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|found| found["code"] == "SYNC0482")
        .map(|found| {
            let path = std::path::Path::new(found["path"].as_str().unwrap());
            (path.file_name().unwrap().to_str().unwrap(), found["primary"]["line"].as_u64().unwrap())
        })
        .collect();
    let rules: Vec<_> = RING.iter().map(|(name, _)| (*name, 3)).collect();
    assert_eq!(named, rules, "{}", ran.out);
}
