//! One line a finding, in the form that editors and `grep` know from compilers: `FILE:LINE:COLUMN: …`.

use syncc_compiler::diagnostic::Diagnostic;

use super::{on_one_line, place::Region, severity};

/// A finding on one line.
pub(crate) fn diagnostic(path: &str, text: &str, diagnostic: &Diagnostic) -> String {
    let Region { line, column, .. } = Region::of(text, diagnostic.primary.span);
    let severity = severity(diagnostic.severity);
    format!("{path}:{line}:{column}: {severity}[{}] {}", diagnostic.code, on_one_line(&diagnostic.title))
}
