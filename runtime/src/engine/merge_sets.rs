//! Merging sets, element by element. Sets never conflict: what was added on either side stays.
//!
//! Elements are compared as the right side spells them, or as the side that is written to where the mapping
//! has one direction. An element without an image there stays where it is and does not flow.

use syncc_compiler::{
    ir::{Direction, End, FieldId},
    value::{Set, Text, Value},
};

use super::{
    Engine,
    lens::OneToOne,
    merge::{Kept, Merged, Sides, Write},
};

impl Engine<'_> {
    pub(super) fn merge_sets(
        &self,
        index: usize,
        direction: Direction,
        lens: &OneToOne<'_>,
        sides: &Sides<'_>,
        merged: &mut Merged,
    ) {
        let now = End::BOTH.map(|end| sides.now(end, lens.field(end)));
        if now.iter().any(|value| !value.is_known()) {
            merged.keep(End::BOTH.map(|end| (end, lens.field(end))));
            return;
        }
        let base = sides.base(lens.fields[0], lens.fields[1]);
        if now == base {
            return;
        }
        // `near` is the side in whose spelling elements are compared, `far` the other one.
        let near = if direction.from(End::Left) { End::Right } else { End::Left };
        let far = near.other();
        let near_now = as_set(now[near.index()]);
        let near_base = as_set(base[near.index()]);
        let far_now = self.image_of_set(lens, far, now[far.index()]);
        let far_base = self.image_of_set(lens, far, base[far.index()]);
        let mut changes = [Changes::default(), Changes::default()];
        let all: Set =
            [&near_now, &near_base, &far_now, &far_base].into_iter().flat_map(Set::elements).cloned().collect();
        for element in all.elements() {
            let [here, there] = [near_now.has(element), far_now.has(element)];
            let [was_here, was_there] = [near_base.has(element), far_base.has(element)];
            if here == there || (here == was_here && there == was_there) {
                continue;
            }
            // Changed on both sides to different truths: what was added stays.
            let winner = match (here != was_here, there != was_there) {
                (true, false) => near,
                (false, true) => far,
                _ => {
                    if here {
                        near
                    } else {
                        far
                    }
                }
            };
            let (to, present) = (winner.other(), if winner == near { here } else { there });
            let elements = if to == near {
                vec![element.clone()]
            } else {
                self.in_far_spelling(lens, near, now, element, present)
            };
            if !direction.from(winner) || elements.is_empty() || !self.can_change_set(to, lens.field(to), present) {
                continue;
            }
            if sides.scope[winner.index()] {
                let changes = &mut changes[to.index()];
                if present { changes.add.extend(elements) } else { changes.remove.extend(elements) }
            } else {
                self.keep_element(lens, (near, element), now, [(near, was_here), (far, was_there)], merged);
            }
        }
        for end in End::BOTH {
            let Changes { add, remove } = &changes[end.index()];
            if !add.is_empty() || !remove.is_empty() {
                let stay = now[end.index()].elements().iter().filter(|element| !remove.contains(element));
                let value = Value::set(stay.chain(add).cloned());
                merged.writes.push(Write { end, field: lens.field(end), value, mapping: index });
            }
        }
    }

    /// The elements of the far side to add or remove for one of the near side.
    fn in_far_spelling(
        &self,
        lens: &OneToOne<'_>,
        near: End,
        now: [&Value; 2],
        element: &Text,
        present: bool,
    ) -> Vec<Text> {
        if present {
            return self.image_of_element(lens, near, element).into_iter().collect();
        }
        let far = near.other();
        let means = |other: &&Text| self.image_of_element(lens, far, other).as_ref() == Some(element);
        now[far.index()].elements().iter().filter(means).cloned().collect()
    }

    /// The base keeps what it says of this element on both sides.
    fn keep_element(
        &self,
        lens: &OneToOne<'_>,
        (near, element): (End, &Text),
        now: [&Value; 2],
        was: [(End, bool); 2],
        merged: &mut Merged,
    ) {
        for (end, present) in was {
            let field = lens.field(end);
            if end == near {
                merged.kept.push(Kept::Element(end, field, element.clone(), present));
            } else {
                for element in self.in_far_spelling(lens, near, now, element, present) {
                    merged.kept.push(Kept::Element(end, field, element, present));
                }
            }
        }
    }

    fn can_change_set(&self, end: End, field: FieldId, present: bool) -> bool {
        let can = self.program.side(end).fields.get(field.index()).map(|field| field.can);
        can.is_some_and(|can| can.set || if present { can.add } else { can.remove })
    }
}

/// What becomes of one set.
#[derive(Default)]
struct Changes {
    add: Vec<Text>,
    remove: Vec<Text>,
}

fn as_set(value: &Value) -> Set {
    match value {
        Value::Set(set) => set.clone(),
        _ => Set::default(),
    }
}
