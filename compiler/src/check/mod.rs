//! What statements mean and what is wrong with them.
//!
//! First each statement alone, against the connection that the `sync` statement makes ([`statement`]); then
//! what only shows across statements, and the program ([`mod@assemble`]). Everything before [`mod@assemble`] is
//! relative to its statement. Last, [`mod@judge`] applies what the file allows and how bad the workspace wants
//! what is left to be; no check knows of either.
//!
//! One cause, one message: what cannot be resolved is reported once and is silent from there on.

mod action;
mod allow_here;
mod allowance;
mod assemble;
mod capability;
mod condition;
mod connection;
mod constant;
mod context;
mod instance;
mod judge;
mod keys;
mod link;
mod link_tests;
mod mapping;
mod mappings;
mod meanings;
mod names;
mod other_way;
mod resolve;
mod rule;
mod settings;
pub(crate) mod settling;
pub(crate) mod standing;
mod table;
mod tables;
mod test_block;
mod undo;

use std::sync::Arc;

use syncc_grammar::{
    Statement, SyntaxErrorKind,
    tree::{Action, Body, Span},
};

pub use allow_here::allow_here;
pub(crate) use allowance::Allowances;
pub(crate) use assemble::{File, FoundAll, Part, assemble, count_rules, link};
pub(crate) use condition::span as condition_span;
pub(crate) use connection::Connection;
use context::{Context, Found};
pub(crate) use judge::judge;
use mapping::MapItem;
pub(crate) use meanings::Meanings;
pub(crate) use names::{quoted, typed};
use tables::Fragment;
use test_block::CheckedTest;

use crate::{
    db::Database,
    diagnostic::{Code, Diagnostic},
    ir::{Prefer, Program, Rule},
    schema::AccountSchema,
};

/// What is known about a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Everything wrong with it, in the order of the text. Spans count from the start of the file.
    pub diagnostics: Vec<Diagnostic>,
    /// What is not among them because a comment in the file allows it, in the order of the text.
    pub allowed: Vec<Allowed>,
    /// What it means. `None` when there is an error.
    pub program: Option<Arc<Program>>,
}

/// What is wrong with a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// Everything wrong with it, in the order of the text. Spans count from the start of the file.
    pub diagnostics: Vec<Diagnostic>,
    /// What is not among them because a comment in the file allows it, in the order of the text.
    pub allowed: Vec<Allowed>,
}

/// A problem that the writer allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// What would have been reported.
    pub diagnostic: Diagnostic,
    /// Why it is right there, in the writer's words.
    pub reason: String,
}

/// Checks one file that is in no workspace.
#[must_use]
pub fn check_text(name: &str, text: &str, accounts: &[AccountSchema]) -> Checked {
    let mut db = Database::default();
    db.set_accounts(accounts.to_vec());
    db.set_file(name, text.to_owned());
    db.check(name).unwrap_or_default()
}

/// What one statement means, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CheckedStatement {
    pub(crate) found: Vec<Found>,
    pub(crate) item: Item,
}

/// What one statement means. Something with an error means [`Item::None`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    None,
    Sync(Span),
    Prefer(Option<Prefer>),
    Match(Vec<(String, Span)>),
    Every(u64),
    Rule(Arc<CheckedRule>),
    Map(Arc<MapItem>),
    Test(Arc<Fragment<CheckedTest>>),
}

/// A rule, and where its actions stand in the order of its effects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CheckedRule {
    pub(crate) rule: Fragment<Rule>,
    pub(crate) actions: Vec<Span>,
}

/// Checks one statement against the connection. Without a connection only its syntax.
pub(crate) fn statement(statement: &Statement, connection: Option<&Connection>) -> CheckedStatement {
    let mut found: Vec<Found> = statement.errors.iter().map(syntax_error).map(Found::from).collect();
    let item = match &statement.body {
        Body::Sync(sync) => Item::Sync(sync.left.span.to(sync.right.span)),
        Body::Every(every) => Item::Every(every.seconds),
        body => match connection {
            Some(connection) => {
                let mut context = Context::new(connection);
                let item = context.body(body);
                found.append(&mut context.found);
                item
            }
            // Still counted, so that a second one is found.
            None => match body {
                Body::Prefer(_) => Item::Prefer(None),
                Body::Match(_) => Item::Match(Vec::new()),
                _ => Item::None,
            },
        },
    };
    CheckedStatement { found, item }
}

impl Context<'_> {
    fn body(&mut self, body: &Body) -> Item {
        match body {
            Body::Prefer(prefer) => Item::Prefer(self.prefer(prefer)),
            Body::Match(keys) => Item::Match(self.keys(keys)),
            Body::When(when) => match self.rule(when) {
                Some(rule) => {
                    let actions = when.actions.iter().map(Action::span).collect();
                    Item::Rule(Arc::new(CheckedRule { rule, actions }))
                }
                None => Item::None,
            },
            Body::Map(map) => self.map(map).map_or(Item::None, |map| Item::Map(Arc::new(map))),
            Body::Test(test) => self.test_block(test).map_or(Item::None, |test| Item::Test(Arc::new(test))),
            Body::Sync(_) | Body::Every(_) | Body::Broken => Item::None,
        }
    }
}

/// A syntax error with its stable code.
fn syntax_error(error: &syncc_grammar::SyntaxError) -> Diagnostic {
    let code = match error.kind {
        SyntaxErrorKind::Expected => Code::Expected,
        SyntaxErrorKind::NoStatement => Code::NoStatement,
        SyntaxErrorKind::Keyword => Code::Keyword,
        SyntaxErrorKind::OpenQuote => Code::OpenQuote,
        SyntaxErrorKind::Notation => Code::Notation,
        SyntaxErrorKind::TooDeep => Code::TooDeep,
        SyntaxErrorKind::TooLong => Code::TooLong,
        SyntaxErrorKind::Characters => Code::Characters,
    };
    let mut diagnostic = Diagnostic::new(code, error.title.clone(), error.span, "here");
    diagnostic.help.extend(error.help.clone());
    if let Some(fix) = &error.fix {
        diagnostic = diagnostic.fix(fix.title.clone(), fix.span, fix.text.clone());
    }
    diagnostic
}
