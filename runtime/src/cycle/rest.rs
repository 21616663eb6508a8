//! Putting to rest whoever was written: the next run does not plan them once more to find that nothing is to be done.
//!
//! Promises:
//! - A pair rests only if the engine, asked about what both records hold after the writes, finds nothing to do.
//! - It rests only if it is nobody's duplicate, and makes nobody one: whoever is not linked and shares a key with it is planned with
//!   it in the next run.
//! - While the run is under way it counts as what was done to it, so it rests when the run has counted.

use std::collections::{HashMap, HashSet};

use syncc_compiler::ir::End;

use super::{Connection, CycleError, PAGE, Picture, Report, push::Pushed};
use crate::{
    engine::{Facts, Known, Linked, plan},
    store::LinkId,
};

/// Who has a key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Whose {
    /// Linked records only.
    Linked,
    /// Also one that is not linked.
    Alone,
}

impl Connection<'_> {
    /// Those of a page that may rest when the run ends, with what is kept of them, left first.
    pub(super) fn may_rest(&self, picture: &Picture<'_>, pushed: &mut Pushed) -> Vec<(LinkId, [u8; 2])> {
        let (mut known, mut links, mut names): ([Vec<Known>; 2], Vec<_>, Vec<_>) = Default::default();
        let in_step = std::mem::take(&mut pushed.in_step);
        let shared = self.shared(picture, &in_step.iter().map(|(index, ..)| *index).collect());
        for (index, link, base) in in_step {
            let Some(item) = picture.plan.items.get(index) else { continue };
            let now = End::BOTH.map(|end| match pushed.now[end.index()].remove(&index) {
                Some(held) => Some(Known { id: held.id, record: Some(held.record?), edited: held.edited }),
                None => picture.now(item, end).filter(|known| known.record.is_some()).cloned(),
            });
            let [Some(left), Some(right)] = now else { continue };
            let records = End::BOTH.into_iter().zip([&left, &right]);
            let mut keys = records.filter_map(|(end, known)| Some(self.keys_of(end, known.record.as_ref()?))).flatten();
            let nobody_elses = keys.all(|key| shared.get(&key) == Some(&Whose::Linked));
            drop(keys);
            if !nobody_elses {
                continue;
            }
            links.push(Linked { ids: [left.id.clone(), right.id.clone()], base: Some(base) });
            names.push(link);
            known[0].push(left);
            known[1].push(right);
        }
        let plan = plan(&self.engine(), [&known[0], &known[1]], &links, &Facts::default());
        let rests = names.into_iter().zip(plan.items).filter_map(|(link, item)| {
            let [Some(left), Some(right)] = item.rest else { return None };
            Some((link, [left.byte(), right.byte()]))
        });
        rests.collect()
    }

    /// By which keys the records that a page plans are found, and whether somebody has it who is not linked. `linked`: the items
    /// that are by now. Who is not linked and shares a key with one of these is in the page, or the page says that it was in another
    /// one, so of these keys it is known whose they are. Of the other keys of records that are only beside, it is not.
    fn shared(&self, picture: &Picture<'_>, linked: &HashSet<usize>) -> HashMap<i64, Whose> {
        let mut shared: HashMap<i64, Whose> = picture.elsewhere.iter().map(|key| (*key, Whose::Alone)).collect();
        for (index, item) in picture.plan.items.iter().enumerate() {
            let alone = item.link.is_none() && !linked.contains(&index);
            let whose = if alone { Whose::Alone } else { Whose::Linked };
            for end in End::BOTH {
                let record = picture.now(item, end).and_then(|known| known.record.as_ref());
                for key in record.into_iter().flat_map(|record| self.keys_of(end, record)) {
                    let slot = shared.entry(key).or_insert(whose);
                    *slot = (*slot).max(whose);
                }
            }
        }
        shared
    }

    /// Puts to rest whom the report says may rest. Nobody may of whom there was news meanwhile: the next run looks.
    pub(super) fn rest_written(&mut self, report: &mut Report) -> Result<(), CycleError> {
        let rests = std::mem::take(&mut report.may_rest);
        rests.chunks(PAGE).try_for_each(|rests| self.store.rest_links(rests))?;
        Ok(())
    }
}
