//! The embedding example does what it says.

#[path = "../examples/embed.rs"]
mod embed;

use mlplat::core::deploy::Outcome;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_engines_run_side_by_side_and_a_third_is_cancelled_and_taken_up_again() {
    let dir = tempfile::tempdir().unwrap();
    let seen = embed::run(dir.path()).await.unwrap();
    let done = seen.teams[0].0.done;
    for (deployment, events) in &seen.teams {
        assert_eq!(
            deployment.outcome,
            Outcome::Complete,
            "{:?}",
            deployment.failed
        );
        assert_eq!(deployment.done, done);
        // Every step says at least that it starts and that it is done.
        assert!(*events > 2 * done, "{events} events for {done} steps");
    }
    assert_eq!(seen.cancelled.outcome, Outcome::Cancelled);
    assert_eq!(
        seen.resumed.outcome,
        Outcome::Complete,
        "{:?}",
        seen.resumed.failed
    );
    assert!(seen.cancelled.done > 0 && seen.resumed.done > 0);
}
