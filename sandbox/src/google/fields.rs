//! The fields of a person, and what each of their elements may hold.
//!
//! One table answers every question about names: what a mask may list, what an element may carry, what the server makes
//! itself, and which fields hold one element only.

/// What a key of an element holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Text,
    Flag,
    Number,
    /// `{year, month, day}`.
    Date,
    /// One of these words.
    Word(&'static [&'static str]),
    /// `{contactGroupResourceName}`.
    Group,
}

/// One field of a person.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    /// At most one element for contact data.
    pub(super) single: bool,
    /// Keys a client may set.
    pub(super) keys: &'static [(&'static str, Kind)],
    /// Keys the server makes; ignored when a client sends them.
    pub(super) made: &'static [&'static str],
    /// The keys without which an element says nothing.
    pub(super) core: &'static [&'static str],
}

use Kind::{Date, Flag, Group, Number, Text, Word};

const VALUE: &[&str] = &["value"];
const TYPED: &[(&str, Kind)] = &[("value", Text), ("type", Text)];
const PLAIN: &[(&str, Kind)] = &[("value", Text)];
const PAIR: &[(&str, Kind)] = &[("key", Text), ("value", Text)];
const MADE_TYPE: &[&str] = &["formattedType"];
const CONTENT: &[&str] = &["CONTENT_TYPE_UNSPECIFIED", "TEXT_PLAIN", "TEXT_HTML"];
const NICKNAME: &[&str] =
    &["DEFAULT", "MAIDEN_NAME", "INITIALS", "GPLUS", "OTHER_NAME", "ALTERNATE_NAME", "SHORT_NAME"];
const KEYWORD: &[&str] = &[
    "TYPE_UNSPECIFIED",
    "OUTLOOK_BILLING_INFORMATION",
    "OUTLOOK_DIRECTORY_SERVER",
    "OUTLOOK_KEYWORD",
    "OUTLOOK_MILEAGE",
    "OUTLOOK_PRIORITY",
    "OUTLOOK_SENSITIVITY",
    "OUTLOOK_SUBJECT",
    "OUTLOOK_USER",
    "HOME",
    "WORK",
    "OTHER",
];

const fn field(
    name: &'static str,
    keys: &'static [(&'static str, Kind)],
    made: &'static [&'static str],
    core: &'static [&'static str],
) -> Field {
    Field { name, single: false, keys, made, core }
}

const fn single(
    name: &'static str,
    keys: &'static [(&'static str, Kind)],
    made: &'static [&'static str],
    core: &'static [&'static str],
) -> Field {
    Field { name, single: true, keys, made, core }
}

/// Every field that a client may write.
pub(super) const WRITABLE: &[Field] = &[
    field(
        "addresses",
        &[
            ("type", Text),
            ("formattedValue", Text),
            ("poBox", Text),
            ("streetAddress", Text),
            ("extendedAddress", Text),
            ("city", Text),
            ("region", Text),
            ("postalCode", Text),
            ("country", Text),
            ("countryCode", Text),
        ],
        MADE_TYPE,
        &[
            "formattedValue",
            "poBox",
            "streetAddress",
            "extendedAddress",
            "city",
            "region",
            "postalCode",
            "country",
            "countryCode",
        ],
    ),
    single("biographies", &[("value", Text), ("contentType", Word(CONTENT))], &[], VALUE),
    single("birthdays", &[("date", Date), ("text", Text)], &[], &["date", "text"]),
    field("calendarUrls", &[("url", Text), ("type", Text)], MADE_TYPE, &["url"]),
    field("clientData", PAIR, &[], &["key", "value"]),
    field("emailAddresses", &[("value", Text), ("type", Text), ("displayName", Text)], MADE_TYPE, VALUE),
    field("events", &[("date", Date), ("type", Text)], MADE_TYPE, &["date"]),
    field("externalIds", TYPED, MADE_TYPE, VALUE),
    single("genders", &[("value", Text), ("addressMeAs", Text)], &["formattedValue"], &["value", "addressMeAs"]),
    field(
        "imClients",
        &[("username", Text), ("protocol", Text), ("type", Text)],
        &["formattedType", "formattedProtocol"],
        &["username"],
    ),
    field("interests", PLAIN, &[], VALUE),
    field("locales", PLAIN, &[], VALUE),
    field(
        "locations",
        &[
            ("value", Text),
            ("type", Text),
            ("current", Flag),
            ("buildingId", Text),
            ("floor", Text),
            ("floorSection", Text),
            ("deskCode", Text),
        ],
        &[],
        VALUE,
    ),
    field("memberships", &[("contactGroupMembership", Group)], &["domainMembership"], &["contactGroupMembership"]),
    field("miscKeywords", &[("value", Text), ("type", Word(KEYWORD))], MADE_TYPE, VALUE),
    single(
        "names",
        &[
            ("unstructuredName", Text),
            ("honorificPrefix", Text),
            ("givenName", Text),
            ("middleName", Text),
            ("familyName", Text),
            ("honorificSuffix", Text),
            ("phoneticFullName", Text),
            ("phoneticHonorificPrefix", Text),
            ("phoneticGivenName", Text),
            ("phoneticMiddleName", Text),
            ("phoneticFamilyName", Text),
            ("phoneticHonorificSuffix", Text),
        ],
        &["displayName", "displayNameLastFirst"],
        &["unstructuredName", "honorificPrefix", "givenName", "middleName", "familyName", "honorificSuffix"],
    ),
    field("nicknames", &[("value", Text), ("type", Word(NICKNAME))], &[], VALUE),
    field("occupations", PLAIN, &[], VALUE),
    field(
        "organizations",
        &[
            ("name", Text),
            ("title", Text),
            ("department", Text),
            ("jobDescription", Text),
            ("location", Text),
            ("symbol", Text),
            ("domain", Text),
            ("phoneticName", Text),
            ("type", Text),
            ("current", Flag),
            ("startDate", Date),
            ("endDate", Date),
            ("costCenter", Text),
            ("fullTimeEquivalentMillipercent", Number),
        ],
        MADE_TYPE,
        &["name", "title", "department", "jobDescription", "location", "symbol", "domain", "costCenter"],
    ),
    field("phoneNumbers", TYPED, &["canonicalForm", "formattedType"], VALUE),
    field("relations", &[("person", Text), ("type", Text)], MADE_TYPE, &["person"]),
    field("sipAddresses", TYPED, MADE_TYPE, VALUE),
    field("urls", TYPED, MADE_TYPE, VALUE),
    field("userDefined", PAIR, &[], &["key", "value"]),
];

/// Fields that can be asked for but not written. Real ones, of which practice contacts have only `metadata` and `photos`.
pub(super) const READ_ONLY: &[&str] = &["ageRanges", "coverPhotos", "metadata", "photos", "skills"];

/// Keys of a Person that a write may carry besides the fields. They are read (`etag`, `metadata`) or ignored.
pub(super) const ENVELOPE: &[&str] =
    &["resourceName", "etag", "metadata", "fileAses", "photos", "coverPhotos", "ageRange"];

/// The writable field of this name.
pub(super) fn writable(name: &str) -> Option<&'static Field> {
    WRITABLE.iter().find(|field| field.name == name)
}
