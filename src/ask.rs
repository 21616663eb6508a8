//! A question to the person at the terminal.

use std::io::{BufRead as _, IsTerminal as _};

use crate::output::remark;

/// Whether the person types yes. Without a terminal nobody does.
pub(crate) fn yes(question: &str) -> bool {
    if !std::io::stdin().is_terminal() {
        remark(&format!("{question} Nobody is here to answer: add --yes to go ahead."));
        return false;
    }
    remark(&format!("{question} [y/N]"));
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}
