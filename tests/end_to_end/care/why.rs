//! What `syncc why` says of those for whom nothing was written yet.

use super::lists::{ANN_AND_BEN, Lists};

#[test]
fn one_whose_partner_is_to_be_made_is_due_and_not_in_sync() {
    let lists = Lists::new(ANN_AND_BEN);
    lists.run();
    lists.edit_list("Zenith\n", "Zenith\n3,Cyd,Dunn,cyd@home.example,\n");
    lists.syncc("plan", &[], &[]);
    let why = lists.json("why", &["cyd@home.example"], &[]);
    assert_eq!((&why["sides"][0]["category"], &why["held"]), (&"due".into(), &false.into()), "{why}");
    assert_eq!((&why["pending"][0]["side"], &why["pending"][0]["what"]), (&"cards".into(), &"make".into()), "{why}");
    let text = lists.syncc("why", &["cyd@home.example"], &[]);
    assert!(text.out.contains("people: due") && text.out.contains("cards make the contact"), "{text:?}");
}

#[test]
fn who_fits_one_that_fits_others_too_is_told_whom_that_is() {
    let lists = Lists::new("1,Ann,Bee,ann@home.example,\n2,Anna,Bee,ann@work.example,\n");
    lists.add_card("Ann", "Bee", "ann@home.example");
    lists.edit_card("ann@home.example", "END:VCARD", "EMAIL:ann@work.example\r\nEND:VCARD");
    lists.run();
    let why = lists.syncc("why", &["ann@work.example"], &[]);
    assert!(why.out.contains("of the other side by email ann@work.example, and that one fits others too"), "{why:?}");
}
