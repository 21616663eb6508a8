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

#[test]
fn a_name_without_memory() {
    let none = Name::default();
    for (whole, parts) in [
        ("Ann Lee", "|Ann||Lee|"),
        ("Ann", "|Ann|||"),
        ("", "||||"),
        ("  Ann   Lee ", "|Ann||Lee|"),
        ("Ann Mary Lee", "|Ann|Mary|Lee|"),
        ("Ludwig van Beethoven", "|Ludwig||van Beethoven|"),
        ("Juan de la Cruz", "|Juan||de la Cruz|"),
        ("Vincent Willem van Gogh", "|Vincent|Willem|van Gogh|"),
        ("Osama bin Ahmed", "|Osama||bin Ahmed|"),
        ("Dr. Ann Lee", "Dr.|Ann||Lee|"),
        ("Ann Lee, PhD", "|Ann||Lee|PhD"),
        ("Prof. Dr. Ann Lee Jr.", "Prof. Dr.|Ann||Lee|Jr."),
        ("Dr. Lee", "Dr.|Lee|||"),
        ("山田太郎", "|山田太郎|||"),
        ("김민수", "|김민수|||"),
    ] {
        assert_eq!(split(whole, &none, &ALL), parts, "{whole}");
    }
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
    assert_eq!(split("Juan Carlos García Márquez", &garcia, &ALL), "|Juan|Carlos|García Márquez|");
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
        1 => prop::sample::select(vec!["van", "de", "bin", "Dr.", "Jr.", "PhD,", "山", "太郎", ""]).prop_map(str::to_owned),
        1 => "\\PC{0,4}",
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
    fn splitting_again_changes_nothing(whole in part(), more in part(), memory in name()) {
        let whole = format!("{whole} {more}");
        for kinds in [&ALL[..], &TWO, &[Given, Middle, Family]] {
            let once = Name::split(&whole, &memory, kinds);
            prop_assert_eq!(&Name::split(&whole, &once, kinds), &once);
        }
    }
}
