//! The table of contents of the book, `docs/SUMMARY.md`: mdBook builds what stands there and nothing else.

use std::{collections::BTreeSet, fs, path::PathBuf};

use crate::pages;

/// The list of the pages of codes stands below this line, at the end of the file.
const CODES: &str = "- [Codes](reference/codes.md)\n";

/// Pages that are missing in the table of contents.
pub(crate) fn problems() -> Vec<String> {
    let summary = fs::read_to_string(path()).expect("docs/SUMMARY.md");
    let listed: BTreeSet<&str> =
        summary.lines().filter_map(|line| line.split_once("](")?.1.strip_suffix(')')).collect();
    wanted()
        .into_iter()
        .filter(|(target, _)| !listed.contains(target.as_str()))
        .map(|(target, title)| format!("docs/SUMMARY.md lacks the line\n  - [{title}]({target})"))
        .collect()
}

/// Writes the list of the pages of codes anew.
pub(crate) fn list_codes() {
    let summary = fs::read_to_string(path()).expect("docs/SUMMARY.md");
    let (before, _) = summary.split_once(CODES).expect("the heading of the codes");
    let codes = wanted().into_iter().filter(|(target, _)| target.starts_with("codes/"));
    let lines: String = codes.map(|(target, title)| format!("  - [{title}]({target})\n")).collect();
    fs::write(path(), format!("{before}{CODES}{lines}")).expect("docs/SUMMARY.md is written");
}

fn path() -> PathBuf {
    pages::root().join("docs/SUMMARY.md")
}

/// The pages that the book must have, as the table of contents names them, each with its heading.
fn wanted() -> Vec<(String, String)> {
    let heading = |text: &str| text.lines().next().unwrap_or_default().trim_start_matches('#').trim().to_owned();
    let mut wanted: Vec<(String, String)> = pages::all()
        .iter()
        .filter_map(|page| {
            let target =
                page.name.strip_prefix("docs/").or(page.name.starts_with("examples/").then_some(&page.name))?;
            Some((target.to_owned(), heading(&page.text)))
        })
        .filter(|(target, _)| target != "SUMMARY.md")
        .collect();
    let codes = pages::codes();
    let file = |page: &pages::Page| page.name.rsplit('/').next().unwrap_or_default().to_owned();
    wanted.extend(codes.iter().map(|page| (format!("codes/{}", file(page)), heading(&page.text))));
    wanted.sort();
    wanted
}
