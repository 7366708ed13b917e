//! `cargo xtask test`: everything that a change must pass.

use std::process::ExitCode;

use crate::stage::{self, Stage, cargo, succeed};
use crate::{apps, faults, floors, helm, oracle, secrets};

/// A change is judged by the same cases each time: properties draw theirs from
/// this seed. `cargo xtask prove properties` draws new ones.
const SEED: &str = "1";

pub(crate) fn run(only: &[&str]) -> ExitCode {
    let stages = [
        Stage::new("format", || {
            succeed(&mut cargo(&["fmt", "--all", "--check"]))
        }),
        Stage::new("floors", floors::check),
        Stage::new("lints", || {
            succeed(&mut cargo(&[
                "clippy",
                "--workspace",
                "--all-targets",
                "--features",
                "mlplat-helm/fetch",
                "--quiet",
                "--",
                "-D",
                "warnings",
            ]))
        }),
        Stage::new("tests", || {
            let telltales = secrets::prepare()?;
            succeed(
                cargo(&[
                    "nextest",
                    "run",
                    "--workspace",
                    "--features",
                    "mlplat-helm/fetch",
                    "--no-fail-fast",
                    "--status-level",
                    "fail",
                ])
                .env("PROPTEST_RNG_SEED", SEED)
                .env("MLPLAT_TELLTALES", telltales),
            )
        }),
        Stage::new("faults", faults::check),
        Stage::new("secrets", secrets::search),
        Stage::new("doc-tests", || {
            succeed(&mut cargo(&["test", "--workspace", "--doc", "--quiet"]))
        }),
        Stage::new("docs", || {
            succeed(
                cargo(&["doc", "--workspace", "--no-deps", "--quiet"])
                    .env("RUSTDOCFLAGS", "-D warnings"),
            )
        }),
        Stage::new("facts", oracle::run),
        Stage::new("charts", helm::conformance),
        Stage::new("apps", apps::run),
    ];
    stage::run(&stages, only)
}
