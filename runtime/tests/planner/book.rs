//! Address books: drawn, changed by people, and changed by a plan.

use std::sync::Arc;

use syncc_compiler::{
    db::Database,
    ir::{End, FieldId, Program},
    schema::{AccountSchema, App},
    value::{Canon, Record, Value},
};
use syncc_runtime::engine::{Base, Engine, Facts, Item, Kind, Known, Linked, Plan, plan};

/// Random numbers that come out the same for the same seed (SplitMix64).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 33) as usize % end.max(1)
    }

    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

/// Both apps have the same fields, so that sides can be swapped. `own` is in no mapping and no rule.
const FIELDS: &str = r#"
[objects.contact]
identity = ["email"]
creates = true
deletes = true
detects = { deleted = true }
fields.email = { type = "email", means = "email" }
fields.company = { type = "text" }
fields.note = { type = "text" }
fields.tag = { type = "set of text", can = ["read", "filter", "add", "remove", "create"] }
fields.mail = { type = "consent" }
fields.own = { type = "text" }
"#;

/// Files, each with itself seen from the other side.
const FILES: [[&str; 2]; 5] = [
    [
        "sync one <-> two\nprefer one\nmap one.company <-> two.company\nmap one.tag <-> two.tag\n",
        "sync two <-> one\nprefer one\nmap two.company <-> one.company\nmap two.tag <-> one.tag\n",
    ],
    [
        "sync one -> two\nprefer one\nmap one.company -> two.company\nmap one.note -> two.note\nmap one.mail -> two.mail\n",
        "sync two <- one\nprefer one\nmap two.company <- one.company\nmap two.note <- one.note\nmap two.mail <- one.mail\n",
    ],
    [
        "sync one <-> two\nprefer two\nwhen one.tag != \"Private\" then two.tag += \"One\" undo other-way\nmap one.company <-> two.note\n",
        "sync two <-> one\nprefer two\nwhen one.tag != \"Private\" then two.tag += \"One\" undo other-way\nmap two.note <-> one.company\n",
    ],
    [
        "sync one <-> two\nprefer one\nwhen one.tag == \"A\" then two exists\nwhen two.tag == \"B\" then one.tag += \"C\" undo\nmap one.company <-> two.company\nmap one.mail <-> two.mail\n",
        "sync two <-> one\nprefer one\nwhen one.tag == \"A\" then two exists\nwhen two.tag == \"B\" then one.tag += \"C\" undo\nmap two.company <-> one.company\nmap two.mail <-> one.mail\n",
    ],
    [
        "sync one <-> two\nprefer two\nwhen one deleted then two deleted\nwhen two deleted then one.tag += \"Trash\"\nwhen one exists then two exists\nwhen two exists then one exists\nmap one.tag <-> two.tag\n",
        "sync two <-> one\nprefer two\nwhen one deleted then two deleted\nwhen two deleted then one.tag += \"Trash\"\nwhen one exists then two exists\nwhen two exists then one exists\nmap two.tag <-> one.tag\n",
    ],
];

/// A compiled file, and the same seen from the other side.
pub(crate) struct File {
    pub(crate) text: &'static str,
    pub(crate) program: Arc<Program>,
    pub(crate) mirrored: Arc<Program>,
    /// The fields that neither file writes: left, right.
    pub(crate) frame: [Vec<FieldId>; 2],
}

pub(crate) fn files() -> Vec<File> {
    let compile = |text: &str| {
        let mut database = Database::default();
        let accounts = ["one", "two"].map(|id| {
            let manifest = format!("[app]\nid = \"{id}\"\ntitle = \"{id}\"\ndefault_object = \"contact\"\n{FIELDS}");
            AccountSchema { name: id.to_owned(), app: App::from_manifest(id, &manifest).expect("a schema") }
        });
        database.set_accounts(accounts.into());
        database.set_file("planner.sync", text.to_owned());
        let checked = database.check("planner.sync").expect("the file is there");
        checked.program.unwrap_or_else(|| panic!("{text}\n{:#?}", checked.diagnostics))
    };
    let file = |[text, mirrored]: &[&'static str; 2]| {
        let program = compile(text);
        let frame = End::BOTH.map(|end| super::promises::never_written(&program, end));
        File { text, program, mirrored: compile(mirrored), frame }
    };
    FILES.iter().map(file).collect()
}

/// What both apps hold, and what is remembered.
#[derive(Clone, Debug)]
pub(crate) struct World {
    /// The contacts of each side in the order of their ids, left first; `record` is `None` for a deleted one.
    pub(crate) known: [Vec<Known>; 2],
    pub(crate) links: Vec<Linked>,
}

impl World {
    /// One address book, changed into what each side and the memory hold of it.
    pub(crate) fn draw(file: &File, chance: &mut Chance) -> Self {
        let mut world = Self { known: Default::default(), links: Vec::new() };
        for nth in 0..1 + chance.below(5) {
            let person = contact(&file.program, End::Left, nth, chance);
            let copy = retold(&file.program, &person);
            let linked = chance.below(3) > 0;
            let there = if linked { [true, true] } else { [chance.below(3) > 0, chance.below(3) > 0] };
            let base = [person.clone(), copy.clone()];
            for (side, record) in [person, copy].into_iter().enumerate() {
                let now = match chance.below(8) {
                    0 if linked => None,
                    1..4 => Some(edited(&file.program, End::BOTH[side], record, nth, chance)),
                    _ => Some(record),
                };
                if there[side] {
                    world.known[side].push(Known { id: format!("{nth}"), record: now, edited: None });
                }
            }
            if linked {
                let never_settled = chance.once_in(12);
                let base = (!never_settled).then(|| Base { sides: base.map(Some) });
                world.links.push(Linked { ids: [format!("{nth}"), format!("{nth}")], base });
            }
        }
        world
    }

    pub(crate) fn plan(&self, program: &Program) -> Plan {
        plan(&Engine::new(program), [&self.known[0], &self.known[1]], &self.links, &Facts::default())
    }

    /// The same with its sides swapped, as the mirrored file sees it.
    pub(crate) fn mirrored(&self, file: &File) -> Self {
        let turned = |end: End, record: &Record| renamed(&file.program, end, &file.mirrored, end.other(), record);
        let known = |end: End| {
            let turned = |known: &Known| Known {
                record: known.record.as_ref().map(|record| turned(end, record)),
                ..known.clone()
            };
            self.known[end.index()].iter().map(turned).collect::<Vec<_>>()
        };
        let links = self.links.iter().map(|link| {
            let [left, right] = link.ids.clone();
            let side = |end: End, base: &Base| base.sides[end.index()].as_ref().map(|record| turned(end, record));
            let base = link.base.as_ref().map(|base| Base { sides: [side(End::Right, base), side(End::Left, base)] });
            Linked { ids: [right, left], base }
        });
        Self { known: [known(End::Right), known(End::Left)], links: links.collect() }
    }

    /// Carries out one item of a plan, as the cycle does: what is written is there, and what is in step is remembered.
    pub(crate) fn apply(&mut self, item: &Item) {
        let Kind::Pair(outcome) = &item.kind else { return };
        let mut ids = item.ids.clone();
        for side in [0, 1] {
            let at = ids[side].as_ref().and_then(|id| self.known[side].iter().position(|known| known.id == *id));
            match (at, &outcome.end[side]) {
                (Some(at), end) => self.known[side][at].record = end.clone(),
                (None, Some(_)) => {
                    let id = format!("n{}", ids[1 - side].clone().unwrap_or_default());
                    let at = self.known[side].partition_point(|known| known.id < id);
                    self.known[side]
                        .insert(at, Known { id: id.clone(), record: outcome.end[side].clone(), edited: None });
                    ids[side] = Some(id);
                }
                (None, None) => {}
            }
        }
        let [Some(left), Some(right)] = ids else { return };
        let ids = [left, right];
        match self.links.iter_mut().find(|link| link.ids == ids) {
            Some(link) => link.base.clone_from(&outcome.base),
            None if outcome.base.is_some() => self.links.push(Linked { ids, base: outcome.base.clone() }),
            None => {}
        }
    }
}

fn value(program: &Program, end: End, field: usize, nth: usize, chance: &mut Chance) -> Value {
    let canon = Canon::default();
    let described = &program.side(end).fields[field];
    let one = |chance: &mut Chance, from: &[&'static str]| from[chance.below(from.len())];
    if described.ty.is_set() {
        let all = ["A", "B", "Private", "One"];
        return canon.set(described.ty.scalar(), all.into_iter().filter(|_| chance.once_in(3)).collect::<Vec<_>>());
    }
    let text = match described.name.as_str() {
        "email" => return canon.scalar(described.ty.scalar(), &format!("{nth}@x.example")).unwrap_or_default(),
        "mail" => one(chance, &["", "subscribed", "pending", "unsubscribed"]),
        _ => one(chance, &["", "Acme", "Zenith", "Bee"]),
    };
    canon.scalar(described.ty.scalar(), text).unwrap_or_default()
}

fn contact(program: &Program, end: End, nth: usize, chance: &mut Chance) -> Record {
    let fields = program.side(end).fields.len();
    Record::new((0..fields).map(|field| value(program, end, field, nth, chance)).collect())
}

/// The same contact in the other app, field by name.
fn retold(program: &Program, person: &Record) -> Record {
    renamed(program, End::Left, program, End::Right, person)
}

/// A record of one side as another side has it, field by name.
fn renamed(from: &Program, end: End, to: &Program, other: End, record: &Record) -> Record {
    let known = from.side(end);
    let values = to
        .side(other)
        .fields
        .iter()
        .map(|field| known.field(&field.name).map_or(Value::Empty, |known| record.get(known).clone()));
    Record::new(values.collect())
}

fn edited(program: &Program, end: End, mut record: Record, nth: usize, chance: &mut Chance) -> Record {
    for field in 0..program.side(end).fields.len() {
        if chance.once_in(3) {
            let id = FieldId(u32::try_from(field).unwrap_or_default());
            record.put(id, value(program, end, field, nth, chance));
        }
    }
    record
}
