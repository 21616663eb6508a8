//! One property: `group.NAME;PARAM=value:value`. What is not edited keeps its spelling.
//!
//! What is escaped in a value is a matter of the version: 2.1 has no escapes, but `\;` for a semicolon in one of several
//! components. Lists between commas are of 3.0; where a card of 2.1 has them, they are written as there.

use std::borrow::Cow;

use super::{Version, text};

/// A property in the parts it is written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Property<'a> {
    group: Option<Cow<'a, str>>,
    /// As written; compared without case.
    name: Cow<'a, str>,
    params: Vec<Param<'a>>,
    /// As written, unfolded, still escaped.
    value: Cow<'a, str>,
    /// In which version it is written.
    version: Version,
}

/// The properties whose values are components.
const STRUCTURED: [&str; 3] = ["N", "ADR", "ORG"];
/// The properties whose values are lists.
const LISTS: [&str; 2] = ["CATEGORIES", "NICKNAME"];

/// One parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Param<'a> {
    /// As written, without the semicolon before it.
    raw: Cow<'a, str>,
    /// Upper case. 2.1 writes `HOME` for `TYPE=HOME` and `BASE64` for `ENCODING=BASE64`.
    name: Cow<'a, str>,
    /// As written, between commas.
    values: Cow<'a, str>,
}

impl<'a> Property<'a> {
    /// A property without group and parameters.
    pub(super) fn new(name: &'a str, value: String) -> Self {
        let (params, value) = (Vec::new(), Cow::Owned(value));
        Self { group: None, name: Cow::Borrowed(name), params, value, version: Version::V3 }
    }

    /// An unfolded line; `None` when it is no property. Of which version the card is stands in another line: see
    /// [`Self::of_version`].
    pub(super) fn parse(line: &'a str) -> Option<Self> {
        let line = line.trim_start_matches('\u{feff}');
        let colon = text::outside_quotes(line, ':').next().or_else(|| line.find(':'))?;
        let (head, value) = (line.get(..colon)?, line.get(colon + 1..)?);
        let mut pieces = text::split_unquoted(head, ';');
        let full = pieces.next()?;
        let (group, name) = match full.split_once('.') {
            Some((group, name)) => (Some(Cow::Borrowed(group)), name),
            None => (None, full),
        };
        let name = name.trim();
        if name.is_empty() || !name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_') {
            return None;
        }
        let params = pieces.map(Param::parse).collect();
        Some(Self { group, name: Cow::Borrowed(name), params, value: Cow::Borrowed(value), version: Version::V3 })
    }

    /// Says in which version it is written.
    pub(super) fn of_version(&mut self, version: Version) {
        self.version = version;
    }

    /// The same property, which borrows nothing.
    pub(super) fn into_owned(self) -> Property<'static> {
        Property {
            group: self.group.map(owned),
            name: owned(self.name),
            params: self.params.into_iter().map(Param::into_owned).collect(),
            value: owned(self.value),
            version: self.version,
        }
    }

    /// The property as one unfolded line.
    pub(super) fn to_line(&self) -> String {
        let mut line = String::with_capacity(self.written_len());
        if let Some(group) = &self.group {
            line.push_str(group);
            line.push('.');
        }
        line.push_str(&self.name);
        for param in &self.params {
            line.push(';');
            line.push_str(&param.raw);
        }
        line.push(':');
        line.push_str(&self.value);
        line
    }

    /// How long [`Self::to_line`] with a line break is.
    fn written_len(&self) -> usize {
        let group = self.group.as_ref().map_or(0, |group| group.len() + 1);
        let params: usize = self.params.iter().map(|param| param.raw.len() + 1).sum();
        group + self.name.len() + params + self.value.len() + 3
    }

    /// Whether it has this name.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The group that ties it to other lines (`item1`).
    pub(super) fn group(&self) -> Option<&str> {
        self.group.as_deref()
    }

    /// The name as written.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The value as written.
    pub(super) fn value(&self) -> &str {
        &self.value
    }

    /// The value as one text.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match self.version {
            Version::V2 => text::without_returns(self.decode(&self.value)),
            Version::V3 | Version::V4 => self.unescape(&self.value),
        }
    }

    /// The values between semicolons.
    pub(super) fn components(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.raw_components().map(|raw| self.component(raw))
    }

    fn raw_components(&self) -> impl Iterator<Item = &str> {
        let (old, new) = match self.version {
            Version::V2 => (Some(text::split_components(&self.value)), None),
            Version::V3 | Version::V4 => (None, Some(text::split_escaped(&self.value, ';'))),
        };
        old.into_iter().flatten().chain(new.into_iter().flatten())
    }

    fn component<'v>(&self, raw: &'v str) -> Cow<'v, str> {
        match self.version {
            Version::V2 => text::unescape_component(self.decode(raw)),
            Version::V3 | Version::V4 => self.unescape(raw),
        }
    }

    /// The values between semicolons, each a list between commas, whose values are joined by what `separator` says for the
    /// index of the component. In 2.1 a comma is a part of the text.
    pub(super) fn joined(&self, separator: impl Fn(usize) -> &'static str) -> impl Iterator<Item = Cow<'_, str>> {
        self.raw_components().enumerate().map(move |(index, raw)| {
            if self.version == Version::V2 || self.encoding().is_none() && !raw.contains(',') {
                return self.component(raw);
            }
            Cow::Owned(self.list_of(raw).join(separator(index)))
        })
    }

    /// Whether anything stands between its semicolons and commas. One that is escaped is text and counts.
    pub(super) fn says_something(&self) -> bool {
        if self.version == Version::V2 && !LISTS.iter().any(|name| self.is(name)) {
            return match STRUCTURED.iter().any(|name| self.is(name)) {
                true => self.components().any(|component| !component.trim().is_empty()),
                false => !self.text().trim().is_empty(),
            };
        }
        if self.encoding().is_none() {
            return text::says_something(&self.value);
        }
        text::split_escaped(&self.value, ';').any(|raw| self.list_of(raw).iter().any(|text| !text.trim().is_empty()))
    }

    /// The values between commas.
    pub(super) fn list(&self) -> Vec<Cow<'_, str>> {
        self.list_of(&self.value)
    }

    fn list_of<'v>(&self, raw: &'v str) -> Vec<Cow<'v, str>> {
        match text::decode(raw, self.encoding(), self.charset()) {
            Cow::Borrowed(plain) => text::split_escaped(plain, ',').map(text::unescape).collect(),
            Cow::Owned(decoded) => {
                text::split_escaped(&decoded, ',').map(|piece| owned(text::unescape(piece))).collect()
            }
        }
    }

    fn unescape<'v>(&self, raw: &'v str) -> Cow<'v, str> {
        match self.decode(raw) {
            Cow::Borrowed(plain) => text::unescape(plain),
            Cow::Owned(decoded) => owned(text::unescape(&decoded)),
        }
    }

    fn decode<'v>(&self, raw: &'v str) -> Cow<'v, str> {
        text::decode(raw, self.encoding(), self.charset())
    }

    /// Puts one text in as the whole value.
    pub(super) fn set_text(&mut self, text: &str, version: Version) {
        self.set_raw(if version == Version::V2 { text::plain(text) } else { text::escape(text) }, version);
    }

    /// Puts one of the values between semicolons in. The others keep their spelling.
    pub(super) fn set_component(&mut self, index: usize, text: &str, version: Version) {
        let mut raw = self.plain_components();
        if raw.len() <= index {
            raw.resize(index + 1, Cow::Borrowed(""));
        }
        if let Some(slot) = raw.get_mut(index) {
            *slot = Cow::Owned(if version == Version::V2 { text::plain_component(text) } else { text::escape(text) });
        }
        let raw: Vec<String> = raw.into_iter().map(Cow::into_owned).collect();
        self.put(&raw, ";", version);
    }

    /// Edits the list between commas: `keep` says for each text what becomes of it (itself: its spelling stays;
    /// `None`: it goes), and `added` is put at the end. Whether anything is left.
    pub(super) fn edit_list(
        &mut self,
        mut keep: impl FnMut(String) -> Option<String>,
        added: &[&str],
        version: Version,
    ) -> bool {
        let raw: Vec<Cow<'_, str>> = match self.encoding() {
            Some(_) => self.list().iter().map(|text| Cow::Owned(text::escape(text))).collect(),
            None => text::split_escaped(&self.value, ',').map(text::ended).collect(),
        };
        let mut edited: Vec<Cow<'_, str>> = Vec::with_capacity(raw.len() + added.len());
        for raw in raw.into_iter().filter(|raw| !raw.trim().is_empty()) {
            let text = text::unescape(&raw);
            match keep(text.clone().into_owned()) {
                Some(kept) if kept == text => edited.push(raw),
                Some(other) => edited.push(Cow::Owned(text::escape(&other))),
                None => {}
            }
        }
        edited.extend(added.iter().map(|text| Cow::Owned(text::escape(text))));
        let (left, joined) = (!edited.is_empty(), edited.join(","));
        self.set_raw(joined, version);
        left
    }

    /// The components, escaped, but no longer quoted-printable or base64.
    fn plain_components(&self) -> Vec<Cow<'_, str>> {
        match (self.version, self.encoding()) {
            (Version::V2, Some(_)) => self.components().map(|text| Cow::Owned(text::plain_component(&text))).collect(),
            (Version::V2, None) => self.raw_components().map(Cow::Borrowed).collect(),
            (_, Some(_)) => self.components().map(|text| Cow::Owned(text::escape(&text))).collect(),
            (_, None) => self.raw_components().map(text::ended).collect(),
        }
    }

    /// Puts an escaped value in, encoded as the version wants it.
    pub(super) fn set_raw(&mut self, escaped: String, version: Version) {
        self.put(&[escaped], "", version);
    }

    /// Puts escaped values in. What 2.1 cannot write otherwise is quoted-printable there: what is not ASCII, a line break,
    /// and a backslash before a separator that it must not escape.
    fn put(&mut self, pieces: &[String], separator: &str, version: Version) {
        self.params.retain(|param| !matches!(&*param.name, "ENCODING" | "CHARSET"));
        self.version = version;
        let before_separator = pieces.split_last().map(|(_, before)| before).unwrap_or_default();
        let quoted = version == Version::V2
            && (pieces.iter().any(|piece| !piece.is_ascii() || piece.contains('\n'))
                || before_separator.iter().any(|piece| piece.ends_with('\\')));
        self.value = Cow::Owned(if quoted {
            pieces.iter().map(|piece| text::quoted_printable(piece)).collect::<Vec<_>>().join(separator)
        } else {
            pieces.join(separator)
        });
        if quoted {
            self.params.push(Param::parse("CHARSET=UTF-8"));
            self.params.push(Param::parse("ENCODING=QUOTED-PRINTABLE"));
        }
    }

    /// The values of a parameter that may stand several times, in any case as written.
    pub(super) fn param(&self, name: &str) -> impl Iterator<Item = &str> {
        self.params.iter().filter(move |p| p.name == name).flat_map(Param::values)
    }

    /// Takes a parameter away.
    pub(super) fn drop_param(&mut self, name: &str) {
        self.params.retain(|param| param.name != name);
    }

    /// Whether its value is quoted-printable.
    pub(super) fn is_quoted_printable(&self) -> bool {
        self.encoding().is_some_and(|encoding| encoding.eq_ignore_ascii_case("QUOTED-PRINTABLE"))
    }

    fn encoding(&self) -> Option<&str> {
        self.param("ENCODING")
            .next()
            .filter(|encoding| !["8BIT", "7BIT"].iter().any(|plain| encoding.eq_ignore_ascii_case(plain)))
    }

    fn charset(&self) -> Option<&str> {
        self.param("CHARSET").next()
    }

    /// How much this one is preferred among those of its name: 1 is most (`PREF=1`, `TYPE=pref`).
    /// `None` for one that says nothing.
    pub(super) fn rank(&self) -> Option<u32> {
        let pref = self.param("PREF").filter_map(|pref| pref.trim().parse().ok()).min();
        let typed = self.param("TYPE").any(|kind| kind.eq_ignore_ascii_case("pref")).then_some(1);
        typed.or(pref)
    }

    /// Marks it as the preferred one, or takes every such mark away.
    pub(super) fn set_preferred(&mut self, preferred: bool, version: Version) {
        self.params.retain(|param| param.name != "PREF");
        self.params.retain_mut(|param| param.name != "TYPE" || param.drop_value("pref"));
        if preferred {
            self.params.push(Param::parse(match version {
                Version::V2 => "PREF",
                Version::V3 => "TYPE=pref",
                Version::V4 => "PREF=1",
            }));
        }
    }
}

impl<'a> Param<'a> {
    fn parse(raw: &'a str) -> Self {
        let (name, values) = match raw.split_once('=') {
            Some((name, values)) => (upper(name.trim()), values),
            None if ["QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT"].iter().any(|e| raw.eq_ignore_ascii_case(e)) => {
                (Cow::Borrowed("ENCODING"), raw)
            }
            None => (Cow::Borrowed("TYPE"), raw),
        };
        Self { raw: Cow::Borrowed(raw), name, values: Cow::Borrowed(values) }
    }

    fn into_owned(self) -> Param<'static> {
        Param { raw: owned(self.raw), name: owned(self.name), values: owned(self.values) }
    }

    fn values(&self) -> impl Iterator<Item = &str> {
        // `TYPE="home,work"` is in use for `TYPE=home,work`.
        self.values.split(',').map(|value| value.trim_matches(['"', ' ']))
    }

    /// Takes one value out. The rest is written anew only if it was in. Whether anything is left.
    fn drop_value(&mut self, value: &str) -> bool {
        let kept: Vec<&str> = self.values().filter(|known| !known.eq_ignore_ascii_case(value)).collect();
        let (left, count) = (kept.join(","), kept.len());
        if count != self.values().count() {
            self.raw = Cow::Owned(match self.raw.split_once('=') {
                Some((name, _)) => format!("{name}={left}"),
                None => left.clone(),
            });
            self.values = Cow::Owned(left);
        }
        count > 0
    }
}

fn owned(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}

fn upper(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_lowercase()) {
        Cow::Owned(name.to_ascii_uppercase())
    } else {
        Cow::Borrowed(name)
    }
}
