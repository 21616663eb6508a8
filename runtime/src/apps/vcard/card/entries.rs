//! Finding, replacing, adding and removing the lines of a card.

use super::{Card, line::Line, property::Property};

/// Lines that only describe the property of their group, and go with it.
const COMPANIONS: [&str; 2] = ["X-ABLABEL", "X-ABADR"];

impl<'a> Card<'a> {
    /// The properties with this name, with the index of their line, in order.
    pub(super) fn all<'c, 'n>(
        &'c self,
        name: &'n str,
    ) -> impl Iterator<Item = (usize, &'c Property<'a>)> + use<'a, 'c, 'n> {
        self.lines
            .iter()
            .enumerate()
            .filter_map(move |(at, line)| line.property().filter(|p| p.is(name)).map(|property| (at, property)))
    }

    /// The first property with this name.
    pub(super) fn first(&self, name: &str) -> Option<(usize, &Property<'a>)> {
        self.all(name).next()
    }

    /// The preferred property with this name that says something, else the first one that does.
    pub(super) fn preferred(&self, name: &str) -> Option<(usize, &Property<'a>)> {
        self.all(name)
            .filter(|(_, property)| property.says_something())
            .min_by_key(|(at, property)| (property.rank().unwrap_or(u32::MAX), *at))
    }

    /// The property with this name that is read and edited: the preferred one, else the first, which may be empty.
    /// A field that has one line asks here both times, so that what was written is what is read.
    pub(super) fn counting(&self, name: &str) -> Option<(usize, &Property<'a>)> {
        self.preferred(name).or_else(|| self.first(name))
    }

    /// Writes a line anew.
    pub(super) fn replace(&mut self, at: usize, property: Property<'a>) {
        if let Some(line) = self.lines.get_mut(at) {
            *line = Line::new(property, self.line_break);
        }
    }

    /// Adds a line after the last one of its name, else at the end of the card.
    pub(super) fn append(&mut self, property: Property<'a>) {
        let at = match self.all(property.name()).last() {
            Some((last, _)) => last + 1,
            None => self.end(),
        };
        self.insert(at, property);
    }

    /// Adds a line before the one at this index.
    pub(super) fn insert(&mut self, at: usize, property: Property<'a>) {
        let line = Line::new(property, self.line_break);
        self.lines.insert(at.min(self.lines.len()), line);
    }

    /// Removes a line, and the labels of its group if nothing else is in the group.
    pub(super) fn remove(&mut self, at: usize) {
        if at >= self.lines.len() {
            return;
        }
        let removed = self.lines.remove(at);
        let Some(group) = removed.property().and_then(Property::group).map(str::to_owned) else {
            return;
        };
        let in_group = |line: &Line<'_>| {
            line.property().filter(|p| p.group().is_some_and(|g| g.eq_ignore_ascii_case(&group))).map(is_companion)
        };
        if self.lines.iter().filter_map(in_group).all(|companion| companion) {
            self.lines.retain(|line| in_group(line).is_none());
        }
    }

    /// The index of the line that closes the card.
    fn end(&self) -> usize {
        self.lines.iter().rposition(|line| line.is("END", "VCARD")).unwrap_or(self.lines.len())
    }
}

fn is_companion(property: &Property<'_>) -> bool {
    COMPANIONS.iter().any(|name| property.is(name))
}
