//! From a seed to a plan.

use syncc_compiler::ir::End;

use super::{
    book::{MINE, PLAIN},
    plan::{Deed, Does, Plan, Round, Rules},
};
use crate::chance::Chance;

/// The plan of a seed.
#[must_use]
pub fn draw(seed: u64) -> Plan {
    let mut chance = Chance::new(seed ^ 0x00d1_5c00);
    let rules = *chance.pick(&Rules::ALL).unwrap_or(&Rules::Both);
    let cards = !chance.once_in(3);
    let ids = [!chance.once_in(3), !chance.once_in(3)];
    let mut epochs = vec![vec![Round { before: people(&mut chance), ..Round::default() }]];
    for _ in 0..chance.between(2, 5) {
        epochs.push((0..chance.between(1, 3)).map(|_| round(&mut chance)).collect());
    }
    Plan { seed, rules, cards, ids, epochs }
}

/// Who is there at first.
fn people(chance: &mut Chance) -> Vec<Deed> {
    let count = chance.between(1, 8);
    let make = |chance: &mut Chance| Does::Make { both: chance.once_in(3), borrowed: false };
    (0..count).map(|_| Deed { end: end(chance), nth: 0, does: make(chance) }).collect()
}

fn round(chance: &mut Chance) -> Round {
    let before = (0..chance.below(6)).map(|_| deed(chance)).collect();
    let busy = if chance.once_in(3) { chance.between(1, 3) } else { 0 };
    let during = (0..busy).map(|_| (chance.between(1, 40), deed(chance))).collect();
    let killed = chance.once_in(3).then(|| chance.between(1, 60));
    let full = chance.once_in(8).then(|| chance.between(1, 40));
    Round { before, during, killed, full }
}

fn end(chance: &mut Chance) -> End {
    if chance.once_in(2) { End::Left } else { End::Right }
}

fn deed(chance: &mut Chance) -> Deed {
    let end = end(chance);
    let does = match chance.below(20) {
        0..=7 => {
            let field = match chance.below(8) {
                0 => "email",
                1 => MINE,
                _ => chance.pick(&PLAIN).copied().unwrap_or("note"),
            };
            Does::Set { field, clear: chance.once_in(5) }
        }
        8..=10 => Does::Make { both: chance.once_in(4), borrowed: chance.once_in(8) },
        11..=13 => Does::Delete,
        14 => Does::Rename,
        15 => Does::Swap,
        16 | 17 => Does::Shuffle,
        18 => Does::Save(chance.below(16)),
        _ => Does::Vanish,
    };
    Deed { end, nth: chance.below(1_000), does }
}
