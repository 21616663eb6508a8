//! Names and values that would look like something else on a terminal.

use super::lists::Lists;

#[test]
fn a_name_is_one_line_whatever_is_in_it() {
    let lists =
        Lists::new("1,\"Lee\n- cards Everybody\u{1b}[31m\u{202e}\",Bee,ann@home.example,\"Acme\u{1b}[2J\nLtd\"\n");
    let mut shown = vec![lists.syncc("plan", &[], &[])];
    lists.run();
    assert!(lists.cards().contains("Lee\\n- cards Everybody"), "it is written as it is: {}", lists.cards());
    shown.extend(["log", "why", "undo"].map(|verb| match verb {
        "log" => lists.syncc("log", &[], &[]),
        "undo" => lists.syncc("undo", &["1"], &["--yes"]),
        verb => lists.syncc(verb, &["ann@home.example"], &[]),
    }));
    for ran in shown {
        let lines = ran.out.lines();
        assert!(!lines.clone().any(|line| line.trim_start().starts_with("- cards Everybody")), "{}", ran.out);
        assert!(!ran.out.contains(['\u{1b}', '\u{202e}']), "{}", ran.out);
        assert!(ran.out.contains("Lee - cards Everybody"), "it is shown: {}", ran.out);
    }
}
