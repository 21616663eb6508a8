//! What a file means: the program that a run gets.

use syncc_compiler::{
    check::{Checked, check_text},
    ir::{Arrow, Condition, Direction, Effect, End, Lens, Origin, Prefer, Program, Test},
};

/// The example of the language's description, word for word.
const FLAGSHIP: &str = r#"# Personal contacts stay out of the CRM.
sync google <-> realgeeks

prefer google            # who wins when both sides changed the same thing
match  email             # which contacts are the same person
every  5 minutes

when google.label != "No_CRM"
then realgeeks.tag += "GoogleContacts"
undo other-way

# Clients are those who bought.
when realgeeks.status == "Closed Escrow" then google.label += "Clients" undo

map google.biography  -> realgeeks.notes
map google.address   <-> realgeeks.address off

when google deleted then realgeeks.tag += "Trash"
"#;

fn checked(text: &str) -> Checked {
    check_text("contacts/personal.sync", text, &[])
}

fn program(text: &str) -> Program {
    let checked = checked(text);
    let program = checked.program.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics));
    (*program).clone()
}

fn mapping(program: &Program, left: &str, right: &str) -> Option<Direction> {
    let (left, right) = (program.side(End::Left).field(left)?, program.side(End::Right).field(right)?);
    let pair = Lens::Copy { left, right };
    program.mappings.iter().find(|mapping| mapping.lens == pair).map(|mapping| mapping.direction)
}

#[test]
fn the_example_of_the_language_compiles_as_it_stands() {
    let program = program(FLAGSHIP);
    assert_eq!(program.name, "personal");
    assert_eq!(program.arrow, Arrow::Both);
    assert_eq!(program.prefer, Prefer::End(End::Left));
    assert_eq!(program.every, 300);
    assert_eq!(program.matching.len(), 1);
    assert_eq!(program.matching[0].key, "email");
    let lines: Vec<_> = program.rules.iter().map(|rule| (rule.line, rule.title.as_str())).collect();
    assert_eq!(
        lines,
        [
            (8, r#"when google.label != "No_CRM" then realgeeks.tag += "GoogleContacts" undo other-way"#),
            (13, "Clients are those who bought."),
            (18, r#"when google deleted then realgeeks.tag += "Trash""#),
        ]
    );
}

#[test]
fn the_rule_of_the_example_is_kept_from_both_sides() {
    let program = program(FLAGSHIP);
    let rule = &program.rules[0];
    let Condition::Not(inner) = &rule.condition else { panic!("{:?}", rule.condition) };
    let Condition::Atom(atom) = **inner else { panic!("{inner:?}") };
    let atom = &program.atoms[atom.index()];
    assert_eq!(atom.end, End::Left);
    let Test::Has(label, no_crm) = atom.test else { panic!("{atom:?}") };
    assert_eq!(Some(label), program.side(End::Left).field("label"));
    let tag = program.side(End::Right).field("tag").unwrap();
    let Effect::Add(field, value) = rule.effects[0] else { panic!("{:?}", rule.effects) };
    assert_eq!(field, tag);
    assert_eq!(rule.undo, Some(vec![Effect::Remove(tag, value)]));
    let other_way = rule.other_way.as_ref().unwrap();
    assert_eq!(other_way.make_true, [Effect::Remove(label, no_crm)]);
    assert_eq!(other_way.make_false, Some(vec![Effect::Add(label, no_crm)]));
}

#[test]
fn fields_of_one_meaning_are_mapped_unless_the_file_says_otherwise() {
    let program = program(FLAGSHIP);
    let both = Some(Direction { to_right: true, to_left: true });
    assert_eq!(mapping(&program, "email", "email"), both);
    assert_eq!(mapping(&program, "given_name", "first_name"), both);
    assert_eq!(mapping(&program, "biography", "notes"), Some(Direction { to_right: true, to_left: false }));
    assert_eq!(mapping(&program, "address", "address"), None);
    let written = program.mappings.iter().filter(|mapping| mapping.origin == Origin::Line(15)).count();
    assert_eq!(written, 1);
}

#[test]
fn a_direction_without_rules_lets_everybody_flow() {
    let program = program("sync google <-> realgeeks");
    assert_eq!(program.rules.len(), 2);
    assert!(program.rules.iter().all(|rule| rule.implicit && rule.effects == [Effect::Exists] && rule.line == 1));
    let one_way = self::program("sync google -> realgeeks");
    assert_eq!(one_way.rules.len(), 1);
    assert_eq!(one_way.rules[0].from, End::Left);
}

#[test]
fn a_program_is_the_same_after_writing_and_reading_it() {
    let program = program(FLAGSHIP);
    let text = serde_json::to_string(&program).unwrap();
    assert_eq!(serde_json::from_str::<Program>(&text).unwrap(), program);
}
