//! Everything that is known of one contact: what `syncc why` tells.

use serde::Serialize;
use syncc_compiler::{
    ir::{End, FieldId},
    value::Value,
};

use super::{Category, Connection, CycleError, Picture, Report, display, naming, why};
use crate::{
    engine::{Agreement, Engine, Item, Kind, Pair, Status},
    store::{Activity, Asked, Conflict, Trouble},
    testing,
};

/// How many of the last writes are told.
const LAST_WRITES: usize = 12;

/// One contact: both records, why they belong together, what the rules make of them and what was written.
#[derive(Clone, Debug)]
pub struct Contact {
    /// Who it is.
    pub who: String,
    /// The ids of its records, left first.
    pub ids: [Option<String>; 2],
    /// The category of each record that is there, left first.
    pub categories: [Option<Category>; 2],
    /// Why it is in that category, in a sentence.
    pub reason: String,
    /// Why the two are one person; `None` where there is only one.
    pub linked: Option<String>,
    /// What each field holds, those of the left side first. Fields that are empty now and were so are left out.
    pub fields: Vec<Field>,
    /// The rules in the order of the file.
    pub rules: Vec<Rule>,
    /// What a run would write.
    pub pending: Vec<Pending>,
    /// Whether the next run writes none of that: the contact is paused, waits, or is not answered for. The reason says which.
    pub held: bool,
    /// What was written last, newest first.
    pub history: Vec<Activity>,
    /// What waits to be tried again.
    pub troubles: Vec<Trouble>,
    /// Fields in which one side lost, and nobody has looked at yet.
    pub conflicts: Vec<Conflict>,
}

/// One field of one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Field {
    /// On which side.
    #[serde(skip)]
    pub end: End,
    /// Its name.
    pub name: String,
    /// What it holds now, as people read it; `None` where that is not known.
    pub now: Option<String>,
    /// What it held when both sides were last in step; `None` where that is not known.
    pub base: Option<String>,
    /// Whether it was changed since.
    pub changed: bool,
}

/// A write that a run would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// On which side.
    pub end: End,
    /// To what.
    pub to: Target,
    /// What it holds, as people read it; empty for a whole contact.
    pub before: String,
    /// What it would hold.
    pub after: String,
    /// By which mapping or rule.
    pub why: String,
}

/// What a write is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The contact is made.
    Made,
    /// The contact is deleted.
    Deleted,
    /// The field of this name.
    Field(String),
}

/// One rule, for one contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// The line of its `when`.
    pub line: u32,
    /// What it is called.
    pub title: String,
    /// Whether its condition holds; `None` where a field is not known.
    pub holds: Option<bool>,
    /// The parts of its condition that keep it from holding, as they are.
    pub not_so: Vec<String>,
    /// Whether what it asks for is so already.
    pub already: bool,
}

impl Connection<'_> {
    /// Everything that is known of an item of the picture.
    ///
    /// # Errors
    /// When the memory fails.
    pub fn contact(&self, picture: &Picture<'_>, report: &Report, index: usize) -> Result<Option<Contact>, CycleError> {
        let Some(item) = picture.plan.items.get(index) else { return Ok(None) };
        let records: Vec<_> =
            End::BOTH.into_iter().filter_map(|end| Some((end, item.ids[end.index()].clone()?))).collect();
        let asked = Asked { records: records.clone(), limit: Some(LAST_WRITES), ..Asked::default() };
        let history = self.store.history(&asked)?;
        let is_of = |end: End, id: &str| item.ids[end.index()].as_deref() == Some(id);
        let mut troubles = self.store.troubles()?;
        troubles.retain(|trouble| is_of(trouble.end, &trouble.record));
        let mut conflicts = self.store.conflicts()?;
        conflicts.retain(|conflict| End::BOTH.into_iter().any(|end| is_of(end, &conflict.records[end.index()])));
        let link = item.link.and_then(|link| Some((picture.links.get(link)?, picture.how.get(link)?)));
        let linked = match (link, &item.matched) {
            (Some((_, Some(how))), _) => Some(how.clone()),
            (Some((_, None)), _) => Some("linked by an earlier run".to_owned()),
            (None, Some(key)) => Some(format!("both have {key}; the next run links them")),
            (None, None) => None,
        };
        Ok(Some(Contact {
            who: picture.who(item),
            ids: item.ids.clone(),
            categories: End::BOTH.map(|end| report.standing(picture, item, end)),
            reason: picture.reason(&self.engine(), item, report),
            linked,
            fields: End::BOTH.into_iter().flat_map(|end| picture.fields(item, end)).collect(),
            rules: picture.rules(&self.engine(), item),
            pending: picture.pending(item),
            held: item.held.is_some(),
            history,
            troubles,
            conflicts,
        }))
    }
}

impl Picture<'_> {
    /// Who an item is, for people: as the left side knows it, else as the right one does, else by its id.
    #[must_use]
    pub fn who(&self, item: &Item) -> String {
        for end in End::BOTH {
            let record = self.now(item, end).and_then(|known| known.record.as_ref());
            let name = record.map(|record| naming::who(self.program.side(end), record)).unwrap_or_default();
            if !name.is_empty() {
                return name;
            }
        }
        if let Some(id) = item.ids.iter().flatten().next() {
            return id.clone();
        }
        // One that is gone on both sides, and is to be made anew.
        let Kind::Pair(outcome) = &item.kind else { return String::new() };
        let made = End::BOTH.into_iter().find_map(|end| Some((end, outcome.end[end.index()].as_ref()?)));
        made.map(|(end, record)| naming::who(self.program.side(end), record)).unwrap_or_default()
    }

    /// Why an item is what it is, in a sentence.
    fn reason(&self, engine: &Engine<'_>, item: &Item, report: &Report) -> String {
        if let Some(why) = self.held_because(item) {
            return why.to_owned();
        }
        let is_of = |end: End, id: &Option<String>| id.is_some() && item.ids[end.index()] == *id;
        if let Some(problem) = report.problems.iter().find(|problem| is_of(problem.end, &problem.id)) {
            return problem.why.clone();
        }
        let name = |end: End| &self.program.side(end).name;
        let outcome = match &item.kind {
            Kind::Pair(outcome) => outcome,
            Kind::Duplicate { of, key, .. } => {
                return format!(
                    "it has the same {key} as contact {of}, and only one of them is synced. Merge the two, or give one another key."
                );
            }
            Kind::Ambiguous { candidates, key, .. } => {
                return format!(
                    "{}, so it is not clear who is who. Mend their keys; until then none is touched.",
                    naming::fits(candidates, key)
                );
            }
        };
        if let Some(end) = End::BOTH.into_iter().find(|end| self.gone(item, *end)) {
            let other = end.other();
            let edited: Vec<_> = self.fields(item, other).into_iter().filter(|field| field.changed).collect();
            return match outcome.changes.is_empty() {
                true if !edited.is_empty() => format!(
                    "it was deleted in {}: it is not made again. What was edited in {} since ({}) keeps it there for as long as it stays so, also where a rule would delete it.",
                    name(end),
                    name(other),
                    edited.iter().map(|field| format!("`{}`", field.name)).collect::<Vec<_>>().join(", ")
                ),
                true => format!(
                    "it was deleted in {}: it is not made again, and nothing is done to its partner unless a rule says so.",
                    name(end)
                ),
                false => format!("it was deleted in {}, and a rule asks for something then.", name(end)),
            };
        }
        match outcome.status {
            Status::Refused => "the rules never come to an end with it, so nothing is written.".to_owned(),
            Status::Created => "it is only on one side, and a rule wants it on the other.".to_owned(),
            Status::Deleted => "a rule deletes it.".to_owned(),
            Status::Updated => "the two sides differ in what the rules and mappings keep in step.".to_owned(),
            Status::InSync => match self.differ(engine, item) {
                Some(names) => format!(
                    "nothing was changed since both sides were last in step, so nothing is written. They differ in {names}: `syncc audit` says why, and `syncc log` who wrote it last. Edit one of them, and it goes over.{}",
                    self.stays(engine, item)
                ),
                None => format!("both sides are as the rules want them.{}", self.stays(engine, item)),
            },
            Status::Excluded => match item.ids.iter().position(Option::is_none) {
                Some(missing) => {
                    let other = self.program.sides.get(missing).map_or("the other side", |side| side.name.as_str());
                    let flows = End::BOTH.into_iter().any(|end| engine.in_scope(end, &self.pair(item)));
                    match flows {
                        true => format!("no rule that holds for it makes it in {other}."),
                        false => format!("no rule lets it flow to {other}."),
                    }
                }
                None => "no rule holds for it, so nothing flows; it stays linked.".to_owned(),
            },
        }
    }

    /// The fields in which a pair differs that flow both ways, and that nobody changed since it was in step: it was left so when the two
    /// were linked, or by an undo.
    fn differ(&self, engine: &Engine<'_>, item: &Item) -> Option<String> {
        let pair = self.pair(item);
        let base = pair.base.as_ref()?;
        let as_it_was = |(end, field): &(End, FieldId)| {
            let (now, was) = (pair.now[end.index()].as_ref(), base.sides[end.index()].as_ref());
            now.zip(was).is_some_and(|(now, was)| now.get(*field) == was.get(*field))
        };
        let both = self.program.mappings.iter().enumerate();
        let both = both.filter(|(_, mapping)| End::BOTH.into_iter().all(|end| mapping.direction.from(end)));
        let mut names = Vec::new();
        for (index, mapping) in both {
            let Agreement::Differs(fields) = engine.mapping_agreement(index, mapping, &pair) else { continue };
            if !fields.iter().all(as_it_was) {
                continue;
            }
            for (end, field) in fields {
                let side = self.program.side(end);
                names.extend(side.fields.get(field.index()).map(|field| format!("`{}.{}`", side.name, field.name)));
            }
        }
        (!names.is_empty()).then(|| names.join(", "))
    }

    /// What was changed and does not flow, because no rule lets the contact flow from there now.
    fn stays(&self, engine: &Engine<'_>, item: &Item) -> String {
        let pair = self.pair(item);
        let mut text = String::new();
        for end in End::BOTH.into_iter().filter(|end| !engine.in_scope(*end, &pair)) {
            let changed: Vec<_> = self.fields(item, end).into_iter().filter(|field| field.changed).collect();
            if let Some(names) =
                changed.iter().map(|field| format!("`{}`", field.name)).reduce(|a, b| format!("{a}, {b}"))
            {
                let name = &self.program.side(end).name;
                text.push_str(&format!(
                    " What was changed in {name} ({names}) stays there: no rule lets it flow from {name} now."
                ));
            }
        }
        text
    }

    /// The two records of an item as they are, and were when they were last in step.
    fn pair(&self, item: &Item) -> Pair {
        let now = End::BOTH.map(|end| self.now(item, end).and_then(|known| known.record.clone()));
        let base = item.link.and_then(|link| self.links.get(link)?.base.clone());
        Pair { now, base, later: None }
    }

    /// Whether the record of a linked item was deleted on this side.
    fn gone(&self, item: &Item, end: End) -> bool {
        item.link.is_some() && self.now(item, end).is_some_and(|known| known.record.is_none())
    }

    fn fields(&self, item: &Item, end: End) -> Vec<Field> {
        let record = self.now(item, end).and_then(|known| known.record.as_ref());
        let base = item.link.and_then(|link| self.links.get(link)?.base.as_ref()?.sides[end.index()].as_ref());
        let text = |value: &Value| value.is_known().then(|| display(value));
        let fields = (0..).map(FieldId).zip(&self.program.side(end).fields);
        fields
            .filter_map(|(id, field)| {
                let (now, was) = (record.map(|record| record.get(id)), base.map(|base| base.get(id)));
                let filled = |value: Option<&Value>| value.is_some_and(Value::is_filled);
                (filled(now) || filled(was)).then(|| Field {
                    end,
                    name: field.name.clone(),
                    now: now.and_then(text),
                    base: was.and_then(text),
                    changed: matches!((now, was), (Some(now), Some(was)) if now.is_known() && was.is_known() && now != was),
                })
            })
            .collect()
    }

    fn rules(&self, engine: &Engine<'_>, item: &Item) -> Vec<Rule> {
        let pair = self.pair(item);
        let rules = self.program.rules.iter().enumerate();
        rules
            .map(|(index, rule)| {
                let idle = testing::idle(engine, index, rule, &pair);
                let holds = engine.holds(index, &pair);
                Rule { line: rule.line, title: rule.title.clone(), holds, not_so: idle.not_so, already: idle.already }
            })
            .collect()
    }

    fn pending(&self, item: &Item) -> Vec<Pending> {
        let Kind::Pair(outcome) = &item.kind else { return Vec::new() };
        let field =
            |end: End, id: FieldId| self.program.side(end).fields.get(id.index()).map(|field| field.name.clone());
        let changes = outcome.changes.iter();
        changes
            .map(|change| Pending {
                end: change.end,
                to: match change.field.and_then(|id| field(change.end, id)) {
                    Some(name) => Target::Field(name),
                    None if outcome.end[change.end.index()].is_some() => Target::Made,
                    None => Target::Deleted,
                },
                before: display(&change.before),
                after: display(&change.after),
                why: why(self.program, change.cause),
            })
            .collect()
    }
}
