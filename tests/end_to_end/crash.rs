//! `kill -9` at every step of a cycle, then run again: no contact twice, none lost, links intact.
//!
//! The command talks to the practice apps through a proxy, which kills it right before a request reaches the
//! app, right after the app did the work and before its answer arrives, or right after the answer arrived.
//! Between them lie all transitions of the journal. Every request of a run is tried in each of the ways.

use std::{
    process::{Child, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    response::Response,
};
use syncc_sandbox::Faults;

use crate::practice::{Stage, undisturbed};

/// How many contacts each practice app starts with.
const CONTACTS: usize = 10;

/// When the command is killed, seen from the request that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    BeforeTheRequestArrives,
    BeforeTheAnswerArrives,
    AfterTheAnswerArrived,
}

/// The command's process, and the request at which it is killed, if it is.
type Kill = Mutex<Option<(usize, When, u32)>>;

/// Passes requests on, and kills the command at one of them.
struct Proxy {
    to: String,
    client: reqwest::Client,
    count: Arc<AtomicUsize>,
    kill: Arc<Kill>,
}

impl Proxy {
    async fn start(to: &str, count: &Arc<AtomicUsize>, kill: &Arc<Kill>) -> String {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        let proxy = Self { to: to.to_owned(), client, count: Arc::clone(count), kill: Arc::clone(kill) };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let app = axum::Router::new().fallback(pass).with_state(Arc::new(proxy));
        tokio::spawn(async move { axum::serve(listener, app).await });
        format!("http://{address}")
    }

    /// Kills the command if this is the moment.
    fn maybe_kill(&self, number: usize, when: When) -> bool {
        let due = self.kill.lock().expect("the lock").filter(|(at, how, _)| *at == number && *how == when);
        if let Some((_, _, pid)) = due {
            let killed = std::process::Command::new("kill").args(["-9", &pid.to_string()]).status();
            assert!(killed.expect("kill is there").success(), "the command was running");
        }
        due.is_some()
    }
}

async fn pass(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    let number = proxy.count.fetch_add(1, Ordering::SeqCst);
    let (parts, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    if proxy.maybe_kill(number, When::BeforeTheRequestArrives) {
        return Response::new(Body::empty());
    }
    let target = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let mut passed = proxy.client.request(parts.method, format!("{}{target}", proxy.to)).body(body);
    for (name, value) in parts.headers.iter().filter(|(name, _)| *name != "host" && *name != "content-length") {
        passed = passed.header(name, value);
    }
    let answer = passed.send().await.expect("the practice app answers");
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers().iter().filter(|(name, _)| *name != "transfer-encoding") {
        response = response.header(name, value);
    }
    let body = answer.bytes().await.expect("the whole answer");
    if proxy.maybe_kill(number, When::BeforeTheAnswerArrives) {
        return Response::new(Body::empty());
    }
    let later = Arc::clone(&proxy);
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(2)).await;
        let still_running = later
            .kill
            .lock()
            .expect("the lock")
            .is_some_and(|(at, how, _)| at == number && how == When::AfterTheAnswerArrived);
        if still_running {
            let pid = later.kill.lock().expect("the lock").map(|(_, _, pid)| pid);
            // It may have ended by itself: then there was nothing left to interrupt.
            let _ = std::process::Command::new("kill").args(["-9", &pid.unwrap_or_default().to_string()]).output();
        }
    });
    response.body(Body::from(body)).expect("a response")
}

/// Starts the command, which the proxy kills at this request; waits for its end.
async fn killed_at(stage: &Stage, kill: &Kill, number: usize, when: When) {
    let mut command = stage.run_command();
    let mut child: Child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the command starts");
    *kill.lock().expect("the lock") = Some((number, when, child.id()));
    let until = Instant::now() + Duration::from_secs(60);
    while child.try_wait().expect("the command can be waited for").is_none() {
        assert!(Instant::now() < until, "the command hangs at request {number}, {when:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    *kill.lock().expect("the lock") = None;
}

/// Kills a run at each of its requests in turn, and holds what the runs after it leave against what an
/// undisturbed run leaves.
async fn is_mended_by_the_next_run(when: When) {
    let expected = undisturbed(CONTACTS).await;
    for number in 0.. {
        let stage = Stage::new(CONTACTS, Faults::default()).await;
        let (count, kill) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(None)));
        let google = Proxy::start(&stage.sandbox.google().base, &count, &kill).await;
        let realgeeks = Proxy::start(&stage.sandbox.realgeeks().base, &count, &kill).await;
        stage.point_at(&google, &realgeeks);

        killed_at(&stage, &kill, number, when).await;
        if count.load(Ordering::SeqCst) <= number {
            assert!(number > 6, "a run makes requests");
            return;
        }
        stage.run_until_well(4).await;
        assert_eq!(stage.world(), expected, "killed at request {number}, {when:?}");

        let before = count.load(Ordering::SeqCst);
        let idle = stage.run_until_well(1).await;
        assert_eq!(stage.world(), expected, "an idle run changes nothing: {idle:?}");
        assert!(count.load(Ordering::SeqCst) - before <= 4, "an idle run asks little");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_killed_before_a_request_arrived() {
    is_mended_by_the_next_run(When::BeforeTheRequestArrives).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_killed_after_the_work_was_done_and_before_the_answer_arrived() {
    is_mended_by_the_next_run(When::BeforeTheAnswerArrives).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_killed_after_the_answer_arrived() {
    is_mended_by_the_next_run(When::AfterTheAnswerArrived).await;
}
