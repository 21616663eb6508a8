//! The fields of a side, read from cards and written into them.

use std::borrow::Cow;

use jiff::Timestamp;
use syncc_compiler::{
    ir::{FieldId, Side},
    schema::Scalar,
    value::{Canon, Record, Value, shown},
};

use super::{
    Card, Version,
    fields::Place,
    line::Line,
    many,
    name::{self, Shown},
    property::Property,
    single, text,
};

/// Which fields a side has and where they stand.
///
/// Promise: `read(write(card, before, after))` is `after` in each field that a card can hold, and a field
/// that is equal in `before` and `after` is not touched.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    fields: Vec<Field>,
    count: usize,
    canon: Canon,
}

#[derive(Clone, Copy, Debug)]
struct Field {
    id: FieldId,
    place: Place,
    scalar: Scalar,
}

impl Layout {
    /// The layout of a side. Phone numbers without a country code belong to `region`.
    pub(crate) fn of(side: &Side, region: Option<&str>) -> Self {
        let fields = (0_u32..)
            .zip(&side.fields)
            .filter_map(|(id, field)| {
                let place = Place::of(&field.name)?;
                Some(Field { id: FieldId(id), place, scalar: field.ty.scalar() })
            })
            .collect();
        let canon = region.and_then(Canon::for_region).unwrap_or_default();
        Self { fields, count: side.fields.len(), canon }
    }

    /// The fields of a card. A field that cards do not have is unknown.
    pub(crate) fn read(&self, card: &Card<'_>) -> Record {
        let mut values = vec![Value::Unknown; self.count];
        let mut name = None;
        for field in &self.fields {
            if let Some(slot) = values.get_mut(field.id.index()) {
                *slot = self.read_field(card, *field, &mut name);
            }
        }
        Record::new(values)
    }

    /// The first property that says something and that no field is in, but for what programs write into each card.
    pub(crate) fn beside(&self, card: &Card<'_>) -> Option<String> {
        const OF_PROGRAMS: [&str; 9] = ["BEGIN", "END", "VERSION", "PRODID", "UID", "REV", "KIND", "FN", "N"];
        let properties = card.lines.iter().filter_map(Line::property);
        let mut own = properties.filter(|property| {
            let name = property.name();
            !name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("x-"))
                && !OF_PROGRAMS.iter().any(|of| property.is(of))
                && !self.fields.iter().any(|field| property.is(field.place.property()))
                && property.says_something()
        });
        own.next().map(|property| property.name().to_uppercase())
    }

    /// What a card says of a field, where that is nothing that the field can hold.
    pub(crate) fn illegible(&self, card: &Card<'_>, id: FieldId) -> Option<String> {
        let field = self.fields.iter().find(|field| field.id == id)?;
        let text = |name| card.preferred(name).map(|(_, property)| property.text().trim().to_owned());
        let text = match field.place {
            Place::Birthday => text("BDAY"),
            Place::Text(name) => text(name),
            _ => None,
        };
        text.filter(|text| !text.is_empty() && self.read_field(card, *field, &mut None) == Value::Unknown)
    }

    /// Five fields stand in one line: what was read of it for the first serves the others.
    fn read_field<'c>(&self, card: &'c Card<'_>, field: Field, name: &mut Option<[Cow<'c, str>; 5]>) -> Value {
        let text = |text: Option<Cow<'_, str>>| match text {
            Some(text) => self.canon.scalar(field.scalar, &text).unwrap_or(Value::Unknown),
            None => Value::Empty,
        };
        match field.place {
            Place::Preferred(name) => text(many::preferred(card, name)),
            Place::Others(name) => many::others(card, name, field.scalar, &self.canon),
            Place::FullName => text(card.preferred("FN").map(|(_, property)| property.text())),
            Place::NamePart(index) => {
                let parts = name.get_or_insert_with(|| name::parts(card));
                text(parts.get(index).map(|part| Cow::Borrowed(&**part)))
            }
            Place::Text(name) => text(card.preferred(name).map(|(_, property)| property.text())),
            Place::FirstOf(name) => text(single::first_of_list(card, name)),
            Place::Component(name, index) => text(single::component(card, name, index)),
            Place::Address => single::address(card),
            Place::Birthday => single::birthday(card),
            Place::Url => text(card.preferred("URL").map(|(_, property)| property.text())),
            Place::Categories => single::categories(card, &self.canon),
        }
    }

    /// Writes what differs between `before` and `after`, keeps an `FN` that is made of it in step, and moves `REV` on if there is one.
    pub(crate) fn write(&self, card: &mut Card<'_>, before: &Record, after: &Record, now: Timestamp) {
        let original = card.to_bytes();
        let name_before = Shown::of(card);
        self.write_fields(card, before, after);
        name_before.keep_in_step(card);
        if card.to_bytes() != original {
            single::revise(card, now);
        }
    }

    fn write_fields(&self, card: &mut Card<'_>, before: &Record, after: &Record) {
        for field in &self.fields {
            let (old, new) = (before.get(field.id), after.get(field.id));
            // The other lines of a name are written together with the preferred one, or alone without it.
            if let Place::Preferred(name) | Place::Others(name) = field.place {
                let first =
                    self.fields.iter().find(|f| f.place == Place::Preferred(name) || f.place == Place::Others(name));
                if first.is_some_and(|first| first.id == field.id) {
                    self.write_many(card, name, field.scalar, before, after);
                }
                continue;
            }
            if old == new || !new.is_known() {
                continue;
            }
            let spelt = shown(new).unwrap_or_default();
            match field.place {
                Place::Preferred(_) | Place::Others(_) | Place::FullName => {}
                Place::NamePart(index) => single::set_component(card, "N", index, &spelt),
                Place::Text(name) => single::set_text(card, name, &spelt),
                Place::FirstOf(name) => single::set_first_of_list(card, name, &spelt),
                Place::Component(name, index) => single::set_component(card, name, index, &spelt),
                Place::Address => single::set_address(card, new),
                Place::Birthday => single::set_birthday(card, new),
                Place::Url => single::set_url(card, &spelt),
                Place::Categories => single::set_categories(card, old, new, &self.canon),
            }
        }
    }

    fn write_many(&self, card: &mut Card<'_>, name: &'static str, scalar: Scalar, before: &Record, after: &Record) {
        let change = |place: Place| {
            let field = self.fields.iter().find(|field| field.place == place)?;
            let (old, new) = (before.get(field.id), after.get(field.id));
            (old != new && new.is_known()).then_some((old, new))
        };
        let primary = change(Place::Preferred(name)).map(|(_, new)| new);
        let others = change(Place::Others(name));
        many::Change { name, scalar, canon: &self.canon, primary, others }.write(card);
    }

    /// A new card. Its `FN` is the name, else the company, else an address, else the id: it must have one.
    pub(crate) fn create(&self, uid: &str, record: &Record, now: Timestamp) -> Card<'static> {
        let mut card = Card { lines: Vec::new(), line_break: "\r\n", version: Version::V3 };
        let rev = text::timestamp_like(now, "-");
        for (name, value) in
            [("BEGIN", "VCARD"), ("VERSION", "3.0"), ("UID", uid), ("REV", &rev), ("N", ";;;;"), ("END", "VCARD")]
        {
            card.lines.push(Line::new(Property::new(name, value.to_owned()), "\r\n"));
        }
        self.write_fields(&mut card, &Record::filled_with(&Value::Empty, self.count), record);
        let given = self.fields.iter().find(|field| field.place == Place::FullName);
        let given = given.and_then(|field| shown(record.get(field.id))).filter(|name| !name.trim().is_empty());
        let display = Shown::of(&card).display().or(given).unwrap_or_else(|| uid.to_owned());
        let at = card.first("N").map_or(4, |(at, _)| at);
        let mut full = Property::new("FN", String::new());
        full.set_text(&display, card.version);
        card.insert(at, full);
        card
    }
}
