//! Values in a row: a missing comma, and a value that lacks its own field.

use super::scene::Scene;
use crate::{SyntaxError, SyntaxErrorKind, parser::Rule, tree::Span};

/// Two values, or two fields of an object, with nothing between them.
pub(super) fn missing_comma(scene: &Scene<'_>) -> Option<SyntaxError> {
    let inside = scene.expects(Rule::close_square) || scene.expects(Rule::close_brace);
    let found = scene.found()?;
    if !inside || !scene.expects(Rule::comma) || !(found.is_constant() || found.rule == Rule::word) {
        return None;
    }
    let end = scene.before(1)?.span.end;
    let error =
        SyntaxError::new(SyntaxErrorKind::Expected, found.span, format!("a comma is missing before `{}`", found.text));
    Some(error.help("Write a comma between two of them.").fix(Span::new(end, end), ","))
}

/// `google.label == "a" or "b"` and `tag += "a", "b"`: each value needs its field again.
pub(super) fn value_without_field(scene: &Scene<'_>) -> Option<SyntaxError> {
    let found = scene.found().filter(|token| token.is_constant())?;
    let (joint, marks): (_, &[&str]) = if scene.expects(Rule::term) {
        (["or", "and", "||", "&&"], &["==", "!=", "<", "<=", ">", ">=", "contains", "starts-with", "ends-with", "="])
    } else if scene.expects(Rule::action) {
        ([",", "and", "&&", "or"], &["+=", "-=", "="])
    } else {
        return None;
    };
    scene.before(1).filter(|token| joint.contains(&token.text))?;
    let mark = scene.tokens.get(..scene.found)?.iter().rposition(|token| marks.contains(&token.text))?;
    let path = scene.slice(scene.path_before(mark)?);
    let mark = scene.tokens.get(mark)?.text;
    let insert = format!("{path} {mark} ");
    let at = Span::new(found.span.start, found.span.start);
    let title = format!("`{}` needs its field before it", found.text);
    let help = match (mark, scene.expects(Rule::term)) {
        ("==", true) => format!("Write `{insert}{}`, or all values at once: `{path} in [ … ]`.", found.text),
        _ => format!("Write `{insert}{}`.", found.text),
    };
    Some(SyntaxError::new(SyntaxErrorKind::Expected, found.span, title).help(help).fix(at, insert))
}
