//! What tests of this program cost; `cargo xtask bench` runs it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use mlplat::testing::World;

use super::*;

/// How long cycles are counted.
const SPAN: Duration = Duration::from_secs(20);
/// Worlds that live side by side.
const THREADS: usize = 2;

/// Prints one line of JSON: cycles of deployment and destruction, each in a
/// world of its own, and the median milliseconds of single tests.
#[test]
#[ignore = "a benchmark, run by cargo xtask bench"]
fn cycles() {
    let test_ms = median(51, || {
        Stack::test(zenml_stack).assert_ok();
    });
    let live_ms = median(11, || {
        World::simulate(zenml_stack).live();
    });
    let resources = Stack::test(zenml_stack).plan().counts.create;
    let cycles = AtomicU64::new(0);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while begun.elapsed() < SPAN {
                    cycle();
                    cycles.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    let cycles = cycles.into_inner();
    println!(
        "{{\"resources\":{resources},\"cycles\":{cycles},\"seconds\":{seconds:.3},\"test_ms\":{test_ms:.3},\"live_ms\":{live_ms:.3}}}"
    );
}

/// One deployment and one destruction, seen to be complete.
fn cycle() {
    let mut world = World::simulate(zenml_stack);
    world.deploy().assert_complete();
    world.destroy().assert_complete();
    world.assert_empty();
}

fn median(times: usize, act: impl Fn()) -> f64 {
    let mut all: Vec<f64> = (0..times)
        .map(|_| {
            let begun = Instant::now();
            act();
            begun.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    all.sort_by(f64::total_cmp);
    all[times / 2]
}
