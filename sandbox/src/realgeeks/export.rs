//! The leads as a CSV file, the way a customer exports them for a first import: one column a field, tags joined by `;`.

use std::io;
use std::path::Path;

use super::lead::{TEXTS, micros};
use super::store::Store;

/// Writes every lead that is not in the bin, beside the file and then over it.
pub(super) fn write(store: &Store, path: &Path) -> io::Result<()> {
    let fresh = path.with_extension("csv.new");
    let mut file = csv::Writer::from_path(&fresh)?;
    let head = ["id"].into_iter().chain(TEXTS.iter().copied());
    file.write_record(head.chain(["tags", "agent_name", "agent_email", "created"]))?;
    let mut leads: Vec<_> = store.leads.values().filter(|lead| !lead.deleted).collect();
    leads.sort_by_key(|lead| lead.number);
    for lead in leads {
        let agent = lead.agent.as_deref().and_then(|id| store.user(id));
        let mut record = vec![lead.id.clone()];
        record.extend(TEXTS.iter().map(|field| lead.text(field).to_owned()));
        record.push(lead.tags.join(";"));
        record.push(agent.map_or("", |user| user.name).to_owned());
        record.push(agent.map_or("", |user| user.email).to_owned());
        record.push(micros(lead.created));
        file.write_record(record)?;
    }
    file.into_inner().map_err(|error| io::Error::other(error.to_string()))?.sync_all()?;
    std::fs::rename(fresh, path)
}
