//! A full comparison of both sides as they are now: whether everybody who is linked is as the file says.
//!
//! Promises:
//! - Both sides are read from the beginning, and nothing is written: not to the apps, and not to the memory.
//! - It does not use the plan. What it knows of the memory is who is linked, and who is held and why; it says where the memory and
//!   the apps know different contacts.
//! - Another account than the one that the links are of is not compared with them.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use serde::Serialize;
use syncc_compiler::{
    ir::{Direction, End, FieldId, Program},
    value::{Record, Text, Value},
};

use super::{
    Connection, CycleError, Host, display,
    forget::Unwanted,
    holds::Holds,
    naming,
    pull::{is_other, side_error},
    why,
};
use crate::{
    apps::{AppError, Class, Observed},
    engine::{Agreement, Base, Cause, Engine, Pair, Part},
    store::{Link, Store, StoreError},
};

/// What a comparison found.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    /// How many linked pairs are there on both sides.
    pub pairs: usize,
    /// How many statements about them were compared: a mapping or a rule of one pair each.
    pub compared: usize,
    /// Those that are not so.
    pub differences: Vec<Difference>,
    /// Contacts that the memory and the apps do not both know, and those that should have a partner.
    pub strays: Vec<Stray>,
    /// What could not be read: the side, and why.
    pub unread: Vec<(End, String)>,
}

/// A mapping or a rule that is not so for one pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Who it is.
    pub who: String,
    /// The ids of the two records, left first.
    pub ids: [String; 2],
    /// What the fields hold: the side, the field, the value for people.
    pub fields: Vec<(End, String, String)>,
    /// Which statement of the file: the mapping or rule with its line.
    pub by: String,
    /// Why it may be so.
    pub why: String,
}

/// A contact that stands alone where it should not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    /// On which side it is.
    pub end: End,
    /// Its id.
    pub id: String,
    /// Who it is; its id if that is not known.
    pub who: String,
    /// In which way it stands alone.
    pub what: Astray,
}

/// In which way a contact stands alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Astray {
    /// The app has it, and the memory does not know it.
    NotKnown,
    /// The memory has it, and the app does not.
    NotThere,
    /// A rule wants it on the other side, and it is not.
    NoPartner,
}

impl Audit {
    /// Whether nothing differs and everything was read.
    #[must_use]
    pub fn equal(&self) -> bool {
        self.differences.is_empty() && self.strays.is_empty() && self.unread.is_empty()
    }

    /// How much of what was compared is equal, in hundredths of a percent. Never all of it while something differs.
    #[must_use]
    pub fn equal_parts(&self) -> usize {
        const ALL: usize = 10_000;
        let equal = self.compared.saturating_sub(self.differences.len());
        (equal * ALL).checked_div(self.compared).unwrap_or(ALL)
    }
}

/// How many contacts are compared at once.
const PAGE: usize = 1000;

impl Connection<'_> {
    /// Reads both sides from the beginning and compares them. What they hold is kept in `aside` meanwhile, an empty store: the
    /// memory of the process does not grow with the address books.
    ///
    /// # Errors
    /// When a side cannot be read or the memory fails.
    pub async fn audit(&mut self, aside: &mut dyn Store, host: &mut dyn Host) -> Result<Audit, CycleError> {
        let mut audit = Audit::default();
        self.same_accounts().await?;
        let left = self.put_aside(End::Left, aside, host, &mut audit).await?;
        let right = self.put_aside(End::Right, aside, host, &mut audit).await?;
        host.phase("Comparing", None);
        let engine = self.engine();
        let holds = self.holds()?;
        let mut after = None;
        loop {
            let links = self.store.links_after(after, PAGE)?;
            let Some(last) = links.last() else { break };
            after = Some(last.id);
            let mut sides: [HashMap<String, Record>; 2] = Default::default();
            for end in End::BOTH {
                let ids: Vec<String> = links.iter().map(|link| link.records[end.index()].clone()).collect();
                let there = aside.records(end, &ids)?.into_iter().map(|seen| seen.observed);
                sides[end.index()] =
                    there.filter_map(|one| Some((one.id.clone(), self.read_as_now(end, &one)?))).collect();
            }
            links.iter().for_each(|link| self.compare(&engine, &holds, link, &sides, &mut audit));
        }
        self.strays(&engine, aside, [left, right], &mut audit)?;
        Ok(audit)
    }

    async fn same_accounts(&self) -> Result<(), CycleError> {
        for end in End::BOTH {
            let Some(known) = self.store.identity(end)? else { continue };
            let identity = self.apps[end.index()].identity().await;
            let identity = identity.map_err(|error| side_error(self.program, end, error))?;
            if is_other(Some(&known), &identity) {
                return Err(CycleError::OtherAccount(self.program.side(end).name.clone()));
            }
        }
        Ok(())
    }

    /// Puts everything aside that a side has. Whether everything that exists was shown.
    async fn put_aside(
        &mut self,
        end: End,
        aside: &mut dyn Store,
        host: &mut dyn Host,
        audit: &mut Audit,
    ) -> Result<bool, CycleError> {
        let (app, program) = (self.apps[end.index()], self.program);
        host.phase(&format!("Reading all of {}", program.side(end).name), None);
        let unwanted = Unwanted::of(self.store)?;
        // A page may be handed over on another thread than the last one.
        let store: Mutex<&mut dyn Store> = Mutex::new(&mut *self.store);
        let mut failed = None;
        aside.begin_listing(end)?;
        let pulled = app
            .pull(None, &mut |mut page| {
                host.advance(page.len() as u64);
                let mut take = || {
                    if let Some(unwanted) = &unwanted {
                        let store = store.lock().unwrap_or_else(PoisonError::into_inner);
                        unwanted.take_out(&**store, program, end, app, &mut page)?;
                    }
                    aside.observe(end, &page)
                };
                take().map_err(|error| {
                    let told = AppError::new(Class::Fatal, error.to_string());
                    failed = Some(error);
                    told
                })
            })
            .await;
        if let Some(error) = failed {
            return Err(error.into());
        }
        let pulled = pulled.map_err(|error| side_error(program, end, error))?;
        aside.end_listing(end, pulled.complete, None, &pulled.handed)?;
        audit.unread.extend(pulled.problems.into_iter().map(|problem| (end, problem)));
        Ok(pulled.complete)
    }

    /// What a record holds that was put aside; nothing for one that is gone or cannot be read.
    fn read_as_now(&self, end: End, observed: &Observed) -> Option<Record> {
        (!observed.deleted).then(|| self.apps[end.index()].decode(&observed.raw).ok()).flatten()
    }

    /// Compares one pair, by every mapping and every rule.
    fn compare(
        &self,
        engine: &Engine<'_>,
        holds: &Holds,
        link: &Link,
        sides: &[HashMap<String, Record>; 2],
        audit: &mut Audit,
    ) {
        let now = [0, 1].map(|side: usize| sides[side].get(&link.records[side]).cloned());
        let [Some(left), Some(right)] = &now else { return };
        audit.pairs += 1;
        let who = self.named([left, right]).unwrap_or_else(|| link.records[0].clone());
        let base = link.base.as_ref().map(|base| Base {
            sides: End::BOTH
                .map(|end| base[end.index()].as_ref().map(|record| naming::indexed(self.program.side(end), record))),
        });
        let pair = Pair { now: now.clone(), base, later: None };
        let hold = (0..2).find_map(|side: usize| holds.get(side, &link.records[side]));
        let mappings = self.program.mappings.iter().enumerate();
        let mappings = mappings.map(|(index, mapping)| {
            (Cause::Mapping(index), Some(mapping.direction), engine.mapping_agreement(index, mapping, &pair))
        });
        let rules = (0..self.program.rules.len())
            .map(|index| (Cause::Rule(index, Part::Then), None, engine.rule_agreement(index, &pair)));
        for (cause, direction, agreement) in mappings.chain(rules) {
            audit.compared += usize::from(agreement != Agreement::Silent);
            let Agreement::Differs(fields) = agreement else { continue };
            audit.differences.push(Difference {
                who: who.clone(),
                ids: link.records.clone(),
                why: match hold {
                    Some(hold) => format!("nothing is written for it now, because: {}", hold.why),
                    None => self.perhaps(engine, &fields, direction, &pair),
                },
                fields: fields.iter().map(|(end, field)| self.held(*end, *field, &pair)).collect(),
                by: why(self.program, cause),
            });
        }
    }

    fn held(&self, end: End, field: FieldId, pair: &Pair) -> (End, String, String) {
        let name = self.program.side(end).fields.get(field.index()).map(|field| field.name.clone());
        let value = pair.now[end.index()].as_ref().map(|record| display(record.get(field)));
        (end, name.unwrap_or_default(), value.unwrap_or_default())
    }

    /// Why two records may differ in these fields: what is told by what they were when they were last in step.
    fn perhaps(
        &self,
        engine: &Engine<'_>,
        fields: &[(End, FieldId)],
        direction: Option<Direction>,
        pair: &Pair,
    ) -> String {
        let Some(base) = &pair.base else {
            return "the two are linked, and were never in step: the next run settles it".to_owned();
        };
        let changed = End::BOTH.map(|end| {
            let (now, was) = (pair.now[end.index()].as_ref(), base.sides[end.index()].as_ref());
            let (Some(now), Some(was)) = (now, was) else { return false };
            let own = fields.iter().filter(|(of, _)| *of == end);
            own.into_iter().any(|(_, field)| was.get(*field).is_known() && now.get(*field) != was.get(*field))
        });
        let name = |end: End| &self.program.side(end).name;
        let stuck = |end: End| direction.is_some_and(|direction| !direction.from(end));
        // From where it is mapped, and may not flow.
        let mute = |end: &End| direction.is_some_and(|direction| direction.from(*end)) && !engine.in_scope(*end, pair);
        let mute = End::BOTH.into_iter().find(mute);
        match (changed, mute) {
            ([true, true], Some(end)) => format!(
                "both were changed since the two were last in step, and no rule lets it flow from {0} now: it stays until one does, or until {1} changes",
                name(end),
                name(end.other())
            ),
            ([true, true], None) => "both were changed since the two were last in step: the next run decides".to_owned(),
            ([false, false], _) if direction.is_none() => {
                "neither was changed since the two were last in step: the rule or what it reads is new, or the next run writes it".to_owned()
            }
            ([false, false], _) if End::BOTH.into_iter().any(stuck) => {
                let source = if stuck(End::Left) { End::Right } else { End::Left };
                format!("it is mapped from {} only: the other side was edited before, and stays until {0} changes", name(source))
            }
            ([false, false], _) => {
                "neither was changed since the two were last in step: they were left so when they were linked, or one app cannot hold what the other has".to_owned()
            }
            ([left, _], _) => {
                let end = if left { End::Left } else { End::Right };
                match stuck(end) {
                    true => format!(
                        "it was changed in {}, and it is mapped from {} only: it stays until that side changes",
                        name(end),
                        name(end.other())
                    ),
                    false if direction.is_some() && !engine.in_scope(end, pair) => format!(
                        "it was changed in {0}, and no rule lets it flow from {0} now: it stays until one does, or until {1} changes",
                        name(end),
                        name(end.other())
                    ),
                    false => format!("it was changed in {} since the last run: the next run carries it over", name(end)),
                }
            }
        }
    }

    /// Contacts that stand alone where they should not. `complete`: whether everything that a side has was put aside.
    fn strays(
        &self,
        engine: &Engine<'_>,
        aside: &dyn Store,
        complete: [bool; 2],
        audit: &mut Audit,
    ) -> Result<(), CycleError> {
        let mut found: [Vec<Stray>; 2] = Default::default();
        // Those that should have a partner, unless a key of theirs is somebody else's too.
        let mut alone: Vec<(Stray, Vec<Text>)> = Vec::new();
        for end in End::BOTH {
            let app = self.apps[end.index()];
            each_page(aside, end, &mut |page| {
                let ids: Vec<String> = page.iter().map(|one| one.id.clone()).collect();
                let known: HashSet<String> = there(self.store, end, &ids)?;
                for one in page {
                    let record = match app.decode(&one.raw) {
                        Ok(record) => record,
                        Err(error) => {
                            audit.unread.push((end, format!("{}: {error}", one.id)));
                            continue;
                        }
                    };
                    let who = naming::who(self.program.side(end), &record);
                    let who = if who.is_empty() { one.id.clone() } else { who };
                    let stray = |what| Stray { end, id: one.id.clone(), who, what };
                    if !known.contains(&one.id) {
                        found[end.index()].push(stray(Astray::NotKnown));
                    } else if self.store.link_of(end, &one.id)?.is_none() && flows(engine, end, &record) {
                        alone.push((stray(Astray::NoPartner), keys_in(self.program, end, &record)));
                    }
                }
                Ok(())
            })?;
            if complete[end.index()] {
                each_page(self.store, end, &mut |page| {
                    let ids: Vec<String> = page.iter().map(|one| one.id.clone()).collect();
                    let now = there(aside, end, &ids)?;
                    for one in page.iter().filter(|one| !now.contains(&one.id)) {
                        let was = self.read_as_now(end, one);
                        let who = was.map(|record| naming::who(self.program.side(end), &record)).unwrap_or_default();
                        let who = if who.is_empty() { one.id.clone() } else { who };
                        found[end.index()].push(Stray { end, id: one.id.clone(), who, what: Astray::NotThere });
                    }
                    Ok(())
                })?;
            }
        }
        let counts = self.holders(aside, &alone)?;
        for (stray, keys) in alone {
            // One of several with one key is no stray, and neither is one that fits somebody of the other side: the plan
            // names them.
            let (here, there) = (stray.end.index(), stray.end.other().index());
            let shares = |key: &Text| counts.get(key).is_some_and(|counts| counts[here] > 1 || counts[there] > 0);
            if !keys.iter().any(shares) {
                found[here].push(stray);
            }
        }
        for mut found in found {
            found.sort_by(|one, other| (one.what, &one.id).cmp(&(other.what, &other.id)));
            audit.strays.append(&mut found);
        }
        Ok(())
    }

    /// How many records of each side have each key of these.
    fn holders(
        &self,
        aside: &dyn Store,
        alone: &[(Stray, Vec<Text>)],
    ) -> Result<HashMap<Text, [usize; 2]>, CycleError> {
        let keys = alone.iter().flat_map(|(_, keys)| keys.iter().cloned());
        let mut counts: HashMap<Text, [usize; 2]> = keys.map(|key| (key, [0, 0])).collect();
        for end in End::BOTH.into_iter().filter(|_| !alone.is_empty()) {
            each_page(aside, end, &mut |page| {
                let records = page.iter().filter_map(|one| self.read_as_now(end, one));
                for key in records.flat_map(|record| keys_in(self.program, end, &record)) {
                    counts.entry(key).and_modify(|counts| counts[end.index()] += 1);
                }
                Ok(())
            })?;
        }
        Ok(counts)
    }

    fn named(&self, records: [&Record; 2]) -> Option<String> {
        let names = End::BOTH.into_iter().zip(records).map(|(end, record)| naming::who(self.program.side(end), record));
        names.into_iter().find(|name| !name.is_empty())
    }
}

/// Whether a contact without a partner should have one.
fn flows(engine: &Engine<'_>, end: End, record: &Record) -> bool {
    let mut now = [None, None];
    now[end.index()] = Some(record.clone());
    engine.wants_partner(end, &Pair { now, base: None, later: None })
}

/// The keys of a record by which it is matched.
fn keys_in(program: &Program, end: End, record: &Record) -> Vec<Text> {
    let fields = program.matching.iter().flat_map(|tier| &tier.fields[end.index()]);
    let mut keys: Vec<Text> = Vec::new();
    for field in fields {
        match record.get(*field) {
            Value::Text(text) => keys.push(text.clone()),
            set => keys.extend(set.elements().iter().cloned()),
        }
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Everybody of a side who is there, some at a time.
fn each_page(
    store: &dyn Store,
    end: End,
    look: &mut dyn FnMut(&[Observed]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut after: Option<String> = None;
    loop {
        let page = store.seen_after(end, after.as_deref(), PAGE)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.observed.id.clone());
        let there: Vec<Observed> =
            page.into_iter().map(|seen| seen.observed).filter(|observed| !observed.deleted).collect();
        look(&there)?;
    }
}

/// Those of these ids that somebody is there under.
fn there(store: &dyn Store, end: End, ids: &[String]) -> Result<HashSet<String>, StoreError> {
    let seen = store.records(end, ids)?.into_iter().map(|seen| seen.observed);
    Ok(seen.filter(|observed| !observed.deleted).map(|observed| observed.id).collect())
}
