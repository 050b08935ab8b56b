//! Builds the probe, the static program inside Lockstep's images, and tells where it is.
//!
//! A nested cargo run with a target folder of its own: the probe is linked statically, whatever flags, wrapper or
//! profile the outer build has (clippy, coverage and tests included), and needs no target besides the host's.

use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    if let Err(problem) = build() {
        println!("cargo::error=the probe cannot be built: {problem}");
        std::process::exit(1);
    }
}

fn build() -> Result<(), String> {
    println!("cargo::rerun-if-changed=../probe/src");
    println!("cargo::rerun-if-changed=../probe/Cargo.toml");
    println!("cargo::rerun-if-changed=build.rs");
    let var = |name: &str| std::env::var(name).map_err(|error| format!("{name}: {error}"));
    let target = var("TARGET")?;
    let folder = Path::new(&var("OUT_DIR")?).join("probe");
    let manifest = Path::new(&var("CARGO_MANIFEST_DIR")?).join("../probe/Cargo.toml");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--release", "--package", "lockstep-probe", "--target", &target]);
    cargo.arg("--manifest-path").arg(&manifest).arg("--target-dir").arg(&folder);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_none_or(disturbs) {
            cargo.env_remove(name);
        }
    }
    cargo.env("CARGO_ENCODED_RUSTFLAGS", "-Ctarget-feature=+crt-static");
    let status = cargo.status().map_err(|error| format!("cargo does not start: {error}"))?;
    if !status.success() {
        return Err(format!("cargo ended with {status}"));
    }
    let probe: PathBuf = folder.join(&target).join("release/probe");
    if !probe.is_file() {
        return Err(format!("cargo left nothing at {}", probe.display()));
    }
    println!("cargo::rustc-env=LOCKSTEP_PROBE={}", probe.display());
    Ok(())
}

/// Whether a variable of the outer build would change the inner one: everything of cargo's but where it finds its registries.
fn disturbs(name: &str) -> bool {
    let kept = ["CARGO_HOME", "CARGO_NET_", "CARGO_HTTP_", "CARGO_REGISTR", "CARGO_SOURCE_"];
    let cargos = name.starts_with("CARGO_") && !kept.iter().any(|prefix| name.starts_with(prefix));
    let compilers =
        ["RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "LLVM_PROFILE_FILE", "MAKEFLAGS", "MFLAGS"];
    cargos || compilers.contains(&name)
}
