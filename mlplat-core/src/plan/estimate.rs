//! How long a plan is expected to take.

use std::collections::BTreeMap;

use super::{Change, Planned, StepGraph, StepKind};
use crate::facts::Type;

/// The expected duration, and what it depends on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Estimate {
    /// Seconds along the critical path.
    pub seconds: u32,
    /// The entries of the plan on it, first to last, without those that take
    /// no time.
    pub path: Vec<usize>,
}

/// The expected duration of a step in seconds: learned from earlier creations
/// where there were some, else the type's typical one.
#[must_use]
pub fn weight(
    planned: &Planned,
    kind: StepKind,
    ty: Option<&Type>,
    learned: &BTreeMap<String, u32>,
) -> u32 {
    let Some(ty) = ty else { return 0 };
    match (kind, planned.change) {
        (StepKind::Bring(_), Change::Create | Change::Replace) => {
            learned.get(ty.name).copied().unwrap_or(ty.create.typical_s)
        }
        (StepKind::Bring(_), Change::Update) => ty.update.typical_s,
        (
            StepKind::Remove(_) | StepKind::Sweep(_),
            Change::Replace | Change::Delete | Change::Orphan,
        ) => ty.delete.typical_s,
        _ => 0,
    }
}

/// The longest chain of steps.
#[must_use]
pub fn critical_path(steps: &StepGraph) -> Estimate {
    let mut best: Vec<(u32, Option<usize>)> = vec![(0, None); steps.len()];
    let mut last: Option<usize> = None;
    for at in steps.order() {
        let weight = steps.step(at).map_or(0, |step| step.weight_s);
        let earlier = steps
            .before(at)
            .max_by_key(|earlier| (best[*earlier].0, std::cmp::Reverse(*earlier)));
        let before = earlier.map_or(0, |earlier| best[earlier].0);
        best[at] = (before.saturating_add(weight), earlier);
        if last.is_none_or(|last| best[at].0 > best[last].0) {
            last = Some(at);
        }
    }
    let mut path = Vec::new();
    let mut walk = last;
    while let Some(at) = walk {
        let step = steps.step(at).filter(|step| step.weight_s > 0);
        path.extend(step.map(|step| step.planned));
        walk = best[at].1;
    }
    path.reverse();
    Estimate {
        seconds: last.map_or(0, |last| best[last].0),
        path,
    }
}

/// For each step, the seconds from its start to the end of the longest chain
/// through it: what is started first.
pub(crate) fn remaining(steps: &StepGraph) -> Vec<u64> {
    let mut remaining = vec![0u64; steps.len()];
    for at in steps.order().rev() {
        let later = steps.after(at).map(|later| remaining[later]).max();
        let weight = steps.step(at).map_or(0, |step| step.weight_s);
        remaining[at] = later.unwrap_or(0) + u64::from(weight);
    }
    remaining
}
