//! What of all that was found is reported, and how bad it is.
//!
//! Promise: this sees the finished list and nothing else, so whatever a check reports can be allowed and has a
//! level, also when the check knows of neither. Errors stay errors: no program comes of a file that has none.

use super::{
    Allowed, Judged,
    allowance::{Allowance, Allowances},
};
use crate::diagnostic::{Code, Diagnostic, Level, Levels, Severity};

/// What was found, without what the file allows, as bad as the workspace wants it.
pub(crate) fn judge(found: &[Diagnostic], allowances: Allowances, levels: &Levels) -> Judged {
    let Allowances { all: allowances, unclear } = allowances;
    let mut used = vec![false; allowances.len()];
    let mut diagnostics = Vec::new();
    let mut allowed = Vec::new();
    for diagnostic in found {
        let covering = covering(&allowances, diagnostic);
        match covering.and_then(|index| Some((index, allowances.get(index)?))) {
            Some((index, allowance)) => {
                used.iter_mut().skip(index).take(1).for_each(|used| *used = true);
                allowed.push(Allowed { diagnostic: diagnostic.clone(), reason: allowance.reason.clone() });
            }
            None => diagnostics.push(diagnostic.clone()),
        }
    }
    // Behind an error some checks did not run, so nobody can tell yet what they would have reported.
    if !found.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        let idle = allowances.iter().zip(&used).filter(|(_, used)| !**used);
        diagnostics.extend(idle.map(|(allowance, _)| unused(allowance)));
    }
    diagnostics.extend(unclear);
    diagnostics.sort_by_key(|diagnostic| (diagnostic.primary.span.start, diagnostic.code.number()));
    diagnostics.retain_mut(|diagnostic| level(diagnostic, levels));
    allowed.retain_mut(|allowed| level(&mut allowed.diagnostic, levels));
    Judged { diagnostics, allowed }
}

/// The allowance that covers a problem: of several the one that reaches least far.
fn covering(allowances: &[Allowance], diagnostic: &Diagnostic) -> Option<usize> {
    let at = diagnostic.primary.span.start;
    let covers = |allowance: &Allowance| {
        let span = allowance.covers.filter(|span| (span.start..=span.end).contains(&at))?;
        Some(span.end - span.start)
    };
    let of_the_code = allowances.iter().enumerate().filter(|(_, allowance)| allowance.code == diagnostic.code);
    let reaches = of_the_code.filter_map(|(index, allowance)| Some((covers(allowance)?, index)));
    reaches.min().map(|(_, index)| index)
}

/// Gives a problem its level, and says whether it is reported at all.
fn level(diagnostic: &mut Diagnostic, levels: &Levels) -> bool {
    match levels.of(diagnostic.code) {
        Level::Report(severity) => {
            diagnostic.severity = severity;
            true
        }
        Level::Off => false,
    }
}

fn unused(allowance: &Allowance) -> Diagnostic {
    let code = allowance.code;
    let diagnostic = match allowance.covers {
        Some(_) => Diagnostic::new(
            Code::AllowanceUnused,
            format!("`{code}` is allowed here, and nothing here is reported with it"),
            allowance.at,
            format!("{}: {}", code.slug(), code.title()),
        )
        .why("An allowance that is left over hides the problem when it comes back."),
        None => Diagnostic::new(
            Code::AllowanceUnused,
            "this allowance stands at no statement",
            allowance.at,
            "allows nothing here",
        )
        .help("Put it on the line above the statement, or at the end of one of its lines."),
    };
    diagnostic.fix(format!("remove the allowance of `{code}`"), allowance.remove, "")
}
