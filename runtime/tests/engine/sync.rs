//! `.sync` files for tests: compiled as in production, run on contacts written in one line.
//!
//! A contact is `"email: ann@home.example; label: Clients, VIP"`: fields that are not named are empty, `?` is a field
//! that the answer did not carry, and `none` is no contact.

use std::sync::Arc;

use syncc_compiler::{
    check::Checked,
    db::Database,
    ir::{End, Program, Side},
    schema::{AccountSchema, App},
    value::{Canon, Record, Text, Value, shown},
};
use syncc_runtime::engine::{Base, Engine, Outcome, Pair, Part, Status};

const BOOKS: &str = r#"
[app]
id = "books"
title = "Books"
default_object = "contact"
[objects.contact]
identity = ["email", "phone"]
deletes = true
dated = true
detects = { deleted = true }
fields.email = { type = "email", means = "email" }
fields.email2 = { type = "email", means = "email.second" }
fields.phone = { type = "phone", means = "phone" }
fields.name = { type = "text", means = "name.full" }
fields.label = { type = "set of text", can = ["read", "filter", "add", "remove"] }
fields.group = { type = "set of text", can = ["read", "filter", "add", "remove"] }
fields.status = { type = "choice", values = ["Open", "Lead", "Won"] }
fields.company = { type = "text" }
fields.title = { type = "text" }
fields.vip = { type = "bool" }
fields.points = { type = "number" }
fields.home = { type = "address" }
fields.mail = { type = "consent" }
"#;

const SHOP: &str = r#"
[app]
id = "shop"
title = "Shop"
default_object = "customer"
[objects.customer]
identity = ["email", "phone"]
deletes = true
dated = true
detects = { deleted = true }
fields.email = { type = "email", means = "email" }
fields.email2 = { type = "email", means = "email.second" }
fields.phone = { type = "phone", means = "phone" }
fields.given = { type = "text", means = "name.given" }
fields.family = { type = "text", means = "name.family" }
fields.tag = { type = "set of text", can = ["read", "filter", "add", "remove"] }
fields.list = { type = "set of text", can = ["read", "filter", "add", "remove"] }
fields.stage = { type = "choice", values = ["open", "won"] }
fields.note = { type = "text" }
fields.memo = { type = "text", can = ["read", "filter", "set"] }
fields.home = { type = "address", lacks = ["region"] }
fields.vip = { type = "bool" }
fields.mail = { type = "consent" }
"#;

/// A compiled file.
pub(crate) struct Sync {
    pub(crate) program: Arc<Program>,
}

/// What a cycle made of a pair.
#[derive(Debug)]
pub(crate) struct After {
    pub(crate) left: String,
    pub(crate) right: String,
    pub(crate) outcome: Outcome,
    /// The lines of the rules that changed something.
    pub(crate) fired: Vec<(u32, Part)>,
}

impl After {
    pub(crate) fn status(&self) -> Status {
        self.outcome.status
    }
}

impl Sync {
    /// Compiles; a file that does not is a mistake in the test.
    pub(crate) fn new(text: &str) -> Self {
        let checked = Self::checked(text);
        let program = checked.program.unwrap_or_else(|| panic!("{text}\n{:#?}", checked.diagnostics));
        Self { program }
    }

    /// Compiles a file that the compiler has found to go round: the engine must bear it all the same.
    pub(crate) fn unsettled(text: &str) -> Self {
        let database = Self::database(text);
        let refused = database.check("test.sync").is_some_and(|checked| checked.program.is_none());
        assert!(refused, "the compiler lets it through: {text}");
        Self { program: database.meaning("test.sync").unwrap_or_else(|| panic!("{text}")) }
    }

    /// What the compiler says of a file.
    pub(crate) fn checked(text: &str) -> Checked {
        Self::database(text).check("test.sync").unwrap_or_default()
    }

    fn database(text: &str) -> Database {
        let account = |name: &str, manifest| AccountSchema {
            name: name.into(),
            app: App::from_manifest(name, manifest).expect("the manifests of the tests are valid"),
        };
        let mut database = Database::default();
        database.set_accounts(vec![account("books", BOOKS), account("shop", SHOP)]);
        database.set_file("test.sync", text.to_owned());
        database
    }

    /// A contact, as the notes above say.
    pub(crate) fn contact(&self, end: End, text: &str) -> Option<Record> {
        let side = self.program.side(end);
        if text == "none" {
            return None;
        }
        let mut record = Record::filled_with(&Value::Empty, side.fields.len());
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, spelt) = part.split_once(':').unwrap_or_else(|| panic!("`{part}` is no field"));
            let field = side.field(name).unwrap_or_else(|| panic!("the file does not use `{name}` of {}", side.name));
            record.put(field, value(side, name, spelt.trim()));
        }
        Some(record)
    }

    pub(crate) fn show(&self, end: End, record: Option<&Record>) -> String {
        let Some(record) = record else { return "none".into() };
        let fields = self.program.side(end).fields.iter().zip(record.values()).filter(|(_, value)| !value.is_empty());
        let spelt = |value: &Value| match value {
            Value::Unknown => "?".into(),
            Value::Set(set) => set.elements().iter().map(Text::shown).collect::<Vec<_>>().join(", "),
            single => shown(single).unwrap_or_default(),
        };
        fields.map(|(field, value)| format!("{}: {}", field.name, spelt(value))).collect::<Vec<_>>().join("; ")
    }

    pub(crate) fn pair(&self, now: [&str; 2], base: Option<[&str; 2]>) -> Pair {
        let records = |texts: [&str; 2]| [self.contact(End::Left, texts[0]), self.contact(End::Right, texts[1])];
        Pair { now: records(now), base: base.map(|base| Base { sides: records(base) }), later: None }
    }

    /// A cycle on a pair that never was in step.
    pub(crate) fn first(&self, left: &str, right: &str) -> After {
        self.run(&self.pair([left, right], None))
    }

    /// A cycle on a pair that was in step as `base` and is `now`.
    pub(crate) fn next(&self, base: [&str; 2], now: [&str; 2]) -> After {
        self.run(&self.pair(now, Some(base)))
    }

    /// A cycle on the pair that a cycle left behind, after people made of it what `now` says.
    pub(crate) fn after(&self, before: &After, now: [&str; 2]) -> After {
        let pair = self.pair(now, None);
        self.run(&Pair { base: before.outcome.base.clone(), ..pair })
    }

    pub(crate) fn run(&self, pair: &Pair) -> After {
        let outcome = Engine::new(&self.program).cycle(pair);
        let [left, right] = End::BOTH.map(|end| self.show(end, outcome.end[end.index()].as_ref()));
        let fired = outcome.fired.iter().map(|fired| (self.program.rules[fired.rule].line, fired.part)).collect();
        After { left, right, outcome, fired }
    }
}

fn value(side: &Side, name: &str, spelt: &str) -> Value {
    let ty = side.fields.iter().find(|field| field.name == name).expect("looked up before").ty;
    if spelt == "?" {
        Value::Unknown
    } else if ty.is_set() {
        Canon::default().set(ty.scalar(), spelt.split(',').map(str::trim))
    } else {
        Canon::default().scalar(ty.scalar(), spelt).unwrap_or_else(|| panic!("`{spelt}` is no {name}"))
    }
}
