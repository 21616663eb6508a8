//! SYNC0463: a rule that another file of the workspace has too.
//!
//! Reported in the later file by path. Files that connect the same two ends are compared and no others, and a
//! file is compared again only when the rules of one of them changed.

use std::collections::HashMap;

use syncc_grammar::tree::Span;

use super::Db;
use super::queries::{Files, SourceFile, connection, linked, sync_statement, with_file};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{End, Program},
};

/// A rule as it is equal to another one, whatever the ends are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Print {
    says: String,
    line: u32,
    span: Span,
}

/// The ends that a file connects, in an order of their own.
#[salsa::tracked]
fn ends(db: &dyn Db, file: SourceFile) -> Option<[String; 2]> {
    let connection = connection(db, sync_statement(db, file)?).as_ref()?;
    let name = |end| {
        let side = connection.side(end)?;
        Some(of_account(&side.account, &side.object_name, side.instance.as_deref()))
    };
    let mut ends = [name(End::Left)?, name(End::Right)?];
    ends.sort();
    Some(ends)
}

fn of_account(account: &str, object: &str, instance: Option<&str>) -> String {
    format!("{account}.{object}({})", instance.unwrap_or_default())
}

/// The rules of a file that compiles.
#[salsa::tracked]
fn prints(db: &dyn Db, file: SourceFile) -> Vec<Print> {
    let Some(program) = linked(db, file) else { return Vec::new() };
    let mut named = Program::clone(program);
    for side in &mut named.sides {
        side.name = of_account(&side.account, &side.object, side.instance.as_deref());
    }
    let spans: Vec<Span> = with_file(db, file, |known| known.rules().map(|rule| rule.span).collect());
    spans
        .into_iter()
        .zip(&named.rules)
        .map(|(span, rule)| {
            let shown = named.show_rule(rule);
            // What follows is where the rule comes from.
            let says = shown.rsplit_once("  # ").map_or(shown.as_str(), |(says, _)| says).to_owned();
            Print { says, line: rule.line, span }
        })
        .collect()
}

/// What earlier files of the workspace say already.
#[salsa::tracked]
pub(super) fn elsewhere(db: &dyn Db, file: SourceFile) -> Vec<Diagnostic> {
    let Some(own) = ends(db, file) else { return Vec::new() };
    let mut before: HashMap<&str, (&str, u32)> = HashMap::new();
    for other in Files::get(db).all(db).iter().take_while(|other| **other != file) {
        if ends(db, *other).as_ref() == Some(own) {
            for print in prints(db, *other) {
                before.entry(&print.says).or_insert((other.path(db), print.line));
            }
        }
    }
    if before.is_empty() {
        return Vec::new();
    }
    let twice = prints(db, file).iter().filter_map(|print| Some((print, before.get(print.says.as_str())?)));
    twice
        .map(|(print, (path, line))| {
            Diagnostic::new(
                Code::RuleElsewhere,
                format!("`{path}` has this rule already, on line {line}"),
                print.span,
                "said in two files",
            )
            .why("Both files connect the same two apps, so whoever changes the rule has to change it twice.")
            .help("Keep the rule in one of the two files.")
        })
        .collect()
}
