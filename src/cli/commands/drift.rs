//! `drift`: what was changed outside.

use crate::cli::args::DriftArgs;
use crate::cli::failure::{CHANGES, DONE, Failure, INTERRUPTED};
use crate::cli::session::Session;
use crate::report::progress::Quiet;
use crate::report::{drift_json, drift_text};

pub(crate) async fn drift(session: &Session<'_>, args: &DriftArgs) -> Result<u8, Failure> {
    let graph = session.graph()?;
    let target = session.target()?;
    let engine = session.engine(&target);
    let options = session.plan_options()?;
    let said = Quiet::new(session.out.stderr(), false);
    let plan = tokio::select! {
        plan = engine.plan_and_tell(&graph, &options, &said) => plan?,
        () = session.signals.first() => return Ok(INTERRUPTED),
    };
    let (text, found) = drift_text(&plan);
    match session.global.json {
        true => session.out.raw(&drift_json(&plan)),
        false => session.out.report(&text),
    }
    Ok(if args.detailed_exitcode && found > 0 {
        CHANGES
    } else {
        DONE
    })
}
