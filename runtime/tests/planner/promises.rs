//! What every plan promises.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use syncc_compiler::{
    ir::{Effect, End, FieldId, Lens, Program},
    value::Value,
};
use syncc_runtime::engine::{Facts, Guard, Item, Kind, Plan, Rest, Status, guards};

use crate::{
    ROUNDS,
    book::{Chance, File, World},
};

/// How much was held.
#[derive(Default)]
pub(crate) struct Counts {
    changes: AtomicU64,
    created: AtomicU64,
    deleted: AtomicU64,
    rounds: AtomicU64,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        write!(
            f,
            "{} changes planned, {} contacts made, {} deleted, {} rounds",
            of(&self.changes),
            of(&self.created),
            of(&self.deleted),
            of(&self.rounds)
        )
    }
}

impl Counts {
    /// Whether enough happened.
    pub(crate) fn worth_something(&self, cases: u64) -> bool {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        of(&self.changes) > cases && of(&self.created) > cases / 10 && of(&self.deleted) > cases / 100
    }
}

/// The fields of an end that no mapping and no rule writes.
pub(crate) fn never_written(program: &Program, end: End) -> Vec<FieldId> {
    let mapped = |field: FieldId| {
        program.mappings.iter().filter(|mapping| mapping.direction.from(end.other())).any(|mapping| {
            match mapping.lens {
                Lens::Copy { left, right } => field == if end == End::Left { left } else { right },
                _ => true,
            }
        })
    };
    let ruled = |field: FieldId| {
        program.rules.iter().any(|rule| {
            let forth = rule.effects.iter().chain(rule.undo.iter().flatten()).filter(|_| rule.from != end);
            let back =
                rule.other_way.iter().flat_map(|way| way.make_true.iter().chain(way.make_false.iter().flatten()));
            forth.chain(back.filter(|_| rule.from == end)).any(|effect| Effect::field(effect) == Some(field))
        })
    };
    let fields = (0..program.side(end).fields.len()).filter_map(|field| u32::try_from(field).ok().map(FieldId));
    fields.filter(|field| !mapped(*field) && !ruled(*field)).collect()
}

/// Holds every promise on one address book.
pub(crate) fn hold(file: &File, mut world: World, chance: &mut Chance, counts: &Counts, case: u64) {
    let start = world.clone();
    let told = || format!("case {case} of\n{}\n{start:#?}", file.text);
    let first = world.plan(&file.program);
    every_contact_is_in_one_item(&first, &world, &told);
    nothing_outside_the_frame_is_touched(file, &first, &told);
    consent_only_climbs_down(file, &first, &told);
    deletions_are_guarded(&first, &told);
    nobody_rests_of_whom_something_is_left(&first, &world, &told);
    who_rests_counts_as_much_as_before(&first, &told);
    swapped_sides_give_the_swapped_plan(file, &world, &first, &told);
    let (mut plan, mut round) = (first, 0);
    while plan.items.iter().any(changes) {
        round += 1;
        assert!(round <= ROUNDS, "it does not come to rest: {}", told());
        for item in &plan.items {
            count(item, counts);
        }
        let mut shuffled = world.clone();
        carry_out(&mut world, &plan, |_| 0);
        carry_out(&mut shuffled, &plan, |left| chance.below(left));
        assert_eq!(sorted(&world), sorted(&shuffled), "the order matters: {}", told());
        plan = world.plan(&file.program);
        nobody_rests_of_whom_something_is_left(&plan, &world, &told);
        who_rests_counts_as_much_as_before(&plan, &told);
    }
    counts.rounds.fetch_add(round as u64, Ordering::Relaxed);
    both_sides_agree(file, &world, &told);
    once_more_is_nothing(file, &world, &plan, &told);
}

fn changes(item: &Item) -> bool {
    matches!(&item.kind, Kind::Pair(outcome) if !outcome.changes.is_empty())
}

fn count(item: &Item, counts: &Counts) {
    let Kind::Pair(outcome) = &item.kind else { return };
    counts.changes.fetch_add(outcome.changes.len() as u64, Ordering::Relaxed);
    for change in outcome.changes.iter().filter(|change| change.field.is_none()) {
        let made = outcome.end[change.end.index()].is_some();
        if made { &counts.created } else { &counts.deleted }.fetch_add(1, Ordering::Relaxed);
    }
}

/// Carries out all items, the next one being the so-manyth of those that are left.
fn carry_out(world: &mut World, plan: &Plan, mut next: impl FnMut(usize) -> usize) {
    let mut left: Vec<&Item> = plan.items.iter().collect();
    while !left.is_empty() {
        world.apply(left.remove(next(left.len())));
    }
}

fn sorted(world: &World) -> impl PartialEq + std::fmt::Debug + use<> {
    let mut links = world.links.clone();
    links.sort_by(|one, other| one.ids.cmp(&other.ids));
    (world.known.clone(), links)
}

fn every_contact_is_in_one_item(plan: &Plan, world: &World, told: &dyn Fn() -> String) {
    for side in [0, 1] {
        for known in &world.known[side] {
            let items = plan.items.iter().filter(|item| item.ids[side].as_ref() == Some(&known.id)).count();
            assert_eq!(items, 1, "contact {} of side {side} is in {items} items: {}", known.id, told());
        }
    }
}

/// A contact rests, and is not planned again until it moves, just when nothing is to be done or to be remembered of it.
fn nobody_rests_of_whom_something_is_left(plan: &Plan, world: &World, told: &dyn Fn() -> String) {
    for item in &plan.items {
        let is_known = |side: usize| world.known[side].iter().any(|known| Some(&known.id) == item.ids[side].as_ref());
        let done = match (&item.kind, item.link) {
            (Kind::Pair(outcome), link) if item.matched.is_none() => {
                let idle = outcome.changes.is_empty() && matches!(outcome.status, Status::InSync | Status::Excluded);
                let remembered = link.and_then(|link| world.links.get(link)).map(|link| &link.base);
                let in_step = remembered.is_none_or(|base| base.is_some() && *base == outcome.base);
                let read = link.is_none() || is_known(0) && is_known(1);
                idle && in_step && read && outcome.end.iter().any(Option::is_some)
            }
            _ => false,
        };
        assert_eq!(item.is_at_rest(), done, "{item:?} of {}", told());
    }
}

/// What is kept of those at rest adds up, with all others, to what the plan says of everybody.
fn who_rests_counts_as_much_as_before(plan: &Plan, told: &dyn Fn() -> String) {
    let mut sum = plan.sum;
    for item in &plan.items {
        for (end, rest) in End::BOTH.into_iter().zip(item.rest) {
            sum += rest.map(|rest| Rest::from(rest.byte()).sum(end, 1)).unwrap_or_default();
        }
    }
    assert_eq!(sum.counts, plan.counts, "{}", told());
    assert_eq!(guards(&sum, &Facts::default()), plan.guards, "{}", told());
}

fn nothing_outside_the_frame_is_touched(file: &File, plan: &Plan, told: &dyn Fn() -> String) {
    for item in &plan.items {
        let Kind::Pair(outcome) = &item.kind else { continue };
        for change in &outcome.changes {
            let touched = change.field.is_some_and(|field| file.frame[change.end.index()].contains(&field));
            assert!(!touched, "{change:?}: {}", told());
        }
    }
}

fn consent_only_climbs_down(file: &File, plan: &Plan, told: &dyn Fn() -> String) {
    for item in &plan.items {
        let Kind::Pair(outcome) = &item.kind else { continue };
        for change in &outcome.changes {
            let Some(field) = change.field.and_then(|field| file.program.side(change.end).fields.get(field.index()))
            else {
                continue;
            };
            let (Value::Consent(before), "mail") = (&change.before, field.name.as_str()) else { continue };
            let down = matches!(&change.after, Value::Consent(after) if after >= before);
            assert!(down, "{change:?}: {}", told());
        }
    }
}

/// The books are too small for a guard that counts; a side that lost everybody is told.
fn deletions_are_guarded(plan: &Plan, told: &dyn Fn() -> String) {
    for guard in &plan.guards {
        assert!(matches!(guard, Guard::EmptySide { .. }), "{guard:?} cries wolf: {}", told());
    }
}

fn swapped_sides_give_the_swapped_plan(file: &File, world: &World, plan: &Plan, told: &dyn Fn() -> String) {
    let swapped = world.mirrored(file).plan(&file.mirrored);
    let ends = |plan: &Plan, swap: bool| {
        let mut ends: Vec<_> = plan
            .items
            .iter()
            .map(|item| {
                let Kind::Pair(outcome) = &item.kind else { return (item.ids.clone(), [None, None], None) };
                let status = Some(outcome.status);
                if swap {
                    let ([left, right], [one, other]) = (item.ids.clone(), outcome.end.clone());
                    (
                        [right, left],
                        [by_name(&file.mirrored, End::Right, other), by_name(&file.mirrored, End::Left, one)],
                        status,
                    )
                } else {
                    let [one, other] = outcome.end.clone();
                    (
                        item.ids.clone(),
                        [by_name(&file.program, End::Left, one), by_name(&file.program, End::Right, other)],
                        status,
                    )
                }
            })
            .collect();
        ends.sort_by(|one, other| one.0.cmp(&other.0));
        ends
    };
    assert_eq!(ends(plan, false), ends(&swapped, true), "swapped sides give another plan: {}", told());
}

/// A record by the names of its fields: the two programs may have them in another order.
fn by_name(program: &Program, end: End, record: Option<syncc_compiler::value::Record>) -> Option<Vec<(String, Value)>> {
    let mut named: Vec<_> =
        program.side(end).fields.iter().map(|field| field.name.clone()).zip(record?.values().iter().cloned()).collect();
    named.sort_by(|one, other| one.0.cmp(&other.0));
    Some(named)
}

/// Where nothing but mappings decides, what is mapped both ways is the same on both sides at rest.
fn both_sides_agree(file: &File, world: &World, told: &dyn Fn() -> String) {
    if !file.program.rules.iter().all(|rule| rule.implicit) {
        return;
    }
    for link in &world.links {
        let find = |side: usize| world.known[side].iter().find(|known| known.id == link.ids[side])?.record.clone();
        let (Some(left), Some(right)) = (find(0), find(1)) else { continue };
        for mapping in
            file.program.mappings.iter().filter(|mapping| mapping.direction.to_left && mapping.direction.to_right)
        {
            let Lens::Copy { left: one, right: other } = mapping.lens else { continue };
            assert_eq!(left.get(one), right.get(other), "they differ at rest: {}", told());
        }
    }
}

/// Carrying out a plan that changes nothing, and planning again, changes nothing.
fn once_more_is_nothing(file: &File, world: &World, plan: &Plan, told: &dyn Fn() -> String) {
    let mut again = world.clone();
    carry_out(&mut again, plan, |_| 0);
    let idle = again.plan(&file.program);
    assert!(!idle.items.iter().any(changes), "an idle plan writes: {}", told());
}
