//! What each grammar rule is called in the writer's words.

use crate::parser::Rule;

/// What can start a statement.
pub(super) const STATEMENTS: &str =
    "A statement starts with `sync`, `prefer`, `match`, `every`, `when`, `map` or `test`.";

/// The things expected at one place, as a list in words.
pub(super) fn expected(rules: &[Rule]) -> String {
    let mut words: Vec<&str> = Vec::new();
    for rule in rules {
        match word(*rule) {
            "" => {}
            word if words.contains(&word) => {}
            word => words.push(word),
        }
    }
    match words.split_last() {
        None => "something else".into(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
    }
}

/// The one table from rules to words. Empty for what is never suggested.
fn word(rule: Rule) -> &'static str {
    match rule {
        Rule::EOI => "the end of the statement",
        Rule::name | Rule::end | Rule::place => "an app",
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
