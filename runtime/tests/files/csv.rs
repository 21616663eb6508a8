//! A CSV file, by example.

use std::{fs, path::Path};

use syncc_compiler::ir::Side;
use syncc_runtime::{
    apps::{App, Class, Observed, Write, csv},
    world::World,
};
use tempfile::TempDir;
use uuid::Uuid;

use crate::side::{self, pull, record, see, update};

pub(crate) struct File {
    folder: TempDir,
    side: Side,
    pub(crate) app: Box<dyn App>,
}

impl File {
    pub(crate) fn new(content: impl AsRef<[u8]>, settings: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("people.csv"), content).expect("a file");
        Self::in_folder(folder, settings)
    }

    fn in_folder(folder: TempDir, settings: &str) -> Self {
        let settings = format!("path = \"people.csv\"\n{settings}");
        let account = side::account("csv", folder.path(), &settings, None);
        let mut side = side::side("csv");
        // A column of the file's own, as `discover` finds it.
        let mut points = side.fields[side.field("note").expect("a field").index()].clone();
        points.name = "Points".to_owned();
        points.means = None;
        side.fields.push(points);
        let app = csv::open(&side, &account, &World::real()).expect("the settings are right");
        Self { folder, side, app }
    }

    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("people.csv")
    }

    pub(crate) fn content(&self) -> String {
        String::from_utf8(fs::read(self.path()).expect("the file")).expect("text")
    }

    pub(crate) async fn rows(&self) -> Vec<Observed> {
        pull(&*self.app, None).await.0
    }

    pub(crate) fn see(&self, row: &Observed, field: &str) -> String {
        see(&self.side, &self.app.decode(&row.raw).expect("a record"), field)
    }

    pub(crate) async fn change(&self, row: &Observed, fields: &[(&str, &str)]) -> Result<Observed, Class> {
        self.push(update(&self.side, &*self.app, row, fields)).await
    }

    pub(crate) async fn push(&self, write: Write) -> Result<Observed, Class> {
        let mut answers = self.app.push(&[write]).await;
        assert_eq!(answers.len(), 1);
        answers.remove(0).map(|written| written.now).map_err(|error| error.class)
    }

    pub(crate) fn create(&self, op: Uuid, fields: &[(&str, &str)]) -> Write {
        Write::Create { op, record: record(&self.side, fields) }
    }
}

const TWO: &str = "id,Email,Given name,category,Points\n\
                   1,ann@x.example,Ann,VIP; News,7\n\
                   2,bob@x.example,\"Bob, \"\"the\"\" Builder\",,\n";

#[tokio::test]
async fn columns_are_fields_and_a_field_without_a_column_is_unknown() {
    let file = File::new(TWO, "");
    let rows = file.rows().await;
    assert_eq!(rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(file.see(&rows[0], "email"), "ann@x.example");
    assert_eq!(file.see(&rows[0], "category"), "News|VIP");
    assert_eq!(file.see(&rows[0], "Points"), "7");
    assert_eq!(file.see(&rows[1], "given_name"), "Bob, \"the\" Builder");
    assert_eq!(file.see(&rows[1], "Points"), "");
    assert_eq!(file.see(&rows[0], "phone"), "(unknown)");
    assert_eq!(file.see(&rows[0], "address"), "(unknown)");
}

#[tokio::test]
async fn only_the_cell_that_changes_changes() {
    let file = File::new(TWO, "");
    let rows = file.rows().await;
    file.change(&rows[0], &[("category", "VIP|Trash")]).await.expect("written");
    assert_eq!(file.content(), TWO.replace("VIP; News", "VIP; Trash"));
    let now = file.rows().await;
    file.change(&now[1], &[("given_name", "Rob")]).await.expect("written");
    assert!(file.content().ends_with("2,bob@x.example,\"Rob\",,\n"), "{}", file.content());
}

#[tokio::test]
async fn marks_line_breaks_quotes_and_separators_stay_as_they_are() {
    for bom in ["", "\u{feff}"] {
        for newline in ["\n", "\r\n"] {
            for separator in [",", ";", "\t"] {
                for end in ["", newline] {
                    let lines = ["id,email,note", "1,ann@x.example,\"two\nlines\"", "\"2\",\"bob@x.example\", kept "];
                    let before = format!("{bom}{}{end}", lines.join(newline).replace(',', separator));
                    let file = File::new(&before, "");
                    let rows = file.rows().await;
                    assert_eq!(file.see(&rows[0], "note"), "two\nlines", "{before:?}");
                    file.change(&rows[0], &[("email", "new@x.example")]).await.expect("written");
                    assert_eq!(file.content(), before.replace("ann@", "new@"));
                    let op = Uuid::from_u128(7);
                    file.push(file.create(op, &[("email", "c@x.example")])).await.expect("written");
                    let added = format!("{op}{separator}c@x.example{separator}");
                    let joint = if end.is_empty() { newline } else { "" };
                    assert_eq!(file.content(), format!("{}{joint}{added}{end}", before.replace("ann@", "new@")));
                }
            }
        }
    }
}

#[tokio::test]
async fn a_broken_line_is_named_and_kept_and_nothing_counts_as_deleted() {
    let broken = b"id,email,note\n1,ann@x.example,a\n2,bob@x.example\n3,\"cy@x.example,c\n4,dee@x.example,d\n5,e\xff@x.example,e\n\n6,fay@x.example,f\n";
    let file = File::new(broken, "");
    let (rows, pulled) = pull(&*file.app, None).await;
    assert_eq!(rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["1", "4", "6"]);
    assert!(!pulled.complete);
    let problems: Vec<_> =
        pulled.problems.iter().map(|text| text.split("people.csv: ").nth(1).expect("the file")).collect();
    assert_eq!(
        problems,
        [
            "line 3 is left out: it has 2 cells, and the header has 3",
            "line 4 is left out: a quote (\") is opened and not closed",
            "line 6 is left out: it is not written in UTF-8",
        ]
    );
    file.change(&rows[2], &[("note", "new")]).await.expect("written");
    let mut wanted = broken.to_vec();
    wanted.truncate(wanted.len() - 2);
    wanted.extend(b"new\n");
    assert_eq!(fs::read(file.path()).expect("the file"), wanted);
    let asked = file.app.get(&["2".to_owned()]).await.expect_err("it may be in the broken line");
    assert!(asked.to_string().contains("lines that cannot be read"), "{asked}");
    let (again, pulled) = pull(&*file.app, pulled.cursor.as_deref()).await;
    assert_eq!((again.len(), pulled.complete, pulled.problems.len()), (3, false, 3));
}

#[tokio::test]
async fn rows_without_an_id_get_one_that_stays() {
    let file = File::new("email,note\nann@x.example,a\nann@x.example,b\n,c\n", "");
    let first = file.rows().await;
    let second = file.rows().await;
    assert_eq!(first, second);
    let ids: std::collections::BTreeSet<_> = first.iter().map(|row| row.id.clone()).collect();
    assert_eq!(ids.len(), 3);
    file.change(&first[1], &[("note", "new")]).await.expect("written");
    let wanted = format!(
        "email,note,id\nann@x.example,a,{}\nann@x.example,new,{}\n,c,{}\n",
        first[0].id, first[1].id, first[2].id
    );
    assert_eq!(file.content(), wanted);
    // What was read before the ids were written can still be written.
    file.change(&first[2], &[("email", "c@x.example")]).await.expect("written");
    assert_eq!(
        file.rows().await.iter().map(|row| &row.id).collect::<Vec<_>>(),
        first.iter().map(|row| &row.id).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn an_edit_by_somebody_else_is_never_overwritten() {
    let file = File::new(TWO, "");
    let rows = file.rows().await;
    let edited = TWO.replace("Ann", "Anna").replace("bob@", "rob@");
    fs::write(file.path(), &edited).expect("the file");
    assert_eq!(file.change(&rows[0], &[("Points", "8")]).await, Err(Class::Stale));
    assert_eq!(
        file.push(Write::Delete { id: "1".to_owned(), version: rows[0].version.clone() }).await,
        Err(Class::Stale)
    );
    assert_eq!(file.content(), edited);
    // A row that nobody touched is written, and the other edit stays.
    let edited = TWO.replace("Ann", "Anna");
    fs::write(file.path(), &edited).expect("the file");
    file.change(&rows[1], &[("Points", "8")]).await.expect("written");
    assert_eq!(file.content(), edited.replace(",,\n", ",,8\n"));
}

#[tokio::test]
async fn rows_are_added_once_and_deleted_whole() {
    let file = File::new(TWO, "");
    let op = Uuid::from_u128(1);
    assert_eq!(file.app.find_created(op, &record(&file.side, &[])).await.expect("an answer"), None);
    let create = file.create(op, &[("email", "c@x.example"), ("category", "a|b"), ("given_name", "C, D")]);
    let made = file.push(create.clone()).await.expect("written");
    assert_eq!(file.content(), format!("{TWO}{op},c@x.example,\"C, D\",a;b,\n"));
    assert_eq!(file.push(create).await.expect("found"), made);
    assert_eq!(file.app.find_created(op, &record(&file.side, &[])).await.expect("an answer"), Some(made.clone()));
    let gone = file.push(Write::Delete { id: op.to_string(), version: made.version }).await.expect("deleted");
    assert!(gone.deleted);
    assert_eq!(file.content(), TWO);
    assert_eq!(file.app.get(&["1".to_owned(), op.to_string()]).await.expect("an answer")[1], None);
}

#[tokio::test]
async fn a_cursor_tells_an_unchanged_file() {
    let file = File::new(TWO, "");
    let (_, first) = pull(&*file.app, None).await;
    assert!(first.complete);
    let (rows, second) = pull(&*file.app, first.cursor.as_deref()).await;
    assert_eq!((rows.len(), second.complete, &second.cursor), (0, false, &first.cursor));
    fs::write(file.path(), "id,email\n1,ann@x.example\n").expect("the file");
    let (rows, third) = pull(&*file.app, first.cursor.as_deref()).await;
    assert_eq!((rows.len(), third.complete), (1, true));
}

/// What a listing after this cursor says when it cannot be made, without the folder.
async fn refused(file: &File, cursor: Option<&str>) -> String {
    let error = file.app.pull(cursor, &mut |_| panic!("nothing is handed over")).await.expect_err("an error");
    assert_eq!(error.class, Class::Fatal);
    error.to_string().replace(&file.folder.path().display().to_string(), "")
}

fn ids(rows: &[Observed]) -> Vec<String> {
    rows.iter().map(|row| row.id.clone()).collect()
}

#[tokio::test]
async fn a_column_that_gave_ids_and_is_called_otherwise_is_an_error_and_not_other_contacts() {
    for (content, gave, renamed, setting) in [
        (
            "email,company\nann@x.example,A\nbob@x.example,B\n",
            "email",
            "Mail address",
            "columns = { email = \"Mail address\" }",
        ),
        ("id,email\n7,ann@x.example\n8,bob@x.example\n", "id", "Nr", "id-column = \"Nr\""),
        ("id,company\n7,A\n,B\n", "id", "Nr", "id-column = \"Nr\""),
    ] {
        let file = File::new(content, "");
        let (before, first) = pull(&*file.app, None).await;
        fs::write(file.path(), content.replacen(gave, renamed, 1)).expect("the file");
        for _ in 0..2 {
            let said = refused(&file, first.cursor.as_deref()).await;
            assert!(
                said.starts_with(&format!("/people.csv: there is no column `{gave}` any more"))
                    && said.contains(&format!("name the column `{gave}` again, or write `{}", &setting[..9])),
                "{said}"
            );
        }
        // What the message says: its new name in syncc.toml, or its old one in the file.
        let file = File::in_folder(file.folder, setting);
        let (rows, second) = pull(&*file.app, first.cursor.as_deref()).await;
        assert_eq!((ids(&rows), second.complete), (ids(&before), true));
        let file = File::in_folder(file.folder, "");
        fs::write(file.path(), format!("{content}\n")).expect("the file");
        assert_eq!(ids(&pull(&*file.app, first.cursor.as_deref()).await.0), ids(&before));
    }
}

#[tokio::test]
async fn a_column_that_nobody_needs_for_the_ids_may_go() {
    // The ids that we wrote down ourselves: an export without them has the same ones by its emails.
    let export = "email,company\nann@x.example,A\nbob@x.example,B\n";
    let file = File::new(export, "");
    let before = file.rows().await;
    file.change(&before[0], &[("company", "C")]).await.expect("written");
    assert!(file.content().starts_with("email,company,id\n"));
    let (_, first) = pull(&*file.app, None).await;
    fs::write(file.path(), export).expect("the file");
    let (rows, second) = pull(&*file.app, first.cursor.as_deref()).await;
    assert_eq!((ids(&rows), second.complete), (ids(&before), true));
    // Every row has an id of its own: no email is needed for that.
    let file = File::new("id,email\n7,ann@x.example\n", "");
    let (_, first) = pull(&*file.app, None).await;
    fs::write(file.path(), "id,company\n7,A\n").expect("the file");
    assert_eq!(ids(&pull(&*file.app, first.cursor.as_deref()).await.0), ["7"]);
}

#[tokio::test]
async fn what_an_earlier_version_remembered_of_a_file_is_understood() {
    let file = File::new(TWO, "");
    let (_, first) = pull(&*file.app, None).await;
    let cursor = first.cursor.expect("a cursor");
    let old = cursor.lines().next().expect("a line").to_owned();
    assert_ne!(old, cursor);
    let (rows, second) = pull(&*file.app, Some(&old)).await;
    assert_eq!((rows.len(), second.complete, second.cursor), (0, false, Some(cursor)));
    fs::write(file.path(), TWO.replace("id,", "Nr,")).expect("the file");
    assert_eq!(pull(&*file.app, Some(&old)).await.0.len(), 2);
}

#[tokio::test]
async fn an_empty_file_gets_a_header_with_its_first_row() {
    for (content, starts) in [("", "id,address"), ("id,email\n", "id,email\n"), ("\n", "id,")] {
        let file = File::new(content, "");
        assert_eq!(pull(&*file.app, None).await.0, []);
        let made = file.push(file.create(Uuid::from_u128(1), &[("email", "a@x.example")])).await.expect("written");
        assert!(file.content().starts_with(starts) || content != "id,email\n", "{}", file.content());
        assert_eq!(file.see(&made, "email"), "a@x.example");
        assert_eq!(file.rows().await.len(), 1);
    }
}

#[tokio::test]
async fn settings_name_columns_and_separators() {
    let content = "Nr.|E-Mail|Labels|Ort\n1|ann@x.example|a, b|Bern\n";
    let settings = "separator = \"|\"\nlist-separator = \",\"\nid-column = \"Nr.\"\ncolumns = { email = \"E-Mail\", category = \"Labels\", city = \"Ort\" }";
    let file = File::new(content, settings);
    let rows = file.rows().await;
    assert_eq!((rows[0].id.as_str(), file.see(&rows[0], "email").as_str()), ("1", "ann@x.example"));
    assert_eq!(file.see(&rows[0], "category"), "a|b");
    assert_eq!(file.see(&rows[0], "address"), "/Bern///");
    file.change(&rows[0], &[("category", "b|c"), ("address", "/Basel///")]).await.expect("written");
    assert_eq!(file.content(), "Nr.|E-Mail|Labels|Ort\n1|ann@x.example|b, c|Basel\n");
    let comma = file.change(&file.rows().await[0], &[("category", "x,y")]).await;
    assert_eq!(comma, Err(Class::Invalid));
}

#[tokio::test]
async fn what_cannot_be_used_says_what_to_do() {
    let says = |content: Option<&[u8]>, settings: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        if let Some(content) = content {
            fs::write(folder.path().join("people.csv"), content).expect("a file");
        }
        let settings = settings.to_owned();
        async move {
            let file = File::in_folder(folder, &settings);
            let error = file.app.pull(None, &mut |_| Ok(())).await.expect_err("it cannot be read");
            assert_eq!(error.class, Class::Fatal);
            error.to_string().replace(&file.folder.path().display().to_string(), "")
        }
    };
    assert_eq!(
        says(None, "").await,
        "/people.csv could not be read: it is not there — correct `path` in syncc.toml, or create the file with a first line such as `id,email,given_name,family_name`"
    );
    assert_eq!(
        says(Some(b"\xff\xfea\0"), "").await,
        "/people.csv cannot be read: it is written in UTF-16; save it as UTF-8"
    );
    assert_eq!(
        says(Some(b"id,Mail\n"), "columns = { email = \"E-Mail\" }").await,
        "/people.csv: there is no column `E-Mail`, which syncc.toml names for `email` — correct `columns`; the file has id, Mail"
    );
    assert_eq!(
        says(Some(b"id,email,email\n"), "").await,
        "/people.csv: the column `email` is there twice — rename one of the two"
    );
}

/// A disk that takes 8 KiB of a file and no more, by the system's limit for a process.
#[test]
fn a_file_that_does_not_fit_on_the_disk_stays_as_it_was() {
    let this = std::env::current_exe().expect("this test");
    let run = std::process::Command::new("bash")
        .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" --exact csv_file::on_a_small_disk --nocapture"])
        .arg(this)
        .env("SYNCC_TEST_SMALL_DISK", "1")
        .output()
        .expect("bash");
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&run.stderr));
}

#[tokio::test]
async fn on_a_small_disk() {
    let file = File::new(TWO, "");
    let rows = file.rows().await;
    let long = "x".repeat(20_000);
    let written = file.change(&rows[0], &[("Points", &long)]).await;
    if std::env::var_os("SYNCC_TEST_SMALL_DISK").is_none() {
        written.expect("a disk with room takes it");
        return;
    }
    assert_eq!(written, Err(Class::Fatal));
    assert_eq!(file.content(), TWO);
    assert_eq!(fs::read_dir(file.folder.path()).expect("the folder").count(), 1, "no half file is left behind");
}

#[tokio::test]
async fn discover_finds_the_columns_and_categories_of_the_file() {
    let file = File::new(TWO, "");
    let found = file.app.discover().await.expect("found");
    let row = &found.objects["row"];
    assert_eq!(row.fields.keys().collect::<Vec<_>>(), ["Points"]);
    assert_eq!(row.values["category"], ["News", "VIP"]);
}

#[tokio::test]
async fn ten_thousand_rows_take_no_time_and_another_reader_agrees() {
    let mut content = String::from("id,email,given_name,note\n");
    for at in 0..10_000 {
        content.push_str(&format!("{at},p{at}@x.example,Name {at},\"a, \"\"b\"\"\"\n"));
    }
    let file = File::new(&content, "");
    let start = std::time::Instant::now();
    let rows = file.rows().await;
    let listed = start.elapsed();
    assert_eq!(rows.len(), 10_000);
    let writes: Vec<Write> =
        rows.iter().map(|row| update(&file.side, &*file.app, row, &[("note", "new; \"quoted\",\nlines")])).collect();
    let start = std::time::Instant::now();
    assert!(file.app.push(&writes).await.iter().all(Result::is_ok));
    eprintln!("10,000 rows: listed in {listed:?}, rewritten in {:?}", start.elapsed());
    let mut reader = ::csv::Reader::from_path(file.path()).expect("another reader");
    let notes = reader.records().filter(|row| &row.as_ref().expect("a row")[3] == "new; \"quoted\",\nlines").count();
    assert_eq!(notes, 10_000);
    assert!(Path::new(&file.path()).exists());
}
