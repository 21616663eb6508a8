//! Writing contacts: one request each, then one to read all of them back.

use url::Url;

use super::{CardDav, cards, listing, wire::Effect};
use crate::apps::{App, AppError, Calls, Class, Observed, Write, Written, vcard::card::Card};

/// See [`crate::apps::App::push`].
pub(super) async fn push(app: &CardDav, writes: &[Write]) -> Vec<Result<Written, AppError>> {
    let mut sent = Vec::with_capacity(writes.len());
    let mut stopped: Option<AppError> = None;
    for write in writes {
        let answer = match &stopped {
            Some(error) => Err(error.clone()),
            None => send(app, write).await,
        };
        // What stops one write stops all: a password that is wrong once more may lock the account.
        stopped = answer.as_ref().err().filter(|error| stops(error.class)).cloned();
        sent.push(answer);
    }
    // Only what was refused is explained so: a write that was not answered may have been done all the same.
    let refused = |sent: &Result<_, AppError>| sent.as_ref().is_err_and(|error| error.class != Class::Unknown);
    if sent.iter().any(refused)
        && let Err(why) = app.prove().await
    {
        sent.iter_mut().filter(|sent| refused(sent)).for_each(|sent| *sent = Err(why.clone()));
    }
    // Servers rewrite cards, and some answer a write without its version.
    let ids: Vec<String> = sent.iter().filter_map(|sent| sent.as_ref().ok()?.clone()).collect();
    let mut found = match cards::fetch(app, &ids).await {
        Ok(found) => Ok(found.cards),
        Err(error) => Err(AppError::new(Class::Unknown, format!("written, but not read back: {}", error.what))),
    };
    let mut answers = Vec::with_capacity(writes.len());
    for (write, sent) in writes.iter().zip(sent) {
        answers.push(match (sent, &mut found) {
            (Err(error), _) => Err(error),
            (Ok(None), _) => Ok(Written { now: listing::tombstone(id_of(write).as_str()) }),
            (Ok(Some(_)), Err(error)) => Err(error.clone()),
            (Ok(Some(id)), Ok(found)) => match found.remove(&id) {
                Some(now) => Ok(Written { now }),
                None => elsewhere(app, write).await,
            },
        });
    }
    answers
}

/// The requests of a batch: one a contact, one more for each that has no version, and one that reads them all back.
pub(super) fn cost<'w>(writes: impl Iterator<Item = &'w Write>) -> Calls {
    let mut calls = Calls::default();
    let mut read_back = 0;
    for write in writes {
        let is_delete = matches!(write, Write::Delete { .. });
        calls.add(if is_delete { "DELETE" } else { "PUT" }, 1);
        calls.add("REPORT", usize::from(matches!(write, Write::Update { version: None, .. })));
        read_back = usize::from(!is_delete).max(read_back);
    }
    calls.add("REPORT", read_back);
    calls
}

fn stops(class: Class) -> bool {
    matches!(class, Class::Auth | Class::Fatal | Class::Retry | Class::Rate(_))
}

fn id_of(write: &Write) -> String {
    match write {
        Write::Create { op, .. } => format!("{op}.vcf"),
        Write::Update { id, .. } | Write::Delete { id, .. } => id.clone(),
    }
}

/// A written contact that is not where it was written: some servers choose addresses of their own.
async fn elsewhere(app: &CardDav, write: &Write) -> Result<Written, AppError> {
    // The server took it: whatever goes wrong while it is looked for, it is not sent again.
    let unknown = |why: String| AppError::new(Class::Unknown, format!("`{}` was written, and {why}", id_of(write)));
    let found = match write {
        Write::Create { op, .. } => cards::find_created(app, *op)
            .await
            .map_err(|error| unknown(format!("cannot be looked for: {}", error.what)))?,
        _ => None,
    };
    found.map(|now| Written { now }).ok_or_else(|| unknown("is not there".to_owned()))
}

/// Sends one write. The id to read back, or nothing after a deletion.
async fn send(app: &CardDav, write: &Write) -> Result<Option<String>, AppError> {
    let id = id_of(write);
    let url = app.address(&id).await?;
    match write {
        Write::Create { op, record } => {
            let card = app.layout.create(&op.to_string(), record, app.wire.world().clock.now());
            match put(app, &url, ("if-none-match", "*"), card.to_bytes()).await {
                // It is there: this create arrived before.
                Err(error) if error.class == Class::Stale => {}
                sent => sent?,
            }
            Ok(Some(id))
        }
        Write::Update { version, raw, before, after, .. } => {
            let mut card = Card::parse(raw).map_err(|error| {
                AppError::new(Class::Invalid, format!("`{id}` is no card that can be changed: {error}"))
            })?;
            app.layout.write(&mut card, before, after, app.wire.world().clock.now());
            match version {
                Some(version) => put(app, &url, ("if-match", version), card.to_bytes()).await?,
                None => {
                    unchanged(app, &id, raw).await?;
                    put(app, &url, ("if-match", "*"), card.to_bytes()).await?;
                }
            }
            Ok(Some(id))
        }
        Write::Delete { version, .. } => {
            let condition = version.as_deref().map(|version| ("if-match", version));
            let answer = app.wire.send(Effect::Writes, "DELETE", &url, condition.as_slice(), &[]).await?;
            match answer.status {
                200..=299 | 404 | 410 => Ok(None),
                _ => Err(app.wire.refusal(Effect::Writes, &url, &answer)),
            }
        }
    }
}

/// For servers without versions: the contact as it is now must be what was read.
async fn unchanged(app: &CardDav, id: &String, raw: &[u8]) -> Result<(), AppError> {
    let now: Option<Observed> = app.get(std::slice::from_ref(id)).await?.into_iter().next().flatten();
    match now {
        Some(now) if now.raw == raw => Ok(()),
        Some(_) => Err(AppError::new(Class::Stale, format!("`{id}` was changed since it was read"))),
        None => Err(AppError::new(Class::Gone, format!("`{id}` is not there any more"))),
    }
}

async fn put(app: &CardDav, url: &Url, condition: (&str, &str), card: Vec<u8>) -> Result<(), AppError> {
    let headers = [("content-type", "text/vcard; charset=utf-8"), condition];
    let answer = app.wire.send(Effect::Writes, "PUT", url, &headers, &with_crlf(card)).await?;
    match answer.status {
        200..=299 => Ok(()),
        _ => Err(app.wire.refusal(Effect::Writes, url, &answer)),
    }
}

/// XML turns CRLF into LF on its way here; on its way back a card has CRLF again (RFC 6350, 3.2).
fn with_crlf(card: Vec<u8>) -> Vec<u8> {
    if card.contains(&b'\r') {
        return card;
    }
    let lines = card.split_inclusive(|byte| *byte == b'\n');
    lines
        .flat_map(|line| match line.strip_suffix(b"\n") {
            Some(text) => [text, b"\r\n"].concat(),
            None => line.to_vec(),
        })
        .collect()
}
