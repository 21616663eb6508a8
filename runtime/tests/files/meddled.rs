//! A list to which somebody else does something just when we write or read.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use syncc_compiler::{schema, value::Record};
use syncc_runtime::apps::{App, AppError, Class, Limits, Observed, Page, Pulled, Write, Written};
use uuid::Uuid;

/// What somebody does between our reading and our first write.
type Deed = Box<dyn FnOnce() + Send>;

pub(crate) struct Meddled {
    inner: Box<dyn App>,
    before_push: Mutex<Option<Deed>>,
    /// The id of a record that became part of another one, and the id of that one.
    merged: Option<(&'static str, &'static str)>,
    /// How many records were asked for one by one.
    asked: Arc<AtomicUsize>,
    /// Whether it takes nobody new.
    is_full: bool,
    /// Whether it does what it is asked and answers nothing.
    is_silent: bool,
}

impl Meddled {
    fn new(inner: Box<dyn App>) -> Self {
        let (before_push, asked) = (Mutex::new(None), Arc::default());
        Self { inner, before_push, merged: None, asked, is_full: false, is_silent: false }
    }

    /// A list to which this is done before we write to it for the first time.
    pub(crate) fn before_push(inner: Box<dyn App>, deed: impl FnOnce() + Send + 'static) -> Box<dyn App> {
        let deed: Deed = Box::new(deed);
        Box::new(Self { before_push: Mutex::new(Some(deed)), ..Self::new(inner) })
    }

    /// A list that says that the one record became part of the other, and how many records of it were asked for one by one.
    pub(crate) fn merged(
        inner: Box<dyn App>,
        one: &'static str,
        other: &'static str,
    ) -> (Box<dyn App>, Arc<AtomicUsize>) {
        let list = Self { merged: Some((one, other)), ..Self::new(inner) };
        let asked = list.asked.clone();
        (Box::new(list), asked)
    }

    /// A list that takes nobody new.
    pub(crate) fn full(inner: Box<dyn App>) -> Box<dyn App> {
        Box::new(Self { is_full: true, ..Self::new(inner) })
    }

    /// A list that does what it is asked and answers nothing.
    pub(crate) fn silent(inner: Box<dyn App>) -> Box<dyn App> {
        Box::new(Self { is_silent: true, ..Self::new(inner) })
    }

    fn told(&self, mut observed: Observed) -> Observed {
        observed.aliases.extend(self.merged.filter(|(_, into)| *into == observed.id).map(|(one, _)| one.to_owned()));
        observed
    }
}

#[async_trait]
impl App for Meddled {
    async fn identity(&self) -> Result<String, AppError> {
        self.inner.identity().await
    }

    async fn pull(&self, cursor: Option<&str>, page: &mut Page<'_>) -> Result<Pulled, AppError> {
        self.inner.pull(cursor, &mut |read| page(read.into_iter().map(|one| self.told(one)).collect())).await
    }

    async fn get(&self, ids: &[String]) -> Result<Vec<Option<Observed>>, AppError> {
        self.asked.fetch_add(ids.len(), Ordering::Relaxed);
        self.inner.get(ids).await
    }

    async fn find_created(&self, op: Uuid, record: &Record) -> Result<Option<Observed>, AppError> {
        if self.is_silent {
            return Err(AppError::new(Class::Retry, "no answer"));
        }
        self.inner.find_created(op, record).await
    }

    fn anew(&self, cursor: &str, without: &[String]) -> Option<String> {
        self.inner.anew(cursor, without)
    }

    fn lists_lag(&self) -> bool {
        self.inner.lists_lag()
    }

    fn decode(&self, raw: &[u8]) -> Result<Record, AppError> {
        self.inner.decode(raw)
    }

    async fn push(&self, writes: &[Write]) -> Vec<Result<Written, AppError>> {
        if let Some(deed) = self.before_push.lock().expect("a lock").take() {
            deed();
        }
        if self.is_full && writes.iter().any(|write| matches!(write, Write::Create { .. })) {
            return writes.iter().map(|_| Err(AppError::new(Class::Invalid, "the list is full"))).collect();
        }
        let answers = self.inner.push(writes).await;
        match self.is_silent {
            true => answers.iter().map(|_| Err(AppError::new(Class::Unknown, "no answer"))).collect(),
            false => answers,
        }
    }

    fn limits(&self) -> Limits {
        self.inner.limits()
    }

    async fn discover(&self) -> Result<schema::Pulled, AppError> {
        self.inner.discover().await
    }
}
