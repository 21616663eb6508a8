//! The ends of a file without the rest of it: enough to ask their accounts which fields there are.
//!
//! A file that names a field nobody has pulled yet does not compile, and has to be pulled for all the same.

use syncc_grammar::{
    split, statement,
    tree::{Body, End},
};

use crate::{
    ir::{IrField, Side},
    schema::{AccountSchema, App},
};

/// The ends of the first `sync` statement that can be read, left first, each with its account and with all
/// fields that are known of its object. An end whose app or object is not known is left out.
#[must_use]
pub fn ends(text: &str, accounts: &[AccountSchema]) -> Vec<Side> {
    for piece in &split(text).pieces {
        let Some(text) = text.get(piece.span.start as usize..piece.span.end as usize) else { continue };
        if let Body::Sync(sync) = statement(text).body {
            return [&sync.left, &sync.right].into_iter().filter_map(|end| side(end, accounts)).collect();
        }
    }
    Vec::new()
}

fn side(end: &End, accounts: &[AccountSchema]) -> Option<Side> {
    let account = end.app.text.clone();
    let known = accounts.iter().find(|known| known.name == account).map(|known| known.app.clone());
    let app = match known {
        Some(app) => app,
        None => App::from_manifest(&account, syncc_connectors::manifest(&account)?).ok()?,
    };
    let object_name = end.object.as_ref().map_or(&app.default_object, |object| &object.text).clone();
    let object = app.objects.get(&object_name)?;
    let fields = object.fields.iter().map(|(name, field)| IrField {
        name: name.clone(),
        ty: field.ty,
        means: field.means.clone(),
        can: field.can,
        lacks: field.lacks.clone(),
        opt_out: object.is_opt_out(name),
    });
    Some(Side {
        name: end.name().text.clone(),
        app: app.id,
        account,
        object: object_name,
        instance: end.instance.as_ref().map(|instance| instance.text.clone()),
        fields: fields.collect(),
        detects: object.detects,
        creates: object.creates,
        deletes: object.deletes,
    })
}

#[cfg(test)]
mod tests {
    use super::ends;

    #[test]
    fn the_ends_are_known_though_a_rule_is_broken() {
        let ends = ends("sync google <-> realgeeks as crm\nwhen google.nonsense =", &[]);
        let names: Vec<_> = ends.iter().map(|side| (side.name.as_str(), side.object.as_str())).collect();
        assert_eq!(names, [("google", "contact"), ("crm", "lead")]);
        assert!(ends[0].field("label").is_some());
    }

    #[test]
    fn a_file_without_a_sync_line_has_no_ends() {
        assert!(ends("every 5 minutes", &[]).is_empty());
    }
}
