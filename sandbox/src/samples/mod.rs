//! The people that a new sandbox starts with.
//!
//! They are made up: given names, family names, towns and firms are drawn from lists (`samples/people.json`), addresses
//! end in `example.com`, `example.org` or `example.net`, phone numbers contain 555. The same seed makes the same people.
//!
//! They are as untidy as real address books. Both apps know about 45 in 100 of them, under e-mail addresses that may
//! differ in upper and lower case. A few addresses stand on two contacts of one app. Some people have no e-mail address,
//! some no name, some several of everything.

mod dice;
mod lists;

use std::collections::BTreeSet;

use self::dice::Dice;
use self::lists::Lists;

/// One person, as much as is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) google: bool,
    pub(crate) realgeeks: bool,
    pub(crate) prefix: String,
    pub(crate) given: String,
    pub(crate) middle: String,
    pub(crate) family: String,
    pub(crate) suffix: String,
    pub(crate) nickname: String,
    /// Addresses in order of importance.
    pub(crate) emails: Vec<String>,
    /// Ten digits each, in order of importance.
    pub(crate) phones: Vec<String>,
    pub(crate) company: String,
    pub(crate) title: String,
    pub(crate) department: String,
    pub(crate) street: String,
    pub(crate) town: lists::Town,
    pub(crate) note: String,
    /// Year (0 when not known), month, day.
    pub(crate) birthday: Option<(u16, u8, u8)>,
    pub(crate) website: String,
    /// Labels in Google.
    pub(crate) labels: Vec<String>,
    /// Tags in Real Geeks.
    pub(crate) tags: Vec<String>,
    pub(crate) source: String,
    pub(crate) timeframe: String,
    /// A number of the person's own, for choices that an app makes itself.
    pub(crate) number: usize,
}

/// The people for two apps with so many contacts each.
pub(crate) fn people(seed: u64, contacts: usize) -> Vec<Person> {
    let lists = lists::read();
    let mut dice = Dice::new(seed);
    let mut taken = BTreeSet::new();
    let both = contacts * 45 / 100;
    let mut people: Vec<Person> = (0..contacts * 2 - both)
        .map(|number| {
            let mut person = draw(&lists, &mut dice, number, &mut taken);
            person.google = number < contacts;
            person.realgeeks = number >= contacts - both;
            person
        })
        .collect();
    for person in &mut people {
        leave_out(person, &mut dice);
    }
    if contacts >= 20 {
        repeat_addresses(&mut people, contacts);
    }
    people
}

fn draw(lists: &Lists, dice: &mut Dice, number: usize, taken: &mut BTreeSet<String>) -> Person {
    let culture = lists.culture(dice);
    let (given, family) = (dice.pick(&culture.given), dice.pick(&culture.family));
    let ((given, given_latin), (family, family_latin)) = (lists::spellings(&given), lists::spellings(&family));
    let mut address = |domain: &str, with: &str| {
        let mut local = format!("{given_latin}{with}{family_latin}");
        if !taken.insert(local.clone()) {
            local = format!("{local}{number}");
            taken.insert(local.clone());
        }
        format!("{local}@{domain}")
    };
    let mut emails = vec![address(&dice.pick(&lists.domains), ".")];
    if dice.once_in(4) {
        emails.push(address(&dice.pick(&lists.domains), "_"));
    }
    if dice.once_in(15) {
        emails.push(address(&dice.pick(&lists.domains), "-"));
    }
    let town = dice.pick(&lists.towns);
    let phone = |add: usize| format!("{}555{:04}", town.area, (number * 7 + add * 4999) % 10_000);
    let mut phones = vec![phone(0)];
    if dice.once_in(4) {
        phones.push(phone(1));
    }
    let optional = |list: &[String], once_in: usize, dice: &mut Dice| {
        if dice.once_in(once_in) { dice.pick(list) } else { String::new() }
    };
    let website =
        if dice.once_in(9) { format!("https://{given_latin}-{family_latin}.example.net") } else { String::new() };
    let mut labels = Vec::new();
    // Every eighth person stays out of the CRM: 25 of 200.
    if number % 8 == 3 {
        labels.push("No_CRM".to_owned());
    }
    let mut tags = Vec::new();
    for (list, chosen) in [(&lists.labels, &mut labels), (&lists.tags, &mut tags)] {
        for _ in 0..dice.below(3) {
            let label = dice.pick(list);
            if !chosen.contains(&label) {
                chosen.push(label);
            }
        }
    }
    let year = if dice.once_in(5) { 0 } else { 1945 + dice.below(60) };
    let birthday = dice.once_in(6).then(|| {
        let small = |n: usize| u8::try_from(n).unwrap_or(1);
        (u16::try_from(year).unwrap_or(0), small(1 + dice.below(12)), small(1 + dice.below(28)))
    });
    let company = optional(&lists.companies, 2, dice);
    Person {
        google: false,
        realgeeks: false,
        prefix: optional(&lists.prefixes, 14, dice),
        given,
        middle: optional(&lists.middles, 9, dice),
        family,
        suffix: optional(&lists.suffixes, 20, dice),
        nickname: optional(&lists.nicknames, 12, dice),
        emails,
        phones,
        title: if company.is_empty() { String::new() } else { optional(&lists.titles, 2, dice) },
        department: if company.is_empty() { String::new() } else { optional(&lists.departments, 5, dice) },
        company,
        street: format!("{} {}", 10 + dice.below(990), dice.pick(&lists.streets)),
        town,
        note: optional(&lists.notes, 3, dice),
        birthday,
        website,
        labels,
        tags,
        source: dice.pick(&lists.sources),
        timeframe: optional(&lists.timeframes, 2, dice),
        number,
    }
}

/// Takes things away, as nobody's address book is complete. People whom both apps know keep their e-mail address.
fn leave_out(person: &mut Person, dice: &mut Dice) {
    let single = person.google != person.realgeeks;
    if single && dice.once_in(14) {
        person.emails.clear();
    } else if dice.once_in(6) {
        person.phones.clear();
    }
    if dice.once_in(3) {
        person.street.clear();
        person.town = lists::Town::default();
    }
    if dice.once_in(25) {
        person.family.clear();
    } else if dice.once_in(40) {
        person.given.clear();
        person.middle.clear();
    }
}

/// Puts addresses on a second contact of the same app: three in Google, one of them of somebody both apps know, and
/// two in Real Geeks.
fn repeat_addresses(people: &mut [Person], contacts: usize) {
    let last = people.len().saturating_sub(1);
    let pairs = [(0, contacts - 1), (1, 5), (2, 6), (last, last - 4), (last - 1, last - 5)];
    for (copy, original) in pairs {
        // The original may have lost its address: then it gets one that nobody else has.
        let address = people.get_mut(original).map(|person| {
            if person.emails.is_empty() {
                person.emails.push(format!("shared.inbox{original}@example.org"));
            }
            person.emails.first().cloned().unwrap_or_default()
        });
        if let (Some(address), Some(person)) = (address, people.get_mut(copy)) {
            person.emails = vec![address];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_people() {
        assert_eq!(people(7, 200), people(7, 200));
        assert_ne!(people(7, 200), people(8, 200));
    }

    #[test]
    fn both_apps_know_90_of_200_and_nobody_is_real() {
        let people = people(1, 200);
        assert_eq!(people.iter().filter(|person| person.google).count(), 200);
        assert_eq!(people.iter().filter(|person| person.realgeeks).count(), 200);
        assert_eq!(people.iter().filter(|person| person.google && person.realgeeks).count(), 90);
        let kept_out = people.iter().filter(|person| person.google && person.labels.contains(&"No_CRM".to_owned()));
        assert_eq!(kept_out.count(), 25);
        for person in &people {
            assert!(person.emails.iter().all(|email| email.is_ascii() && email.contains("@example.")), "{person:?}");
            assert!(person.phones.iter().all(|phone| phone.get(3..6) == Some("555")), "{person:?}");
            assert!(!person.emails.is_empty() || !person.phones.is_empty(), "{person:?}");
        }
    }

    #[test]
    fn an_app_can_start_empty() {
        assert!(people(1, 0).is_empty());
    }
}
