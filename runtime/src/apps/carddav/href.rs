//! Addresses of contacts. Servers spell one address in several ways (`%40` and `@`); its id is always the same.

use url::Url;

/// One contact: how its server spells it, and how we do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// The last part of the path in one spelling.
    pub(super) id: String,
    /// The last part of the path as given.
    pub(super) given: String,
}

/// The contact that an address in an answer about `book` means. `None` for the book itself, for what is not
/// directly in it, and for what is on another server.
pub(super) fn id(book: &Url, href: &str) -> Option<Named> {
    let url = book.join(href).ok()?;
    if url.origin() != book.origin() {
        return None;
    }
    let (folder, given) = url.path().rsplit_once('/')?;
    let (book_folder, _) = book.path().rsplit_once('/')?;
    let inside = canonical(folder) == canonical(book_folder) && !given.is_empty();
    inside.then(|| Named { id: canonical(given), given: given.to_owned() })
}

/// The address of a contact in a book.
pub(super) fn within(book: &Url, id: &str) -> Option<Url> {
    let plain = !id.is_empty() && !id.contains(['/', '\\', '?', '#']) && id != "." && id != "..";
    let mut url = book.clone();
    let (folder, _) = book.path().rsplit_once('/')?;
    url.set_path(&format!("{folder}/{id}"));
    plain.then_some(url)
}

/// Whether two addresses on one server are the same.
pub(super) fn same(a: &Url, b: &Url) -> bool {
    let plain = |url: &Url| canonical(url.path()).trim_end_matches('/').to_owned();
    a.origin() == b.origin() && plain(a) == plain(b)
}

/// A path in one spelling: only what RFC 3986 does not let stand in a path is encoded.
fn canonical(path: &str) -> String {
    let mut spelt = String::with_capacity(path.len());
    for (byte, literal) in decoded(path) {
        let plain = byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte) || (literal && byte == b'/');
        if plain { spelt.push(char::from(byte)) } else { spelt.push_str(&format!("%{byte:02X}")) }
    }
    spelt
}

/// The bytes of a path, and whether each stood there by itself.
fn decoded(path: &str) -> Vec<(u8, bool)> {
    let bytes = path.as_bytes();
    let mut all = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = path.get(at + 1..at + 3).filter(|hex| *byte == b'%' && hex.bytes().all(|b| b.is_ascii_hexdigit()));
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                all.push((byte, false));
                at += 3;
            }
            None => {
                all.push((*byte, true));
                at += 1;
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book() -> Url {
        Url::parse("https://dav.example/ann%40x.example/My%20Book/").expect("a url")
    }

    #[test]
    fn one_contact_has_one_id_however_it_is_spelt() {
        for href in [
            "/ann@x.example/My%20Book/j%C3%BCrg%40x.vcf",
            "/ann%40x.example/My%20Book/j%c3%bcrg@x.vcf",
            "https://dav.example/ann%40x.example/My%20Book/jürg@x.vcf",
            "jürg%40x.vcf",
        ] {
            assert_eq!(id(&book(), href).map(|named| named.id), Some("j%C3%BCrg@x.vcf".to_owned()), "{href}");
        }
    }

    #[test]
    fn only_what_is_in_the_book_is_a_contact() {
        for href in [
            "",
            "./",
            "/ann@x.example/My%20Book/",
            "/ann@x.example/",
            "/other/a.vcf",
            "sub/a.vcf",
            "https://evil.example/a.vcf",
        ] {
            assert_eq!(id(&book(), href), None, "{href}");
        }
        for wrong in ["", "..", "../a.vcf", "a?b", "a#b"] {
            assert_eq!(within(&book(), wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_request_goes_to_the_address_as_given() {
        let named = id(&book(), "/ann@x.example/My%20Book/a%40b.vcf").expect("a contact");
        assert_eq!(named, Named { id: "a@b.vcf".to_owned(), given: "a%40b.vcf".to_owned() });
        let url = within(&book(), &named.given).expect("an address");
        assert_eq!(url.as_str(), "https://dav.example/ann%40x.example/My%20Book/a%40b.vcf");
    }
}
