//! A content line: the bytes it stands in, and what they say.

use super::{fold, property::Property};

/// One logical line with all its physical lines.
///
/// Invariant: `property` is what `raw` says, and is `None` for a line that is no property (a blank line,
/// a line inside a nested card).
#[derive(Clone, Debug)]
pub(super) struct Line {
    raw: String,
    property: Option<Property>,
}

impl Line {
    /// A line as it was read: physical lines with their breaks.
    pub(super) fn read(raw: &str, opaque: bool) -> Self {
        let property = if opaque { None } else { Property::parse(&fold::unfold(raw)) };
        Self { raw: raw.to_owned(), property }
    }

    /// A new line, folded, with this line break.
    pub(super) fn new(property: Property, line_break: &str) -> Self {
        Self { raw: fold::fold(&property, line_break), property: Some(property) }
    }

    /// Its bytes.
    pub(super) fn raw(&self) -> &str {
        &self.raw
    }

    /// What it says.
    pub(super) fn property(&self) -> Option<&Property> {
        self.property.as_ref()
    }

    /// Whether this is the property with this value, such as `END:VCARD`.
    pub(super) fn is(&self, name: &str, value: &str) -> bool {
        self.property.as_ref().is_some_and(|p| p.is(name) && p.value().trim().eq_ignore_ascii_case(value))
    }
}
