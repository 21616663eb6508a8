//! The lists that sample people are drawn from.

use serde::Deserialize;

use super::dice::Dice;

/// The content of `samples/people.json`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lists {
    cultures: Vec<Culture>,
    pub(super) middles: Vec<String>,
    pub(super) prefixes: Vec<String>,
    pub(super) suffixes: Vec<String>,
    pub(super) nicknames: Vec<String>,
    pub(super) companies: Vec<String>,
    pub(super) titles: Vec<String>,
    pub(super) departments: Vec<String>,
    pub(super) streets: Vec<String>,
    pub(super) towns: Vec<Town>,
    pub(super) notes: Vec<String>,
    pub(super) sources: Vec<String>,
    pub(super) timeframes: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) labels: Vec<String>,
    pub(super) domains: Vec<String>,
}

/// Names that go together, and how often they are drawn.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Culture {
    weight: usize,
    pub(super) given: Vec<String>,
    pub(super) family: Vec<String>,
}

/// A town with its first three digits of a phone number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Town {
    pub(crate) city: String,
    pub(crate) state: String,
    pub(crate) zip: String,
    pub(super) area: String,
}

impl Lists {
    pub(super) fn culture(&self, dice: &mut Dice) -> Culture {
        let mut left = dice.below(self.cultures.iter().map(|culture| culture.weight).sum());
        for culture in &self.cultures {
            if left < culture.weight {
                return culture.clone();
            }
            left -= culture.weight;
        }
        Culture::default()
    }
}

/// The lists. The file is part of the program, so a test proves that it can be read.
pub(super) fn read() -> Lists {
    serde_json::from_str(include_str!("../../samples/people.json")).unwrap_or_default()
}

/// A name as it is shown, and in plain small letters for an address. A name in another script carries its own
/// transcription after a bar.
pub(super) fn spellings(name: &str) -> (String, String) {
    match name.split_once('|') {
        Some((shown, latin)) => (shown.to_owned(), latin.to_owned()),
        None => (name.to_owned(), name.chars().flat_map(char::to_lowercase).map(plain).collect()),
    }
}

/// A Latin letter without its marks; nothing for what is not a letter.
fn plain(letter: char) -> &'static str {
    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";
    if let Some(at) = LETTERS.find(letter) {
        return LETTERS.get(at..=at).unwrap_or_default();
    }
    match letter {
        'á' | 'â' | 'ã' | 'à' | 'ā' | 'å' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'đ' | 'ð' | 'ď' => "d",
        'é' | 'è' | 'ê' | 'ë' | 'ě' | 'ễ' => "e",
        'í' | 'î' | 'ï' | 'ị' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ó' | 'ô' | 'õ' | 'ọ' | 'ố' | 'ồ' | 'ỗ' => "o",
        'ö' | 'ø' => "oe",
        'ř' => "r",
        'ś' | 'š' => "s",
        'ß' => "ss",
        'þ' => "th",
        'ú' | 'û' | 'ů' | 'ứ' => "u",
        'ü' => "ue",
        'ý' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'ầ' | 'ạ' | 'ả' => "a",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_can_be_read_and_every_name_makes_an_address() {
        let lists: Lists = serde_json::from_str(include_str!("../../samples/people.json")).unwrap();
        for culture in &lists.cultures {
            for name in culture.given.iter().chain(&culture.family) {
                let (shown, latin) = spellings(name);
                assert!(latin.len() >= 2, "{shown} makes {latin:?}");
            }
        }
        assert_eq!(spellings("Müller-Lüdenscheidt").1, "muellerluedenscheidt");
        assert_eq!(spellings("渡邊|watanabe"), ("渡邊".to_owned(), "watanabe".to_owned()));
    }
}
