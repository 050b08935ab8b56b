//! Every rule of the interposer's profile `sdc-docker` against DIVERGENCE.md: with the rule its entry holds; without it the entry is
//! healed; altered, it shows otherwise than declared. One named test a rule.
//!
//! One private Docker is the reference and stands behind all proxies. Of an entry's scenarios only as many run as its matches need;
//! the snapshots say which. Without Docker the tests are ignored, with the reason; LOCKSTEP_LIVE=required makes that a failure.

#![allow(clippy::unwrap_used)]

mod bench;
mod choice;

use bench::Bench;
use libtest_mimic::{Arguments, Trial};
use lockstep_harness::engine::{self, Family};
use lockstep_interposer::Profile;
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // The engine does the work: more threads than this only queue there.
    arguments.test_threads = arguments.test_threads.or(Some(3));
    let required = std::env::var("LOCKSTEP_LIVE").is_ok_and(|value| value == "required");
    let missing = engine::can_launch(Family::Docker).err();
    if let (Some(reason), false) = (&missing, required) {
        eprintln!("rules are ignored: {reason} (LOCKSTEP_LIVE=required makes this a failure)");
    }
    let ignored = missing.is_some() && !required;
    let bench = Arc::new(Bench::new());
    let trials = Profile::by_name("sdc-docker").unwrap().rules().into_iter().map(|rule| {
        let bench = bench.clone();
        Trial::test(rule.name, move || bench.check(rule.name).map_err(Into::into)).with_ignored_flag(ignored)
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    engine::end_all();
    conclusion.exit_code()
}
