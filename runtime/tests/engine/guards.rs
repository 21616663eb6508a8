//! Each guard from both sides: it trips when it should, and it does not cry wolf.

use std::collections::HashMap;

use syncc_compiler::{ir::End, value::Value};
use syncc_runtime::engine::{Engine, Facts, Guard, Held, Known, Linked, Plan, plan};

use crate::{
    matching::{assert_counts_add_up, link},
    sync::Sync,
};

const TWO_WAY: &str = "sync books <-> shop match email map none map books.email <-> shop.email map books.company <-> shop.note map books.label <-> shop.tag";

/// `count` linked contacts; what each side holds beside its email may differ from the base from some number on.
struct Scene {
    file: Sync,
    known: [Vec<Known>; 2],
    links: Vec<Linked>,
}

impl Scene {
    /// Linked contacts that are in step.
    fn in_step(text: &str, count: usize) -> Self {
        let file = Sync::new(text);
        let mut known = [Vec::new(), Vec::new()];
        let mut links = Vec::new();
        for nth in 0..count {
            let [left, right] = [Self::left(nth, "Acme"), Self::right(nth, "Acme")];
            links.push(link(&file, [&nth.to_string(), &nth.to_string()], [&left, &right]));
            for (end, text) in [(End::Left, left), (End::Right, right)] {
                let record = file.contact(end, &text);
                known[end.index()].push(Known { id: nth.to_string(), record, edited: None });
            }
        }
        Self { file, known, links }
    }

    fn left(nth: usize, company: &str) -> String {
        format!("email: {nth}@x.example; company: {company}; label: Known")
    }

    fn right(nth: usize, note: &str) -> String {
        format!("email: {nth}@x.example; note: {note}; tag: Known")
    }

    /// The first `count` contacts of the left side are now like this.
    fn now(mut self, count: usize, text: impl Fn(usize) -> String) -> Self {
        for nth in 0..count {
            self.known[0][nth].record = self.file.contact(End::Left, &text(nth));
        }
        self
    }

    fn plan(&self, facts: &Facts) -> Plan {
        let plan = plan(&Engine::new(&self.file.program), [&self.known[0], &self.known[1]], &self.links, facts);
        assert_counts_add_up(&plan, &self.known);
        plan
    }

    fn guards(&self) -> Vec<&'static str> {
        self.plan(&Facts::default()).guards.iter().map(Guard::name).collect()
    }
}

#[test]
fn overwrites_of_more_than_twenty() {
    let changed = |count| Scene::in_step(TWO_WAY, 40).now(count, |nth| Scene::left(nth, "Zenith")).guards();
    assert_eq!(changed(21), ["overwrites"]);
    assert_eq!(changed(20), [""; 0]);
    let scene = Scene::in_step(TWO_WAY, 40).now(21, |nth| Scene::left(nth, "Zenith"));
    let message = scene.plan(&Facts::default()).guards[0].message(&scene.file.program);
    assert!(message.contains("`shop`") && message.contains("21"), "it says where: {message}");
}

#[test]
fn a_tenth_of_many_contacts() {
    let changed = |count| Scene::in_step(TWO_WAY, 300).now(count, |nth| Scene::left(nth, "Zenith")).guards();
    assert_eq!(changed(31), ["overwrites"]);
    assert_eq!(changed(30), [""; 0]);
    let mut met = Scene::in_step(TWO_WAY, 300).now(30, |nth| Scene::left(nth, "Zenith"));
    met.links.clear();
    assert_eq!(met.guards(), [""; 0], "who is about to be linked counts as well");
}

#[test]
fn removals_of_values_and_of_elements() {
    let cleared = |nth: usize| format!("email: {nth}@x.example; label: Known");
    assert_eq!(Scene::in_step(TWO_WAY, 40).now(21, cleared).guards(), ["removals"]);
    let untagged = |nth: usize| format!("email: {nth}@x.example; company: Acme");
    assert_eq!(Scene::in_step(TWO_WAY, 40).now(21, untagged).guards(), ["removals"]);
    assert_eq!(Scene::in_step(TWO_WAY, 40).now(20, untagged).guards(), [""; 0]);
    let added = |nth: usize| format!("email: {nth}@x.example; company: Acme; label: Known, New");
    assert_eq!(Scene::in_step(TWO_WAY, 40).now(30, added).guards(), [""; 0], "what is added is no loss");
}

#[test]
fn the_undo_of_a_new_rule_counts_on_its_first_run() {
    let rule = format!("{TWO_WAY} when books.company == \"Zenith\" then shop.tag += \"Known\" undo");
    let scene = Scene::in_step(&rule, 40);
    assert_eq!(scene.guards(), ["removals", "removals"], "the tag goes, and through the mapping the label too");
}

#[test]
fn deletions() {
    let rules = format!("{TWO_WAY} when books deleted then shop deleted when books exists then shop exists");
    let gone = |count| Scene::in_step(&rules, 40).now(count, |_| "none".into()).guards();
    assert_eq!(gone(21), ["deletions"]);
    assert_eq!(gone(20), [""; 0]);
}

#[test]
fn a_side_that_is_suddenly_empty() {
    let scene = Scene::in_step(TWO_WAY, 3).now(3, |_| "none".into());
    assert_eq!(scene.guards(), ["empty-side"]);
    let message = scene.plan(&Facts::default()).guards[0].message(&scene.file.program);
    assert!(message.contains("`books`") && message.contains('3'), "{message}");
    let meant = |emptied| scene.plan(&Facts { emptied, ..Facts::default() }).guards;
    assert_eq!(meant([true, false]), [], "somebody said that it is meant");
    assert_eq!(meant([false, true]).len(), 1, "that was said of the other side");
    let mut one_left = Scene::in_step(TWO_WAY, 3).now(2, |_| "none".into());
    assert_eq!(one_left.guards(), [""; 0]);
    one_left.known[0][2].record = None;
    for known in &mut one_left.known[1] {
        known.record = None;
    }
    assert_eq!(one_left.guards(), [""; 0], "both sides are empty");
}

#[test]
fn a_first_sync_with_an_empty_side_goes_without_asking() {
    for side in [0, 1] {
        let mut scene = Scene::in_step(TWO_WAY, 50);
        scene.links.clear();
        scene.known[side].clear();
        let plan = scene.plan(&Facts { first: true, rules_changed: true, ..Facts::default() });
        assert_eq!(plan.guards, []);
        assert_eq!(plan.counts[side].created, 50);
    }
}

#[test]
fn all_contacts_changed_at_once() {
    let renamed = |count, changed| {
        let added = |nth: usize| format!("email: {nth}@x.example; company: Acme; label: Known, New");
        Scene::in_step(TWO_WAY, count).now(changed, added).guards()
    };
    assert_eq!(renamed(21, 21), ["all-changed"]);
    assert_eq!(renamed(21, 20), [""; 0]);
    assert_eq!(renamed(20, 20), [""; 0], "few contacts may all change");
}

#[test]
fn all_contacts_changed_on_both_sides_alike() {
    let mut scene = Scene::in_step(TWO_WAY, 40).now(40, |nth| Scene::left(nth, "Zenith"));
    for (nth, known) in scene.known[1].iter_mut().enumerate() {
        known.record = scene.file.contact(End::Right, &Scene::right(nth, "Zenith"));
    }
    assert_eq!(scene.guards(), [""; 0], "there is nothing to write");
}

#[test]
fn what_the_other_side_does_not_tell_of_was_changed_by_nobody() {
    // A list without that column: what the other side holds there is in no base.
    let mut scene = Scene::in_step(TWO_WAY, 40);
    for (known, link) in scene.known[0].iter_mut().zip(&mut scene.links) {
        let [left, right] = &mut link.base.as_mut().expect("a base").sides;
        let tags = [(End::Left, "label", left), (End::Right, "tag", right)];
        for (end, name, record) in tags {
            let field = scene.file.program.side(end).field(name).expect("a field");
            record.as_mut().expect("a record").put(field, Value::Unknown);
            if end == End::Left {
                known.record.as_mut().expect("a record").put(field, Value::Unknown);
            }
        }
    }
    assert_eq!(scene.guards(), [""; 0]);
    let somebody = scene.file.contact(End::Left, "email: 0@x.example; company: Zenith");
    scene.known[0][0].record = somebody;
    assert_eq!(scene.guards(), [""; 0], "one of them did change");
}

#[test]
fn changed_rules() {
    let quiet = Scene::in_step(TWO_WAY, 3);
    let changed = Facts { rules_changed: true, ..Facts::default() };
    assert_eq!(quiet.plan(&changed).guards, [], "nothing would change");
    let busy = Scene::in_step(TWO_WAY, 3).now(1, |nth| Scene::left(nth, "Zenith"));
    assert_eq!(busy.plan(&changed).guards, [Guard::RulesChanged]);
    assert_eq!(busy.plan(&Facts { first: true, ..changed }).guards, []);
}

#[test]
fn what_is_held_is_not_written_and_not_counted_against() {
    let scene = Scene::in_step(TWO_WAY, 40).now(30, |nth| Scene::left(nth, "Zenith"));
    assert_eq!(scene.guards(), ["overwrites"]);
    let paused = (0..12).map(|nth| (nth.to_string(), Held::Paused)).collect();
    let plan = scene.plan(&Facts { held: [paused, HashMap::new()], ..Facts::default() });
    assert_eq!(plan.guards, [], "eighteen overwrites are left");
    assert_eq!((plan.counts[0].paused, plan.counts[1].paused, plan.counts[1].updated), (12, 12, 18));
    let waiting = (0..40).map(|nth| (nth.to_string(), Held::Waiting)).collect();
    let plan = scene.plan(&Facts { held: [HashMap::new(), waiting], ..Facts::default() });
    assert_eq!((plan.counts[1].failed, plan.counts[1].in_sync), (30, 10), "nothing waits where nothing is to be done");
}

#[test]
fn every_guard_has_a_name_that_can_be_allowed() {
    let scene = Scene::in_step(TWO_WAY, 40).now(40, |nth| format!("email: {nth}@x.example; company: Zenith"));
    let names = scene.guards();
    assert_eq!(names, ["all-changed", "removals", "overwrites"]);
    assert!(names.iter().all(|name| Guard::NAMES.contains(name)));
}
