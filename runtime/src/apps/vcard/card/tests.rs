//! What cards promise, by example and by random cards.

use std::sync::LazyLock;

use proptest::prelude::*;
use syncc_compiler::{
    ir::{FieldId, IrField, Side},
    schema::{self, Scalar, Type},
    value::{Address, Canon, Record, Value},
};

use super::{Card, Layout, parse::CardError};

/// A side with all fields of the app `vcard`.
fn side() -> &'static Side {
    static SIDE: LazyLock<Side> = LazyLock::new(make_side);
    &SIDE
}

fn layout() -> &'static Layout {
    static LAYOUT: LazyLock<Layout> = LazyLock::new(|| Layout::of(side(), Some("US")));
    &LAYOUT
}

fn make_side() -> Side {
    let manifest = syncc_connectors::manifest("vcard").expect("the app vcard has a manifest");
    let app = schema::App::from_manifest("vcard", manifest).expect("the manifest is well formed");
    let object = app.objects["contact"].clone();
    let fields = object
        .fields
        .into_iter()
        .map(|(name, field)| IrField {
            name,
            ty: field.ty,
            means: field.means,
            can: field.can,
            lacks: Vec::new(),
            opt_out: false,
        })
        .collect();
    Side {
        name: "vcard".to_owned(),
        app: "vcard".to_owned(),
        account: "vcard".to_owned(),
        object: "contact".to_owned(),
        instance: None,
        fields,
        detects: object.detects,
        creates: true,
        deletes: true,
    }
}

fn id(field: &str) -> FieldId {
    side().field(field).expect("the field is in the manifest")
}

fn card(text: &str) -> Card<'_> {
    Card::parse(text.as_bytes()).expect("a card")
}

/// The value of a field, spelt; elements of a set between bars.
fn see(text: &str, field: &str) -> String {
    spell(layout().read(&card(text)).get(id(field)))
}

fn spell(value: &Value) -> String {
    match value {
        Value::Unknown => "(unknown)".to_owned(),
        Value::Set(set) => set.elements().iter().map(|text| text.shown()).collect::<Vec<_>>().join("|"),
        Value::Address(address) => address.parts().join("/"),
        other => syncc_compiler::value::shown(other).unwrap_or_default(),
    }
}

fn value(field: &str, text: &str) -> Value {
    let canon = Canon::for_region("US").expect("a country");
    match side().fields[id(field).index()].ty {
        Type::Set(scalar) => canon.set(scalar, text.split('|')),
        Type::One(Scalar::Address) => {
            let mut address = Address::default();
            for (part, text) in Address::PARTS.iter().zip(text.split('/')) {
                *address.part_mut(part).expect("a part") = text.to_owned();
            }
            if address.is_blank() { Value::Empty } else { Value::Address(Box::new(address)) }
        }
        Type::One(scalar) => canon.scalar(scalar, text).expect("text of the type"),
    }
}

/// The card after these fields were given these values.
fn edit(text: &str, changes: &[(&str, &str)]) -> String {
    let mut card = card(text);
    let before = layout().read(&card);
    let mut after = before.clone();
    for (field, new) in changes {
        after.put(id(field), value(field, new));
    }
    layout().write(&mut card, &before, &after, "2026-11-21T10:00:00Z".parse().expect("a time"));
    String::from_utf8(card.to_bytes()).expect("text")
}

const ANN: &str = "BEGIN:VCARD\r\n\
VERSION:3.0\r\n\
PRODID:-//Phone//EN\r\n\
UID:1\r\n\
FN:Ann Lee\r\n\
N:Lee;Ann;;;\r\n\
item1.EMAIL;TYPE=INTERNET;TYPE=WORK:ann@work.example\r\n\
item1.X-ABLabel:Office\r\n\
EMAIL;TYPE=INTERNET,HOME,pref:ann@home.example\r\n\
TEL;TYPE=CELL:(201) 555-0123\r\n\
X-UNKNOWN;X-P=\"a;b:c\":kept\\, as it\r\n\
\x20 stands\r\n\
CATEGORIES:Friends,No_CRM\r\n\
REV:20250101T000000Z\r\n\
END:VCARD\r\n";

#[test]
fn the_preferred_address_is_the_email_and_the_rest_are_the_others() {
    assert_eq!(see(ANN, "email"), "ann@home.example");
    assert_eq!(see(ANN, "other_emails"), "ann@work.example");
    let without_mark = ANN.replace(",pref", "");
    assert_eq!(see(&without_mark, "email"), "ann@work.example");
    let v4 = without_mark.replace("3.0", "4.0").replace("TYPE=INTERNET,HOME", "PREF=1").replace("TYPE=WORK", "PREF=50");
    assert_eq!(see(&v4, "email"), "ann@home.example");
}

#[test]
fn a_new_email_is_written_into_the_line_of_the_old_one() {
    let edited = edit(ANN, &[("email", "ann@new.example")]);
    let wanted =
        ANN.replace("ann@home.example", "ann@new.example").replace("REV:20250101T000000Z", "REV:20261121T100000Z");
    assert_eq!(edited, wanted);
}

#[test]
fn an_address_that_becomes_the_preferred_one_only_changes_its_mark() {
    let edited = edit(ANN, &[("email", "ann@work.example")]);
    assert_eq!(see(&edited, "email"), "ann@work.example");
    assert_eq!(see(&edited, "other_emails"), "ann@home.example");
    assert!(edited.contains("item1.EMAIL;TYPE=INTERNET;TYPE=WORK:ann@work.example\r\n"), "{edited}");
    assert!(edited.contains("EMAIL;TYPE=INTERNET,HOME:ann@home.example\r\n"), "{edited}");
}

#[test]
fn a_removed_address_takes_its_label_along() {
    let edited = edit(ANN, &[("other_emails", "")]);
    assert!(!edited.contains("item1"), "{edited}");
    assert_eq!(see(&edited, "email"), "ann@home.example");
}

#[test]
fn two_addresses_change_places_without_loss() {
    let edited = edit(ANN, &[("email", "ann@work.example"), ("other_emails", "ann@home.example|ann@third.example")]);
    assert_eq!(see(&edited, "email"), "ann@work.example");
    assert_eq!(see(&edited, "other_emails"), "ann@home.example|ann@third.example");
}

#[test]
fn the_full_name_follows_its_parts() {
    assert_eq!(see(&edit(ANN, &[("family_name", "Lee-Kim")]), "name"), "Ann Lee-Kim");
    assert_eq!(see(&edit(ANN, &[("prefix", "Dr.")]), "name"), "Dr. Ann Lee");
    let without = ANN.replace("FN:Ann Lee\r\n", "");
    assert_eq!(see(&edit(&without, &[("family_name", "Kim")]), "name"), "Ann Kim");
    let empty = ANN.replace("FN:Ann Lee", "FN:");
    assert_eq!(see(&edit(&empty, &[("family_name", "Kim")]), "name"), "Ann Kim");
}

#[test]
fn a_full_name_that_its_parts_did_not_make_stays_as_it_is() {
    let chosen = ANN.replace("FN:Ann Lee", "FN:Lee\\, Ann (chair)");
    for field in ["family_name", "given_name", "company"] {
        assert_eq!(see(&edit(&chosen, &[(field, "Kim")]), "name"), "Lee, Ann (chair)");
    }
    for (version, name) in [("3.0", ""), ("4.0", ""), ("3.0", "N:;;;;\r\n"), ("3.0", "N:Berg;Maria;;;\r\n")] {
        let maria = format!(
            "BEGIN:VCARD\r\nVERSION:{version}\r\n{name}FN:Maria van den Berg\r\nEMAIL:m@x.example\r\nEND:VCARD\r\n"
        );
        for (field, new) in [("family_name", "Smith"), ("given_name", "Mary"), ("email", "new@x.example")] {
            let edited = edit(&maria, &[(field, new)]);
            assert!(edited.contains("FN:Maria van den Berg\r\n"), "{edited}");
            assert_eq!(see(&edited, field), new);
        }
    }
}

#[test]
fn of_two_names_the_one_that_says_something_is_read_and_edited() {
    let with = |lines: &str| format!("BEGIN:VCARD\r\nVERSION:2.1\r\n{lines}END:VCARD\r\n");
    let empty_first = with("N:;;;;\r\nN:Lee;;;;\r\nFN:\r\nFN:Lee\r\n");
    assert_eq!(see(&empty_first, "family_name"), "Lee");
    let edited = edit(&empty_first, &[("given_name", "Ann")]);
    assert_eq!(edited, with("N:;;;;\r\nN:Lee;Ann;;;\r\nFN:\r\nFN:Ann Lee\r\n"));
    assert_eq!((see(&edited, "given_name"), see(&edited, "name")), ("Ann".to_owned(), "Ann Lee".to_owned()));

    let both_empty = with("N:;;;;\r\nN:;;;;\r\n");
    let edited = edit(&both_empty, &[("given_name", "Ann")]);
    assert_eq!(edited, with("N:;Ann;;;\r\nN:;;;;\r\nFN:Ann\r\n"));
    assert_eq!(see(&edited, "given_name"), "Ann");
}

#[test]
fn a_card_named_after_its_company_follows_the_company() {
    let acme = "BEGIN:VCARD\nVERSION:4.0\nFN:Acme\nORG:Acme;Sales\nEND:VCARD\n";
    let edited = edit(acme, &[("company", "Acme & Sons; Inc.")]);
    assert_eq!(edited, "BEGIN:VCARD\nVERSION:4.0\nFN:Acme & Sons\\; Inc.\nORG:Acme & Sons\\; Inc.;Sales\nEND:VCARD\n");
    assert_eq!(see(&edited, "department"), "Sales");
}

#[test]
fn a_category_is_added_and_removed_in_place() {
    assert!(edit(ANN, &[("category", "Friends|No_CRM|A, B")]).contains("CATEGORIES:Friends,No_CRM,A\\, B\r\n"));
    assert!(edit(ANN, &[("category", "No_CRM")]).contains("CATEGORIES:No_CRM\r\n"));
    assert!(!edit(ANN, &[("category", "")]).contains("CATEGORIES"));
    let two_lines = ANN.replace("CATEGORIES:Friends,No_CRM", "CATEGORIES:Friends\r\nCATEGORIES:No_CRM");
    assert_eq!(see(&two_lines, "category"), "Friends|No_CRM");
    let edited = edit(&two_lines, &[("category", "No_CRM")]);
    assert!(edited.contains("CATEGORIES:No_CRM\r\n") && !edited.contains("Friends"), "{edited}");
}

#[test]
fn a_birthday_keeps_its_form_and_one_without_a_year_is_unknown() {
    let with = |line: &str| format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\n{line}\r\nEND:VCARD\r\n");
    for (line, seen) in [
        ("BDAY:1985-04-12", "1985-04-12"),
        ("BDAY:19850412", "1985-04-12"),
        ("BDAY;VALUE=date:1985-04-12", "1985-04-12"),
        ("BDAY:1953-10-15T23:10:00Z", "1953-10-15"),
        ("BDAY:--0412", "(unknown)"),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-12", "(unknown)"),
        ("BDAY;VALUE=text:circa 1800", "(unknown)"),
        ("NOTE:none", ""),
    ] {
        assert_eq!(see(&with(line), "birthday"), seen, "{line}");
    }
    assert!(edit(&with("BDAY:19850412"), &[("birthday", "1986-05-13")]).contains("BDAY:19860513\r\n"));
    assert!(edit(&with("BDAY:1985-04-12"), &[("birthday", "1986-05-13")]).contains("BDAY:1986-05-13\r\n"));
    assert!(edit(&with("NOTE:none"), &[("birthday", "1986-05-13")]).contains("BDAY:1986-05-13\r\n"));
}

#[test]
fn an_address_keeps_its_post_office_box() {
    let text =
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\nADR;TYPE=WORK:PO 7;;Main St. 1,Back door;Town;;12345;\r\nEND:VCARD\r\n";
    assert_eq!(see(text, "address"), "Main St. 1\nBack door/Town//12345/");
    let edited = edit(text, &[("address", "Main St. 1\nBack door/Zürich/ZH/12345/")]);
    assert!(edited.contains("ADR;TYPE=WORK:PO 7;;Main St. 1,Back door;Zürich;ZH;12345;\r\n"), "{edited}");
}

#[test]
fn what_is_nothing_but_an_escaped_separator_says_something() {
    let empty = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\nEND:VCARD\r\n";
    for (field, text, line) in
        [("address", ";////", "ADR:;;\\;;;;;"), ("note", ",", "NOTE:\\,"), ("title", ";", "TITLE:\\;")]
    {
        let edited = edit(empty, &[(field, text)]);
        assert!(edited.contains(&format!("{line}\r\n")), "{edited}");
        assert_eq!(see(&edited, field), text);
        assert_eq!(edit(&edited, &[(field, if field == "address" { "////" } else { "" })]), empty);
    }
}

#[test]
fn a_backslash_at_the_end_of_a_value_does_not_take_in_what_is_added() {
    let with = |line: &str| format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\n{line}\r\nEND:VCARD\r\n");
    let edited = edit(&with("ADR:box\\"), &[("address", "/Town///")]);
    assert_eq!(edited, with("ADR:box\\\\;;;Town;;;"));
    assert_eq!(see(&edited, "address"), "/Town///");
    let edited = edit(&with("CATEGORIES:a\\"), &[("category", "a\\|b")]);
    assert_eq!(see(&edited, "category"), "a\\|b");
}

#[test]
fn a_number_written_as_a_uri_stays_one() {
    let text = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:A\r\nTEL;VALUE=uri;PREF=1:tel:+1-201-555-0123\r\nEND:VCARD\r\n";
    assert_eq!(see(text, "phone"), "+1-201-555-0123");
    assert!(edit(text, &[("phone", "+41 44 668 18 00")]).contains("TEL;VALUE=uri;PREF=1:tel:+41-44-668-18-00\r\n"));
}

#[test]
fn old_encodings_are_read_and_2_1_stays_2_1() {
    let with = |line: &str| format!("BEGIN:VCARD\r\nVERSION:2.1\r\n{line}\r\nEND:VCARD\r\n");
    for (line, field, seen) in [
        ("N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg;;;", "family_name", "Müller"),
        ("N;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg;;;", "given_name", "Jörg"),
        ("NOTE;QUOTED-PRINTABLE:one=0D=0Atwo =\r\nthree", "note", "one\ntwo three"),
        ("NOTE;CHARSET=windows-1251;ENCODING=QUOTED-PRINTABLE:=CF=F0=E8=E2=E5=F2", "note", "Привет"),
        ("NOTE;ENCODING=BASE64:R3LDvMOfZQ==", "note", "Grüße"),
        ("TITLE:Größe", "title", "Größe"),
        ("TEL;CELL;PREF:(201) 555-0123", "phone", "(201) 555-0123"),
    ] {
        assert_eq!(see(&with(line), field), seen, "{line}");
    }
    let edited = edit(&with("N;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg;;;"), &[("given_name", "Jürg; = \\n")]);
    assert!(edited.is_ascii(), "{edited}");
    assert_eq!((see(&edited, "family_name"), see(&edited, "given_name")), ("Müller".into(), "Jürg; = \\n".into()));
}

#[test]
fn a_card_of_2_1_has_no_escapes_but_for_a_semicolon_in_a_component() {
    let with = |line: &str| format!("BEGIN:VCARD\r\nVERSION:2.1\r\n{line}END:VCARD\r\n");
    for (line, field, seen) in [
        ("NOTE:C:\\new folder, a\\, b; c\\; d\\\\", "note", "C:\\new folder, a\\, b; c\\; d\\\\"),
        ("NOTE:\\n", "note", "\\n"),
        ("NOTE;ENCODING=QUOTED-PRINTABLE:=43:\\new=0D=0Atwo", "note", "C:\\new\ntwo"),
        ("URL:http://x.example/a\\nb,c;d", "website", "http://x.example/a\\nb,c;d"),
        ("ORG:A\\;B\\n, Inc.;Sales", "company", "A;B\\n, Inc."),
        ("N:Lee;Ann;;;Jr., M.D.", "suffix", "Jr., M.D."),
        ("ADR:;;Main St. 1, Back door;Town;;;", "address", "Main St. 1, Back door/Town///"),
    ] {
        assert_eq!(see(&with(&format!("{line}\r\n")), field), seen, "{line}");
    }
    for (before, field, new, line) in [
        ("", "note", "a, b; C:\\new", "NOTE:a, b; C:\\new\r\n"),
        ("", "note", "one, a;\ntwo\\", "NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:one, a;=0D=0Atwo=5C\r\n"),
        ("", "note", ",", "NOTE:,\r\n"),
        ("", "website", "http://x.example/a\\b;c", "URL:http://x.example/a\\b;c\r\n"),
        ("ORG:A\\B;Sales\r\n", "department", "R; D, C:\\new", "ORG:A\\B;R\\; D, C:\\new\r\n"),
        // A backslash before the separator would escape it.
        ("ORG:A;Sales\r\n", "company", "C:\\", "ORG;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:C:=5C;Sales\r\n"),
        ("", "address", ";/a, b///", "ADR:;;\\;;a, b;;;\r\n"),
    ] {
        let edited = edit(&with(before), &[(field, new)]);
        assert!(edited.contains(line), "{edited}");
        assert_eq!(see(&edited, field), new);
    }
    // Components that are not written keep their spelling, or what they say.
    let edited = edit(&with("ORG:C:\\new\\;x;Sales\r\n"), &[("department", "Größe")]);
    assert_eq!(see(&edited, "company"), "C:\\new;x");
    // 3.0 has the escapes.
    let v3 = with("NOTE:a\\, b\\nc\r\n").replace("2.1", "3.0");
    assert_eq!(see(&v3, "note"), "a, b\nc");
}

#[test]
fn long_lines_are_folded_between_characters() {
    let note = "Grüezi mitenand, ".repeat(20);
    let edited = edit(ANN, &[("note", note.trim())]);
    assert!(edited.split("\r\n").all(|line| line.len() <= 75), "{edited}");
    assert_eq!(see(&edited, "note"), note.trim());
}

#[test]
fn what_is_no_card_says_why() {
    for (bytes, error) in [
        (&b"  \r\n"[..], CardError::Empty),
        (b"BEGIN:VCARD\r\nFN:Ann\xff\r\nEND:VCARD\r\n", CardError::Encoding),
        (b"hello", CardError::NoBegin),
        (b"BEGIN:VCARD\r\nFN:Ann\r\n", CardError::NoEnd),
        (b"BEGIN:VCARD\nFN:A\nEND:VCARD\nBEGIN:VCARD\nFN:B\nEND:VCARD\n", CardError::Several(2)),
    ] {
        assert_eq!(Card::parse(bytes).expect_err("no card"), error);
    }
}

#[test]
fn a_new_card_is_read_by_another_library_as_what_it_was_made_of() {
    let mut record = Record::filled_with(&Value::Unknown, side().fields.len());
    for (field, text) in [
        ("email", "jo@x.example"),
        ("other_emails", "b@x.example|c@x.example"),
        ("given_name", "Jo; \"the, one\""),
        ("family_name", "Ünal\\"),
        ("company", "A;B"),
        ("address", "Main, 1/Town/R/1/Türkiye"),
        ("note", "two\nlines"),
        ("category", "a,b|c"),
    ] {
        record.put(id(field), value(field, text));
    }
    let made = layout().create("op-1", &record, "2026-11-21T10:00:00Z".parse().expect("a time"));
    let text = String::from_utf8(made.to_bytes()).expect("text");
    let read = layout().read(&card(&text));
    for (index, wanted) in record.values().iter().enumerate().filter(|(_, value)| value.is_known()) {
        assert_eq!(&read.values()[index], wanted, "{}", side().fields[index].name);
    }
    let calcard::Entry::VCard(other) = calcard::Parser::new(&text).strict().entry() else {
        panic!("the other library reads no card: {text}");
    };
    let texts = |name: &str| -> Vec<Vec<String>> {
        let named = other.entries.iter().filter(|entry| entry.name.as_str() == name);
        named
            .map(|entry| entry.values.iter().map(|value| value.as_text().unwrap_or_default().to_owned()).collect())
            .collect()
    };
    assert_eq!(texts("UID"), [["op-1"]]);
    assert_eq!(texts("FN"), [["Jo; \"the, one\" Ünal\\"]]);
    assert_eq!(texts("NOTE"), [["two\nlines"]]);
    assert_eq!(texts("CATEGORIES"), [["a,b", "c"]]);
}

/// Content lines that exist out there, well formed or not.
fn content_line() -> impl Strategy<Value = String> {
    prop_oneof![
        "(item[0-9]\\.)?X-[A-Z]{1,8}(;[A-Z]{2,4}=[a-z]{1,5})?:[ -~äöü]{0,90}",
        "EMAIL(;TYPE=(home|work|pref|home,pref))?:[a-z]{1,6}@x\\.example",
        "item[0-9]\\.EMAIL;PREF=[1-9]:[a-z]{1,6}@y\\.example",
        "item[0-9]\\.X-ABLabel:[a-z]{1,6}",
        "TEL(;CELL|;TYPE=CELL)?:\\+1201555[0-9]{4}",
        "(CATEGORIES|NICKNAME):[a-z]{1,3}(,[a-z]{1,3}){0,2}",
        "(N:[A-Za-zé ]{0,5};[A-Za-zé ]{0,5};;;|FN:[A-Za-zé ]{0,9}|ORG:[a-z]{0,5};[a-z]{0,5})",
        "(NOTE|TITLE|URL|BDAY|ADR|REV):[ -~]{0,30}",
        "[ -~]{0,20}",
    ]
    .prop_filter("not the frame of a card", |line| {
        let line = line.to_ascii_uppercase();
        !line.contains("BEGIN") && !line.contains("END") && !line.contains("QUOTED-PRINTABLE")
    })
}

fn any_card() -> impl Strategy<Value = String> {
    (proptest::collection::vec(content_line(), 0..12), prop_oneof![Just("\r\n"), Just("\n")], "(2\\.1|3\\.0|4\\.0)")
        .prop_map(|(lines, newline, version)| {
            let mut all = vec!["BEGIN:VCARD".to_owned(), format!("VERSION:{version}")];
            all.extend(lines);
            all.push("END:VCARD".to_owned());
            all.join(newline) + newline
        })
}

/// An edit of one field, and the properties that it may touch.
fn any_edit() -> impl Strategy<Value = (&'static str, String, &'static [&'static str])> {
    const NAMES: &[&str] = &["N", "FN"];
    const ORG: &[&str] = &["ORG", "FN"];
    const EMAIL: &[&str] = &["EMAIL", "FN", "X-ABLABEL"];
    prop_oneof![
        "[a-z]{0,5}@x\\.example".prop_map(|text| ("email", text, EMAIL)),
        "([a-z]{1,3}@z\\.example)(\\|[a-z]{1,3}@x\\.example){0,2}".prop_map(|text| ("other_emails", text, EMAIL)),
        "[A-Z][a-zé]{0,8}".prop_map(|text| ("given_name", text, NAMES)),
        "[ -~]{0,20}".prop_map(|text| ("company", text, ORG)),
        "[ -~éñ\n]{0,120}".prop_map(|text| ("note", text, &["NOTE"][..])),
        "[ -~é]{0,20}".prop_map(|text| ("title", text, &["TITLE"][..])),
        "[ -{}é]{0,9}".prop_map(|text| ("nickname", text, &["NICKNAME"][..])),
        "([a-z ]{0,3})(\\|[a-z,;]{0,3}){0,2}".prop_map(|text| ("category", text, &["CATEGORIES"][..])),
        "[a-z,;]{0,5}/[a-z]{0,5}/[a-z]{0,3}/[0-9]{0,5}/".prop_map(|text| ("address", text, &["ADR"][..])),
    ]
}

proptest! {
    #[test]
    fn a_card_that_nothing_changes_in_is_byte_identical(text in any_card()) {
        prop_assert_eq!(String::from_utf8(card(&text).to_bytes()).expect("text"), text.clone());
        prop_assert_eq!(edit(&text, &[]), text);
    }

    #[test]
    fn an_edit_touches_only_the_lines_of_its_properties((field, new, touched) in any_edit(), text in any_card()) {
        let edited = edit(&text, &[(field, &new)]);
        let others = |text: &str| -> Vec<String> {
            card(text)
                .lines
                .iter()
                .filter(|line| !line.property().is_some_and(|p| p.is("REV") || touched.iter().any(|name| p.is(name))))
                .map(|line| line.raw().to_owned())
                .collect()
        };
        prop_assert_eq!(others(&edited), others(&text));
    }

    #[test]
    fn what_was_written_is_read((field, new, _) in any_edit(), text in any_card()) {
        let wanted = value(field, &new);
        let edited = edit(&text, &[(field, &new)]);
        let read = layout().read(&card(&edited)).get(id(field)).clone();
        match field {
            // The preferred address is no other one as well.
            "other_emails" => {
                let first = layout().read(&card(&edited)).get(id("email")).clone();
                for element in wanted.elements() {
                    prop_assert!(read.has(element) || first == Value::Text(element.clone()), "{}", edited);
                }
            }
            // What stands second in a list of nicknames moves up.
            "nickname" if wanted == Value::Empty => {}
            // A second line moves up when the first one goes.
            "note" | "title" | "company" | "address" if wanted == Value::Empty => {}
            _ => prop_assert_eq!(read, wanted, "{}", edited),
        }
    }
}
