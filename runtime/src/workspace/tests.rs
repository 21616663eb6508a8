//! Workspaces as people write them, and the mistakes they make.

use std::{collections::BTreeMap, fs, path::Path};

use syncc_compiler::{
    diagnostic::{Code, Level, Severity},
    schema::{Can, Field, Pulled, PulledObject, Scalar, Type},
};
use tempfile::TempDir;

use super::{Workspace, WorkspaceError};

const FILES: [(&str, &str); 3] = [
    ("b.sync", "sync work <-> file\n"),
    ("a.sync", "sync work -> file\n"),
    (
        "syncc.toml",
        r#"edition = "2026"
region = "ch"

[accounts.work]
app = "carddav"
url = "https://dav.example/ann/"
user = "ann"

[accounts.file]
app = "csv"
path = "contacts.csv"
"#,
    ),
];

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn no_environment(_: &str) -> Option<String> {
    None
}

/// The message about a `syncc.toml`, without the folder.
fn refused(text: &str) -> String {
    let folder = folder(&[("syncc.toml", text)]);
    let message = Workspace::open(folder.path()).unwrap_err().to_string();
    message.replace(&format!("{}/", folder.path().display()), "")
}

#[test]
fn a_folder_is_read_with_its_accounts_and_files() {
    let folder = folder(&FILES);
    let workspace = Workspace::open(folder.path()).unwrap();
    let names: Vec<_> = workspace.files.iter().map(|file| file.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["a.sync", "b.sync"]);
    assert_eq!((workspace.edition.as_str(), workspace.region.as_deref()), ("2026", Some("CH")));
    let account = workspace.account_in("work", "carddav", &no_environment).unwrap();
    assert_eq!(account.text("url"), Some("https://dav.example/ann/"));
    assert_eq!(account.text("app"), None);
    assert_eq!((account.region.as_deref(), &account.secret), (Some("CH"), &None));
    let schemas: Vec<_> = workspace.schemas().into_iter().map(|(name, app)| (name, app.id)).collect();
    assert_eq!(schemas, [("file".into(), "csv".into()), ("work".into(), "carddav".into())]);
}

#[test]
fn a_single_file_brings_the_settings_of_its_folder() {
    let folder = folder(&FILES);
    let workspace = Workspace::open(folder.path().join("b.sync")).unwrap();
    assert_eq!(workspace.files, [folder.path().join("b.sync")]);
    assert!(workspace.accounts.contains_key("work"));
    assert_eq!(workspace.store("b"), folder.path().join(".syncc/b.db"));
}

#[test]
fn without_settings_every_app_is_an_account() {
    let folder = folder(&[("a.sync", "")]);
    let workspace = Workspace::open(folder.path()).unwrap();
    assert!(workspace.schemas().iter().any(|(name, app)| name == "google" && app.id == "google"));
    assert_eq!(workspace.account_in("google", "google", &no_environment).unwrap().app, "google");
    let missing = workspace.account_in("goggle", "google", &no_environment).unwrap_err().to_string();
    assert!(missing.starts_with("there is no account goggle: there are aritic, carddav, copper"), "{missing}");
}

#[test]
fn a_secret_in_the_settings_is_refused_and_never_shown() {
    for line in [
        "password = \"hunter2\"",
        "Api_Key = \"hunter2\"",
        "accessToken = \"hunter2\"",
        "auth = { access-token = \"hunter2\" }",
    ] {
        let message = refused(&format!("edition = \"2026\"\n[accounts.my-crm]\napp = \"google\"\n{line}\n"));
        assert!(message.starts_with("syncc.toml, line 4: `"), "{message}");
        assert!(message.contains("SYNCC_MY_CRM_SECRET") && message.contains("secret-file ="), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
    }
    let message =
        refused("edition = \"2026\"\n[accounts.x]\napp = \"carddav\"\nurl = \"https://ann:hunter2@dav.example/\"\n");
    assert!(message.contains("`url` is an address with a password in it"), "{message}");
    assert!(!message.contains("hunter2"), "{message}");
}

#[test]
fn mistakes_in_the_settings_say_where_and_what_to_type() {
    let cases = [
        ("regoin = \"US\"", "syncc.toml, line 1: there is no setting `regoin`\nDid you mean `region`?"),
        (
            "edition = \"2026\"\n[google]\n",
            "syncc.toml, line 2: there is no setting `google`\nAn account is a section: [accounts.google]",
        ),
        (
            "edition = \"2025\"",
            "syncc.toml, line 1: this syncc does not know the edition \"2025\"; it knows 2026\nUpdate syncc, or type: edition = \"2026\"",
        ),
        (
            "region = \"US\"",
            "syncc.toml, line 1: the edition of the language is missing, so the meaning of your rules could change with an update\nType as the first line: edition = \"2026\"",
        ),
        (
            "edition = \"2026\"\nregion = \"Swiss\"",
            "syncc.toml, line 2: \"Swiss\" is no country code\nType the two letters of the country that phone numbers without +… belong to: region = \"US\"",
        ),
        (
            "edition = \"2026\"\n[accounts.work]\napp = \"gogle\"",
            "syncc.toml, line 3: there is no app \"gogle\"\nDid you mean: app = \"google\"",
        ),
        (
            "edition = \"2026\"\n[accounts.\"my work\"]\napp = \"google\"",
            "syncc.toml, line 2: `my work` cannot name an account: a name is letters, digits, - and _, and starts with a letter\nType for example: [accounts.my-work]",
        ),
        (
            "edition = \"2026\"\n[accounts]\ngoogle = 1",
            "syncc.toml, line 3: `google` must be a section\nType [accounts.google] on a line of its own, and its settings below.",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(refused(text), message);
    }
    assert!(refused("edition = \"2026\"\n[accounts.work]\n").contains("does not say which app"));
    assert!(refused("edition = \"2026\"\nregion =\n").starts_with("syncc.toml, line 2: "));
    assert!(
        refused("edition = \"2026\"\n[accounts.a-b]\napp = \"csv\"\n[accounts.a_b]\napp = \"csv\"\n")
            .contains("SYNCC_A_B_SECRET")
    );
}

#[test]
fn levels_are_set_by_number_or_name() {
    let toml = "edition = \"2026\"\n[check]\nSYNC0416 = \"error\"\nunlisted-value = \"off\"\n425 = \"hint\"\n";
    let folder = folder(&[("syncc.toml", toml)]);
    let levels = Workspace::open(folder.path()).unwrap().levels;
    let changed: Vec<_> = levels.changed().collect();
    let report = Level::Report;
    assert_eq!(
        changed,
        [
            (Code::UnlistedValue, Level::Off),
            (Code::RuleTwice, report(Severity::Error)),
            (Code::TableRow, report(Severity::Hint)),
        ]
    );
    for (lines, message) in [
        (
            "SYNC0103 = \"warning\"",
            "syncc.toml, line 3: SYNC0103 is an error and cannot be made less: with it the file has no meaning that could be run\nTake the line out. `syncc explain SYNC0103` says how to mend what it reports.",
        ),
        (
            "rule-twise = \"off\"",
            "syncc.toml, line 3: there is no code `rule-twise`\nDid you mean SYNC0416 (rule-twice: two rules say the same)?",
        ),
        (
            "SYNC0416 = \"warn\"",
            "syncc.toml, line 3: there is no level \"warn\"\nThe levels are \"error\", \"warning\", \"hint\", \"off\".",
        ),
        ("SYNC0416 = \"eror\"", "syncc.toml, line 3: there is no level \"eror\"\nDid you mean: SYNC0416 = \"error\""),
        (
            "SYNC0416 = false",
            "syncc.toml, line 3: there is no level false\nThe levels are \"error\", \"warning\", \"hint\", \"off\".",
        ),
    ] {
        assert_eq!(refused(&format!("edition = \"2026\"\n[check]\n{lines}\n")), message);
    }
    assert!(
        refused("edition = \"2026\"\n[check]\nSYNC0416 = \"off\"\nrule-twice = \"error\"\n")
            .contains("Keep one of the two")
    );
    assert!(
        refused("edition = \"2026\"\ncheck = 1\n")
            .ends_with("Type [check] on a line of its own, and its settings below.")
    );
}

#[test]
fn a_secret_comes_from_the_environment_first_and_cannot_be_printed() {
    let folder = folder(&FILES);
    let workspace = Workspace::open(folder.path()).unwrap();
    let environment = |variable: &str| (variable == "SYNCC_WORK_SECRET").then(|| "hunter2".to_owned());
    let account = workspace.account_in("work", "carddav", &environment).unwrap();
    assert_eq!(account.secret.as_ref().unwrap().reveal(), "hunter2");
    assert!(!format!("{account:?}").contains("hunter2"));
}

#[cfg(unix)]
#[test]
fn a_file_with_a_secret_must_be_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let toml = "edition = \"2026\"\n[accounts.work]\napp = \"google\"\nsecret-file = \"work.token\"\n";
    let folder = folder(&[("syncc.toml", toml), ("work.token", "hunter2\n")]);
    let file = folder.path().join("work.token");
    let workspace = Workspace::open(folder.path()).unwrap();
    let find = || workspace.account_in("work", "google", &no_environment);

    fs::set_permissions(&file, PermissionsExt::from_mode(0o640)).unwrap();
    let message = find().unwrap_err().to_string();
    assert!(message.contains("its mode is 640"), "{message}");
    assert!(message.ends_with(&format!("Type: chmod 600 {}", file.display())), "{message}");

    fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
    assert_eq!(find().unwrap().secret.unwrap().reveal(), "hunter2");
    fs::write(&file, "\n").unwrap();
    assert!(matches!(find(), Err(WorkspaceError::Secret { why, .. }) if why == "it is empty"));
    fs::remove_file(&file).unwrap();
    assert!(find().unwrap_err().to_string().contains("SYNCC_WORK_SECRET"));
}

#[test]
fn what_was_pulled_is_written_the_same_every_time_and_extends_the_schema() {
    let folder = folder(&FILES);
    let workspace = Workspace::open(folder.path()).unwrap();
    let field = Field {
        ty: Type::Set(Scalar::Text),
        can: Can::default(),
        means: None,
        values: Some(vec!["Hot".into(), "Cold".into()]),
        reformats: true,
        about: Some("How \"warm\" they are.".into()),
        lacks: Vec::new(),
        opt_out: false,
    };
    let object = PulledObject {
        fields: BTreeMap::from([("Lead score".to_owned(), field.clone())]),
        values: BTreeMap::from([("category".to_owned(), vec!["Friends".to_owned()])]),
        names: Some(vec!["Team".to_owned()]),
    };
    let pulled = Pulled { objects: BTreeMap::from([("contact".to_owned(), object)]) };
    let file = workspace.write_pulled("work", &pulled).unwrap();
    assert_eq!(file, folder.path().join("work.fields.toml"));
    let first = fs::read(&file).unwrap();
    fs::write(&file, "half a fi").unwrap();
    assert!(
        matches!(Workspace::open(folder.path()), Err(WorkspaceError::Wrong { todo, .. }) if todo.contains("syncc pull work"))
    );
    workspace.write_pulled("work", &pulled).unwrap();
    assert_eq!(fs::read(&file).unwrap(), first);

    let workspace = Workspace::open(folder.path()).unwrap();
    assert_eq!(workspace.pulled["work"], pulled);
    let (_, app) = workspace.schemas().into_iter().find(|(name, _)| name == "work").unwrap();
    assert_eq!(app.objects["contact"].fields["Lead score"], field);
    assert_eq!(app.objects["contact"].fields["category"].values, Some(vec!["Friends".to_owned()]));
    assert_eq!(app.objects["contact"].names, Some(vec!["Team".to_owned()]));
    assert!(workspace.write_pulled("../x", &pulled).is_err());
    // Nothing but the file is left behind.
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), FILES.len() + 1);
}

#[cfg(unix)]
#[test]
fn the_stores_are_for_their_owner_and_not_for_git() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder(&FILES);
    let workspace = Workspace::open(folder.path()).unwrap();
    workspace.prepare_state().unwrap();
    workspace.prepare_state().unwrap();
    assert_eq!(fs::metadata(&workspace.state).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(fs::read_to_string(workspace.state.join(".gitignore")).unwrap(), "*\n");
}

#[test]
fn what_is_not_there_is_said_so() {
    let missing = Workspace::open("/nowhere/at-all").unwrap_err();
    assert_eq!(missing, WorkspaceError::Missing(Path::new("/nowhere/at-all").to_owned()));
    let folder = folder(&FILES);
    let wrong = Workspace::open(folder.path().join("syncc.toml")).unwrap_err();
    assert!(matches!(wrong, WorkspaceError::NotSync(_)));
}
