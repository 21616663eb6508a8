//! A name for rules, so that a change of their meaning is seen.

use sha2::{Digest as _, Sha256};
use syncc_compiler::ir::{Origin, Program, Tests};

/// A name for rules: equal for equal meaning, whatever the layout, the comments and the tests of the file.
/// 32 hex digits.
#[must_use]
pub fn fingerprint(program: &Program) -> String {
    let mut program = program.clone();
    program.tests = Tests::default();
    for rule in &mut program.rules {
        rule.line = 0;
        rule.title.clear();
    }
    for mapping in &mut program.mappings {
        if let Origin::Line(line) = &mut mapping.origin {
            *line = 0;
        }
    }
    let text = serde_json::to_vec(&program).unwrap_or_default();
    short(Sha256::new_with_prefix(&text))
}

/// A hash as a name: 32 hex digits.
pub(super) fn short(hash: Sha256) -> String {
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
