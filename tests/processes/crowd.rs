//! Eight processes on one state.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Barrier;

use crate::support::{command, example, stderr, stdout, succeed};
use crate::world::{paths, state};

const PROCESSES: usize = 8;

/// How often all of them start at the same time.
fn rounds() -> usize {
    let prove = std::env::var_os("MLPLAT_PROVE").is_some();
    if prove { 2_000 } else { 200 }
}

/// How one process ended: it had the lock, or was told who has.
#[derive(Debug, PartialEq, Clone, Copy)]
enum End {
    Went,
    Refused,
}

fn go(dir: &Path, greeting: &str) -> End {
    let mut process = command("hello", dir);
    let output = process
        .args(["--set", &format!("greeting={greeting}")])
        .output()
        .unwrap();
    let told = stderr(&output);
    if output.status.success() {
        return End::Went;
    }
    assert_eq!(output.status.code(), Some(1), "{told}");
    // Who, for what, since when, and how to go on.
    let first = told.lines().next().unwrap();
    let who = first.contains("(process ") || first.contains("by another run (starting");
    assert!(
        first.starts_with("error: the state is locked by ") && who,
        "{told}"
    );
    assert!(
        first.contains(", since ") && first.ends_with(" s ago)"),
        "{told}"
    );
    assert!(told.contains("do   wait until it is done"), "{told}");
    End::Refused
}

/// Two that write at the same time would both write the same number: each
/// that had the lock has one of its own.
///
/// Proves fault 11.
#[test]
fn of_eight_processes_one_proceeds_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    example("hello");
    let barrier = Barrier::new(PROCESSES);
    let rounds = rounds();
    let ends: Vec<End> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..PROCESSES)
            .map(|process| {
                let (dir, barrier) = (dir.path(), &barrier);
                scope.spawn(move || {
                    let mut ends = Vec::new();
                    for round in 0..rounds {
                        barrier.wait();
                        ends.push(go(dir, &format!("{process}-{round}")));
                    }
                    ends
                })
            })
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    let went = ends.iter().filter(|end| **end == End::Went).count();
    let known = state(dir.path());
    assert_eq!(known.serial, went as u64, "one number for each that went");
    assert!(went >= rounds, "somebody goes in each round");
    assert!(
        went < ends.len() / 2,
        "they were in each other's way: {went}"
    );
    let serials: BTreeMap<u64, usize> =
        known.history.iter().fold(BTreeMap::new(), |mut all, past| {
            *all.entry(past.serial).or_default() += 1;
            all
        });
    assert!(serials.values().all(|times| *times == 1), "{serials:?}");
    assert_eq!(paths(&known).len(), 3);
    assert!(!dir.path().join("journal").exists());
    let last = stdout(&succeed(
        command("hello", dir.path()).args(["state", "show", "first"]),
    ));
    assert!(last.contains("\"stage\": \"ready\""), "{last}");
    println!(
        "figure: {PROCESSES} processes x {rounds} rounds: {went} went one after the other, {} were told who is at work, 0 interleaved writes",
        ends.len() - went
    );
}
