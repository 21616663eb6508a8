//! From a seed to a scenario.

use syncc_compiler::{
    ir::{End, IrField, Lens, Program, Side},
    schema::{Scalar, Type},
    value::shown,
};

use crate::{
    cell::{Cell, Cells},
    chance::Chance,
    event::Fault,
    files,
    profile::{Profile, Quota, REFUSED},
    scenario::{Does, Edit, Round, Scenario, Strike, Trouble},
};

/// The scenario of a seed.
#[must_use]
pub fn draw(seed: u64) -> Scenario {
    let mut chance = Chance::new(seed);
    let (apps, file) = files::draw(&mut chance);
    let profiles = [Profile::draw(&mut chance), Profile::draw(&mut chance)];
    let disk = chance.once_in(16);
    let (people, rounds) = Default::default();
    let mut drawn = Scenario { seed, apps, file, profiles, disk, people, rounds, undo: None };
    let Some(program) = files::program(&drawn.apps, &drawn.file) else { return drawn };
    if program.mappings.iter().any(|mapping| matches!(mapping.lens, Lens::Compose { .. })) {
        // A field that is composed into a text, and that another mapping writes and the app cuts, is written anew in
        // every run while the text may not flow: a known limit, see docs/reliability.md.
        drawn.profiles.iter_mut().for_each(|profile| profile.cuts_at = None);
    }
    let mut artist = Artist { program: &program, constants: constants(&program), chance };
    drawn.people = artist.people();
    drawn.rounds = (0..artist.chance.between(3, 9)).map(|_| artist.round()).collect();
    // What came later has a stream of its own, so that a seed stays the world that it was.
    let mut chance = Chance::new(seed ^ 0x51de_51de);
    for profile in &mut drawn.profiles {
        profile.quota = chance.once_in(4).then(|| Quota::draw(&mut chance));
    }
    if disk {
        for round in &mut drawn.rounds {
            round.rival = chance.once_in(4).then(|| chance.between(1, 40));
        }
    }
    drawn.undo = chance.once_in(3).then(|| chance.below(1_000));
    drawn
}

/// The texts that the file names: what makes its rules hold.
fn constants(program: &Program) -> Vec<String> {
    program.constants.iter().filter_map(shown).filter(|text| !text.is_empty()).collect()
}

struct Artist<'a> {
    program: &'a Program,
    constants: Vec<String>,
    chance: Chance,
}

impl Artist<'_> {
    /// Who is there at the start. Now and then a crowd, so that guards have something to guard.
    fn people(&mut self) -> [Vec<Cells>; 2] {
        let crowd = self.chance.once_in(20);
        End::BOTH.map(|end| {
            let count = if crowd { self.chance.between(25, 45) } else { self.chance.below(7) };
            (0..count).map(|nth| self.contact(end, crowd.then_some(nth))).collect()
        })
    }

    /// A contact. Of a crowd each one has an address of its own.
    fn contact(&mut self, end: End, nth: Option<u32>) -> Cells {
        let side = self.program.side(end).clone();
        let mut cells = Cells::new();
        for field in &side.fields {
            let wanted = field.means.as_deref() == Some("email") || self.chance.once_in(3);
            if wanted && let Some(cell) = self.cell(field) {
                cells.insert(field.name.clone(), cell);
            }
        }
        if let (Some(nth), Some(key)) = (nth, key_field(&side)) {
            cells.insert(key.to_owned(), Cell::One(format!("{nth}@crowd.example")));
        }
        cells
    }

    /// Something for a field, out of so few values that people agree and disagree often.
    fn cell(&mut self, field: &IrField) -> Option<Cell> {
        if let Type::Set(scalar) = field.ty {
            let count = self.chance.between(1, 3);
            let elements = (0..count).filter_map(|_| self.text(scalar)).collect::<std::collections::BTreeSet<_>>();
            return (!elements.is_empty()).then(|| Cell::Many(elements.into_iter().collect()));
        }
        if field.ty.scalar() == Scalar::Address {
            let city = (*self.chance.pick(&["Namur", "Leeds", "Austin"])?).to_owned();
            return Some(Cell::Parts([("city".to_owned(), city)].into()));
        }
        self.text(field.ty.scalar()).map(Cell::One)
    }

    fn text(&mut self, scalar: Scalar) -> Option<String> {
        let chance = &mut self.chance;
        let of = |chance: &mut Chance, from: &[&str]| chance.pick(from).map(|text| (*text).to_owned());
        match scalar {
            Scalar::Email => of(
                chance,
                &[
                    "ann@a.example",
                    "Ann@A.example",
                    "bob@b.example",
                    "cid@c.example",
                    "dot@d.example",
                    "eve@e.example",
                    "fay@f.example",
                    "gus@g.example",
                    "hal@h.example",
                    " ida@i.example ",
                    "joe@j.example",
                    "kim@k.example",
                ],
            ),
            Scalar::Phone => {
                of(chance, &["+12125550101", "+1 212-555-0102", "+1 (212) 555-0103", "+12125550104", "unknown"])
            }
            Scalar::Number => of(chance, &["0", "1", "2", "10", "60"]),
            Scalar::Bool => of(chance, &["true", "false"]),
            Scalar::Date => of(chance, &["2026-01-01", "2026-02-02"]),
            Scalar::DateTime => of(chance, &["2026-01-01T00:00:00Z", "2026-02-02T10:00:00Z"]),
            Scalar::Url => of(chance, &["https://a.example/", "https://b.example/"]),
            Scalar::Consent => of(chance, &["subscribed", "subscribed", "pending", "unsubscribed", "cleaned"]),
            Scalar::Address => None,
            Scalar::Text | Scalar::Choice | Scalar::Ref => {
                if chance.below(2) == 0 && !self.constants.is_empty() {
                    return chance.pick(&self.constants).cloned();
                }
                if scalar == Scalar::Text && chance.once_in(40) {
                    return Some(REFUSED.to_owned());
                }
                of(chance, &["Acme", "Zenith ", "Ann Bee", "Juan de la Cruz", "Open", "A", "B", "a rather long line"])
            }
        }
    }

    fn round(&mut self) -> Round {
        let chance = &mut self.chance;
        let wait = chance.pick(&[1, 30, 300, 300, 300, 4_000]).copied().unwrap_or(300);
        let busy = chance.below(5);
        let before = (0..busy).map(|_| self.edit()).collect();
        let during = if self.chance.once_in(3) {
            (0..self.chance.between(1, 2)).map(|_| (self.chance.between(1, 60), self.edit())).collect()
        } else {
            Vec::new()
        };
        let mut round = Round { wait, before, during, ..Round::default() };
        if self.chance.once_in(2) {
            round.faults = (0..self.chance.between(1, 3)).filter_map(|_| self.strike()).collect();
        }
        let chance = &mut self.chance;
        round.crash = chance.once_in(3).then(|| chance.between(1, 70));
        round.full_disk = chance.once_in(25).then(|| chance.between(1, 70));
        round.allow = chance.once_in(2);
        round.look = chance.once_in(10);
        round.trouble = if chance.once_in(14) { self.trouble() } else { None };
        if self.chance.once_in(25) {
            // Somebody cleans up.
            let end = self.end();
            round.before.extend((0..40).map(|nth| Edit { end, nth, does: Does::Delete }));
        }
        round
    }

    fn end(&mut self) -> End {
        if self.chance.once_in(2) { End::Left } else { End::Right }
    }

    fn strike(&mut self) -> Option<Strike> {
        let end = self.end();
        let fault = *self.chance.pick(&Fault::ALL)?;
        Some(Strike { end, request: self.chance.between(1, 9), fault })
    }

    fn trouble(&mut self) -> Option<Trouble> {
        let end = self.end();
        Some(match self.chance.below(3) {
            0 => Trouble::OtherAccount(end),
            1 => Trouble::SeesNobody(end),
            _ => Trouble::Lacks(end, self.field(end)?.name),
        })
    }

    fn field(&mut self, end: End) -> Option<IrField> {
        let fields = &self.program.side(end).fields;
        self.chance.pick(fields).cloned()
    }

    fn edit(&mut self) -> Edit {
        let end = self.end();
        let does = self.does(end).unwrap_or(Does::Delete);
        Edit { end, nth: self.chance.below(24), does }
    }

    fn does(&mut self, end: End) -> Option<Does> {
        Some(match self.chance.below(20) {
            0..=2 => Does::Make(self.contact(end, None)),
            3 => Does::Delete,
            4 => Does::Restore,
            5 => Does::Merge(self.chance.below(24)),
            6 => {
                let side = self.program.side(end);
                let key = side.fields.iter().find(|field| field.means.as_deref() == Some("email"))?.clone();
                Does::Set(key.name.clone(), self.cell(&key))
            }
            7..=8 => Does::Set(self.field(end)?.name, None),
            _ => {
                let field = self.field(end)?;
                if !field.ty.is_set() {
                    return Some(Does::Set(field.name.clone(), self.cell(&field)));
                }
                let element = self.text(field.ty.scalar())?;
                if self.chance.below(3) > 0 {
                    Does::Add(field.name, element)
                } else {
                    Does::Remove(field.name, element)
                }
            }
        })
    }
}

/// The field with the email of a contact.
fn key_field(side: &Side) -> Option<&str> {
    side.meaning("email").and_then(|field| side.fields.get(field.index())).map(|field| field.name.as_str())
}
