//! The queries, each a pure function of the ones below it.

use std::{borrow::Cow, sync::Arc};

use syncc_grammar::{
    Piece, Statement, SyntaxError,
    tree::{Body, Span},
};

use super::{Account, Db, chunks::Part, elsewhere::elsewhere, ring::ring};
use crate::{
    check::{
        self, Allowances, CheckedStatement, Connection, FoundAll, Judged, Meanings,
        settling::{self, Places},
    },
    diagnostic::{Diagnostic, Levels, Severity},
    ir::{End, Origin, Program, Tests},
    proof::{self, Proof, Verdict},
};

/// What holds for all files.
#[salsa::input(singleton)]
pub(crate) struct Settings {
    pub(crate) accounts: Vec<Account>,
    #[returns(deref)]
    pub(crate) edition: String,
    pub(crate) levels: Levels,
}

/// A file.
#[salsa::input]
pub(crate) struct SourceFile {
    #[returns(deref)]
    pub(crate) path: String,
    #[returns(deref)]
    pub(crate) text: String,
    /// What was wrong with the bytes of the file.
    #[returns(deref)]
    pub(crate) undecoded: Vec<SyntaxError>,
    /// The text, cut where an edit on one side changes nothing on the other.
    #[returns(deref)]
    pub(crate) chunks: Vec<Chunk>,
}

/// A part of a file: about a hundred statements.
#[salsa::input]
pub(crate) struct Chunk {
    pub(crate) part: Arc<Part>,
}

/// All files, in the order of their paths.
#[salsa::input(singleton)]
pub(crate) struct Files {
    pub(crate) all: Vec<SourceFile>,
}

/// A statement: its text, wherever it stands. Equal statements are one.
#[salsa::interned]
pub(crate) struct StatementText<'db> {
    #[returns(deref)]
    pub(crate) text: String,
}

/// The statements of a chunk in order, without their places.
#[salsa::tracked]
pub(crate) fn statements<'db>(db: &'db dyn Db, chunk: Chunk) -> Vec<StatementText<'db>> {
    let part = chunk.part(db);
    let text = |piece: &Piece| part.text.get(piece.span.start as usize..piece.span.end as usize).unwrap_or_default();
    part.skeleton.pieces.iter().map(|piece| StatementText::new(db, text(piece))).collect()
}

/// The tree of one statement.
#[salsa::tracked]
pub(crate) fn parse<'db>(db: &'db dyn Db, statement: StatementText<'db>) -> Statement {
    syncc_grammar::statement(statement.text(db))
}

/// The first `sync` statement of the file that could be read.
#[salsa::tracked(returns(copy))]
pub(crate) fn sync_statement<'db>(db: &'db dyn Db, file: SourceFile) -> Option<StatementText<'db>> {
    file.chunks(db).iter().find_map(|chunk| sync_of_chunk(db, *chunk))
}

/// The first `sync` statement of a chunk that could be read. Only statements that look like one are parsed.
#[salsa::tracked(returns(copy))]
fn sync_of_chunk<'db>(db: &'db dyn Db, chunk: Chunk) -> Option<StatementText<'db>> {
    statements(db, chunk)
        .iter()
        .copied()
        .filter(|statement| statement.text(db).trim_start().starts_with("sync"))
        .find(|statement| matches!(parse(db, *statement).body, Body::Sync(_)))
}

/// What a `sync` statement connects.
#[salsa::tracked]
pub(crate) fn connection<'db>(db: &'db dyn Db, sync: StatementText<'db>) -> Option<Arc<Connection>> {
    match &parse(db, sync).body {
        Body::Sync(sync) => Some(Arc::new(Connection::resolve(sync, Settings::get(db).accounts(db)))),
        _ => None,
    }
}

/// What one statement means beside the `sync` statement of its file, and what is wrong with it.
#[salsa::tracked]
pub(crate) fn meaning<'db>(
    db: &'db dyn Db,
    statement: StatementText<'db>,
    sync: Option<StatementText<'db>>,
) -> CheckedStatement {
    let connection = sync.and_then(|sync| connection(db, sync).as_ref());
    check::statement(parse(db, statement), connection.map(Arc::as_ref))
}

/// What the statements of a chunk mean beside the `sync` statement of the file.
#[salsa::tracked]
pub(super) fn meanings<'db>(db: &'db dyn Db, chunk: Chunk, sync: Option<StatementText<'db>>) -> Meanings {
    Meanings::of(statements(db, chunk).iter().map(|statement| meaning(db, *statement, sync)))
}

/// What the comments of a chunk allow. `is_first` says that no statement of the file comes before it.
#[salsa::tracked]
fn allowances(db: &dyn Db, chunk: Chunk, is_first: bool) -> Allowances {
    let part = chunk.part(db);
    // Without a comment no statement is asked for its comments.
    if !part.text.contains('#') {
        return Allowances::default();
    }
    let statements = statements(db, chunk).iter();
    let inside: Vec<&[Span]> = statements.map(|statement| parse(db, *statement).comments.as_slice()).collect();
    Allowances::read(&part.text, &part.skeleton, &inside, is_first)
}

/// Everything wrong with the file that its writer does not allow, as bad as the workspace wants it.
#[salsa::tracked]
pub(crate) fn judged(db: &dyn Db, file: SourceFile) -> Judged {
    let elsewhere = elsewhere(db, file);
    let mut found = Cow::Borrowed(settled(db, file).as_slice());
    let ring = ring(db, file);
    if !elsewhere.is_empty() || !ring.is_empty() {
        found.to_mut().extend(elsewhere.iter().chain(ring).cloned());
    }
    let mut start = 0;
    let mut all = Allowances::default();
    for (index, chunk) in file.chunks(db).iter().enumerate() {
        let allowances = allowances(db, *chunk, index == 0);
        all.add(allowances, start);
        start += length(chunk.part(db));
    }
    check::judge(&found, all, Settings::get(db).levels(db))
}

/// What of a file decides whether it settles. Titles, lines and tests do not, so that an edit of these proves nothing again.
#[salsa::tracked]
pub(crate) fn rules_alone(db: &dyn Db, file: SourceFile) -> Option<Arc<Program>> {
    let mut program = Program::clone(linked(db, file).as_ref()?);
    program.name.clear();
    program.bound = None;
    program.tests = Tests::default();
    for rule in &mut program.rules {
        rule.line = 0;
        rule.title.clear();
    }
    for mapping in &mut program.mappings {
        mapping.origin = Origin::Line(0);
    }
    Some(Arc::new(program))
}

/// Whether the file settles.
#[salsa::tracked]
pub(crate) fn proved(db: &dyn Db, file: SourceFile) -> Option<Proof> {
    let program = rules_alone(db, file).as_ref()?;
    Some(proof::prove(program, &|| db.unwind_if_revision_cancelled()))
}

/// Some files that share accounts.
#[salsa::interned]
pub(crate) struct Group<'db> {
    #[returns(deref)]
    pub(crate) files: Vec<SourceFile>,
}

/// An object of an account: where records live.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    account: String,
    object: String,
    instance: Option<String>,
}

/// The two objects that a file connects, left first.
#[salsa::tracked]
pub(crate) fn objects(db: &dyn Db, file: SourceFile) -> Option<[Place; 2]> {
    let connection = connection(db, sync_statement(db, file)?).as_ref()?;
    let place = |end| {
        let side = connection.side(end)?;
        let (account, object) = (side.account.clone(), side.object_name.clone());
        Some(Place { account, object, instance: side.instance.clone() })
    };
    Some([place(End::Left)?, place(End::Right)?])
}

/// Whether files that share accounts settle together. Nothing while one of them has problems of its own.
#[salsa::tracked]
pub(crate) fn proof_together<'db>(db: &'db dyn Db, group: Group<'db>) -> Option<Proof> {
    let mut programs: Vec<&Program> = Vec::new();
    for file in group.files(db) {
        if !settles(db, *file) {
            return None;
        }
        programs.push(rules_alone(db, *file).as_ref()?);
    }
    Some(proof::prove_together(&programs, &|| db.unwind_if_revision_cancelled()))
}

/// Where the rules and mappings of a file stand.
pub(crate) fn places(db: &dyn Db, file: SourceFile) -> Places {
    with_file(db, file, Places::of)
}

/// Everything wrong with the file, whether it settles included.
#[salsa::tracked]
pub(crate) fn settled(db: &dyn Db, file: SourceFile) -> Vec<Diagnostic> {
    let FoundAll { diagnostics, bound } = found(db, file);
    let mut found = diagnostics.clone();
    if bound.is_none()
        && let Some(proof) = proved(db, file)
        && !matches!(proof.verdict, Verdict::Proved { .. })
        && let Some(program) = linked(db, file)
    {
        found.extend(settling::alone(program, &places(db, file), proof));
    }
    found
}

/// Everything wrong with the file beside whether it settles.
#[salsa::tracked]
pub(crate) fn found(db: &dyn Db, file: SourceFile) -> FoundAll {
    let stop = || db.unwind_if_revision_cancelled();
    with_file(db, file, |known| db.standings().with(file, |standing| check::assemble(known, standing, &stop)))
}

/// Whether no circle is known that a file goes round in.
fn settles(db: &dyn Db, file: SourceFile) -> bool {
    let refuted = || matches!(proved(db, file), Some(proof) if matches!(proof.verdict, Verdict::Refuted(_)));
    found(db, file).bound.is_some() || !refuted()
}

/// Whether a file is without errors, as far as that shows without asking whether it settles.
#[salsa::tracked(returns(copy))]
pub(crate) fn is_sound(db: &dyn Db, file: SourceFile) -> bool {
    found(db, file).diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error)
}

/// The program of a file without errors, with the bound of its cycles where that shows without looking at the whole file.
#[salsa::tracked]
pub(crate) fn linked(db: &dyn Db, file: SourceFile) -> Option<Arc<Program>> {
    if !is_sound(db, file) {
        return None;
    }
    let program = with_file(db, file, check::link)?;
    Some(Arc::new(Program { bound: found(db, file).bound, ..program }))
}

/// The program of a file, with the bound of its cycles where that is proved.
#[salsa::tracked]
pub(crate) fn bounded(db: &dyn Db, file: SourceFile) -> Option<Arc<Program>> {
    let program = linked(db, file).as_ref()?;
    match (program.bound, proof_of_unbounded(db, file)) {
        (None, Some(Verdict::Proved { bound })) => {
            Some(Arc::new(Program { bound: Some(*bound), ..Program::clone(program) }))
        }
        _ => Some(Arc::clone(program)),
    }
}

/// What the proof of the whole file comes to, where what is kept does not tell.
fn proof_of_unbounded(db: &dyn Db, file: SourceFile) -> Option<&Verdict> {
    if found(db, file).bound.is_some() {
        return None;
    }
    proved(db, file).as_ref().map(|proof| &proof.verdict)
}

fn length(part: &Part) -> u32 {
    // A file is at most 16 MiB long.
    u32::try_from(part.text.len()).unwrap_or(u32::MAX)
}

/// Calls with what is known of a file.
pub(super) fn with_file<T>(db: &dyn Db, file: SourceFile, run: impl FnOnce(&check::File<'_>) -> T) -> T {
    let sync = sync_statement(db, file);
    let chunks = file.chunks(db);
    let (mut start, mut first) = (0, 0);
    let parts: Vec<check::Part<'_>> = chunks
        .iter()
        .map(|chunk| {
            let part = chunk.part(db);
            let known = check::Part { start, first, skeleton: &part.skeleton, meanings: meanings(db, *chunk, sync) };
            start += length(part);
            first += part.skeleton.pieces.len();
            known
        })
        .collect();
    let text = file.text(db);
    let has_errors = chunks.is_empty() || chunks.iter().any(|chunk| chunk.part(db).has_errors);
    let errors = if has_errors { syncc_grammar::file_errors(text) } else { Vec::new() };
    run(&check::File {
        path: file.path(db),
        text,
        undecoded: file.undecoded(db),
        errors: &errors,
        edition: Settings::get(db).edition(db),
        parts: &parts,
        connection: sync.and_then(|sync| connection(db, sync).as_ref()),
        source: &|index| {
            let at = parts.partition_point(|part| part.first <= index).checked_sub(1)?;
            let statement = *statements(db, *chunks.get(at)?).get(index - parts.get(at)?.first)?;
            Some((statement.text(db), parse(db, statement)))
        },
    })
}
