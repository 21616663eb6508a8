//! What the documentation says is so: every `.sync` block of every Markdown file compiles (or is reported as the page
//! says), its tests pass, every command shown prints what is shown, every link leads somewhere, and the book has every page.
//!
//! How a page marks its blocks stands in `CONTRIBUTING.md`. `INSTA_UPDATE=always cargo test --test book` writes the
//! outputs anew; read the difference.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that misses something says what")]

mod fence;
mod links;
mod output;
mod page;
mod pages;
mod summary;

use std::fs;

use page::Session;

/// The pages that share one folder, read one after the other.
const TUTORIAL: &str = "docs/tutorial/";

/// Whether outputs are to be written anew, as for the snapshots of other tests.
fn writes() -> bool {
    std::env::var("INSTA_UPDATE").is_ok_and(|how| how == "always")
}

#[test]
fn what_the_pages_show_is_so() {
    let (tutorial, others): (Vec<_>, Vec<_>) =
        pages::all().into_iter().partition(|page| page.name.starts_with(TUTORIAL));
    let mut sessions: Vec<Vec<pages::Page>> = others.into_iter().map(|page| vec![page]).collect();
    sessions.push(tutorial);
    let problems: Vec<String> = sessions
        .iter()
        .flat_map(|pages| {
            let mut session = Session::new();
            let run = |page: &pages::Page| {
                let (text, problems) = session.page(&page.name, &page.text);
                if writes() && text != page.text {
                    fs::write(pages::root().join(&page.name), text).expect("the page is written");
                }
                problems
            };
            pages.iter().flat_map(run).collect::<Vec<_>>()
        })
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

#[test]
fn every_link_leads_somewhere() {
    let problems: Vec<String> = pages::all().iter().chain(&pages::codes()).flat_map(links::problems).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_book_has_every_page() {
    if writes() {
        summary::list_codes();
    }
    let problems = summary::problems();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
