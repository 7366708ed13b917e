//! One run of a stage, judged.

use mlplat_core::deploy::Deployment;

use super::oracle::Judge;
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
        let judge = Judge {
            life: self,
            stage,
            how: how.to_owned(),
        };
        let deployment = judge.ended(lived)?;
        judge.world(seed)?;
        Ok(deployment)
    }
}
