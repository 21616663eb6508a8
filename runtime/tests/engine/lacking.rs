//! Sides that have no place for some of their fields: names flow by what there is, and nothing else does.

use syncc_compiler::{
    db::Database,
    ir::{End, FieldId, Program},
    schema::{self, AccountSchema},
    value::{Canon, Record, Value, shown},
};
use syncc_runtime::engine::{Engine, Pair};

fn program(apps: [&str; 2]) -> Program {
    let schemas = ["left", "right"].into_iter().zip(apps).map(|(name, app)| {
        let app = schema::App::clone(schema::builtin(app).expect("it is built in"));
        AccountSchema { name: name.to_owned(), app }
    });
    let mut database = Database::default();
    database.set_accounts(schemas.collect());
    let ends = apps.map(|app| if app == "intercom" { ".leads" } else { "" });
    let [left, right] = ["left", "right"].map(str::to_owned);
    let (left, right) = (left + ends[0], right + ends[1]);
    let sync = if ends == ["", ""] {
        format!("sync {left} <-> {right}\n")
    } else {
        format!("sync {left} <-> {right} as chat\n")
    };
    database.set_file("all.sync", sync);
    let checked = database.check("all.sync").expect("the file is there");
    Program::clone(&checked.program.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics)))
}

/// What a side that has these fields only holds after a cycle, where the other side has one contact with these values.
fn made(apps: [&str; 2], has: [&[&str]; 2], given: &[(&str, &str)]) -> Vec<(String, String)> {
    let program = program(apps);
    let lacks = End::BOTH.map(|end| {
        let fields = (0_u32..).map(FieldId).zip(&program.side(end).fields);
        let has = has[end.index()];
        fields.filter(|(_, field)| !has.is_empty() && !has.contains(&field.name.as_str())).map(|(id, _)| id).collect()
    });
    let lacks: [Vec<FieldId>; 2] = lacks;
    let left = program.side(End::Left);
    let mut record = Record::filled_with(&Value::Empty, left.fields.len());
    lacks[0].iter().for_each(|field| record.put(*field, Value::Unknown));
    for (name, text) in given {
        let id = left.field(name).expect("a field");
        record.put(id, Canon::default().scalar(left.fields[id.index()].ty.scalar(), text).expect("a text"));
    }
    let engine = Engine::new(&program).lacking(lacks);
    let outcome = engine.cycle(&Pair { now: [Some(record), None], base: None, later: None });
    let made = outcome.end[1].as_ref().expect("it is made");
    let again = engine.cycle(&Pair { now: outcome.end.clone(), base: outcome.base.clone(), later: None });
    assert_eq!(again.changes, [], "it comes to rest");
    let fields = program.side(End::Right).fields.iter().zip(made.values()).filter(|(_, value)| value.is_filled());
    fields.map(|(field, value)| (field.name.clone(), shown(value).expect("a text"))).collect()
}

fn pairs(made: &[(String, String)]) -> Vec<(&str, &str)> {
    made.iter().map(|(field, value)| (field.as_str(), value.as_str())).collect()
}

const WHOLE: &[&str] = &["email", "name"];
const PARTS: &[&str] = &["email", "given_name", "family_name"];

#[test]
fn what_a_side_has_no_place_for_is_not_put_into_what_is_made() {
    let made = made(["csv", "csv"], [&[], &["email"]], &[("email", "ann@home.example"), ("note", "secret")]);
    assert_eq!(pairs(&made), [("email", "ann@home.example")]);
}

#[test]
fn a_name_flows_by_what_each_side_has_of_it() {
    let whole = [("name", "Ann Maria Bee")];
    let parts = [("given_name", "Ann"), ("family_name", "Bee")];
    assert_eq!(pairs(&made(["csv", "csv"], [WHOLE, WHOLE], &whole)), whole);
    assert_eq!(pairs(&made(["csv", "csv"], [PARTS, PARTS], &parts)), [("family_name", "Bee"), ("given_name", "Ann")]);
    let split = made(["csv", "csv"], [WHOLE, PARTS], &whole);
    assert_eq!(pairs(&split), [("family_name", "Bee"), ("given_name", "Ann Maria")]);
    assert_eq!(pairs(&made(["csv", "csv"], [PARTS, WHOLE], &parts)), [("name", "Ann Bee")]);
    // An app that has whole names only, and a list without columns for titles and middle names, or with none for parts.
    assert_eq!(pairs(&made(["csv", "intercom"], [PARTS, &[]], &parts)), [("name", "Ann Bee")]);
    assert_eq!(pairs(&made(["csv", "intercom"], [WHOLE, &[]], &whole)), whole);
    let card = made(["csv", "vcard"], [WHOLE, &[]], &whole);
    assert_eq!(pairs(&card), [("family_name", "Bee"), ("given_name", "Ann"), ("middle_name", "Maria")]);
}
