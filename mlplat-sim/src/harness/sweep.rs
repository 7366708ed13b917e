//! Killing at every point.

use std::fmt::Display;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use mlplat_core::deploy::{Cancel, DeployOptions, PlanOptions, Stamped};
use mlplat_core::graph::Graph;

use super::life::whatever_it_holds;
use super::oracle::{Canaries, Judge, Others};
use super::outside::interfere;
use super::site::STATE;
use super::{Dice, Life, Lived, Scenario, Stage, Violation};
use crate::kube::ObjectKey;

/// How much is killed.
#[derive(Debug, Clone, Copy)]
pub struct Sweep {
    /// Decides ids, faults and samples.
    pub seed: u64,
    /// Every n-th fault point is killed at; 1 for all.
    pub every: u64,
    /// For each killed run, one resume in this many is killed as well, at a
    /// seeded point of its own, and one of those in two once more; 0 for none.
    pub twice: u64,
    /// What happens to the disk when a run is killed.
    pub power: Power,
    /// One killed run in this many is resumed by the program of another stage;
    /// 0 for none.
    pub edited: u64,
    /// Somebody outside changes something after one killed run in this many;
    /// 0 for none.
    pub outside: u64,
    /// Of the points, those whose number leaves this when it is divided by that:
    /// several sweeps share the points of one seed.
    pub share: (u64, u64),
}

/// What happens to the disk when a run is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Power {
    /// Nothing: the process died, not the machine.
    Stays,
    /// What was not synced is lost or torn.
    Lost,
    /// As [`Power::Lost`], on a disk that answers syncs and does not do them:
    /// nothing can be promised there, and the oracles have to notice.
    LostByALiar,
}

impl Default for Sweep {
    fn default() -> Self {
        Self {
            seed: 1,
            every: 1,
            twice: 0,
            power: Power::Stays,
            edited: 0,
            outside: 0,
            share: (0, 1),
        }
    }
}

/// What was tried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// Fault points of the lives that were killed.
    pub points: u64,
    /// Runs that were killed.
    pub killed: u64,
    /// Runs that were killed after one that was killed.
    pub again: u64,
    /// Killed runs that were resumed by another program.
    pub edited: u64,
    /// Killed runs after which somebody outside changed something.
    pub outside: u64,
    /// Runs in all.
    pub runs: u64,
}

impl std::ops::AddAssign for Report {
    fn add_assign(&mut self, other: Self) {
        self.points += other.points;
        self.killed += other.killed;
        self.again += other.again;
        self.edited += other.edited;
        self.outside += other.outside;
        self.runs += other.runs;
    }
}

/// Lives a scenario calmly, then killed at every fault point of every stage.
///
/// # Errors
/// The first broken promise.
pub fn sweep(scenario: &Scenario, sweep: &Sweep) -> Result<Report, Violation> {
    sweep_told(scenario, sweep, &|_| ())
}

/// As [`sweep`], telling what is tried.
///
/// # Errors
/// The first broken promise.
pub fn sweep_told(
    scenario: &Scenario,
    sweep: &Sweep,
    tell: &dyn Fn(&dyn Display),
) -> Result<Report, Violation> {
    let mut life = Life::new(scenario);
    if sweep.power == Power::LostByALiar {
        life.machine.files.lie_about_syncs();
    }
    let secrets = scenario.secrets.iter().map(String::as_str);
    let mut walk = Walk {
        scenario,
        sweep,
        dice: Dice::new(sweep.seed),
        programs: scenario.stages.iter().map(Stage::graph).collect(),
        canaries: Canaries::of(secrets),
        others: Others::default(),
        left_alone: true,
        report: Report::default(),
        tell,
    };
    for number in 0..scenario.stages.len() {
        life = walk.stage(number, &life)?;
    }
    Ok(walk.report)
}

/// Where a sweep stands.
struct Walk<'a> {
    scenario: &'a Scenario,
    sweep: &'a Sweep,
    dice: Dice,
    /// The program of each stage.
    programs: Vec<Graph>,
    canaries: Canaries,
    others: Others,
    left_alone: bool,
    report: Report,
    tell: &'a dyn Fn(&dyn Display),
}

impl<'a> Walk<'a> {
    /// Lives one stage in all ways. The life with which the next one starts: one
    /// that was killed here and taken up again, where there is one.
    fn stage(&mut self, number: usize, before: &Life<'a>) -> Result<Life<'a>, Violation> {
        let seed = self.sweep.seed;
        self.settle_in(before);
        let calm = before.fork();
        let how = format!("stage {number}, seed {seed}");
        self.is_told_nowhere(&calm, number, &how)?;
        let lived = self.go(&calm, number, seed, 0, &how)?;
        let points = lived.points;
        self.judge(&calm, number, &how).ended(lived)?;
        self.over(&calm, number, &how)?;
        self.report.points += points;
        (self.tell)(&format_args!(
            "{how}: {points} points, {} things of others",
            self.others.count()
        ));
        let every = self.sweep.every.max(1);
        let first = 1 + seed % every;
        let goes_on = 1 + self.dice.below("goes on", number as u64, points.max(1));
        let mut next = calm;
        for at in (first..=points).step_by(usize::try_from(every).unwrap_or(usize::MAX)) {
            let how = format!("{how}, killed at {at} of {points}");
            let keeps = at == goes_on;
            let (rest, shares) = self.sweep.share;
            // All that share a seed start the next stage with the same life.
            if at % shares.max(1) != rest && !keeps {
                continue;
            }
            let resumed = self.killed(before, number, at, keeps, how)?;
            if keeps {
                next = resumed;
            }
        }
        Ok(next)
    }

    /// Kills a stage at one point and takes it up again; as itself if it has to
    /// be where the next stage starts.
    fn killed(
        &mut self,
        before: &Life<'a>,
        number: usize,
        at: u64,
        as_itself: bool,
        mut how: String,
    ) -> Result<Life<'a>, Violation> {
        let seed = self.sweep.seed;
        let spot = (number as u64) << 32 | at;
        let life = before.fork();
        self.settle_in(&life);
        self.left_alone = true;
        self.kill(&life, number, (seed, at), &how)?;
        let mut by = number;
        if !as_itself {
            by = self.resumed_by(number, spot, &mut how);
            self.somebody(&life, spot, &mut how);
        }
        let (resumed, points) = self.resume(&life, by, seed + 2, &how)?;
        self.again(&life, by, (spot, points), how)?;
        Ok(resumed)
    }

    /// Takes a copy of a life up; it, and how many points that had.
    fn resume(
        &mut self,
        life: &Life<'a>,
        by: usize,
        seed: u64,
        how: &str,
    ) -> Result<(Life<'a>, u64), Violation> {
        let resumed = life.fork();
        let lived = self.go(&resumed, by, seed, 0, how)?;
        let points = lived.points;
        (self.tell)(&format_args!("{how}: {:.0} s", lived.took_s));
        self.judge(&resumed, by, how).ended(lived)?;
        self.over(&resumed, by, how)?;
        Ok((resumed, points))
    }

    /// Kills the resumed run as well, sometimes twice. It has been lived to its
    /// end by now, so the points at which it can be killed are known.
    fn again(
        &mut self,
        life: &Life<'a>,
        by: usize,
        (spot, mut points): (u64, u64),
        mut how: String,
    ) -> Result<(), Violation> {
        let mut times = u64::from(self.dice.once_in("twice", spot, self.sweep.twice));
        times += times * self.dice.below("thrice", spot, 2);
        for time in 1..=times {
            if points == 0 {
                break;
            }
            let at = 1 + self.dice.below("again", spot << 2 | time, points);
            how.push_str(&format!(" and then at {at} of {points}"));
            let seed = self.sweep.seed + 2 * time;
            // What a killed deletion has left is undecided until the next look:
            // the state may call ready what is gone.
            self.left_alone = false;
            self.kill(life, by, (seed, at), &how)?;
            self.report.again += 1;
            (_, points) = self.resume(life, by, seed + 2, &how)?;
        }
        Ok(())
    }

    /// Somebody outside does something, or nobody anything.
    fn somebody(&mut self, life: &Life<'a>, spot: u64, how: &mut String) {
        if !self.dice.once_in("somebody", spot, self.sweep.outside) {
            return;
        }
        let lineage = life.state().map(|state| state.lineage);
        let lineage = lineage.unwrap_or_default();
        let done = life.look_around(|local| interfere(local, &lineage, self.dice, spot));
        if let Some(done) = done {
            self.report.outside += 1;
            self.left_alone = false;
            how.push_str(&format!(", {done}"));
        }
        self.settle_in(life);
    }

    /// One run that is killed, and what it leaves.
    fn kill(
        &mut self,
        life: &Life<'a>,
        number: usize,
        (seed, at): (u64, u64),
        how: &str,
    ) -> Result<(), Violation> {
        let lived = self.go(life, number, seed, at, how)?;
        self.lose_power(life, at);
        let judge = self.judge(life, number, how);
        judge.died(&lived)?;
        judge.interrupted()?;
        self.report.killed += 1;
        Ok(())
    }

    /// The oracles at the end.
    fn over(&mut self, life: &Life<'a>, number: usize, how: &str) -> Result<(), Violation> {
        self.report.runs += 1;
        let seed = self.sweep.seed + 3;
        let (sink, cancel) = (&|_: &Stamped| (), Cancel::new());
        let options = self.options(number);
        self.judge(life, number, how).world(|| {
            let start = life.start(seed, 0);
            let graph = &self.programs[number];
            life.site().deploy(graph, &start, &options, sink, &cancel)
        })
    }

    /// One run of a stage's program. What it tells is searched for secrets.
    fn go(
        &mut self,
        life: &Life<'a>,
        number: usize,
        seed: u64,
        dies_at: u64,
        how: &str,
    ) -> Result<Lived, Violation> {
        self.report.runs += 1;
        let told: Mutex<Vec<u8>> = Mutex::default();
        let listens = !self.canaries.is_empty();
        let sink = |event: &Stamped| {
            if listens {
                let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
                // An event is plain data; one that were not would be told empty.
                told.extend(serde_json::to_vec(event).unwrap_or_default());
            }
        };
        let start = life.start(seed, dies_at);
        let (graph, options) = (&self.programs[number], self.options(number));
        let site = life.site();
        let lived = site.deploy(graph, &start, &options, &sink, &Cancel::new());
        let told = told.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.judge(life, number, how).clean("an event", &told)?;
        Ok(lived)
    }

    /// O5 on the plan, as people and machines see it, and on the program.
    fn is_told_nowhere(&self, life: &Life<'a>, number: usize, how: &str) -> Result<(), Violation> {
        if self.canaries.is_empty() {
            return Ok(());
        }
        let graph = &self.programs[number];
        let options = self.options(number).plan;
        let site = life.site();
        let plan = site.calmly(async |process, local| {
            let engine = site.engine(process, local);
            engine.plan(graph, &options).await
        });
        let judge = self.judge(life, number, how);
        judge.clean("the plan", format!("{plan:?}").as_bytes())?;
        judge.clean("the program", format!("{graph:?}").as_bytes())
    }

    fn options(&self, number: usize) -> DeployOptions {
        DeployOptions {
            plan: PlanOptions {
                destroy: matches!(self.scenario.stages[number], Stage::Destroy),
                ..PlanOptions::default()
            },
            ..whatever_it_holds()
        }
    }

    fn judge<'b>(&'b self, life: &'b Life<'a>, number: usize, how: &'b str) -> Judge<'a, 'b> {
        Judge {
            life,
            graph: &self.programs[number],
            others: &self.others,
            canaries: &self.canaries,
            left_alone: self.left_alone,
            how,
        }
    }

    /// The stage whose program takes up a killed run.
    fn resumed_by(&mut self, number: usize, spot: u64, how: &mut String) -> usize {
        if !self.dice.once_in("edited", spot, self.sweep.edited) {
            return number;
        }
        let stages = self.programs.len() as u64;
        let chosen = self.dice.below("resumed by", spot, stages);
        let by = usize::try_from(chosen).unwrap_or(number);
        if by != number {
            self.report.edited += 1;
            how.push_str(&format!(", resumed as stage {by}"));
        }
        by
    }

    /// Somebody else settles in each cluster, and what others have is noted.
    fn settle_in(&mut self, life: &Life<'a>) {
        let scenario = self.scenario;
        let things = life.look_around(|local| {
            for (_, endpoint) in local.clusters().endpoints() {
                let Ok(service) = local.clusters().service(&endpoint) else {
                    continue;
                };
                let now = service.shared().now();
                for (name, object) in &scenario.foreign_in_clusters {
                    let key = ObjectKey::new("", "configmaps", "default", name);
                    // The second time it is there.
                    let mut server = service.shared().lock();
                    let _ = server.create_outside(&key, now, object.clone());
                }
            }
            local.door().list(false)
        });
        self.others = Others::among(things.unwrap_or_default());
        life.machine.world.forget_writes();
    }

    /// The account is somewhere else and keeps what it has.
    fn lose_power(&self, life: &Life<'_>, at: u64) {
        if self.sweep.power != Power::Stays {
            let seed = self.dice.draw("power", at);
            life.machine.files.lose_power(Path::new(STATE), seed);
        }
    }
}
