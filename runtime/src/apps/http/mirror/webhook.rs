//! Listening for the messages that an app sends on its own. What becomes of them is for the [`Intake`] to say.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    routing::post,
};
use syncc_compiler::ir::Side;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use tracing::{info, warn};

use super::intake::{Intake, SETTING, Taken};
use crate::{
    apps::{Account, AppError, Class},
    world::World,
};

/// The longest message that is taken.
const LONGEST: usize = 16 * 1024 * 1024;

/// A listener for the messages of one account. Listens until it is dropped.
#[derive(Debug)]
pub struct Webhooks {
    address: SocketAddr,
    news: watch::Receiver<u64>,
    task: JoinHandle<()>,
}

impl Webhooks {
    /// Where it listens. The app's messages have to reach it there, by a tunnel or a proxy.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for the next message that changed something.
    pub async fn news(&mut self) {
        if self.news.changed().await.is_err() {
            // The listener has ended; there will be no news.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Webhooks {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Listens for the messages that the app of this side sends, if it sends any and the account says where:
/// `webhook = "127.0.0.1:8787"`.
///
/// # Errors
/// When the address cannot be listened on, or the secret that signs the messages is missing.
pub async fn listen_webhooks(side: &Side, account: &Account, world: &World) -> Result<Option<Webhooks>, AppError> {
    let (Some(setting), Some(intake)) = (account.text(SETTING), Intake::open(side, account, world)?) else {
        return Ok(None);
    };
    let fatal = |what: String| AppError::new(Class::Fatal, what);
    let desk = Desk { intake, news: watch::channel(0).0 };
    let listener = TcpListener::bind(setting).await.map_err(|error| {
        fatal(format!("`{SETTING} = \"{setting}\"` of the account `{}` cannot be listened on: {error}", account.name))
            .todo("write a free address of this machine, such as `webhook = \"127.0.0.1:8787\"`")
    })?;
    let address = listener.local_addr().map_err(|error| fatal(format!("the address {setting} is lost: {error}")))?;
    info!(%address, account = account.name, "listening for messages");
    let news = desk.news.subscribe();
    let router = Router::new().fallback(post(take)).layer(DefaultBodyLimit::max(LONGEST)).with_state(Arc::new(desk));
    let task = tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            warn!(%error, "the listener for messages ended");
        }
    });
    Ok(Some(Webhooks { address, news, task }))
}

/// The intake, and who waits for news.
struct Desk {
    intake: Intake,
    news: watch::Sender<u64>,
}

async fn take(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> (StatusCode, &'static str) {
    let asked = Arc::clone(&desk);
    // It waits for the disk.
    let taken = tokio::task::spawn_blocking(move || {
        asked.intake.take(&|name| headers.get(name).and_then(|value| value.to_str().ok()), &body)
    });
    match taken.await {
        Ok(Taken { status, why, new }) => {
            if new {
                desk.news.send_modify(|count| *count += 1);
            }
            (StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE), why)
        }
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "it could not be kept; send it again"),
    }
}
