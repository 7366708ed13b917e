//! The engine inside a program of one's own: two teams' platforms side by
//! side, their events in a channel, one of them cancelled and taken up again.
//!
//! Nothing here prints, reads the environment or ends the process but this
//! host program itself.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use mlplat::core::deploy::{
    Cancel, DeployOptions, Deployment, Event, Outcome, PlanOptions, Stamped,
};
use mlplat::core::graph::{Context, Graph};
use mlplat::core::seal::AgeLock;
use mlplat::core::state::FileStore;
use mlplat::core::world::{SystemFiles, SystemWorld, World};
use mlplat::core::{Engine, Problems};
use mlplat::prelude::*;
use mlplat::sim::local::{Local, LocalOptions, Paced};
use tokio::sync::mpsc;

/// Virtual seconds in a real one: ten minutes of EKS are over in a third of a
/// second, and a host that is busy meanwhile makes nothing late.
const PACE: f64 = 2_000.0;

type Failed = Box<dyn Error + Send + Sync>;

fn team_platform(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.20.0.0/16"));
    let cluster = stack.add("cluster", EksCluster::new(&network).nodes(1..=2));
    stack.add("workloads", Namespace::new(&cluster, "team"));
    let artifacts = stack.add("artifacts", Bucket::new().versioned());
    stack.output("cluster", &cluster.name);
    stack.output("artifacts", &artifacts.uri());
}

/// An engine over a state, and a simulated account, in a folder.
fn engine(dir: &Path) -> Result<Engine, Failed> {
    let world: Arc<dyn World> = Arc::new(Paced::new(Arc::new(SystemWorld::new()), PACE));
    let files = Arc::new(SystemFiles::default());
    let options = LocalOptions {
        region: "eu-west-1".to_owned(),
        ..LocalOptions::default()
    };
    let local = Local::open(world.clone(), files, &dir.join("world"), &options)?;
    world.files().create_dir(dir)?;
    let keys = AgeLock::local(world.files(), &dir.join("local.key"))?;
    let store = FileStore::new(world.clone(), dir);
    Ok(Engine::new(
        world,
        Arc::new(store),
        local.providers(),
        Arc::new(keys),
    ))
}

fn graph(team: &str) -> Result<Graph, Problems> {
    Graph::build(Context::new(team), team_platform)
}

/// Deploys a team's platform and counts its events.
async fn deploy(team: &str, dir: &Path) -> Result<(Deployment, usize), Failed> {
    let (engine, graph) = (engine(dir)?, graph(team)?);
    let plan = engine.plan(&graph, &PlanOptions::default()).await?;
    let (tell, mut told) = mpsc::unbounded_channel();
    let counted = tokio::spawn(async move {
        let mut count = 0;
        while let Some(event) = told.recv().await {
            let _: Stamped = event;
            count += 1;
        }
        count
    });
    let sink = move |event: &Stamped| {
        // A host that stops listening does not stop the deployment.
        let _ = tell.send(event.clone());
    };
    let options = DeployOptions {
        who: format!("{team}'s portal"),
        ..DeployOptions::default()
    };
    let approve = |now: &mlplat::core::plan::Plan| now.counts == plan.counts;
    let deployment = engine
        .deploy(&graph, &options, &sink, &Cancel::new(), &approve)
        .await?;
    drop(sink);
    Ok((deployment, counted.await?))
}

/// Starts to deploy, and asks to stop when the first thing is made.
async fn cancelled(team: &str, dir: &Path) -> Result<Deployment, Failed> {
    let (engine, graph) = (engine(dir)?, graph(team)?);
    let cancel = Cancel::new();
    let stop = cancel.clone();
    let sink = move |event: &Stamped| {
        if matches!(event.event, Event::Done { .. }) {
            stop.cancel();
        }
    };
    let options = DeployOptions::default();
    Ok(engine
        .deploy(&graph, &options, &sink, &cancel, &|_| true)
        .await?)
}

/// What the host saw.
pub(crate) struct Seen {
    /// Both teams, deployed side by side, each with its number of events.
    pub(crate) teams: [(Deployment, usize); 2],
    /// The third, cancelled.
    pub(crate) cancelled: Deployment,
    /// The third, taken up again.
    pub(crate) resumed: Deployment,
}

/// The whole story, in a folder.
///
/// # Errors
/// Whatever an engine gives up with.
pub(crate) async fn run(dir: &Path) -> Result<Seen, Failed> {
    let (red, blue) = (dir.join("red"), dir.join("blue"));
    let (red, blue) = tokio::join!(deploy("red", &red), deploy("blue", &blue));
    let green = dir.join("green");
    Ok(Seen {
        teams: [red?, blue?],
        cancelled: cancelled("green", &green).await?,
        resumed: deploy("green", &green).await?.0,
    })
}

#[allow(
    dead_code,
    clippy::print_stdout,
    reason = "the host program is the one that prints"
)]
#[tokio::main]
async fn main() -> Result<(), Failed> {
    let dir = std::env::temp_dir().join(format!("mlplat-embed-{}", std::process::id()));
    let seen = run(&dir).await?;
    for (deployment, events) in &seen.teams {
        assert_eq!(deployment.outcome, Outcome::Complete);
        println!("deployed {} steps, {events} events", deployment.done);
    }
    println!("cancelled after {} steps", seen.cancelled.done);
    println!("resumed with {} more", seen.resumed.done);
    std::fs::remove_dir_all(&dir)?;
    Ok(())
}
