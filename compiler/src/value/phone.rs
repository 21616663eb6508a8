//! What a spelling of a phone number counts as: the number with its country code where it is one, else its digits.

use std::cell::RefCell;

use phonenumber::{
    Mode,
    country::Id::{self, CA, US},
};
use rustc_hash::FxHashMap;

use super::{Text, canon::plain_key};

/// How many phone numbers a thread remembers.
const MOST: usize = 4096;

thread_local! {
    /// What numbers were read as lately, by country. Reading one costs more than all else of a contact, and the same number
    /// comes again soon: as another field, and on the other side.
    static READ: RefCell<FxHashMap<Option<Id>, FxHashMap<String, Text>>> = RefCell::default();
}

/// The number with what it counts as. One without a country code belongs to this country.
pub(super) fn phone(region: Option<Id>, shown: &str) -> Text {
    if let Some(key) = north_american(region, shown) {
        return Text::keyed(shown, &key);
    }
    let remembered = READ.with_borrow(|read| read.get(&region)?.get(shown).cloned());
    remembered.unwrap_or_else(|| {
        let phone = Text::keyed(shown, &parsed(region, shown));
        READ.with_borrow_mut(|read| {
            let read = read.entry(region).or_default();
            if read.len() >= MOST {
                read.clear();
            }
            read.insert(shown.to_owned(), phone.clone());
        });
        phone
    })
}

fn parsed(region: Option<Id>, shown: &str) -> String {
    if let Ok(number) = phonenumber::parse(region, shown) {
        return number.format().mode(Mode::E164).to_string();
    }
    let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
    if digits.is_empty() { plain_key(shown).into_owned() } else { digits }
}

/// The same for the plainest numbers of North America, without the tables of all countries, which take longer to be read
/// than a small sync takes. `None` for any other number, and where a number may be dialled in another way.
fn north_american(region: Option<Id>, shown: &str) -> Option<String> {
    if !matches!(region, None | Some(US | CA)) {
        return None;
    }
    let written = match shown.strip_prefix("+1") {
        // In a number without blanks the code of the country goes up to the first separator.
        Some(rest) if rest.contains(' ') || !rest.starts_with(digit) || rest.chars().all(digit) => rest,
        None if region.is_some() => shown,
        _ => return None,
    };
    let rest = gap(written);
    let (area, rest) = match rest.strip_prefix('(') {
        Some(rest) => digits(rest, 3).and_then(|(area, rest)| Some((area, rest.strip_prefix(')')?)))?,
        None => digits(rest, 3)?,
    };
    let (exchange, rest) = digits(gap(rest), 3)?;
    let (line, rest) = digits(gap(rest), 4)?;
    // An area code begins with neither 0 nor 1, so that nothing before it was dialled.
    (rest.is_empty() && !area.starts_with(['0', '1'])).then(|| format!("+1{area}{exchange}{line}"))
}

/// What comes after the blank, hyphen or dot at the start, if there is one.
fn gap(text: &str) -> &str {
    text.strip_prefix([' ', '-', '.']).unwrap_or(text)
}

/// So many digits and what comes after them.
fn digits(text: &str, count: usize) -> Option<(&str, &str)> {
    text.split_at_checked(count).filter(|(digits, _)| digits.chars().all(digit))
}

fn digit(char: char) -> bool {
    char.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_plainest_numbers_need_no_tables() {
        for (region, shown) in [
            (None, "+1 808 555 0123"),
            (Some(US), "+18085550123"),
            (Some(US), "(808) 555-0123"),
            (Some(CA), "808.555.0123"),
        ] {
            assert_eq!(north_american(region, shown).as_deref(), Some("+18085550123"), "{shown}");
        }
        for (region, shown) in [
            (None, "808 555 0123"),
            (Some(US), "1 808 555 0123"),
            (Some(US), "108 555 0123"),
            (Some(Id::CL), "+1 250 555 0123"),
            (Some(US), "+1 808 555 0123 x1"),
            (Some(US), "+44 20 7946 0000"),
        ] {
            assert_eq!(north_american(region, shown), None, "{shown}");
        }
    }

    proptest! {
        #[test]
        fn without_the_tables_a_number_is_what_it_is_by_them(
            region in prop_oneof![Just(None), Just(Some(US)), Just(Some(CA))],
            start in prop_oneof![Just("+1"), Just("+1 "), Just("+"), Just("")],
            number in "(\\([0-9]{3}\\)|[0-9]{3})[-. ]?[0-9]{3}[-. ]?[0-9]{4}|[-. ()0-9]{8,16}|[-.(]?[0-9]{10}",
        ) {
            let shown = format!("{start}{number}");
            if let Some(key) = north_american(region, &shown) {
                prop_assert_eq!(key, parsed(region, &shown), "{}", shown);
            }
        }
    }
}
