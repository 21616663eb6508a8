//! A full comparison of both sides as they are now: whether everybody who is linked is as the file says.
//!
//! Promises:
//! - Both sides are read from the beginning, and nothing is written: not to the apps, and not to the memory.
//! - It does not use the plan. What it knows of the memory is who is linked, and it says where the memory and the apps
//!   know different contacts.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use syncc_compiler::{
    ir::{Direction, End, FieldId, Program},
    value::{Record, Text, Value},
};

use super::{Connection, CycleError, Host, display, forget::Unwanted, naming, pull::side_error, why};
use crate::{
    apps::AppError,
    engine::{Agreement, Base, Cause, Engine, Pair, Part},
    store::Link,
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

/// One side as it is now.
struct Side {
    records: HashMap<String, Record>,
    /// Whether everything that exists was shown.
    complete: bool,
}

impl Connection<'_> {
    /// Reads both sides from the beginning and compares them.
    ///
    /// # Errors
    /// When a side cannot be read or the memory fails.
    pub async fn audit(&mut self, host: &mut dyn Host) -> Result<Audit, CycleError> {
        let mut audit = Audit::default();
        let sides = [self.all(End::Left, host, &mut audit).await?, self.all(End::Right, host, &mut audit).await?];
        host.phase("Comparing", None);
        let links = self.store.links()?;
        let engine = self.engine();
        for link in &links {
            self.compare(&engine, link, &sides, &mut audit);
        }
        for end in End::BOTH {
            self.strays(&engine, end, &links, &sides, &mut audit)?;
        }
        Ok(audit)
    }

    /// Everything that a side has.
    async fn all(&self, end: End, host: &mut dyn Host, audit: &mut Audit) -> Result<Side, CycleError> {
        let (app, side) = (self.apps[end.index()], self.program.side(end));
        host.phase(&format!("Reading all of {}", side.name), None);
        let mut seen = Vec::new();
        let pulled = app
            .pull(None, &mut |mut page| {
                host.advance(page.len() as u64);
                seen.append(&mut page);
                Ok::<(), AppError>(())
            })
            .await
            .map_err(|error| side_error(self.program, end, error))?;
        if let Some(unwanted) = Unwanted::of(self.store)? {
            unwanted.take_out(self.store, self.program, end, app, &mut seen)?;
        }
        audit.unread.extend(pulled.problems.into_iter().map(|problem| (end, problem)));
        let mut records = HashMap::new();
        for observed in seen {
            if observed.deleted {
                records.remove(&observed.id);
                continue;
            }
            match app.decode(&observed.raw) {
                Ok(record) => drop(records.insert(observed.id, record)),
                Err(error) => audit.unread.push((end, format!("{}: {error}", observed.id))),
            }
        }
        Ok(Side { records, complete: pulled.complete })
    }

    /// Compares one pair, by every mapping and every rule.
    fn compare(&self, engine: &Engine<'_>, link: &Link, sides: &[Side; 2], audit: &mut Audit) {
        let now = [0, 1].map(|side: usize| sides[side].records.get(&link.records[side]).cloned());
        let [Some(left), Some(right)] = &now else { return };
        audit.pairs += 1;
        let who = self.named([left, right]).unwrap_or_else(|| link.records[0].clone());
        let base = link.base.as_ref().map(|base| Base {
            sides: End::BOTH
                .map(|end| base[end.index()].as_ref().map(|record| naming::indexed(self.program.side(end), record))),
        });
        let pair = Pair { now: now.clone(), base, later: None };
        let mappings = self.program.mappings.iter().enumerate();
        let mappings = mappings.map(|(index, mapping)| {
            (Cause::Mapping(index), Some(mapping.direction), engine.mapping_agreement(mapping, &pair))
        });
        let rules = (0..self.program.rules.len())
            .map(|index| (Cause::Rule(index, Part::Then), None, engine.rule_agreement(index, &pair)));
        for (cause, direction, agreement) in mappings.chain(rules) {
            audit.compared += usize::from(agreement != Agreement::Silent);
            let Agreement::Differs(fields) = agreement else { continue };
            audit.differences.push(Difference {
                who: who.clone(),
                ids: link.records.clone(),
                why: self.perhaps(&fields, direction, &pair),
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
    fn perhaps(&self, fields: &[(End, FieldId)], direction: Option<Direction>, pair: &Pair) -> String {
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
        match changed {
            [true, true] => "both were changed since the two were last in step: the next run decides".to_owned(),
            [false, false] if direction.is_none() => {
                "neither was changed since the two were last in step: the rule or what it reads is new, or the next run writes it".to_owned()
            }
            [false, false] if End::BOTH.into_iter().any(stuck) => {
                let source = if stuck(End::Left) { End::Right } else { End::Left };
                format!("it is mapped from {} only: the other side was edited before, and stays until {0} changes", name(source))
            }
            [false, false] => {
                "neither was changed since the two were last in step: they were left so when they were linked, or one app cannot hold what the other has".to_owned()
            }
            [left, _] => {
                let end = if left { End::Left } else { End::Right };
                match stuck(end) {
                    true => format!(
                        "it was changed in {}, and it is mapped from {} only: it stays until that side changes",
                        name(end),
                        name(end.other())
                    ),
                    false => format!("it was changed in {} since the last run: the next run carries it over", name(end)),
                }
            }
        }
    }

    /// Contacts of a side that stand alone where they should not.
    fn strays(
        &self,
        engine: &Engine<'_>,
        end: End,
        links: &[Link],
        sides: &[Side; 2],
        audit: &mut Audit,
    ) -> Result<(), CycleError> {
        let (here, there) = (&sides[end.index()], &sides[end.other().index()]);
        let seen = self.store.seen(end)?;
        let known: HashSet<&str> =
            seen.iter().filter(|one| !one.observed.deleted).map(|one| one.observed.id.as_str()).collect();
        let linked: HashSet<&str> = links.iter().map(|link| link.records[end.index()].as_str()).collect();
        let keys = [keys_of(self.program, end, here), keys_of(self.program, end.other(), there)];
        let mut found = Vec::new();
        for (id, record) in &here.records {
            if !known.contains(id.as_str()) {
                found.push((id.clone(), Astray::NotKnown));
            } else if !linked.contains(id.as_str()) && flows(engine, end, record) {
                // One of several with one key is no stray, and neither is one that fits somebody of the other side: the plan
                // names them.
                let shares = |key: &Text| keys[0].get(key).is_some_and(|count| *count > 1) || keys[1].contains_key(key);
                if !keys_in(self.program, end, record).iter().any(shares) {
                    found.push((id.clone(), Astray::NoPartner));
                }
            }
        }
        if here.complete {
            let gone = known.iter().filter(|id| !here.records.contains_key(**id));
            found.extend(gone.map(|id| ((*id).to_owned(), Astray::NotThere)));
        }
        found.sort_by(|one, other| (one.1, &one.0).cmp(&(other.1, &other.0)));
        audit.strays.extend(found.into_iter().map(|(id, what)| {
            let who = here.records.get(&id).map(|record| naming::who(self.program.side(end), record));
            Stray { end, who: who.filter(|who| !who.is_empty()).unwrap_or_else(|| id.clone()), id, what }
        }));
        Ok(())
    }

    fn named(&self, records: [&Record; 2]) -> Option<String> {
        let names = End::BOTH.into_iter().zip(records).map(|(end, record)| naming::who(self.program.side(end), record));
        names.into_iter().find(|name| !name.is_empty())
    }
}

/// Whether a contact without a partner flows to the other side.
fn flows(engine: &Engine<'_>, end: End, record: &Record) -> bool {
    let mut now = [None, None];
    now[end.index()] = Some(record.clone());
    let can = engine.program().side(end.other()).creates;
    can && engine.in_scope(end, &Pair { now, base: None, later: None })
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

/// How many records of a side have each key.
fn keys_of(program: &Program, end: End, side: &Side) -> HashMap<Text, usize> {
    let mut counts = HashMap::new();
    for key in side.records.values().flat_map(|record| keys_in(program, end, record)) {
        *counts.entry(key).or_default() += 1;
    }
    counts
}
