//! One property: `group.NAME;PARAM=value:value`. What is not edited keeps its spelling.

use super::{Version, text};

/// A property in the parts it is written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Property {
    group: Option<String>,
    /// As written; compared without case.
    name: String,
    params: Vec<Param>,
    /// As written, unfolded, still escaped.
    value: String,
}

/// One parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Param {
    /// As written, without the semicolon before it.
    raw: String,
    /// Upper case. 2.1 writes `HOME` for `TYPE=HOME` and `BASE64` for `ENCODING=BASE64`.
    name: String,
    values: Vec<String>,
}

impl Property {
    /// A property without group and parameters.
    pub(super) fn new(name: &str, value: String) -> Self {
        Self { group: None, name: name.to_owned(), params: Vec::new(), value }
    }

    /// An unfolded line; `None` when it is no property.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let line = line.trim_start_matches('\u{feff}');
        let colon = text::outside_quotes(line, ':').next().or_else(|| line.find(':'))?;
        let (head, value) = (line.get(..colon)?, line.get(colon + 1..)?);
        let mut pieces = text::split_unquoted(head, ';').into_iter();
        let full = pieces.next()?;
        let (group, name) = match full.split_once('.') {
            Some((group, name)) => (Some(group.to_owned()), name),
            None => (None, full),
        };
        let name = name.trim();
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
            return None;
        }
        let params = pieces.map(Param::parse).collect();
        Some(Self { group, name: name.to_owned(), params, value: value.to_owned() })
    }

    /// The property as one unfolded line.
    pub(super) fn to_line(&self) -> String {
        let mut line = String::new();
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
    pub(super) fn text(&self) -> String {
        self.decode(&self.value)
    }

    /// The values between semicolons.
    pub(super) fn components(&self) -> Vec<String> {
        text::split_escaped(&self.value, ';').into_iter().map(|raw| self.decode(raw)).collect()
    }

    /// The values between semicolons, each a list between commas.
    pub(super) fn lists(&self) -> Vec<Vec<String>> {
        text::split_escaped(&self.value, ';').into_iter().map(|raw| self.list_of(raw)).collect()
    }

    /// Whether anything stands between its semicolons and commas. One that is escaped is text and counts.
    pub(super) fn says_something(&self) -> bool {
        self.lists().iter().flatten().any(|text| !text.trim().is_empty())
    }

    /// The values between commas.
    pub(super) fn list(&self) -> Vec<String> {
        self.list_of(&self.value)
    }

    fn list_of(&self, raw: &str) -> Vec<String> {
        if self.encoding().is_some() {
            let decoded = text::decode(raw, self.encoding(), self.charset());
            return text::split_escaped(&decoded, ',').into_iter().map(text::unescape).collect();
        }
        text::split_escaped(raw, ',').into_iter().map(text::unescape).collect()
    }

    fn decode(&self, raw: &str) -> String {
        text::unescape(&text::decode(raw, self.encoding(), self.charset()))
    }

    /// Puts one text in as the whole value.
    pub(super) fn set_text(&mut self, text: &str, version: Version) {
        self.set_raw(text::escape(text), version);
    }

    /// Puts one of the values between semicolons in. The others keep their spelling.
    pub(super) fn set_component(&mut self, index: usize, text: &str, version: Version) {
        let mut raw = self.plain_components();
        if raw.len() <= index {
            raw.resize(index + 1, String::new());
        }
        if let Some(slot) = raw.get_mut(index) {
            *slot = text::escape(text);
        }
        self.set_raw(raw.join(";"), version);
    }

    /// Edits the list between commas: `keep` says for each text what becomes of it (itself: its spelling stays;
    /// `None`: it goes), and `added` is put at the end. Whether anything is left.
    pub(super) fn edit_list(
        &mut self,
        mut keep: impl FnMut(String) -> Option<String>,
        added: &[&str],
        version: Version,
    ) -> bool {
        let raw: Vec<String> = match self.encoding() {
            Some(_) => self.list().iter().map(|text| text::escape(text)).collect(),
            None => text::split_escaped(&self.value, ',').into_iter().map(text::ended).collect(),
        };
        let mut edited: Vec<String> = Vec::with_capacity(raw.len());
        for raw in raw.into_iter().filter(|raw| !raw.trim().is_empty()) {
            let text = text::unescape(&raw);
            match keep(text.clone()) {
                Some(kept) if kept == text => edited.push(raw),
                Some(other) => edited.push(text::escape(&other)),
                None => {}
            }
        }
        edited.extend(added.iter().map(|text| text::escape(text)));
        let left = !edited.is_empty();
        self.set_raw(edited.join(","), version);
        left
    }

    /// The components, escaped, but no longer quoted-printable or base64.
    fn plain_components(&self) -> Vec<String> {
        if self.encoding().is_some() {
            return self.components().iter().map(|text| text::escape(text)).collect();
        }
        text::split_escaped(&self.value, ';').into_iter().map(text::ended).collect()
    }

    /// Puts an escaped value in, encoded as the version wants it.
    pub(super) fn set_raw(&mut self, escaped: String, version: Version) {
        self.params.retain(|param| !matches!(param.name.as_str(), "ENCODING" | "CHARSET"));
        self.value = escaped;
        if version == Version::V2 && (!self.value.is_ascii() || self.value.contains("\\n")) {
            self.value = text::quoted_printable(&self.value);
            self.params.push(Param::parse("CHARSET=UTF-8"));
            self.params.push(Param::parse("ENCODING=QUOTED-PRINTABLE"));
        }
    }

    /// The values of a parameter that may stand several times, in any case as written.
    pub(super) fn param<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.params.iter().filter(move |p| p.name == name).flat_map(|p| p.values.iter().map(String::as_str))
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
            .filter(|encoding| !matches!(encoding.to_ascii_uppercase().as_str(), "8BIT" | "7BIT"))
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
        for param in self.params.iter_mut().filter(|param| param.name == "TYPE") {
            param.drop_value("pref");
        }
        self.params.retain(|param| param.name != "TYPE" || !param.values.is_empty());
        if preferred {
            self.params.push(Param::parse(match version {
                Version::V2 => "PREF",
                Version::V3 => "TYPE=pref",
                Version::V4 => "PREF=1",
            }));
        }
    }
}

impl Param {
    fn parse(raw: &str) -> Self {
        let (name, value) = match raw.split_once('=') {
            Some((name, value)) => (name.trim().to_ascii_uppercase(), value),
            None if ["QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT"].iter().any(|e| raw.eq_ignore_ascii_case(e)) => {
                ("ENCODING".to_owned(), raw)
            }
            None => ("TYPE".to_owned(), raw),
        };
        // `TYPE="home,work"` is in use for `TYPE=home,work`.
        let values = value.split(',').map(|value| value.trim_matches(['"', ' ']).to_owned()).collect();
        Self { raw: raw.to_owned(), name, values }
    }

    /// Takes one value out. The rest is written anew only if it was in.
    fn drop_value(&mut self, value: &str) {
        let before = self.values.len();
        self.values.retain(|known| !known.eq_ignore_ascii_case(value));
        if self.values.len() != before {
            self.raw = match self.raw.split_once('=') {
                Some((name, _)) => format!("{name}={}", self.values.join(",")),
                None => self.values.join(","),
            };
        }
    }
}
