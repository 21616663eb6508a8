//! The desk of one practice app: the app itself, its journal, its outbox, its faults and its log, behind one lock each.
//!
//! Invariant: whatever changes the app goes through [`Desk::change`], which saves the change before anybody is told
//! of it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::{Notify, watch};

use crate::app::App;
use crate::clock::Clock;
use crate::fault::{Fault, FaultTable, Struck, WebhookFaults};
use crate::journal::{Changes, Journal};
use crate::log::Log;
use crate::options::{Refusal, SandboxError};
use crate::webhook::{self, Message, Outbox};
use crate::wire::{Reply, Request};

const WEBHOOK: &str = "setting/webhook";

/// One app and everything around it.
pub(crate) struct Desk {
    inner: Mutex<Inner>,
    faults: Mutex<FaultTable>,
    log: Mutex<Log>,
    pub(crate) clock: Arc<Clock>,
    /// A write is being answered.
    writing: AtomicBool,
    /// Rings when the outbox may have something to send.
    pub(crate) bell: Notify,
    /// Rings when webhooks go to another address.
    pub(crate) moved: Notify,
    /// How many messages wait in the outbox.
    owed: watch::Sender<usize>,
}

struct Inner {
    app: Box<dyn App>,
    journal: Journal,
    outbox: Outbox,
    webhook: Option<String>,
    webhook_faults: WebhookFaults,
}

/// What the journal held besides the app's own records.
#[derive(Default)]
pub(crate) struct Kept {
    outbox: Outbox,
    webhook: Option<String>,
}

impl Kept {
    /// Takes the desk's own records out of those of the last run.
    pub(crate) fn take(records: &mut BTreeMap<String, Value>) -> Result<Self, SandboxError> {
        let webhook = records.remove(WEBHOOK).and_then(|url| url.as_str().map(str::to_owned));
        let mut messages = Vec::new();
        let keys: Vec<String> = records.keys().filter(|key| key.starts_with(webhook::KEY)).cloned().collect();
        for key in keys {
            let value = records.remove(&key).unwrap_or_default();
            let message: Message =
                serde_json::from_value(value).map_err(|source| SandboxError::Record { key: key.clone(), source })?;
            messages.push((key, message));
        }
        Ok(Self { outbox: Outbox::load(messages), webhook })
    }
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("clock", &self.clock).finish_non_exhaustive()
    }
}

impl Desk {
    /// A desk for an app. What the app has to save already is saved first.
    pub(crate) fn open(
        app: Box<dyn App>,
        journal: Journal,
        kept: Kept,
        clock: Arc<Clock>,
        faults: Vec<Fault>,
        webhook_faults: WebhookFaults,
    ) -> Result<Self, Refusal> {
        let owed = watch::Sender::new(kept.outbox.len());
        let inner = Inner { app, journal, outbox: kept.outbox, webhook: kept.webhook, webhook_faults };
        let desk = Self {
            inner: Mutex::new(inner),
            faults: Mutex::new(FaultTable::new(faults)),
            log: Mutex::default(),
            clock,
            writing: AtomicBool::new(false),
            bell: Notify::new(),
            moved: Notify::new(),
            owed,
        };
        desk.change(|_, _| Ok(()))?;
        Ok(desk)
    }

    /// Reads the app.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&dyn App) -> T) -> T {
        read(locked(&self.inner).app.as_ref())
    }

    /// Changes the app, saves what changed, and puts its webhooks into the outbox.
    pub(crate) fn change<T>(
        &self,
        change: impl FnOnce(&mut dyn App, Timestamp) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let mut inner = locked(&self.inner);
        let result = change(inner.app.as_mut(), self.clock.now());
        self.settle(&mut inner, Changes::new())?;
        result
    }

    /// Answers a request of the app's API.
    pub(crate) fn answer(&self, request: &Request) -> Reply {
        let mut inner = locked(&self.inner);
        let reply = inner.app.answer(request);
        match self.settle(&mut inner, Changes::new()) {
            Ok(()) => reply,
            Err(refusal) => {
                tracing::error!("{refusal}");
                inner.app.outside(500)
            }
        }
    }

    /// Saves what changed, with these changes of the desk's own, and rings the bell for new messages.
    fn settle(&self, inner: &mut Inner, mut changes: Changes) -> Result<(), Refusal> {
        let failed = |error: &dyn std::fmt::Display| Refusal(format!("The practice app cannot save its data: {error}"));
        changes.append(&mut inner.app.take_changes().map_err(|error| failed(&error))?);
        let messages = inner.app.take_messages();
        // Nobody is owed what happened while nobody listened.
        for message in messages.into_iter().filter(|_| inner.webhook.is_some()) {
            let record = serde_json::to_value(&message).map_err(|error| failed(&error))?;
            let key = inner.outbox.push(message, inner.webhook_faults);
            changes.insert(key, record);
        }
        inner.journal.save(&changes).map_err(|error| failed(&error))?;
        self.owed.send_replace(inner.outbox.len());
        self.bell.notify_one();
        Ok(())
    }

    /// Sends webhooks to this address from now on, or to nobody.
    pub(crate) fn set_webhook(&self, url: Option<String>) -> Result<(), Refusal> {
        let mut inner = locked(&self.inner);
        let now = self.clock.now();
        let mut changes = Changes::new();
        let on = url.is_some();
        inner.app.integrate(on, now)?;
        if !on {
            changes.extend(inner.outbox.clear().into_iter().map(|key| (key, Value::Null)));
        }
        changes.insert(WEBHOOK.to_owned(), url.clone().map_or(Value::Null, Value::String));
        inner.webhook = url;
        self.settle(&mut inner, changes)?;
        self.moved.notify_one();
        Ok(())
    }

    /// Works on the outbox and the address its messages go to.
    pub(crate) fn with_outbox<T>(&self, work: impl FnOnce(&mut Outbox, Option<String>) -> T) -> T {
        let mut inner = locked(&self.inner);
        let url = inner.webhook.clone();
        let result = work(&mut inner.outbox, url);
        self.owed.send_replace(inner.outbox.len());
        result
    }

    /// Removes the records of messages that were accepted.
    pub(crate) fn forget(&self, keys: Vec<String>) {
        let changes: Changes = keys.into_iter().map(|key| (key, Value::Null)).collect();
        if let Err(error) = locked(&self.inner).journal.save(&changes) {
            // The message will be sent once more after a restart, which receivers must bear anyway.
            tracing::warn!(%error, "cannot note that a webhook was accepted");
        }
    }

    /// Waits until the receiver has accepted every message.
    pub(crate) async fn delivered(&self) {
        // The sender lives as long as the desk, so this ends only when nothing is owed.
        let _ = self.owed.subscribe().wait_for(|owed| *owed == 0).await;
    }

    /// Takes all messages out of the outbox, in the order in which they are to be sent, copies included.
    pub(crate) fn take_messages(&self) -> Vec<(String, Message)> {
        let taken = self.with_outbox(|outbox, _| outbox.take());
        self.forget(taken.iter().map(|(key, _)| key.clone()).collect());
        taken
    }

    /// Counts a request and says what is to go wrong with it.
    pub(crate) fn strike(&self, method: &str, target: &str) -> Struck {
        locked(&self.faults).strike(method, target)
    }

    pub(crate) fn faults(&self) -> Vec<Fault> {
        locked(&self.faults).list()
    }

    pub(crate) fn set_faults(&self, faults: Vec<Fault>) {
        *locked(&self.faults) = FaultTable::new(faults);
    }

    pub(crate) fn set_webhook_faults(&self, faults: WebhookFaults) {
        locked(&self.inner).webhook_faults = faults;
    }

    pub(crate) fn log(&self) -> MutexGuard<'_, Log> {
        locked(&self.log)
    }

    /// Takes the right to write, where only one write at a time may be under way. None when another has it.
    pub(crate) fn begin_write(&self) -> Option<Writing<'_>> {
        (!self.writing.swap(true, Ordering::SeqCst)).then_some(Writing(&self.writing))
    }
}

/// The right to write. It is given back when it is dropped, also when the client goes away in the middle.
pub(crate) struct Writing<'a>(&'a AtomicBool);

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

/// Locks, also after a panic elsewhere: every change is complete before its lock is given back.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
