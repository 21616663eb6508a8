//! What a plan says that it costs is what the run then costs: counted at the practice apps and at a real CardDAV server.

use serde_json::{Value as Json, json};
use syncc_sandbox::Faults;

use crate::{command::Workspace, practice::Stage, radicale::Radicale};

/// The calls that the plan tells, left first.
fn told(plan: &Json) -> [u64; 2] {
    ["left", "right"].map(|side| plan["cost"][side]["calls"].as_u64().unwrap_or_else(|| panic!("no cost in {plan}")))
}

/// Plans, runs, and holds what was told against the requests that the practice apps were sent.
async fn costs_what_was_told(stage: &Stage) -> [u64; 2] {
    let planned = stage.syncc("plan", &[], &["--format", "json"]).await;
    let plan: Json = serde_json::from_str(planned.out.trim()).unwrap_or_else(|error| panic!("{error}: {planned:?}"));
    let apps = [stage.sandbox.google(), stage.sandbox.realgeeks()];
    apps.iter().for_each(|app| app.clear_requests());
    stage.run_until_well(1).await;
    let made = apps.map(|app| app.exchanges().len() as u64);
    assert_eq!(told(&plan), made, "{}", plan["cost"]);
    made
}

#[tokio::test(flavor = "multi_thread")]
async fn the_practice_apps_get_the_calls_that_the_plan_tells() {
    let stage = Stage::new(100, Faults::default()).await;
    let first = costs_what_was_told(&stage).await;
    assert!(first[0] <= 8 && first[1] > 50, "Google takes batches, Real Geeks takes one at a time: {first:?}");

    // Nothing changed: one question to Google; Real Geeks tells by itself.
    assert_eq!(costs_what_was_told(&stage).await, [1, 0]);

    let google = stage.sandbox.google();
    let people = google.people();
    for person in people.iter().take(20) {
        let name = person["resourceName"].as_str().expect("a name");
        google.edit(name, &json!({ "biographies": [{ "value": "called back" }] })).expect("an edit");
    }
    // Google says when each was edited, so that not even those that syncc wrote a moment ago are asked for once more. A change
    // is written to Real Geeks and read back.
    let changed = costs_what_was_told(&stage).await;
    assert!(changed[0] == 1 && changed[1] > 0 && changed[1] <= 40, "{changed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_told_the_calls_and_the_time() {
    let stage = Stage::new(40, Faults::default()).await;
    let plan = stage.syncc("plan", &[], &[]).await;
    assert!(plan.out.contains("cost: google ") && plan.out.contains(" calls, about "), "{plan:?}");
    assert!(plan.out.contains("as it answered just now"), "{plan:?}");
    assert!(plan.out.contains("if nothing changes and nothing is refused"), "{plan:?}");
    stage.run_until_well(1).await;
    let idle = stage.syncc("plan", &[], &[]).await;
    assert!(!idle.out.contains("cost:"), "nothing to write costs nothing worth a line: {idle:?}");
}

fn requests(report: &Json) -> u64 {
    report["requests"].as_array().expect("requests").iter().filter_map(Json::as_u64).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_address_books_cost_a_request_for_each_write_and_three_more() {
    const CONTACTS: u64 = 40;
    const CHANGED: u64 = 4;
    let (a, b) = (Radicale::start().await, Radicale::start().await);
    for number in 0..CONTACTS {
        a.add(
            &number.to_string(),
            &format!(
                "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{number}\r\nFN:P {number}\r\nN:{number};P;;;\r\n\
                 EMAIL:p{number}@x.example\r\nNOTE:note {number}.\r\nEND:VCARD\r\n"
            ),
        )
        .await;
    }
    let workspace = Workspace::with("books.sync", "sync a <-> b\n\nmatch email\n");
    let account =
        |name: &str, book: &Radicale| format!("[accounts.{name}]\napp = \"carddav\"\nurl = \"{}\"\n", book.url);
    workspace.write("syncc.toml", &format!("edition = \"2026\"\n\n{}\n{}", account("a", &a), account("b", &b)));

    let run = || workspace.json("run", &["--once", "--yes"]).remove(0);
    assert_eq!(requests(&run()), CONTACTS + 3, "two listings, the new contacts, and one to read them back");
    assert_eq!(requests(&run()), 2, "nothing changed: one question a side");

    for number in 0..CHANGED {
        a.edit(&format!("note {number}."), &format!("note {number}."), "called back").await;
    }
    let plan = workspace.json("plan", &[]).remove(0);
    assert_eq!(told(&plan), [1, CHANGED + 2], "{}", plan["cost"]);
    // The plan has read both sides already; a run that begins anew asks both once more.
    let changed = requests(&run());
    assert_eq!(changed, CHANGED + 3);
    assert_eq!(requests(&run()), 2);
}
