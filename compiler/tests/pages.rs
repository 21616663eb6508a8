//! Every page of `docs/codes` says what is so: its example is reported with the code of the page and with
//! nothing else, and its mended file has nothing wrong.

#![expect(clippy::unwrap_used, reason = "a test stops where the unexpected happens")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use syncc_compiler::{
    check::Checked,
    db::Database,
    diagnostic::Code,
    schema::{AccountSchema, App, Pulled, builtin},
};

/// A newsletter tool that no real one is.
const MAILING: &str = include_str!("pages/mailing.toml");

/// The other file of the page that is about two files.
const CLIENTS: &str = "sync google <-> realgeeks\nwhen google.label == \"Clients\" then realgeeks.tag += \"Client\"\n";

/// The accounts of the pages: the made-up tool, and two apps with labels and audiences that were pulled.
fn accounts() -> Vec<AccountSchema> {
    let pulled = "[objects.contact.values]\nlabel = [\"Customers\", \"Clients\", \"Buyers\"]\n";
    let google = App::clone(builtin("google").unwrap()).with(&Pulled::from_toml("google", pulled).unwrap());
    let pulled = "[objects.audience]\nnames = [\"Newsletter\"]\n";
    let mailchimp = App::clone(builtin("mailchimp").unwrap()).with(&Pulled::from_toml("mailchimp", pulled).unwrap());
    let mailing = App::from_manifest("mailing", MAILING).unwrap();
    vec![
        AccountSchema { name: "google".to_owned(), app: google },
        AccountSchema { name: "mailchimp".to_owned(), app: mailchimp },
        AccountSchema { name: "mailing".to_owned(), app: mailing },
    ]
}

/// A file of a page, checked. What a page cannot show stands there as a sign.
fn check(code: Code, file: &str) -> Checked {
    let file = match code {
        Code::TooLong => file.replace('…', &"x".repeat(300_000)),
        Code::Characters => file.replace('␀', "\0"),
        _ => file.to_owned(),
    };
    // A page about several files names each in a comment of its own.
    let mut database = Database::default();
    database.set_accounts(accounts());
    let mut name = "page.sync".to_owned();
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for line in file.split_inclusive('\n') {
        match line.trim().strip_prefix("# ").filter(|word| word.ends_with(".sync") && !word.contains(' ')) {
            Some(next) => name = next.to_owned(),
            None => files.entry(name.clone()).or_default().push_str(line),
        }
    }
    if code == Code::RuleElsewhere {
        files.insert("clients.sync".to_owned(), CLIENTS.to_owned());
    }
    for (name, text) in &files {
        database.set_file(name, text.clone());
    }
    let mut all = Checked::default();
    for checked in files.keys().filter_map(|name| database.check(name)) {
        all.diagnostics.extend(checked.diagnostics);
        all.program = checked.program;
    }
    all
}

#[test]
fn every_example_is_reported_with_the_code_and_nothing_else() {
    let mut wrong = String::new();
    for code in Code::ALL {
        let example = code.page().example;
        let found = check(*code, example).diagnostics;
        if found.is_empty() || found.iter().any(|diagnostic| diagnostic.code != *code) {
            let found: Vec<_> = found.iter().map(|diagnostic| (diagnostic.code, &diagnostic.title)).collect();
            wrong.push_str(&format!("\n{code} finds {found:?} in\n{example}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_mended_file_has_nothing_wrong() {
    for code in Code::ALL {
        let checked = check(*code, code.page().mended);
        assert!(checked.diagnostics.is_empty(), "{code}:\n{}\n{:#?}", code.page().mended, checked.diagnostics);
        assert!(checked.program.is_some(), "{code}:\n{}", code.page().mended);
    }
}

#[test]
fn every_page_has_its_heading_and_all_its_parts() {
    for code in Code::ALL {
        let heading = format!("# {code}: {}\n", code.title());
        assert!(code.markdown().starts_with(&heading), "the page of {code} does not begin with `{}`", heading.trim());
        let page = code.page();
        for (part, text) in
            [("What it means", page.means), ("Why it matters", page.matters), ("How to mend it", page.mend)]
        {
            assert!(text.ends_with(['.', '?']), "{code}, {part}: {text:?} is no sentence");
        }
        if page.example.contains("mailing") {
            let words = page.means.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words.contains("`mailing`, a made-up"), "{code} uses an app that nobody has, and does not say so");
        }
    }
}

#[test]
fn no_page_is_left_over() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/codes");
    let pages: BTreeSet<String> =
        fs::read_dir(folder).unwrap().map(|page| page.unwrap().file_name().into_string().unwrap()).collect();
    let codes: BTreeSet<String> = Code::ALL.iter().map(|code| format!("{code}.md")).collect();
    assert_eq!(pages, codes);
}
