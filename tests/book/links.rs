//! Links to other files of the project: the file is there, and so is the heading.

use std::fs;

use crate::{fence::fences, pages, pages::Page};

/// The links of a page that lead nowhere.
pub(crate) fn problems(page: &Page) -> Vec<String> {
    let folder = pages::root().join(&page.name);
    let folder = folder.parent().expect("a page is in a folder");
    let blocks = fences(&page.text);
    targets(&page.text)
        .into_iter()
        .filter(|(at, target)| !elsewhere(target) && !blocks.iter().any(|block| block.inside.contains(at)))
        .filter_map(|(at, target)| {
            let line = page.text[..at].matches('\n').count() + 1;
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let path = if file.is_empty() { pages::root().join(&page.name) } else { folder.join(file) };
            if !path.exists() {
                return Some(format!("{}:{line}: there is no {target}", page.name));
            }
            let missing = !heading.is_empty()
                && !fs::read_to_string(&path).is_ok_and(|text| headings(&text).iter().any(|known| known == heading));
            missing.then(|| format!("{}:{line}: {file} has no heading #{heading}", page.name))
        })
        .collect()
}

/// Whether a link leads out of the project.
fn elsewhere(target: &str) -> bool {
    ["http://", "https://", "mailto:"].iter().any(|start| target.starts_with(start))
}

/// The targets of all links, `[text](target)`, with their places.
fn targets(text: &str) -> Vec<(usize, &str)> {
    text.match_indices("](")
        .filter_map(|(at, _)| {
            let target = text.get(at + 2..)?;
            Some((at, target.get(..target.find([')', '\n'])?)?))
        })
        .collect()
}

/// The headings of a page as links name them.
fn headings(text: &str) -> Vec<String> {
    let blocks = fences(text);
    let mut at = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        if line.starts_with('#') && !blocks.iter().any(|block| block.inside.contains(&at)) {
            found.push(anchor(line.trim_start_matches('#').trim()));
        }
        at += line.len();
    }
    found
}

fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase().replace(' ', "-");
    kept.chars().filter(|char| char.is_alphanumeric() || "-_".contains(*char)).collect()
}

#[test]
fn a_link_that_leads_nowhere_is_named() {
    let page = |text: &str| Page { name: "docs/semantics.md".to_owned(), text: text.to_owned() };
    assert!(problems(&page("[a](architecture.md) [b](semantics.md#the-cycle) [c](https://x.example/)")).is_empty());
    assert_eq!(problems(&page("\n[a](nothing.md)")), ["docs/semantics.md:2: there is no nothing.md"]);
    let found = problems(&page("[a](semantics.md#nothing)"));
    assert_eq!(found, ["docs/semantics.md:1: semantics.md has no heading #nothing"]);
}
