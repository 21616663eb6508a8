//! Etags: the number of a contact's last change, made opaque.
//!
//! A person's own etag also depends on the fields that were asked for, as Google's does, so two reads of an unchanged
//! contact may show different ones. The etag of its contact source depends on the change alone. Either is accepted back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The etag of a person as read with these fields.
pub(super) fn person(changed: u64, fields: &str) -> String {
    let mut bytes = changed.to_be_bytes().to_vec();
    bytes.push(fields.bytes().fold(7, |sum: u8, byte| sum.wrapping_mul(31).wrapping_add(byte)));
    format!("%{}", STANDARD.encode(bytes))
}

/// The etag of a contact source, or of a group.
pub(super) fn source(changed: u64) -> String {
    format!("#{}", STANDARD.encode(changed.to_be_bytes()))
}

/// The number inside an etag of either kind.
pub(super) fn changed(etag: &str) -> Option<u64> {
    let encoded = etag.strip_prefix('%').or_else(|| etag.strip_prefix('#'))?;
    let bytes = STANDARD.decode(encoded).ok()?;
    Some(u64::from_be_bytes(bytes.get(..8)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    #[test]
    fn both_kinds_of_etag_lead_back_to_the_change() {
        assert_eq!(super::changed(&super::person(77, "names")), Some(77));
        assert_eq!(super::changed(&super::source(77)), Some(77));
        assert_ne!(super::person(77, "names"), super::person(77, "names,metadata"));
        assert_eq!(super::changed("\"77\""), None);
    }
}
