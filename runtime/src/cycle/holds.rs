//! Contacts for which nothing is written, and why: paused, in trouble, not answered, or flipped back by something else.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use syncc_compiler::{
    ir::{End, Side},
    value::Record,
};

use super::{Connection, CycleError, Picture, Problem, Report, fingerprint, naming, unanswered::Unanswered};
use crate::{engine::Held, store::Seen};

/// What is written this often within [`FLIPS_WITHIN`], and always the same, something else keeps changing back.
const FLIPS: u32 = 3;
/// See [`FLIPS`].
const FLIPS_WITHIN: SignedDuration = SignedDuration::from_hours(1);

/// Why a contact is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hold {
    pub(super) held: Held,
    /// The reason, for people.
    pub(super) why: String,
}

/// All contacts that are held.
#[derive(Clone, Debug, Default)]
pub(super) struct Holds {
    /// By their id, left first.
    held: [HashMap<String, Hold>; 2],
    /// What may hold a newcomer.
    unanswered: Vec<Unanswered>,
}

impl Holds {
    /// What holds these, and may hold newcomers: no page has to carry what all others are held for.
    pub(super) fn among(&self, seen: &[Vec<Seen>; 2]) -> Self {
        let held = End::BOTH.map(|end| {
            let ids = seen[end.index()].iter().map(|seen| &seen.observed.id);
            ids.filter_map(|id| Some((id.clone(), self.get(end.index(), id)?.clone()))).collect()
        });
        Self { held, unanswered: self.unanswered.clone() }
    }

    /// What holds a record.
    pub(super) fn get(&self, side: usize, id: &str) -> Option<&Hold> {
        self.held.get(side)?.get(id)
    }

    /// The same for the engine.
    pub(super) fn held(&self) -> [HashMap<String, Held>; 2] {
        self.held.each_ref().map(|holds| holds.iter().map(|(id, hold)| (id.clone(), hold.held)).collect())
    }

    /// Of two reasons for one record the first of [`Held`] counts.
    pub(super) fn add(&mut self, end: End, id: &str, held: Held, why: String) {
        let hold = Hold { held, why };
        let known = self.held[end.index()].entry(id.to_owned()).or_insert_with(|| hold.clone());
        if hold.held < known.held {
            *known = hold;
        }
    }

    /// Holds a record that is linked with nobody, if it may be what a creation made of which no answer came.
    pub(super) fn meet(&mut self, side: &Side, end: End, id: &str, record: &Record) {
        if self.unanswered.iter().any(|of| of.may_be(end, record)) {
            let why = format!(
                "unknown outcome: this may be a contact that syncc made, and {} has not said so yet; it is taken for nobody new until that is known",
                side.name
            );
            self.add(end, id, Held::Unknown, why);
        }
    }
}

impl Connection<'_> {
    /// Everything that is held now.
    pub(super) fn holds(&self) -> Result<Holds, CycleError> {
        let mut holds = Holds::default();
        for pause in self.store.pauses()? {
            if let Some((end, id)) = &pause.record {
                let why = format!("paused since {}: {}", day(pause.since), pause.why);
                holds.add(*end, id, Held::Paused, why);
            }
        }
        for entry in self.store.open_entries()? {
            let end = entry.write.end;
            let name = &self.program.side(end).name;
            let held = |what: &str| {
                format!(
                    "unknown outcome: {name} has not said whether it {what}; nothing is sent again until that is known"
                )
            };
            if entry.write.target.is_none() {
                let sent = naming::indexed(self.program.side(end), &entry.write.payload);
                holds.unanswered.push(Unanswered { end, sent });
            }
            if let Some(target) = &entry.write.target {
                holds.add(end, target, Held::Unknown, held("took a change of this contact"));
            }
            if let Some(partner) = &entry.write.partner {
                let why = match entry.write.target {
                    Some(_) => held("took a change of its partner"),
                    None => format!(
                        "{}. If you look and it is not there: `syncc retry CONTACT --not-made`",
                        held("made this contact")
                    ),
                };
                holds.add(end.other(), partner, Held::Unknown, why);
            }
        }
        for end in End::BOTH {
            let name = &self.program.side(end).name;
            for id in self.store.doubted(end)? {
                let why = format!(
                    "unknown outcome: {name} did not show this contact, and then could not be read as a whole, so it is not certain that it was deleted there. Mend what {name} reports as left out; nothing is done until it can be read"
                );
                holds.add(end, &id, Held::Unknown, why);
            }
        }
        let now = self.world.clock.now();
        for trouble in self.store.troubles()? {
            let (end, id) = (trouble.end, &trouble.record);
            let partner = self.store.link_of(end, id)?.map(|link| link.records[end.other().index()].clone());
            let (here, there) = (self.raw(end, Some(id))?, self.raw(end.other(), partner.as_ref())?);
            if trouble.next > now && trouble.tried == self.names([&here, &there]) {
                let why = format!(
                    "{} It was tried {}, and is tried again after {}, or as soon as it or the rules change.",
                    sentence(&trouble.why),
                    times(trouble.attempts),
                    minute(trouble.next)
                );
                holds.add(trouble.end, &trouble.record, Held::Waiting, why);
            }
        }
        for (end, id, field) in self.store.repeated(now - FLIPS_WITHIN, FLIPS)? {
            let name = &self.program.side(end).name;
            let why = format!(
                "something else keeps changing `{field}` back in {name}: syncc wrote the same value {} within an hour. Find out which tool or automation writes it too; it is tried again an hour after the first of these writes",
                times(FLIPS)
            );
            holds.add(end, &id, Held::Oscillating, why);
        }
        Ok(holds)
    }

    fn raw(&self, end: End, id: Option<&String>) -> Result<Vec<u8>, CycleError> {
        let Some(id) = id else { return Ok(Vec::new()) };
        let seen = self.store.records(end, std::slice::from_ref(id))?;
        Ok(seen.into_iter().next().map(|seen| seen.observed.raw).unwrap_or_default())
    }

    /// Names what is tried when a record is written: the rules, the record and its partner.
    pub(super) fn tried(&self, end: End, id: &str, picture: &Picture<'_>) -> String {
        let link = picture.links.iter().find(|link| link.ids[end.index()] == id);
        let partner = link.map(|link| link.ids[end.other().index()].as_str());
        let raw = |end: End, id: Option<&str>| {
            id.and_then(|id| picture.seen[end.index()].get(id)).map(|seen| seen.raw.as_slice()).unwrap_or_default()
        };
        self.names([raw(end, Some(id)), raw(end.other(), partner)])
    }

    fn names(&self, raw: [&[u8]; 2]) -> String {
        let mut hash = Sha256::new();
        hash.update(&self.fingerprint);
        for raw in raw {
            hash.update(raw.len().to_le_bytes());
            hash.update(raw);
        }
        fingerprint::short(hash)
    }
}

impl Picture<'_> {
    /// Tells of every contact that is held, but of paused ones: somebody wanted that.
    pub(super) fn report_held(&self, report: &mut Report) {
        for item in &self.plan.items {
            let Some(why) =
                self.held_because(item).filter(|_| !matches!(item.held, Some(Held::Paused | Held::NotAsked)))
            else {
                continue;
            };
            let holds =
                |end: &End| item.ids[end.index()].as_ref().is_some_and(|id| self.holds.get(end.index(), id).is_some());
            let Some(end) = End::BOTH.into_iter().find(holds) else { continue };
            let record = self.now(item, end).and_then(|known| known.record.as_ref());
            let who = record.map(|record| naming::who(self.program.side(end), record)).unwrap_or_default();
            report.problem(Problem { end, id: item.ids[end.index()].clone(), who, why: why.to_owned() });
        }
    }
}

fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

fn times(count: u32) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    }
}

fn sentence(text: &str) -> String {
    let text = text.trim_end();
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}
