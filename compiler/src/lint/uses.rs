//! Who does what: the rules of a file by what they write, take back and name, so that rules that have to do with each
//! other are found without comparing every two.

use rustc_hash::FxHashMap;

use super::{constants, included::single};
use crate::ir::{ConstId, Effect, End, FieldId, Program, Rule};

/// Something that rules can have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// From this app they give this single-valued field a value.
    Field(End, FieldId),
    /// From this app they do this.
    Does(End, Effect),
    /// From this app they do this when they are undone.
    Undoes(End, Effect),
    /// They name this text of this field, on this end.
    Text(End, FieldId, ConstId),
}

/// Rules by what they have in common. A rule that names a text twice is there twice.
#[derive(Debug, Default)]
pub(super) struct Uses {
    by_key: FxHashMap<Key, Users>,
}

/// Most things are done by one rule.
#[derive(Debug)]
enum Users {
    One(usize),
    Many(Vec<usize>),
}

/// The rules that name a text, in the order of the file, and how often they do.
#[derive(Debug)]
pub(super) struct TextUses {
    pub(super) constant: ConstId,
    pub(super) count: usize,
    pub(super) rules: Vec<usize>,
}

/// Calls back for everything by which others that have to do with a rule are found.
pub(super) fn each(program: &Program, rule: &Rule, found: &mut impl FnMut(Key)) {
    let from = rule.from;
    for effect in &rule.effects {
        if let Some(field) = single(effect) {
            found(Key::Field(from, field));
        }
        found(Key::Does(from, effect.clone()));
    }
    for effect in rule.undo.iter().flatten() {
        found(Key::Undoes(from, effect.clone()));
    }
    constants::each(program, rule, &mut |end, field, constant| found(Key::Text(end, field, constant)));
}

impl Uses {
    pub(super) fn add(&mut self, key: Key, rule: usize) {
        self.by_key
            .entry(key)
            .and_modify(|users| match users {
                Users::One(first) => *users = Users::Many(vec![*first, rule]),
                Users::Many(all) => all.push(rule),
            })
            .or_insert(Users::One(rule));
    }

    pub(super) fn remove(&mut self, key: &Key, rule: usize) {
        match self.by_key.get_mut(key) {
            Some(Users::Many(all)) if all.len() > 1 => {
                if let Some(at) = all.iter().position(|one| *one == rule) {
                    all.swap_remove(at);
                }
            }
            Some(_) => {
                self.by_key.remove(key);
            }
            None => {}
        }
    }

    pub(super) fn of(&self, key: &Key) -> &[usize] {
        match self.by_key.get(key) {
            Some(Users::One(rule)) => std::slice::from_ref(rule),
            Some(Users::Many(all)) => all,
            None => &[],
        }
    }

    /// All that any rule has.
    pub(super) fn keys(&self) -> impl Iterator<Item = (&Key, usize)> {
        self.by_key.iter().map(|(key, users)| match users {
            Users::One(_) => (key, 1),
            Users::Many(all) => (key, all.len()),
        })
    }

    /// The rules that have any of these keys, each once, in the order of the file.
    pub(super) fn in_order(&self, keys: &[Key], place: &dyn Fn(usize) -> usize) -> Vec<usize> {
        let mut rules: Vec<usize> = keys.iter().flat_map(|key| self.of(key)).copied().collect();
        rules.sort_unstable_by_key(|rule| place(*rule));
        rules.dedup();
        rules
    }

    /// Who names a text.
    pub(super) fn text(
        &self,
        (end, field): (End, FieldId),
        constant: ConstId,
        place: &dyn Fn(usize) -> usize,
    ) -> TextUses {
        let key = Key::Text(end, field, constant);
        TextUses { constant, count: self.of(&key).len(), rules: self.in_order(&[key], place) }
    }
}
