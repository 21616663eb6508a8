//! Random rule files, as people would write them: of two apps with sets, choices, numbers, yes and no, names and consent.

use proptest::{collection::vec, option, prelude::*, sample::select};
use syncc_compiler::{
    db::{AccountSchema, Database},
    ir::Program,
    schema::App,
};

/// The manifest of an app. One side has whole names, the other one their parts.
fn manifest(id: &str) -> String {
    let names = if id == "left" {
        "[objects.contact.fields.name]\ntype = \"text\"\nmeans = \"name.full\"\n"
    } else {
        "[objects.contact.fields.given]\ntype = \"text\"\nmeans = \"name.given\"\n\
         [objects.contact.fields.family]\ntype = \"text\"\nmeans = \"name.family\"\n"
    };
    let sets = ["tags", "lists"].map(|name| {
        format!(
            "[objects.contact.fields.{name}]\ntype = \"set of text\"\n\
             can = [\"read\", \"filter\", \"add\", \"remove\", \"create\"]\n"
        )
    });
    let single = [
        ("email", "email", "means = \"email\"\n"),
        ("status", "text", ""),
        ("stage", "text", ""),
        ("note", "text", ""),
        ("points", "number", ""),
        ("active", "bool", ""),
        ("mail", "consent", ""),
    ]
    .map(|(name, ty, more)| format!("[objects.contact.fields.{name}]\ntype = \"{ty}\"\n{more}"));
    format!(
        "[app]\nid = \"{id}\"\ntitle = \"{id}\"\ndefault_object = \"contact\"\n\
         [objects.contact]\nidentity = [\"email\"]\ncreates = true\ndeletes = true\ndated = true\n\
         detects = {{ deleted = true }}\n{names}{}{}",
        sets.concat(),
        single.concat()
    )
}

/// Both accounts.
pub(crate) fn accounts() -> Vec<AccountSchema> {
    ["left", "right", "third"]
        .map(|id| AccountSchema { name: id.to_owned(), app: App::from_manifest(id, &manifest(id)).unwrap() })
        .into()
}

/// The program of a file that has nothing wrong, but perhaps that it does not settle.
pub(crate) fn program(text: &str, accounts: &[AccountSchema]) -> Option<Program> {
    let mut database = Database::default();
    database.set_accounts(accounts.to_vec());
    database.set_file("random.sync", text.to_owned());
    database.meaning("random.sync").map(|program| Program::clone(&program))
}

fn test(app: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![
        6 => (select(vec!["tags", "lists"]), select(vec!["==", "!="]), letter()).prop_map(move |(field, op, letter)| format!("{app}.{field} {op} \"{letter}\"")),
        3 => (select(vec!["status", "stage"]), select(vec!["==", "!="]), letter()).prop_map(move |(field, op, letter)| format!("{app}.{field} {op} \"{letter}\"")),
        1 => (select(vec!["contains", "starts-with", "ends-with"]), letter()).prop_map(move |(op, letter)| format!("{app}.note {op} \"{letter}\"")),
        1 => (select(vec!["<", "<=", ">", "=="]), 1..3).prop_map(move |(op, number)| format!("{app}.points {op} {number}")),
        1 => Just(format!("{app}.active")),
        1 => Just(format!("not ({app}.active)")),
        2 => (select(vec!["tags", "status", "note", "points"]), select(vec!["is empty", "is not empty"])).prop_map(move |(field, op)| format!("{app}.{field} {op}")),
        1 => Just(format!("{app} exists")),
        1 => Just(format!("{app} deleted")),
        1 => Just(format!("{app}.mail == \"unsubscribed\"")),
    ]
}

fn letter() -> impl Strategy<Value = &'static str> {
    select(vec!["A", "A", "B", "C"])
}

fn effect(app: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![
        6 => (select(vec!["tags", "lists"]), select(vec!["+=", "+=", "-="]), letter()).prop_map(move |(field, op, letter)| format!("{app}.{field} {op} \"{letter}\"")),
        3 => (select(vec!["status", "stage", "note"]), letter()).prop_map(move |(field, letter)| format!("{app}.{field} = \"{letter}\"")),
        1 => (1..3).prop_map(move |number| format!("{app}.points = {number}")),
        1 => any::<bool>().prop_map(move |truth| format!("{app}.active = {truth}")),
        1 => Just(format!("{app}.mail = \"unsubscribed\"")),
        1 => Just(format!("{app} exists")),
    ]
}

/// An effect that has an opposite.
fn switch(app: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![
        6 => (select(vec!["tags", "lists"]), select(vec!["+=", "+=", "-="]), letter()).prop_map(move |(field, op, letter)| format!("{app}.{field} {op} \"{letter}\"")),
        1 => any::<bool>().prop_map(move |truth| format!("{app}.active = {truth}")),
    ]
}

/// A test that can be made true and false.
fn switched(app: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![
        6 => (select(vec!["tags", "lists"]), select(vec!["==", "==", "!="]), letter()).prop_map(move |(field, op, letter)| format!("{app}.{field} {op} \"{letter}\"")),
        1 => Just(format!("{app}.active")),
        1 => letter().prop_map(move |letter| format!("{app}.status == \"{letter}\"")),
    ]
}

/// A rule as a line, from one app to the other.
fn rule_of(from: &'static str, to: &'static str) -> impl Strategy<Value = String> {
    let more = vec(prop_oneof![3 => test(from).boxed(), 2 => test(to).boxed()], 0..3);
    let condition = (test(from), more, any::<bool>()).prop_map(|(own, more, all)| {
        if more.is_empty() {
            own
        } else if all {
            format!("{own} and {}", more.join(" and "))
        } else {
            format!("{own} and ({})", more.join(" or "))
        }
    });
    let condition = condition.boxed();
    let tail = select(vec![" other-way", " undo other-way", " undo other-way"]);
    prop_oneof![
        8 => (condition.clone(), vec(effect(to), 1..3)).prop_map(|(condition, effects)| format!("when {condition} then {}", effects.join(", "))),
        10 => (condition.clone(), vec(switch(to), 1..3)).prop_map(|(condition, effects)| format!("when {condition} then {} undo", effects.join(", "))),
        4 => (condition.clone(), letter(), letter()).prop_map(move |(condition, one, other)| format!("when {condition} then {to}.status = \"{one}\" undo {to}.status = \"{other}\"")),
        14 => (switched(from), switch(to), tail).prop_map(|(condition, effect, tail)| format!("when {condition} then {effect}{tail}")),
        1 => condition.prop_map(move |condition| format!("when {condition} then {to} deleted")),
        1 => Just(format!("when {from} deleted then {to}.tags += \"A\"")),
    ]
}

/// Two rules that answer each other, as two people write them who do not know of each other. Many such pairs go round.
fn answers() -> impl Strategy<Value = Vec<String>> {
    let set = || select(vec!["tags", "lists"]);
    let is = || select(vec!["==", "!="]);
    let does = || select(vec!["+=", "-="]);
    let undo = || select(vec![" undo", " undo", ""]);
    ((set(), letter(), set(), letter()), (is(), does(), undo()), (is(), does(), undo())).prop_map(
        |((left, one, right, other), (asked, done, undo), (asked_back, done_back, undo_back))| {
            vec![
                format!("when left.{left} {asked} \"{one}\" then right.{right} {done} \"{other}\"{undo}"),
                format!(
                    "when right.{right} {asked_back} \"{other}\" then left.{left} {done_back} \"{one}\"{undo_back}"
                ),
            ]
        },
    )
}

fn rule() -> impl Strategy<Value = String> {
    prop_oneof![rule_of("left", "right"), rule_of("right", "left")]
}

fn mapping() -> impl Strategy<Value = String> {
    let arrow = || select(vec!["<->", "<->", "->", "<-"]);
    prop_oneof![
        3 => (select(vec!["tags", "lists"]), arrow(), select(vec!["tags", "lists"])).prop_map(|(one, arrow, other)| format!("map left.{one} {arrow} right.{other}")),
        3 => (select(vec!["status", "stage", "note"]), arrow(), select(vec!["status", "stage", "note"])).prop_map(|(one, arrow, other)| format!("map left.{one} {arrow} right.{other}")),
        1 => (select(vec!["points", "active", "mail"]), arrow()).prop_map(|(field, arrow)| format!("map left.{field} {arrow} right.{field}")),
        1 => arrow().prop_map(|arrow| format!("map left.status {arrow} right.status using {{ \"A\" = \"B\", \"B\" = \"A\", \"C\" = \"C\" }}")),
        1 => arrow().prop_map(|arrow| format!("map left.tags {arrow} right.tags using {{ \"A\" = \"B\", \"B\" = \"C\" }}")),
        1 => Just("map \"{left.status}, {left.stage}\" -> right.note".to_owned()),
    ]
}

/// The text of a file.
pub(crate) fn file() -> impl Strategy<Value = Vec<String>> {
    let head = (
        prop_oneof![18 => Just("sync left <-> right"), 1 => Just("sync left -> right"), 1 => Just("sync left <- right")],
        option::weighted(0.4, select(vec!["prefer left", "prefer right", "prefer latest"])),
    );
    let answers = option::weighted(0.1, answers());
    (head, vec(mapping(), 0..3), vec(rule(), 1..5), answers).prop_map(|((sync, prefer), maps, rules, answers)| {
        let mut lines = vec![sync.to_owned()];
        lines.extend(prefer.map(str::to_owned));
        lines.extend(maps);
        lines.extend(rules);
        lines.extend(answers.into_iter().flatten());
        lines
    })
}
