//! `deploy`: brings the world to what the program says.

use std::sync::Mutex;

use mlplat_core::Graph;
use mlplat_core::deploy::{DeployOptions, Deployment, Engine, Outcome, Sink};
use mlplat_core::plan::Plan;

use super::plan::load;
use crate::cli::args::{DeployArgs, TargetName};
use crate::cli::failure::{DONE, FAILED, Failure, INTERRUPTED};
use crate::cli::out::Results;
use crate::cli::session::Session;
use crate::cli::step::gate;
use crate::report::progress::{Json, Live, Quiet};
use crate::report::text::{clean, pad};
use crate::report::tone::Tone;
use crate::report::{ending, outputs_text, plan_text};
use crate::target::Target;

pub(crate) async fn deploy(session: &Session<'_>, args: &DeployArgs) -> Result<u8, Failure> {
    let graph = session.graph()?;
    let target = session.target()?;
    let engine = session.engine(&target);
    let mut plan = session.plan_options()?;
    plan.refresh_lookups = args.refresh_lookups;
    let mut options = session.deploy_options(plan);
    options.saved = args.plan.as_deref().map(load).transpose()?;
    options.delete_data = args.delete_data;
    if args.step {
        options.gate = Some(gate(session.out, session.global.yes)?);
    }
    let deployment = carry_out(session, &target, &engine, &graph, &options).await?;
    if deployment.outcome == Outcome::Complete && !session.global.json {
        let outputs = engine.outputs().await?;
        if !outputs.is_empty() {
            session
                .out
                .report(&format!("\n{}\n", Tone::Strong.paint("outputs")));
            session.out.report(&outputs_text(&outputs, false));
        }
        session.out.note(&next_steps(session));
    }
    Ok(status(session, &deployment))
}

/// Plans, asks where it has to, and runs with progress.
///
/// # Errors
/// When the engine gives up as a whole, or nobody can be asked.
pub(super) async fn carry_out(
    session: &Session<'_>,
    target: &Target,
    engine: &Engine,
    graph: &Graph,
    options: &DeployOptions,
) -> Result<Deployment, Failure> {
    let sink = sink(session, target, graph, options.gate.is_some());
    let refused = Mutex::new(false);
    let asks = target.asks && !session.global.yes && options.saved.is_none();
    let (out, json, signals) = (session.out, session.global.json, &session.signals);
    let approve = |plan: &Plan| {
        if !json {
            out.report(&plan_text(plan, graph));
        }
        if !asks {
            return true;
        }
        let question = "carry this out? only yes means yes:";
        match signals.while_asking(|| out.ask(question)) {
            Some(answer) => answer,
            None => {
                if let Ok(mut refused) = refused.lock() {
                    *refused = true;
                }
                false
            }
        }
    };
    let cancel = &session.signals.cancel;
    let deployment = engine
        .deploy(graph, options, &*sink, cancel, &approve)
        .await?;
    // The live view goes before anything else is written.
    drop(sink);
    if refused.into_inner().unwrap_or(false) {
        return Err(Failure(
            "there is no terminal to ask on\n  do   read the plan, then pass --yes".to_owned(),
        ));
    }
    if !session.global.json {
        session
            .out
            .report(&ending(&deployment, options.plan.destroy));
    }
    Ok(deployment)
}

fn sink<'a>(
    session: &'a Session<'_>,
    target: &Target,
    graph: &Graph,
    asks: bool,
) -> Box<dyn Sink + 'a> {
    if session.global.json {
        return Box::new(Json::new(Results));
    }
    match session.out.live() {
        // Questions between its lines would be drawn over.
        Some(colour) if session.global.verbose == 0 && !asks => {
            let context = graph.context();
            let title = format!("{} · {}", clean(&context.stack), clean(&context.env));
            Box::new(Live::new(title, target.pace, colour))
        }
        _ => {
            let more = session.global.verbose > 0;
            Box::new(Quiet::new(session.out.stderr(), more))
        }
    }
}

pub(super) fn status(session: &Session<'_>, deployment: &Deployment) -> u8 {
    match deployment.outcome {
        Outcome::Complete => DONE,
        Outcome::Cancelled if session.signals.came() => INTERRUPTED,
        Outcome::Cancelled | Outcome::Failed => FAILED,
    }
}

fn next_steps(session: &Session<'_>) -> String {
    let mut steps = vec![("plan", "says `no changes` now")];
    if session.global.target == TargetName::Local {
        steps.push(("world list", "what is in the simulated cloud"));
    }
    steps.push(("graph --out graph.svg", "a picture of the program"));
    steps.push(("destroy", "takes everything down again"));
    let widest = steps.iter().map(|(step, _)| step.len()).max().unwrap_or(0);
    let program = invocation();
    let lines = steps.iter().map(|(step, what)| {
        let what = Tone::Faint.paint(what);
        format!("\n  {program} {}  {what}", pad(step, widest))
    });
    format!(
        "\n{}{}",
        Tone::Strong.paint("next"),
        lines.collect::<String>()
    )
}

/// The program as the user would call it again.
fn invocation() -> String {
    let first = std::env::args().next().unwrap_or_default();
    let path = std::path::Path::new(&first);
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let in_examples = path.parent().is_some_and(|dir| dir.ends_with("examples"));
    match name {
        Some(name) if in_examples => format!("cargo run --example {} --", clean(&name)),
        Some(name) => clean(&name).into_owned(),
        None => "mlplat".to_owned(),
    }
}
