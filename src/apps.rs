//! `syncc apps`: the apps that syncc knows, their fields, and what can be done with each.

use clap::Args;
use syncc_compiler::schema::{App, Named, Object};
use syncc_runtime::apps::can_run;

use crate::{
    exit::Exit,
    output::{Output, Paint, complain, painted, say},
};

/// List the apps, or the fields of one app and what can be done with each
#[derive(Args)]
pub(crate) struct Apps {
    /// Show the fields of this app
    app: Option<String>,
}

impl Apps {
    pub(crate) fn run(self, output: &Output) -> Exit {
        let mut apps = Vec::new();
        for (id, manifest) in syncc_connectors::MANIFESTS {
            match App::from_manifest(id, manifest) {
                Ok(app) => apps.push(app),
                Err(error) => {
                    complain(&error.to_string());
                    return Exit::Failed;
                }
            }
        }
        match &self.app {
            None if output.json() => output.document(&apps.iter().map(document).collect()),
            None => apps.iter().for_each(|app| say(&line(app))),
            Some(id) => {
                let Some(app) = apps.iter().find(|app| app.id == *id) else {
                    let known: Vec<_> = apps.iter().map(|app| app.id.as_str()).collect();
                    complain(&format!("there is no app {id}; there are {}", known.join(", ")));
                    return Exit::Problems;
                };
                if output.json() {
                    output.document(&document(app));
                } else {
                    app.objects.iter().for_each(|(name, object)| say(&fields(app, name, object)));
                }
            }
        }
        Exit::Fine
    }
}

fn line(app: &App) -> String {
    let yet = if can_run(&app.id).is_ok() { "" } else { NOT_YET };
    format!("{:<12} {:<18} {yet}", app.id, app.title).trim_end().to_owned() + "\n"
}

/// Behind an app whose fields are known, and not its requests.
const NOT_YET: &str = "check, show and test; cannot be run yet";

fn document(app: &App) -> serde_json::Value {
    let mut document = serde_json::to_value(app).unwrap_or_default();
    document["runs"] = can_run(&app.id).is_ok().into();
    document
}

/// What stands behind the name of an object of which there can be several.
fn which(object: &Object) -> &'static str {
    match object.named {
        Named::Never => "",
        Named::Optional => "[(\"…\")]",
        Named::Always => "(\"…\")",
    }
}

fn fields(app: &App, name: &str, object: &Object) -> String {
    let mut text =
        format!("{}\n", painted(Paint::Strong, &format!("{}.{name}{}  ({})", app.id, which(object), app.title)));
    for (name, field) in &object.fields {
        let can: Vec<String> = field.can.into();
        let means = field.means.as_ref().map(|means| format!("  = {means}")).unwrap_or_default();
        text.push_str(&format!("  {name:<14} {:<15} {}{means}\n", field.ty.to_string(), can.join(", ")));
        if let Some(values) = &field.values {
            text.push_str(&format!("  {:<14} one of: {}\n", "", values.join(", ")));
        }
    }
    let mut tells = Vec::new();
    if object.detects.deleted {
        tells.push("deleted contacts");
    }
    if object.detects.unsubscribed {
        tells.push("unsubscribed contacts");
    }
    if !tells.is_empty() {
        text.push_str(&format!("  tells of {}\n", tells.join(" and ")));
    }
    text
}
