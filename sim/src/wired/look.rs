//! What a person does about a contact that was sent and never answered for: looks whether the app has it, and says so.

use syncc_compiler::{
    ir::Side,
    value::{Canon, Record, Value},
};
use syncc_runtime::{
    cycle::{Connection, KEPT, Of, PAGE, fingerprint},
    store::{Sqlite, Store as _},
};

use super::run::{Apps, Player, WiredError};

/// The fields by which a person looks for a contact.
const KEYS: [&str; 4] = ["email", "email.second", "phone", "phone.second"];

impl Player {
    /// Looks for each contact that was sent and of which no answer ever came, and says of those that are not there that they were
    /// not made: `syncc retry CONTACT --not-made`. Gives how many they are.
    pub(super) fn look(&self) -> Result<usize, WiredError> {
        let mut store = self.store()?;
        let open = store.open_entries()?;
        let Apps { both: [left, right], settings } = self.apps()?;
        let apps = [&*left, &*right];
        let canon = Canon::for_region("US").unwrap_or_default();
        let world = self.net.world();
        let mut count = 0;
        for write in open.into_iter().map(|entry| entry.write).filter(|write| write.target.is_none()) {
            let (end, Some(partner)) = (write.end, write.partner) else { continue };
            let sent = keys(self.program.side(end), |field| write.payload.get(field));
            let there = self.truth(apps[end.index()], end)?.into_iter().filter_map(|(_, record)| record);
            if there.into_iter().any(|held| held_keys(self.program.side(end), &held).any(|key| sent.contains(&key))) {
                continue;
            }
            let mut connection = Connection {
                program: &self.program,
                fingerprint: fingerprint(&self.program),
                settings: settings.clone(),
                canon: [canon.clone(), canon.clone()],
                apps,
                store: &mut store as &mut Sqlite,
                world: &world,
                page: PAGE,
                kept: KEPT,
            };
            let Ok((picture, _)) = connection.recall(Of::Records(&[(end.other(), partner)])) else { continue };
            for index in 0..picture.plan.items.len() {
                count += connection.not_made(&picture, index).unwrap_or_default();
            }
        }
        Ok(count)
    }
}

/// The spellings of what a person looks for, among these fields.
fn keys<'a>(side: &Side, value: impl Fn(&str) -> Option<&'a Value>) -> Vec<String> {
    let named = KEYS.iter().filter_map(|means| side.meaning(means)).filter_map(|at| side.fields.get(at.index()));
    named.filter_map(|field| key(value(&field.name)?)).collect()
}

/// The same of a contact that the app has.
fn held_keys(side: &Side, held: &Record) -> impl Iterator<Item = String> {
    let at = |name: &str| side.fields.iter().position(|field| field.name == name);
    keys(side, |name| held.values().get(at(name)?)).into_iter()
}

fn key(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.key().to_owned()),
        _ => None,
    }
}
