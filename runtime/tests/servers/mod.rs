//! Real CardDAV servers in throwaway folders on free ports. Dropped, they are gone.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// How long a server may take to listen.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server.
pub(crate) struct Server {
    process: Child,
    /// Lives as long as the server.
    _folder: TempDir,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// Radicale, which rewrites every card. It knows `ann` with the password `secret`, and gives her no book yet.
    pub(crate) fn radicale() -> Self {
        Self::start("radicale", |command, folder, port| {
            let passwords = folder.join("passwords");
            fs::write(&passwords, "ann:secret\n").expect("a file with passwords");
            command
                .args(["--config", "", "--server-hosts", &format!("127.0.0.1:{port}")])
                .args(["--auth-type", "htpasswd", "--auth-htpasswd-encryption", "plain"])
                .args(["--auth-delay", "0"])
                .arg("--auth-htpasswd-filename")
                .arg(passwords)
                .arg("--storage-filesystem-folder")
                .arg(folder.join("books"));
        })
    }

    /// Xandikos, which keeps every byte of a card. It asks for no password and has one book.
    pub(crate) fn xandikos() -> Self {
        Self::start("xandikos", |command, folder, port| {
            command.arg("serve").arg("-d").arg(folder.join("books"));
            command.args(["-l", "127.0.0.1", "-p", &port.to_string(), "--defaults"]);
        })
    }

    /// The address of the server with this path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn start(name: &str, arguments: impl FnOnce(&mut Command, &Path, u16)) -> Self {
        let program = venv().join("bin").join(name);
        assert!(program.exists(), "{} is missing: run tests/install", program.display());
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let mut command = Command::new(program);
        arguments(&mut command, folder.path(), port);
        let log = fs::File::create(folder.path().join("log")).expect("a log");
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("the log")).stderr(log);
        let process = command.spawn().expect("the server starts");
        let mut server = Self { process, _folder: folder, port };
        server.wait(name);
        server
    }

    fn wait(&mut self, name: &str) {
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let ended = self.process.try_wait().expect("its state").is_some();
            if ended || start.elapsed() > PATIENCE {
                let log = fs::read_to_string(self._folder.path().join("log")).unwrap_or_default();
                panic!("{name} does not listen on port {}:\n{log}", self.port);
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
}

/// The Python environment that `tests/install` makes, beside the workspace whatever the build folder is.
fn venv() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/venv")
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("its address").port()
}
