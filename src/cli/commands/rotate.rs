//! `rotate SECRET`: a generated secret gets its next value, everywhere.

use mlplat_core::Problem;
use mlplat_core::deploy::{Outcome, reached_by, secret_named, secrets};

use super::deploy::{carry_out, status};
use crate::cli::args::RotateArgs;
use crate::cli::failure::{DONE, Failure};
use crate::cli::session::Session;
use crate::report::secrets_text;
use crate::report::text::clean;

pub(crate) async fn rotate(session: &Session<'_>, args: &RotateArgs) -> Result<u8, Failure> {
    let graph = session.graph()?;
    let target = session.target()?;
    let engine = session.engine(&target);
    let before = engine.state().await?.unwrap_or_default();
    let name = args.secret.as_deref().filter(|_| !args.list);
    let Some(key) = name else {
        session.out.report(&secrets_text(&secrets(&graph), &before));
        return Ok(DONE);
    };
    secret_named(&graph, key)?;
    if !session.global.only.is_empty() {
        let fix = "leave --only out: a rotation covers what uses the secret, and nothing else";
        let what = "a rotation of a part would leave two values of one secret";
        return Err(Problem::new("rotate-only", what, fix).into());
    }
    if before
        .secrets
        .get(key)
        .is_some_and(|secret| secret.spreading)
    {
        session.out.note(
            "its last rotation is not over: that value goes on; rotate again afterwards for another one",
        );
    }
    let mut plan = session.plan_options()?;
    plan.rotate = vec![key.to_owned()];
    plan.only = reached_by(&graph, key);
    let options = session.deploy_options(plan);
    let deployment = carry_out(session, &target, &engine, &graph, &options).await?;
    if deployment.outcome == Outcome::Complete {
        let now = engine.state().await?.unwrap_or_default();
        let generation = now.secrets.get(key).map_or(0, |secret| secret.generation);
        session.out.note(&format!(
            "{} is at generation {generation}; the state holds no earlier value of it",
            clean(key)
        ));
    }
    Ok(status(session, &deployment))
}
