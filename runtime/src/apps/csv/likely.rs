//! Columns that look like a field under another name, so that nobody has to wonder why they are not taken over.

/// What other programs call a field, beside its own name: small letters and digits only.
const ALSO: [(&str, &[&str]); 15] = [
    ("name", &["fullname", "displayname", "contactname", "names"]),
    ("given_name", &["firstname", "first", "given", "forename"]),
    ("family_name", &["lastname", "last", "family", "surname"]),
    ("middle_name", &["middle", "additionalname", "middlenames"]),
    ("email", &["mail", "emailaddress", "mailaddress", "email1", "email1value", "primaryemail"]),
    ("phone", &["telephone", "tel", "mobile", "mobilephone", "phonenumber", "phone1", "phone1value", "cell"]),
    ("company", &["organization", "organisation", "companyname", "employer", "firm"]),
    ("title", &["jobtitle", "position", "role"]),
    ("note", &["notes", "comment", "comments", "remark", "remarks"]),
    ("birthday", &["birthdate", "dateofbirth", "dob", "bday"]),
    ("website", &["url", "web", "homepage", "site"]),
    ("category", &["categories", "labels", "label", "tags", "tag", "groups"]),
    ("street", &["address", "streetaddress", "address1", "street1", "addressline1"]),
    ("postal", &["zip", "zipcode", "postcode", "postalcode"]),
    ("region", &["state", "province", "county"]),
];

/// Of these fields, which none of the columns is of, those that one of these other columns looks like: field and column.
pub(super) fn likely<'f, 'c>(fields: &[&'f str], others: &'c [String]) -> Vec<(&'f str, &'c str)> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    for column in others {
        let free = |field: &&&'f str| found.iter().all(|(taken, _)| taken != *field);
        let called_so = fields.iter().filter(free).find(|field| also(field).contains(&plain(column).as_str()));
        let slip = || fields.iter().filter(free).find(|field| is_slip(&plain(column), &plain(field)));
        found.extend(called_so.or_else(slip).map(|field| (*field, column.as_str())));
    }
    found
}

fn also(field: &str) -> &'static [&'static str] {
    ALSO.iter().find(|(of, _)| *of == field).map_or(&[], |(_, also)| also)
}

/// Whether this may be that, mistyped. Short words are too near to each other to tell.
fn is_slip(written: &str, meant: &str) -> bool {
    written == meant || meant.len() >= 4 && written.len() >= 4 && strsim::damerau_levenshtein(written, meant) == 1
}

fn plain(name: &str) -> String {
    name.chars().filter(|char| char.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn a_column_is_likely_what_others_call_so_or_what_was_mistyped() {
        let fields = ["name", "email", "note", "phone", "title"];
        let columns = ["Full Name", "E-Mail!", "Notes", "phnoe", "Tier", "Points"].map(str::to_owned);
        let wanted = [("name", "Full Name"), ("email", "E-Mail!"), ("note", "Notes"), ("phone", "phnoe")];
        assert_eq!(likely(&fields, &columns), wanted);
        assert_eq!(likely(&["email"], &columns[..1]), []);
        assert_eq!(likely(&["note"], &["notes", "Note 2"].map(str::to_owned)), [("note", "notes")]);
    }
}
