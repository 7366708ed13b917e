//! `plan`: what a deployment would do.

use std::path::Path;

use mlplat_aws::policy::{Place, deployer_policy};
use mlplat_core::deploy::SavedPlan;
use mlplat_core::plan::Plan;
use mlplat_core::{Graph, Problem};

use crate::cli::args::{PlanArgs, PlanFormat};
use crate::cli::bounded::read_text;
use crate::cli::failure::{CHANGES, DONE, Failure, INTERRUPTED};
use crate::cli::session::Session;
use crate::report::progress::Quiet;
use crate::report::{plan_json, plan_markdown, plan_text};

pub(crate) async fn plan(session: &Session<'_>, args: &PlanArgs) -> Result<u8, Failure> {
    let graph = session.graph()?;
    if args.deployer_policy {
        return Ok(deployer(session, &graph));
    }
    let target = session.target()?;
    let engine = session.engine(&target);
    let mut options = session.plan_options()?;
    options.refresh = !args.no_refresh;
    options.refresh_lookups = args.refresh_lookups;
    let said = Quiet::new(session.out.stderr(), false);
    let plan = tokio::select! {
        plan = engine.plan_and_tell(&graph, &options, &said) => plan?,
        () = session.signals.first() => return Ok(INTERRUPTED),
    };
    if let Some(path) = &args.out {
        save(&plan, path)?;
        session.out.note(&format!(
            "saved to {}; `deploy` it by that name",
            path.display()
        ));
    }
    show(session, &plan, &graph, args.format);
    Ok(if args.detailed_exitcode && plan.has_changes() {
        CHANGES
    } else {
        DONE
    })
}

/// The documents one after the other: each is a managed policy of its own.
fn deployer(session: &Session<'_>, graph: &Graph) -> u8 {
    let place = Place {
        region: graph.context().region.clone(),
        ..Place::default()
    };
    let parts = deployer_policy(graph, &place).parts();
    for part in &parts {
        session.out.raw(&format!("{part:#}\n"));
    }
    if parts.len() > 1 {
        session.out.note(&format!(
            "{} documents: attach each as a managed policy; one would be larger than IAM takes",
            parts.len()
        ));
    }
    DONE
}

fn show(session: &Session<'_>, plan: &Plan, graph: &Graph, format: PlanFormat) {
    match format {
        PlanFormat::Text if session.global.json => session.out.raw(&plan_json(plan, graph)),
        PlanFormat::Text => session.out.report(&plan_text(plan, graph)),
        PlanFormat::Json => session.out.raw(&plan_json(plan, graph)),
        PlanFormat::Markdown => session.out.raw(&plan_markdown(plan, graph)),
    }
}

fn save(plan: &Plan, path: &Path) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(&SavedPlan::of(plan)?).unwrap_or_default();
    std::fs::write(path, format!("{text}\n")).map_err(|why| {
        let what = format!("failed to write the plan to {}: {why}", path.display());
        Problem::new("plan-file", what, "name a file that can be written").into()
    })
}

/// Reads what [`plan`] saved.
pub(super) fn load(path: &Path) -> Result<SavedPlan, Failure> {
    let bad = |why: String| {
        let what = format!("failed to read the plan in {}: {why}", path.display());
        Problem::new("plan-file", what, "make it with `plan --out FILE`")
    };
    let text = read_text(path).map_err(|why| bad(why.to_string()))?;
    Ok(serde_json::from_str(&text).map_err(|why| bad(why.to_string()))?)
}
