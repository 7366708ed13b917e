//! A program of any size without a cloud: what the engine itself costs.
//!
//! `synthetic --shape wide|chain|layered --nodes N [--touch] [--stats] [--state DIR] plan|deploy|destroy`
//!
//! Wide: resources that know nothing of each other. Chain: each after the one
//! before. Layered: ten layers, each resource after two of the layer above.
//! `--touch` changes one value of the last resource, `--stats` says how often
//! something was made durable. It is an ordinary program over the public
//! interface, made to be timed from outside.

#![allow(clippy::print_stdout, clippy::print_stderr)]

#[path = "synthetic/counted.rs"]
mod counted;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, ValueEnum};
use mlplat::core::deploy::{
    Cancel, DeployOptions, Engine, EngineError, Outcome, PlanOptions, Stamped,
};
use mlplat::core::graph::{Context, Graph, Stack};
use mlplat::core::null::{Null, NullHandle, NullProvider};
use mlplat::core::provider::Providers;
use mlplat::core::seal::AgeLock;
use mlplat::core::state::FileStore;
use mlplat::core::world::World;

use counted::Counted;

const LAYERS: usize = 10;

#[derive(Parser)]
struct Args {
    /// Who comes after whom.
    #[arg(long, value_enum, default_value = "wide")]
    shape: Shape,
    /// How many resources.
    #[arg(long, default_value_t = 1000)]
    nodes: usize,
    /// Changes the last resource.
    #[arg(long)]
    touch: bool,
    /// Says how often something was made durable.
    #[arg(long)]
    stats: bool,
    /// Where the state is kept.
    #[arg(long, default_value = ".mlplat/synthetic")]
    state: PathBuf,
    /// What to do.
    #[arg(value_enum)]
    action: Action,
}

#[derive(Clone, Copy, ValueEnum)]
enum Shape {
    Wide,
    Chain,
    Layered,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Action {
    Plan,
    Deploy,
    Destroy,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime
            .block_on(run(&args))
            .map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match outcome {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: &Args) -> Result<String, EngineError> {
    let graph = Graph::build(Context::new("synthetic"), |stack| program(stack, args))?;
    let counted = Arc::new(Counted::default());
    let done = work(args, &graph, Arc::clone(&counted) as Arc<dyn World>).await?;
    let stats = args.stats.then(|| counted.to_string());
    Ok(done + &stats.unwrap_or_default())
}

async fn work(args: &Args, graph: &Graph, world: Arc<dyn World>) -> Result<String, EngineError> {
    // A folder that cannot be made is reported by the first write into it.
    let _ = world.files().create_dir(&args.state);
    let keys = AgeLock::local(world.files(), &args.state.join("local.key"))?;
    let store = FileStore::new(Arc::clone(&world), &args.state);
    let providers = Providers::default().with(Arc::new(NullProvider));
    let engine = Engine::new(world, Arc::new(store), providers, Arc::new(keys));
    let options = PlanOptions {
        destroy: args.action == Action::Destroy,
        ..PlanOptions::default()
    };
    if args.action == Action::Plan {
        let plan = engine.plan(graph, &options).await?;
        let counts = plan.counts;
        return Ok(format!(
            "{} to create, {} to update, {} to delete, {} unchanged",
            counts.create, counts.update, counts.delete, counts.keep
        ));
    }
    let options = DeployOptions {
        plan: options,
        ..DeployOptions::default()
    };
    let ignore = |_: &Stamped| {};
    let ended = engine
        .deploy(graph, &options, &ignore, &Cancel::new(), &|_| true)
        .await?;
    match ended.outcome {
        Outcome::Complete => Ok(format!("{} done", ended.done)),
        other => Ok(format!(
            "{other:?}: {} done, {} failed",
            ended.done,
            ended.failed.len()
        )),
    }
}

fn program(stack: &mut Stack, args: &Args) {
    let mut handles: Vec<NullHandle> = Vec::with_capacity(args.nodes);
    for at in 0..args.nodes {
        let touched = if args.touch && at + 1 == args.nodes {
            "-touched"
        } else {
            ""
        };
        let value = format!("payload-{at:06}-{}{touched}", "x".repeat(32));
        let name = format!("r{at}");
        let resource = Null {
            name: name.as_str().into(),
            value: Some(value.as_str().into()),
            after: before(args, at)
                .into_iter()
                .map(|earlier| (&handles[earlier].id).into())
                .collect(),
        };
        handles.push(stack.add(&name, resource));
    }
}

/// The resources that the one at this place comes after.
fn before(args: &Args, at: usize) -> Vec<usize> {
    let per = (args.nodes / LAYERS).max(1);
    match args.shape {
        Shape::Wide => Vec::new(),
        Shape::Chain => at.checked_sub(1).into_iter().collect(),
        Shape::Layered => {
            let layer = (at / per).min(LAYERS - 1);
            let Some(above) = layer.checked_sub(1) else {
                return Vec::new();
            };
            let place = at - layer * per;
            (0..2)
                .map(|second| above * per + (place * 7 + second * 3) % per)
                .collect()
        }
    }
}
