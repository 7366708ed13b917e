//! The oracle of a world: one live object for each node, and none without.

use mlplat_core::testing::fail;

use super::World;
use super::look::opened;
use super::process::Operation;
use crate::harness::differences;

impl World {
    /// Asserts that every resource of the program stands for exactly one live
    /// object, and that no object of the stack is without a node.
    ///
    /// # Panics
    /// When it is not so, with everything that is missing or too many.
    #[track_caller]
    pub fn assert_one_of_each(&self) -> &Self {
        let graph = match self.graph() {
            Ok(graph) => graph,
            Err(problems) => fail(format_args!("the program has problems\n{problems}")),
        };
        let state = self.state().unwrap_or_default();
        let things = opened(Operation::of(self).look(|local| local.door().list(false)));
        let wrong = differences(&graph, &state, &things, &is_simulated).all();
        if !wrong.is_empty() {
            fail(format_args!(
                "the world is not what the program says\n  {}",
                wrong.join("\n  ")
            ));
        }
        self
    }
}

/// Whether a type is served by the simulated account and its clusters.
fn is_simulated(ty: &str) -> bool {
    let service = ty.split('.').next().unwrap_or_default();
    let mut aws = mlplat_aws::catalog().iter();
    service == "k8s" || aws.any(|known| known.name == ty)
}
