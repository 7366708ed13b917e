//! Everything a command works with.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use mlplat_core::deploy::{DeployOptions, Engine, PlanOptions};
use mlplat_core::graph::{Context, Graph};
use mlplat_core::provider::Provider;
use mlplat_core::wiring::Plain;
use mlplat_core::{NodePath, Problem, Problems};

use super::args::{Global, TargetName};
use super::failure::Failure;
use super::out::Out;
use super::places::{Places, WORLD};
use super::settings;
use super::signals::Signals;
use crate::target::{Choice, Target, local_target};

/// A program with its arguments.
pub(crate) struct Session<'a> {
    /// The name of the stack.
    pub(crate) name: &'a str,
    pub(crate) global: &'a Global,
    /// What was asked for, for the history.
    pub(crate) command: String,
    pub(crate) out: Out,
    pub(crate) signals: Signals,
    /// Settings that were asked for.
    pub(crate) answers: &'a [(String, Plain)],
    /// Builds the graph of the program.
    pub(crate) program: &'a dyn Fn(Context) -> Result<Graph, Problems>,
    /// It is the only stack of its binary.
    pub(crate) alone: bool,
    /// Providers of the binary's own.
    pub(crate) providers: &'a [Arc<dyn Provider>],
}

impl Session<'_> {
    /// The frozen program.
    ///
    /// # Errors
    /// Everything that is wrong with settings and program.
    pub(crate) fn graph(&self) -> Result<Graph, Failure> {
        let global = self.global;
        let environment = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        let settings = settings::merge(
            global.settings.as_deref(),
            environment,
            &global.set,
            self.answers,
        )?;
        let context = Context {
            env: global.env.clone(),
            settings,
            region: self.region(),
            ..Context::new(self.name)
        };
        Ok((self.program)(context)?)
    }

    fn region(&self) -> String {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let given = self.global.region.clone();
        given
            .or_else(|| variable("AWS_REGION"))
            .or_else(|| variable("AWS_DEFAULT_REGION"))
            .unwrap_or_else(|| Context::new("").region)
    }

    /// The target that was chosen.
    ///
    /// # Errors
    /// When this binary does not have it, or it cannot be opened.
    pub(crate) fn target(&self) -> Result<Target, Failure> {
        self.check_profile()?;
        let choice = Choice {
            places: self.places()?,
            region: self.region(),
            providers: self.providers.to_vec(),
        };
        match self.global.target {
            TargetName::Local => Ok(local_target(&choice)?),
            TargetName::Aws => Err(Problem::new(
                "no-aws-target",
                "this version has no live AWS target yet",
                "leave `--target aws` out: the local target is a simulated account",
            )
            .into()),
        }
    }

    /// An option that would do nothing is refused.
    fn check_profile(&self) -> Result<(), Failure> {
        match (self.global.target, &self.global.profile) {
            (TargetName::Local, Some(_)) => Err(Problem::new(
                "no-profile",
                "--profile names credentials of AWS, and the local target has none: it is a simulated account",
                "leave --profile out, or pass --target aws",
            )
            .into()),
            _ => Ok(()),
        }
    }

    fn places(&self) -> Result<Places, Failure> {
        let state = match self.global.state.as_deref() {
            Some(remote) if remote.starts_with("s3://") => {
                return Err(Problem::new(
                    "no-remote-state",
                    format!("this version keeps no state in {remote} yet"),
                    "name a folder with --state",
                )
                .into());
            }
            dir => dir.map(Path::new),
        };
        let world = std::env::var_os(WORLD).filter(|dir| !dir.is_empty());
        let places = Places::new(state, (self.name, &self.global.env), self.alone);
        let places = places.in_world(world.map(PathBuf::from));
        Ok(places.with_others(&self.global.other_state)?)
    }

    /// The engine over a target.
    pub(crate) fn engine(&self, target: &Target) -> Engine {
        Engine::new(
            Arc::clone(&target.world),
            Arc::clone(&target.store),
            target.providers.clone(),
            Arc::clone(&target.keys),
        )
    }

    /// Options of a plan, with the subtrees that were asked for.
    ///
    /// # Errors
    /// A subtree that is no path.
    pub(crate) fn plan_options(&self) -> Result<PlanOptions, Failure> {
        let only: Result<Vec<NodePath>, _> =
            self.global.only.iter().map(|path| path.parse()).collect();
        Ok(PlanOptions {
            only: only?,
            ..PlanOptions::default()
        })
    }

    /// Options of a deployment or of a change of the state.
    pub(crate) fn deploy_options(&self, plan: PlanOptions) -> DeployOptions {
        let user = ["USER", "LOGNAME"]
            .into_iter()
            .find_map(|name| std::env::var(name).ok());
        let who = format!(
            "{} (process {})",
            user.unwrap_or_else(|| "someone".to_owned()),
            std::process::id()
        );
        DeployOptions {
            plan,
            parallelism: usize::from(self.global.parallelism),
            who,
            command: self.command.clone(),
            ..DeployOptions::default()
        }
    }
}
