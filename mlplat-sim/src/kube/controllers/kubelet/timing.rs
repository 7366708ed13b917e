//! How long things take on a node, in whole seconds, always the same for the same thing and seed.
//!
//! Plausible, not measured: an image comes in 2 to 15 s, a server answers its first probe 1 to 4 s after its start, a
//! one-off task runs 5 to 20 s, an init container 1 to 3 s, a container that is told to stop is gone after 1 to 3 s.
//! Back-offs are those of the Kubernetes 1.36 documentation (Pod Lifecycle, "Container restarts"; Images,
//! "ImagePullBackOff"): 10 s, doubled up to 300 s, forgotten after ten minutes without a crash.

use super::super::hashes;

/// How long the sandbox of a pod takes: network and empty directories.
pub(super) const SANDBOX_S: u64 = 1;
/// How long a disk takes to be attached and mounted.
pub(super) const ATTACH_S: u64 = 8;
/// How long after a failed pull the kubelet says that it waits.
pub(super) const PULL_ERROR_S: u64 = 2;
/// A container that ran this long starts afresh.
const FORGIVEN_S: u64 = 600;
const LONGEST_S: u64 = 300;

fn between(seed: u64, what: &str, of: &str, least: u64, most: u64) -> u64 {
    let number = hashes::number(seed, &format!("{what} {of}"));
    least + number % (most - least + 1)
}

pub(super) fn pull_s(seed: u64, image: &str) -> u64 {
    between(seed, "pull", image, 2, 15)
}

pub(super) fn answer_s(seed: u64, container: &str) -> u64 {
    between(seed, "answer", container, 1, 4)
}

pub(super) fn task_s(seed: u64, container: &str) -> u64 {
    between(seed, "task", container, 5, 20)
}

pub(super) fn init_s(seed: u64, container: &str) -> u64 {
    between(seed, "init", container, 1, 3)
}

pub(super) fn crash_s(seed: u64, container: &str) -> u64 {
    between(seed, "crash", container, 1, 3)
}

pub(super) fn stop_s(seed: u64, pod: &str) -> u64 {
    between(seed, "stop", pod, 1, 3)
}

/// A number between 0 and 1 for a start of a container.
pub(super) fn luck(seed: u64, pod_uid: &str, container: &str, start: u64) -> f64 {
    let number = hashes::number(seed, &format!("luck {pod_uid} {container} {start}"));
    // 53 bits are what a double holds exactly.
    (number >> 11) as f64 / (1_u64 << 53) as f64
}

/// How long a container waits before its next start. The first restart is at once.
pub(super) fn crash_back_off_s(restarts: u64, ran_s: u64) -> u64 {
    if restarts == 0 || ran_s >= FORGIVEN_S {
        return 0;
    }
    doubled(restarts - 1)
}

fn doubled(times: u64) -> u64 {
    let factor = 1_u64 << times.min(10);
    (10 * factor).min(LONGEST_S)
}

/// The first moment at or after `now` at which a pull that failed first at `failed` is tried again; in seconds.
pub(super) fn next_pull(failed: u64, now: u64) -> u64 {
    let mut at = failed;
    let mut tries = 0;
    while at < now {
        at += doubled(tries);
        tries += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_offs_double_up_to_five_minutes() {
        let waits: Vec<u64> = (0..8)
            .map(|restarts| crash_back_off_s(restarts, 2))
            .collect();
        assert_eq!(waits, [0, 10, 20, 40, 80, 160, 300, 300]);
        assert_eq!(crash_back_off_s(7, 600), 0);
    }

    #[test]
    fn pulls_are_tried_again_at_the_same_moments() {
        for (now, next) in [(100, 100), (101, 110), (110, 110), (111, 130), (171, 250)] {
            assert_eq!(next_pull(100, now), next, "at {now}");
        }
    }

    #[test]
    fn durations_depend_on_the_seed_and_stay_in_their_range() {
        let all: Vec<u64> = (0..200).map(|seed| pull_s(seed, "a:1")).collect();
        assert!(all.iter().all(|one| (2..=15).contains(one)));
        assert!((2..=15).all(|wanted| all.contains(&wanted)));
        assert_eq!(pull_s(7, "a:1"), pull_s(7, "a:1"));
    }
}
