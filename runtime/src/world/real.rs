//! The world as it is: the system's clock, the system's randomness, real sockets.
//!
//! Promises of the HTTP client:
//! - A request is sent once. Only what certainly did not reach the server is told as [`HttpError::NotSent`].
//! - Redirects are followed for reading methods and within one origin only; any other redirect comes back as the
//!   answer that it is. So no password ever travels to a host that it was not meant for.
//! - An answer that is too long or too slow is an error, never a part of an answer.
//! - The own machine is never reached through a proxy.

use std::{
    error::Error,
    sync::{Arc, OnceLock},
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use reqwest::{Client, ClientBuilder, Method, redirect::Policy};
use url::{Host, Url};

use super::{Chance, Clock, Http, HttpError, Request, Response, World};

/// How long a connection may take to be there.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a request may take until the last byte of its answer.
const TOTAL: Duration = Duration::from_secs(120);
/// The longest answer that is read, decompressed.
const LONGEST: usize = 64 * 1024 * 1024;
/// How many redirects are followed.
const HOPS: usize = 5;
/// Methods that only read (RFC 9110 9.2.1, RFC 4918, RFC 3253): these may follow a redirect.
const READING: [&str; 5] = ["GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"];

impl World {
    /// The world as it is. Opens nothing yet.
    #[must_use]
    pub fn real() -> Self {
        Self::new(Arc::new(System), Arc::new(System), Arc::new(Sockets::default()))
    }
}

/// The clock and the randomness of the system.
struct System;

#[async_trait]
impl Clock for System {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

impl Chance for System {
    fn bits(&self) -> u128 {
        rand::random()
    }
}

/// HTTP over real sockets. Each client is built at its first request: most runs need one of them, and to read the certificates
/// of the system takes longer than many a run.
#[derive(Default)]
struct Sockets {
    /// To the own machine without encryption: needs no certificates.
    plain: OnceLock<Result<Client, String>>,
    /// To the own machine.
    near: OnceLock<Result<Client, String>>,
    /// To everybody else, maybe through a proxy.
    far: OnceLock<Result<Client, String>>,
}

impl Sockets {
    fn for_url(&self, url: &Url) -> Result<&Client, String> {
        let client = match (is_loopback(url), url.scheme()) {
            (true, "http") => self.plain.get_or_init(|| built(client().no_proxy().tls_certs_only([]))),
            (true, _) => self.near.get_or_init(|| built(client().no_proxy())),
            (false, _) => self.far.get_or_init(|| built(client())),
        };
        client.as_ref().map_err(String::clone)
    }
}

fn client() -> ClientBuilder {
    Client::builder()
        .connect_timeout(CONNECT)
        .timeout(TOTAL)
        .redirect(Policy::none())
        .user_agent(concat!("syncc/", env!("CARGO_PKG_VERSION")))
}

fn built(client: ClientBuilder) -> Result<Client, String> {
    client.build().map_err(|error| causes(&error))
}

#[async_trait]
impl Http for Sockets {
    async fn send(&self, request: Request) -> Result<Response, HttpError> {
        let mut url = request.url.clone();
        for _ in 0..HOPS {
            let client = self.for_url(&url).map_err(|why| HttpError::NotSent { host: host(&url), why })?;
            let response = once(client, &request, &url).await?;
            match next_hop(&request.method, &url, &response) {
                Some(next) => url = next,
                None => return Ok(response),
            }
        }
        Err(HttpError::NoAnswer { host: host(&url), why: format!("it redirected more than {HOPS} times") })
    }
}

/// Sends the request to this address and reads the whole answer.
async fn once(client: &Client, request: &Request, url: &Url) -> Result<Response, HttpError> {
    let host = host(url);
    let method = Method::from_bytes(request.method.as_bytes())
        .map_err(|_| HttpError::NotSent { host: host.clone(), why: "the method is not valid".to_owned() })?;
    let mut building = client.request(method, url.clone());
    for (name, value) in &request.headers {
        building = building.header(name, value);
    }
    if !request.body.is_empty() {
        building = building.body(request.body.clone());
    }
    let mut answer = building.send().await.map_err(|error| failure(&host, &error))?;

    let status = answer.status().as_u16();
    let headers = answer
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| failure(&host, &error))? {
        if body.len() + chunk.len() > LONGEST {
            return Err(HttpError::NoAnswer { host, why: "its answer is longer than 64 MiB".to_owned() });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Response { status, headers, body })
}

/// Where a redirect leads that may be followed: a reading method, the same scheme, host and port.
fn next_hop(method: &str, url: &Url, response: &Response) -> Option<Url> {
    if !matches!(response.status, 301 | 302 | 303 | 307 | 308) || !READING.contains(&method) {
        return None;
    }
    let next = url.join(response.header("location")?).ok()?;
    (next.origin() == url.origin()).then_some(next)
}

/// Only a connection that never stood certainly carried nothing.
fn failure(host: &str, error: &reqwest::Error) -> HttpError {
    let host = host.to_owned();
    if error.is_connect() || error.is_builder() {
        let why = if error.is_timeout() { "no connection within 10 seconds".to_owned() } else { causes(error) };
        return HttpError::NotSent { host, why };
    }
    let why = if error.is_timeout() { "no whole answer within 120 seconds".to_owned() } else { causes(error) };
    HttpError::NoAnswer { host, why }
}

/// The innermost cause says most: "Connection refused", not "error sending request".
fn causes(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// The host and port of an address, for people.
fn host(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => url.to_string(),
    }
}

/// Whether the address is on this machine.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
#[path = "real_test.rs"]
mod test;
