//! The platform, killed at every fault point of its deployment and of its
//! destruction; `cargo xtask crash` runs it.

use std::time::Duration;

use mlplat::sim::harness::{Scenario, Stage, Sweep, campaign, sweep, sweep_told};

use super::*;

/// How many sweeps share the points.
const SHARES: u64 = 32;
/// No share takes this long for real.
const HANGS: Duration = Duration::from_secs(1800);

fn platform() -> Scenario {
    let stages = vec![Stage::deploy(zenml_stack), Stage::Destroy];
    Scenario::new("zenml", mlplat::aws::catalog(), stages)
}

/// Wherever it dies, the next run ends with exactly one of everything, and
/// the destruction with nothing. Its own secrets are the canaries.
#[test]
#[ignore = "a sweep, run by cargo xtask crash"]
fn every_point() {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let platform = platform();
    let seed = number("MLPLAT_CRASH_SEED");
    let how = |share| Sweep {
        seed: seed.unwrap_or(1),
        share: (share, SHARES),
        ..Sweep::default()
    };
    if seed.is_some() {
        let told = sweep_told(
            &platform,
            &Sweep {
                share: (0, 1),
                ..how(0)
            },
            &|line| println!("{line}"),
        );
        assert!(told.is_ok(), "{told:?}");
        return;
    }
    let hung = |share: u64| {
        println!("share {share} hangs");
        std::process::exit(101);
    };
    let over = campaign(0..SHARES, HANGS, &hung, &|share| {
        sweep(&platform, &how(share))
    });
    for (share, broken) in &over.broken {
        println!("share {share}: {broken}");
    }
    let seconds = over.took.as_secs_f64();
    // Each share counts all points of the life.
    let points = over.report.points / SHARES;
    println!(
        "figure: the ZenML platform, {points} points, {} kill runs, {} bad, {seconds:.0} s, {:.0} kill runs in a second",
        over.report.killed,
        over.broken.len(),
        over.report.killed as f64 / seconds
    );
    assert!(over.broken.is_empty());
    assert!(over.report.killed >= points, "{:?}", over.report);
}
