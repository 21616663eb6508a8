//! What a file sets for all its contacts: arrow, `prefer`, `match`, `every`, and what is known of its fields.

use std::collections::BTreeMap;

use syncc_compiler::{
    ir::{Arrow, End, IrField, Lens, MatchTier, Prefer, Program},
    logic::Contact,
    schema::Scalar,
};

use super::{
    both::{Both, Version},
    example::{pair_of, shows},
    mappings::{flowing, sample_of},
    pushed::disagreements,
    report::{Example, Setting},
};
use crate::engine::Pair;

/// What is set differently. Of the two programs as they are, and over the same tables.
pub(super) fn settings(old: &Program, new: &Program, both: &Both) -> Vec<Setting> {
    let mut found = Vec::new();
    let mut note = |what: &str, before: String, after: String, means: &str| {
        let what = what.to_owned();
        found.push(Setting { what, before, after, means: means.to_owned(), example: None });
    };
    if old.edition != new.edition {
        let means = "The same words may mean something else.";
        note("edition", old.edition.clone(), new.edition.clone(), means);
    }
    if old.arrow != new.arrow {
        let means = "Contacts flow in other directions.";
        note("arrow", arrow(old.arrow).to_owned(), arrow(new.arrow).to_owned(), means);
    }
    if keys(both, Version::Old) != keys(both, Version::New) {
        let means = "Other contacts may count as the same person. Those that are linked stay linked.";
        note("match", matching(old), matching(new), means);
    }
    if old.every != new.every {
        let means = "Contacts become the same as before, sooner or later.";
        note("every", every(old), every(new), means);
    }
    for end in End::BOTH {
        for (name, before, after) in fields(old, new, end) {
            note(&name, before, after, "What rules and mappings can do with it may be another thing.");
        }
    }
    if prefers(old, both) != prefers(new, both) {
        let means = "Where both sides changed the same thing, another side wins.".to_owned();
        let [before, after] = [old, new].map(prefer);
        found.push(Setting { what: "prefer".to_owned(), before, after, means, example: disagreeing(both) });
    }
    found
}

/// How often, in the language.
fn every(program: &Program) -> String {
    let shown = program.show();
    let line = shown.lines().find_map(|line| line.strip_prefix("every "));
    line.unwrap_or_default().to_owned()
}

fn arrow(arrow: Arrow) -> &'static str {
    match arrow {
        Arrow::Both => "<->",
        Arrow::Right => "->",
        Arrow::Left => "<-",
    }
}

/// Who wins, where that decides something. Nothing written means the left end, but for rules with `other-way` from the
/// right one: where both sides changed, these ask whether something is written.
fn prefers(program: &Program, both: &Both) -> Option<Prefer> {
    let rules = || Version::BOTH.into_iter().flat_map(|version| both.rules(version));
    let mappings = Version::BOTH.into_iter().flat_map(|version| &both.program(version).mappings);
    // Sets merge element by element, and consent only climbs down, whoever wins.
    let mut single = mappings.filter(|mapping| match &mapping.lens {
        Lens::Copy { left, .. } | Lens::Table { left, .. } => {
            let field = both.program(Version::New).side(End::Left).fields.get(left.index());
            field.is_none_or(|field| !field.ty.is_set() && field.ty.scalar() != Scalar::Consent)
        }
        Lens::Name { .. } | Lens::Compose { .. } => true,
    });
    if single.next().is_none() && !rules().any(|rule| rule.other_way.is_some()) {
        return None;
    }
    Some(match program.prefer {
        Prefer::Default if !rules().any(|rule| rule.other_way.is_some() && rule.from == End::Right) => {
            Prefer::End(End::Left)
        }
        prefer => prefer,
    })
}

/// A contact whose two records changed to different values in a field that flows, or about a rule with `other-way`.
fn disagreeing(both: &Both) -> Option<Example> {
    let program = both.program(Version::New);
    let mut pairs = Vec::new();
    let contacts: Vec<Contact> = End::BOTH.into_iter().flat_map(|from| flowing(both, from)).collect();
    for mapping in &program.mappings {
        let Lens::Copy { left, right } = &mapping.lens else { continue };
        for contact in &contacts {
            let mut contact = contact.clone();
            let Some(first) = sample_of(program, End::Left, *left, &[]) else { continue };
            let Some(second) = sample_of(program, End::Right, *right, std::slice::from_ref(&first)) else { continue };
            contact.values.extend([((End::Left, *left), first), ((End::Right, *right), second)]);
            pairs.push(pair_of(program, &contact));
        }
    }
    pairs.extend(
        both.rules(Version::New)
            .iter()
            .filter(|rule| rule.other_way.is_some())
            .flat_map(|rule| disagreements(both, rule)),
    );
    // `prefer latest` asks who was later.
    let later = [None, Some(End::Left), Some(End::Right)];
    pairs.iter().flat_map(|pair| later.map(|later| Pair { later, ..pair.clone() })).find_map(|pair| shows(both, &pair))
}

fn prefer(program: &Program) -> String {
    match program.prefer {
        Prefer::Default => format!("{}, as nothing is written", program.side(End::Left).name),
        Prefer::End(end) => program.side(end).name.clone(),
        Prefer::Latest => "latest".to_owned(),
    }
}

/// What contacts are matched by, whatever it is called.
fn keys(both: &Both, version: Version) -> Vec<&[Vec<syncc_compiler::ir::FieldId>; 2]> {
    both.program(version).matching.iter().map(|tier: &MatchTier| &tier.fields).collect()
}

fn matching(program: &Program) -> String {
    program.matching.iter().map(|tier| tier.key.as_str()).collect::<Vec<_>>().join(" or ")
}

/// The fields of which something else is known than before.
fn fields(old: &Program, new: &Program, end: End) -> Vec<(String, String, String)> {
    let known: BTreeMap<&str, &IrField> =
        old.side(end).fields.iter().map(|field| (field.name.as_str(), field)).collect();
    let told = |field: &IrField| {
        let can: Vec<String> = field.can.into();
        let lacks =
            if field.lacks.is_empty() { String::new() } else { format!(", without {}", field.lacks.join(", ")) };
        format!("{} ({}){lacks}", field.ty, can.join(", "))
    };
    let differs = new.side(end).fields.iter().filter_map(|field| {
        let before = known.get(field.name.as_str())?;
        let same = (before.ty, before.can, &before.lacks) == (field.ty, field.can, &field.lacks);
        (!same).then(|| (format!("{}.{}", new.side(end).name, field.name), told(before), told(field)))
    });
    let mut found: Vec<_> = differs.collect();
    let facts = |program: &Program| {
        let side = program.side(end);
        let can = [("made", side.creates), ("deleted", side.deletes), ("seen as deleted", side.detects.deleted)];
        can.into_iter().filter(|(_, can)| *can).map(|(what, _)| what).collect::<Vec<_>>().join(", ")
    };
    if facts(old) != facts(new) {
        let name = format!("contacts of {}", new.side(end).name);
        found.push((name, format!("can be {}", facts(old)), format!("can be {}", facts(new))));
    }
    found
}
