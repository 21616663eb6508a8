//! `syncc-sim`: runs seeds, says what they break, and tells the shortest story of it.
//!
//! Exits with 0 when every promise was kept, 1 when one was broken, 2 when nothing could be run.

use std::{
    fs,
    io::{self, IsTerminal as _, Write as _},
    path::PathBuf,
    process::ExitCode,
    time::Instant,
};

use clap::{Parser, ValueEnum};
use syncc_sim::{
    disk,
    draw::draw,
    oracle::Promise,
    report,
    run::run,
    scenario::Scenario,
    seeds::{self, Failure},
    shrink::shrink,
    story::tell,
    wired,
};

/// Runs syncc in made-up worlds where everything goes wrong, and holds it to its promises.
#[derive(Parser)]
#[command(name = "syncc-sim", version)]
struct Arguments {
    /// How many seeds to run, each twice.
    #[arg(long, default_value_t = 1_000, value_name = "N")]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 1, value_name = "K")]
    first_seed: u64,
    /// Runs this seed alone and tells what happened.
    #[arg(long, value_name = "K", conflicts_with_all = ["seeds", "first_seed"])]
    seed: Option<u64>,
    /// Runs the scenario in this file and tells what happened.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seeds", "first_seed", "seed"])]
    replay: Option<PathBuf>,
    /// The real apps in a made-up network, and not the made-up apps.
    #[arg(long, conflicts_with_all = ["replay", "keep", "format"])]
    wired: bool,
    /// The real apps of files, on files, and not the made-up apps.
    #[arg(long, conflicts_with_all = ["replay", "keep", "format", "wired"])]
    disk: bool,
    /// Writes a report, as Markdown.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Keeps the shortest scenario of each broken promise in this folder.
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
    /// How many threads; three a core if it is not said.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// How to print.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match work(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // Where nobody reads, nothing can be said.
            let _ = writeln!(io::stderr(), "syncc-sim: {error}");
            ExitCode::from(2)
        }
    }
}

type Anything = Box<dyn std::error::Error>;

/// Whether every promise was kept.
fn work(arguments: &Arguments) -> Result<bool, Anything> {
    if arguments.wired {
        return work_wired(arguments);
    }
    if arguments.disk {
        return work_disk(arguments);
    }
    if let Some(seed) = arguments.seed {
        let ran = seeds::one(seed, None)?;
        if ran.violations.is_empty() {
            writeln!(io::stdout(), "{}\nkept every promise", tell(&draw(seed), &ran, &[]))?;
            return Ok(true);
        }
        return shortest(arguments, &Failure { seed, violations: ran.violations }).map(|()| false);
    }
    if let Some(file) = &arguments.replay {
        let scenario: Scenario = serde_json::from_str(&fs::read_to_string(file)?)?;
        let ran = run(&scenario, None)?;
        writeln!(io::stdout(), "{}", tell(&scenario, &ran, &ran.violations))?;
        return Ok(ran.violations.is_empty());
    }
    many(arguments)
}

/// Three a core: a world in which a second run is started waits for its lock most of the time.
fn threads(arguments: &Arguments) -> usize {
    arguments.threads.unwrap_or_else(|| 3 * std::thread::available_parallelism().map_or(1, usize::from))
}

/// The same with the real apps.
fn work_wired(arguments: &Arguments) -> Result<bool, Anything> {
    let tell = |seed: u64| -> Result<bool, Anything> {
        let ran = wired::many::one(seed, None)?;
        writeln!(io::stdout(), "{}", wired::story::tell(&wired::draw::draw(seed), &ran, &ran.violations))?;
        Ok(ran.violations.is_empty())
    };
    if let Some(seed) = arguments.seed {
        return tell(seed);
    }
    let began = Instant::now();
    let range = arguments.first_seed..arguments.first_seed.saturating_add(arguments.seeds);
    let (tally, failures) = wired::many::many(range, threads(arguments), None)?;
    told(arguments, &tally.markdown(), began, &failures, "--wired")
}

/// The same with the apps of files.
fn work_disk(arguments: &Arguments) -> Result<bool, Anything> {
    if let Some(seed) = arguments.seed {
        let plan = disk::draw::draw(seed);
        let ran = disk::run::run(&plan)?;
        writeln!(io::stdout(), "{}", disk::story::tell(&plan, &ran))?;
        return Ok(ran.violations.is_empty());
    }
    let began = Instant::now();
    let range = arguments.first_seed..arguments.first_seed.saturating_add(arguments.seeds);
    let (tally, failures) = disk::many::many(range, threads(arguments))?;
    told(arguments, &tally.markdown(), began, &failures, "--disk")
}

/// Prints what many seeds add up to, and what went wrong with them.
fn told(
    arguments: &Arguments,
    table: &str,
    began: Instant,
    failures: &[Failure],
    mode: &str,
) -> Result<bool, Anything> {
    let text = format!("{table}\nTook {} s.\n", began.elapsed().as_secs());
    write!(io::stdout(), "{text}")?;
    if let Some(file) = &arguments.report {
        fs::write(file, &text)?;
    }
    for Failure { seed, violations } in failures {
        for violation in violations {
            writeln!(io::stderr(), "seed {seed}: {violation}")?;
        }
    }
    if let Some(Failure { seed, .. }) = failures.first() {
        writeln!(io::stderr(), "Tell the first one: syncc-sim {mode} --seed {seed}")?;
    }
    Ok(failures.is_empty())
}

fn many(arguments: &Arguments) -> Result<bool, Anything> {
    let threads = threads(arguments);
    let began = Instant::now();
    let terminal = io::stderr().is_terminal();
    // A long run says at once what it found: whoever stops it has that.
    let progress = |done: u64, failure: Option<&Failure>| {
        let mut out = io::stderr();
        if let Some(Failure { seed, violations }) = failure {
            for broken in violations {
                let _ = writeln!(out, "{}seed {seed}: {broken}", if terminal { "\r" } else { "" });
            }
        }
        if done.is_multiple_of(if terminal { 100 } else { 5_000 }) {
            let (start, end) = if terminal { ("\r", " ") } else { ("", "\n") };
            let _ = write!(out, "{start}{done} of {} seeds, {} s{end}", arguments.seeds, began.elapsed().as_secs());
        }
    };
    let range = arguments.first_seed..arguments.first_seed.saturating_add(arguments.seeds);
    let (tally, failures) = seeds::many(range, threads, None, &progress)?;
    if terminal {
        let _ = writeln!(io::stderr());
    }
    let text = report::markdown(&tally, arguments.first_seed, began.elapsed());
    match arguments.format {
        Format::Text => write!(io::stdout(), "{text}")?,
        Format::Json => writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&tally)?)?,
    }
    if let Some(file) = &arguments.report {
        fs::write(file, &text)?;
    }
    // The first failure of each promise says most; the others are listed.
    let mut told: Vec<Promise> = Vec::new();
    for failure in &failures {
        if failure.violations.iter().all(|broken| told.contains(&broken.promise)) {
            continue;
        }
        told.extend(failure.violations.iter().map(|broken| broken.promise));
        shortest(arguments, failure)?;
    }
    Ok(failures.is_empty())
}

/// Tells the shortest story of a failure, and keeps it if that was asked for.
fn shortest(arguments: &Arguments, failure: &Failure) -> Result<(), Anything> {
    let Some(broken) = failure.violations.first() else { return Ok(()) };
    let scenario = shrink(&draw(failure.seed), broken.promise, None);
    let ran = run(&scenario, None)?;
    let mut out = io::stderr();
    writeln!(out, "\n{}", tell(&scenario, &ran, &ran.violations))?;
    writeln!(out, "Seen in seed {0}. Run it again: syncc-sim --seed {0}", failure.seed)?;
    if let Some(folder) = &arguments.keep {
        let file = folder.join(format!("{:?}-{}.json", broken.promise, failure.seed));
        fs::write(&file, serde_json::to_string_pretty(&scenario)? + "\n")?;
        writeln!(out, "Kept as {}", file.display())?;
    }
    Ok(())
}
