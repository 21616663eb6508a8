//! Progress on a terminal, and the question before a first sync.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use syncc_runtime::cycle::{Host, Overview};

use crate::{ask, tables};

/// Whether a first sync goes ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Consent {
    /// It does.
    Given,
    /// If the person at the terminal says yes.
    Asked,
    /// It does not, and nobody is asked.
    Missing,
}

/// Shows phases on standard error, if that is a terminal, and asks the person there.
pub(crate) struct Progress {
    bar: ProgressBar,
    consent: Consent,
    /// Whether the plan is printed before it is carried out.
    quiet: bool,
    /// Whether a first sync was not carried out for want of a yes.
    pub(crate) refused: bool,
}

impl Progress {
    pub(crate) fn new(consent: Consent, quiet: bool) -> Self {
        let target = if quiet || !std::io::stderr().is_terminal() {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        Self { bar: ProgressBar::with_draw_target(None, target), consent, quiet, refused: false }
    }

    pub(crate) fn done(&self) {
        self.bar.finish_and_clear();
    }
}

impl Host for Progress {
    fn phase(&mut self, phase: &str, total: Option<u64>) {
        let template = match total {
            Some(total) => {
                self.bar.set_length(total);
                "{msg:<28} [{bar:30}] {pos}/{len}  {eta}"
            }
            None => {
                self.bar.unset_length();
                "{msg:<28} {spinner} {pos}"
            }
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style.progress_chars("=> "));
        }
        self.bar.set_message(phase.to_owned());
        self.bar.reset();
        self.bar.enable_steady_tick(std::time::Duration::from_millis(120));
    }

    fn advance(&mut self, steps: u64) {
        self.bar.inc(steps);
    }

    fn approve(&mut self, overview: &Overview<'_>) -> bool {
        if !overview.first || self.consent == Consent::Given {
            return true;
        }
        let quiet = self.quiet;
        let agreed = self.consent == Consent::Asked
            && self.bar.suspend(|| {
                if !quiet {
                    tables::first_plan(overview);
                }
                ask::yes("This is the first sync of these two. Carry it out?")
            });
        self.refused = !agreed;
        agreed
    }
}
