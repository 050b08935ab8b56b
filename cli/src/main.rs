//! `lockstep`: runs Docker API scenarios on a reference and a candidate and gates what differs.

mod args;
mod commands;
mod described;
mod engines;
mod error;
mod keeping;
mod progress;
mod sdc;

use args::{Arguments, Command};
use clap::Parser;
use error::CliError;
use std::process::ExitCode;
use tokio::signal::unix::{Signal, SignalKind, signal};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            anstream::eprintln!("lockstep: cannot start: {error}");
            return ExitCode::from(3);
        }
    };
    let status = runtime.block_on(async {
        // Listening begins before anything is said: a signal that comes right after the first line must not be lost.
        let interrupted = interrupted();
        tokio::select! {
            result = dispatch(arguments) => result,
            () = interrupted => {
                anstream::eprintln!("lockstep: interrupted; ending the engines it launched");
                Ok(130)
            }
        }
    });
    // Whatever way the command ended, no daemon of ours outlives it.
    lockstep_harness::engine::end_all();
    match status {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            let bold = anstyle::AnsiColor::Red.on_default().bold();
            anstream::eprintln!("{bold}lockstep:{bold:#} {error}");
            ExitCode::from(error.status())
        }
    }
}

/// Listens from now on; resolves at the first Ctrl-C or SIGTERM.
fn interrupted() -> impl Future<Output = ()> {
    let listen = |kind: SignalKind| signal(kind).ok();
    let (mut int, mut term) = (listen(SignalKind::interrupt()), listen(SignalKind::terminate()));
    async move {
        let of = async |listener: &mut Option<Signal>| match listener {
            Some(listener) => {
                listener.recv().await;
            }
            None => std::future::pending().await,
        };
        tokio::select! {
            () = of(&mut int) => {}
            () = of(&mut term) => {}
        }
    }
}

async fn dispatch(arguments: Arguments) -> Result<u8, CliError> {
    let files = arguments.files;
    match arguments.command.unwrap_or_default() {
        Command::Run(run) => commands::run::run(&files, &run).await,
        Command::Record(record) => commands::record::record(&files, &record).await,
        Command::Replay(replay) => commands::replay::replay(&files, &replay),
        Command::Merge(merge) => commands::merge::merge(&files, &merge),
        Command::Matrix(matrix) => commands::matrix::matrix(&files, &matrix).await,
        Command::Since(since) => commands::since::since(&files, &since),
        Command::History(history) => commands::history::history(&history),
        Command::Report(report) => commands::report::report(&files, &report),
        Command::Repro(repro) => commands::repro::repro(&files, &repro),
        Command::List(list) => commands::list::list(&list),
        Command::Divergences(divergences) => commands::divergences::divergences(&files, &divergences).await,
        Command::Accept(accept) => commands::accept::accept(&files, &accept),
        Command::Coverage(coverage) => commands::coverage::coverage(&files, &coverage),
        Command::Spec(spec) => commands::spec::spec(&files, &spec),
        Command::Clean(clean) => commands::clean::clean(&clean).await,
        Command::Engines(engines) => commands::engines::engines(&engines).await,
        Command::Interpose(interpose) => commands::interpose::interpose(&interpose).await,
        Command::Completions(completions) => commands::shell::completions(&completions),
        Command::Man(man) => commands::shell::man(&man),
        Command::Bench(bench) => commands::bench::bench(&bench).await,
    }
}
