//! A file that is opened, read on all cores: what its statements mean is found chunk by chunk before anybody asks for
//! the file as a whole.
//!
//! Promise: what is found is the same with any number of threads, in the same order. Here nothing is put together: the
//! threads run queries ahead, each a function of its chunk alone, and whoever asks then finds them answered. Where a
//! thread cannot be had, or is cancelled, the queries run when they are asked for.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread::{self, Builder},
};

use super::{
    Database,
    queries::{self, SourceFile},
};
use crate::threads;

/// Fewer chunks a thread are read sooner than the thread has started.
const LEAST: usize = 2;

/// More threads than this only wait for each other.
const MOST: usize = 8;

impl Database {
    /// Reads the statements of a file, on as many cores as there are for its size.
    pub(super) fn read_ahead(&self, file: SourceFile) {
        self.read_ahead_on(file, threads::cores());
    }

    fn read_ahead_on(&self, file: SourceFile, cores: usize) {
        let chunks = file.chunks(self);
        let threads = cores.min(chunks.len() / LEAST).min(MOST);
        if threads < 2 {
            return;
        }
        let sync = queries::sync_statement(self, file);
        if let Some(sync) = sync {
            let _ = queries::connection(self, sync);
        }
        let next = AtomicUsize::new(0);
        let read = &|db: &Self| {
            while let Some(chunk) = chunks.get(next.fetch_add(1, Ordering::Relaxed)) {
                let _ = queries::meanings(db, *chunk, sync);
            }
        };
        thread::scope(|scope| {
            let start = |_| {
                let db = self.clone();
                Builder::new().spawn_scoped(scope, move || read(&db)).ok()
            };
            let others: Vec<_> = (1..threads).filter_map(start).collect();
            read(self);
            for other in others {
                // One that was cancelled, or met a bug, has left its chunk to whoever asks for it.
                let _ = other.join();
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::{check::Checked, diagnostic::Severity};

    /// Rules of all kinds, some of them twice or with a problem, in more chunks than there are threads.
    fn file() -> String {
        let mut text = "sync google <-> realgeeks\n".to_owned();
        for nth in 0..2_000 {
            let rule = match nth % 7 {
                0 => format!("when google.label == \"Group {nth}\" then realgeeks.tag += \"Lead {nth}\" undo"),
                1 => format!("when google.lable == \"Group {nth}\" then realgeeks.tag += \"Lead {nth}\""),
                2 => format!(
                    "when google.company == \"Firm {}\" then realgeeks.region = \"Area {}\"",
                    nth % 50,
                    nth % 50 % 9
                ),
                3 => format!("when google.label == \"Open {nth} then realgeeks.tag += \"Lead {nth}\""),
                4 => "when google.label == \"Buyer\" then realgeeks.tag += \"Buyer\"".to_owned(),
                5 => format!(
                    "# allow SYNC0463: as agreed\nwhen realgeeks.tag == \"Lead {nth}\" then google.label += \"Lead\""
                ),
                _ => format!("when google.label != \"Away {nth}\" then realgeeks.tag += \"Here {nth}\" undo other-way"),
            };
            let _ = writeln!(text, "{rule}");
        }
        text
    }

    fn checked_on(cores: usize, text: &str) -> Checked {
        let mut db = Database::default();
        db.set_file("a.sync", text.to_owned());
        db.read_ahead_on(db.files["a.sync"], cores);
        db.check("a.sync").unwrap()
    }

    #[test]
    fn a_file_says_the_same_on_one_core_and_on_many() {
        let broken = file();
        let fine: String =
            broken.split_inclusive('\n').filter(|line| !line.contains("lable") && !line.contains("Open")).collect();
        for (text, is_fine) in [(broken, false), (fine, true)] {
            let alone = checked_on(1, &text);
            let error = alone.diagnostics.iter().find(|one| one.severity == Severity::Error);
            assert_eq!(error.is_none(), is_fine, "{error:#?}");
            assert_eq!(alone.program.is_some(), is_fine);
            assert!(alone.diagnostics.len() > 300, "there is something to be put in order");
            for cores in [2, 3, 8, 64] {
                assert_eq!(checked_on(cores, &text), alone, "on {cores} cores");
            }
        }
    }
}
