//! First and last names that are in use in eleven countries, as the crate `fake` collects them.

use fake::locales::{AR_SA, CY_GB, DE_DE, Data, EN, FR_FR, IT_IT, JA_JP, PT_BR, PT_PT, ZH_CN, ZH_TW};
use syncc_compiler::ir::NamePart::{self, Family, Given};
use syncc_runtime::engine::Name;

const TWO: [NamePart; 2] = [Given, Family];

/// Every first name and every last name of a country at least once.
fn names<L: Data>() -> Vec<Name> {
    let (given, family) = (L::NAME_FIRST_NAME, L::NAME_LAST_NAME);
    let pairs = given.iter().cycle().zip(family.iter().cycle()).take(given.len().max(family.len()));
    pairs.map(|(given, family)| Name::default().with(Given, given.trim()).with(Family, family.trim())).collect()
}

/// Those that come out of a split otherwise than they went in.
fn changed(names: &[Name], split: impl Fn(&Name) -> Name) -> Vec<String> {
    let wrong = names.iter().filter(|name| split(name) != **name);
    wrong.map(|name| format!("{}|{}", name.part(Given), name.part(Family))).collect()
}

#[test]
fn a_real_name_is_split_without_memory() {
    for (country, names) in [
        ("ar_sa", names::<AR_SA>()),
        ("cy_gb", names::<CY_GB>()),
        ("de_de", names::<DE_DE>()),
        ("en", names::<EN>()),
        ("fr_fr", names::<FR_FR>()),
        ("it_it", names::<IT_IT>()),
        ("pt_br", names::<PT_BR>()),
        ("pt_pt", names::<PT_PT>()),
    ] {
        let wrong = changed(&names, |name| Name::split(&name.join(), &Name::default(), &TWO));
        assert!(wrong.is_empty(), "{country}: {} of {}: {wrong:?}", wrong.len(), names.len());
    }
}

#[test]
fn a_real_name_changes_only_in_the_part_that_changed() {
    for (country, names) in [
        ("ar_sa", names::<AR_SA>()),
        ("cy_gb", names::<CY_GB>()),
        ("de_de", names::<DE_DE>()),
        ("en", names::<EN>()),
        ("fr_fr", names::<FR_FR>()),
        ("it_it", names::<IT_IT>()),
        ("ja_jp", names::<JA_JP>()),
        ("pt_br", names::<PT_BR>()),
        ("pt_pt", names::<PT_PT>()),
        ("zh_cn", names::<ZH_CN>()),
        ("zh_tw", names::<ZH_TW>()),
    ] {
        for part in TWO {
            let others = names.iter().cycle().skip(1);
            let after: Vec<(Name, &Name)> = names
                .iter()
                .zip(others)
                .map(|(before, other)| (before.clone().with(part, other.part(part)), before))
                .collect();
            let wrong: Vec<_> =
                after.iter().filter(|(after, before)| Name::split(&after.join(), before, &TWO) != *after).collect();
            assert!(wrong.is_empty(), "{country}, {part:?}: {} of {}: {wrong:?}", wrong.len(), names.len());
        }
    }
}
