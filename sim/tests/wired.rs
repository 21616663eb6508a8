//! Worlds with the real apps in them, and every promise kept in each; and mistakes planted, which are found.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test says what it found, and stops where it cannot go on"
)]

use std::{env, thread};

use serde_json::{Value, json};
use syncc_compiler::ir::End;
use syncc_sandbox::What;
use syncc_sim::{
    oracle::Promise,
    planted::Planted,
    wired::{
        draw::draw,
        many,
        plan::{Act, Deed, How, Plan, Post, Round, Strike},
        run::run,
        story::tell,
    },
};

/// `SYNCC_WIRED_SEEDS` sets how many.
#[test]
fn the_real_apps_keep_every_promise() {
    let count = env::var("SYNCC_WIRED_SEEDS").ok().and_then(|count| count.parse().ok()).unwrap_or(30);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let (tally, failures) = many::many(1..1 + count, threads, None).expect("every seed can be run");
    println!("{}", tally.markdown());
    if let Some(failure) = failures.first() {
        let ran = many::one(failure.seed, None).expect("it ran before");
        panic!("{}", tell(&draw(failure.seed), &ran, &failure.violations));
    }
    // The worlds are worth something only if everything happens in them.
    for what in ["messages lost", "messages taken", "runs killed", "logins changed", "answer: 429", "answer: no answer"]
    {
        assert!(tally.happened.get(what).is_some_and(|times| *times > 0), "{what}: never in {count} seeds");
    }
}

/// Worlds in which a promise was broken once: a message of a new lead that comes days late; a pair that was matched and of which
/// one write was refused.
#[test]
fn worlds_that_broke_a_promise_once_keep_all_of_them() {
    for seed in [2354, 3109] {
        let ran = many::one(seed, None).expect("it can be run");
        assert!(ran.violations.is_empty(), "{}", tell(&draw(seed), &ran, &ran.violations));
    }
}

/// A world in which nothing goes wrong by itself. In it, somebody who is in both apps.
fn quiet_world() -> Plan {
    Plan {
        seed: 1,
        file: "sync google <-> realgeeks\n".to_owned(),
        skew: 0,
        samples: 0,
        people: vec![
            Deed {
                end: End::Left,
                act: Act::Add(json!({"emailAddresses": [{"value": "ann@a.example"}], "names": [{"givenName": "Ann"}]})),
            },
            Deed { end: End::Right, act: Act::Add(json!({"email": "ann@a.example", "phone": "808-555-1234"})) },
        ],
        post: Post::default(),
        rounds: vec![Round { wait: 300, ..Round::default() }],
    }
}

fn edit(end: End, fields: Value) -> Deed {
    Deed { end, act: Act::Edit(0, fields) }
}

/// Plays a world. Every promise is kept in it, and at the end the one lead that Real Geeks has holds this.
fn comes_to(plan: &Plan, expected: &Value) {
    let ran = run(plan, None).expect("it can be played");
    let story = tell(plan, &ran, &ran.violations);
    assert!(ran.violations.is_empty(), "{story}");
    let leads = ran.net.held(End::Right);
    let [lead] = leads.as_slice() else { panic!("there are {} leads: {story}", leads.len()) };
    for (field, value) in expected.as_object().expect("fields") {
        assert_eq!(lead.get(field), Some(value), "{field}: {story}");
    }
}

/// Real Geeks tells of an edit only after our own write of the same lead, whose answer does not show what it is now.
#[test]
fn what_is_told_late_counts_although_a_write_came_between() {
    let mut plan = quiet_world();
    plan.post = Post { late: 4_000, twice: 0, lost: 0 };
    plan.rounds = vec![
        Round { wait: 5_000, ..Round::default() },
        Round {
            wait: 300,
            before: vec![
                edit(End::Right, json!({"city": "Hilo"})),
                edit(End::Left, json!({"names": [{"givenName": "Zoë"}]})),
            ],
            faults: vec![Strike {
                end: End::Right,
                method: "GET".to_owned(),
                path: "/leads/".to_owned(),
                first: 1,
                times: 5,
                how: How::App(What::DropBefore),
            }],
            ..Round::default()
        },
    ];
    comes_to(&plan, &json!({"first_name": "Zoë", "city": "Hilo"}));
}

/// Our clock is far off that of Real Geeks, whose messages are held against what it answered.
#[test]
fn an_edit_right_after_our_own_write_counts_whatever_our_clock_says() {
    for skew in [-3_600, -45, 45, 3_600] {
        let mut plan = quiet_world();
        plan.skew = skew;
        plan.rounds.push(Round {
            wait: 300,
            before: vec![edit(End::Left, json!({"names": [{"givenName": "Zoë"}]}))],
            ..Round::default()
        });
        plan.rounds.push(Round {
            wait: 1,
            before: vec![edit(End::Right, json!({"first_name": "Bob", "city": "Hilo"}))],
            ..Round::default()
        });
        comes_to(&plan, &json!({"first_name": "Bob", "city": "Hilo"}));
    }
}

/// The export counts as read at the time of its file, which is by our clock.
#[test]
fn an_edit_right_after_the_export_counts_whatever_our_clock_says() {
    for skew in [-3_600, -45, 45, 3_600] {
        let mut plan = quiet_world();
        plan.skew = skew;
        plan.rounds[0] = Round { wait: 1, before: vec![edit(End::Right, json!({"city": "Hilo"}))], ..Round::default() };
        comes_to(&plan, &json!({"city": "Hilo"}));
    }
}

/// Two people with one address, told apart by their phones: Real Geeks would write the one over the other.
#[test]
fn nobody_is_written_over_with_somebody_else_who_has_the_same_address() {
    let mut plan = quiet_world();
    plan.file = "sync google <-> realgeeks\nmatch phone or email\n".to_owned();
    let one = |name: &str, phone: &str| Deed {
        end: End::Left,
        act: Act::Add(json!({
            "emailAddresses": [{"value": "both@a.example"}], "names": [{"givenName": name}], "phoneNumbers": [{"value": phone}],
        })),
    };
    plan.people.extend([one("Cid", "808-555-2345"), one("Dot", "808-555-3456")]);
    let ran = run(&plan, None).expect("it can be played");
    let story = tell(&plan, &ran, &ran.violations);
    assert!(ran.violations.is_empty(), "{story}");
    assert!(story.contains("would write this contact over it"), "{story}");
}

/// Runs seeds until the mistake breaks one of the promises.
fn found(planted: Planted, promises: &[Promise]) {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    for first in (1..200).step_by(8) {
        let (_, failures) = many::many(first..first + 8, threads, Some(planted)).expect("every seed can be run");
        for failure in &failures {
            if let Some(broken) = failure.violations.iter().find(|broken| promises.contains(&broken.promise)) {
                println!("{planted:?}: seed {}: {broken}", failure.seed);
                return;
            }
        }
    }
    panic!("{planted:?} was not found");
}

#[test]
fn a_login_that_is_logged_is_seen() {
    found(Planted::Loud, &[Promise::Secrets]);
}

#[test]
fn a_message_that_is_taken_for_the_whole_record_is_seen() {
    found(Planted::Whole, &[Promise::Completeness, Promise::NoLostEdit]);
}
