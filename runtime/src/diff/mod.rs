//! Pure: what a change of the rules changes for whom, the semantic twin of `git diff`.
//!
//! What this promises:
//! - Two versions of a connection that are said to be the same make the same of every pair whose fields are all known:
//!   conditions are compared by what they mean ([`syncc_compiler::logic`]), rules by what all of them together ask for.
//!   (Of a field that an answer did not carry, `a and b or a and not b` cannot be told where `a` can.)
//! - Every contact that is shown was run through the engine under both versions, and ended otherwise.
//! - What could not be told within bounds is called unclear, and never the same.

mod asked;
mod both;
mod example;
mod join;
mod mappings;
mod order;
mod pushed;
mod report;
mod rules;
mod settings;
mod who;

use syncc_compiler::{
    ir::{End, Program, Side, Tests},
    schema::builtin,
};

pub use join::join;
pub use report::{
    By, Connection, Delta, Example, Field, Flow, MappingChange, Order, Report, Rewritten, RuleChange, RuleText,
    Setting, There, Who,
};

use both::{Both, Version};
use rules::Pairing;

/// What differs between the rules before and after. Connections belong together by their ends, then by their names.
#[must_use]
pub fn compare(old: &[&Program], new: &[&Program]) -> Report {
    let mut gone: Vec<&Program> = old.to_vec();
    let mut connections = Vec::new();
    let mut alone = Vec::new();
    // Of several with the same ends, those of the same name come first.
    let mut open = Vec::new();
    for new in new {
        match gone.iter().position(|old| old.name == new.name && ends(old) == ends(new)) {
            Some(place) => connections.push(versions(gone.remove(place), new)),
            None => open.push(*new),
        }
    }
    for new in open {
        match gone.iter().position(|old| ends(old) == ends(new)) {
            Some(place) => connections.push(versions(gone.remove(place), new)),
            None => alone.push(new),
        }
    }
    connections.extend(alone.into_iter().map(|new| Connection { there: There::Came, ..compared(&silent(new), new) }));
    connections.sort_by(|one, other| one.name.cmp(&other.name));
    let mut went: Vec<_> =
        gone.into_iter().map(|old| Connection { there: There::Went, ..compared(old, &silent(old)) }).collect();
    went.sort_by(|one, other| one.name.cmp(&other.name));
    connections.extend(went);
    for connection in &mut connections {
        connection.same &= connection.there == There::Stayed;
    }
    Report { same: connections.iter().all(|connection| connection.same), connections }
}

/// What tells the end of a connection from others.
fn ends(program: &Program) -> [(&str, &str, &str, Option<&str>); 2] {
    program
        .sides
        .each_ref()
        .map(|side| (side.app.as_str(), side.account.as_str(), side.object.as_str(), side.instance.as_deref()))
}

/// A program that does nothing: what a connection is that is not there.
fn silent(program: &Program) -> Program {
    Program { rules: Vec::new(), mappings: Vec::new(), tests: Tests::default(), ..program.clone() }
}

fn versions(old: &Program, new: &Program) -> Connection {
    let renamed_from = (old.name != new.name).then(|| old.name.clone());
    Connection { renamed_from, ..compared(old, new) }
}

fn compared(old: &Program, new: &Program) -> Connection {
    let both = Both::of(old, new);
    let pairing = rules::pair(&both);
    let (rules, rewritten) = rules::changes(&both, &pairing);
    let scope: Vec<Flow> = End::BOTH.into_iter().flat_map(|from| flows(&both, &pairing, from)).collect();
    let settings = settings::settings(old, new, &both);
    let mappings = mappings::changes(&both);
    let orders = order::orders(&both, &pairing);
    let nothing = |rule: &RuleChange| rule.deltas.is_empty() && !rule.unclear;
    let same = scope.is_empty()
        && settings.is_empty()
        && mappings.is_empty()
        && orders.is_empty()
        && rules.iter().all(nothing);
    Connection {
        name: new.name.clone(),
        renamed_from: None,
        ends: new.sides.each_ref().map(shown),
        there: There::Stayed,
        same,
        scope,
        settings,
        rules,
        rewritten,
        mappings,
        orders,
    }
}

/// An end as the `sync` statement writes it.
fn shown(side: &Side) -> String {
    let usual = builtin(&side.app).is_none_or(|app| app.default_object == side.object);
    let object = if usual { String::new() } else { format!(".{}", side.object) };
    let instance = side.instance.as_ref().map(|name| format!("(\"{name}\")")).unwrap_or_default();
    let alias = if side.name == side.account { String::new() } else { format!(" as {}", side.name) };
    format!("{}{object}{instance}{alias}", side.account)
}

/// The contacts that stop to flow away from this end, and those that start to.
fn flows(both: &Both, pairing: &Pairing, from: End) -> Vec<Flow> {
    let flow = |version: Version| {
        let (who, contacts) = asked::flow(both, pairing, version, from)?;
        let name = |end: End| both.program(Version::New).side(end).name.clone();
        let example = example::example(both, &contacts);
        let starts = version == Version::New;
        Some(Flow { from: name(from), to: name(from.other()), starts, who, example })
    };
    Version::BOTH.into_iter().filter_map(flow).collect()
}
