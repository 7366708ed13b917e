//! One run of a stage, judged.

use mlplat_core::deploy::Deployment;

use super::oracle::{Canaries, Judge, Others};
use super::{Life, Lived, Stage, Violation};

impl Life<'_> {
    /// Asks every oracle after a run that should have brought a stage to its end. `how` says how the life came here.
    ///
    /// # Errors
    /// The first broken promise.
    pub fn judge(
        &self,
        stage: &Stage,
        lived: Lived,
        seed: u64,
        how: &str,
    ) -> Result<Deployment, Violation> {
        let (graph, canaries) = (stage.graph(), Canaries::default());
        // As they were before anybody deployed.
        let before = Life::new(self.scenario).look_around(|local| local.door().list(false));
        let others = Others::among(before.unwrap_or_default());
        let judge = Judge {
            life: self,
            graph: &graph,
            others: &others,
            canaries: &canaries,
            left_alone: true,
            how,
        };
        let deployment = judge.ended(lived)?;
        judge.world(|| self.go(stage, seed, 0))?;
        Ok(deployment)
    }
}
