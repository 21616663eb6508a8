//! What people do in the apps' own screens.

use jiff::Timestamp;

use crate::{
    cell::{Cell, Cells},
    event::{By, Change},
    scenario::{Does, Edit},
    server::{Row, Server},
};

/// Does it, and says which records changed how. Nothing where it makes no sense.
pub(crate) fn act(server: &mut Server, edit: &Edit, now: Timestamp) -> Vec<(By, String, Change)> {
    if let Does::Make(cells) = &edit.does {
        let cells: Cells = cells
            .iter()
            .filter_map(|(field, cell)| Some((field.clone(), server.stored(field, Some(cell.clone()))?)))
            .collect();
        let made = server.create(cells.clone(), None, now);
        return made.map(|id| (By::Person, id, Change::Created { cells, op: None })).into_iter().collect();
    }
    let Some(id) = server.nth(edit.nth).map(str::to_owned) else { return Vec::new() };
    let Some(row) = server.now(&id).cloned() else { return Vec::new() };
    let changes = match &edit.does {
        Does::Restore => {
            if !row.deleted || row.merged.is_some() {
                return Vec::new();
            }
            server.put(&id, Row { deleted: false, ..row }, now);
            vec![Change::Restored]
        }
        _ if row.deleted => return Vec::new(),
        Does::Make(_) => Vec::new(),
        Does::Set(field, cell) => set(server, &id, row, field, cell.clone(), now),
        Does::Add(field, element) => {
            let mut elements = elements(&row, field);
            if !elements.contains(element) {
                elements.push(element.clone());
            }
            set(server, &id, row, field, Some(Cell::Many(elements)), now)
        }
        Does::Remove(field, element) => {
            let elements: Vec<_> = elements(&row, field).into_iter().filter(|known| known != element).collect();
            set(server, &id, row, field, Some(Cell::Many(elements)), now)
        }
        Does::Delete => {
            server.put(&id, Row { deleted: true, ..row }, now);
            vec![Change::Deleted]
        }
        Does::Merge(into) => return merge(server, &id, row, *into, now),
    };
    changes.into_iter().map(|change| (By::Person, id.clone(), change)).collect()
}

fn elements(row: &Row, field: &str) -> Vec<String> {
    match row.cells.get(field) {
        Some(Cell::Many(elements)) => elements.clone(),
        _ => Vec::new(),
    }
}

fn set(server: &mut Server, id: &str, mut row: Row, field: &str, cell: Option<Cell>, now: Timestamp) -> Vec<Change> {
    let after = server.stored(field, cell);
    let before = match &after {
        Some(cell) => row.cells.insert(field.to_owned(), cell.clone()),
        None => row.cells.remove(field),
    };
    if before == after {
        return Vec::new();
    }
    server.put(id, row, now);
    vec![Change::Set { field: field.to_owned(), before, after, believed: None }]
}

/// The one record takes what the other one has and it lacks, as the apps' screens do; the other one is gone.
fn merge(server: &mut Server, id: &str, row: Row, into: u32, now: Timestamp) -> Vec<(By, String, Change)> {
    let Some(winner) = server.nth(into).map(str::to_owned).filter(|winner| winner != id) else { return Vec::new() };
    let Some(mut whole) = server.now(&winner).filter(|row| !row.deleted).cloned() else { return Vec::new() };
    let mut changes = Vec::new();
    for (field, cell) in &row.cells {
        if !whole.cells.contains_key(field) {
            whole.cells.insert(field.clone(), cell.clone());
            let (field, after) = (field.clone(), Some(cell.clone()));
            changes.push((By::Person, winner.clone(), Change::Set { field, before: None, after, believed: None }));
        }
    }
    changes.push((By::Person, id.to_owned(), Change::Merged { into: winner.clone() }));
    whole.former.push(id.to_owned());
    whole.former.extend(row.former.iter().cloned());
    let gone = Row { deleted: true, merged: Some(winner.clone()), ..row };
    server.put(id, gone, now);
    server.put(&winner, whole, now);
    changes
}
