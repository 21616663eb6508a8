//! The `.sync` files of the simulation: some that people would write, the examples, and random ones.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use syncc_compiler::{
    db::Database,
    ir::Program,
    schema::{AccountSchema, App, Pulled},
};

use crate::chance::Chance;

/// An address book: whole names, labels, and a person asks for less mail in it.
const BOOKS: &str = include_str!("files/books.toml");
/// A shop: names in parts, tags, stages.
const SHOP: &str = include_str!("files/shop.toml");

const EXAMPLES: [(&str, &str); 3] = [
    ("google-realgeeks", include_str!("../../examples/google-realgeeks/google-realgeeks.sync")),
    ("copper-google", include_str!("../../examples/copper-google/copper-google.sync")),
    ("simplecrm-google", include_str!("../../examples/simplecrm-google/simplecrm-google.sync")),
];

/// What was pulled for the accounts of the examples: folder, account, file.
const PULLED: [(&str, &str, &str); 3] = [
    ("copper-google", "copper", include_str!("../../examples/copper-google/copper.fields.toml")),
    ("copper-google", "google", include_str!("../../examples/copper-google/google.fields.toml")),
    ("simplecrm-google", "google", include_str!("../../examples/simplecrm-google/google.fields.toml")),
];

/// Files of a book and a shop, as people would write them.
const WRITTEN: [&str; 9] = [
    "sync books <-> shop\n",
    "sync books <-> shop\nprefer shop\nmatch email or phone\nmap books.label <-> shop.tag\nmap books.company <-> shop.note\n",
    "sync books <-> shop\nprefer latest\nmap books.label <-> shop.tag\nmap books.points <-> shop.points\n",
    "sync books -> shop\nmap books.company -> shop.note\nmap books.label -> shop.tag\n",
    "sync books <-> shop\nwhen books.label != \"Private\" then shop.tag += \"Book\" undo other-way\nmap books.company <-> shop.note\n",
    "sync books <-> shop\nwhen books.label == \"Team\" then shop exists\nwhen shop.tag == \"VIP\" then books.label += \"Shop VIP\" undo\nmap books.company <-> shop.note\n",
    "sync books <-> shop\nwhen books deleted then shop.tag += \"Trash\"\nwhen books exists then shop exists\nwhen shop exists then books exists\n",
    "sync books <-> shop\nprefer shop\nwhen books deleted then shop deleted\nwhen shop deleted then books deleted\nwhen books exists then shop exists\nwhen shop exists then books exists\nmap books.label <-> shop.tag\n",
    "sync books <-> shop\nmap books.mail <-> shop.mail\nmap books.vip <-> shop.vip\nwhen shop.stage == \"won\" then books.label += \"Customer\" undo\nwhen books.mail == \"unsubscribed\" then shop.tag += \"No mail\"\nwhen books exists then shop exists\n",
];

/// The accounts that a file of these apps can name.
fn accounts(apps: &str) -> Vec<AccountSchema> {
    let made = [("books", BOOKS), ("shop", SHOP)];
    if apps == "practice" {
        return made
            .into_iter()
            .filter_map(|(name, text)| {
                Some(AccountSchema { name: name.to_owned(), app: App::from_manifest(name, text).ok()? })
            })
            .collect();
    }
    let pulled = PULLED.iter().filter(|(folder, ..)| *folder == apps);
    pulled
        .filter_map(|(_, account, text)| {
            let app = syncc_compiler::schema::builtin(account)?;
            let pulled = Pulled::from_toml(account, text).ok()?;
            Some(AccountSchema { name: (*account).to_owned(), app: App::clone(app).with(&pulled) })
        })
        .collect()
}

/// Programs that were compiled before: most seeds run one of a few files.
static COMPILED: LazyLock<Mutex<Compiled>> = LazyLock::new(Mutex::default);

/// By the apps and the text.
type Compiled = HashMap<(String, String), Option<Arc<Program>>>;

/// The program of a file, if nothing is wrong with it.
#[must_use]
pub fn program(apps: &str, text: &str) -> Option<Arc<Program>> {
    let key = (apps.to_owned(), text.to_owned());
    let lock = || COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = lock().get(&key) {
        return known.clone();
    }
    let mut database = Database::default();
    database.set_accounts(accounts(apps));
    database.set_file("simulated.sync", text.to_owned());
    let program = database.check("simulated.sync").and_then(|checked| checked.program);
    lock().insert(key, program.clone());
    program
}

/// A file, and the apps that it is about.
#[must_use]
pub fn draw(chance: &mut Chance) -> (String, String) {
    if chance.once_in(5)
        && let Some((apps, text)) = chance.pick(&EXAMPLES)
    {
        return ((*apps).to_owned(), (*text).to_owned());
    }
    if chance.once_in(4) {
        for _ in 0..8 {
            let text = random(chance);
            if program("practice", &text).is_some() {
                return ("practice".to_owned(), text);
            }
        }
    }
    ("practice".to_owned(), (*chance.pick(&WRITTEN).unwrap_or(&WRITTEN[0])).to_owned())
}

/// A random file of a book and a shop. The compiler refuses many of them.
fn random(chance: &mut Chance) -> String {
    let mut lines =
        vec![["sync books <-> shop", "sync books <-> shop", "sync books -> shop"][chance.below(3) as usize].to_owned()];
    if chance.once_in(2) {
        lines.push(["prefer books", "prefer shop", "prefer latest"][chance.below(3) as usize].to_owned());
    }
    const MAPS: [&str; 7] = [
        "map books.label <-> shop.tag",
        "map books.group -> shop.list",
        "map books.company <-> shop.note",
        "map books.vip <-> shop.vip",
        "map books.points <- shop.points",
        "map books.status <-> shop.stage using { \"Open\" = \"open\", \"Won\" = \"won\", \"Lead\" = \"lead\" }",
        "map books.mail <-> shop.mail",
    ];
    let maps: Vec<_> = MAPS.iter().filter(|_| chance.once_in(3)).map(|map| (*map).to_owned()).collect();
    lines.extend(maps);
    for _ in 0..chance.between(1, 3) {
        lines.push(rule(chance));
    }
    lines.join("\n") + "\n"
}

fn rule(chance: &mut Chance) -> String {
    let one = |chance: &mut Chance, from: &[&str]| (*chance.pick(from).unwrap_or(&"A")).to_owned();
    let tag = |chance: &mut Chance| one(chance, &["A", "B", "VIP"]);
    let (from, has, to, gets) =
        if chance.once_in(2) { ("books", "label", "shop", "tag") } else { ("shop", "tag", "books", "label") };
    let test = match chance.below(6) {
        0 => format!("{from} exists"),
        1 => format!("{from}.vip"),
        2 => format!("{from}.points > 1"),
        3 => format!("{from}.email is not empty"),
        _ => format!("{from}.{has} {} \"{}\"", one(chance, &["==", "!="]), tag(chance)),
    };
    let effect = match chance.below(6) {
        0 => format!("{to} exists"),
        1 => format!("{to}.vip = true"),
        2 => format!("{to}.mail = \"unsubscribed\""),
        _ => format!("{to}.{gets} {} \"{}\"", one(chance, &["+=", "+=", "-="]), tag(chance)),
    };
    let tail = one(chance, &["", "", " undo", " undo other-way"]);
    format!("when {test} then {effect}{tail}")
}
