//! P14: everything that is printed, told, logged or kept, searched for secrets.

use std::{
    fmt::Write as _,
    fs,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// Hears everything that the program says.
#[derive(Clone, Debug, Default)]
pub(super) struct Ears(Arc<Mutex<String>>);

impl Ears {
    /// Something was printed.
    pub(super) fn say(&self, text: &str) {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        heard.push_str(text);
        heard.push('\n');
    }

    /// Hears what is logged meanwhile.
    pub(super) fn hear<T>(self, work: impl FnOnce() -> T) -> T {
        tracing::subscriber::with_default(Listener(self), work)
    }

    /// All that was heard.
    pub(super) fn heard(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Writes down every event and span, of every level.
struct Listener(Ears);

struct Words(String);

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        // Writing into a string cannot fail.
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl Subscriber for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        let mut words = Words(String::new());
        span.record(&mut words);
        self.0.say(&words.0);
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        let mut words = Words(String::new());
        values.record(&mut words);
        self.0.say(&words.0);
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut words = Words(String::new());
        event.record(&mut words);
        self.0.say(&words.0);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// The first of these secrets that is in a file of this folder, or was heard: where.
pub(super) fn told(folder: &Path, heard: &str, secrets: &[String]) -> std::io::Result<Option<String>> {
    if let Some(line) = heard.lines().find(|line| secrets.iter().any(|secret| line.contains(secret.as_str()))) {
        return Ok(Some(format!("it was told: {line}")));
    }
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            // Bytes that are no text do not hide a secret, which is.
            let bytes = fs::read(&path)?;
            let text = String::from_utf8_lossy(&bytes);
            for secret in secrets {
                if text.contains(secret.as_str()) {
                    return Ok(Some(format!("{} is in the file {}", secret, path.display())));
                }
            }
        }
    }
    Ok(None)
}
