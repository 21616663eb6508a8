//! What a change of the rules changes for whom, for people and for machines. What people fear comes first.

use serde_json::{Value as Json, json};
use syncc_runtime::{
    diff::{By, Connection, Delta, Example, Flow, MappingChange, Order, Report, RuleChange, RuleText, There, Who},
    engine::Part,
};

use crate::output::{Paint, painted};

/// The whole report. The version changes when a reader of the old form would misread the new one.
pub(crate) fn document(old: &str, new: &str, report: &Report) -> Json {
    json!({ "version": 1, "old": old, "new": new, "same": report.same, "connections": report.connections })
}

/// The report in words.
pub(crate) fn pretty(report: &Report) -> String {
    let mut text: String = report.connections.iter().map(connection).collect();
    if report.same {
        text.push_str(&painted(Paint::Good, "means the same for every contact"));
        text.push('\n');
    }
    text
}

fn connection(connection: &Connection) -> String {
    let Connection { name, renamed_from, ends, there, same, scope, settings, rules, rewritten, mappings, orders } =
        connection;
    let [left, right] = ends;
    let mut out = painted(Paint::Strong, name);
    out.push_str(&format!("  {left}, {right}"));
    if let Some(before) = renamed_from {
        out.push_str(&format!("  (was called {before})"));
    }
    out.push_str(match there {
        There::Came => "  is new",
        There::Went => "  is gone",
        There::Stayed if *same => "  means the same for every contact",
        There::Stayed => "",
    });
    out.push('\n');
    scope.iter().for_each(|one| out.push_str(&flow(one)));
    for setting in settings {
        let what = painted(Paint::Change, &setting.what);
        out.push_str(&format!("  {what}: {} before, {} after\n", setting.before, setting.after));
        out.push_str(&format!("    {}\n", setting.means));
        out.push_str(&shown(setting.example.as_ref()));
    }
    // Of a connection that is not there before or after, everything differs: what it says is enough.
    if *there != There::Stayed {
        let written = rules.iter().flat_map(|change| change.before.iter().chain(&change.after));
        written.for_each(|rule| out.push_str(&format!("  {}\n", line(rule))));
        mappings.iter().for_each(|one| out.push_str(&format!("  {}\n", text_of(one))));
        out.push('\n');
        return out;
    }
    let flows = !scope.is_empty();
    rules.iter().for_each(|one| out.push_str(&rule(one, flows)));
    orders.iter().for_each(|one| out.push_str(&order(one)));
    mappings.iter().for_each(|one| out.push_str(&mapping(one)));
    for one in rewritten {
        out.push_str(&format!("  {}  {}\n", painted(Paint::Faint, "reworded"), line(&one.before)));
        out.push_str(&format!("      after  {}\n    means the same for every contact\n", line(&one.after)));
    }
    out.push('\n');
    out
}

fn flow(Flow { from, to, starts, who, example }: &Flow) -> String {
    let (how, what) = if *starts { (Paint::Good, "start") } else { (Paint::Bad, "stop") };
    let title = painted(how, &format!("contacts {what} to flow from {from} to {to}"));
    format!("  {title}: {}\n{}", people(who), shown(example.as_ref()))
}

fn text_of(MappingChange { before, after, .. }: &MappingChange) -> &str {
    after.as_deref().or(before.as_deref()).unwrap_or_default()
}

/// A rule that differs. What becomes of a rule that nobody wrote is said where it is said which contacts flow.
fn rule(change: &RuleChange, flows: bool) -> String {
    let mut out = match (&change.before, &change.after) {
        (Some(before), Some(after)) => {
            format!("  {}  {}\n    after  {}\n", painted(Paint::Change, "changed"), line(before), line(after))
        }
        (Some(before), None) => format!("  {}  {}\n", painted(Paint::Bad, "removed"), line(before)),
        (None, Some(after)) => format!("  {}  {}\n", painted(Paint::Good, "added"), line(after)),
        (None, None) => String::new(),
    };
    if flows && change.before.iter().chain(&change.after).all(|rule| rule.implicit) {
        return out;
    }
    change.deltas.iter().for_each(|one| out.push_str(&delta(one)));
    if change.unclear {
        out.push_str(
            "    there may be more: it would take too long to tell for whom. `syncc plan` shows it for your contacts\n",
        );
    } else if change.deltas.is_empty() {
        out.push_str("    changes nothing for anybody: other rules do the same\n");
    }
    out
}

fn line(rule: &RuleText) -> String {
    if rule.implicit { format!("by default  {}", rule.rule) } else { format!("line {}  {}", rule.line, rule.rule) }
}

fn delta(Delta { who, what, starts, part, example }: &Delta) -> String {
    let when = if *starts { "from now on" } else { "no longer" };
    let by = match part {
        Part::Then => "",
        Part::Undo => ", as undo",
        Part::OtherWay => ", the other way",
    };
    let mut out = format!("    {}: {when} {}{by}\n", people(who), what.join(", "));
    if example.is_none() {
        out.push_str("      no contact was found that ends otherwise; `syncc plan` shows it for your contacts\n");
    }
    out.push_str(&shown(example.as_ref()));
    out
}

fn people(who: &Who) -> String {
    if who.unclear {
        return "contacts of which it would take too long to tell which".to_owned();
    }
    if who.any.iter().any(String::is_empty) {
        return "every contact".to_owned();
    }
    if who.any.is_empty() {
        return "some contacts".to_owned();
    }
    let more = if who.more { ", and others" } else { "" };
    let except = if who.except { " (but not those for whom other rules do the same)" } else { "" };
    format!("contacts with {}{more}{except}", who.any.join("; or with "))
}

fn mapping(MappingChange { before, after, moved, example }: &MappingChange) -> String {
    let mut out = match (before, after) {
        (Some(_), Some(after)) if *moved => {
            let title = painted(Paint::Change, "moved");
            format!(
                "  {title}  {after}\n    another mapping that writes the same field is in front of it now, and wins\n"
            )
        }
        (Some(before), Some(after)) => {
            format!("  {}  {before}\n    after  {after}\n", painted(Paint::Change, "changed"))
        }
        (Some(before), None) => format!("  {}  {before}\n", painted(Paint::Bad, "removed")),
        (None, Some(after)) => format!("  {}  {after}\n", painted(Paint::Good, "added")),
        (None, None) => String::new(),
    };
    out.push_str(&shown(example.as_ref()));
    out
}

fn order(Order { first, second, example }: &Order) -> String {
    let title = painted(Paint::Change, "other order");
    let mut out = format!("  {title}  {}\n    now before  {}\n", line(first), line(second));
    out.push_str("    the two contradict each other, and the first one wins\n");
    if example.is_none() {
        out.push_str("    it could not be told for which contacts that matters; `syncc plan` shows it for yours\n");
    }
    out.push_str(&shown(example.as_ref()));
    out
}

/// A contact, and what the rules before and after make of it.
fn shown(example: Option<&Example>) -> String {
    let Some(Example { given, was, later, fields, pair: _ }) = example else { return String::new() };
    let mut out = format!("      for example  {}\n", given.join(", "));
    if was == given {
        out.push_str("        in step as they are\n");
    } else if !was.is_empty() {
        out.push_str(&format!("        before the edit  {}\n", was.join(", ")));
    }
    if let Some(later) = later {
        out.push_str(&format!("        edited later in {later}\n"));
    }
    let width = fields.iter().map(|field| field.name.chars().count()).max().unwrap_or_default();
    for field in fields {
        let pad = " ".repeat(width - field.name.chars().count().min(width));
        let told = |value: &str, by: Option<&By>| match by {
            Some(by) => format!("{value} ({})", cause(by)),
            None => value.to_owned(),
        };
        out.push_str(&format!(
            "        {}{pad}  before  {}\n",
            field.name,
            told(&field.before, field.before_by.as_ref())
        ));
        out.push_str(&format!(
            "        {}  after   {}\n",
            " ".repeat(width),
            told(&field.after, field.after_by.as_ref())
        ));
    }
    out
}

fn cause(by: &By) -> String {
    match by {
        By::Rule { line, part } => {
            let part = match part {
                Part::Then => "then",
                Part::Undo => "undo",
                Part::OtherWay => "other-way",
            };
            format!("line {line}, {part}")
        }
        By::Mapping { map } => map.clone(),
    }
}
