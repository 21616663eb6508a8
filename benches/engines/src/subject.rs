//! The rules and contacts that all engines get, in a form that favours none of them.

use std::fmt::Write as _;

pub const RULES: usize = 100;
pub const COMPANIES: u32 = 40;
pub const DOMAINS: u32 = 20;
pub const STATUS: [&str; 5] = ["Active", "Cancelled", "In Escrow", "Closed Escrow", "Dead"];
pub const URGENCY: [&str; 5] = ["Cold", "Warm", "Hot", "Contacted", "Not Contacted"];

/// A rule such as operations people write. Numbers stand for names: label 3 is "Label 3".
#[derive(Clone, Copy)]
pub enum When {
    /// Has the label, and is not of the company.
    LabelNotCompany { label: u32, company: u32 },
    /// Has the label, and not the other one.
    LabelNotLabel { label: u32, other: u32 },
    /// Is of the company, and born on this day or later.
    CompanyBorn { company: u32, born: i32 },
    /// Has an address at the domain, or the label.
    DomainOrLabel { domain: u32, label: u32 },
    /// Of the other app: has the status, and is not of the urgency.
    Status { status: usize, urgency: usize },
}

/// What it does is told by its number: rule 7 gives "Tag 7" in the app that it does not read.
#[derive(Clone, Copy)]
pub struct Rule {
    pub when: When,
    pub undo: bool,
}

/// So many rules.
pub fn rules(count: u32) -> Vec<Rule> {
    (0..count)
        .map(|nth| {
            let when = match nth % 5 {
                0 => When::LabelNotCompany { label: nth, company: nth % COMPANIES },
                1 => When::LabelNotLabel { label: nth, other: (nth + 7) % count },
                2 => When::CompanyBorn { company: nth % COMPANIES, born: 365 * (nth as i32 % 30) },
                3 => When::DomainOrLabel { domain: nth % DOMAINS, label: nth },
                _ => When::Status { status: nth as usize / 5 % 5, urgency: nth as usize / 25 % 5 },
            };
            Rule { when, undo: nth % 2 == 0 }
        })
        .collect()
}

pub struct Contact {
    pub labels: Vec<u32>,
    /// None is empty.
    pub company: Option<u32>,
    /// Days since 1970.
    pub born: i32,
    pub domain: u32,
    pub status: usize,
    pub urgency: usize,
    /// A bit a rule: what the rule does is so already.
    pub done: u128,
}

/// Contacts that are the same in each run, and no two alike.
pub fn contacts(count: usize) -> Vec<Contact> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut below = move |limit: u32| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        ((state >> 32) as u32) % limit
    };
    (0..count)
        .map(|_| Contact {
            labels: (0..1 + below(4)).map(|_| below(100)).collect(),
            company: (below(10) > 0).then(|| below(COMPANIES)),
            born: below(365 * 40) as i32,
            domain: below(DOMAINS),
            status: below(5) as usize,
            urgency: below(5) as usize,
            done: (0..4).fold(0, |done, _| done | 1 << below(RULES as u32)),
        })
        .collect()
}

/// The rules as a `.sync` file.
pub fn file(rules: &[Rule]) -> String {
    let mut text = "sync google <-> realgeeks\nmap none\nmap google.email <-> realgeeks.email\n".to_owned();
    for (nth, rule) in rules.iter().enumerate() {
        let (condition, target) = match rule.when {
            When::LabelNotCompany { label, company } => (
                format!("google.label == \"Label {label}\" and google.company != \"Company {company}\""),
                "realgeeks.tag",
            ),
            When::LabelNotLabel { label, other } => {
                (format!("google.label == \"Label {label}\" and google.label != \"Label {other}\""), "realgeeks.tag")
            }
            When::CompanyBorn { company, born } => (
                format!("google.company == \"Company {company}\" and google.birthday >= {}", day(born)),
                "realgeeks.tag",
            ),
            When::DomainOrLabel { domain, label } => (
                format!("google.email ends-with \"@domain{domain}.example\" or google.label == \"Label {label}\""),
                "realgeeks.tag",
            ),
            When::Status { status, urgency } => (
                format!("realgeeks.status == \"{}\" and realgeeks.urgency != \"{}\"", STATUS[status], URGENCY[urgency]),
                "google.label",
            ),
        };
        let undo = if rule.undo { " undo" } else { "" };
        let _ = writeln!(text, "when {condition} then {target} += \"Tag {nth}\"{undo}");
    }
    text
}

/// A day as it is written in a file.
pub fn day(days: i32) -> String {
    let (mut year, mut left) = (1970, days);
    loop {
        let length = if year % 4 == 0 { 366 } else { 365 };
        if left < length {
            break;
        }
        left -= length;
        year += 1;
    }
    let february = if year % 4 == 0 { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    format!("{year}-{month:02}-{:02}", left + 1)
}

pub fn email(nth: usize, contact: &Contact) -> String {
    format!("person{nth}@domain{}.example", contact.domain)
}

/// What all engines must agree on: for each rule how many contacts it matches, and for how many of all it asks for
/// something that is not so yet.
pub type Tally = Vec<[usize; 2]>;

/// One number for a tally.
pub fn checksum(tally: &Tally) -> usize {
    tally.iter().enumerate().map(|(nth, [matches, work])| (nth + 1) * (matches * 31 + work)).sum()
}
