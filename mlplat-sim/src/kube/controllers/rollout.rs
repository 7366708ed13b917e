//! The arithmetic of a rolling update: how many replicas the new and the old replica sets of a deployment get next.
//!
//! Never more than `maxSurge` pods above the wish, never more than `maxUnavailable` below it, as the deployment
//! documentation of Kubernetes describes (Deployments, "Rolling Update Deployment", 1.36). A share rounds up for the
//! surge and down for the unavailable; when both come to nothing, one may be unavailable.

use serde_json::Value;

/// How far an update may stray from the wished number of pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slack {
    pub(super) surge: usize,
    pub(super) unavailable: usize,
}

impl Slack {
    /// Reads `spec.strategy.rollingUpdate`.
    pub(super) fn read(rolling: &Value, wanted: usize) -> Self {
        let surge = share(&rolling["maxSurge"], wanted, true);
        let unavailable = share(&rolling["maxUnavailable"], wanted, false);
        let neither = surge == 0 && unavailable == 0;
        Self {
            surge,
            unavailable: if neither { 1 } else { unavailable.min(wanted) },
        }
    }
}

/// A number, or a percentage of one.
pub(super) fn share(value: &Value, of: usize, up: bool) -> usize {
    let Some(text) = value.as_str() else {
        return super::acting::count(value, 0);
    };
    let percent: usize = text.trim_end_matches('%').parse().unwrap_or_default();
    let parts = percent * of;
    if up { parts.div_ceil(100) } else { parts / 100 }
}

/// A replica set as the arithmetic sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Side {
    /// `spec.replicas`.
    pub(super) size: usize,
    /// `status.availableReplicas`.
    pub(super) available: usize,
}

/// The size that the new replica set gets next.
pub(super) fn grow(wanted: usize, slack: Slack, new: Side, old: &[Side]) -> usize {
    if new.size >= wanted {
        return wanted;
    }
    let there = new.size + old.iter().map(|side| side.size).sum::<usize>();
    let room = (wanted + slack.surge).saturating_sub(there);
    new.size + room.min(wanted - new.size)
}

/// The sizes that the old replica sets get next; the oldest come first.
pub(super) fn shrink(wanted: usize, slack: Slack, new: Side, old: &[Side]) -> Vec<usize> {
    let mut sizes: Vec<usize> = old.iter().map(|side| side.size).collect();
    let there = new.size + sizes.iter().sum::<usize>();
    let least = wanted - slack.unavailable.min(wanted);
    let new_missing = new.size.saturating_sub(new.available);
    let most = there.saturating_sub(least).saturating_sub(new_missing);
    // What does not serve goes first: nobody misses it.
    let mut left = most;
    for (size, side) in sizes.iter_mut().zip(old) {
        let broken = side.size.saturating_sub(side.available).min(left);
        *size -= broken;
        left -= broken;
    }
    let serving = new.available + old.iter().map(|side| side.available).sum::<usize>();
    let mut spare = serving.saturating_sub(least).min(left);
    for size in &mut sizes {
        let fewer = (*size).min(spare);
        *size -= fewer;
        spare -= fewer;
    }
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn side(size: usize, available: usize) -> Side {
        Side { size, available }
    }

    #[test]
    fn shares_round_as_documented() {
        let quarter = json!({"maxSurge": "25%", "maxUnavailable": "25%"});
        for (wanted, surge, unavailable) in [(10, 3, 2), (3, 1, 0), (1, 1, 0), (0, 0, 1)] {
            let slack = Slack::read(&quarter, wanted);
            let expected = Slack { surge, unavailable };
            assert_eq!(slack, expected, "{wanted} replicas");
        }
        let none = json!({"maxSurge": 0, "maxUnavailable": "10%"});
        let one = Slack {
            surge: 0,
            unavailable: 1,
        };
        assert_eq!(Slack::read(&none, 3), one);
    }

    /// The example of the Kubernetes documentation: ten replicas, 30 % each way.
    #[test]
    fn a_documented_rollout() {
        let slack = Slack {
            surge: 3,
            unavailable: 3,
        };
        assert_eq!(grow(10, slack, side(0, 0), &[side(10, 10)]), 3);
        // Three new ones do not serve yet, so of thirteen pods three old ones go.
        assert_eq!(shrink(10, slack, side(3, 0), &[side(10, 10)]), [7]);
        assert_eq!(grow(10, slack, side(3, 0), &[side(7, 7)]), 6);
        assert_eq!(shrink(10, slack, side(6, 0), &[side(7, 7)]), [7]);
        assert_eq!(shrink(10, slack, side(6, 6), &[side(7, 7)]), [1]);
        assert_eq!(grow(10, slack, side(6, 6), &[side(1, 1)]), 10);
        assert_eq!(shrink(10, slack, side(10, 10), &[side(1, 1)]), [0]);
    }

    #[test]
    fn broken_old_pods_go_first_and_the_serving_ones_stay() {
        let slack = Slack {
            surge: 1,
            unavailable: 0,
        };
        let old = [side(2, 2), side(1, 0)];
        assert_eq!(shrink(3, slack, side(1, 0), &old), [2, 1]);
        assert_eq!(shrink(3, slack, side(1, 1), &old), [2, 0]);
    }

    #[test]
    fn every_rollout_ends_within_its_limits() {
        for wanted in 0..7 {
            for (surge, unavailable) in [(0, 1), (1, 0), (2, 3), (7, 7)] {
                let slack = Slack {
                    surge,
                    unavailable: unavailable.min(wanted).max(usize::from(surge == 0)),
                };
                let (mut new, mut old) = (side(0, 0), vec![side(wanted, wanted)]);
                for _ in 0..40 {
                    new.size = grow(wanted, slack, new, &old);
                    assert!(new.size + old[0].size <= wanted + surge);
                    let next = shrink(wanted, slack, new, &old)[0];
                    old[0] = side(next, next.min(old[0].available));
                    let serving = new.available + old[0].available;
                    assert!(serving + slack.unavailable >= wanted, "{wanted} {slack:?}");
                    // One more pod gets ready.
                    new.available = (new.available + 1).min(new.size);
                }
                assert_eq!((new.size, old[0].size), (wanted, 0), "{wanted} {slack:?}");
            }
        }
    }
}
