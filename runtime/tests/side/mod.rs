//! What tests of apps share: a side with all fields of an app, and values written as text.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::path::Path;

use syncc_compiler::{
    ir::{FieldId, IrField, Side},
    schema::{self, Scalar, Type},
    value::{Address, Canon, Record, Value, shown},
};
use syncc_runtime::apps::{Account, App, Observed, Pulled, Secret};

/// A side with all fields that the manifest of the app has.
pub(crate) fn side(app: &str) -> Side {
    let manifest = syncc_connectors::manifest(app).expect("the app has a manifest");
    let schema = schema::App::from_manifest(app, manifest).expect("the manifest is well formed");
    let object = schema.objects[&schema.default_object].clone();
    let fields = object
        .fields
        .into_iter()
        .map(|(name, field)| IrField {
            name,
            ty: field.ty,
            means: field.means,
            can: field.can,
            lacks: Vec::new(),
            opt_out: false,
        })
        .collect();
    Side {
        name: app.to_owned(),
        app: app.to_owned(),
        account: app.to_owned(),
        object: schema.default_object,
        instance: None,
        fields,
        detects: object.detects,
        creates: true,
        deletes: true,
    }
}

/// An account with these settings, in TOML.
pub(crate) fn account(app: &str, folder: &Path, settings: &str, secret: Option<&str>) -> Account {
    Account {
        name: app.to_owned(),
        app: app.to_owned(),
        settings: toml::from_str(settings).expect("settings in TOML"),
        folder: folder.to_owned(),
        secret: secret.map(Secret::new),
        webhook_secret: None,
        region: Some("US".to_owned()),
    }
}

/// The id of a field of a side.
pub(crate) fn id(side: &Side, field: &str) -> FieldId {
    side.field(field).unwrap_or_else(|| panic!("{} has no field {field}", side.app))
}

/// A value written as text: elements of a set between bars, parts of an address between slashes.
pub(crate) fn value(side: &Side, field: &str, text: &str) -> Value {
    let canon = Canon::for_region("US").expect("a country");
    match side.fields[id(side, field).index()].ty {
        Type::Set(scalar) => canon.set(scalar, text.split('|')),
        Type::One(Scalar::Address) => {
            let mut address = Address::default();
            for (part, text) in Address::PARTS.iter().zip(text.split('/')) {
                *address.part_mut(part).expect("a part") = text.to_owned();
            }
            if address.is_blank() { Value::Empty } else { Value::Address(Box::new(address)) }
        }
        Type::One(scalar) => canon.scalar(scalar, text).expect("text of the type"),
    }
}

/// The value of a field as [`value`] takes it.
pub(crate) fn see(side: &Side, record: &Record, field: &str) -> String {
    match record.get(id(side, field)) {
        Value::Unknown => "(unknown)".to_owned(),
        Value::Set(set) => set.elements().iter().map(|text| text.shown()).collect::<Vec<_>>().join("|"),
        Value::Address(address) => address.parts().join("/"),
        other => shown(other).unwrap_or_default(),
    }
}

/// A record with these fields; the rest is unknown.
pub(crate) fn record(side: &Side, fields: &[(&str, &str)]) -> Record {
    with(side, &Record::filled_with(&Value::Unknown, side.fields.len()), fields)
}

/// The record with these fields changed.
pub(crate) fn with(side: &Side, record: &Record, fields: &[(&str, &str)]) -> Record {
    let mut record = record.clone();
    for (field, text) in fields {
        record.put(id(side, field), value(side, field, text));
    }
    record
}

/// Everything that a pull hands over, and how it ended.
pub(crate) async fn pull(app: &dyn App, cursor: Option<&str>) -> (Vec<Observed>, Pulled) {
    let mut all = Vec::new();
    let mut page = |some: Vec<Observed>| {
        all.extend(some);
        Ok(())
    };
    let pulled = app.pull(cursor, &mut page).await.expect("a listing");
    (all, pulled)
}

/// The write that changes these fields of a record as it was observed.
pub(crate) fn update(
    side: &Side,
    app: &dyn App,
    now: &Observed,
    fields: &[(&str, &str)],
) -> syncc_runtime::apps::Write {
    let before = app.decode(&now.raw).expect("a record");
    let after = with(side, &before, fields);
    syncc_runtime::apps::Write::Update {
        id: now.id.clone(),
        version: now.version.clone(),
        raw: now.raw.clone(),
        before,
        after,
    }
}
