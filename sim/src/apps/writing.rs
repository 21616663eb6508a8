//! Writing to a practice app: one batch is one request, and may be lost before, within or after its effect.

use syncc_compiler::{schema::Type, value::Value};
use syncc_runtime::apps::{AppError, Class, Observed, Write, Written};

use super::{SimApp, View, wire};
use crate::{
    cell::{self, Cell, Cells},
    event::{Change, Fault},
    hub::State,
    server::Row,
};

impl SimApp {
    /// Sends a batch. What certainly had no effect is sent again, for a while.
    pub(super) async fn write(&self, writes: &[Write]) -> Vec<Result<Written, AppError>> {
        let mut tried = 0;
        loop {
            tried += 1;
            let fault = self.ask("write").await;
            let error = match fault {
                Some(Fault::Refused) => wire::refused(),
                Some(Fault::NotSent | Fault::Down) => AppError::new(Class::Retry, "the app could not be reached"),
                Some(Fault::TooMany) => wire::too_many(self.profile.says_when),
                Some(Fault::NoAnswer) => return writes.iter().map(|_| Err(lost())).collect(),
                Some(Fault::LostAnswer) => {
                    self.take(writes);
                    self.hub.step();
                    return writes.iter().map(|_| Err(lost())).collect();
                }
                Some(Fault::HalfDone) => {
                    self.take(&writes[..writes.len() / 2]);
                    self.hub.step();
                    return writes.iter().map(|_| Err(lost())).collect();
                }
                _ => {
                    let answers = self.take(writes);
                    self.hub.step();
                    return answers;
                }
            };
            if error.class == Class::Auth {
                return writes.iter().map(|_| Err(error.clone())).collect();
            }
            if let Err(error) = self.back_off(error, tried).await {
                return writes.iter().map(|_| Err(error.clone())).collect();
            }
        }
    }

    /// The app does what it is asked.
    fn take(&self, writes: &[Write]) -> Vec<Result<Written, AppError>> {
        let mut state = self.hub.state();
        writes.iter().map(|write| self.take_one(&mut state, write).map(|now| Written { now })).collect()
    }

    fn take_one(&self, state: &mut State, write: &Write) -> Result<Observed, AppError> {
        let now = state.now;
        let at = self.end.index();
        if matches!(self.view, View::Other | View::Nobody) {
            return Err(gone());
        }
        match write {
            Write::Create { op, record } => {
                let asked = self.cells(record);
                if self.profile.refuses(&asked) {
                    return Err(invalid());
                }
                let server = &mut state.servers[at];
                let cells: Cells = asked
                    .into_iter()
                    .filter_map(|(field, cell)| Some((field.clone(), server.stored(&field, Some(cell))?)))
                    .collect();
                let id = server.create(cells.clone(), Some(*op), now).ok_or_else(invalid)?;
                state.changed(self.end, &id, Change::Created { cells, op: Some(*op) });
                self.shown(state, &id).ok_or_else(gone)
            }
            Write::Update { id, version, before, after, .. } => {
                let (id, mut row) = self.present(state, id, version.as_deref())?;
                let mut changes = Vec::new();
                for (field, (before, after)) in self.side.fields.iter().zip(before.values().iter().zip(after.values()))
                {
                    if before == after || !after.is_known() {
                        continue;
                    }
                    let stored = match (before, after) {
                        (Value::Set(_) | Value::Empty, Value::Set(_) | Value::Empty) if field.ty.is_set() => {
                            self.elements(row.cells.get(&field.name), before, after, field.ty)
                        }
                        _ => state.servers[at].stored(&field.name, cell::cell(after)),
                    };
                    let held = match &stored {
                        Some(cell) => row.cells.insert(field.name.clone(), cell.clone()),
                        None => row.cells.remove(&field.name),
                    };
                    if held != stored {
                        let (field, believed) = (field.name.clone(), Some(cell::cell(before)));
                        changes.push(Change::Set { field, before: held, after: stored, believed });
                    }
                }
                if self.profile.refuses(&row.cells) {
                    return Err(invalid());
                }
                if !changes.is_empty() {
                    state.servers[at].put(&id, row, now);
                }
                for change in changes {
                    state.changed(self.end, &id, change);
                }
                self.shown(state, &id).ok_or_else(gone)
            }
            Write::Delete { id, version } => {
                let (id, row) = self.present(state, id, version.as_deref())?;
                state.servers[at].put(&id, Row { deleted: true, ..row }, now);
                state.changed(self.end, &id, Change::Deleted);
                Ok(Observed { id, version: None, raw: Vec::new(), deleted: true, edited: None, aliases: Vec::new() })
            }
        }
    }

    /// A set after elements were put in and taken out: those that nobody named stay.
    fn elements(&self, held: Option<&Cell>, before: &Value, after: &Value, ty: Type) -> Option<Cell> {
        let text = |shown: &str| self.canon.text(ty.scalar(), shown);
        let mut elements = match held {
            Some(Cell::Many(elements)) => elements.clone(),
            _ => Vec::new(),
        };
        elements.retain(|element| {
            let element = text(element);
            !before.elements().contains(&element) || after.elements().contains(&element)
        });
        for element in after.elements().iter().filter(|element| !before.elements().contains(element)) {
            if !elements.iter().any(|known| text(known) == *element) {
                elements.push(element.shown().to_owned());
            }
        }
        (!elements.is_empty()).then_some(Cell::Many(elements))
    }

    /// A record that is to be changed, if it is still the one that the writer read.
    fn present(&self, state: &State, id: &str, version: Option<&str>) -> Result<(String, Row), AppError> {
        let server = &state.servers[self.end.index()];
        let row = server.now(id).filter(|row| !row.deleted).ok_or_else(gone)?;
        let current = server.version(id, server.last()).to_string();
        if self.profile.versions && version.is_some_and(|version| version != current) {
            return Err(AppError::new(Class::Stale, "the contact was changed meanwhile"));
        }
        Ok((id.to_owned(), row.clone()))
    }
}

fn lost() -> AppError {
    AppError::new(Class::Unknown, "the app did not finish its answer")
}

fn gone() -> AppError {
    AppError::new(Class::Gone, "the contact is gone")
}

fn invalid() -> AppError {
    AppError::new(Class::Invalid, "the app does not take this contact")
}
