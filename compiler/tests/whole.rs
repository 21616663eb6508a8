//! A program that is written to a file and read again is the same program, and one that lacks something is known.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::{fs, path::Path};

use syncc_compiler::{
    check::check_text,
    ir::{Program, Tests},
    schema::{AccountSchema, App},
};

/// Every statement that names a field, a constant or an atom.
const FILE: &str = r#"
sync google <-> realgeeks
match email
when google.label != "No_CRM" and not google.biography contains "old" then realgeeks.tag += "GoogleContacts" undo
when realgeeks.status == "Closed Escrow" then google.label += "Clients" undo
map google.biography -> realgeeks.notes
test "they flow"
  given  google { email: "ann@home.example", label: ["Friends"] }
  expect realgeeks.tag == ["GoogleContacts"]
"#;

/// The apps of the cases in `tests/ui`, and all others by their ids.
fn accounts() -> Vec<AccountSchema> {
    let lab = App::from_manifest("lab", include_str!("ui/lab.toml")).unwrap();
    let labs = ["lab", "lab_two"].map(|name| AccountSchema { name: name.to_owned(), app: lab.clone() });
    let others = syncc_connectors::MANIFESTS
        .iter()
        .map(|(id, text)| AccountSchema { name: (*id).to_owned(), app: App::from_manifest(id, text).unwrap() });
    labs.into_iter().chain(others).collect()
}

fn program() -> Program {
    let checked = check_text("whole", FILE, &accounts());
    let program = checked.program.unwrap_or_else(|| panic!("{:?}", checked.diagnostics));
    Program::clone(&program)
}

fn again(program: &Program) -> Program {
    serde_json::from_slice(&serde_json::to_vec(program).unwrap()).unwrap()
}

#[test]
fn what_the_compiler_makes_is_whole_and_reads_back_as_it_is() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/ui"), "../examples".into()];
    let mut programs = vec![program()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Some(text) =
                fs::read_to_string(&path).ok().filter(|_| path.extension().is_some_and(|e| e == "sync"))
            {
                programs.extend(check_text("ui", &text, &accounts()).program.map(|program| Program::clone(&program)));
            }
        }
    }
    assert!(programs.len() > 10, "only {} programs", programs.len());
    for program in programs {
        assert!(program.is_whole(), "{}", program.show());
        assert_eq!(again(&program), program);
        assert_eq!(serde_json::to_vec(&again(&program)).unwrap(), serde_json::to_vec(&program).unwrap());
    }
}

#[test]
fn a_program_that_lacks_something_is_not_whole() {
    type Take = fn(&mut Program);
    let lacking: [(&str, Take); 9] = [
        ("a field on the left", |program| program.sides[0].fields.truncate(1)),
        ("a field on the right", |program| program.sides[1].fields.truncate(1)),
        ("the last constant", |program| program.constants.truncate(program.constants.len() - 1)),
        ("the last atom", |program| program.atoms.truncate(program.atoms.len() - 1)),
        ("all keys", |program| program.matching.clear()),
        ("the fields of a key", |program| program.matching[0].fields[1].clear()),
        ("the constants of its tests", |program| program.tests.constants.clear()),
        ("the atoms of its tests", |program| program.tests.atoms.clear()),
        ("all fields", |program| program.sides.iter_mut().for_each(|side| side.fields.clear())),
    ];
    for (what, take) in lacking {
        let mut program = program();
        take(&mut program);
        assert!(!program.is_whole(), "nothing is said of a program without {what}");
    }
    let mut without_tests = program();
    without_tests.tests = Tests::default();
    assert!(without_tests.is_whole());
}
