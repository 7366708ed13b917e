//! Many sweeps on every core.
//!
//! Each sweep runs on one thread, so that its seed decides everything; the
//! threads take the next number from a queue. A run that hangs for real, in a
//! loop that virtual time does not end, would hold its thread for ever: after
//! a limit somebody is told which number it was.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Report, Violation};

/// What a campaign came to.
#[derive(Debug, Default)]
pub struct Campaign {
    /// What was tried.
    pub report: Report,
    /// Broken promises, each with the number of its sweep.
    pub broken: Vec<(u64, Violation)>,
    /// How long it took.
    pub took: Duration,
}

/// Runs the sweeps of some numbers, as many at a time as there are cores.
/// `hangs` is told of a number whose sweep takes longer than the limit.
pub fn campaign(
    numbers: std::ops::Range<u64>,
    limit: Duration,
    hangs: &(dyn Fn(u64) + Sync),
    sweep: &(dyn Fn(u64) -> Result<Report, Violation> + Sync),
) -> Campaign {
    let begun = Instant::now();
    let next = AtomicU64::new(numbers.start);
    let found: Mutex<Campaign> = Mutex::default();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let left = AtomicU64::new(threads as u64);
    let under_way: Mutex<Vec<(u64, Instant)>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= numbers.end {
                        break;
                    }
                    lock(&under_way).push((number, Instant::now()));
                    let result = sweep(number);
                    lock(&under_way).retain(|(other, _)| *other != number);
                    let mut found = lock(&found);
                    match result {
                        Ok(report) => found.report += report,
                        Err(violation) => found.broken.push((number, violation)),
                    }
                }
                left.fetch_sub(1, Ordering::Relaxed);
            });
        }
        while left.load(Ordering::Relaxed) > 0 {
            std::thread::sleep(Duration::from_millis(20));
            let hung = lock(&under_way)
                .iter()
                .find(|(_, since)| since.elapsed() > limit)
                .map(|(number, _)| *number);
            if let Some(number) = hung {
                hangs(number);
            }
        }
    });
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.broken.sort_by_key(|(number, _)| *number);
    found.took = begun.elapsed();
    found
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
