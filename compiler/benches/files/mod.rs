//! The files that the benches check.

use std::fmt::Write;

/// A file with this many rules, all different, of the shapes that people write.
#[allow(dead_code, reason = "each bench takes what it needs")]
pub(crate) fn file(rules: usize) -> String {
    let mut text = String::from("sync google <-> realgeeks\nprefer google\nmatch email or phone\nevery 5 minutes\n");
    for rule in 0..rules {
        let line = match rule % 4 {
            0 => format!(
                "when google.label == \"Group {rule}\" and google.label != \"Out\" then realgeeks.region = \"Group {rule}\""
            ),
            1 => format!(
                "# Buyers of {rule}.\nwhen realgeeks.role == \"Buyer\" and realgeeks.source == \"Site {rule}\" then google.label += \"Buyer {rule}\" undo"
            ),
            2 => format!(
                "when google.company contains \"Firm {rule}\" or google.title in [\"CEO {rule}\", \"CTO {rule}\"] then realgeeks.tag += \"Lead {rule}\""
            ),
            _ => format!("when google.label != \"Away {rule}\" then realgeeks.tag += \"Here {rule}\" undo other-way"),
        };
        let _ = writeln!(text, "{line}");
    }
    text
}

/// A file of which every rule does the same and every two could have to do with each other: what comparing every
/// two of them would make slow.
#[allow(dead_code, reason = "each bench takes what it needs")]
pub(crate) fn alike(rules: usize) -> String {
    let mut text = String::from("sync google <-> realgeeks\n");
    for rule in 0..rules {
        let _ = writeln!(text, "when google.label == \"Group {rule}\" then realgeeks.tag += \"Lead\" undo");
    }
    text
}

/// A file with this many rules as a large team has them: labels that become tags and come back, stages that follow the kind
/// of a contact, regions by company, a comment above every tenth, mappings and settings of its own.
#[allow(dead_code, reason = "each bench takes what it needs")]
pub(crate) fn realistic(rules: usize) -> String {
    let mut text = String::from(
        "sync google <-> realgeeks\nprefer google\nmatch email or phone\nevery 10 minutes\n\n\
         map google.title <- realgeeks.source\n\n",
    );
    let (kinds, cities) = (["Buyer", "Seller", "Investor", "Renter"], ["Bern", "Basel", "Zurich", "Geneva", "Lugano"]);
    for rule in 0..rules {
        if rule % 10 == 0 {
            let _ = writeln!(text, "\n# What the team of {} agreed on, part {rule}.", cities[rule % cities.len()]);
        }
        let role = ["Buyer", "Seller"][rule % 2];
        let (kind, city) = (kinds[rule % kinds.len()], cities[rule % cities.len()]);
        let line = match rule % 20 {
            0..=8 => format!(
                "when google.label == \"{kind} {city} {rule}\" then realgeeks.tag += \"{kind} {city} {rule}\" undo"
            ),
            9..=12 => format!(
                "when realgeeks.role == \"{role}\" and realgeeks.tag == \"Open {rule}\" then google.label += \"{kind} {rule}\""
            ),
            13..=16 => format!(
                "when google.company == \"{city} Homes {rule}\" then realgeeks.region = \"{city} {}\"",
                rule % 50
            ),
            17 | 18 => format!(
                "when google.label == \"Team {rule}\" and google.company is not empty then realgeeks.tag += \"Team {rule}\" undo"
            ),
            _ => format!("when google.label == \"Both {rule}\" then realgeeks.tag += \"Both {rule}\" undo other-way"),
        };
        let _ = writeln!(text, "{line}");
    }
    text
}
