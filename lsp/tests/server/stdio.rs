//! The language server on standard input and output, with [`folder::Folder`] to tell it the accounts.

mod folder;

use std::process::ExitCode;

fn main() -> ExitCode {
    match syncc_lsp::stdio(folder::Folder) {
        Ok(syncc_lsp::Ended::AfterShutdown) => ExitCode::SUCCESS,
        Ok(syncc_lsp::Ended::Abruptly) | Err(_) => ExitCode::FAILURE,
    }
}
