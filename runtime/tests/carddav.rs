//! CardDAV, with two real servers that differ in most things a server may choose: Radicale rewrites every card,
//! Xandikos keeps every byte. `tests/install` installs both.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "what a test sets up is there, or the test fails")]

mod listening;
mod servers;
mod side;

use std::{collections::BTreeMap, path::Path, time::Duration};

use listening::{Fate, Line, answer};
use servers::Server;
use side::{pull, record, see, update};
use syncc_compiler::ir::Side;
use syncc_runtime::{
    apps::{App, AppError, Class, Observed, Write, carddav},
    world::Request,
};
use url::Url;
use uuid::Uuid;

struct Book {
    server: Server,
    line: Line,
    side: Side,
    /// The address of the book.
    url: String,
    user: Option<&'static str>,
}

impl Book {
    async fn radicale() -> Self {
        let server = Server::radicale();
        let url = server.url("/ann/team/");
        let book = Self { server, line: Line::new(), side: side::side("carddav"), url, user: Some("ann") };
        book.make("/ann/team/", "Team").await;
        book
    }

    fn xandikos() -> Self {
        let server = Server::xandikos();
        let url = server.url("/user/contacts/addressbook/");
        Self { server, line: Line::new(), side: side::side("carddav"), url, user: None }
    }

    async fn both() -> [Self; 2] {
        [Self::radicale().await, Self::xandikos()]
    }

    async fn make(&self, path: &str, name: &str) {
        let body = format!(
            "<mkcol xmlns=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:carddav\"><set><prop><resourcetype><collection/>\
             <c:addressbook/></resourcetype><displayname>{name}</displayname></prop></set></mkcol>"
        );
        assert_eq!(self.raw("MKCOL", &self.server.url(path), &body).await.0, 201);
    }

    /// A request beside the app: what another program does.
    async fn raw(&self, method: &str, url: &str, body: &str) -> (u16, String) {
        let mut headers = vec![(
            "content-type".to_owned(),
            if body.starts_with("BEGIN") { "text/vcard" } else { "text/xml" }.to_owned(),
        )];
        if self.user.is_some() {
            headers.push(("authorization".to_owned(), "Basic YW5uOnNlY3JldA==".to_owned()));
        }
        let url = Url::parse(url).expect("a url");
        let request = Request { method: method.to_owned(), url, headers, body: body.as_bytes().to_vec() };
        let answer = Line::new().world().http.send(request).await.expect("an answer");
        (answer.status, String::from_utf8_lossy(&answer.body).into_owned())
    }

    fn at(&self, settings: &str) -> Result<Box<dyn App>, AppError> {
        let user = self.user.map(|user| format!("\nuser = \"{user}\"")).unwrap_or_default();
        let secret = self.user.map(|_| "secret");
        let account = side::account("carddav", Path::new("."), &format!("{settings}{user}"), secret);
        carddav::open(&self.side, &account, &self.line.world())
    }

    fn app(&self) -> Box<dyn App> {
        self.at(&format!("url = \"{}\"", self.url)).expect("the settings are right")
    }

    fn create(&self, op: u128, fields: &[(&str, &str)]) -> Write {
        Write::Create { op: Uuid::from_u128(op), record: record(&self.side, fields) }
    }

    async fn push(&self, app: &dyn App, write: Write) -> Result<Observed, AppError> {
        app.push(&[write]).await.remove(0).map(|written| written.now)
    }

    fn see(&self, app: &dyn App, card: &Observed, field: &str) -> String {
        see(&self.side, &app.decode(&card.raw).expect("a record"), field)
    }
}

const ANN: &[(&str, &str)] = &[
    ("given_name", "Ann"),
    ("family_name", "Lee; Ünal"),
    ("email", "ann@x.example"),
    ("other_emails", "ann@y.example"),
    ("phone", "+1 201-555-0123"),
    ("category", "VIP|A, B"),
    ("note", "one\ntwo"),
    ("address", "Main 1/Town/TX/12345/USA"),
    ("birthday", "1985-04-12"),
];

#[tokio::test]
async fn a_contact_is_made_found_changed_and_deleted() {
    for book in Book::both().await {
        let app = book.app();
        let made = book.push(&*app, book.create(1, ANN)).await.expect("made");
        assert_eq!(made.id, format!("{}.vcf", Uuid::from_u128(1)));
        for (field, text) in ANN.iter().filter(|(field, _)| *field != "category") {
            assert_eq!(book.see(&*app, &made, field), *text, "{field}");
        }
        assert_eq!(book.see(&*app, &made, "name"), "Ann Lee; Ünal");
        assert_eq!(book.see(&*app, &made, "category"), "A, B|VIP");
        assert!(made.version.is_some() && made.edited.is_some());
        let found = app.find_created(Uuid::from_u128(1), &record(&book.side, &[])).await.expect("an answer");
        assert_eq!(found.as_ref(), Some(&made));
        assert_eq!(app.find_created(Uuid::from_u128(2), &record(&book.side, &[])).await.expect("an answer"), None);

        let changed = update(&book.side, &*app, &made, &[("email", "ann@new.example"), ("category", "VIP")]);
        let now = book.push(&*app, changed).await.expect("changed");
        assert_eq!(book.see(&*app, &now, "email"), "ann@new.example");
        assert_eq!(book.see(&*app, &now, "other_emails"), "ann@y.example");
        assert_eq!(book.see(&*app, &now, "category"), "VIP");
        assert_ne!(now.version, made.version);

        let found = app.discover().await.expect("found");
        assert_eq!(found.objects["contact"].values["category"], ["VIP"]);
        let gone = book.push(&*app, Write::Delete { id: now.id.clone(), version: now.version }).await.expect("deleted");
        assert!(gone.deleted);
        assert_eq!(app.get(&[now.id]).await.expect("an answer"), [None]);
    }
}

#[tokio::test]
async fn the_book_is_found_from_wherever_one_begins() {
    let book = Book::radicale().await;
    let starts = ["/", "/ann/", "/ann/team/", "/ann/team", "/.well-known/carddav"];
    for start in starts {
        let app = book.at(&format!("url = \"{}\"", book.server.url(start))).expect("the settings are right");
        assert!(pull(&*app, None).await.1.complete, "{start}");
    }
    book.make("/ann/second/", "Second book").await;
    let several = book.at(&format!("url = \"{}\"", book.server.url("/"))).expect("the settings are right");
    let error = several.pull(None, &mut |_| Ok(())).await.expect_err("which one?");
    assert!(error.to_string().contains("has 2 address books: "), "{error}");
    assert!(error.to_string().contains("choose one in syncc.toml: `book = "), "{error}");
    for name in ["Second book", "second"] {
        let chosen = book.at(&format!("url = \"{}\"\nbook = \"{name}\"", book.server.url("/"))).expect("settings");
        let made = book.push(&*chosen, book.create(1, ANN)).await.expect("made");
        assert_eq!(book.raw("GET", &book.server.url(&format!("/ann/second/{}", made.id)), "").await.0, 200);
    }
    let wrong = book.at(&format!("url = \"{}\"\nbook = \"Thrid\"", book.server.url("/"))).expect("settings");
    let error = wrong.pull(None, &mut |_| Ok(())).await.expect_err("no such book");
    assert!(error.to_string().contains("has no address book `Thrid`"), "{error}");

    let book = Book::xandikos();
    for start in ["/", "/user/", "/user/contacts/", "/user/contacts/addressbook/"] {
        let app = book.at(&format!("url = \"{}\"", book.server.url(start))).expect("the settings are right");
        assert!(pull(&*app, None).await.1.complete, "{start}");
    }
}

#[tokio::test]
async fn a_run_asks_for_what_changed_and_nothing_else() {
    for book in Book::both().await {
        let app = book.app();
        let writes: Vec<Write> = (0..5).map(|at| book.create(at, &[("email", &format!("p{at}@x.example"))])).collect();
        let made: Vec<Observed> = app.push(&writes).await.into_iter().map(|made| made.expect("made").now).collect();
        let (all, first) = pull(&*book.app(), None).await;
        assert_eq!((all.len(), first.complete), (5, true));
        book.line.heard();

        let app = book.app();
        let (none, second) = pull(&*app, first.cursor.as_deref()).await;
        assert_eq!((none.len(), second.complete), (0, false));
        assert_eq!(book.line.heard(), ["REPORT"]);

        let changed = update(&book.side, &*app, &made[0], &[("note", "new")]);
        book.push(&*app, changed).await.expect("changed");
        book.push(&*app, Write::Delete { id: made[1].id.clone(), version: made[1].version.clone() })
            .await
            .expect("deleted");
        book.line.heard();
        let app = book.app();
        let (some, _) = pull(&*app, second.cursor.as_deref()).await;
        let told: BTreeMap<_, _> = some.iter().map(|card| (card.id.clone(), card.deleted)).collect();
        assert_eq!(told, BTreeMap::from([(made[0].id.clone(), false), (made[1].id.clone(), true)]));
        // Radicale sends the cards with what changed, Xandikos does not.
        let requests = if book.user.is_some() { 1 } else { 2 };
        assert_eq!(book.line.heard(), vec!["REPORT"; requests]);
    }
}

#[tokio::test]
async fn a_large_book_is_read_in_a_few_requests() {
    let book = Book::radicale().await;
    let cards: String = (0..450)
        .map(|at| format!("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u{at}\r\nFN:P {at}\r\nN:{at};P;;;\r\nEMAIL:p{at}@x.example\r\nEND:VCARD\r\n"))
        .collect();
    assert_eq!(book.raw("PUT", &book.url, &cards).await.0, 201);
    let app = book.app();
    let (all, pulled) = pull(&*app, None).await;
    assert_eq!((all.len(), pulled.complete), (450, true));
    assert_eq!(book.line.heard(), ["REPORT"]);

    // A server that does not send the cards with the list, and does not take many addresses at once.
    book.line.rule(|request| {
        let body = String::from_utf8_lossy(&request.body);
        let listing_with_cards = body.contains("sync-collection") && body.contains("address-data");
        let many = body.matches("<d:href>").count() > 150;
        if many { Some(answer(413, &[], "")) } else { listing_with_cards.then(|| answer(400, &[], "")) }
    });
    let (same, pulled) = pull(&*book.app(), None).await;
    assert_eq!((same.len(), pulled.complete), (450, true));
    // The address is tried, the book looked for and asked twice; then 450, 225, 113, 112, 225, 113 and 112 contacts.
    let mut heard = book.line.heard();
    assert_eq!((heard.len(), heard.remove(1)), (11, "PROPFIND".to_owned()));
    assert!(heard.iter().all(|method| method == "REPORT"), "{heard:?}");
}

#[tokio::test]
async fn writes_to_what_is_no_book_say_where_the_book_is() {
    let book = Book::radicale().await;
    // The page of the user passes for an empty book, until something is written there.
    let home = book.server.url("/ann/");
    book.line.rule(|request| {
        let empty = "<multistatus xmlns=\"DAV:\"><sync-token>data:,1</sync-token></multistatus>";
        let path = request.url.path();
        match request.method.as_str() {
            "REPORT" if path == "/ann/" => Some(answer(207, &[], empty)),
            "PUT" if !path.starts_with("/ann/team/") => Some(answer(405, &[], "")),
            _ => None,
        }
    });
    let app = book.at(&format!("url = \"{home}\"")).expect("the settings are right");
    assert_eq!(pull(&*app, None).await.0.len(), 0);
    let error = book.push(&*app, book.create(1, ANN)).await.expect_err("there is no book");
    assert_eq!(error.class, Class::Fatal);
    assert!(error.to_string().contains("/ann/ is no address book") && error.to_string().contains(&book.url), "{error}");
}

#[tokio::test]
async fn writes_cost_what_was_told() {
    for book in Book::both().await {
        let app = book.app();
        let (_, first) = pull(&*app, None).await;
        let creates: Vec<Write> =
            (0..30).map(|at| book.create(at, &[("email", &format!("p{at}@x.example"))])).collect();
        let made = cost(&book, &*app, &creates).await;
        assert_eq!(told(&*app, &creates), made);
        assert_eq!(made, 31, "one a contact, and one to read them all back");
        let (all, _) = pull(&*app, first.cursor.as_deref()).await;
        assert_eq!(all.len(), 30);
        let mut changes: Vec<Write> =
            all.iter().take(3).map(|card| update(&book.side, &*app, card, &[("note", "new")])).collect();
        changes.extend(
            all.iter().skip(28).map(|card| Write::Delete { id: card.id.clone(), version: card.version.clone() }),
        );
        let expected = told(&*app, &changes);
        assert_eq!((cost(&book, &*app, &changes).await, expected), (6, 6));
    }
}

/// The requests that writing takes, as the app tells them.
fn told(app: &dyn App, writes: &[Write]) -> u64 {
    app.batches(writes).iter().map(|batch| batch.calls.count(None)).sum()
}

/// The requests that writing takes, as they are made.
async fn cost(book: &Book, app: &dyn App, writes: &[Write]) -> u64 {
    book.line.heard();
    for batch in app.batches(writes) {
        let batch: Vec<Write> = batch.writes.iter().map(|at| writes[*at].clone()).collect();
        assert!(app.push(&batch).await.iter().all(Result::is_ok));
    }
    book.line.heard().len() as u64
}

#[tokio::test]
async fn an_edit_by_somebody_else_is_never_overwritten() {
    for book in Book::both().await {
        let app = book.app();
        let made = book.push(&*app, book.create(1, ANN)).await.expect("made");
        let theirs = update(&book.side, &*app, &made, &[("note", "theirs")]);
        let now = book.push(&*app, theirs).await.expect("changed");
        let ours = update(&book.side, &*app, &made, &[("note", "ours")]);
        assert_eq!(book.push(&*app, ours).await.expect_err("too late").class, Class::Stale);
        let delete = Write::Delete { id: made.id.clone(), version: made.version.clone() };
        assert_eq!(book.push(&*app, delete).await.expect_err("too late").class, Class::Stale);
        let held = app.get(std::slice::from_ref(&made.id)).await.expect("an answer").remove(0).expect("the card");
        assert_eq!((book.see(&*app, &held, "note").as_str(), &held.version), ("theirs", &now.version));
    }
}

#[tokio::test]
async fn what_no_field_names_stays_byte_for_byte() {
    let book = Book::xandikos();
    let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nX-CUSTOM;X-P=\"a;b\":1\\,2\r\nFN:Ann Lee\r\nN:Lee;Ann;;;\r\nitem1.EMAIL;TYPE=work:ann@x.example\r\nitem1.X-ABLabel:Office\r\nNOTE:a long note that somebody has folded somewhere else than we would h\r\n ave\r\nEND:VCARD\r\n";
    let url = format!("{}a%40b.vcf", book.url);
    assert_eq!(book.raw("PUT", &url, card).await.0, 201);
    let app = book.app();
    let (all, _) = pull(&*app, None).await;
    assert_eq!(all[0].id, "a@b.vcf");
    let changed = update(&book.side, &*app, &all[0], &[("email", "ann@y.example")]);
    book.push(&*app, changed).await.expect("changed");
    assert_eq!(book.raw("GET", &url, "").await.1, card.replace("ann@x.example", "ann@y.example"));
}

#[tokio::test]
async fn a_token_that_the_server_forgot_means_reading_everything() {
    for book in Book::both().await {
        let app = book.app();
        let (_, first) = pull(&*app, None).await;
        let cursor = first.cursor.expect("a cursor");
        let mut told: serde_json::Value = serde_json::from_str(&cursor).expect("the form of a cursor");
        for token in [
            "http://radicale.org/ns/sync/0000000000000000000000000000000000000000000000000000000000000000",
            "0000000000000000000000000000000000000000",
        ] {
            told["state"]["token"] = token.into();
            let error = app.pull(Some(&told.to_string()), &mut |_| Ok(())).await.expect_err("forgotten");
            assert_eq!(error.class, Class::CursorLost, "{error}");
        }
        let other = book.at(&format!("url = \"{}\"", book.server.url("/"))).expect("settings");
        let error = other.pull(Some(&cursor), &mut |_| Ok(())).await.expect_err("another account");
        assert_eq!(error.class, Class::CursorLost);
    }
}

#[tokio::test]
async fn a_server_without_tokens_is_compared_by_versions() {
    for book in Book::both().await {
        book.line.rule(|request| {
            let sync = request.method == "REPORT" && String::from_utf8_lossy(&request.body).contains("sync-collection");
            sync.then(|| answer(501, &[], ""))
        });
        let app = book.app();
        let writes = [book.create(1, ANN), book.create(2, ANN)];
        let made: Vec<Observed> = app.push(&writes).await.into_iter().map(|made| made.expect("made").now).collect();
        let (all, first) = pull(&*app, None).await;
        assert_eq!((all.len(), first.complete), (2, true));
        let changed = update(&book.side, &*app, &made[0], &[("note", "new")]);
        book.push(&*app, changed).await.expect("changed");
        book.push(&*app, Write::Delete { id: made[1].id.clone(), version: None }).await.expect("deleted");
        book.line.heard();
        let (some, _) = pull(&*app, first.cursor.as_deref()).await;
        assert_eq!(
            some.iter().map(|card| (&card.id, card.deleted)).collect::<Vec<_>>(),
            [(&made[0].id, false), (&made[1].id, true)]
        );
        assert_eq!(book.line.heard(), ["PROPFIND", "REPORT"]);
    }
}

#[tokio::test]
async fn a_create_whose_answer_was_lost_is_found_and_never_doubled() {
    for book in Book::both().await {
        let app = book.app();
        book.line.rule(|request| (request.method == "PUT").then_some(Fate::LoseAnswer));
        assert_eq!(book.push(&*app, book.create(1, ANN)).await.expect_err("no answer").class, Class::Unknown);
        book.line.heal();
        let found = app.find_created(Uuid::from_u128(1), &record(&book.side, ANN)).await.expect("an answer");
        let found = found.expect("it arrived");
        assert_eq!(book.push(&*app, book.create(1, ANN)).await.expect("it is there"), found);
        assert_eq!(pull(&*app, None).await.0.len(), 1);
    }
}

#[tokio::test]
async fn a_create_that_arrived_is_unknown_when_it_cannot_be_looked_for() {
    let book = Book::xandikos();
    let app = book.app();
    // It is taken in, and kept under an address of the server's own; the question for it by its unique id is refused.
    book.line.rule(|request| {
        let body = String::from_utf8_lossy(&request.body);
        match request.method.as_str() {
            "PUT" => Some(answer(201, &[], "")),
            "REPORT" if body.contains("addressbook-query") => Some(answer(403, &[], "")),
            _ => None,
        }
    });
    let error = book.push(&*app, book.create(1, ANN)).await.expect_err("not found");
    assert_eq!(error.class, Class::Unknown, "{error}");
    assert!(error.to_string().contains("was written, and cannot be looked for: "), "{error}");
}

#[tokio::test]
async fn a_write_that_was_not_answered_stays_unknown_beside_one_that_there_is_no_book_for() {
    let book = Book::radicale().await;
    let home = book.server.url("/ann/");
    let second = format!("/ann/{}.vcf", Uuid::from_u128(2));
    book.line.rule(move |request| {
        let empty = "<multistatus xmlns=\"DAV:\"><sync-token>data:,1</sync-token></multistatus>";
        match (request.method.as_str(), request.url.path()) {
            ("REPORT", "/ann/") => Some(answer(207, &[], empty)),
            ("PUT", path) if path == second => Some(answer(405, &[], "")),
            ("PUT", _) => Some(answer(502, &[], "")),
            _ => None,
        }
    });
    let app = book.at(&format!("url = \"{home}\"")).expect("the settings are right");
    assert_eq!(pull(&*app, None).await.0.len(), 0);
    let answers = app.push(&[book.create(1, ANN), book.create(2, ANN)]).await;
    let classes: Vec<Class> = answers.into_iter().map(|answer| answer.expect_err("there is no book").class).collect();
    assert_eq!(classes, [Class::Unknown, Class::Fatal]);
}

#[tokio::test]
async fn a_wrong_password_is_tried_once() {
    let book = Book::radicale().await;
    let settings = format!("url = \"{}\"\nuser = \"ann\"", book.url);
    let account = side::account("carddav", Path::new("."), &settings, Some("wrong"));
    let app = carddav::open(&book.side, &account, &book.line.world()).expect("settings");
    let error = app.pull(None, &mut |_| Ok(())).await.expect_err("a wrong password");
    assert_eq!(error.class, Class::Auth);
    assert_eq!(
        error.to_string(),
        "127.0.0.1 does not accept the user or the password — check `user` and the secret of the account `carddav`"
    );
    assert_eq!(book.line.heard(), ["REPORT"]);
    // Nor is it tried once for each contact: that would lock the account.
    let answers = app.push(&[book.create(1, ANN), book.create(2, ANN), book.create(3, ANN)]).await;
    assert!(answers.iter().all(|answer| answer.as_ref().is_err_and(|error| error.class == Class::Auth)));
    assert_eq!(book.line.heard(), ["PROPFIND"]);
}

#[tokio::test]
async fn a_book_that_moved_is_looked_for_again() {
    let book = Book::radicale().await;
    let settings = format!("url = \"{}\"", book.server.url("/"));
    let app = book.at(&settings).expect("settings");
    book.push(&*app, book.create(1, ANN)).await.expect("made");
    let (_, first) = pull(&*app, None).await;
    assert_eq!(book.raw("DELETE", &book.url, "").await.0, 200);
    book.make("/ann/moved/", "Team").await;
    let app = book.at(&settings).expect("settings");
    let error = app.pull(first.cursor.as_deref(), &mut |_| Ok(())).await.expect_err("not there any more");
    assert_eq!(error.class, Class::CursorLost, "{error}");
    let (all, again) = pull(&*app, None).await;
    assert_eq!((all.len(), again.complete), (0, true));
}

#[tokio::test]
async fn a_busy_or_full_server_says_when_and_what() {
    let book = Book::xandikos();
    let app = book.app();
    let made = book.push(&*app, book.create(1, ANN)).await.expect("made");
    let no_headers: &[(&str, &str)] = &[];
    let seconds: &[(&str, &str)] = &[("retry-after", "7")];
    let expected = [
        (429, seconds, Class::Rate(Some(Duration::from_secs(7)))),
        (507, no_headers, Class::Fatal),
        (500, no_headers, Class::Unknown),
        (415, no_headers, Class::Invalid),
        (403, no_headers, Class::Auth),
    ];
    for (status, headers, class) in expected {
        book.line.rule(move |request| (request.method == "PUT").then(|| answer(status, headers, "")));
        let write = update(&book.side, &*app, &made, &[("note", "new")]);
        let error = book.push(&*app, write).await.expect_err("refused");
        assert_eq!(error.class, class, "{error}");
    }
    assert_eq!(book.line.waits(), [Duration::from_secs(7); 2]);
    // A reading request is sent again after as long as the server asks for.
    let times = std::sync::atomic::AtomicU32::new(0);
    book.line.rule(move |_| {
        let first = times.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
        first.then(|| answer(503, &[("retry-after", "3")], ""))
    });
    assert_eq!(pull(&*app, None).await.0.len(), 1);
    assert_eq!(book.line.waits(), [Duration::from_secs(3)]);
}

#[tokio::test]
async fn a_listing_in_parts_is_read_to_its_end() {
    // Neither of the two servers answers in parts by itself, so the parts are played (RFC 6578, 3.6), with real cards.
    const PATH: &str = "/user/contacts/addressbook/";
    fn part(id: &str, token: &str, more: &str) -> String {
        format!(
            "<multistatus xmlns=\"DAV:\"><response><href>{PATH}{id}</href><propstat><prop><getetag>\"1\"</getetag>\
             </prop><status>HTTP/1.1 200 OK</status></propstat></response>{more}<sync-token>{token}</sync-token>\
             </multistatus>"
        )
    }
    let book = Book::xandikos();
    let app = book.app();
    let writes = [book.create(1, ANN), book.create(2, ANN)];
    let ids: Vec<String> = app.push(&writes).await.into_iter().map(|made| made.expect("made").now.id).collect();
    book.line.rule(move |request| {
        let body = String::from_utf8_lossy(&request.body);
        let more =
            format!("<response><href>{PATH}</href><status>HTTP/1.1 507 Insufficient Storage</status></response>");
        let answers = |text: &str| Some(answer(207, &[], text));
        match (body.contains("sync-collection"), body.contains("<d:sync-token>one</d:sync-token>")) {
            (false, _) => None,
            (true, false) => answers(&part(&ids[0], "one", &more)),
            (true, true) => answers(&part(&ids[1], "two", "")),
        }
    });
    let (all, pulled) = pull(&*app, None).await;
    assert_eq!((all.len(), pulled.complete), (2, true));
    assert!(pulled.cursor.expect("a cursor").contains("\"two\""));
}

#[tokio::test]
async fn a_server_that_tells_no_version_is_read_before_it_is_written() {
    fn silent(answer: &mut syncc_runtime::world::Response) {
        answer.headers.retain(|(name, _)| name != "etag");
        let body = String::from_utf8_lossy(&answer.body).replace("getetag", "getnothing");
        answer.body = body.into_bytes();
    }
    for book in Book::both().await {
        book.line.rule(|_| Some(Fate::Change(silent)));
        let app = book.app();
        let made = book.push(&*app, book.create(1, ANN)).await.expect("made");
        assert_eq!(made.version, None);
        let first = update(&book.side, &*app, &made, &[("note", "first")]);
        let second = update(&book.side, &*app, &made, &[("note", "second")]);
        book.push(&*app, first).await.expect("changed");
        assert_eq!(book.push(&*app, second).await.expect_err("too late").class, Class::Stale);
    }
}

#[tokio::test]
async fn hostile_and_broken_answers_are_errors() {
    let book = Book::xandikos();
    let app = book.app();
    book.push(&*app, book.create(1, ANN)).await.expect("made");
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><multistatus xmlns=\"DAV:\">&b;</multistatus>";
    let deep = "<a>".repeat(100_000);
    for (body, says) in [
        (bomb, "it has a document type"),
        (deep.as_str(), "it is nested too deeply"),
        ("<multistatus xmlns=\"DAV:\"><response>", "it breaks off"),
        ("<html xmlns=\"DAV:\"></html>", "it is no multistatus but `html`"),
        ("<multistatus xmlns=\"DAV:\">&own;</multistatus>", "it uses an entity of its own"),
    ] {
        let body = body.to_owned();
        book.line.rule(move |_| Some(answer(207, &[], &body)));
        let error = app.pull(None, &mut |_| panic!("nothing is handed over")).await.expect_err("no listing");
        assert!(error.to_string().contains(says), "{error}");
    }
    // A listing that leaves contacts unanswered is not taken for the whole.
    book.line.rule(|request| {
        let bodies = String::from_utf8_lossy(&request.body).contains("multiget");
        bodies.then(|| answer(207, &[], "<multistatus xmlns=\"DAV:\"/>"))
    });
    assert_eq!(app.pull(None, &mut |_| Ok(())).await.expect_err("a gap").class, Class::Retry);
}

#[tokio::test]
async fn the_password_stays_with_its_server() {
    let book = Book::radicale().await;
    let settings = "url = \"http://dav.example/\"\nuser = \"ann\"";
    let account = side::account("carddav", Path::new("."), settings, Some("secret"));
    let error = carddav::open(&book.side, &account, &book.line.world()).err().expect("clear text");
    assert!(error.to_string().contains("would travel in clear text"), "{error}");
    book.line.rule(|_| {
        Some(answer(207, &[], "<d:multistatus xmlns:d=\"DAV:\"><d:response><d:href>/</d:href><d:propstat><d:prop><d:current-user-principal><d:href>https://evil.example/ann/</d:href></d:current-user-principal></d:prop></d:propstat></d:response></d:multistatus>"))
    });
    let error = book.app().pull(None, &mut |_| Ok(())).await.expect_err("another server");
    assert!(error.to_string().contains("https://evil.example, which is another server"), "{error}");
    assert_eq!(book.line.heard(), ["REPORT", "PROPFIND"]);
}

#[tokio::test]
async fn a_card_that_cannot_be_read_is_named_and_left_alone() {
    let book = Book::xandikos();
    let app = book.app();
    let made = book.push(&*app, book.create(1, ANN)).await.expect("made");
    fn cut(answer: &mut syncc_runtime::world::Response) {
        answer.body = String::from_utf8_lossy(&answer.body).replace("END:VCARD", "").into_bytes();
    }
    book.line.rule(|_| Some(Fate::Change(cut)));
    let (all, pulled) = pull(&*app, None).await;
    assert_eq!((all.len(), pulled.complete), (0, false));
    assert_eq!(
        pulled.problems,
        [format!("the card `{}` is left out: it breaks off: the line END:VCARD is missing", made.id)]
    );
}

#[tokio::test]
async fn after_a_reading_with_gaps_everything_is_read_until_one_is_complete() {
    fn cut_ann(answer: &mut syncc_runtime::world::Response) {
        let body = String::from_utf8_lossy(&answer.body);
        answer.body = body.replacen("END:VCARD", "", 1).into_bytes();
    }
    for (book, tokens) in Book::both().await.into_iter().zip([true, false]) {
        let rule = move |cut: bool| {
            move |request: &Request| {
                let sync = String::from_utf8_lossy(&request.body).contains("sync-collection");
                match sync && !tokens {
                    true => Some(answer(501, &[], "")),
                    false => cut.then_some(Fate::Change(cut_ann)),
                }
            }
        };
        let app = book.app();
        let writes = [book.create(1, ANN), book.create(2, ANN)];
        assert!(app.push(&writes).await.iter().all(Result::is_ok));
        book.line.rule(rule(true));
        let (some, first) = pull(&*app, None).await;
        assert_eq!((some.len(), first.complete, first.problems.len()), (1, false, 1));
        let (some, second) = pull(&*app, first.cursor.as_deref()).await;
        assert_eq!((some.len(), second.complete, second.problems.len()), (1, false, 1), "the problem stays in sight");
        book.line.rule(rule(false));
        let (all, third) = pull(&*app, second.cursor.as_deref()).await;
        assert_eq!((all.len(), third.complete), (2, true));
        // From then on only what changed is asked for; cursors did not always say whether there were gaps.
        let cursor = third.cursor.expect("a cursor");
        assert!(!cursor.contains("gaps"), "{cursor}");
        let (none, fourth) = pull(&*app, Some(&cursor)).await;
        assert_eq!((none.len(), fourth.complete), (0, false));
        // One that breaks later stays in sight as well, and nobody else is read again for it.
        assert!(app.push(&[book.create(3, ANN)]).await.iter().all(Result::is_ok));
        book.line.rule(rule(true));
        let mut cursor = fourth.cursor;
        for _ in 0..2 {
            let (none, broken) = pull(&*app, cursor.as_deref()).await;
            assert_eq!((none.len(), broken.problems.len(), broken.unreadable.len()), (0, 1, 1));
            cursor = broken.cursor;
        }
        book.line.rule(rule(false));
        let (mended, last) = pull(&*app, cursor.as_deref()).await;
        assert_eq!((mended.len(), last.problems.len(), last.complete), (1, 0, false));
    }
}
