//! `why NODE`.

use mlplat_core::NodePath;

use crate::cli::failure::{DONE, Failure};
use crate::cli::session::Session;
use crate::report;

pub(crate) async fn why(session: &Session<'_>, node: &str) -> Result<u8, Failure> {
    let path: NodePath = node.parse()?;
    let graph = session.graph()?;
    let target = session.target()?;
    let options = session.plan_options()?;
    let plan = session.engine(&target).plan(&graph, &options).await;
    if let Err(error) = &plan {
        session.out.note(&format!(
            "without the plan, which cannot be made: {error}\n"
        ));
    }
    session
        .out
        .report(&report::why(&graph, plan.as_ref().ok(), &path)?);
    Ok(DONE)
}
