//! For people: a finding drawn into its source, by miette.

use std::fmt;

use miette::{Diagnostic as _, LabeledSpan, NamedSource, Severity as Weight, SourceCode};
use syncc_compiler::diagnostic::{Diagnostic, Label, Severity};

/// A finding with its source.
struct Drawn<'a> {
    diagnostic: &'a Diagnostic,
    source: NamedSource<String>,
    code: String,
    help: Option<String>,
}

impl fmt::Debug for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code)
    }
}

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diagnostic.title)?;
        match &self.diagnostic.why {
            Some(why) => write!(f, "\n{why}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Drawn<'_> {}

impl miette::Diagnostic for Drawn<'_> {
    fn code<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<Weight> {
        Some(match self.diagnostic.severity {
            Severity::Error => Weight::Error,
            Severity::Warning => Weight::Warning,
            Severity::Hint => Weight::Advice,
        })
    }

    fn help<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = |label: &Label, primary: bool| {
            let start = label.span.start as usize;
            let length = (label.span.end.saturating_sub(label.span.start)) as usize;
            let text = Some(label.text.clone()).filter(|text| !text.is_empty());
            if primary {
                LabeledSpan::new_primary_with_span(text, (start, length))
            } else {
                LabeledSpan::new_with_span(text, (start, length))
            }
        };
        let primary = std::iter::once(label(&self.diagnostic.primary, true));
        let secondary = self.diagnostic.secondary.iter().map(move |one| label(one, false));
        Some(Box::new(primary.chain(secondary).collect::<Vec<_>>().into_iter()))
    }
}

/// A finding as text for a terminal.
pub(crate) fn diagnostic(path: &str, text: &str, diagnostic: &Diagnostic) -> String {
    let mut help: Vec<String> = diagnostic.help.clone();
    help.extend(diagnostic.fixes.iter().map(|fix| fix.title.clone()).filter(|title| !diagnostic.help.contains(title)));
    let drawn = Drawn {
        diagnostic,
        source: NamedSource::new(path, text.to_owned()),
        code: diagnostic.code.to_string(),
        help: (!help.is_empty()).then(|| help.join("\n")),
    };
    let handler = miette::MietteHandlerOpts::new().build();
    struct Handled<'a>(&'a miette::MietteHandler, &'a Drawn<'a>);
    impl fmt::Display for Handled<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            miette::ReportHandler::debug(self.0, self.1, f)
        }
    }
    debug_assert!(drawn.source_code().is_some());
    Handled(&handler, &drawn).to_string()
}
