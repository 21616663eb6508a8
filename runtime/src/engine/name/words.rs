//! Words that people's names are made of: titles, suffixes, particles, and last names that come in pairs.
//!
//! What stands in a list is read as that, so a list holds only what is hardly ever anything else. A word that is also
//! a common first or last name is left out (Don, Dean, Prince), or counts only as it is written in one of its uses:
//! `med.` with its full stop, `MD` in capitals, `van` in small letters.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// Titles, with and without a full stop.
const TITLES: &[&str] = &[
    "dame",
    "dott",
    "dott.ssa",
    "dr",
    "dra",
    "frau",
    "fraulein",
    "herr",
    "hr",
    "kand",
    "lady",
    "lord",
    "madam",
    "madame",
    "mademoiselle",
    "messrs",
    "miss",
    "mister",
    "mlle",
    "mme",
    "monsieur",
    "mr",
    "mrs",
    "ms",
    "mx",
    "prof",
    "prof.ssa",
    "professor",
    "rabbi",
    "rev",
    "reverend",
    "senor",
    "senora",
    "sig.ra",
    "signor",
    "signora",
    "sir",
    "sra",
    "srta",
];

/// Titles only with a full stop: without one they are names or something else.
const DOTTED_TITLES: &[&str] = &[
    "adm",
    "capt",
    "cav",
    "cmdr",
    "col",
    "cpt",
    "dipl.-ing",
    "dipl.-kfm",
    "dna",
    "dr.-ing",
    "fr",
    "gen",
    "gov",
    "hon",
    "ing",
    "lt",
    "mag",
    "maj",
    "on",
    "pres",
    "rep",
    "sen",
    "sgt",
    "sig",
    "sr",
    "st",
    "univ.-prof",
];

/// What goes on after a title, only with a full stop.
const TITLE_TAILS: &[&str] =
    &["dent", "h.c", "habil", "ing", "iur", "jur", "med", "mult", "nat", "oec", "phil", "pol", "rer", "theol", "vet"];

/// Titles that a first name follows, as in Sir Elton.
const BEFORE_FIRST_NAMES: &[&str] = &["dame", "fr", "lady", "lord", "rabbi", "sir", "st"];

/// Suffixes, however they are written.
const SUFFIXES: &[&str] = &["esq", "esquire", "ii", "iii", "iv", "jr", "phd", "sr"];

/// Suffixes in capitals.
const CAPITAL_SUFFIXES: &[&str] = &[
    "cbe", "cfa", "cpa", "dds", "dvm", "edd", "frs", "jd", "kbe", "llb", "llm", "mba", "mbe", "md", "mph", "msw",
    "obe", "rn", "v", "vi", "vii", "viii",
];

/// Suffixes that are last names too: only behind two other words.
const KIN: &[&str] = &["filho", "hijo", "junior", "neto", "netto", "sobrinho"];

/// Suffixes behind a comma.
const AFTER_COMMA: &[&str] = &[
    "ba", "beng", "bs", "bsc", "cfp", "do", "dphil", "dsc", "junior", "kc", "ma", "meng", "ms", "msc", "pe", "pharmd",
    "pmp", "psyd", "qc", "senior",
];

/// Particles in small letters: they begin a last name, wherever they stand behind the first word.
const PARTICLES: &[&str] = &[
    "'t", "ab", "abu", "af", "al", "am", "ap", "auf", "aus", "av", "ben", "bin", "bint", "d'", "da", "dal", "dalla",
    "das", "de", "de'", "degli", "dei", "del", "della", "delle", "dello", "den", "der", "des", "di", "do", "dos", "du",
    "e", "el", "i", "ibn", "im", "in", "la", "las", "le", "les", "lo", "los", "op", "san", "st", "te", "ten", "ter",
    "van", "vande", "vanden", "vander", "vom", "von", "y", "zu", "zum", "zur", "آل", "أبا", "أبو", "ابن", "بن",
];

/// Particles in capitals: only directly before the last word, as many write them.
const CAPITAL_PARTICLES: &[&str] = &[
    "ab", "abu", "al", "ap", "bin", "d'", "da", "de", "degli", "del", "della", "den", "der", "di", "dos", "du", "el",
    "fitz", "ibn", "la", "las", "le", "lo", "los", "mac", "mc", "o'", "saint", "san", "santa", "st", "ste", "ten",
    "ter", "van", "von", "zu",
];

/// What stands between two last names that belong together.
const AND: &[&str] = &["e", "i", "y"];

/// Behind a particle these belong to a first name: María del Carmen.
const DEVOTIONS: &[&str] = &[
    "angeles",
    "carmen",
    "conceicao",
    "concepcion",
    "consuelo",
    "dios",
    "dolores",
    "dores",
    "fatima",
    "gloria",
    "gracas",
    "guadalupe",
    "jesus",
    "lourdes",
    "luz",
    "mar",
    "mercedes",
    "nieves",
    "pilar",
    "remedios",
    "rocio",
    "rosario",
    "socorro",
    "sol",
];

/// Last names that are the first of two where they are not the last word: Gabriel García Márquez.
const PAIRED: &[&str] = &[
    "acosta",
    "aguilar",
    "almeida",
    "alonso",
    "alvarez",
    "alves",
    "araujo",
    "barbosa",
    "benitez",
    "blanco",
    "bravo",
    "cabrera",
    "calderon",
    "cardoso",
    "carvalho",
    "castillo",
    "castro",
    "chavez",
    "contreras",
    "correa",
    "costa",
    "diaz",
    "dominguez",
    "duarte",
    "espinosa",
    "espinoza",
    "fernandes",
    "fernandez",
    "ferreira",
    "figueroa",
    "flores",
    "fuentes",
    "garcia",
    "gimenez",
    "gomes",
    "gomez",
    "goncalves",
    "gonzales",
    "gonzalez",
    "guerrero",
    "gutierrez",
    "hernandez",
    "herrera",
    "ibanez",
    "jimenez",
    "juarez",
    "lopes",
    "lopez",
    "machado",
    "marques",
    "marquez",
    "martinez",
    "medina",
    "melo",
    "mendes",
    "mendez",
    "mendoza",
    "molina",
    "moreira",
    "moreno",
    "munoz",
    "navarro",
    "nunes",
    "nunez",
    "oliveira",
    "ortega",
    "ortiz",
    "pena",
    "pereira",
    "perez",
    "pinheiro",
    "pinto",
    "ramirez",
    "ribeiro",
    "rios",
    "rodrigues",
    "rodriguez",
    "rojas",
    "romero",
    "ruiz",
    "salazar",
    "sanchez",
    "sandoval",
    "serrano",
    "silva",
    "soares",
    "soto",
    "sousa",
    "souza",
    "suarez",
    "teixeira",
    "torres",
    "valdez",
    "vargas",
    "vasquez",
    "vazquez",
    "velasco",
    "velez",
];

/// Whether a word is a title. `after` says that one stands before it.
pub(super) fn is_title(word: &str, after: bool) -> bool {
    let bare = bare(word);
    let dotted = word.ends_with('.');
    has(TITLES, &bare) || (dotted && (has(DOTTED_TITLES, &bare) || (after && has(TITLE_TAILS, &bare))))
}

/// Whether a title stands before a first name when one word follows it.
pub(super) fn precedes_first_name(title: &str) -> bool {
    has(BEFORE_FIRST_NAMES, &bare(title))
}

/// Whether a word behind `before` other words is a suffix.
pub(super) fn is_suffix(word: &str, before: usize) -> bool {
    let bare = bare(word).replace('.', "");
    let capitals = word.chars().all(|c| !c.is_lowercase());
    // A single letter may be all that is known of a last name.
    let single = bare.chars().count() == 1;
    has(SUFFIXES, &bare)
        || (capitals && has(CAPITAL_SUFFIXES, &bare) && (!single || (before > 1 && !word.contains('.'))))
        || (before > 1 && has(KIN, &bare))
}

/// Whether a word behind a comma is a suffix.
pub(super) fn is_suffix_after_comma(word: &str) -> bool {
    is_suffix(word, 2) || has(AFTER_COMMA, &bare(word).replace('.', ""))
}

/// Whether a word is written as a particle that begins a last name.
pub(super) fn is_particle(word: &str) -> bool {
    !word.starts_with(char::is_uppercase) && has(PARTICLES, &lower(word))
}

/// Whether a word is a particle if it stands directly before the last word.
pub(super) fn is_particle_before_last(word: &str) -> bool {
    is_particle(word) || (has(CAPITAL_PARTICLES, &lower(word)) && !is_initial(word))
}

/// `Y` and its like between two last names, in small letters.
pub(super) fn is_and(word: &str) -> bool {
    has(AND, word)
}

/// Whether a word behind a particle belongs to a first name.
pub(super) fn is_devotion(word: &str) -> bool {
    has(DEVOTIONS, &bare(word))
}

/// Whether a last name is one of two if another word follows.
pub(super) fn is_paired(word: &str) -> bool {
    has(PAIRED, &bare(word))
}

/// Titles of several people: `Mr. & Mrs.`
pub(super) fn joins_titles(word: &str) -> bool {
    ["&", "and", "et", "und", "y", "e"].contains(&word)
}

/// One letter, with a full stop or without.
fn is_initial(word: &str) -> bool {
    word.chars().filter(|c| c.is_alphabetic()).count() == 1 && !word.ends_with(['\'', '’'])
}

/// In small letters, without stops and commas at its end, with a straight apostrophe. Accents stay: Văn is not van.
fn lower(word: &str) -> String {
    word.trim_end_matches(['.', ',']).replace('’', "'").to_lowercase()
}

/// The same without accents, which many leave out: Garcia is García.
fn bare(word: &str) -> String {
    lower(word).nfd().filter(|c| !is_combining_mark(*c)).collect()
}

/// Invariant: the lists are in order.
fn has(list: &[&str], word: &str) -> bool {
    list.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_spelt_as_it_is_looked_up_and_stands_once() {
        let lists = [
            (&[TITLES, DOTTED_TITLES, TITLE_TAILS, BEFORE_FIRST_NAMES][..], bare as fn(&str) -> String),
            (&[SUFFIXES, CAPITAL_SUFFIXES, KIN, AFTER_COMMA, DEVOTIONS, PAIRED], bare),
            (&[PARTICLES, CAPITAL_PARTICLES, AND], lower),
        ];
        for (lists, spelt) in lists {
            for list in lists {
                list.iter().for_each(|word| assert_eq!(spelt(word), *word));
                assert!(list.is_sorted_by(|one, next| one < next), "in order, none twice: {list:?}");
            }
        }
    }

    #[test]
    fn a_word_counts_as_it_is_written() {
        assert!(
            is_title("Dr.", false) && is_title("Señora", false) && is_title("Sr.", false) && !is_title("Sr", false)
        );
        assert!(is_title("med.", true) && !is_title("med.", false) && !is_title("Phil", true));
        assert!(is_suffix("Ph.D.", 1) && is_suffix("M.D.", 1) && is_suffix("MD", 1) && !is_suffix("Md", 1));
        assert!(is_suffix("V", 2) && !is_suffix("V", 1) && !is_suffix("V.", 2) && is_suffix("Filho", 2));
        assert!(is_suffix_after_comma("MA") && !is_suffix("MA", 2) && !is_suffix_after_comma("Ann"));
        assert!(is_particle("van") && is_particle("’t") && !is_particle("Van") && is_particle_before_last("Van"));
        assert!(is_particle_before_last("O’") && !is_particle_before_last("O.") && !is_particle_before_last("D."));
        assert!(is_paired("García") && is_paired("Garcia") && is_devotion("Ángeles"));
    }
}
