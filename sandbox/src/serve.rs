//! HTTP on a loopback port: reads a request, lets faults strike, asks the app, answers.
//!
//! It stands directly on hyper, because the faults are about connections: one is closed without an answer, another in
//! the middle of one.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Sleep;
use url::form_urlencoded;

use crate::answer::{self, Outcome};
use crate::control;
use crate::desk::Desk;
use crate::wire::{Reply, Request};

const LONGEST_BODY: usize = 32 << 20;
/// How long a write holds the account, where only one may be under way.
const WRITE: Duration = Duration::from_millis(1);

/// Serves until `stop` turns true; then every connection is closed.
pub(crate) async fn serve(listener: TcpListener, desk: Arc<Desk>, mut stop: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(connections.spawn(connection(stream, Arc::clone(&desk)))),
                // Out of file descriptors, or the peer is gone already: the next one may do better.
                Err(error) => {
                    tracing::debug!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            },
            Some(_) = connections.join_next() => {}
            () = told(&mut stop) => break,
        }
    }
}

/// Waits until it is told to stop, or until nobody is left to tell.
async fn told(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn connection(stream: TcpStream, desk: Arc<Desk>) {
    // Answers are small, and a client waits for each of them.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| exchange(Arc::clone(&desk), request));
    let served = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
    if let Err(error) = served {
        tracing::debug!(%error, "connection ended");
    }
}

/// Answers one request. An error closes the connection without an answer.
async fn exchange(desk: Arc<Desk>, http: hyper::Request<Incoming>) -> io::Result<Response<Sent>> {
    let (parts, body) = http.into_parts();
    let body = Limited::new(body, LONGEST_BODY).collect().await.map_err(io::Error::other)?.to_bytes();
    let raw_query = parts.uri.query().unwrap_or_default().to_owned();
    let mut request = Request {
        method: parts.method.as_str().to_owned(),
        path: percent_decode_str(parts.uri.path()).decode_utf8_lossy().into_owned(),
        query: form_urlencoded::parse(raw_query.as_bytes()).into_owned().collect(),
        authorization: parts.headers.get("authorization").and_then(|v| v.to_str().ok()).map(str::to_owned),
        body,
        now: desk.clock.now(),
        twists: Vec::new(),
        lag: 0,
    };
    if request.path.starts_with(control::PREFIX) {
        let reply = blocking(move || control::answer(&desk, &request)).await?;
        return Ok(whole(reply));
    }

    let struck = desk.strike(&request.method, &format!("{}?{raw_query}", request.path));
    tokio::time::sleep(struck.delay).await;
    request.now = desk.clock.now();
    request.twists.clone_from(&struck.twists);
    request.lag = struck.lag;
    let outcome = match answer::before(&desk, &struck) {
        Some(outcome) => outcome,
        None => answer::after(&desk, &struck, work(&desk, request.clone()).await?),
    };
    let outcome = outcome.dated(&desk);
    answer::note(&desk, &request, &raw_query, &outcome);
    match outcome {
        Outcome::Whole(reply) => Ok(whole(reply)),
        Outcome::Cut(reply) => Ok(cut(&reply)),
        Outcome::Nothing => Err(io::ErrorKind::ConnectionAborted.into()),
    }
}

/// Asks the app, away from the threads that serve connections, because it may wait for the disk.
async fn work(desk: &Arc<Desk>, request: Request) -> io::Result<Reply> {
    let alone = request.writes() && desk.read(|app| app.writes_alone());
    let right = if alone { desk.begin_write() } else { None };
    if alone && right.is_none() {
        return Ok(desk.read(|app| app.outside(409)));
    }
    let asked = Arc::clone(desk);
    let reply = blocking(move || asked.answer(&request)).await;
    if right.is_some() {
        tokio::time::sleep(WRITE).await;
    }
    reply
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)
}

fn whole(reply: Reply) -> Response<Sent> {
    let body = Bytes::from(reply.body.to_string());
    respond(&reply, Sent::Whole(Some(body)))
}

/// An answer that promises all of its body, sends half of it and breaks off.
fn cut(reply: &Reply) -> Response<Sent> {
    let body = reply.body.to_string();
    let length = body.len();
    let half = Bytes::from(body).slice(..length / 2);
    let mut response =
        respond(reply, Sent::Cut { half: Some(half), pause: Box::pin(tokio::time::sleep(Duration::from_millis(10))) });
    response.headers_mut().insert("content-length", length.into());
    response
}

fn respond(reply: &Reply, body: Sent) -> Response<Sent> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert("content-type", hyper::header::HeaderValue::from_static("application/json; charset=UTF-8"));
    for (name, value) in &reply.headers {
        if let Ok(value) = value.parse() {
            headers.insert(*name, value);
        }
    }
    response
}

/// The body of an answer.
enum Sent {
    Whole(Option<Bytes>),
    /// Half of a body, and after a moment, in which it reaches the client, the end of the connection.
    Cut {
        half: Option<Bytes>,
        pause: Pin<Box<Sleep>>,
    },
}

impl Body for Sent {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.get_mut() {
            Self::Whole(body) => Poll::Ready(body.take().map(|body| Ok(Frame::data(body)))),
            Self::Cut { half, pause } => match half.take() {
                Some(half) => Poll::Ready(Some(Ok(Frame::data(half)))),
                None => pause.as_mut().poll(context).map(|()| Some(Err(io::ErrorKind::ConnectionAborted.into()))),
            },
        }
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        match self {
            Self::Whole(body) => hyper::body::SizeHint::with_exact(body.as_ref().map_or(0, Bytes::len) as u64),
            Self::Cut { .. } => hyper::body::SizeHint::default(),
        }
    }
}
