//! A card that somebody puts back from a copy of their own: it is older than what was synced, and still their edit.

use std::{fs, time::Duration};

use super::lists::{ANN_AND_BEN, Lists};

#[test]
fn an_older_card_that_is_put_back_counts_as_what_is_there() {
    let lists = Lists::new(ANN_AND_BEN);
    lists.run();
    let path = lists.card_file("ann@home.example");
    let copy = fs::read_to_string(&path).expect("the card");
    lists.edit_list("Acme", "Acme Ltd");
    lists.run();
    assert!(lists.cards().contains("Acme Ltd"));

    fs::write(&path, copy).expect("the card is put back");
    let hour_ago = std::time::SystemTime::now() - Duration::from_secs(3600);
    let file = fs::File::options().write(true).open(&path).expect("the card");
    file.set_modified(hour_ago).expect("with its time");
    lists.run();
    let list = lists.workspace.read("people.csv");
    assert!(list.contains("Acme") && !list.contains("Acme Ltd"), "{list}");
    assert_eq!(lists.syncc("audit", &[], &[]).code, 0);
}
