//! [`App`] for an app that is data.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use async_trait::async_trait;
use serde_json::Value as Json;
use syncc_compiler::{
    ir::Side,
    schema,
    value::{Canon, Record},
};
use uuid::Uuid;

use super::{
    cursor::{Cursor, asked},
    lens::Fields,
    list::Pages,
    lookup::Lookups,
    manifest::{Changes, HttpObject, Listing, Manifest},
    mirrored::{Mirrored, PAGE},
    path::{Path, text},
    wire::{Call, Effect, Sender, method},
};
use crate::{
    apps::{Account, App, AppError, Batch, Calls, Class, Limits, Observed, Page, Pulled, Write, Written},
    world::World,
};

/// One account, opened for one side.
pub(super) struct HttpApp {
    pub(super) sender: Sender,
    pub(super) object: HttpObject,
    pub(super) fields: Fields,
    pub(super) lookups: Lookups,
    pub(super) mirrored: Option<Mirrored>,
    side: Side,
}

impl HttpApp {
    pub(super) fn open(side: &Side, account: &Account, world: &World) -> Result<Self, AppError> {
        let app = &side.app;
        let fatal = |what: String| AppError::new(Class::Fatal, what);
        let text = syncc_connectors::manifest(app).ok_or_else(|| fatal(format!("there is no app called `{app}`")))?;
        let manifest = Manifest::read(app, text)?;
        let wrong = |what: String| fatal(format!("the manifest of `{app}` is wrong: {what}"));
        let http = manifest.http.ok_or_else(|| wrong("it has no requests".to_owned()))?;
        let object = manifest.objects.get(&side.object);
        let object = object.ok_or_else(|| fatal(format!("{} has no `{}`", manifest.app.title, side.object)))?;
        let requests = object.http.clone().ok_or_else(|| wrong(format!("`{}` has no requests", side.object)))?;
        let canon = match &account.region {
            Some(region) => Canon::for_region(region).ok_or_else(|| {
                fatal(format!("the region `{region}` of the account `{}` is no country", account.name))
                    .todo("write two letters, such as `region = \"US\"`")
            })?,
            None => Canon::default(),
        };
        let sender = Sender::new(&manifest.app.title, &http, account, world)?;
        let whose = http.identity.set_by(&sender.settings());
        let mirrored = requests.mirror.as_ref().map(|rule| Mirrored::open(account, whose.as_deref(), object, rule));
        Ok(Self {
            sender,
            fields: Fields::new(side, object, &requests, canon).map_err(wrong)?,
            lookups: Lookups::new(object, &requests.lookups).map_err(wrong)?,
            mirrored: mirrored.transpose()?,
            object: requests,
            side: side.clone(),
        })
    }

    /// Records as the app shows them, to be remembered.
    pub(super) async fn observe(&self, records: Vec<Json>) -> Result<Vec<Observed>, AppError> {
        Ok(self.observe_names(records).await?.0)
    }

    /// The same, and whether it turned out that a known name of a label changed or went.
    async fn observe_names(&self, mut records: Vec<Json>) -> Result<(Vec<Observed>, bool), AppError> {
        let renamed = self.lookups.name(&self.sender, &mut records).await?;
        let observed: Result<_, _> = records.iter().map(|record| self.observed(record)).collect();
        Ok((observed?, renamed))
    }

    /// One record, with its names in it.
    pub(super) fn observed(&self, record: &Json) -> Result<Observed, AppError> {
        let object = &self.object;
        let id = object.id.text(record).ok_or_else(|| self.sender.strange("a record without an id"))?;
        let flagged = object.deleted.as_ref().and_then(|path| path.first(record)) == Some(&Json::Bool(true));
        let deleted = flagged || object.buried.as_ref().is_some_and(|buried| buried.holds(record));
        let text = |path: &Option<Path>| path.as_ref().and_then(|path| path.text(record));
        let aliases = object.aliases.iter().flat_map(|path| path.all(record));
        Ok(Observed {
            id: object.own_id(&id),
            version: text(&object.version),
            raw: if deleted { Vec::new() } else { record.to_string().into_bytes() },
            deleted,
            edited: text(&object.edited).and_then(|time| time.parse().ok()),
            aliases: aliases
                .flat_map(|json| json.as_array().map_or_else(|| vec![json], |list| list.iter().collect()))
                .filter_map(self::text)
                .collect(),
        })
    }

    /// A record in the app's own form.
    pub(super) fn parse(&self, raw: &[u8]) -> Result<Json, AppError> {
        serde_json::from_slice(raw).map_err(|error| {
            AppError::new(
                Class::Fatal,
                format!("a remembered record of {} does not read: {error}", self.sender.title()),
            )
        })
    }

    async fn pull_list(
        &self,
        listing: &Listing,
        cursor: Option<&str>,
        page: &mut Page<'_>,
    ) -> Result<Pulled, AppError> {
        let now = self.sender.world.clock.now();
        let changes: Option<&Changes> = listing.changes.as_ref();
        let mut since = now;
        let mut token = None;
        if let (Some(cursor), Some(changes)) = (cursor, changes) {
            let cursor = Cursor::read(cursor, listing, changes, now)?;
            self.lookups.remember(cursor.tables);
            (since, token) = (cursor.since, Some(cursor.token));
        }
        // Records that are known from earlier readings hold the names of that time.
        let lost = || AppError::new(Class::CursorLost, "everything is read again: a label was renamed or deleted");
        if self.lookups.refresh(&self.sender, token.is_none()).await? && token.is_some() {
            return Err(lost());
        }
        let mut pages = Pages::of(&self.sender, listing).since(token.as_deref());
        let mut begun = false;
        while let Some(records) = pages.next().await? {
            if records.is_empty() {
                continue;
            }
            let (observed, renamed) = self.observe_names(records).await?;
            // The next reading would find nothing new in the list that was just read: it has to be said now.
            match renamed {
                true if token.is_some() => return Err(lost()),
                true if begun => {
                    let what = format!("a label of {} was renamed or deleted while it was read", self.sender.title());
                    return Err(AppError::new(Class::Retry, what).todo("nothing was changed; run again"));
                }
                _ => page(observed)?,
            }
            begun = true;
        }
        let next = pages.token();
        let cursor = next.map(|token| Cursor { token, since, asked: asked(listing), tables: BTreeMap::new() });
        let cursor = match cursor {
            Some(cursor) => Some(Cursor { tables: self.lookups.tables(), ..cursor }.text()?),
            None => None,
        };
        Ok(Pulled { cursor, complete: token.is_none(), ..Pulled::default() })
    }

    /// The records that carry the marks of these ops, by op.
    async fn marked(&self, ops: &BTreeSet<String>) -> Result<BTreeMap<String, Json>, AppError> {
        let (Some(find), Some(marker), Some(listing)) = (&self.object.find, &self.object.marker, &self.object.list)
        else {
            return Err(self.cannot_find());
        };
        let mut found = BTreeMap::new();
        let newest_first = find.query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut pages = Pages::of(&self.sender, listing).with(newest_first);
        while let Some(records) = pages.next().await? {
            let marks = records.into_iter().filter_map(|record| Some((marker.read.text(&record)?, record)));
            found.extend(marks.filter(|(op, _)| ops.contains(op)));
            if found.len() == ops.len() {
                break;
            }
        }
        Ok(found)
    }

    /// The same, looked for as long as the app's lists may be behind its writes, or until all are found.
    pub(super) async fn marked_in_time(&self, ops: &BTreeSet<String>) -> Result<BTreeMap<String, Json>, AppError> {
        let waits = self.object.find.as_ref().map(|find| find.waits.as_slice()).unwrap_or_default();
        if waits.is_empty() {
            return Err(self.cannot_find());
        }
        let (mut found, mut missing) = (BTreeMap::new(), ops.clone());
        for wait in waits {
            self.sender.world.clock.sleep(Duration::from_secs(*wait)).await;
            found.append(&mut self.marked(&missing).await?);
            missing.retain(|op| !found.contains_key(op));
            if missing.is_empty() {
                break;
            }
        }
        Ok(found)
    }

    fn cannot_find(&self) -> AppError {
        let title = self.sender.title();
        AppError::new(Class::Unknown, format!("{title} cannot say what became of a new record"))
    }

    /// The elements of sets that the mirror has.
    fn discover_values(&self, mirrored: &Mirrored, object: &mut schema::PulledObject) -> Result<(), AppError> {
        let mut values: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut last = 0;
        loop {
            let page = mirrored.mirror.since(last, PAGE)?;
            let Some(held) = page.last() else { break };
            last = held.changed;
            for held in &page {
                let record = self.fields.get(&held.record);
                let fields = self.side.fields.iter().zip(record.values());
                for (field, value) in fields.filter(|(field, _)| field.ty.is_set()) {
                    let texts = value.elements().iter().map(|text| text.shown().to_owned());
                    values.entry(field.name.clone()).or_default().extend(texts);
                }
            }
        }
        object.values.extend(values.into_iter().map(|(field, values)| (field, values.into_iter().collect())));
        Ok(())
    }

    /// Reads one record by its id; `None` when the app does not show it.
    pub(super) async fn get_one(&self, id: &str) -> Result<Option<Json>, AppError> {
        let get = &self.object.get;
        let mut call = Call::read(&get.request, &get.query);
        call.fill = call.fill.text("id", id);
        match self.sender.send(call).await {
            Ok(record) => Ok(Some(record)),
            Err(error) if error.class == Class::Gone => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn get_many(&self, ids: &[String]) -> Result<Vec<Option<Json>>, AppError> {
        let get = &self.object.get;
        let Some(batch) = &get.batch else {
            let mut found = Vec::new();
            for id in ids {
                found.push(self.get_one(id).await?);
            }
            return Ok(found);
        };
        let mut found: BTreeMap<String, Option<Json>> = BTreeMap::new();
        for ids in ids.chunks(batch.size.max(1)) {
            let mut call = Call::read(&get.request, &get.query);
            call.query.extend(ids.iter().map(|id| (batch.param.as_str(), id.clone())));
            let answer = self.sender.send(call).await?;
            let answers = batch.answers.first(&answer).and_then(Json::as_array);
            for single in
                answers.ok_or_else(|| self.sender.strange("no answers for the records that it was asked for"))?
            {
                let asked =
                    batch.asked.text(single).ok_or_else(|| self.sender.strange("a record that nobody asked for"))?;
                match self.sender.single(&batch.single, Effect::Reads, single) {
                    Ok(record) => {
                        found.insert(asked, Some(record.clone()));
                    }
                    Err(error) if error.class == Class::Gone => {
                        found.insert(asked, None);
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        // Each id must be answered: one that is left out is not known to be gone.
        let told =
            |id| found.get(id).cloned().ok_or_else(|| self.sender.strange("no answer for one of several records"));
        ids.iter().map(told).collect()
    }
}

#[async_trait]
impl App for HttpApp {
    async fn identity(&self) -> Result<String, AppError> {
        let identity = &self.sender.http().identity;
        let answer = self.sender.send(Call::read(&identity.request.request, &identity.request.query)).await?;
        match Path::try_from(identity.is.clone()) {
            Ok(path) => path.text(&answer).ok_or_else(|| self.sender.strange("no name for the account")),
            Err(_) => Ok(self.sender.settings().plain(&identity.is)),
        }
    }

    async fn pull(&self, cursor: Option<&str>, page: &mut Page<'_>) -> Result<Pulled, AppError> {
        match (&self.object.list, &self.mirrored) {
            (Some(listing), _) => self.pull_list(listing, cursor, page).await,
            (None, Some(mirrored)) => self.pull_mirror(mirrored, cursor, page).await,
            (None, None) => Err(AppError::new(Class::Fatal, format!("{} cannot be listed", self.sender.title()))),
        }
    }

    async fn get(&self, ids: &[String]) -> Result<Vec<Option<Observed>>, AppError> {
        let found = match &self.mirrored {
            Some(mirrored) => self.get_mirrored(mirrored, ids).await?,
            None => self.get_many(ids).await?,
        };
        let there: Vec<bool> = found.iter().map(Option::is_some).collect();
        let mut observed = self.observe(found.into_iter().flatten().collect()).await?.into_iter();
        let shown = there.into_iter().map(|there| if there { observed.next() } else { None });
        Ok(shown.map(|observed| observed.filter(|observed| !observed.deleted)).collect())
    }

    async fn find_created(&self, op: Uuid, record: &Record) -> Result<Option<Observed>, AppError> {
        if let Some(mirrored) = &self.mirrored {
            return self.find_mirrored(mirrored, op, record).await;
        }
        match self.marked_in_time(&BTreeSet::from([op.to_string()])).await?.into_values().next() {
            Some(record) => Ok(self.observe(vec![record]).await?.into_iter().next()),
            None => Ok(None),
        }
    }

    fn decode(&self, raw: &[u8]) -> Result<Record, AppError> {
        Ok(self.fields.get(&self.parse(raw)?))
    }

    async fn push(&self, writes: &[Write]) -> Vec<Result<Written, AppError>> {
        self.push_all(writes).await
    }

    fn limits(&self) -> Limits {
        Limits {
            creates: self.object.create.as_ref().map_or(1, |create| create.size),
            updates: self.object.update.as_ref().map_or(1, |update| update.size),
            client_ids: self.object.create.as_ref().is_some_and(|create| create.client_id),
        }
    }

    fn batches(&self, writes: &[Write]) -> Vec<Batch> {
        self.cut(writes)
    }

    fn asking(&self) -> Calls {
        let listing = self.object.list.as_ref();
        listing.map_or_else(Calls::default, |listing| Calls::of(method(&listing.request), 1))
    }

    fn pace(&self, calls: &Calls) -> Duration {
        self.sender.pace(calls)
    }

    async fn discover(&self) -> Result<schema::Pulled, AppError> {
        let mut object = schema::PulledObject::default();
        self.lookups.refresh(&self.sender, true).await?;
        let tables = self.lookups.tables();
        for place in &self.lookups.places {
            let mut names: Vec<String> =
                tables.get(&place.lookup).map(|table| table.names.values().cloned().collect()).unwrap_or_default();
            names.sort();
            object.values.insert(place.field.clone(), names);
        }
        if let (Some(custom), Some(listing)) = (&self.object.custom_names, &self.object.list) {
            let mut pages = Pages::of(&self.sender, listing);
            while let Some(records) = pages.next().await? {
                for name in records.iter().flat_map(|record| custom.all(record)).filter_map(text) {
                    object.fields.entry(name).or_insert_with(custom_field);
                }
            }
        }
        if let Some(mirrored) = &self.mirrored {
            self.discover_values(mirrored, &mut object)?;
        }
        Ok(schema::Pulled { objects: BTreeMap::from([(self.side.object.clone(), object)]) })
    }
}

/// A custom field: plain text that can be read and set.
fn custom_field() -> schema::Field {
    schema::Field {
        ty: schema::Type::One(schema::Scalar::Text),
        can: schema::Can::default(),
        means: None,
        values: None,
        reformats: false,
        lacks: Vec::new(),
        opt_out: false,
        about: None,
    }
}
