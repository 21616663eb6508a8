//! Every message, as a person reads it: one `.sync` file a case in `tests/ui`, its messages beside it.
//!
//! `INSTA_UPDATE=always cargo test -p syncc-compiler --test ui` writes the messages anew; read the difference.

#![expect(clippy::unwrap_used, reason = "a test stops where the unexpected happens")]

use std::{collections::BTreeSet, fmt::Write, fs, path::Path};

use syncc_compiler::{
    check::{Checked, check_text},
    db::Database,
    diagnostic::{Code, Diagnostic, Severity},
    schema::{AccountSchema, App},
};
use syncc_grammar::{decode, tree::Span};

/// An app that no real one is: it has one field of everything, and of everything that is missing.
const LAB: &str = include_str!("ui/lab.toml");

fn accounts() -> Vec<AccountSchema> {
    let app = App::from_manifest("lab", LAB).unwrap();
    vec![AccountSchema { name: "lab".to_owned(), app: app.clone() }, AccountSchema { name: "lab_two".to_owned(), app }]
}

fn check(path: &Path) -> (String, Checked) {
    let bytes = fs::read(path).unwrap();
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let mut db = Database::default();
    db.set_accounts(accounts());
    db.set_bytes(&name, &bytes);
    // Another file of the same workspace.
    if let Ok(also) = fs::read_to_string(path.with_extension("also")) {
        db.set_file("another.sync", also);
    }
    (decode(&bytes).text, db.check(&name).unwrap())
}

/// Line and column, both from 1, the column in characters.
fn place(text: &str, byte: u32) -> (usize, usize) {
    let before = &text[..byte as usize];
    let line = before.matches('\n').count() + 1;
    (line, before.rsplit('\n').next().unwrap_or_default().chars().count() + 1)
}

fn at(text: &str, span: Span) -> String {
    let (line, column) = place(text, span.start);
    let piece = &text[span.start as usize..span.end as usize];
    format!("{line}:{column} {piece:?}")
}

fn render(name: &str, text: &str, diagnostic: &Diagnostic) -> String {
    let mut out = String::new();
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "hint",
    };
    writeln!(out, "{severity} {} {}: {}", diagnostic.code, diagnostic.code.slug(), diagnostic.title).unwrap();
    writeln!(out, "  --> {name}:{}: {}", at(text, diagnostic.primary.span), diagnostic.primary.text).unwrap();
    for label in &diagnostic.secondary {
        writeln!(out, "  and {name}:{}: {}", at(text, label.span), label.text).unwrap();
    }
    if let Some(why) = &diagnostic.why {
        writeln!(out, "  why: {why}").unwrap();
    }
    for help in &diagnostic.help {
        writeln!(out, "  help: {help}").unwrap();
    }
    for fix in &diagnostic.fixes {
        let edits: Vec<_> = fix.edits.iter().map(|(span, new)| format!("{} => {new:?}", at(text, *span))).collect();
        writeln!(out, "  fix: {} [{}]", fix.title, edits.join(", ")).unwrap();
    }
    out
}

#[test]
fn messages() {
    insta::glob!("../../tests/ui", "**/*.sync", |path| {
        let (text, checked) = check(path);
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut out = String::new();
        for diagnostic in &checked.diagnostics {
            out.push_str(&render(&name, &text, diagnostic));
            out.push('\n');
        }
        for allowed in &checked.allowed {
            let (code, at) = (allowed.diagnostic.code, at(&text, allowed.diagnostic.primary.span));
            writeln!(out, "allowed {code} at {at}: {}", allowed.reason).unwrap();
        }
        out.push_str(if checked.program.is_some() { "compiles\n" } else { "does not compile\n" });
        let case = path.file_stem().unwrap().to_string_lossy().into_owned();
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(path.parent().unwrap());
        settings.remove_snapshot_suffix();
        settings.remove_input_file();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(case, out));
    });
}

fn cases(folder: &Path, into: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            cases(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "sync") {
            into.push(path);
        }
    }
}

fn all_cases() -> Vec<std::path::PathBuf> {
    let mut all = Vec::new();
    cases(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/ui"), &mut all);
    all
}

/// A case too long to keep in a file: a text of 300 KiB that somebody pasted into a rule.
fn too_long() -> Checked {
    let pasted = "x".repeat(300 * 1024);
    check_text("pasted.sync", &format!("sync lab <-> lab_two\nmap \"{pasted}\" -> lab_two.code\n"), &accounts())
}

/// A case of two files: what is wrong with the later one.
fn two_files(first: &str, second: &str) -> Vec<Diagnostic> {
    let mut db = Database::default();
    db.set_accounts(accounts());
    db.set_file("b.sync", second.to_owned());
    db.set_file("a.sync", first.to_owned());
    assert_eq!(db.check("a.sync").unwrap().diagnostics, [], "the earlier file is fine");
    db.check("b.sync").unwrap().diagnostics
}

#[test]
fn a_rule_that_an_earlier_file_has_is_reported_whatever_the_ends_are_called() {
    let first = "sync lab <-> lab_two\n\nwhen lab.vip then lab_two.list += \"News\" undo\n";
    let second = "sync lab_two as there <-> lab as here\nwhen here.vip then there.list += \"News\" undo\nwhen here.vip then there.points = 1\n";
    let found = two_files(first, second);
    let shown: String = found.iter().map(|diagnostic| render("b.sync", second, diagnostic)).collect();
    insta::assert_snapshot!(shown, @r#"
    warning SYNC0463 rule-elsewhere: `a.sync` has this rule already, on line 3
      --> b.sync:2:1 "when here.vip then there.list += \"News\" undo": said in two files
      why: Both files connect the same two apps, so whoever changes the rule has to change it twice.
      help: Keep the rule in one of the two files.
    "#);
    let turned = second.replace("lab_two as there <-> lab as here", "lab as there <-> lab_two as here");
    assert_eq!(two_files(first, &turned), [], "from the other app");
    assert_eq!(two_files(first, &second.replace(" undo", "")), [], "another undo");
}

#[test]
fn files_that_lead_contacts_round_are_reported_where_the_ring_closes() {
    let files = |arrows: [&str; 3]| {
        let mut db = Database::default();
        db.set_accounts(accounts());
        let ends = [("lab", "lab_two"), ("lab_two", "google"), ("google", "lab")];
        for ((name, (left, right)), arrow) in ["a", "b", "c"].into_iter().zip(ends).zip(arrows) {
            // Only some go from one to the other where the arrow says so.
            let (arrow, rule) = match arrow {
                "some" => ("->", "when lab.vip then lab_two exists\n"),
                arrow => (arrow, ""),
            };
            db.set_file(&format!("{name}.sync"), format!("sync {left} {arrow} {right}\n\nmatch email\n{rule}"));
        }
        ["a", "b", "c"].map(|name| db.check(&format!("{name}.sync")).expect("the file is there").diagnostics)
    };
    let [first, second, third] = files(["<->", "<->", "<->"]);
    assert_eq!((first, second), (vec![], vec![]), "two of them make no ring");
    let shown: String =
        third.iter().map(|diagnostic| render("c.sync", "sync google <-> lab\n\nmatch email\n", diagnostic)).collect();
    insta::assert_snapshot!(shown, @r#"
    error SYNC0465 ring-of-all: with `a.sync` and `b.sync`, contacts go round in a ring: `google` → `lab` → `lab_two` → `google`
      --> c.sync:1:6 "google <-> lab": this closes it
      why: Contacts reach an app on two ways. Somebody who is edited after one of them was gone and before the other is taken for two, and is made again and again.
      help: Leave one of the files out: what changes in one app reaches the others through the rest.
    "#);
    assert_eq!(files(["->", "->", "<-"])[2], [], "two ways to one app, and none back");
    let codes = |found: &[Diagnostic]| found.iter().map(|diagnostic| diagnostic.code).collect::<Vec<_>>();
    assert_eq!(codes(&files(["->", "->", "->"])[2]), [Code::RingOfAll], "round in one direction");
    assert_eq!(codes(&files(["some", "<->", "->"])[2]), [Code::Ring], "some go round");
}

#[test]
fn a_statement_too_long_to_read_says_so() {
    let checked = too_long();
    let codes: Vec<_> = checked.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(codes, [Code::TooLong]);
    assert!(checked.program.is_none());
}

#[test]
fn every_code_has_a_case() {
    let mut seen: BTreeSet<Code> =
        all_cases().iter().flat_map(|path| check(path).1.diagnostics).map(|diagnostic| diagnostic.code).collect();
    seen.extend(too_long().diagnostics.iter().map(|diagnostic| diagnostic.code));
    seen.extend([Code::RuleElsewhere, Code::Ring, Code::RingOfAll]); // Need several files: see the tests above.
    let without: Vec<_> = Code::ALL.iter().filter(|code| !seen.contains(code)).collect();
    assert!(without.is_empty(), "codes without a case in tests/ui: {without:?}");
}

/// A fix is worth offering only if the problem is gone afterwards.
#[test]
fn every_fix_mends_what_it_says() {
    for path in all_cases() {
        let (text, checked) = check(&path);
        for diagnostic in &checked.diagnostics {
            for fix in &diagnostic.fixes {
                let mut edits = fix.edits.clone();
                edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
                let mut mended = text.clone();
                for (span, new) in edits {
                    mended.replace_range(span.start as usize..span.end as usize, &new);
                }
                let after = check_text("mended.sync", &mended, &accounts()).diagnostics;
                let same =
                    |problems: &[Diagnostic]| problems.iter().filter(|other| other.code == diagnostic.code).count();
                assert!(
                    same(&after) < same(&checked.diagnostics),
                    "{}: `{}` leaves {} in\n{mended}\n{after:#?}",
                    path.display(),
                    fix.title,
                    diagnostic.code
                );
            }
        }
    }
}

/// Messages are for people: nothing of the compiler shows through.
#[test]
fn messages_are_plain() {
    for path in all_cases() {
        for diagnostic in check(&path).1.diagnostics {
            let sentences = diagnostic.why.iter().chain(&diagnostic.help);
            for sentence in sentences {
                assert!(sentence.ends_with(['.', '?']), "{}: {sentence:?} is no sentence", path.display());
            }
            assert!(!diagnostic.title.ends_with('.'), "{}: {:?}", path.display(), diagnostic.title);
            for word in ["Some(", "None", "Scalar", "Rule::", "EOI", "FieldId"] {
                assert!(!diagnostic.title.contains(word), "{}: {:?}", path.display(), diagnostic.title);
            }
        }
    }
}
