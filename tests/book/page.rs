//! One page after the other, its blocks run in one folder with the built command.
//!
//! Promise: a block that is not what the page says is a problem that names the page and the line.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use tempfile::TempDir;

use crate::{
    fence::{Fence, fences},
    output::same,
};

/// The file of a block that names none. It is gone after the block and what is printed about it.
const UNNAMED: &str = "rules.sync";

/// A folder in which the blocks of pages are run.
pub(crate) struct Session {
    folder: TempDir,
}

/// What a command printed, and how it ended.
struct Ran {
    code: Option<i32>,
    text: String,
}

impl Session {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// Runs a page. The page with the outputs that there are, and the problems.
    pub(crate) fn page(&mut self, name: &str, text: &str) -> (String, Vec<String>) {
        let mut problems = Vec::new();
        let mut written = String::new();
        let mut copied = 0;
        // The file of the last `.sync` block, for the output that may follow it.
        let mut last = String::new();
        for fence in fences(text) {
            let inside = &text[fence.inside.clone()];
            let mut problem = |what: String| problems.push(format!("{name}:{}: {what}", fence.line));
            let output = match fence.language() {
                "sync" => {
                    last = fence.option("file").or(fence.option("append")).unwrap_or(UNNAMED).to_owned();
                    self.rules(&fence, &last, inside).into_iter().for_each(&mut problem);
                    None
                }
                "text" if fence.info == "text check" => Some(self.syncc(&["check", &last]).text),
                "console" => match self.console(inside) {
                    Ok(output) => Some(output),
                    Err(what) => {
                        problem(what);
                        None
                    }
                },
                _ => {
                    if let Some(file) = fence.option("file") {
                        fs::write(self.folder.path().join(file), inside).expect("the file is written");
                    }
                    None
                }
            };
            if let Some(output) = output.filter(|output| !same(inside, output)) {
                problem(format!("this is shown:\n{inside}\nand this is what there is:\n{output}"));
                written.push_str(&text[copied..fence.inside.start]);
                written.push_str(&output);
                copied = fence.inside.end;
            }
        }
        written.push_str(&text[copied..]);
        (written, problems)
    }

    /// What is wrong with a block of rules.
    fn rules(&self, fence: &Fence, file: &str, block: &str) -> Vec<String> {
        let path = self.folder.path().join(file);
        let text = match (fence.option("append"), fence.connection()) {
            (Some(_), _) => fs::read_to_string(&path).unwrap_or_default() + "\n" + block,
            (None, Some(connection)) => format!("sync {connection}\n\n{block}"),
            (None, None) => block.to_owned(),
        };
        fs::write(&path, &text).expect("the file is written");
        if fence.has("unchecked") {
            return Vec::new();
        }
        let wanted: BTreeSet<String> =
            fence.option("says").map(|codes| codes.split(',').map(str::to_owned).collect()).unwrap_or_default();
        let mut problems = Vec::new();
        let check = self.syncc(&["check", file, "--format", "concise"]);
        let found: BTreeSet<String> = check
            .text
            .split('[')
            .filter_map(|rest| rest.split_once(']'))
            .map(|(code, _)| code.to_owned())
            .filter(|code| code.strip_prefix("SYNC").is_some_and(|number| number.len() == 4))
            .collect();
        if found != wanted {
            let wanted = if wanted.is_empty() { "nothing".to_owned() } else { format!("{wanted:?}") };
            problems.push(format!("check should say {wanted}, and says:\n{}", check.text));
        } else if check.code == Some(0) && text.lines().any(|line| line.starts_with("test ")) {
            let tests = self.syncc(&["test", file]);
            match (fence.has("fails"), tests.code == Some(0)) {
                (false, false) => problems.push(format!("a test of this block fails:\n{}", tests.text)),
                (true, true) => problems.push("the tests of this block should fail, and pass".to_owned()),
                _ => {}
            }
        }
        if wanted.is_empty() && !fence.has("unformatted") {
            let formatted = self.formatted(block);
            if formatted != block {
                problems.push(format!("this block is formatted as:\n{formatted}"));
            }
        }
        problems
    }

    fn formatted(&self, block: &str) -> String {
        let path = self.folder.path().join("to-format.sync");
        fs::write(&path, block).expect("the file is written");
        self.syncc(&["fmt", "to-format.sync"]);
        let formatted = fs::read_to_string(&path).expect("the file is there");
        fs::remove_file(path).expect("the file goes");
        formatted
    }

    /// Runs the commands of a block; the block as it should be.
    fn console(&self, block: &str) -> Result<String, String> {
        let mut output = String::new();
        let commands: Vec<&str> = block.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
        let shown: Vec<&str> =
            block.split("$ ").skip(1).map(|part| part.split_once('\n').map_or("", |p| p.1)).collect();
        let unnamed = self.folder.path().join(UNNAMED);
        if unnamed.exists() && !block.contains(UNNAMED) {
            fs::remove_file(unnamed).expect("the file goes");
        }
        for (command, shown) in commands.iter().zip(shown) {
            let words: Vec<String> = words(command);
            let ran = match words.split_first() {
                Some((program, arguments)) if program == "syncc" => {
                    self.syncc(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).text
                }
                _ => return Err(format!("only `syncc` can be run here, not `{command}`")),
            };
            // What is abridged stays abridged.
            let ran = if same(shown, &ran) { shown.to_owned() } else { ran };
            output.push_str(&format!("$ {command}\n{}", ran));
        }
        Ok(output)
    }

    fn syncc(&self, arguments: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_syncc"))
            .args(arguments)
            .current_dir(self.folder.path() as &Path)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .output()
            .expect("the command starts");
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        let text = lines.join("\n").trim_end().to_owned() + "\n";
        Ran { code: output.status.code(), text }
    }
}

/// The words of a command. A word in quotes may hold blanks.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for char in command.trim().chars() {
        match (char, quote) {
            (_, Some(open)) if char == open => quote = None,
            ('\'' | '"', None) => quote = Some(char),
            (' ', None) => words.push(String::new()),
            _ => words.last_mut().expect("there is a word").push(char),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The problems of a page with this block.
    fn problems(block: &str) -> Vec<String> {
        Session::new().page("page.md", &format!("Words.\n\n{block}")).1
    }

    #[test]
    fn a_block_that_is_wrong_is_named_with_its_line() {
        let found = problems("```sync\nsync google <-> realgeeks\nmap google.nothing -> realgeeks.notes\n```\n");
        assert!(found.iter().any(|problem| problem.starts_with("page.md:3: ") && problem.contains("SYNC0103")));
    }

    #[test]
    fn a_block_that_is_not_reported_as_it_says_is_caught() {
        let fine = "sync google <-> realgeeks\n```\n";
        assert!(problems(&format!("```sync\n{fine}")).is_empty());
        assert_eq!(problems(&format!("```sync says=SYNC0103\n{fine}")).len(), 1);
    }

    #[test]
    fn a_fragment_is_checked_in_its_connection() {
        let rule =
            "when google.label == \"A\" then realgeeks.tag += \"A\"\nwhen google exists then realgeeks exists\n```\n";
        assert_eq!(problems(&format!("```sync of google <-> realgeeks\n{rule}")), Vec::<String>::new());
        assert!(!problems(&format!("```sync of copper <-> realgeeks\n{rule}")).is_empty());
    }

    #[test]
    fn a_test_that_fails_is_caught() {
        let found = problems(
            "```sync\nsync google <-> realgeeks\n\ntest \"none\"\n  given  google    { email: \"ann@home.example\" }\n  expect realgeeks none\n```\n",
        );
        assert!(found.iter().any(|problem| problem.contains("a test of this block fails")), "{found:?}");
    }

    #[test]
    fn a_layout_of_its_own_is_caught() {
        let found = problems("```sync\nsync   google <-> realgeeks\n```\n");
        assert!(found.iter().any(|problem| problem.contains("formatted as")), "{found:?}");
    }

    #[test]
    fn an_output_that_is_not_so_is_caught_and_written_anew() {
        let page = "```sync file=a.sync\nsync google <-> realgeeks\n```\n```console\n$ syncc check\nnothing\n```\n";
        let (written, found) = Session::new().page("page.md", page);
        assert_eq!(found.len(), 1);
        assert!(written.ends_with("$ syncc check\nfine: 2 rules in 1 file\n```\n"), "{written}");
        assert_eq!(Session::new().page("page.md", &written).1, Vec::<String>::new());
    }
}
