//! Workflow commands of GitHub Actions: each finding becomes a remark on its line in the review.

use syncc_compiler::diagnostic::{Diagnostic, Severity};

use super::{
    place::{Region, in_repository},
    sentences,
};

/// A finding as a workflow command.
///
/// Columns are given only where all is on one line: GitHub takes none for a piece of several lines.
pub(crate) fn diagnostic(path: &str, text: &str, diagnostic: &Diagnostic) -> String {
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "notice",
    };
    let region = Region::of(text, diagnostic.primary.span);
    let mut properties =
        format!("file={},line={},endLine={}", property(&in_repository(path)), region.line, region.end_line);
    if region.line == region.end_line {
        properties.push_str(&format!(",col={},endColumn={}", region.column, region.end_column));
    }
    let title = property(&format!("{} {}", diagnostic.code, diagnostic.code.slug()));
    // The log shows the message alone, so what is wrong stands in it and not in the title.
    let message = [vec![diagnostic.title.as_str()], sentences(diagnostic)].concat().join("\n");
    format!("::{command} {properties},title={title}::{}", data(&message))
}

/// What would end the message, escaped.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What would end a property, escaped.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_in_a_command_is_escaped() {
        assert_eq!(data("100 %: a, b\r\nc"), "100 %25: a, b%0D%0Ac");
        assert_eq!(property("C:\\a,b%"), "C%3A\\a%2Cb%25");
    }
}
