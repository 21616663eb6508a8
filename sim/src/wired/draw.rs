//! From a seed to a plan.

use serde_json::{Map, Value, json};
use syncc_compiler::ir::End;
use syncc_sandbox::What;

use super::{
    files::FILES,
    plan::{Act, Deed, Drift, How, Plan, Post, Round, Strike},
};
use crate::chance::Chance;

/// The addresses of the people there are: few, so that both apps know the same ones often.
const EMAILS: [&str; 8] = [
    "ann@a.example",
    "bob@b.example",
    "cid@c.example",
    "dot@d.example",
    "eve@e.example",
    "fay@f.example",
    "gus@g.example",
    "hal@h.example",
];
const GIVEN: [&str; 5] = ["Ann", "Bob", "Zoë", "María José", "Jo"];
const FAMILY: [&str; 5] = ["Bee", "de la Cruz", "O'Neil", "Smith", "Li"];
const PHONES: [&str; 5] = ["+1 808-555-1234", "808-555-2345", "(808) 555-3456", "+44 20 7946 0000", "8085554567"];
const LABELS: [&str; 5] = ["No_CRM", "Clients", "Family", "GoogleContacts", "VIP"];
const TEXTS: [&str; 4] = ["likes tea", "two dogs", "called twice", "moved to Hilo"];
/// How far our clock is ahead of the apps', in seconds.
const SKEWS: [i64; 9] = [-45, -20, -4, -1, 0, 2, 4, 20, 45];

/// The plan of a seed.
#[must_use]
pub fn draw(seed: u64) -> Plan {
    let mut artist = Artist { chance: Chance::new(seed ^ 0x0031_8ed0) };
    let file = (*artist.chance.pick(&FILES).unwrap_or(&FILES[0])).to_owned();
    let chance = &mut artist.chance;
    let skew =
        if chance.once_in(3) { SKEWS.get(chance.between(0, 8) as usize).copied().unwrap_or_default() } else { 0 };
    let samples = if chance.once_in(4) { chance.between(4, 20) as usize } else { 0 };
    let post = match chance.below(4) {
        0 => Post::default(),
        1 => Post { late: 600, twice: 3, lost: 0 },
        2 => Post { late: 4_000, twice: 5, lost: 0 },
        _ => Post { late: 60, twice: 0, lost: 3 },
    };
    let people = (0..chance.between(1, 9)).map(|_| artist.addition()).collect();
    let rounds = (0..artist.chance.between(2, 6)).map(|_| artist.round()).collect();
    Plan { seed, file, skew, samples, people, post, rounds }
}

struct Artist {
    chance: Chance,
}

impl Artist {
    fn end(&mut self) -> End {
        if self.chance.once_in(2) { End::Left } else { End::Right }
    }

    fn one(&mut self, of: &[&str]) -> String {
        (*self.chance.pick(of).unwrap_or(&"")).to_owned()
    }

    fn addition(&mut self) -> Deed {
        let end = self.end();
        let mut contact = Map::new();
        for field in Field::ALL {
            if field == Field::Email || self.chance.once_in(2) {
                let full = self.value(end, field);
                contact.extend(full);
            }
        }
        Deed { end, act: Act::Add(Value::Object(contact)) }
    }

    /// One field in the form of an app.
    fn value(&mut self, end: End, field: Field) -> Map<String, Value> {
        let json = match (end, field) {
            (End::Left, Field::Email) => {
                let mut emails = vec![json!({"value": self.one(&EMAILS)})];
                if self.chance.once_in(4) {
                    let kind = self.one(&["home", "work", "other"]);
                    emails.push(json!({"value": format!("second.{}", self.one(&EMAILS)), "type": kind}));
                }
                json!({ "emailAddresses": emails })
            }
            (End::Right, Field::Email) => json!({"email": self.one(&EMAILS)}),
            (End::Left, Field::Name) => {
                json!({"names": [{"givenName": self.one(&GIVEN), "familyName": self.one(&FAMILY)}]})
            }
            (End::Right, Field::Name) => json!({"first_name": self.one(&GIVEN), "last_name": self.one(&FAMILY)}),
            (End::Left, Field::Phone) => {
                let kind = self.one(&["mobile", "home"]);
                let mut phones = vec![json!({"value": self.one(&PHONES), "type": kind})];
                if self.chance.once_in(3) {
                    phones.push(json!({"value": "808-555-9999", "type": "work"}));
                }
                json!({ "phoneNumbers": phones })
            }
            (End::Right, Field::Phone) => json!({"phone": self.one(&PHONES)}),
            (End::Left, Field::Note) => json!({"biographies": [{"value": self.one(&TEXTS)}]}),
            (End::Right, Field::Note) => json!({"notes": self.one(&TEXTS)}),
            (End::Left, Field::Company) => {
                json!({"organizations": [{"name": self.one(&["Acme", "Zenith"]), "title": "Agent"}]})
            }
            (End::Right, Field::Company) => json!({"source_details": self.one(&["Acme", "Zenith"])}),
            (End::Left, Field::Address) => {
                json!({"addresses": [{"city": self.one(&["Hilo", "Kona"]), "country": "USA", "type": "home"}]})
            }
            (End::Right, Field::Address) => json!({"city": self.one(&["Hilo", "Kona"]), "state": "HI"}),
            (End::Left, Field::Own) => {
                json!({"userDefined": [{"key": "shoe size", "value": self.one(&["40", "41"])}], "nicknames": [{"value": self.one(&GIVEN)}]})
            }
            (End::Right, Field::Own) => {
                json!({"status": self.one(&["Active", "Closed Escrow", "Dead"]), "timeframe": self.one(&["soon", "later"])})
            }
        };
        if let Value::Object(members) = json { members } else { Map::new() }
    }

    fn deed(&mut self) -> Deed {
        let end = self.end();
        let nth = self.chance.below(24);
        let act = match self.chance.below(16) {
            0..=1 => return self.addition(),
            2 => Act::Delete(nth),
            3..=4 => Act::Label(nth, self.one(&LABELS)),
            5 => Act::Unlabel(nth, self.one(&LABELS)),
            6 if end == End::Left => {
                let to = if self.chance.once_in(2) { Some(format!("{} 2", self.one(&LABELS))) } else { None };
                Act::Relabel(self.one(&LABELS), to)
            }
            6 => Act::Happen(nth, self.one(&["opted_out", "note", "restored"])),
            7 => {
                // Somebody empties a field.
                let field = *self.chance.pick(&Field::ALL).unwrap_or(&Field::Note);
                let mut cleared = self.value(end, field);
                for value in cleared.values_mut() {
                    *value = if end == End::Left { json!([]) } else { json!("") };
                }
                if field == Field::Email {
                    Act::Edit(nth, Value::Object(self.value(end, field)))
                } else {
                    Act::Edit(nth, Value::Object(cleared))
                }
            }
            _ => {
                let field = *self.chance.pick(&Field::ALL).unwrap_or(&Field::Name);
                Act::Edit(nth, Value::Object(self.value(end, field)))
            }
        };
        Deed { end, act }
    }

    fn round(&mut self) -> Round {
        let wait = self.chance.pick(&[1, 300, 300, 300, 4_000, 90_000, 700_000]).copied().unwrap_or(300);
        let busy = self.chance.below(5);
        let before = (0..busy).map(|_| self.deed()).collect();
        let during = if self.chance.once_in(3) {
            (0..self.chance.between(1, 2)).map(|_| (self.chance.between(1, 40), self.deed())).collect()
        } else {
            Vec::new()
        };
        let mut round = Round { wait, before, during, ..Round::default() };
        if self.chance.once_in(2) {
            round.faults = (0..self.chance.between(1, 3)).map(|_| self.strike()).collect();
        }
        round.crash = self.chance.once_in(3).then(|| self.chance.between(1, 50));
        round.rotate = self.chance.once_in(10).then(|| (self.chance.between(1, 20), self.end()));
        round.drift = if self.chance.once_in(8) { Some(self.drift()) } else { None };
        round.allow = self.chance.once_in(2);
        round
    }

    fn strike(&mut self) -> Strike {
        let mut end = self.end();
        let retry_after = self.chance.once_in(2).then(|| self.chance.pick(&[1, 7, 600]).copied().unwrap_or(7));
        let many = self.chance.between(1, 7);
        let any = ("", "");
        let list = ("GET", "connections");
        let (how, (method, path), times) = match self.chance.below(16) {
            0 => (How::Unreached, any, many),
            1 => (How::App(What::TooMany { retry_after }), any, many),
            2 => (How::App(What::ErrorBefore), any, many),
            3 => (How::App(What::ErrorAfter), any, 1),
            4 => (How::App(What::Cut), any, 1),
            5 => (How::App(What::DropBefore), any, many),
            6 => (How::App(What::DropAfter), any, 1),
            7 => (How::App(What::Slow { milliseconds: 20_000 }), any, 2),
            8 => (How::App(What::WrongPassword), any, 1),
            9 => (How::App(What::ExpiredToken), list, 1),
            10 => (How::App(What::StaleEtag), ("POST", "batchUpdate"), 1),
            11 => (How::App(What::RepeatedPage), list, 1),
            12 => (How::App(What::ShortList), list, 1),
            13 => (How::Half, any, 1),
            14 => (How::Parrot, any, 1),
            _ => (How::App(What::Lag { reads: 1 }), list, 1),
        };
        if path.contains("connections") || path.contains("batch") {
            end = End::Left;
        }
        let first = if path.is_empty() { self.chance.between(1, 8) } else { 1 };
        Strike { end, method: method.to_owned(), path: path.to_owned(), first, times, how }
    }

    fn drift(&mut self) -> Drift {
        let end = self.end();
        let field = match end {
            End::Left => self.one(&["names", "emailAddresses", "phoneNumbers", "memberships", "biographies"]),
            End::Right => self.one(&["first_name", "email", "phone", "tags", "notes", "status"]),
        };
        if self.chance.once_in(2) { Drift::News(end) } else { Drift::Type(end, field) }
    }
}

/// What people fill in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Email,
    Name,
    Phone,
    Note,
    Company,
    Address,
    /// What only this app has.
    Own,
}

impl Field {
    const ALL: [Self; 7] = [Self::Email, Self::Name, Self::Phone, Self::Note, Self::Company, Self::Address, Self::Own];
}
