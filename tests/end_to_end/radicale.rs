//! A real CardDAV server with one address book, and what another client does there.

use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// A real Radicale with one empty address book.
pub(crate) struct Radicale {
    server: Child,
    pub(crate) url: String,
    client: reqwest::Client,
    _folder: TempDir,
}

impl Radicale {
    pub(crate) async fn start() -> Self {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/venv/bin/radicale");
        assert!(program.exists(), "Radicale is missing: run tests/install");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let address = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port");
        let server = Command::new(program)
            .args(["--config", "", "--auth-type", "none", "--server-hosts", &address.to_string()])
            .arg("--storage-filesystem-folder")
            .arg(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Radicale starts");
        let radicale = Self {
            server,
            url: format!("http://{address}/ann/contacts/"),
            client: reqwest::Client::new(),
            _folder: folder,
        };
        radicale.make_book().await;
        radicale
    }

    async fn make_book(&self) {
        let body = r#"<mkcol xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><set><prop>
            <resourcetype><collection/><C:addressbook/></resourcetype></prop></set></mkcol>"#;
        let method = reqwest::Method::from_bytes(b"MKCOL").expect("a method");
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let made = self.client.request(method.clone(), &self.url).basic_auth("ann", Some("any")).body(body);
            match made.send().await {
                Ok(answer) if answer.status().is_success() => return,
                other => assert!(Instant::now() < until, "Radicale does not answer: {other:?}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// All cards in one text.
    pub(crate) async fn cards(&self) -> String {
        let answer = self.client.get(&self.url).basic_auth("ann", Some("any")).send().await.expect("an answer");
        answer.text().await.expect("the cards").replace("\r\n", "\n").replace("\n ", "")
    }

    /// What another client does: it changes the card that has this text in it.
    pub(crate) async fn edit(&self, having: &str, from: &str, to: &str) {
        let folder = self._folder.path().join("collection-root/ann/contacts");
        for entry in std::fs::read_dir(folder).expect("the book") {
            let path = entry.expect("a card").path();
            let card = std::fs::read_to_string(&path).unwrap_or_default();
            if path.extension().is_some_and(|kind| kind == "vcf") && card.contains(having) {
                let name = path.file_name().expect("a name").to_string_lossy().into_owned();
                let put = self.client.put(format!("{}{name}", self.url)).basic_auth("ann", Some("any"));
                let put = put.header("content-type", "text/vcard").body(card.replace(from, to));
                assert!(put.send().await.expect("an answer").status().is_success());
                return;
            }
        }
        panic!("no card has {having}");
    }

    /// What another client does: it deletes the card that has this text in it, and makes it anew under another address.
    pub(crate) async fn readdress(&self, having: &str, name: &str) {
        let folder = self._folder.path().join("collection-root/ann/contacts");
        let cards = std::fs::read_dir(folder).expect("the book").map(|entry| entry.expect("a card").path());
        let cards = cards.filter_map(|path| Some((std::fs::read_to_string(&path).ok()?, path)));
        let (card, path) = cards.into_iter().find(|(card, _)| card.contains(having)).expect("a card has it");
        let url = format!("{}{}", self.url, path.file_name().expect("a name").to_string_lossy());
        let delete = self.client.delete(url).basic_auth("ann", Some("any")).send().await.expect("an answer");
        assert!(delete.status().is_success());
        self.add(name, &card).await;
    }

    pub(crate) async fn add(&self, name: &str, card: &str) {
        let put = self.client.put(format!("{}{name}.vcf", self.url)).basic_auth("ann", Some("any"));
        let put = put.header("content-type", "text/vcard").body(card.to_owned());
        assert!(put.send().await.expect("an answer").status().is_success());
    }
}

impl Drop for Radicale {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
