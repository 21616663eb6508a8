//! Paths into an app's JSON.
//!
//! A path is total: it has no loops and no calls, and reads nothing but the value it is given. One path says both
//! where a field is read and where it is written.
//!
//! ```text
//! $.name.given                  members
//! $.emails[primary].value       the main element of a list
//! $.emails[rest].value          all elements but the main one
//! $.tags[*]                     all elements
//! $.phones[type=mobile].value   the first element whose member says so
//! ```

use serde::Deserialize;
use serde_json::Value as Json;

/// Where something is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Path {
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Member(String),
    Pick(Pick),
}

/// Which elements of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pick {
    /// All of them.
    All,
    /// The main one.
    Primary,
    /// All but the main one.
    Rest,
    /// The first whose member has this text.
    Where {
        /// The member.
        member: String,
        /// Its text.
        is: String,
    },
}

/// A path as a field needs it: members down to a list, which elements, members within them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Split {
    /// The members down to the value, or to the list.
    pub(crate) outer: Vec<String>,
    /// Which elements, if there is a list, and the members within each.
    pub(crate) list: Option<(Pick, Vec<String>)>,
}

impl Path {
    /// Everything that the path leads to, in order.
    pub(crate) fn all<'a>(&self, json: &'a Json) -> Vec<&'a Json> {
        let mut found = vec![json];
        for step in &self.steps {
            found = found.into_iter().flat_map(|json| step.walk(json)).collect();
        }
        found
    }

    /// The first thing that the path leads to.
    pub(crate) fn first<'a>(&self, json: &'a Json) -> Option<&'a Json> {
        self.all(json).into_iter().next()
    }

    /// The first text, number or bool that the path leads to, as text.
    pub(crate) fn text(&self, json: &Json) -> Option<String> {
        self.all(json).into_iter().find_map(text)
    }

    /// The same path with `{name}` in it replaced.
    pub(crate) fn named(&self, name: &str) -> Self {
        let fill = |text: &String| text.replace("{name}", name);
        let steps = self.steps.iter().map(|step| match step {
            Step::Member(member) => Step::Member(fill(member)),
            Step::Pick(Pick::Where { member, is }) => Step::Pick(Pick::Where { member: member.clone(), is: fill(is) }),
            Step::Pick(pick) => Step::Pick(pick.clone()),
        });
        Self { steps: steps.collect() }
    }

    /// The path as a field needs it; `None` when it goes through two lists.
    pub(crate) fn split(&self) -> Option<Split> {
        let mut outer = Vec::new();
        let mut list: Option<(Pick, Vec<String>)> = None;
        for step in &self.steps {
            match (step, &mut list) {
                (Step::Member(member), None) => outer.push(member.clone()),
                (Step::Member(member), Some((_, inner))) => inner.push(member.clone()),
                (Step::Pick(pick), None) => list = Some((pick.clone(), Vec::new())),
                (Step::Pick(_), Some(_)) => return None,
            }
        }
        Some(Split { outer, list })
    }
}

impl Step {
    fn walk<'a>(&self, json: &'a Json) -> Vec<&'a Json> {
        let elements = || json.as_array().map(Vec::as_slice).unwrap_or_default();
        match self {
            Self::Member(member) => json.get(member).into_iter().collect(),
            Self::Pick(Pick::All) => elements().iter().collect(),
            Self::Pick(Pick::Primary) => elements().iter().take(1).collect(),
            Self::Pick(Pick::Rest) => elements().iter().skip(1).collect(),
            Self::Pick(Pick::Where { member, is }) => {
                elements().iter().filter(|element| says(element, member, is)).collect()
            }
        }
    }
}

/// Whether a member of the element has this text.
pub(crate) fn says(element: &Json, member: &str, is: &str) -> bool {
    element.get(member).and_then(text).is_some_and(|text| text == is)
}

/// Text, number or bool as text.
pub(crate) fn text(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(bool) => Some(bool.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

/// What members lead to.
pub(crate) fn walk<'a>(mut json: &'a Json, members: &[String]) -> Option<&'a Json> {
    for member in members {
        json = json.get(member)?;
    }
    Some(json)
}

impl TryFrom<String> for Path {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let wrong = |why: &str| format!("`{text}` is no path: {why}; write for example `$.emails[primary].value`");
        let mut rest = text.strip_prefix('$').ok_or_else(|| wrong("it does not start with `$`"))?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix('.') {
                let end = after.find(['.', '[']).unwrap_or(after.len());
                let (member, after) = after.split_at(end);
                if member.is_empty() {
                    return Err(wrong("a name is missing after a dot"));
                }
                steps.push(Step::Member(member.to_owned()));
                rest = after;
            } else if let Some(after) = rest.strip_prefix('[') {
                let (pick, after) = after.split_once(']').ok_or_else(|| wrong("a `]` is missing"))?;
                steps.push(Step::Pick(match (pick, pick.split_once('=')) {
                    ("*", _) => Pick::All,
                    ("primary", _) => Pick::Primary,
                    ("rest", _) => Pick::Rest,
                    (_, Some((member, is))) => Pick::Where { member: member.to_owned(), is: is.to_owned() },
                    (_, None) => {
                        return Err(wrong("between `[` and `]` stands `*`, `primary`, `rest` or `member=text`"));
                    }
                }));
                rest = after;
            } else {
                return Err(wrong("after a name or `]` comes `.` or `[`"));
            }
        }
        Ok(Self { steps })
    }
}

#[cfg(test)]
mod test {
    use serde_json::json;

    use super::*;

    fn path(text: &str) -> Path {
        Path::try_from(text.to_owned()).expect("a path")
    }

    #[test]
    fn a_path_leads_through_members_and_lists() {
        let json =
            json!({"a": {"b": 1}, "list": [{"type": "home", "v": "x"}, {"type": "work", "v": "y"}, {"v": true}]});
        assert_eq!(path("$").first(&json), Some(&json));
        assert_eq!(path("$.a.b").text(&json).as_deref(), Some("1"));
        assert_eq!(path("$.list[*].v").all(&json).len(), 3);
        assert_eq!(path("$.list[primary].v").text(&json).as_deref(), Some("x"));
        assert_eq!(path("$.list[rest].v").text(&json).as_deref(), Some("y"));
        assert_eq!(path("$.list[type=work].v").text(&json).as_deref(), Some("y"));
        assert_eq!(path("$.list[type=none].v").first(&json), None);
        assert_eq!(path("$.a[*].b").first(&json), None, "what is no list has no elements");
    }

    #[test]
    fn what_is_no_path_says_why() {
        for (text, why) in [
            ("a.b", "does not start"),
            ("$..b", "a name is missing"),
            ("$.a[0", "`]` is missing"),
            ("$.a[0]", "stands `*`"),
            ("$.a[*]b", "comes `.`"),
        ] {
            let error = Path::try_from(text.to_owned()).expect_err("no path");
            assert!(error.contains(why), "{error}");
        }
    }
}
