//! What each grammar rule is called in the writer's words, and what is said when nothing better is known.

use super::scene::Scene;
use crate::{SyntaxError, SyntaxErrorKind, parser::Rule};

/// What can start a statement.
pub(super) const STATEMENTS: &str =
    "A statement starts with `sync`, `prefer`, `match`, `every`, `when`, `map` or `test`.";

/// What an action looks like.
pub(super) const ACTION: &str =
    "An action looks like `realgeeks.tag += \"Lead\"`, `realgeeks.stage = \"Open\"` or `realgeeks exists`.";

/// How a comment is written.
pub(super) const COMMENT: &str = "A comment starts with `#` and ends with its line.";

/// What was expected at the place of failure, and what stands there.
pub(super) fn expected(scene: &Scene<'_>) -> SyntaxError {
    let mut words: Vec<&str> = Vec::new();
    for rule in scene.expected {
        match word(*rule, scene) {
            "" => {}
            word if words.contains(&word) => {}
            word => words.push(word),
        }
    }
    // Where a field stands without a comparison, that is what is missing, whatever else could follow.
    if scene.expects(Rule::relation) && scene.found().is_some() {
        words = vec!["a comparison such as `==`"];
    }
    // At the end of a statement the part that it cannot do without is missing, whatever else could follow.
    if scene.found().is_none() {
        let needed = [(Rule::kw_then, "`then`"), (Rule::kw_expect, "`expect`")];
        words = needed.into_iter().find(|(rule, _)| scene.expects(*rule)).map_or(words, |(_, word)| vec![word]);
    }
    let wanted = match words.split_last() {
        None => "something else".to_owned(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
    };
    let title = match scene.found() {
        None => format!("{wanted} is missing at the end"),
        Some(found) if scene.expects(Rule::EOI) => format!("the statement is complete before `{}`", found.text),
        Some(found) => format!("expected {wanted}, found `{}`", found.text),
    };
    let error = SyntaxError::new(SyntaxErrorKind::Expected, scene.place(), title);
    match help(scene) {
        "" => error,
        help => error.help(help),
    }
}

/// What the statement looks like from here on.
fn help(scene: &Scene<'_>) -> &'static str {
    let expects = |rules: &[Rule]| rules.iter().any(|rule| scene.expects(*rule));
    if expects(&[Rule::EOI]) {
        return "Take the rest away, or start a new statement with its keyword.";
    }
    if expects(&[Rule::relation]) {
        return "A field is compared with `==`, `!=`, `<`, `<=`, `>`, `>=`, `contains`, `starts-with`, `ends-with`, \
                `in [ … ]` or `is empty`.";
    }
    if expects(&[Rule::term]) {
        return "A condition looks like `google.label == \"No_CRM\"` or `google exists`.";
    }
    if expects(&[Rule::action, Rule::change]) {
        return ACTION;
    }
    if expects(&[Rule::open_square]) {
        return "Write the values in brackets, such as `in [\"Lead\", \"Client\"]`.";
    }
    if expects(&[Rule::plus_equals]) {
        return "Write `+=` to add, `-=` to remove, `=` to set.";
    }
    if expects(&[Rule::kw_then]) {
        return "A rule is `when` a condition `then` actions.";
    }
    if expects(&[Rule::value]) {
        return "A value is a text in quotes, a number, a date such as `2026-01-31`, `true` or `false`.";
    }
    match scene.keyword.word {
        "sync" => "Write it like `sync google <-> realgeeks`.",
        "prefer" => "Write `prefer google` for the app that wins, or `prefer latest` for the later change.",
        "match" => "Write it like `match email` or `match email or phone`.",
        "every" => "Write it like `every 5 minutes`.",
        "map" => "Write it like `map google.biography -> realgeeks.notes`.",
        "test" => "Write it like `test \"name\" given google { email: \"ann@home.example\" } expect realgeeks exists`.",
        _ => "",
    }
}

/// The one table from rules to words. Empty for what is never suggested.
fn word(rule: Rule, scene: &Scene<'_>) -> &'static str {
    match rule {
        // Named only where a missing `then` is looked for.
        Rule::name if scene.expects(Rule::kw_then) => "",
        Rule::name if scene.keyword.word == "map" => "a field such as `google.label`",
        Rule::EOI => "the end of the statement",
        Rule::name | Rule::end | Rule::place | Rule::sync_body | Rule::prefer_body => "an app",
        // What an end may also have is no help where the next part of the statement is missing.
        Rule::kw_as | Rule::open_paren if scene.expected.len() > 2 => "",
        Rule::match_body => "a key such as `email`",
        Rule::map_body => "a field such as `google.biography`",
        Rule::test_body => "the name of the test in quotes",
        Rule::every_body => "a number",
        Rule::path | Rule::compose | Rule::fields => "a field such as `google.label`",
        Rule::part | Rule::word => "a name",
        Rule::value => "a value",
        Rule::text => "a text in quotes",
        Rule::number | Rule::count => "a number",
        Rule::unit => "a unit such as `minutes`",
        Rule::condition | Rule::conjunction | Rule::term | Rule::comparison => "a condition",
        Rule::relation | Rule::op_eq => "a comparison such as `==`",
        Rule::action | Rule::actions | Rule::change => "an action such as `realgeeks.tag += \"Lead\"`",
        Rule::plus_equals => "`+=`",
        Rule::minus_equals => "`-=`",
        Rule::equals => "`=`",
        Rule::kw_then => "`then`",
        Rule::kw_undo | Rule::undo => "`undo`",
        Rule::kw_other_way => "`other-way`",
        Rule::kw_and => "`and`",
        Rule::kw_or => "`or`",
        Rule::kw_not => "`not`",
        Rule::kw_is | Rule::empty => "`is empty`",
        Rule::kw_in | Rule::membership => "`in [ … ]`",
        Rule::kw_as | Rule::alias => "`as`",
        Rule::kw_empty => "`empty`",
        Rule::kw_exists | Rule::lifecycle => "`exists`",
        Rule::kw_deleted => "`deleted`",
        Rule::kw_latest => "`latest`",
        Rule::kw_none => "`none`",
        Rule::kw_off => "`off`",
        Rule::kw_using | Rule::using => "`using`",
        Rule::kw_given | Rule::given => "`given`",
        Rule::kw_expect | Rule::expect => "`expect`",
        Rule::arrow_both | Rule::arrow_right | Rule::arrow_left => "an arrow such as `<->`",
        Rule::open_paren | Rule::instance => "`(`",
        Rule::close_paren => "`)`",
        Rule::open_square | Rule::list => "`[`",
        Rule::close_square => "`]`",
        Rule::open_brace | Rule::object_value => "`{`",
        Rule::close_brace => "`}`",
        Rule::comma => "`,`",
        Rule::colon => "`:`",
        Rule::key => "a key such as `email`",
        Rule::pair | Rule::pair_key => "a field name",
        Rule::case => "a value",
        Rule::record | Rule::expectation | Rule::expect_none => "an app",
        _ => "",
    }
}
