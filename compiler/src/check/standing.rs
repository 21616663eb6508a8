//! What stands of a file between two edits: its rules linked, and what the checks across them found.
//!
//! An edit brings some rules and takes some away; what is known of all others stays. A query that has this at hand gives the
//! same as without it, only sooner.
//!
//! Law: after any edits it says what it says of the same file opened anew. What cannot be kept by it is built anew: other
//! ends, other mappings, a field that nothing named before, and constants that are equal but spelt differently.

use std::{
    cell::OnceCell,
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use rustc_hash::{FxHashMap, FxHashSet};
use syncc_grammar::{Statement, tree::Span};

use super::{CheckedRule, Connection, assemble::side, link::Linker, tables::Fragment};
use crate::{
    diagnostic::Diagnostic,
    ir::{Condition, End, Mapping, Prefer, Program, Rule, Tests, VERSION},
    lint::{Kept, Known, Linted, MapAt, Now, RuleAt, alone},
    proof, threads,
};

/// What stands of each file, by what the database calls it.
pub(crate) struct Standings<F> {
    /// Nothing stands of a file of which an end is not known.
    by_file: Mutex<FxHashMap<F, Option<Standing>>>,
}

impl<F> Default for Standings<F> {
    fn default() -> Self {
        Self { by_file: Mutex::default() }
    }
}

impl<F: Copy + Eq + std::hash::Hash> Standings<F> {
    /// Runs with what stands of a file, and keeps what then stands, also when a read of something else is cancelled
    /// meanwhile.
    pub(crate) fn with<T>(&self, file: F, run: impl FnOnce(&mut Option<Standing>) -> T) -> T {
        struct Lent<'s, F: Copy + Eq + std::hash::Hash>(&'s Standings<F>, F, Option<Standing>);
        impl<F: Copy + Eq + std::hash::Hash> Drop for Lent<'_, F> {
            fn drop(&mut self) {
                let mut by_file = self.0.by_file.lock().unwrap_or_else(PoisonError::into_inner);
                by_file.insert(self.1, self.2.take());
            }
        }
        let standing = self.by_file.lock().unwrap_or_else(PoisonError::into_inner).remove(&file);
        let mut lent = Lent(self, file, standing.flatten());
        run(&mut lent.2)
    }

    /// Whether a file was looked at before.
    pub(crate) fn knows(&self, file: F) -> bool {
        self.by_file.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&file)
    }

    /// Nothing stands of a file that is gone.
    pub(crate) fn forget(&self, file: F) {
        self.by_file.lock().unwrap_or_else(PoisonError::into_inner).remove(&file);
    }
}

/// So many rules that come at once are worth a thread of their own.
const MANY: usize = 500;

/// What stands of one file.
pub(crate) struct Standing {
    connection: Arc<Connection>,
    mappings: Vec<Fragment<Mapping>>,
    /// The rules that the file writes, in its order.
    rules: Vec<Arc<CheckedRule>>,
    linker: Linker,
    /// The rules linked, in any order, and the mappings. A rule that is gone does nothing.
    program: Program,
    /// What is known of each rule of the program.
    known: Vec<Known>,
    /// The index in the program of each rule of the file.
    order: Vec<usize>,
    /// For each rule of the program, where in the file it comes.
    place: Vec<usize>,
    /// Where in the program no rule is.
    free: Vec<usize>,
    /// How many tests and constants the rules named when this was built.
    named: usize,
    kept: Kept,
    proof: proof::Kept,
    /// Not while an edit is under way: what a bug left half done is not built on.
    is_consistent: bool,
}

/// A file as the statements alone tell of it.
pub(crate) struct Given<'g, 't> {
    pub(crate) text: &'g str,
    pub(crate) connection: &'g Arc<Connection>,
    /// The mappings in effect. Those that the file writes are numbered.
    pub(crate) mappings: Vec<Fragment<Mapping>>,
    /// The rules that the file writes.
    pub(crate) rules: &'g [RuleIn<'g>],
    /// The mappings that it writes.
    pub(crate) maps: &'g [MapAt],
    pub(crate) is_whole: bool,
    /// The text and the tree of a statement.
    pub(crate) source: &'g dyn Fn(usize) -> Option<(&'t str, &'t Statement)>,
}

/// A rule of a file.
pub(crate) struct RuleIn<'g> {
    pub(crate) rule: &'g Arc<CheckedRule>,
    /// Which statement it is.
    pub(crate) statement: usize,
    pub(crate) span: Span,
}

impl Standing {
    /// Brings what stands of a file up to what the file is now. `None` while an end of it is not known.
    pub(crate) fn renew<'s>(standing: &'s mut Option<Self>, given: &Given<'_, '_>) -> Option<&'s mut Self> {
        let fits = |before: &&mut Self| {
            before.is_consistent
                && Arc::ptr_eq(&before.connection, given.connection)
                && before.mappings == given.mappings
                && !before.linker.is_respelt()
                && !before.is_worn()
        };
        let edited = standing.as_mut().filter(fits).and_then(|before| before.edit(given, false)).is_some();
        if !edited {
            *standing = Self::anew(given);
            let built = standing.as_mut()?;
            built.edit(given, true)?;
            built.named = built.program.atoms.len() + built.program.constants.len();
        }
        standing.as_mut()
    }

    /// Whether more is left behind by rules that are gone than the rules take: what they named stays in the tables.
    fn is_worn(&self) -> bool {
        const FEW: usize = 10_000;
        self.program.atoms.len() + self.program.constants.len() > 2 * self.named + FEW
    }

    /// Nothing but the ends and the mappings, with every field that the file could name.
    fn anew(given: &Given<'_, '_>) -> Option<Self> {
        let connection = given.connection;
        let (left, right) = (connection.side(End::Left)?, connection.side(End::Right)?);
        let rules = given.rules.iter().map(|one| &one.rule.rule.tables);
        let tables = || rules.clone().chain(given.mappings.iter().map(|mapping| &mapping.tables));
        let fields = [(End::Left, left), (End::Right, right)].map(|(end, side)| {
            let named = tables().flat_map(|tables| &tables.fields[end.index()]);
            let all: FxHashSet<&String> = side.object.fields.keys().chain(named).collect();
            all.into_iter().cloned().collect::<BTreeSet<String>>()
        });
        let mut linker = Linker::new(&fields);
        let mappings = given.mappings.iter();
        let mappings = mappings
            .map(|mapping| Mapping { lens: linker.lens(&mapping.tables, &mapping.item.lens), ..mapping.item.clone() })
            .collect();
        let program = Program {
            version: VERSION,
            edition: String::new(),
            name: String::new(),
            sides: [side(left, &fields[0]), side(right, &fields[1])],
            arrow: connection.arrow,
            prefer: Prefer::Default,
            every: 0,
            matching: Vec::new(),
            constants: std::mem::take(&mut linker.constants),
            atoms: std::mem::take(&mut linker.atoms),
            rules: Vec::new(),
            mappings,
            bound: None,
            tests: Tests::default(),
        };
        Some(Self {
            connection: Arc::clone(connection),
            mappings: given.mappings.clone(),
            rules: Vec::new(),
            linker,
            known: Vec::new(),
            order: Vec::new(),
            place: Vec::new(),
            free: Vec::new(),
            named: 0,
            kept: Kept::default(),
            proof: proof::Kept::of(&program),
            program,
            is_consistent: true,
        })
    }

    /// The rules that came and went. `None` where a rule names a field that was not known; what `is_new` knows all.
    fn edit(&mut self, given: &Given<'_, '_>, is_new: bool) -> Option<()> {
        let same = |(before, now): &(&Arc<CheckedRule>, &RuleIn<'_>)| Arc::ptr_eq(before, now.rule);
        let start = self.rules.iter().zip(given.rules).take_while(same).count();
        let (before, now) = (self.rules.get(start..)?, given.rules.get(start..)?);
        let end = before.iter().rev().zip(now.iter().rev()).take_while(same).count();
        let gone = start..self.rules.len() - end;
        let came = now.get(..now.len() - end)?;
        if gone.is_empty() && came.is_empty() {
            return Some(());
        }
        if !is_new && !came.iter().all(|one| self.linker.knows(&one.rule.rule.tables)) {
            return None;
        }
        // Asked before anything changes here: a read may be cancelled where it asks.
        let sources = came.iter().map(|one| (given.source)(one.statement)).collect::<Option<Vec<_>>>()?;
        self.is_consistent = false;
        for rule in self.order.get(gone.clone())? {
            self.kept.remove(&self.program, *rule);
            self.proof.remove(&self.program, *rule);
            *self.program.rules.get_mut(*rule)? = nothing();
            self.free.push(*rule);
        }
        let indices: Vec<usize> = came.iter().map(|_| self.room()).collect();
        self.linker.reserve(came.len());
        self.swap_tables();
        for (one, index) in came.iter().zip(&indices) {
            *self.program.rules.get_mut(*index)? = self.linker.rule(&one.rule.rule);
        }
        self.swap_tables();
        self.rules.splice(gone.clone(), came.iter().map(|one| Arc::clone(one.rule)));
        self.order.splice(gone, indices.iter().copied());
        for (place, rule) in self.order.iter().enumerate() {
            *self.place.get_mut(*rule)? = place;
        }
        let Self { connection, program, known, order, place, kept, proof, .. } = self;
        let (program, known) = (&*program, &*known);
        // The proof and the checks have nothing to do with each other.
        let cells = || indices.iter().for_each(|index| proof.add(program, *index));
        let checks = || {
            for ((one, index), (text, tree)) in came.iter().zip(&indices).zip(sources) {
                let (found, never) = shows_alone(connection, program, known, one, *index, text, tree);
                kept.add(program, *index, found, never);
            }
            let place = |rule: usize| place.get(rule).copied().unwrap_or(usize::MAX);
            kept.renew(&Now { program, known, order, place: &place });
        };
        threads::both(came.len() >= MANY, cells, checks);
        self.is_consistent = true;
        Some(())
    }

    /// The linker fills the tables of the program.
    fn swap_tables(&mut self) {
        std::mem::swap(&mut self.linker.constants, &mut self.program.constants);
        std::mem::swap(&mut self.linker.atoms, &mut self.program.atoms);
    }

    /// An index in the program for a rule that comes.
    fn room(&mut self) -> usize {
        match self.free.pop() {
            Some(index) => {
                if let Some(known) = self.known.get_mut(index) {
                    *known = Known::default();
                }
                index
            }
            None => {
                self.program.rules.push(nothing());
                self.known.push(Known::default());
                self.place.push(usize::MAX);
                self.program.rules.len() - 1
            }
        }
    }

    /// The most steps that a cycle takes; `None` where the rules may not settle. `stop` is called now and then, and may
    /// unwind.
    pub(crate) fn bound(&mut self, prefer: Prefer, stop: &dyn Fn()) -> Option<u32> {
        self.program.prefer = prefer;
        self.proof.bound(&self.program, &self.place, stop)
    }

    /// Everything that is odd about the rules of the file.
    pub(crate) fn lint(&self, given: &Given<'_, '_>) -> Vec<Diagnostic> {
        let written = |place: usize| {
            let (one, rule) = (given.rules.get(place)?, self.order.get(place)?);
            Some(RuleAt { rule: *rule, statement: one.statement, span: one.span, actions: &one.rule.actions })
        };
        self.kept.report(&Linted {
            text: given.text,
            program: &self.program,
            known: &self.known,
            order: &self.order,
            written: &written,
            place: &|rule| self.place.get(rule).copied().unwrap_or(usize::MAX),
            maps: given.maps,
            is_whole: given.is_whole,
            connection: &self.connection,
            tree: &|statement| (given.source)(statement).map(|(_, tree)| tree.clone()),
            lines: OnceCell::new(),
        })
    }
}

/// What shows in a rule alone, and whether it never holds. Spans count from the start of the rule.
fn shows_alone(
    connection: &Connection,
    program: &Program,
    known: &[Known],
    one: &RuleIn<'_>,
    index: usize,
    text: &str,
    tree: &Statement,
) -> (Vec<Diagnostic>, bool) {
    let span = Span::new(0, one.span.end - one.span.start);
    let at = RuleAt { rule: index, statement: one.statement, span, actions: &one.rule.actions };
    alone(&Linted {
        text,
        program,
        known,
        order: &[index],
        written: &|_| Some(at),
        place: &|_| 0,
        maps: &[],
        is_whole: false,
        connection,
        tree: &|_| Some(tree.clone()),
        lines: OnceCell::new(),
    })
}

/// A rule that is gone.
fn nothing() -> Rule {
    Rule {
        line: 0,
        title: String::new(),
        from: End::Left,
        condition: Condition::Any(Vec::new()),
        effects: Vec::new(),
        undo: None,
        other_way: None,
        implicit: false,
    }
}
