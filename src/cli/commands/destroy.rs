//! `destroy`: deletes everything that the stack made.

use super::deploy::{carry_out, status};
use crate::cli::args::DestroyArgs;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

pub(crate) async fn destroy(session: &Session<'_>, args: &DestroyArgs) -> Result<u8, Failure> {
    let graph = session.graph()?;
    let target = session.target()?;
    let engine = session.engine(&target);
    let mut plan = session.plan_options()?;
    plan.destroy = true;
    let mut options = session.deploy_options(plan);
    options.delete_data = args.delete_data;
    let deployment = carry_out(session, &target, &engine, &graph, &options).await?;
    Ok(status(session, &deployment))
}
