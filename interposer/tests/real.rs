//! In front of a private real Docker: that the proxy is not noticed, and each rule on the wire. Without a Docker to launch, all
//! tests are ignored and the reason is printed.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod common;
mod docker;

use libtest_mimic::{Arguments, Failed, Trial};
use std::panic::{AssertUnwindSafe, catch_unwind};

fn main() -> std::process::ExitCode {
    let arguments = Arguments::from_args();
    let possible = lockstep_harness::engine::can_launch(lockstep_harness::engine::Family::Docker);
    if let Err(reason) = &possible {
        println!("not run: {reason}");
    }
    let checks = docker::pass_through::CHECKS
        .iter()
        .chain(docker::sdc::CHECKS)
        .chain(docker::inside::CHECKS)
        .chain(docker::table::CHECKS)
        .chain(docker::cli::CHECKS);
    let trials = checks.map(|(name, check)| {
        Trial::test(*name, move || {
            // The private Docker is launched by the first one that needs it.
            let result = catch_unwind(AssertUnwindSafe(|| docker::with_docker(*check)));
            result.map_err(|_| Failed::from("see the panic above"))
        })
        .with_ignored_flag(possible.is_err())
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    lockstep_harness::engine::end_all();
    conclusion.exit_code()
}
