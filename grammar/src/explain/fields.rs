//! Fields that are not written as `APP.FIELD`, and what is asked of them in other words.

use super::scene::Scene;
use crate::{SyntaxError, SyntaxErrorKind, parser::Rule, tree::Span};

/// A dot with no field name behind it, or with a blank beside it.
pub(super) fn dot(scene: &Scene<'_>) -> Option<SyntaxError> {
    let (dot, name, after) = match scene.found() {
        // `google .label`: the failure is at the dot.
        Some(dot) if dot.text == "." => (dot, scene.before(1)?, scene.next()),
        // `google. label`, or nothing after the dot at all: the failure is behind it.
        found => (scene.before(1).filter(|token| token.text == ".")?, scene.before(2)?, found),
    };
    if name.rule != Rule::word {
        return None;
    }
    if matches!(scene.found(), Some(found) if found.text == "." && name.span.end == found.span.start) {
        return app_only(scene);
    }
    let written = scene.slice(name.span.to(dot.span)).split_whitespace().collect::<String>();
    match after {
        Some(after) if after.is_name() || after.rule == Rule::text => {
            let span = name.span.to(after.span);
            let write = format!("{}.{}", name.text, after.text);
            let title = "a field is written without spaces";
            Some(
                SyntaxError::new(SyntaxErrorKind::Notation, span, title)
                    .help(format!("Write `{write}`."))
                    .fix(span, write),
            )
        }
        Some(after) if after.span.start == dot.span.end && after.is_constant() => {
            let title = format!("a field name that starts with `{}` needs quotes", after.text);
            let help = format!("Write it like `{written}\"{} …\"`.", after.text);
            Some(SyntaxError::new(SyntaxErrorKind::Expected, after.span, title).help(help))
        }
        _ => {
            let title = format!("a field name is missing after `{written}`");
            let help = format!("Write the field, such as `{}.email`.", name.text);
            Some(SyntaxError::new(SyntaxErrorKind::Expected, name.span.to(dot.span), title).help(help))
        }
    }
}

/// `prefer google.contacts`: a field where an app belongs.
fn app_only(scene: &Scene<'_>) -> Option<SyntaxError> {
    let name = scene.before(1)?;
    let after = scene.next()?;
    let app = scene.keyword.word == "prefer" || scene.expects(Rule::open_brace) || scene.expects(Rule::kw_none);
    if !app || after.span.start != name.span.end + 1 {
        return None;
    }
    let span = name.span.to(after.span);
    let title = format!("`{}` is more than the name of an app", scene.slice(span));
    Some(
        SyntaxError::new(SyntaxErrorKind::Expected, span, title)
            .help(format!("Write `{}` alone.", name.text))
            .fix(span, name.text),
    )
}

/// A word alone where a field belongs: `when label == "x"`, `map google -> realgeeks`.
pub(super) fn name_alone(scene: &Scene<'_>) -> Option<SyntaxError> {
    let alone = match scene.found() {
        Some(found) if scene.expects(Rule::map_body) && found.is_name() => found,
        // In `map A.x -> b` the name has been read, and the dot is what is missing.
        _ if scene.expects(Rule::kw_exists) => scene.before(1).filter(|token| token.is_name())?,
        found if scene.keyword.word == "map" && scene.expects(Rule::name) => found.filter(|token| token.is_name())?,
        _ => return None,
    };
    let name = alone.text;
    let before = scene.tokens.get(..scene.found).unwrap_or_default();
    if before.iter().any(|token| token.text == "then") {
        let title = format!("`{name}` alone is no action");
        return Some(SyntaxError::new(SyntaxErrorKind::Expected, alone.span, title).help(super::words::ACTION));
    }
    let error = SyntaxError::new(SyntaxErrorKind::Expected, alone.span, format!("`{name}` alone is no field"));
    Some(match scene.keyword.word {
        "map" => error.help("Write app and field, such as `google.email`."),
        _ => error
            .help("Write app and field, such as `google.label`. To ask for the contact itself write `google exists`."),
    })
}

/// `google.label exists`: only an app exists.
pub(super) fn lifecycle_of_field(scene: &Scene<'_>) -> Option<SyntaxError> {
    let found = scene.found().filter(|token| matches!(token.text, "exists" | "deleted"))?;
    let path = scene.path_before(scene.found)?;
    let title = format!("`{}` is said of an app, not of a field", found.text);
    let error = SyntaxError::new(SyntaxErrorKind::Expected, found.span, title);
    Some(match (found.text, scene.expects(Rule::relation)) {
        ("exists", true) => {
            let help = format!("To ask whether the field is filled write `{} is not empty`.", scene.slice(path));
            error.help(help).fix(found.span, "is not empty")
        }
        _ => {
            let app = scene.slice(path).split('.').next().unwrap_or_default();
            error.help(format!("Write the app alone: `{app} {}`.", found.text))
        }
    })
}

/// `google.label not in [ … ]`: the `not` belongs before the field.
pub(super) fn negation_behind(scene: &Scene<'_>) -> Option<SyntaxError> {
    if !scene.expects(Rule::relation) && !scene.expects(Rule::kw_in) {
        return None;
    }
    let found = scene.found()?;
    let skipped = match (found.text, scene.next().map(|token| token.text)) {
        ("does", Some("not")) | ("is", Some("not")) => 2,
        ("not", _) => 1,
        _ => return None,
    };
    let op = scene.tokens.get(scene.found + skipped)?;
    let write = match op.text {
        "in" => "in",
        "contain" | "contains" => "contains",
        "start-with" | "starts-with" => "starts-with",
        "end-with" | "ends-with" => "ends-with",
        _ => return None,
    };
    let path = scene.path_before(scene.found)?;
    let span = Span::new(path.start, op.span.end);
    let write = format!("not {} {write}", scene.slice(path));
    let title = "`not` stands before the field";
    Some(SyntaxError::new(SyntaxErrorKind::Notation, span, title).help(format!("Write `{write} …`.")).fix(span, write))
}
