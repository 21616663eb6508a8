//! Names: which known one is near a misspelt one, and how names are written in a sentence or a file.

/// The known name that a writer likely meant: nearest by edit distance, letter case aside.
pub(crate) fn nearest<'n>(written: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let lower = written.to_lowercase();
    let allowed = (written.chars().count() / 3).min(4);
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&lower, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// A name as it is typed: quoted when it is more than one plain word.
pub(crate) fn typed(name: &str) -> String {
    let word = |part: &str| {
        part.chars().next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
            && part.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
    };
    if name.split('.').all(word) { name.to_owned() } else { quoted(name) }
}

/// A text constant as it is typed.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Names as a sentence lists them: "`a`, `b` and `c`", with the rest counted when there are many.
pub(crate) fn listed<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    const MOST: usize = 12;
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(MOST);
    let shown = names.get(..names.len() - more).unwrap_or_default();
    match (shown, more) {
        ([], _) => "nothing".to_owned(),
        (shown, 0) => match shown.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
            None => String::new(),
        },
        (shown, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_keyboard_finds_the_name() {
        assert_eq!(nearest("lable", ["email", "label"]), Some("label"));
        assert_eq!(nearest("Tags", ["tag", "stage"]), Some("tag"));
        assert_eq!(nearest("closed escrow", ["Closed Escrow", "In Escrow"]), Some("Closed Escrow"));
        assert_eq!(nearest("nickname", ["email", "label"]), None);
        assert_eq!(nearest("C", ["A", "B"]), None);
    }

    #[test]
    fn names_are_listed_as_a_sentence_does() {
        assert_eq!(listed([]), "nothing");
        assert_eq!(listed(["a"]), "`a`");
        assert_eq!(listed(["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(typed("Lead score"), "\"Lead score\"");
        assert_eq!(typed("name.given"), "name.given");
    }
}
