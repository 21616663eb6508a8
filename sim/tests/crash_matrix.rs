//! Killed at every single step: before and after each write of the store, each request, each answer and each wait.
//! Whatever step it is, the runs after it bring everything to where it belongs, and every promise is kept.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test says what it found, and stops where it cannot go on"
)]

use syncc_compiler::ir::End;
use syncc_sim::{
    cell::{Cell, Cells},
    event::Fault,
    profile::Profile,
    run::{Ran, run},
    scenario::{Does, Edit, Round, Scenario, Strike},
    story::tell,
};

const FILE: &str = "sync books <-> shop\nprefer books\nwhen books deleted then shop deleted\nwhen shop deleted then books deleted\n\
    when books exists then shop exists\nwhen shop exists then books exists\nmap books.company <-> shop.note\n\
    map books.label <-> shop.tag\n";

fn contact(nth: u32) -> Cells {
    [("email", format!("{nth}@x.example")), ("title", "Buyer".to_owned())]
        .map(|(name, text)| (name.to_owned(), Cell::One(text)))
        .into()
}

/// A first sync that creates on both sides, then one that updates, deletes and creates; both may be killed, and an
/// answer may be lost in the second.
fn scenario(profile: &Profile, disk: bool, lost: Option<u32>) -> Scenario {
    let set = |end, nth, field: &str, text: &str| Edit {
        end,
        nth,
        does: Does::Set(field.to_owned(), Some(Cell::One(text.to_owned()))),
    };
    let before = vec![
        set(End::Left, 0, "company", "Acme"),
        set(End::Right, 0, "note", "Zenith"),
        Edit { end: End::Left, nth: 2, does: Does::Delete },
        Edit { end: End::Left, nth: 0, does: Does::Add("label".to_owned(), "VIP".to_owned()) },
        Edit { end: End::Right, nth: 0, does: Does::Make(contact(9)) },
    ];
    let strike = |request| Strike { end: End::Right, request, fault: Fault::LostAnswer };
    let rounds = vec![
        Round { wait: 60, ..Round::default() },
        Round { wait: 300, before, faults: lost.map(strike).into_iter().collect(), ..Round::default() },
        Round { wait: 300, ..Round::default() },
    ];
    Scenario {
        seed: 1,
        apps: "practice".to_owned(),
        file: FILE.to_owned(),
        profiles: [profile.clone(), profile.clone()],
        disk,
        people: [(0..3).map(contact).collect(), vec![contact(5)]],
        rounds,
        undo: None,
    }
}

fn play(scenario: &Scenario) -> Ran {
    let ran = run(scenario, None).expect("the scenario can be run");
    assert!(ran.violations.is_empty(), "{}", tell(scenario, &ran, &ran.violations));
    ran
}

/// What both apps hold, without ids: a record that is made later may have another one.
fn end_of(ran: &Ran) -> [Vec<String>; 2] {
    let state = ran.hub.state();
    [0, 1].map(|side: usize| {
        let mut all: Vec<_> = state.servers[side].live().map(|(_, row)| format!("{:?}", row.cells)).collect();
        all.sort();
        all
    })
}

fn every_step(profile: &Profile, disk: bool, lost: Option<u32>) -> usize {
    let whole = scenario(profile, disk, lost);
    let undisturbed = play(&whole);
    let expected = end_of(&undisturbed);
    let mut killed = 0;
    for round in 0..whole.rounds.len() {
        let steps = undisturbed.cycles[round].steps;
        assert!(steps > 5, "a cycle has steps: {steps}");
        for step in 1..=steps {
            let mut scenario = whole.clone();
            scenario.rounds[round].crash = Some(step);
            let ran = play(&scenario);
            assert_eq!(
                end_of(&ran),
                expected,
                "killed at step {step} of cycle {}\n{}",
                round + 1,
                tell(&scenario, &ran, &[])
            );
            killed += 1;
        }
    }
    killed
}

#[test]
fn killed_at_every_step() {
    let killed = every_step(&Profile::default(), false, None);
    println!("killed at {killed} steps");
    assert!(killed > 100);
}

#[test]
fn killed_at_every_step_with_batches_and_lists() {
    let profile =
        Profile { incremental: false, batch: 50, page: 2, versions: false, dated: false, ..Profile::default() };
    every_step(&profile, false, None);
}

#[test]
fn killed_at_every_step_with_the_store_on_disk() {
    every_step(&Profile { client_ids: true, ..Profile::default() }, true, None);
}

#[test]
fn killed_at_every_step_after_a_lost_answer() {
    for request in 2..5 {
        every_step(&Profile { search_lag: 20, ..Profile::default() }, false, Some(request));
    }
}
