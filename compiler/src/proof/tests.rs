//! The two ways of looking at all states of a component, against each other.

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;
use crate::{
    db::{AccountSchema, Database},
    schema::App,
};

const APP: &str = r#"
[app]
id = "app"
title = "App"
default_object = "contact"
[objects.contact]
identity = ["email"]
dated = true
detects = { deleted = true }
fields.email = { type = "email", means = "email" }
fields.tag = { type = "set of text", can = ["read", "filter", "add", "remove", "create"] }
fields.status = { type = "text" }
fields.mail = { type = "consent" }
"#;

fn program(text: &str) -> Option<Program> {
    let mut database = Database::default();
    let account = |name: &str| AccountSchema { name: name.to_owned(), app: App::from_manifest("app", APP).unwrap() };
    database.set_accounts(vec![account("left"), account("right")]);
    database.set_file("a.sync", text.to_owned());
    database.meaning("a.sync").map(|program| Program::clone(&program))
}

fn file() -> impl Strategy<Value = String> {
    let letter = || select(vec!["A", "B", "C"]);
    let map = select(vec![
        "",
        "map left.tag <-> right.tag\n",
        "map left.tag -> right.tag\n",
        "map left.tag <-> right.tag using { \"A\" = \"B\", \"B\" = \"A\", \"C\" = \"A\" }\n",
        "map left.status <-> right.status\n",
        "map left.status -> right.status\n",
        "map left.mail <-> right.mail\n",
    ]);
    let prefer = select(vec!["", "prefer right\n", "prefer latest\n"]);
    let tag = (letter(), select(vec!["==", "!="]), letter(), select(vec!["+=", "-="]), any::<bool>(), 0..4_usize)
        .prop_map(|(has, is, gets, op, forth, tail)| {
            let (from, to) = if forth { ("left", "right") } else { ("right", "left") };
            let tail = ["", " undo", " other-way", " undo other-way"][tail];
            format!("when {from}.tag {is} \"{has}\" then {to}.tag {op} \"{gets}\"{tail}\n")
        });
    let status = (letter(), letter(), letter(), any::<bool>()).prop_map(|(is, becomes, tag, forth)| {
        let (from, to) = if forth { ("left", "right") } else { ("right", "left") };
        format!("when {from}.status == \"{is}\" and {to}.tag != \"{tag}\" then {to}.status = \"{becomes}\", {to}.tag += \"{tag}\"\n")
    });
    let rules = vec(prop_oneof![4 => tag, 1 => status], 1..5);
    (map, prefer, rules)
        .prop_map(|(map, prefer, rules)| format!("sync left <-> right\n{prefer}{map}{}", rules.concat()))
}

/// The models of the components that turn.
fn models(program: &Program) -> Vec<Model> {
    let space = Space::of(&[program]);
    let universe = space.view(&[program]);
    let components = Components::of(&universe, Phase::Both);
    let writers = Writers::of(&universe, Phase::Both);
    let turning = (0..components.len()).filter(|group| components.turns[*group]);
    let model = |group: usize| {
        let cells = components.group(group);
        let writers = writers.of_group(cells);
        let of = |all: &[(usize, usize)]| vec![all.iter().map(|(_, index)| *index).collect()];
        let (rules, maps) = (of(&writers.rules), of(&writers.maps));
        Model::of(&universe, &Parts { live: cells.to_vec(), rules, maps, phase: Phase::Both, run: None }).ok()
    };
    turning.filter_map(model).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn decision_diagrams_find_what_single_states_show(text in file(), still in any::<bool>()) {
        let Some(program) = program(&text) else { return Ok(()) };
        let scope = if still { ScopeIs::Still } else { ScopeIs::Restless };
        for model in models(&program) {
            let single = explore(&model, scope, 1 << 13, &|| {});
            match (&single, symbolic::decide(&model, scope, &|| {})) {
                // Diagrams may grow too large where there are few states, and the other way round.
                (Explored::TooMany, _) | (_, Explored::TooMany) => {}
                (Explored::Ends { longest, .. }, Explored::Ends { longest: also, .. }) => {
                    prop_assert_eq!(*longest, also, "{}", text);
                }
                (Explored::Circle(_), Explored::Circle(_)) => {}
                (single, symbolic) => {
                    let kind = |found: &Explored| match found {
                        Explored::Ends { .. } => "ends",
                        Explored::Circle(_) => "goes round",
                        Explored::TooMany => "is too much",
                    };
                    prop_assert!(false, "{} and {}:\n{text}", kind(single), kind(&symbolic));
                }
            }
        }
    }
}

/// Thirty tags handed on from app to app, and the last one makes the first: more states than can be looked at singly.
fn chain(closed: bool) -> Program {
    let mut text = "sync left <-> right\n".to_owned();
    for link in 0..30 {
        let (from, to) = if link % 2 == 0 { ("left", "right") } else { ("right", "left") };
        text.push_str(&format!("when {from}.tag == \"{link}\" then {to}.tag += \"{}\"\n", link + 1));
    }
    if closed {
        text.push_str(
            "when left.tag == \"30\" then right.tag += \"0\"\nwhen right.tag == \"0\" then left.tag += \"0\"\n",
        );
    }
    program(&text).unwrap()
}

#[test]
fn a_ring_of_many_tags_is_decided() {
    for closed in [false, true] {
        let proof = prove(&chain(closed), &|| {});
        assert!(matches!(proof.verdict, Verdict::Proved { .. }), "{closed}: {:?}", proof.verdict);
    }
    let mut turning = chain(true);
    // The last tag takes the first one away, and without it each of the others goes: a gap runs round for ever.
    for rule in &mut turning.rules {
        let opposite = rule.effects.iter().map(|effect| match effect {
            Effect::Add(field, value) => Effect::Remove(*field, *value),
            other => other.clone(),
        });
        rule.undo = Some(opposite.collect());
    }
    assert!(matches!(prove(&turning, &|| {}).verdict, Verdict::Refuted(_)));
}
