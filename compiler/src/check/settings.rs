//! `prefer`: who wins when both sides changed the same thing.

use syncc_grammar::tree;

use super::Context;
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{End, Prefer},
};

impl Context<'_> {
    pub(crate) fn prefer(&mut self, prefer: &tree::Prefer) -> Option<Prefer> {
        match prefer {
            tree::Prefer::End(name) => self.end(name).map(Prefer::End),
            tree::Prefer::Latest(span) => {
                let sides = End::BOTH.into_iter().filter_map(|end| self.connection.side(end));
                let Some(undated) = sides.into_iter().find(|side| !side.object.dated) else {
                    return Some(Prefer::Latest);
                };
                self.report(
                    Diagnostic::new(
                        Code::NotDated,
                        format!("{} does not say when a contact was last changed", undated.app.title),
                        *span,
                        "not known there",
                    )
                    .why("The later edit cannot be found without the times of both.")
                    .help(format!(
                        "Write `prefer {}` or `prefer {}`.",
                        self.connection.name(End::Left),
                        self.connection.name(End::Right)
                    )),
                );
                None
            }
        }
    }
}
