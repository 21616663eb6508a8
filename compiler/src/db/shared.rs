//! Files that share an account: whether they settle together, each taking its turn.

use std::collections::BTreeMap;

use super::{
    Database,
    queries::{self, Group, Place, SourceFile},
};
use crate::{
    check::settling,
    diagnostic::Diagnostic,
    ir::Program,
    proof::{Proof, Verdict},
};

impl Database {
    /// The groups of files that share an account, each with whether it settles. Files that share none with another one are in
    /// no group; neither are those that have no meaning yet.
    #[must_use]
    pub fn proofs_together(&self) -> Vec<(Vec<String>, Proof)> {
        self.groups()
            .into_iter()
            .filter_map(|files| {
                let proof = queries::proof_together(self, Group::new(self, files.clone())).clone()?;
                Some((files.iter().map(|file| file.path(self).to_owned()).collect(), proof))
            })
            .collect()
    }

    /// What is wrong with a file only because of others that share an account with it.
    pub(super) fn clash_with_others(&self, file: SourceFile) -> Option<Diagnostic> {
        let files = self.groups().into_iter().find(|group| group.contains(&file))?;
        let proof = queries::proof_together(self, Group::new(self, files.clone())).as_ref()?;
        if !matches!(proof.verdict, Verdict::Refuted(_)) {
            return None;
        }
        let own = files.iter().position(|other| *other == file)?;
        let programs: Vec<&Program> = files.iter().filter_map(|file| self.program(*file)).collect();
        let names: Vec<&str> = files.iter().map(|file| file.path(self)).collect();
        let line = |file: usize, rule: usize| Some(programs.get(file)?.rules.get(rule)?.line);
        settling::together(&programs, &names, own, &queries::places(self, file), line, proof)
    }

    fn program(&self, file: SourceFile) -> Option<&Program> {
        queries::linked(self, file).as_deref()
    }

    /// The files with a meaning, put together where they share an object of an account, directly or by another file.
    fn groups(&self) -> Vec<Vec<SourceFile>> {
        let mut groups: Vec<Vec<SourceFile>> = Vec::new();
        let mut of_place: BTreeMap<&Place, usize> = BTreeMap::new();
        for file in self.files.values().filter(|_| self.files.len() > 1) {
            let Some(places) = queries::objects(self, *file) else { continue };
            if !queries::is_sound(self, *file) {
                continue;
            }
            let mut known: Vec<usize> = places.iter().filter_map(|place| of_place.get(place).copied()).collect();
            known.sort_unstable();
            known.dedup();
            let target = known.first().copied().unwrap_or(groups.len());
            if target == groups.len() {
                groups.push(Vec::new());
            }
            for other in known.into_iter().skip(1) {
                let moved = groups.get_mut(other).map(std::mem::take).unwrap_or_default();
                groups.get_mut(target).into_iter().for_each(|group| group.extend(&moved));
                of_place.values_mut().filter(|group| **group == other).for_each(|group| *group = target);
            }
            groups.get_mut(target).into_iter().for_each(|group| group.push(*file));
            places.iter().for_each(|place| {
                of_place.insert(place, target);
            });
        }
        groups.retain(|group| group.len() > 1);
        groups.iter_mut().for_each(|group| group.sort_by_key(|file| file.path(self)));
        groups
    }
}
