//! Findings that are meant to be so.

use crate::graph::Graph;
use crate::path::NodePath;
use crate::problem::{Problem, Source};

/// A finding that somebody accepted.
pub(super) struct Accepted {
    pub(super) code: String,
    /// The node or construct, with everything below it.
    pub(super) path: String,
    pub(super) reason: String,
    pub(super) at: Source,
}

impl Accepted {
    pub(super) fn covers(&self, problem: &Problem) -> bool {
        let within = |path: &String| {
            let rest = path.strip_prefix(&self.path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        problem.code == self.code && problem.path.as_ref().is_some_and(within)
    }

    /// An acceptance that says nothing, or speaks of nothing.
    ///
    /// Whether anything was found there is not asked: a check may look at some
    /// environments only.
    pub(super) fn problem(&self, program: &Graph) -> Option<Problem> {
        let (what, fix) = if self.reason.trim().is_empty() {
            let what = format!("{} is accepted without a reason", self.code);
            (what, "say why it is meant to be so")
        } else if self.is_empty(program) {
            let what = format!("{} is accepted where nothing is", self.code);
            (what, "name a node or construct, or take the line out")
        } else {
            return None;
        };
        Some(
            Problem::new("bad-acceptance", what, fix)
                .on(&self.path)
                .at(self.at),
        )
    }

    fn is_empty(&self, program: &Graph) -> bool {
        let Ok(path) = self.path.parse::<NodePath>() else {
            return true;
        };
        !program
            .nodes()
            .iter()
            .any(|node| node.path.is_within(&path))
    }
}
