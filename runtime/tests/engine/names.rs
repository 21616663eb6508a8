//! Names, whole and in parts.

use proptest::prelude::*;
use syncc_compiler::ir::NamePart::{self, Family, Given, Middle, Prefix, Suffix};
use syncc_runtime::engine::{Base, Name, Pair, Status};

use crate::sync::Sync;

const ALL: [NamePart; 5] = [Prefix, Given, Middle, Family, Suffix];
const TWO: [NamePart; 2] = [Given, Family];

/// The parts of a whole name, `|` between them.
fn split(whole: &str, memory: &Name, kinds: &[NamePart]) -> String {
    let name = Name::split(whole, memory, kinds);
    kinds.iter().map(|part| name.part(*part)).collect::<Vec<_>>().join("|")
}

fn two(given: &str, family: &str) -> Name {
    Name::default().with(Given, given).with(Family, family)
}

/// The names of `names.tsv` with their parts.
fn listed() -> Vec<(&'static str, &'static str)> {
    let lines = include_str!("names.tsv").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.trim_start_matches("~ ").split_once('\t').expect("a name, a tab, its parts")).collect()
}

fn from_parts(parts: &str) -> Name {
    ALL.into_iter().zip(parts.split('|')).fold(Name::default(), |name, (part, text)| name.with(part, text))
}

#[test]
fn a_name_without_memory() {
    let none = Name::default();
    let wrong: Vec<String> = listed()
        .into_iter()
        .filter(|(whole, parts)| split(whole, &none, &ALL) != *parts)
        .map(|(whole, parts)| format!("{whole}: {}, not {parts}", split(whole, &none, &ALL)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(listed().len() > 280, "a list worth its name");
}

/// The first or the last name of every listed name is changed to that of others.
#[test]
fn a_listed_name_changes_only_in_the_part_that_changed() {
    let names: Vec<Name> = listed().into_iter().map(|(_, parts)| from_parts(parts)).collect();
    let has = |name: &Name, part| !name.part(part).is_empty() && !name.join().contains(',');
    let mut wrong = Vec::new();
    for (index, before) in names.iter().enumerate().filter(|(_, name)| has(name, Given) && has(name, Family)) {
        for part in [Given, Family] {
            for other in names.iter().cycle().skip(index).step_by(7).take(40).filter(|other| has(other, part)) {
                let after = before.clone().with(part, other.part(part));
                let found = Name::split(&after.join(), before, &ALL);
                if found != after {
                    wrong.push(format!("{before:?}, {:?}: {found:?}", after.join()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_has_no_part_of_its_own_goes_to_its_neighbour() {
    let none = Name::default();
    assert_eq!(split("Dr. Ann Mary van Lee Jr.", &none, &TWO), "Dr. Ann Mary|van Lee Jr.");
    assert_eq!(split("Ann Lee", &none, &[Family]), "Ann Lee");
}

#[test]
fn only_the_part_that_changed_changes() {
    let mary = two("Mary Jane", "Lee");
    assert_eq!(split("Mary Jane Watson Lee", &mary, &TWO), "Mary Jane|Watson Lee");
    assert_eq!(split("Anna Lee", &mary, &TWO), "Anna|Lee");
    let garcia = two("José", "García Márquez");
    assert_eq!(split("Juan García Márquez", &garcia, &TWO), "Juan|García Márquez");
    assert_eq!(split("Juan Carlos García Márquez", &garcia, &ALL), "|Juan Carlos||García Márquez|");
    let titled = two("Ann", "Lee").with(Prefix, "Contessa");
    assert_eq!(split("Contessa Ann Smith", &titled, &ALL), "Contessa|Ann||Smith|");
    let yamada = two("太郎", "山田");
    assert_eq!(yamada.join(), "山田太郎");
    assert_eq!(split("山田花子", &yamada, &ALL), "|花子||山田|");
    assert_eq!(split("鈴木太郎", &yamada, &ALL), "|太郎||鈴木|");
}

fn part() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        4 => "[A-Z][a-z]{0,5}",
        1 => prop::sample::select(vec!["van", "de", "bin", "del", "Carmen", "García", "y", "O'", "Dr.", "Sr.", "&", "Jr.", "PhD,", ",", "山", "太郎", "・", "ジョン", "  ", ""]).prop_map(str::to_owned),
        1 => "\\PC{0,4}",
        1 => any::<String>(),
    ];
    prop::collection::vec(word, 0..3).prop_map(|words| words.join(" "))
}

fn name() -> impl Strategy<Value = Name> {
    [part(), part(), part(), part(), part()]
        .prop_map(|parts| ALL.into_iter().zip(parts).fold(Name::default(), |name, (part, text)| name.with(part, text)))
}

/// A whole name and its parts, as two sides hold them.
fn sides() -> impl Strategy<Value = [String; 2]> {
    let fitting = |text: String| text.replace([';', ':', '?'], "");
    (part(), part(), part()).prop_map(move |(whole, given, family)| {
        [format!("name: {}", fitting(whole)), format!("given: {}; family: {}", fitting(given), fitting(family))]
    })
}

proptest! {
    #[test]
    fn names_that_flow_come_to_rest(base in sides(), now in sides(), linked in any::<bool>()) {
        let file = Sync::new("sync books <-> shop");
        let texts = |sides: &[String; 2]| file.pair([&sides[0], &sides[1]], None).now;
        let base = linked.then(|| Base { sides: texts(&base) });
        let first = file.run(&Pair { now: texts(&now), base, later: None });
        prop_assert_ne!(first.status(), Status::Refused);
        let again = file.run(&Pair { now: first.outcome.end, base: first.outcome.base, later: None });
        prop_assert_eq!(again.outcome.changes, vec![]);
    }

    #[test]
    fn a_joined_name_splits_into_what_it_was(name in name()) {
        prop_assert_eq!(Name::split(&name.join(), &name, &ALL), name);
    }

    #[test]
    fn nothing_is_lost_and_nothing_invented(whole in part(), more in part(), memory in name()) {
        let whole = format!("{whole} {more}");
        // Blanks, commas and the dot of foreign names in Japanese are how a name is written, not what it is.
        let letters = |text: &str| {
            let mut letters: Vec<char> = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ',' | '・')).collect();
            letters.sort_unstable();
            letters
        };
        for kinds in [&ALL[..], &TWO, &[Given, Middle, Family], &[Family], &[Middle]] {
            prop_assert_eq!(letters(&Name::split(&whole, &memory, kinds).join()), letters(&whole));
        }
    }

    #[test]
    fn splitting_again_changes_nothing(whole in part(), more in part(), memory in name()) {
        let whole = format!("{whole} {more}");
        for kinds in [&ALL[..], &TWO, &[Given, Middle, Family], &[Family]] {
            let once = Name::split(&whole, &memory, kinds);
            prop_assert_eq!(&Name::split(&whole, &once, kinds), &once);
        }
    }
}
