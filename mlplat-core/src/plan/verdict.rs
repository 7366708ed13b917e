//! The end of a pass: causes named, protection checked, the plan put together.

use super::change::{Change, Counts, Plan, Planned};
use super::estimate;
use super::provided;
use super::round::Round;
use crate::graph::NodeKind;
use crate::problem::{Problem, Problems};

impl Round<'_> {
    pub(super) fn cause(&self, at: usize) -> String {
        let planned = &self.planned[at];
        if let Some(earlier) = self.forced.get(&planned.path) {
            return format!("{} has to go first; {earlier}", planned.path);
        }
        let field = planned
            .reasons
            .iter()
            .find(|reason| !reason.field.is_empty());
        let what = field.map_or_else(String::new, |reason| {
            format!(", whose {} changes", reason.field)
        });
        format!("it holds {}{what}, which cannot exist twice", planned.path)
    }

    pub(super) fn check_protection(&self) -> Result<(), Problems> {
        let mut problems = Problems::default();
        for planned in &self.planned {
            let goes = matches!(planned.change, Change::Replace | Change::Delete);
            let by_node = planned
                .node
                .is_some_and(|id| self.inputs.graph.node(id).rules.protect);
            let by_state = planned.node.is_none()
                && planned
                    .object
                    .and_then(|birth| self.inputs.state.objects.get(&birth))
                    .is_some_and(|object| object.protect);
            if goes && (by_node || by_state) {
                problems.push(protected(planned));
            }
        }
        problems.into_result()
    }

    pub(super) fn finish(self, steps: super::StepGraph) -> Plan {
        let mut counts = Counts::default();
        for planned in &self.planned {
            let resource = planned
                .node
                .is_none_or(|id| matches!(self.inputs.graph.node(id).kind, NodeKind::Resource));
            if resource {
                counts.add(planned.change);
            }
        }
        let estimate = estimate::critical_path(&steps);
        Plan {
            lineage: self.inputs.state.lineage.clone(),
            serial: self.inputs.state.serial,
            program: self.inputs.graph.program_hash().to_owned(),
            provided: provided::digest(self.inputs),
            planned: self.planned,
            counts,
            steps,
            estimate,
            refreshed: self.refreshed,
            answers: self.answers,
        }
    }
}

pub(super) fn protected(planned: &Planned) -> Problem {
    let why: Vec<_> = planned
        .reasons
        .iter()
        .map(|reason| match (&*reason.field, &*reason.because) {
            ("", because) => because.to_owned(),
            (field, _) => format!("{field} changes and cannot be changed in place"),
        })
        .collect();
    let mut problem = Problem::new(
        "protected",
        format!("it is protected, and the plan would {} it", planned.change),
        "undo the change, or take `.protect()` away and deploy that first",
    )
    .on(&planned.path)
    .because(why.join("; "));
    problem.source = planned.source;
    problem
}
