//! A content line: the bytes it stands in, and what they say.

use std::borrow::Cow;

use super::{Version, fold, property::Property};

/// One logical line with all its physical lines.
///
/// Invariant: `property` is what `raw` says, and is `None` for a line that is no property (a blank line,
/// a line inside a nested card).
#[derive(Clone, Debug)]
pub(super) struct Line<'a> {
    raw: Cow<'a, str>,
    property: Option<Property<'a>>,
}

impl<'a> Line<'a> {
    /// A line as it was read: physical lines with their breaks.
    pub(super) fn read(raw: &'a str) -> Self {
        let property = match fold::unfold(raw) {
            Cow::Borrowed(line) => Property::parse(line),
            Cow::Owned(line) => Property::parse(&line).map(Property::into_owned),
        };
        Self { raw: Cow::Borrowed(raw), property }
    }

    /// Says of which version the card is that the line is in.
    pub(super) fn of_version(&mut self, version: Version) {
        if let Some(property) = &mut self.property {
            property.of_version(version);
        }
    }

    /// The same line, as one that is no property.
    pub(super) fn opaque(self) -> Self {
        Self { property: None, ..self }
    }

    /// A new line, folded, with this line break.
    pub(super) fn new(property: Property<'a>, line_break: &str) -> Self {
        Self { raw: Cow::Owned(fold::fold(&property, line_break)), property: Some(property) }
    }

    /// Its bytes.
    pub(super) fn raw(&self) -> &str {
        &self.raw
    }

    /// What it says.
    pub(super) fn property(&self) -> Option<&Property<'a>> {
        self.property.as_ref()
    }

    /// Whether this is the property with this value, such as `END:VCARD`.
    pub(super) fn is(&self, name: &str, value: &str) -> bool {
        self.property.as_ref().is_some_and(|p| p.is(name) && p.value().trim().eq_ignore_ascii_case(value))
    }
}
