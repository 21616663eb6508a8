//! Which records are one person, and what both looked like when they were last in step.

use rusqlite::{Connection, OptionalExtension, Row, params};
use syncc_compiler::ir::End;

use super::{
    super::{Link, LinkId, NamedRecord, Settled, StoreError},
    code,
    fault::Fault,
    observations,
};

/// The column with the id of the record on this end.
pub(super) fn column(end: End) -> &'static str {
    match end {
        End::Left => "left_id",
        End::Right => "right_id",
    }
}

const LINK: &str = "SELECT id, left_id, right_id, in_step, base_left, base_right, how FROM links";

pub(super) fn links(db: &Connection) -> Result<Vec<Link>, Fault> {
    let mut select = db.prepare_cached(&format!("{LINK} ORDER BY id"))?;
    let mut rows = select.query([])?;
    let mut links = Vec::new();
    while let Some(row) = rows.next()? {
        links.push(read(row)?);
    }
    Ok(links)
}

pub(super) fn links_after(db: &Connection, after: Option<LinkId>, most: usize) -> Result<Vec<Link>, Fault> {
    let mut select = db.prepare_cached(&format!("{LINK} WHERE id > ?1 ORDER BY id LIMIT ?2"))?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut rows = select.query([after.map_or(i64::MIN, |after| after.0), most])?;
    let mut links = Vec::new();
    while let Some(row) = rows.next()? {
        links.push(read(row)?);
    }
    Ok(links)
}

fn read(row: &Row<'_>) -> Result<Link, Fault> {
    let id: i64 = row.get(0)?;
    let in_step: bool = row.get(3)?;
    let base = if in_step { Some([side(row, 4, id)?, side(row, 5, id)?]) } else { None };
    Ok(Link { id: LinkId(id), records: [row.get(1)?, row.get(2)?], base, how: row.get(6)? })
}

pub(super) fn any(db: &Connection) -> Result<bool, Fault> {
    Ok(db.query_row("SELECT EXISTS (SELECT 1 FROM links)", [], |row| row.get(0))?)
}

pub(super) fn count(db: &Connection) -> Result<usize, Fault> {
    let count: i64 = db.query_row("SELECT count(*) FROM links", [], |row| row.get(0))?;
    Ok(count.try_into().unwrap_or_default())
}

/// The link that a record is in, with all that is known of it.
pub(super) fn link_of(db: &Connection, end: End, id: &str) -> Result<Option<Link>, Fault> {
    let column = column(end);
    let mut select = db.prepare_cached(&format!("{LINK} WHERE {column} = ?1"))?;
    let mut rows = select.query([id])?;
    rows.next()?.map(read).transpose()
}

/// One side of a base.
fn side(row: &Row<'_>, column: usize, link: i64) -> Result<Option<NamedRecord>, Fault> {
    let text = row.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from)?;
    text.map(|text| code::read_record(text, format_args!("the base of link {link}"))).transpose()
}

/// The link that a record is in.
pub(super) fn of(db: &Connection, end: End, id: &str) -> Result<Option<LinkId>, Fault> {
    let column = column(end);
    Ok(db
        .prepare_cached(&format!("SELECT id FROM links WHERE {column} = ?1"))?
        .query_row([id], |row| row.get(0).map(LinkId))
        .optional()?)
}

/// The base of a pair that is in step, as it is written down.
pub(super) struct InStep<'a> {
    base: [Option<String>; 2],
    how: Option<&'a str>,
}

impl<'a> InStep<'a> {
    pub(super) fn of(settled: &'a Settled) -> Result<Self, Fault> {
        let column = |side: &Option<NamedRecord>| side.as_ref().map(code::record).transpose();
        let base = [column(&settled.base[0])?, column(&settled.base[1])?];
        Ok(Self { base, how: settled.how.as_deref() })
    }
}

/// The link of these two records, made if there is none, with this base if there is one. An error leaves everything as it was.
pub(super) fn link(db: &Connection, records: [&str; 2], base: Option<&InStep<'_>>) -> Result<LinkId, Fault> {
    let [base_left, base_right] = base.map_or([None, None], |of| of.base.each_ref().map(Option::as_deref));
    let row = params![records[0], records[1], base.is_some(), base_left, base_right, base.and_then(|of| of.how)];
    // Most are there and in no link.
    let made = db
        .prepare_cached(
            r#"INSERT INTO links (left_id, right_id, in_step, base_left, base_right, how) SELECT ?1, ?2, ?3, ?4, ?5, ?6
               WHERE EXISTS (SELECT 1 FROM seen WHERE "end" = 0 AND id = ?1 AND NOT deleted)
                 AND EXISTS (SELECT 1 FROM seen WHERE "end" = 1 AND id = ?2 AND NOT deleted)
                 AND NOT EXISTS (SELECT 1 FROM links WHERE left_id = ?1)
                 AND NOT EXISTS (SELECT 1 FROM links WHERE right_id = ?2)"#,
        )?
        .execute(row)?;
    if made > 0 {
        return Ok(LinkId(db.last_insert_rowid()));
    }
    let mut replaced = Vec::new();
    for (end, record) in End::BOTH.into_iter().zip(records) {
        let Some(found) = of(db, end, record)? else {
            continue;
        };
        let far = record_of(db, found, end.other())?;
        if far == records[end.other().index()] {
            if let Some(base) = base {
                set_base(db, &records, base)?;
            }
            return Ok(found);
        }
        if !observations::is_deleted(db, end.other(), &far)? {
            return Err(StoreError::AlreadyLinked { record: record.to_owned(), with: far }.into());
        }
        // A record that was deleted and made anew: the link with the old one gives way.
        replaced.push(found);
    }
    for (end, record) in End::BOTH.into_iter().zip(records) {
        if !observations::is_there(db, end, record)? {
            return Err(StoreError::Unseen { record: record.to_owned() }.into());
        }
    }
    for old in replaced {
        unlink(db, old)?;
    }
    db.prepare_cached(
        "INSERT INTO links (left_id, right_id, in_step, base_left, base_right, how) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(row)?;
    Ok(LinkId(db.last_insert_rowid()))
}

pub(super) fn unlink(db: &Connection, link: LinkId) -> Result<(), Fault> {
    let records: Option<[String; 2]> = db
        .prepare_cached("DELETE FROM links WHERE id = ?1 RETURNING left_id, right_id")?
        .query_row([link.0], |row| Ok([row.get(0)?, row.get(1)?]))
        .optional()?;
    if let Some(records) = records {
        for (end, record) in End::BOTH.into_iter().zip(records) {
            observations::drop_if_gone(db, end, &record)?;
        }
    }
    Ok(())
}

/// Links the pair, if it is not linked yet, and sets its base.
pub(super) fn settle(db: &Connection, settled: &Settled) -> Result<LinkId, Fault> {
    let base = InStep::of(settled)?;
    // Most are linked, by the write that made one of them.
    match set_base(db, &settled.ids, &base)? {
        Some(link) => Ok(link),
        None => link(db, settled.ids.each_ref().map(String::as_str), Some(&base)),
    }
}

/// Sets the base of a pair that is linked; nothing if it is not. A base that is as it was wakes nobody.
pub(super) fn set_base(
    db: &Connection,
    [left, right]: &[impl AsRef<str>; 2],
    base: &InStep<'_>,
) -> Result<Option<LinkId>, Fault> {
    let mut update = db.prepare_cached(
        "UPDATE links SET in_step = 1, base_left = ?3, base_right = ?4, how = coalesce(how, ?5)
         WHERE left_id = ?1 AND right_id = ?2 RETURNING id",
    )?;
    let [base_left, base_right] = &base.base;
    let row = params![left.as_ref(), right.as_ref(), base_left, base_right, base.how];
    Ok(update.query_row(row, |row| row.get(0).map(LinkId)).optional()?)
}

/// Moves the link of a former id to the new one.
///
/// If both are linked, two people became one: the link of the former id is forgotten. Were it kept, its
/// record would count as deleted, and its partner would be deleted with it.
pub(super) fn rename(db: &Connection, end: End, former: &str, id: &str) -> Result<(), Fault> {
    let Some(link) = of(db, end, former)? else {
        return Ok(());
    };
    if of(db, end, id)?.is_some() {
        return unlink(db, link);
    }
    let column = column(end);
    db.prepare_cached(&format!("UPDATE links SET {column} = ?2 WHERE id = ?1"))?.execute(params![link.0, id])?;
    Ok(())
}

fn record_of(db: &Connection, link: LinkId, end: End) -> Result<String, Fault> {
    let column = column(end);
    Ok(db
        .prepare_cached(&format!("SELECT {column} FROM links WHERE id = ?1"))?
        .query_row([link.0], |row| row.get(0))?)
}
