//! Every construct of the language reads without an error.

use std::{fs, path::PathBuf};

use syncc_grammar::{split, statement};

fn folder(name: &str) -> Vec<(PathBuf, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(name);
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sync"))
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn good_files_have_no_errors() {
    let files = folder("good");
    assert!(!files.is_empty());
    for (path, text) in files {
        let skeleton = split(&text);
        assert_eq!(skeleton.errors, [], "{}", path.display());
        for piece in skeleton.pieces {
            let text = &text[piece.span.start as usize..piece.span.end as usize];
            assert_eq!(statement(text).errors, [], "{}: {text}", path.display());
        }
    }
}
