//! What is proved of the files: that they settle, or a contact that goes round, run through the engine.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};
use syncc_compiler::{
    ir::Program,
    proof::{Loop, Proof, Verdict, show_start, show_turn},
};
use syncc_runtime::replay::goes_round;

use crate::{
    check::plural,
    load::Loaded,
    output::{Paint, painted},
};

/// What is proved of one file, or of several that share an account.
pub(crate) struct Proved {
    files: Vec<String>,
    programs: Vec<Program>,
    proof: Proof,
    /// For a refuted one: whether the engine goes round with the contact.
    replayed: bool,
}

/// The proofs of all files that have a meaning: each alone, then those that share an account.
pub(crate) fn proofs(loaded: &Loaded) -> Vec<Proved> {
    let database = &loaded.database;
    let alone = loaded.files.iter().filter_map(|file| Some((vec![file.shown()], database.proof(&file.shown())?)));
    alone
        .chain(database.proofs_together())
        .map(|(files, proof)| {
            let programs: Vec<Program> = files
                .iter()
                .filter_map(|file| database.meaning(file))
                .map(|program| Program::clone(&program))
                .collect();
            let replayed = match &proof.verdict {
                Verdict::Refuted(found) => goes_round(&programs.iter().collect::<Vec<_>>(), &found.starts),
                Verdict::Proved { .. } | Verdict::NotDecided(_) => false,
            };
            Proved { files, programs, proof, replayed }
        })
        .collect()
}

impl Proved {
    /// For people.
    pub(crate) fn pretty(&self) -> String {
        let mut text = format!("{}\n", self.files.join(" + "));
        let together = self.files.len() > 1;
        let line = match &self.proof.verdict {
            Verdict::Proved { .. } if together => {
                painted(Paint::Good, "proved: taking turns, they settle for every contact")
            }
            Verdict::Proved { bound } => {
                painted(Paint::Good, &format!("proved: it settles for every contact, within {bound} steps"))
            }
            Verdict::Refuted(_) => painted(Paint::Bad, "refuted: this contact goes round for ever"),
            Verdict::NotDecided(_) => painted(Paint::Change, "not decided"),
        };
        let _ = writeln!(text, "  {line}");
        match &self.proof.verdict {
            Verdict::Proved { .. } => {
                let Proof { cells, explored, states, .. } = &self.proof;
                let how = match explored {
                    0 => "none can come back to itself by way of others".to_owned(),
                    _ => format!(
                        "{} can come back to itself, and all {states} of its states end",
                        plural(*explored, "group")
                    ),
                };
                let _ = writeln!(text, "  {} that can change; {how}", plural(*cells, "thing"));
            }
            Verdict::NotDecided(reasons) => reasons.iter().for_each(|reason| {
                let _ = writeln!(text, "  because {reason}");
            }),
            Verdict::Refuted(found) => {
                let _ = writeln!(text, "  {}", self.start(found));
                for (number, turn) in self.turns(found).iter().enumerate() {
                    let _ = writeln!(text, "  {}. {turn}", number + 1);
                }
                let engine = if self.replayed {
                    "the engine does the same"
                } else {
                    "the engine ends, which should not be: please report this file"
                };
                let _ = writeln!(text, "  and so on for ever; {engine}");
            }
        }
        text
    }

    /// For machines.
    pub(crate) fn json(&self) -> Json {
        let Proof { cells, explored, states, verdict } = &self.proof;
        let mut document = json!({ "files": self.files, "cells": cells, "explored": explored, "states": states });
        match verdict {
            Verdict::Proved { bound } => {
                document["verdict"] = "proved".into();
                if self.files.len() == 1 {
                    document["bound"] = (*bound).into();
                }
            }
            Verdict::NotDecided(reasons) => {
                document["verdict"] = "not decided".into();
                document["reasons"] = json!(reasons);
            }
            Verdict::Refuted(found) => {
                document["verdict"] = "refuted".into();
                document["contact"] = self.start(found).into();
                document["steps"] = json!(self.turns(found));
                document["replayed"] = self.replayed.into();
            }
        }
        document
    }

    fn start(&self, found: &Loop) -> String {
        let starts = self.programs.iter().zip(&found.starts);
        let mut shown: Vec<String> = Vec::new();
        for side in starts.flat_map(|(program, start)| split(&show_start(program, start))) {
            if !shown.contains(&side) {
                shown.push(side);
            }
        }
        shown.join(" and ")
    }

    fn turns(&self, found: &Loop) -> Vec<String> {
        let programs: Vec<&Program> = self.programs.iter().collect();
        found.turns.iter().filter_map(|turn| show_turn(&programs, turn)).collect()
    }
}

fn split(start: &str) -> Vec<String> {
    start.split(" and ").map(str::to_owned).collect()
}
