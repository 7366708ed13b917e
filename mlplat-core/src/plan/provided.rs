//! What the secrets that a program was given come to.

use sha2::{Digest as _, Sha256};

use super::change::Provided;
use super::planner::Inputs;
use crate::wiring::{Expr, SecretSource};

/// One digest over all of them, each bound to its place in the program and to
/// the operation that the plan is made for.
pub(super) fn digest(inputs: &Inputs<'_>) -> Provided {
    let keyring = inputs.secrets.keyring();
    let mut hasher = Sha256::new();
    let mut count = 0;
    let mut visit = |place: String, expr: &Expr| {
        expr.visit_secrets(&mut |source| {
            let SecretSource::Provided(plain) = &**source else {
                return;
            };
            let (lineage, serial) = (&inputs.state.lineage, inputs.state.serial);
            let place = format!("plan|{lineage}|{serial}|{count}|{place}");
            hasher.update(keyring.digest(&place, plain));
            count += 1;
        });
    };
    for node in inputs.graph.nodes() {
        for (field, expr) in &node.inputs {
            visit(format!("{}|{field}", node.path), expr);
        }
    }
    for output in inputs.graph.outputs() {
        visit(format!("output|{}", output.name), &output.expr);
    }
    match (count, inputs.state.keys.is_some()) {
        (0, _) => Provided::Nothing,
        (_, false) => Provided::Unbound,
        (_, true) => Provided::Digest(crate::hex(&hasher.finalize())),
    }
}
