//! The real client against real sockets on this machine.

use axum::{
    Router,
    http::{StatusCode, header},
    response::Redirect,
    routing::{any, get},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::*;

type Outcome = Result<(), Box<dyn Error>>;

async fn serve(router: Router) -> Result<String, std::io::Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(base)
}

/// A server that reads the request, answers with these bytes and closes the connection.
async fn answering(bytes: &'static [u8]) -> Result<String, std::io::Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = socket.read(&mut request).await;
            let _ = socket.write_all(bytes).await;
        }
    });
    Ok(base)
}

fn request(method: &str, url: &str) -> Result<Request, url::ParseError> {
    Ok(Request { method: method.to_owned(), url: Url::parse(url)?, headers: Vec::new(), body: Vec::new() })
}

#[tokio::test]
async fn a_refused_connection_was_certainly_not_sent() -> Outcome {
    let port = TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
    let outcome = World::real().http.send(request("POST", &format!("http://127.0.0.1:{port}/"))?).await;
    assert!(
        matches!(&outcome, Err(HttpError::NotSent { host, .. }) if *host == format!("127.0.0.1:{port}")),
        "{outcome:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_connection_that_breaks_before_or_within_the_answer_leaves_it_open_what_was_done() -> Outcome {
    for bytes in [&b""[..], b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this"] {
        let base = answering(bytes).await?;
        let mut sent = request("POST", &base)?;
        sent.body = b"{}".to_vec();
        let outcome = World::real().http.send(sent).await;
        assert!(matches!(outcome, Err(HttpError::NoAnswer { .. })), "{outcome:?}");
    }
    Ok(())
}

#[tokio::test]
async fn any_status_is_an_answer_and_header_names_are_in_lower_case() -> Outcome {
    let base =
        serve(Router::new().route("/", get(|| async { (StatusCode::IM_A_TEAPOT, [("Retry-After", "7")], "short") })))
            .await?;
    let answer = World::real().http.send(request("GET", &base)?).await?;
    assert_eq!((answer.status, answer.header("retry-after"), &*answer.body), (418, Some("7"), &b"short"[..]));
    Ok(())
}

#[tokio::test]
async fn a_redirect_is_followed_when_reading_from_the_same_origin() -> Outcome {
    let router = Router::new()
        .route("/old", any(|| async { Redirect::permanent("/new") }))
        .route("/new", any(|| async { "moved here" }));
    let base = serve(router).await?;
    let world = World::real();
    assert_eq!(world.http.send(request("PROPFIND", &format!("{base}/old"))?).await?.body, b"moved here");
    // A write is never repeated elsewhere.
    assert_eq!(world.http.send(request("POST", &format!("{base}/old"))?).await?.status, 308);
    Ok(())
}

#[tokio::test]
async fn a_redirect_to_another_host_comes_back_as_the_answer() -> Outcome {
    let other = serve(Router::new().route("/", get(|| async { "secret taken" }))).await?;
    let location = other.clone();
    let router =
        Router::new().route("/", get(move || async move { (StatusCode::FOUND, [(header::LOCATION, location)]) }));
    let answer = World::real().http.send(request("GET", &serve(router).await?)?).await?;
    assert_eq!((answer.status, answer.header("location")), (302, Some(&*other)));
    Ok(())
}

#[tokio::test]
async fn an_answer_without_an_end_is_cut_off_at_the_limit() -> Outcome {
    let router = Router::new().route("/", get(|| async { vec![b'x'; LONGEST + 1] }));
    let outcome = World::real().http.send(request("GET", &serve(router).await?)?).await;
    assert!(matches!(&outcome, Err(HttpError::NoAnswer { why, .. }) if why.contains("64 MiB")));
    Ok(())
}

#[test]
fn two_random_numbers_differ() {
    let world = World::real();
    assert_ne!(world.chance.bits(), world.chance.bits());
}
