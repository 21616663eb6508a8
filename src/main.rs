//! The `syncc` command: two-way contact sync as code.
//!
//! One file a verb, and no logic here: each verb reads its arguments, calls the crate that does the work and
//! prints what came of it. Exit codes are part of the product and stand in `exit.rs`.

mod adopt;
mod apps;
mod ask;
mod audit;
mod backup;
mod build;
mod check;
mod completions;
mod conflicts;
mod connect;
mod cost;
mod diff;
mod eval;
mod exit;
mod explain;
mod fmt;
mod forget;
mod load;
mod log;
mod lsp;
mod new;
mod output;
mod pause;
mod plan;
mod practice;
mod progress;
mod pull;
mod render;
mod resolve;
mod restore;
mod resume;
mod retry;
mod revision;
mod run;
mod sandbox;
mod show;
mod status;
mod stop;
mod tables;
mod test;
mod undo;
mod when;
mod whom;
mod why;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use exit::Exit;
use output::Output;
use syncc_runtime::engine::Guard;

/// A contact is many short texts, which are made on one thread and dropped on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Two-way contact sync as code: rules in git, checked, planned, run.
#[derive(Parser)]
#[command(name = "syncc", version, about, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
    #[command(flatten)]
    output: Output,
}

#[derive(Subcommand)]
enum Verb {
    New(new::New),
    Check(check::Check),
    Fmt(fmt::Fmt),
    Build(build::Build),
    Explain(explain::Explain),
    Show(show::Show),
    Diff(diff::Diff),
    Test(test::Test),
    Plan(plan::Plan),
    Run(run::Run),
    Status(status::Status),
    Why(why::Why),
    Log(log::Log),
    Pause(pause::Pause),
    Resume(resume::Resume),
    Retry(retry::Retry),
    Adopt(adopt::Adopt),
    Audit(audit::Audit),
    Conflicts(conflicts::Conflicts),
    Resolve(resolve::Resolve),
    Forget(forget::Forget),
    Backup(backup::Backup),
    Restore(restore::Restore),
    Undo(undo::Undo),
    Eval(eval::Eval),
    Apps(apps::Apps),
    Pull(pull::Pull),
    Sandbox(sandbox::Sandbox),
    Lsp(lsp::Lsp),
    Completions(completions::Completions),
}

/// The command line, which takes no guard that there is not: a name with a slip would let nothing trip, and be found out
/// only when the guard stops the run that it was meant for.
pub(crate) fn command() -> clap::Command {
    Arguments::command().mut_subcommands(|verb| {
        let allows = verb.get_arguments().any(|argument| argument.get_long() == Some("allow"));
        if allows { verb.mut_arg("allow", |allow| allow.value_parser(Guard::NAMES)) } else { verb }
    })
}

fn main() -> std::process::ExitCode {
    let arguments = Arguments::from_arg_matches(&command().get_matches()).unwrap_or_else(|error| error.exit());
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_env("SYNCC_LOG"))
        .with_writer(std::io::stderr)
        .init();
    if arguments.output.only_for_check() && !matches!(arguments.verb, Verb::Check(_)) {
        output::complain("only `syncc check` has this form: use `--format pretty` or `--format json` here");
        return Exit::Failed.into();
    }
    let verb = match arguments.verb {
        // The language server has threads of its own.
        Verb::Lsp(lsp) => return lsp.run().into(),
        verb => verb,
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::complain(&format!("this machine does not let syncc start its threads: {error}"));
            return Exit::Failed.into();
        }
    };
    let output = &arguments.output;
    let exit = runtime.block_on(async {
        match verb {
            Verb::New(new) => new.run(output),
            Verb::Check(check) => check.run(output),
            Verb::Fmt(fmt) => fmt.run(output),
            Verb::Build(build) => build.run(output),
            Verb::Explain(explain) => explain.run(output),
            Verb::Show(show) => show.run(output),
            Verb::Diff(diff) => diff.run(output),
            Verb::Test(test) => test.run(output),
            Verb::Plan(plan) => plan.run(output).await,
            Verb::Run(run) => run.run(output).await,
            Verb::Status(status) => status.run(output),
            Verb::Why(why) => why.run(output).await,
            Verb::Log(log) => log.run(output).await,
            Verb::Pause(pause) => pause.run(output).await,
            Verb::Resume(resume) => resume.run(output).await,
            Verb::Retry(retry) => retry.run(output).await,
            Verb::Conflicts(conflicts) => conflicts.run(output),
            Verb::Resolve(resolve) => resolve.run(output).await,
            Verb::Forget(forget) => forget.run(output).await,
            Verb::Backup(backup) => backup.run(output),
            Verb::Restore(restore) => restore.run(output),
            Verb::Adopt(adopt) => adopt.run(output).await,
            Verb::Audit(audit) => audit.run(output).await,
            Verb::Undo(undo) => undo.run(output).await,
            Verb::Eval(eval) => eval.run(output),
            Verb::Apps(apps) => apps.run(output),
            Verb::Pull(pull) => pull.run(output).await,
            Verb::Sandbox(sandbox) => sandbox.run(output).await,
            Verb::Lsp(lsp) => lsp.run(),
            Verb::Completions(completions) => completions.run(),
        }
    });
    output::heard(exit).into()
}
