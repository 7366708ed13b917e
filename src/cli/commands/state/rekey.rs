//! Other keys for the state's secrets. No cloud is touched.

use mlplat_core::deploy::PlanOptions;

use crate::cli::failure::{DONE, Failure};
use crate::cli::session::Session;
use crate::target::new_keys;

/// Has other keys open the state.
pub(super) async fn rekey(session: &Session<'_>, to: &[String], anew: bool) -> Result<u8, Failure> {
    let keys = new_keys(to)?;
    let target = session.target()?;
    let options = session.deploy_options(PlanOptions::default());
    let engine = session.engine(&target);
    engine.rekey(&options, &keys, anew).await?;
    session.out.note(
        "the new keys open the state from now on; copies of it from before, state.previous among them, open with the old ones as ever",
    );
    Ok(DONE)
}
