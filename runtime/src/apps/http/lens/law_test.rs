//! The laws of the lenses, on people made at random, through the manifests that come with syncc.

use std::{collections::BTreeMap, sync::LazyLock};

use proptest::{collection::vec, option::of, prelude::*};
use serde_json::{Value as Json, json};
use syncc_compiler::{
    ir::{FieldId, IrField, Side},
    schema::{App, Detects, Type},
    value::{Address, Canon, Record, Value},
};

use super::{Fields, Ids, NAME};
use crate::apps::http::manifest::Manifest;

/// The fields that see one element of a list by its label. The laws hold for them and for the others, each alone:
/// what changes a main phone number changes the mobile one too where these are one number.
const LABELLED: [&str; 8] = [
    "home_email",
    "work_email",
    "mobile_phone",
    "home_phone",
    "work_phone",
    "work_mobile",
    "home_address",
    "work_address",
];

/// All fields of an object but the labelled ones.
fn side(app: &str, object: &str) -> Side {
    fields_of(app, object, &|name| !LABELLED.contains(&name))
}

fn fields_of(app: &str, object: &str, wanted: &dyn Fn(&str) -> bool) -> Side {
    let schema = App::from_manifest(app, syncc_connectors::manifest(app).expect("manifest")).expect("schema");
    let fields = schema.objects[object].fields.iter().filter(|(name, _)| wanted(name)).map(|(name, field)| IrField {
        name: name.clone(),
        ty: field.ty,
        means: field.means.clone(),
        can: field.can,
        lacks: Vec::new(),
        opt_out: false,
    });
    Side {
        name: app.into(),
        app: app.into(),
        account: app.into(),
        object: object.into(),
        instance: None,
        fields: fields.collect(),
        detects: Detects::default(),
        creates: true,
        deletes: true,
    }
}

fn fields(app: &str, object: &str) -> (Side, Fields) {
    with(side(app, object))
}

fn with(side: Side) -> (Side, Fields) {
    let app = &side.app;
    let manifest = Manifest::read(app, syncc_connectors::manifest(app).expect("manifest")).expect("reads");
    let object = &manifest.objects[&side.object];
    let http = object.http.as_ref().expect("requests");
    let canon = Canon::for_region("US").expect("a country");
    (side.clone(), Fields::new(&side, object, http, canon).expect("lenses"))
}

static GOOGLE: LazyLock<(Side, Fields)> = LazyLock::new(|| fields("google", "contact"));

static BY_LABEL: LazyLock<(Side, Fields)> =
    LazyLock::new(|| with(fields_of("google", "contact", &|name| LABELLED.contains(&name))));

fn at(side: &Side, name: &str) -> FieldId {
    side.field(name).unwrap_or_else(|| panic!("no field {name}"))
}

fn ids() -> Ids {
    let labels = ["Clients", "No_CRM", "Friends"].map(|name| (name.to_owned(), format!("contactGroups/{name}")));
    Ids::from([("groups".to_owned(), BTreeMap::from(labels))])
}

fn word() -> impl Strategy<Value = String> {
    "[A-Za-zäéñ李 ]{0,6}[A-Za-zøß明]".prop_map(|word| word.trim().to_owned())
}

fn source() -> impl Strategy<Value = Json> {
    prop_oneof![
        6 => Just(json!({"source": {"type": "CONTACT", "id": "1"}})),
        1 => Just(json!({"source": {"type": "PROFILE", "id": "2"}, "verified": true})),
    ]
}

fn values(shown: impl Strategy<Value = String>) -> impl Strategy<Value = Vec<Json>> {
    let element = (source(), shown, of("home|work")).prop_map(|(metadata, value, kind)| {
        let mut element = json!({"metadata": metadata, "value": value});
        if let Some(kind) = kind {
            element["type"] = Json::String(kind);
        }
        element
    });
    // The app shows each value once.
    vec(element, 0..4).prop_map(|mut list| {
        let mut seen = Vec::new();
        list.retain(|element| {
            let new = !seen.contains(&element["value"]);
            seen.push(element["value"].clone());
            new
        });
        list
    })
}

fn email() -> impl Strategy<Value = String> {
    "[abc]{1,2}@(x|y)\\.example"
}

fn phone() -> impl Strategy<Value = String> {
    "\\(808\\) 555-010[0-9]"
}

/// A person with members that no field names.
fn person() -> impl Strategy<Value = Json> {
    let names = of((word(), of(word())).prop_map(|(given, family)| {
        let mut name = json!({"metadata": {"source": {"type": "CONTACT"}}, "displayName": "x", "givenName": given, "phoneticGivenName": "p"});
        if let Some(family) = family {
            name["familyName"] = Json::String(family);
        }
        json!([name])
    }));
    let address = of((word(), of(word())).prop_map(|(street, city)| {
        let mut address = json!({"type": "home", "streetAddress": street, "poBox": "7", "formattedValue": "made"});
        if let Some(city) = city {
            address["city"] = Json::String(city);
        }
        json!([address])
    }));
    let labels = vec(prop_oneof![Just("Clients"), Just("No_CRM")], 0..3).prop_map(|mut labels| {
        labels.sort_unstable();
        labels.dedup();
        let all = labels.into_iter().map(|name| {
            json!({"contactGroupMembership": {"contactGroupResourceName": format!("contactGroups/{name}")}, NAME: name})
        });
        all.chain([json!({"contactGroupMembership": {"contactGroupResourceName": "contactGroups/myContacts"}})])
            .collect::<Vec<_>>()
    });
    let birthday = of((1900..2020_i16, 1..=12_i8, 1..=28_i8)
        .prop_map(|(year, month, day)| json!([{"date": {"year": year, "month": month, "day": day}, "text": "made"}])));
    (values(email()), values(phone()), names, address, labels, birthday, any::<bool>()).prop_map(
        |(emails, phones, names, address, labels, birthday, flag)| {
            let mut person =
                json!({"resourceName": "people/c1", "etag": "e", "events": [{"type": "anniversary"}], "zzz": 1});
            let mut put = |member: &str, value: Option<Json>| {
                if let Some(value) = value {
                    person[member] = value;
                }
            };
            let mut emails = emails;
            let last = emails.iter_mut().rfind(|element| element["metadata"]["source"]["type"] == "CONTACT");
            if let (Some(last), true) = (last, flag) {
                last["metadata"]["primary"] = json!(true);
            }
            put("emailAddresses", (!emails.is_empty()).then_some(Json::Array(emails)));
            put("phoneNumbers", (!phones.is_empty()).then_some(Json::Array(phones)));
            put("names", names);
            put("addresses", address);
            put("memberships", Some(Json::Array(labels)));
            put("birthdays", birthday);
            person
        },
    )
}

/// New values for some of the fields.
fn changes() -> impl Strategy<Value = Vec<(&'static str, Value)>> {
    let canon = || Canon::for_region("US").expect("a country");
    let one = move |ty: &'static str, shown: String| {
        canon().scalar(ty.parse::<Type>().expect("type").scalar(), &shown).expect("of the type")
    };
    let change = prop_oneof![
        of(email()).prop_map(move |text| ("email", one("email", text.unwrap_or_default()))),
        of(phone()).prop_map(move |text| ("phone", one("phone", text.unwrap_or_default()))),
        of(word()).prop_map(move |text| ("given_name", one("text", text.unwrap_or_default()))),
        of(word()).prop_map(move |text| ("company", one("text", text.unwrap_or_default()))),
        of(word()).prop_map(move |text| ("biography", one("text", text.unwrap_or_default()))),
        of(1900..2020_i16).prop_map(|year| {
            ("birthday", year.map_or(Value::Empty, |year| Value::Date(jiff::civil::date(year, 5, 17))))
        }),
        of((word(), word())).prop_map(|text| {
            let address = text.map(|(street, city)| Address { street, city, ..Address::default() });
            ("address", address.map_or(Value::Empty, |address| Value::Address(Box::new(address))))
        }),
        vec(prop_oneof![Just("Clients"), Just("Friends")], 0..3)
            .prop_map(move |labels| ("label", canon().set(syncc_compiler::schema::Scalar::Text, labels))),
    ];
    vec(change, 0..5)
}

proptest! {
    #[test]
    fn what_was_put_is_got_again(person in person(), changes in changes()) {
        let (side, fields) = &*GOOGLE;
        let before = fields.get(&person);
        let mut after = before.clone();
        for (name, value) in changes {
            // The next email is the main one when the main one is cleared: that one law does not hold, on purpose.
            let others = match name { "email" => "other_emails", "phone" => "other_phones", _ => name };
            if value.is_empty() && others != name && before.get(at(side, others)).is_filled() {
                continue;
            }
            // What becomes the main one is no other one.
            if let (Value::Text(text), true) = (&value, others != name) {
                let rest = before.get(at(side, others)).elements().iter().filter(|other| *other != text).cloned();
                after.put(at(side, others), Value::set(rest.collect::<Vec<_>>()));
            }
            after.put(at(side, name), value);
        }
        let mut written = person.clone();
        fields.put(&mut written, &before, &after, &ids());
        prop_assert_eq!(fields.get(&written), after);
    }

    #[test]
    fn what_was_put_by_label_is_got_again(person in person(), email in of(email()), phone in of(phone()), city in of(word())) {
        let (side, fields) = &*BY_LABEL;
        let before = fields.get(&person);
        let mut after = before.clone();
        let canon = Canon::for_region("US").expect("a country");
        let text = |scalar, text: Option<String>| canon.scalar(scalar, &text.unwrap_or_default()).expect("of the type");
        let home = city.map_or(Value::Empty, |city| Value::Address(Box::new(Address { city, ..Address::default() })));
        for (name, list, label, value) in [
            ("work_email", "emailAddresses", "work", text(syncc_compiler::schema::Scalar::Email, email)),
            ("home_phone", "phoneNumbers", "home", text(syncc_compiler::schema::Scalar::Phone, phone.clone())),
            ("mobile_phone", "phoneNumbers", "mobile", text(syncc_compiler::schema::Scalar::Phone, phone)),
            ("home_address", "addresses", "home", home),
        ] {
            // The next one of that label shows when the first is cleared.
            let same = person[list].as_array().into_iter().flatten().filter(|element| element["type"] == label).count();
            if value.is_filled() || same < 2 {
                after.put(at(side, name), value);
            }
        }
        let mut written = person.clone();
        fields.put(&mut written, &before, &after, &ids());
        prop_assert_eq!(fields.get(&written), after);
    }

    #[test]
    fn putting_what_was_got_changes_no_byte(person in person()) {
        let (_, fields) = &*GOOGLE;
        let got = fields.get(&person);
        let mut written = person.clone();
        fields.put(&mut written, &got, &got, &ids());
        prop_assert_eq!(written.to_string(), person.to_string());
    }

    #[test]
    fn putting_touches_the_member_of_the_field_and_nothing_else(person in person(), text in word()) {
        let (side, fields) = &*GOOGLE;
        let before = fields.get(&person);
        let mut after = before.clone();
        after.put(at(side, "given_name"), Canon::default().scalar(syncc_compiler::schema::Scalar::Text, &text).expect("text"));
        let mut written = person.clone();
        fields.put(&mut written, &before, &after, &ids());
        for (member, value) in person.as_object().expect("object") {
            if member != "names" {
                prop_assert_eq!(written[member].to_string(), value.to_string());
            }
        }
        if let Some(name) = person["names"].get(0) {
            prop_assert_eq!(&written["names"][0]["phoneticGivenName"], &name["phoneticGivenName"]);
            prop_assert_eq!(written["names"][0].get("familyName"), name.get("familyName"));
        }
    }

    #[test]
    fn elements_that_are_not_the_contacts_own_stay_as_they_are(person in person(), changes in changes()) {
        let (side, fields) = &*GOOGLE;
        let before = fields.get(&person);
        let mut after = before.clone();
        for (name, value) in changes {
            after.put(at(side, name), value);
        }
        let mut written = person.clone();
        fields.put(&mut written, &before, &after, &ids());
        let foreign = |person: &Json, member: &str| -> Vec<Json> {
            let list = person[member].as_array().cloned().unwrap_or_default();
            list.into_iter().filter(|element| element["metadata"]["source"]["type"] == "PROFILE").collect()
        };
        for member in ["emailAddresses", "phoneNumbers"] {
            prop_assert_eq!(foreign(&written, member), foreign(&person, member));
        }
    }
}

/// The emails of a person after a change of `email` and `other_emails`.
fn emails_after(person: &Json, email: &str, others: &[&str]) -> Json {
    use syncc_compiler::schema::Scalar;
    let (side, fields) = &*GOOGLE;
    let before = fields.get(person);
    let mut after = before.clone();
    after.put(at(side, "email"), Canon::default().scalar(Scalar::Email, email).expect("email"));
    after.put(at(side, "other_emails"), Canon::default().set(Scalar::Email, others.iter().copied()));
    let mut written = person.clone();
    fields.put(&mut written, &before, &after, &ids());
    written["emailAddresses"].clone()
}

#[test]
fn the_main_email_changes_in_place_and_keeps_its_label() {
    let person = json!({"emailAddresses": [{"value": "a@x.example", "type": "work"}, {"value": "b@x.example"}]});
    let after = emails_after(&person, "c@x.example", &["b@x.example"]);
    assert_eq!(after, json!([{"value": "c@x.example", "type": "work"}, {"value": "b@x.example"}]));
}

#[test]
fn a_value_with_a_label_comes_and_goes_with_its_label() {
    let (side, fields) = &*BY_LABEL;
    let mut person = json!({"phoneNumbers": [{"value": "1", "type": "work"}]});
    let without = fields.get(&person);
    let mut with = without.clone();
    with.put(
        at(side, "mobile_phone"),
        Canon::default().scalar(syncc_compiler::schema::Scalar::Phone, "2").expect("phone"),
    );
    fields.put(&mut person, &without, &with, &ids());
    assert_eq!(person, json!({"phoneNumbers": [{"value": "1", "type": "work"}, {"type": "mobile", "value": "2"}]}));
    fields.put(&mut person, &with, &without, &ids());
    assert_eq!(person, json!({"phoneNumbers": [{"value": "1", "type": "work"}]}));
}

#[test]
fn two_emails_that_change_places_keep_their_labels() {
    let person =
        json!({"emailAddresses": [{"value": "a@x.example", "type": "work"}, {"value": "b@x.example", "type": "home"}]});
    let after = emails_after(&person, "B@x.example", &["a@x.example"]);
    assert_eq!(after, json!([{"value": "b@x.example", "type": "home"}, {"value": "a@x.example", "type": "work"}]));
}

#[test]
fn an_old_main_email_that_is_wanted_among_the_others_stays() {
    let person = json!({"emailAddresses": [{"value": "a@x.example", "type": "work"}]});
    let after = emails_after(&person, "c@x.example", &["a@x.example"]);
    assert_eq!(after, json!([{"value": "c@x.example"}, {"value": "a@x.example", "type": "work"}]));
}

#[test]
fn clearing_the_main_email_makes_the_next_one_the_main_one() {
    let person = json!({"emailAddresses": [{"value": "a@x.example"}, {"value": "b@x.example"}]});
    assert_eq!(emails_after(&person, "", &["b@x.example"]), json!([{"value": "b@x.example"}]));
}

#[test]
fn a_birthday_without_a_year_is_not_known() {
    let (side, fields) = &*GOOGLE;
    let birthday = |person: Json| fields.get(&person).get(at(side, "birthday")).clone();
    assert_eq!(birthday(json!({"birthdays": [{"date": {"month": 5, "day": 17}}]})), Value::Unknown);
    assert_eq!(birthday(json!({"birthdays": [{"text": "in spring"}]})), Value::Unknown);
    assert_eq!(birthday(json!({})), Value::Empty);
}

#[test]
fn an_address_keeps_the_parts_that_no_field_names() {
    let (side, fields) = &*GOOGLE;
    let person =
        json!({"addresses": [{"poBox": "7", "streetAddress": "1 Old St", "city": "Kona", "formattedValue": "x"}]});
    let before = fields.get(&person);
    let mut after = before.clone();
    let moved = Address { street: "2 New St".into(), city: "Kona".into(), ..Address::default() };
    after.put(at(side, "address"), Value::Address(Box::new(moved)));
    let mut written = person.clone();
    fields.put(&mut written, &before, &after, &ids());
    assert_eq!(written, json!({"addresses": [{"poBox": "7", "streetAddress": "2 New St", "city": "Kona"}]}));
}

#[test]
fn a_custom_field_is_found_by_its_name_and_goes_with_its_value() {
    let mut side = side("google", "contact");
    side.fields = vec![IrField {
        name: "Customer no".into(),
        ty: "text".parse().expect("type"),
        means: None,
        can: syncc_compiler::schema::Can::default(),
        lacks: Vec::new(),
        opt_out: false,
    }];
    let manifest = Manifest::read("google", syncc_connectors::manifest("google").expect("manifest")).expect("reads");
    let object = &manifest.objects["contact"];
    let fields = Fields::new(&side, object, object.http.as_ref().expect("requests"), Canon::default()).expect("lenses");

    let mut person = json!({"userDefined": [{"key": "Size", "value": "L"}]});
    let empty = fields.get(&person);
    let filled =
        Record::new(vec![Canon::default().scalar(syncc_compiler::schema::Scalar::Text, "4711").expect("text")]);
    fields.put(&mut person, &empty, &filled, &Ids::new());
    assert_eq!(
        person,
        json!({"userDefined": [{"key": "Size", "value": "L"}, {"key": "Customer no", "value": "4711"}]})
    );
    fields.put(&mut person, &filled, &empty, &Ids::new());
    assert_eq!(person, json!({"userDefined": [{"key": "Size", "value": "L"}]}));
}

#[test]
fn what_is_no_list_any_more_is_not_known_and_not_empty() {
    let (side, fields) = &*GOOGLE;
    for strange in [json!({"value": "x"}), json!("x"), json!(7)] {
        let record = json!({"phoneNumbers": strange, "memberships": strange, "names": strange});
        for name in ["phone", "other_phones", "label", "given_name"] {
            assert_eq!(fields.get(&record).get(at(side, name)), &Value::Unknown, "{name} of {strange}");
        }
    }
}

#[test]
fn tags_that_are_no_list_any_more_are_not_known() {
    let (side, leads) = fields("realgeeks", "lead");
    assert_eq!(leads.get(&json!({"tags": {"a": 1}})).get(at(&side, "tag")), &Value::Unknown);
}
