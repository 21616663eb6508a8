//! The `sync` statement: which two ends a file connects, and which way.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

use syncc_grammar::tree::{self, Span};

use super::{
    instance,
    names::{listed, nearest, typed},
};
use crate::{
    db::Account,
    diagnostic::{Code, Diagnostic},
    ir::{Arrow, End},
    schema::{App, Can, Field, Object, Scalar, Type, builtin, builtins},
};

/// What a `sync` statement connects. Spans are relative to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Connection {
    /// The names of the ends as the file uses them, left first.
    pub(crate) names: [String; 2],
    /// The ends, left first. `None` for one that could not be resolved: silent from there on.
    pub(crate) sides: [Option<Arc<ConnectedEnd>>; 2],
    pub(crate) arrow: Arrow,
    pub(crate) arrow_span: Span,
    /// What is wrong with the statement.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// One end, resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConnectedEnd {
    /// The name that the file uses for it.
    pub(crate) name: String,
    pub(crate) account: String,
    pub(crate) app: Arc<App>,
    pub(crate) object_name: String,
    pub(crate) object: Object,
    pub(crate) instance: Option<String>,
}

/// A field of an object that has whatever fields it is asked for.
static OPEN: LazyLock<Field> = LazyLock::new(|| Field {
    ty: Type::One(Scalar::Text),
    can: Can::default(),
    means: None,
    values: None,
    reformats: false,
    lacks: Vec::new(),
    opt_out: false,
    about: None,
});

impl ConnectedEnd {
    /// The field with this name.
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.object.fields.get(name).or_else(|| self.object.open.then(|| &*OPEN))
    }

    /// The names of the fields with this meaning or a part of it (`email.other` for `email`), the plain one first.
    pub(crate) fn meaning(&self, key: &str) -> Vec<&str> {
        let mut found: Vec<(bool, &str)> = self
            .object
            .fields
            .iter()
            .filter_map(|(name, field)| {
                let rest = field.means.as_deref()?.strip_prefix(key)?;
                (rest.is_empty() || rest.starts_with('.')).then_some((!rest.is_empty(), name.as_str()))
            })
            .collect();
        found.sort();
        found.into_iter().map(|(_, name)| name).collect()
    }
}

impl Connection {
    /// Looks the ends up in the accounts, then in the manifests.
    pub(crate) fn resolve(sync: &tree::Sync, accounts: &[Account]) -> Self {
        let mut diagnostics = Vec::new();
        let mut sides = [&sync.left, &sync.right].map(|end| connected(end, accounts, &mut diagnostics).map(Arc::new));
        let names = [&sync.left, &sync.right].map(|end| end.name().text.clone());
        if names[0] == names[1] {
            let name = sync.right.name();
            let title = format!("both ends are called `{}`", name.text);
            diagnostics.push(
                Diagnostic::new(Code::SameEnds, title, name.span, "this is the second one")
                    .also(sync.left.name().span, "this is the first one")
                    .why("The rules of the file could not say which of the two they mean.")
                    .help(format!(
                        "Give each end a name of its own, such as `sync {0} as work <-> {0} as home`.",
                        sync.right.app.text
                    )),
            );
            sides = [None, None];
        }
        let arrow = match sync.arrow {
            tree::Arrow::Both => Arrow::Both,
            tree::Arrow::Right => Arrow::Right,
            tree::Arrow::Left => Arrow::Left,
        };
        Self { names, sides, arrow, arrow_span: sync.arrow_span, diagnostics }
    }

    /// Whether both ends have one name, so that no name says which is meant.
    pub(crate) fn is_ambiguous(&self) -> bool {
        self.names[0] == self.names[1]
    }

    /// The end with this name.
    pub(crate) fn end(&self, name: &str) -> Option<End> {
        if self.is_ambiguous() {
            return None;
        }
        End::BOTH.into_iter().find(|end| self.names[end.index()] == name)
    }

    /// The name of an end.
    pub(crate) fn name(&self, end: End) -> &str {
        &self.names[end.index()]
    }

    /// Whether both ends could be resolved.
    pub(crate) fn is_resolved(&self) -> bool {
        self.sides.iter().all(Option::is_some)
    }

    /// The end, unless it could not be resolved.
    pub(crate) fn side(&self, end: End) -> Option<&ConnectedEnd> {
        self.sides[end.index()].as_deref()
    }
}

fn connected(end: &tree::End, accounts: &[Account], diagnostics: &mut Vec<Diagnostic>) -> Option<ConnectedEnd> {
    let written = &end.app;
    let account = accounts.iter().find(|account| account.name == written.text);
    let Some(app) = account.map(|account| &account.app).or_else(|| builtin(&written.text)) else {
        diagnostics.push(unknown_app(written, accounts));
        return None;
    };
    let (object_name, span) = match &end.object {
        Some(object) => (object.text.as_str(), object.span),
        None => (app.default_object.as_str(), written.span),
    };
    let Some(object) = app.objects.get(object_name) else {
        let known = app.objects.keys().map(String::as_str);
        let mut diagnostic = Diagnostic::new(
            Code::UnknownObject,
            format!("{} has no `{object_name}`", app.title),
            span,
            "no such kind of record",
        );
        if let Some(near) = nearest(object_name, known.clone()) {
            diagnostic =
                diagnostic.help(format!("Did you mean `{near}`?")).fix(format!("write `{near}`"), span, typed(near));
        } else {
            diagnostic = diagnostic.help(format!("{} has {}.", app.title, listed(known)));
        }
        diagnostics.push(diagnostic);
        return None;
    };
    diagnostics.extend(instance::wrong(end, app, object_name, object));
    Some(ConnectedEnd {
        name: end.name().text.clone(),
        account: written.text.clone(),
        app: Arc::clone(app),
        object_name: object_name.to_owned(),
        object: object.clone(),
        instance: end.instance.as_ref().map(|name| name.text.clone()),
    })
}

fn unknown_app(written: &tree::Name, accounts: &[Account]) -> Diagnostic {
    let named = accounts.iter().map(|account| account.name.as_str());
    let known: BTreeSet<&str> = named.chain(builtins().iter().map(|app| app.id.as_str())).collect();
    let diagnostic = Diagnostic::new(
        Code::UnknownApp,
        format!("there is no app or account `{}`", written.text),
        written.span,
        "not known",
    );
    match nearest(&written.text, known.iter().copied()) {
        Some(near) => {
            diagnostic.help(format!("Did you mean `{near}`?")).fix(format!("write `{near}`"), written.span, typed(near))
        }
        None => diagnostic
            .help(format!("Known here are {}. An account is named in `syncc.toml`.", listed(known.iter().copied()))),
    }
}
