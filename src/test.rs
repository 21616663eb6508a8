//! `syncc test`: runs the tests that stand in `.sync` files, without an account or a network.

use std::path::PathBuf;

use clap::Args;
use syncc_runtime::{
    engine::Part,
    testing::{self, Acted, Idle, Report, Tested},
};

use crate::{
    check::plural,
    exit::Exit,
    load,
    output::{Output, Paint, painted, say},
};

/// Run the tests in the rules: what a contact becomes, with no account and no network
#[derive(Args)]
pub(crate) struct Test {
    /// A folder with .sync files, one file, or a built file
    #[arg(default_value = ".")]
    path: PathBuf,
}

impl Test {
    pub(crate) fn run(self, output: &Output) -> Exit {
        let loaded = match load::open(&self.path) {
            Ok(loaded) => loaded,
            Err(exit) => return exit,
        };
        let programs = match loaded.programs(output) {
            Ok(programs) => programs,
            Err(exit) => return exit,
        };
        let paths = loaded.files.iter().map(|file| file.path.display().to_string());
        let reports: Vec<_> = paths.zip(&programs).map(|(path, program)| (path, testing::run(program))).collect();
        let all = || reports.iter().flat_map(|(_, report)| &report.tests);
        let passed = all().filter(|test| test.passed).count();
        let failed = all().count() - passed;
        if output.json() {
            let files: Vec<_> = reports
                .iter()
                .map(|(path, report)| {
                    serde_json::json!({ "path": path, "tests": report.tests, "uncovered": report.uncovered })
                })
                .collect();
            output.document(&serde_json::json!({ "version": 1, "passed": passed, "failed": failed, "files": files }));
        } else if passed + failed == 0 {
            say(NO_TEST);
        } else {
            for (path, report) in &reports {
                say(&file(path, report));
            }
            say(&summary(passed, failed));
        }
        if failed > 0 { Exit::Problems } else { Exit::Fine }
    }
}

const NO_TEST: &str = r#"there is no test yet: write one below the rules, such as

  test "personal contacts stay out"
    given  google { email: "ann@home.example", label: ["No_CRM"] }
    expect realgeeks none
"#;

fn file(path: &str, report: &Report) -> String {
    let mut text: String = report.tests.iter().map(|test| tested(path, test)).collect();
    for rule in &report.uncovered {
        text.push_str(&format!("no test covers  {path}:{}  {}\n", rule.line, rule.title));
    }
    text
}

fn tested(path: &str, test: &Tested) -> String {
    let verdict = if test.passed { painted(Paint::Good, "pass") } else { painted(Paint::Bad, "FAIL") };
    let mut text = format!("{verdict}  {path}:{}  {}\n", test.line, test.name);
    if test.passed {
        text.push_str(&painted(Paint::Faint, &format!("      {}", covers(&test.acted))));
        text.push('\n');
        return text;
    }
    for failure in &test.failures {
        text.push_str(&format!("      {path}:{}\n", failure.line));
        text.push_str(&format!("        expected  {}\n", failure.expected));
        text.push_str(&format!("        got       {}\n", failure.got.join("\n                  ")));
    }
    if let Some(unsettled) = test.unsettled {
        text.push_str(&format!("      {unsettled}\n"));
    }
    for acted in &test.acted {
        let rule = &acted.rule;
        text.push_str(&format!("      fired         line {}, {}  {}\n", rule.line, part(acted.part), rule.title));
    }
    for idle in &test.idle {
        let rule = &idle.rule;
        text.push_str(&format!("      did not fire  line {}  {}\n", rule.line, rule.title));
        text.push_str(&format!("                    {}\n", why_idle(idle)));
    }
    text
}

fn covers(acted: &[Acted]) -> String {
    if acted.is_empty() {
        return "no rule changed anything".to_owned();
    }
    let rules: Vec<_> = acted.iter().map(|acted| format!("line {} ({})", acted.rule.line, part(acted.part))).collect();
    format!("covers {}", rules.join(", "))
}

fn why_idle(idle: &Idle) -> String {
    match (idle.not_so.as_slice(), idle.already) {
        ([], true) => "it holds, and what it asks for is so".to_owned(),
        ([], false) => "it holds, but an earlier rule or the app stood against what it asks for".to_owned(),
        (not_so, _) => format!("not so: {}", not_so.join("; ")),
    }
}

/// The word of the language for a part of a rule.
fn part(part: Part) -> &'static str {
    match part {
        Part::Then => "then",
        Part::Undo => "undo",
        Part::OtherWay => "other-way",
    }
}

fn summary(passed: usize, failed: usize) -> String {
    match failed {
        0 => format!("{}\n", painted(Paint::Good, &format!("{} passed", plural(passed, "test")))),
        _ => format!("{}\n", painted(Paint::Bad, &format!("{} failed, {passed} passed", plural(failed, "test")))),
    }
}
