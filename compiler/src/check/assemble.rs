//! A whole file: what only shows across statements, all places made absolute, and the program.

use std::{collections::BTreeSet, sync::Arc};

use rustc_hash::FxHashSet;
use syncc_grammar::{Piece, Skeleton, Statement, SyntaxError, tree::Span};

use super::{
    Item, Meanings,
    connection::{ConnectedEnd, Connection},
    keys,
    link::{Linker, id},
    link_tests::TestAt,
    mapping::MapItem,
    mappings::{self, Written},
    standing::{Given, RuleIn, Standing},
    tables::{Fragment, Tables},
};
use crate::{
    diagnostic::{Code, Diagnostic, Severity},
    ir::{Condition, Effect, End, IrField, Mapping, MatchTier, Prefer, Program, Rule, Side, Test, VERSION},
    lint::MapAt,
};

/// How long the daemon waits between two cycles when the file does not say it, in seconds.
const EVERY: u64 = 300;

/// What the queries know about a file.
pub(crate) struct File<'f> {
    pub(crate) path: &'f str,
    pub(crate) text: &'f str,
    /// What was wrong with its bytes.
    pub(crate) undecoded: &'f [SyntaxError],
    /// What is wrong with it as a whole.
    pub(crate) errors: &'f [SyntaxError],
    pub(crate) edition: &'f str,
    pub(crate) parts: &'f [Part<'f>],
    pub(crate) connection: Option<&'f Arc<Connection>>,
    /// The text and the tree of a statement.
    pub(crate) source: &'f dyn Fn(usize) -> Option<(&'f str, &'f Statement)>,
}

/// A part of a file.
pub(crate) struct Part<'f> {
    /// Where in the file it starts.
    pub(crate) start: u32,
    /// How many statements come before it.
    pub(crate) first: usize,
    /// Spans count from the start of the part.
    pub(crate) skeleton: &'f Skeleton,
    pub(crate) meanings: &'f Meanings,
}

impl Part<'_> {
    /// Where in the file a statement of it stands.
    fn span(&self, index: usize) -> Span {
        self.skeleton.pieces.get(index).map_or(Span::default(), |piece| piece.span).shift(self.start)
    }
}

/// What is found of a whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FoundAll {
    /// Everything wrong with it, beside whether it settles.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The most steps that a cycle takes; `None` for a file with errors, and where the rules may not settle.
    pub(crate) bound: Option<u32>,
}

/// What is found of the file, with what stands of it from before. `stop` is called now and then, and may unwind.
pub(crate) fn assemble(file: &File<'_>, standing: &mut Option<Standing>, stop: &dyn Fn()) -> FoundAll {
    let mut diagnostics: Vec<Diagnostic> = file.undecoded.iter().chain(file.errors).map(super::syntax_error).collect();
    let sync = sync_start(file);
    for part in file.parts {
        for (index, found) in &part.meanings.found {
            let mut diagnostic = found.diagnostic.clone().shift(part.span(*index).start);
            if let Some(sync) = sync {
                diagnostic = found
                    .in_sync
                    .iter()
                    .fold(diagnostic, |all, label| all.also(label.span.shift(sync), label.text.clone()));
            }
            diagnostics.push(diagnostic);
        }
    }
    match (file.connection, sync) {
        (Some(connection), Some(sync)) => {
            diagnostics.extend(connection.diagnostics.iter().map(|diagnostic| diagnostic.clone().shift(sync)));
        }
        _ => no_sync(file, &mut diagnostics),
    }
    twice(file, &mut diagnostics);
    if let Some(connection) = file.connection.filter(|connection| connection.is_resolved()) {
        across(file, connection, standing, &mut diagnostics);
    }
    diagnostics.sort_by_key(|diagnostic| (diagnostic.primary.span.start, diagnostic.code.number()));
    let is_sound = diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error);
    let bound = standing.as_mut().filter(|_| is_sound).and_then(|standing| standing.bound(prefer(file), stop));
    FoundAll { diagnostics, bound }
}

/// Who wins: the last that says so.
fn prefer(file: &File<'_>) -> Prefer {
    let written = file.others().filter_map(|(_, item)| match item {
        Item::Prefer(written) => Some(written.unwrap_or(Prefer::Default)),
        _ => None,
    });
    written.last().unwrap_or(Prefer::Default)
}

/// What only shows across statements.
fn across(
    file: &File<'_>,
    connection: &Arc<Connection>,
    standing: &mut Option<Standing>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let rules: Vec<RuleIn<'_>> = file.rules().collect();
    let mut maps: Vec<Written<'_>> = Vec::new();
    let mut keys: Option<&[(String, Span)]> = None;
    for (at, item) in file.others() {
        match item {
            // Mappings are told apart by their number here: their lines change with every line above them.
            Item::Map(item) => maps.push(Written { item, start: at.start, line: id(maps.len()) }),
            Item::Match(written) => keys = Some(written),
            Item::None | Item::Rule(_) | Item::Sync(_) | Item::Prefer(_) | Item::Every(_) | Item::Test(_) => {}
        }
    }
    let mappings = mappings::effective(connection, &maps, diagnostics);
    no_key(connection, keys, sync_start(file), diagnostics);
    let at = maps.iter().filter_map(|map| match map.item {
        MapItem::Map { span, .. } => Some(MapAt { line: map.line, span: span.shift(map.start) }),
        MapItem::NoDefaults | MapItem::Off { .. } => None,
    });
    let given = Given {
        text: file.text,
        connection,
        mappings,
        rules: &rules,
        maps: &at.collect::<Vec<_>>(),
        is_whole: diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error),
        source: file.source,
    };
    if let Some(standing) = Standing::renew(standing, &given) {
        diagnostics.extend(standing.lint(&given));
    }
}

impl<'f> File<'f> {
    /// The rules that the file writes.
    pub(crate) fn rules(&self) -> impl Iterator<Item = RuleIn<'f>> + Clone {
        self.parts.iter().flat_map(|part| {
            part.meanings.rules.iter().map(|(index, rule)| RuleIn {
                rule,
                statement: part.first + index,
                span: part.span(*index),
            })
        })
    }

    /// The other statements that mean something, each with its place.
    pub(crate) fn others(&self) -> impl Iterator<Item = (Span, &'f Item)> {
        self.parts.iter().flat_map(|part| part.meanings.others.iter().map(|(index, item)| (part.span(*index), item)))
    }

    /// Every statement, the broken ones included.
    fn pieces(&self) -> impl Iterator<Item = (Span, &'f Piece)> {
        self.parts
            .iter()
            .flat_map(|part| part.skeleton.pieces.iter().map(|piece| (piece.span.shift(part.start), piece)))
    }

    /// The name of the connection: that of the file.
    fn name(&self) -> String {
        let file = self.path.rsplit(['/', '\\']).next().unwrap_or(self.path);
        file.strip_suffix(".sync").unwrap_or(file).to_owned()
    }
}

/// Where the `sync` statement starts.
fn sync_start(file: &File<'_>) -> Option<u32> {
    file.others().find(|(_, item)| matches!(item, Item::Sync(_))).map(|(at, _)| at.start)
}

fn no_sync(file: &File<'_>, diagnostics: &mut Vec<Diagnostic>) {
    // A `sync` that could not be read has its own message.
    let broken =
        file.pieces().any(|(at, _)| file.text.get(at.start as usize..).is_some_and(|text| text.starts_with("sync")));
    let misspelt = diagnostics.iter().any(|diagnostic| matches!(diagnostic.code, Code::Keyword | Code::NoStatement));
    if broken || misspelt {
        return;
    }
    let span = file.pieces().next().map_or(Span::default(), |(at, _)| Span::new(at.start, at.start));
    diagnostics.push(
        Diagnostic::new(Code::NoSync, "the file does not say what it connects", span, "before the first rule")
            .why("Every file connects two apps.")
            .help("Begin with a line such as `sync google <-> realgeeks`."),
    );
}

/// Statements that a file has once.
fn twice(file: &File<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut first: [Option<Span>; 4] = [None; 4];
    for (at, item) in file.others() {
        let (kind, word, code) = match item {
            Item::Sync(_) => (0, "sync", Code::SyncTwice),
            Item::Prefer(_) => (1, "prefer", Code::SettingTwice),
            Item::Match(_) => (2, "match", Code::SettingTwice),
            Item::Every(_) => (3, "every", Code::SettingTwice),
            Item::None | Item::Rule(_) | Item::Map(_) | Item::Test(_) => continue,
        };
        let Some(earlier) = first[kind] else {
            first[kind] = Some(at);
            continue;
        };
        let title = format!("the file says `{word}` twice");
        let diagnostic = Diagnostic::new(code, title, at, "the second one").also(earlier, "the first one");
        diagnostics.push(match code {
            Code::SyncTwice => {
                diagnostic.why("One file connects two apps.").help("Put the second connection into a file of its own.")
            }
            _ => diagnostic.help("Keep one of the two."),
        });
    }
}

/// The program of a file without errors.
pub(crate) fn link(file: &File<'_>) -> Option<Program> {
    let connection = file.connection?;
    let (left, right) = (connection.side(End::Left)?, connection.side(End::Right)?);
    let mut lines = Lines::of(file.text);
    // Each with its line and its title, which its statement does not know.
    let mut rules: Vec<(&Fragment<Rule>, u32, String)> = Vec::new();
    let mut maps: Vec<Written<'_>> = Vec::new();
    let mut tests: Vec<TestAt<'_>> = Vec::new();
    let mut prefer = Prefer::Default;
    let mut every = EVERY;
    let mut keys: Option<Vec<String>> = None;
    let mut sync_line = 1;
    for part in file.parts {
        let (mut of_rules, mut of_others) =
            (part.meanings.rules.iter().peekable(), part.meanings.others.iter().peekable());
        for (index, piece) in part.skeleton.pieces.iter().enumerate() {
            let at = piece.span.shift(part.start);
            let line = lines.at(at.start);
            if let Some((_, checked)) = of_rules.next_if(|(rule, _)| *rule == index) {
                rules.push((&checked.rule, line, title(file.text, piece.title.as_deref(), at)));
            }
            let Some((_, item)) = of_others.next_if(|(other, _)| *other == index) else { continue };
            match item {
                Item::Sync(_) => sync_line = line,
                Item::Prefer(written) => prefer = written.unwrap_or(prefer),
                Item::Match(written) => keys = Some(written.iter().map(|(key, _)| key.clone()).collect()),
                Item::Every(seconds) => every = *seconds,
                Item::Map(item) => maps.push(Written { item, start: at.start, line }),
                Item::Test(test) => {
                    let expect = test.item.expect.iter().map(|(start, _)| lines.at(at.start + start)).collect();
                    tests.push(TestAt { test, line, expect });
                }
                Item::Rule(_) | Item::None => {}
            }
        }
    }
    let mappings = mappings::effective(connection, &maps, &mut Vec::new());
    let matching = matching(connection, keys);
    let implicit = implicit(connection, rules.iter().map(|(rule, ..)| &rule.item));
    rules.extend(implicit.iter().map(|rule| (rule, sync_line, rule.item.title.clone())));

    let tables = || rules.iter().map(|(rule, ..)| &rule.tables).chain(mappings.iter().map(|mapping| &mapping.tables));
    let used = [(End::Left, left), (End::Right, right)]
        .map(|(end, side)| fields(end, side, tables().chain(std::iter::once(&matching.tables))));
    let mut linker = Linker::new(&used);
    let linked = rules.into_iter().map(|(rule, line, title)| Rule { line, title, ..linker.rule(rule) }).collect();
    let mappings = mappings
        .iter()
        .map(|mapping| Mapping { lens: linker.lens(&mapping.tables, &mapping.item.lens), ..mapping.item.clone() })
        .collect();
    let matching = matching.item.iter().map(|tier| linker.tier(&matching.tables, tier)).collect();
    let tests = linker.tests(&tests, [left, right]);
    let [left_fields, right_fields] = used;
    Some(Program {
        version: VERSION,
        edition: file.edition.to_owned(),
        name: file.name(),
        sides: [side(left, &left_fields), side(right, &right_fields)],
        arrow: connection.arrow,
        prefer,
        every,
        matching,
        constants: linker.constants,
        atoms: linker.atoms,
        rules: linked,
        mappings,
        bound: None,
        tests,
    })
}

/// How many rules the program of a file has.
pub(crate) fn count_rules(file: &File<'_>) -> usize {
    let written = file.rules().map(|rule| &rule.rule.rule.item);
    let implicit = file.connection.map_or(0, |connection| implicit(connection, written.clone()).len());
    written.count() + implicit
}

/// The tiers of matching.
fn matching(connection: &Connection, written: Option<Vec<String>>) -> Fragment<Vec<MatchTier>> {
    let mut tables = Tables::default();
    let keys = written.unwrap_or_else(|| keys::default_keys(connection));
    let item: Vec<MatchTier> = keys.iter().filter_map(|key| keys::tier(connection, &mut tables, key)).collect();
    Fragment { tables, item }
}

/// Without a written `match` the two apps have something in common.
fn no_key(
    connection: &Connection,
    written: Option<&[(String, Span)]>,
    sync: Option<u32>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if written.is_none() && matching(connection, None).item.is_empty() {
        let span = connection.arrow_span.shift(sync.unwrap_or_default());
        diagnostics.push(
            Diagnostic::new(
                Code::NoKey,
                "the two apps have nothing in common to match by",
                span,
                "nothing to match by",
            )
            .why("Without it no contact of the one could be found in the other.")
            .help("Write `match …` with something that both hold."),
        );
    }
}

/// The rules of directions that the arrow allows and no rule gives: everybody flows.
fn implicit<'r>(connection: &Connection, rules: impl Iterator<Item = &'r Rule> + Clone) -> Vec<Fragment<Rule>> {
    let given = |from: End| {
        rules.clone().any(|rule| rule.from == from || (rule.from == from.other() && rule.other_way.is_some()))
    };
    let missing = End::BOTH.into_iter().filter(|from| connection.arrow.from(*from) && !given(*from));
    missing
        .map(|from| {
            let mut tables = Tables::default();
            let condition: Condition = tables.atom(from, Test::Exists);
            let title = format!("when {} exists then {} exists", connection.name(from), connection.name(from.other()));
            let item = Rule {
                line: 0,
                title,
                from,
                condition,
                effects: vec![Effect::Exists],
                undo: None,
                other_way: None,
                implicit: true,
            };
            Fragment { tables, item }
        })
        .collect()
}

/// The fields of a side: those in use, and those that people know a contact by.
fn fields<'t>(end: End, side: &ConnectedEnd, tables: impl Iterator<Item = &'t Tables>) -> BTreeSet<String> {
    let shown = side.object.fields.iter().filter_map(|(name, field)| {
        let means = field.means.as_deref()?;
        (means == "email" || means.starts_with("name.")).then_some(name.as_str())
    });
    let named: FxHashSet<&str> =
        tables.flat_map(|tables| &tables.fields[end.index()]).map(String::as_str).chain(shown).collect();
    named.into_iter().map(str::to_owned).collect()
}

pub(super) fn side(end: &ConnectedEnd, fields: &BTreeSet<String>) -> Side {
    Side {
        name: end.name.clone(),
        app: end.app.id.clone(),
        account: end.account.clone(),
        object: end.object_name.clone(),
        instance: end.instance.clone(),
        fields: fields.iter().filter_map(|name| ir_field(end, name)).collect(),
        detects: end.object.detects,
        creates: end.object.creates,
        deletes: end.object.deletes,
    }
}

pub(super) fn ir_field(end: &ConnectedEnd, name: &str) -> Option<IrField> {
    let field = end.field(name)?;
    Some(IrField {
        name: name.to_owned(),
        ty: field.ty,
        means: field.means.clone(),
        can: field.can,
        lacks: field.lacks.clone(),
        opt_out: end.object.is_opt_out(name),
    })
}

/// The comment above a rule, else the rule itself on one line, comments left out.
fn title(text: &str, above: Option<&str>, at: Span) -> String {
    if let Some(title) = above.map(str::trim).filter(|title| !title.is_empty()) {
        return title.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let rule = text.get(at.start as usize..at.end as usize).unwrap_or_default();
    let words = rule.lines().flat_map(|line| without_comment(line).split_whitespace());
    words.collect::<Vec<_>>().join(" ")
}

/// The line up to a `#` that is not inside a text.
fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    let mut escaped = false;
    for (index, character) in line.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '#' if !quoted => return line.get(..index).unwrap_or(line),
            _ => {}
        }
    }
    line
}

/// Line numbers of places asked for in order.
struct Lines<'t> {
    text: &'t str,
    seen: usize,
    line: u32,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        Self { text, seen: 0, line: 1 }
    }

    /// The line of a byte, from 1. Each call asks for a later one than the call before.
    fn at(&mut self, byte: u32) -> u32 {
        let passed = self.text.as_bytes().get(self.seen..byte as usize).unwrap_or_default();
        let breaks = passed.iter().filter(|byte| **byte == b'\n').count();
        self.line = self.line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX));
        self.seen += passed.len();
        self.line
    }
}
