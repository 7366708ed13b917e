//! What the checks share.

use mlplat_core::graph::NodeView;
use mlplat_core::{Graph, Problem, Problems};

/// Whether an environment is for real: `prod`, `production`, `prod-...`.
///
/// ```
/// use mlplat_aws::checks::is_prod;
///
/// assert!(is_prod("prod-eu") && !is_prod("dev") && !is_prod("preprod"));
/// ```
#[must_use]
pub fn is_prod(env: &str) -> bool {
    env == "prod" || env == "production" || env.starts_with("prod-")
}

/// What is wrong with the nodes of some types, one problem each at most.
pub(super) fn each(
    program: &Graph,
    types: &[&str],
    wrong: impl Fn(NodeView<'_>) -> Option<Problem>,
) -> Problems {
    let nodes = program.views().filter(|node| types.contains(&node.ty()));
    Problems(nodes.filter_map(wrong).collect())
}

/// As [`each`], in prod only.
pub(super) fn each_in_prod(
    program: &Graph,
    types: &[&str],
    wrong: impl Fn(NodeView<'_>) -> Option<Problem>,
) -> Problems {
    if is_prod(&program.context().env) {
        each(program, types, wrong)
    } else {
        Problems::default()
    }
}
