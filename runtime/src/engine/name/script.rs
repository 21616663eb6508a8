//! Names in Chinese, Japanese and Korean writing: last name first, and mostly without a blank.

/// Whether a text is in such writing, without a blank.
pub(super) fn is_unspaced(text: &str) -> bool {
    let cjk = |c: char| {
        matches!(c, '\u{3005}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
            | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
    };
    !text.is_empty() && text.chars().all(cjk)
}

/// The dot between the parts of a foreign name in Japanese writing.
const DOT: char = '・';

/// Whether a text spells a foreign name by its sound.
fn is_katakana(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| matches!(c, '\u{30A1}'..='\u{30FA}' | '\u{30FC}'..='\u{30FE}'))
}

/// The whole of a first and a last name. Names spelt by their sound have a dot between and are written first name first.
pub(super) fn join(given: &str, family: &str) -> String {
    if is_katakana(given) && is_katakana(family) { format!("{given}{DOT}{family}") } else { format!("{family}{given}") }
}

/// The first and the last name of words in such writing. One word has none but a dot to take it apart at, because where
/// a last name ends only its reader knows.
pub(super) fn split(words: &[&str]) -> (String, String) {
    match words {
        [family, given @ ..] if !given.is_empty() => (given.concat(), (*family).to_owned()),
        [word] => match word.split_once(DOT) {
            Some((given, family)) if is_katakana(given) && is_katakana(family) => (given.to_owned(), family.to_owned()),
            _ => ((*word).to_owned(), String::new()),
        },
        _ => (String::new(), String::new()),
    }
}

/// The first and the last name of a whole in which one of the old ones is still in its place.
pub(super) fn split_with(whole: &str, given: &str, family: &str) -> Option<(String, String)> {
    let filled = |rest: &&str| !rest.is_empty();
    if is_katakana(given) && is_katakana(family) && whole.contains(DOT) {
        return None;
    }
    let new_given = || whole.strip_prefix(family).filter(filled).filter(|_| is_unspaced(family));
    let new_family = || whole.strip_suffix(given).filter(filled).filter(|_| is_unspaced(given));
    new_given()
        .map(|given| (given.to_owned(), family.to_owned()))
        .or_else(|| new_family().map(|family| (given.to_owned(), family.to_owned())))
}
