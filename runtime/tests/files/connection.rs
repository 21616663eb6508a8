//! A connection of two lists, for whole runs.

use syncc_compiler::{
    db::Database,
    ir::{End, Program},
    schema::{self, AccountSchema},
    value::Canon,
};
use syncc_runtime::{
    apps::{self, App},
    cycle::{Connection, Host, KEPT, Overview, PAGE, fingerprint},
    store::Sqlite,
    world::World,
};

use crate::side;

/// Says yes to everything.
pub(crate) struct Yes;

impl Host for Yes {
    fn phase(&mut self, _: &str, _: Option<u64>) {}
    fn advance(&mut self, _: u64) {}
    fn approve(&mut self, _: &Overview<'_>) -> bool {
        true
    }
}

/// Everybody of the two, matched by email.
pub(crate) fn program() -> Program {
    ruled("")
}

/// The same by these rules.
pub(crate) fn ruled(rules: &str) -> Program {
    let schemas = ["shop", "desk"].map(|name| {
        let app = schema::App::clone(schema::builtin("csv").expect("CSV is built in"));
        AccountSchema { name: name.to_owned(), app }
    });
    let mut database = Database::default();
    database.set_accounts(schemas.into());
    database.set_file("all.sync", format!("sync shop <-> desk\n\nmatch email\n\n{rules}"));
    let checked = database.check("all.sync").expect("the file is there");
    Program::clone(&checked.program.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics)))
}

/// The lists `shop.csv` and `desk.csv` of a folder.
pub(crate) fn open(program: &Program, folder: &std::path::Path, world: &World) -> [Box<dyn App>; 2] {
    End::BOTH.map(|end| {
        let side = program.side(end);
        let account = side::account("csv", folder, &format!("path = \"{}.csv\"", side.account), None);
        apps::open(side, &account, world).expect("the settings are right")
    })
}

/// A connection of the two.
pub(crate) fn connect<'a>(
    program: &'a Program,
    apps: &'a [Box<dyn App>; 2],
    store: &'a mut Sqlite,
    world: &'a World,
) -> Connection<'a> {
    Connection {
        program,
        fingerprint: fingerprint(program),
        settings: ["shop".to_owned(), "desk".to_owned()],
        canon: [Canon::default(), Canon::default()],
        apps: [apps[0].as_ref(), apps[1].as_ref()],
        store,
        world,
        page: PAGE,
        kept: KEPT,
    }
}
