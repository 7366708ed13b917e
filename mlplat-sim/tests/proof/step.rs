//! A word before each group of steps: nothing starts without it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use futures::future::{BoxFuture, FutureExt as _, pending, ready};
use mlplat_core::deploy::{
    Answer, Cancel, DeployOptions, Deployment, Event, Gate, NextStep, Outcome, Stamped, StepGate,
};
use mlplat_sim::harness::Life;

use super::types::{came_back, done, lives, scenario, yard_stage};

/// The answer to the n-th group; none to stop the run instead.
type Word = dyn Fn(usize, &[NextStep]) -> Option<Answer> + Send + Sync;

/// Says what a function says, and remembers the groups.
#[derive(Clone)]
struct Says {
    word: Arc<Word>,
    groups: Arc<Mutex<Vec<Vec<String>>>>,
    cancel: Cancel,
}

impl Gate for Says {
    fn ask(&self, next: Vec<NextStep>) -> BoxFuture<'static, Answer> {
        let mut groups = self.groups.lock().unwrap();
        groups.push(next.iter().map(|step| step.path.to_string()).collect());
        match (self.word)(groups.len(), &next) {
            Some(answer) => ready(answer).boxed(),
            None => {
                // Whoever should answer stops the run instead.
                self.cancel.cancel();
                pending().boxed()
            }
        }
    }
}

fn asked(
    life: &Life<'_>,
    word: impl Fn(usize, &[NextStep]) -> Option<Answer> + Send + Sync + 'static,
) -> (Deployment, Vec<Vec<String>>, BTreeSet<String>) {
    let says = Says {
        word: Arc::new(word),
        groups: Arc::default(),
        cancel: Cancel::new(),
    };
    let options = DeployOptions {
        gate: Some(StepGate::new(says.clone())),
        ..DeployOptions::default()
    };
    let started = Mutex::new(BTreeSet::new());
    let sink = |event: &Stamped| {
        if let Event::Started { path, .. } = &event.event {
            started.lock().unwrap().insert(path.to_string());
        }
    };
    let stage = yard_stage("red", "wind", 1);
    let lived = life.go_with(&stage, 1, 0, &options, &sink, &says.cancel);
    let groups = says.groups.lock().unwrap().clone();
    (came_back(lived), groups, started.into_inner().unwrap())
}

#[test]
fn groups_are_what_could_start_now_and_together_they_are_everything() {
    let calm = scenario("asked", vec![]);
    let life = Life::new(&calm);
    let (deployment, groups, _) = asked(&life, |_, _| Some(Answer::All));
    assert_eq!(deployment.outcome, Outcome::Complete);
    let mut sorted = groups.clone();
    sorted.iter_mut().for_each(|group| group.sort());
    assert_eq!(
        sorted,
        [
            vec!["lone", "root"],
            vec!["left", "right"],
            vec!["left-mill", "right-mill"]
        ]
    );
    assert!(lives(&life, &yard_stage("red", "wind", 1), 2).unchanged);
}

#[test]
fn nothing_starts_without_a_word() {
    let calm = scenario("asked", vec![]);
    for stops_at in 1..=3 {
        let life = Life::new(&calm);
        let (deployment, groups, started) = asked(&life, move |number, _| {
            Some(if number == stops_at {
                Answer::Stop
            } else {
                Answer::All
            })
        });
        assert_eq!(deployment.outcome, Outcome::Cancelled);
        let said: BTreeSet<String> = groups[..stops_at - 1].concat().into_iter().collect();
        assert_eq!(started, said, "stopped at {stops_at}");
        assert_eq!(deployment.done + deployment.skipped, 6);
        lives(&life, &yard_stage("red", "wind", 1), 2);
        assert_eq!(life.objects().len(), 6);
    }
}

#[test]
fn what_is_left_out_takes_along_what_stands_on_it_and_nothing_else() {
    let calm = scenario("asked", vec![]);
    let life = Life::new(&calm);
    let (deployment, _, started) = asked(&life, |_, next| {
        let kept = next
            .iter()
            .enumerate()
            .filter(|(_, step)| step.path.as_str() != "left");
        Some(Answer::These(kept.map(|(at, _)| at).collect()))
    });
    assert_eq!((deployment.done, deployment.skipped), (4, 2));
    assert_eq!(deployment.outcome, Outcome::Cancelled);
    assert!(
        !started.contains("left") && !started.contains("left-mill"),
        "{started:?}"
    );
    assert!(started.contains("right-mill"), "{started:?}");
}

#[test]
fn after_the_word_for_the_rest_nobody_is_asked() {
    let calm = scenario("asked", vec![]);
    let life = Life::new(&calm);
    let (deployment, groups, _) = asked(&life, |_, _| Some(Answer::Rest));
    assert_eq!((deployment.outcome, groups.len()), (Outcome::Complete, 1));
}

#[test]
fn a_run_is_stopped_while_a_question_is_open() {
    let calm = scenario("asked", vec![]);
    for stops_at in 1..=3 {
        let life = Life::new(&calm);
        let (deployment, groups, _) = asked(&life, move |number, _| {
            (number < stops_at).then_some(Answer::All)
        });
        assert_eq!(
            (deployment.outcome, groups.len()),
            (Outcome::Cancelled, stops_at)
        );
        assert_eq!(deployment.done + deployment.skipped, 6);
        done(life.go(&yard_stage("red", "wind", 1), 2, 0));
    }
}
