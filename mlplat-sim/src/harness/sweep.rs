//! Killing at every point.

use std::path::Path;

use super::oracle::Judge;
use super::run::STATE;
use super::{Life, Scenario, Violation};
use crate::machine::Ended;

/// How much is killed.
#[derive(Debug, Clone, Copy)]
pub struct Sweep {
    /// Decides ids, faults and samples.
    pub seed: u64,
    /// Every n-th fault point is killed at; 1 for all.
    pub every: u64,
    /// For each killed run, one resume in this many is killed as well, at a
    /// seeded point; 0 for none.
    pub twice: u64,
    /// What happens to the disk when a run is killed.
    pub power: Power,
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
        }
    }
}

/// What was tried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// Fault points of the calm life.
    pub points: u64,
    /// Runs that were killed.
    pub killed: u64,
    /// Runs in all.
    pub runs: u64,
}

impl std::ops::AddAssign for Report {
    fn add_assign(&mut self, other: Self) {
        self.points += other.points;
        self.killed += other.killed;
        self.runs += other.runs;
    }
}

/// Lives a scenario calmly, then killed at every fault point of every stage.
///
/// # Errors
/// The first broken promise.
pub fn sweep(scenario: &Scenario, sweep: &Sweep) -> Result<Report, Violation> {
    let mut report = Report::default();
    let mut life = Life::new(scenario);
    if sweep.power == Power::LostByALiar {
        life.machine.files.lie_about_syncs();
    }
    for (number, stage) in scenario.stages.iter().enumerate() {
        let judge = |life: &Life<'_>, how: String| -> Result<(), Violation> {
            let judge = Judge { life, stage, how };
            judge.ended(life.go(stage, sweep.seed + 2, 0))?;
            judge.world(sweep.seed + 3)
        };
        let calm = life.fork();
        let lived = calm.go(stage, sweep.seed, 0);
        let points = lived.points;
        let how = format!("stage {number}, seed {}", sweep.seed);
        Judge {
            life: &calm,
            stage,
            how: how.clone(),
        }
        .ended(lived)?;
        judge(&calm, how.clone())?;
        report.points += points;
        report.runs += 3;
        let first = 1 + sweep.seed % sweep.every.max(1);
        for at in (first..=points).step_by(sweep.every.max(1) as usize) {
            let life = life.fork();
            let killed = life.go(stage, sweep.seed, at);
            lose_power(&life, sweep, at);
            report.runs += 1;
            report.killed += u64::from(matches!(killed.ended, Ended::Killed));
            let mut how = format!("{how}, killed at {at} of {points}");
            if sweep.twice > 0 && at % sweep.twice == 0 {
                let second = 1 + mixed(sweep.seed, at) % points;
                let killed = life.go(stage, sweep.seed + 1, second);
                lose_power(&life, sweep, second);
                report.runs += 1;
                report.killed += u64::from(matches!(killed.ended, Ended::Killed));
                how.push_str(&format!(" and then at {second}"));
            }
            judge(&life, how)?;
            report.runs += 2;
        }
        life = calm;
    }
    Ok(report)
}

/// The account is somewhere else and keeps what it has.
fn lose_power(life: &Life<'_>, sweep: &Sweep, at: u64) {
    if sweep.power != Power::Stays {
        let files = &life.machine.files;
        files.lose_power(Path::new(STATE), mixed(sweep.seed + 17, at));
    }
}

/// A number that the seed and the point decide.
fn mixed(seed: u64, at: u64) -> u64 {
    let mut x = seed ^ at.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x ^= x >> 31;
    x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x ^ (x >> 29)
}
