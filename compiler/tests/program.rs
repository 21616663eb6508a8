//! What a file means: the program that a run gets.

#![expect(clippy::unwrap_used, reason = "a test stops where the unexpected happens")]

use syncc_compiler::{
    check::{Checked, check_text},
    ir::{
        Arrow, Condition, Direction, Effect, End, FieldId, Lens, Mapping, NamePart, Origin, Prefer, Program, Test,
        Tests,
    },
    schema::{AccountSchema, App, Scalar, Type, builtin},
    value::shown,
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

/// The condition of the first rule, spelt out.
fn condition(text: &str) -> String {
    let program = program(text);
    spelt(&program, &program.rules[0].condition)
}

fn spelt(program: &Program, condition: &Condition) -> String {
    let join = |parts: &[Condition], word: &str| {
        let parts: Vec<_> = parts.iter().map(|part| spelt(program, part)).collect();
        format!("({})", parts.join(word))
    };
    match condition {
        Condition::Not(inner) => format!("not {}", spelt(program, inner)),
        Condition::All(parts) => join(parts, " and "),
        Condition::Any(parts) => join(parts, " or "),
        Condition::Atom(atom) => {
            let atom = &program.atoms[atom.index()];
            let name = |field: FieldId| program.side(atom.end).fields[field.index()].name.clone();
            let value = |constant| shown(program.constant(constant)).unwrap();
            match &atom.test {
                Test::Exists => "exists".to_owned(),
                Test::Deleted => "deleted".to_owned(),
                Test::Empty(field) => format!("{} empty", name(*field)),
                Test::True(field) => name(*field),
                Test::Equals(field, constant) => format!("{} is {}", name(*field), value(*constant)),
                Test::Has(field, constant) => format!("{} has {}", name(*field), value(*constant)),
                Test::Less(field, constant) => format!("{} < {}", name(*field), value(*constant)),
                Test::AtMost(field, constant) => format!("{} <= {}", name(*field), value(*constant)),
                Test::Contains(field, constant) => format!("{} contains {}", name(*field), value(*constant)),
                Test::StartsWith(field, constant) => format!("{} starts {}", name(*field), value(*constant)),
                Test::EndsWith(field, constant) => format!("{} ends {}", name(*field), value(*constant)),
            }
        }
    }
}

/// A rule of Google Contacts under this condition.
fn when(condition_text: &str) -> String {
    condition(&format!("sync google <-> realgeeks\nwhen {condition_text} then realgeeks.tag += \"x\""))
}

#[test]
fn an_empty_field_is_neither_less_nor_greater_than_anything() {
    assert_eq!(when("google.birthday < 2000-01-01"), "birthday < 2000-01-01");
    assert_eq!(when("google.birthday <= 2000-01-01"), "birthday <= 2000-01-01");
    assert_eq!(when("google.birthday > 2000-01-01"), "(not birthday <= 2000-01-01 and not birthday empty)");
    assert_eq!(when("google.birthday >= 2000-01-01"), "(not birthday < 2000-01-01 and not birthday empty)");
}

#[test]
fn conditions_read_as_they_are_written() {
    assert_eq!(
        when(r#"google.label == "a" and (google.company contains "b" or not google.title is empty)"#),
        "(label has a and (company contains b or not title empty))"
    );
    assert_eq!(when(r#"google.title in ["CEO", "CTO"]"#), "(title is CEO or title is CTO)");
    assert_eq!(when(r#"google.title in ["CEO"]"#), "title is CEO");
    assert_eq!(when(r#"google.label in ["a", "b"] and realgeeks exists"#), "((label has a or label has b) and exists)");
    assert_eq!(when(r#"not google.label != "a""#), "label has a");
    assert_eq!(when(r#"realgeeks exists and google.label == "a""#), "(exists and label has a)");
}

#[test]
fn spellings_of_one_address_are_one_constant() {
    let program = program(
        r#"sync google <-> realgeeks
           when google.email == "Ann@x.example" then realgeeks.tag += "a"
           when google.email != "ann@X.example" then realgeeks.tag += "b""#,
    );
    let email_atoms = program.atoms.iter().filter(|atom| matches!(atom.test, Test::Equals(..))).count();
    assert_eq!(email_atoms, 1);
    assert_eq!(program.rules[1].condition, Condition::Not(Box::new(program.rules[0].condition.clone())));
}

#[test]
fn an_assignment_is_undone_as_the_rule_says() {
    let program = program(
        r#"sync google <-> realgeeks
           when google.label == "Buyer"
           then realgeeks.role = "Buyer", realgeeks.tag += "Buyer", realgeeks.notes = ""
           undo realgeeks.role = "Renter", realgeeks.notes = "no buyer""#,
    );
    let side = program.side(End::Right);
    let (role, tag, notes) = (side.field("role").unwrap(), side.field("tag").unwrap(), side.field("notes").unwrap());
    let rule = &program.rules[0];
    assert_eq!(rule.effects[2], Effect::Clear(notes));
    let undo = rule.undo.as_ref().unwrap();
    assert!(undo.iter().any(|effect| matches!(effect, Effect::Remove(field, _) if *field == tag)));
    assert!(undo.iter().any(|effect| matches!(effect, Effect::Set(field, _) if *field == role)));
    assert!(undo.iter().any(|effect| matches!(effect, Effect::Set(field, _) if *field == notes)));
    assert_eq!(undo.len(), 3);
}

#[test]
fn several_conditions_are_made_true_together_and_never_false() {
    let program = program(
        r#"sync google <-> realgeeks
           when google.label == "a" and google.title == "CEO" then realgeeks.tag += "x" other-way"#,
    );
    let other_way = program.rules[0].other_way.as_ref().unwrap();
    assert!(matches!(other_way.make_true[..], [Effect::Add(..), Effect::Set(..)]), "{other_way:?}");
    assert_eq!(other_way.make_false, None);
    // `other-way` gives the other direction, so that no implicit rule does.
    assert_eq!(program.rules.len(), 1);
}

#[test]
fn matching_tries_the_identity_of_the_apps_in_order() {
    let program = program("sync google <-> realgeeks");
    let keys: Vec<_> = program.matching.iter().map(|tier| tier.key.as_str()).collect();
    assert_eq!(keys, ["email", "phone"]);
    let names = |end: End| -> Vec<&str> {
        let fields = &program.matching[0].fields[end.index()];
        fields.iter().map(|field| program.side(end).fields[field.index()].name.as_str()).collect()
    };
    assert_eq!(names(End::Left), ["email", "other_emails"]);
    assert_eq!(names(End::Right), ["email", "second_email"]);
}

#[test]
fn fields_are_in_the_order_of_their_names_and_only_those_of_use() {
    let program = program("sync google -> realgeeks\nmap none\nwhen google.label == \"a\" then realgeeks.tag += \"b\"");
    let names = |end: End| program.side(end).fields.iter().map(|field| field.name.clone()).collect::<Vec<_>>();
    assert!(names(End::Left).is_sorted());
    assert_eq!(names(End::Right), ["email", "first_name", "last_name", "phone", "phone2", "second_email", "tag"]);
    assert!(!names(End::Left).contains(&"birthday".to_owned()));
    assert!(program.mappings.is_empty());
}

/// An app with the whole name in one field, and nothing else but an address.
fn whole_names() -> AccountSchema {
    let manifest = r#"
        [app]
        id = "mail"
        title = "Mail"
        default_object = "person"
        [objects.person]
        identity = ["email"]
        [objects.person.fields]
        email = { type = "email", means = "email" }
        name = { type = "text", means = "name.full" }
        memo = { type = "text" }
    "#;
    AccountSchema { name: "mail".to_owned(), app: App::from_manifest("mail", manifest).unwrap() }
}

#[test]
fn a_whole_name_and_its_parts_are_one_mapping() {
    let checked = check_text("names.sync", "sync google <-> mail", &[whole_names()]);
    let program = checked.program.unwrap();
    let split: Vec<_> = program.mappings.iter().filter(|mapping| matches!(mapping.lens, Lens::Name { .. })).collect();
    let [Mapping { lens: Lens::Name { whole_end, whole, parts }, direction, .. }] = split[..] else {
        panic!("{:?}", program.mappings)
    };
    assert_eq!(*whole_end, End::Right);
    assert_eq!(Some(*whole), program.side(End::Right).field("name"));
    let parts: Vec<_> = parts.iter().map(|(part, _)| *part).collect();
    assert_eq!(parts, [NamePart::Prefix, NamePart::Given, NamePart::Middle, NamePart::Family, NamePart::Suffix]);
    assert!(direction.to_left && direction.to_right);
}

#[test]
fn where_both_have_parts_the_whole_name_is_left_to_the_app() {
    let program = program("sync google <-> vcard");
    assert_eq!(mapping(&program, "given_name", "given_name"), Some(Direction { to_right: true, to_left: true }));
    let whole = program.side(End::Right).field("name").unwrap();
    let mentions = |lens: &Lens| matches!(lens, Lens::Copy { right, .. } if *right == whole);
    assert!(
        !program.mappings.iter().any(|mapping| mentions(&mapping.lens) || matches!(mapping.lens, Lens::Name { .. }))
    );
}

#[test]
fn a_written_mapping_stands_in_for_what_would_flow_there_by_meaning() {
    let program = program("sync google <-> realgeeks\nmap google.nickname -> realgeeks.first_name");
    assert_eq!(mapping(&program, "nickname", "first_name"), Some(Direction { to_right: true, to_left: false }));
    assert_eq!(mapping(&program, "given_name", "first_name"), Some(Direction { to_right: false, to_left: true }));
}

#[test]
fn values_are_translated_left_to_right_however_the_line_is_turned() {
    let manifest = r#"
        [app]
        id = "crm"
        title = "CRM"
        default_object = "deal"
        [objects.deal]
        identity = ["email"]
        [objects.deal.fields]
        email = { type = "email", means = "email" }
        phase = { type = "choice", values = ["open", "won", "lost"] }
    "#;
    let crm = AccountSchema { name: "crm".to_owned(), app: App::from_manifest("crm", manifest).unwrap() };
    let text = r#"sync crm <-> realgeeks
        map realgeeks.status <- crm.phase using { "Active" = "open", "Closed Escrow" = "won", "Dead" = "lost" }"#;
    let program = check_text("deals.sync", text, &[crm]).program.unwrap();
    let Some(Mapping { lens: Lens::Table { rows, .. }, direction, .. }) = program.mappings.last() else {
        panic!("{:?}", program.mappings)
    };
    assert_eq!(*direction, Direction { to_right: true, to_left: false });
    let rows: Vec<_> =
        rows.iter().map(|(left, right)| [left, right].map(|id| shown(program.constant(*id)).unwrap())).collect();
    assert_eq!(rows, [["open", "Active"], ["won", "Closed Escrow"], ["lost", "Dead"]]);
}

#[test]
fn tests_know_their_lines_and_change_nothing_of_the_rest() {
    let tested = format!(
        "{FLAGSHIP}\ntest \"undo\"\n  given google {{ email: \"a@b.example\", nickname: \"Ann\", label: [\"No_CRM\"] }}\n  \
         expect realgeeks none\n         google.label == [\"No_CRM\"]\n         google.nickname == \"Ann\"\n"
    );
    let (plain, tested) = (program(FLAGSHIP), program(&tested));
    let case = &tested.tests.cases[0];
    assert_eq!((case.line, case.name.as_str()), (20, "undo"));
    assert_eq!(case.expect.iter().map(|expect| expect.line).collect::<Vec<_>>(), [22, 23, 24]);
    assert_eq!(case.given[1], None);
    let joined = tested.with_tests();
    let shown: Vec<_> = case.expect.iter().map(|expect| joined.show_condition(&expect.condition, false)).collect();
    assert_eq!(shown, ["not (realgeeks exists)", r#"google.label == ["No_CRM"]"#, r#"google.nickname == "Ann""#]);
    assert_eq!(Program { tests: Tests::default(), ..tested }, plain);
}

#[test]
fn a_file_of_rows_has_whatever_columns_it_is_asked_for() {
    let program = program("sync csv -> realgeeks\nwhen csv.\"Lead source\" == \"Fair\" then realgeeks.tag += \"Fair\"");
    let column = program.side(End::Left).field("Lead source").unwrap();
    assert_eq!(program.side(End::Left).fields[column.index()].ty, Type::One(Scalar::Text));
}

#[test]
fn ends_can_be_two_accounts_of_one_app_with_names_of_their_own() {
    let app = (**builtin("google").unwrap()).clone();
    let accounts = ["ann", "bob"].map(|name| AccountSchema { name: name.to_owned(), app: app.clone() });
    let text = "sync ann as work <-> bob\nwhen work.label == \"Shared\" then bob.label += \"Ann\" undo";
    let program = check_text("two.sync", text, &accounts).program.unwrap();
    let [left, right] = &program.sides;
    assert_eq!((left.name.as_str(), left.account.as_str(), left.app.as_str()), ("work", "ann", "google"));
    assert_eq!((right.name.as_str(), right.account.as_str()), ("bob", "bob"));
}
