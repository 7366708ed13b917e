//! `deploy --step`: a word before each group of steps.
//!
//! The question is asked on a thread of its own, so that the run can be
//! stopped while it is open.

use futures::future::BoxFuture;
use mlplat_core::Problem;
use mlplat_core::deploy::{Answer, Gate, NextStep, StepGate};

use super::failure::Failure;
use super::out::Out;
use crate::report::next_steps;

/// Whoever sits at the terminal.
#[derive(Clone, Copy)]
struct Person {
    out: Out,
}

/// Asks at the terminal.
///
/// # Errors
/// When nobody can answer there, or is not to be asked.
pub(super) fn gate(out: Out, yes: bool) -> Result<StepGate, Failure> {
    if yes {
        let what = "--step asks before each group of steps, and --yes says not to ask";
        return Err(Problem::new("step-or-yes", what, "leave one of the two out").into());
    }
    if !out.can_ask() {
        let what = "--step asks before each group of steps, and there is no terminal to ask on";
        let fix = "run it in a terminal, or leave --step out; `plan` shows all steps beforehand";
        return Err(Problem::new("no-terminal", what, fix).into());
    }
    Ok(StepGate::new(Person { out }))
}

impl Gate for Person {
    fn ask(&self, next: Vec<NextStep>) -> BoxFuture<'static, Answer> {
        let person = *self;
        Box::pin(async move {
            let asked = tokio::task::spawn_blocking(move || person.answer(&next)).await;
            asked.unwrap_or(Answer::Stop)
        })
    }
}

impl Person {
    fn answer(self, next: &[NextStep]) -> Answer {
        self.out.note(&next_steps(next));
        let several = next.len() > 1;
        let question = if several {
            "start these? [y]es, [e]ach on its own, [a]ll that follow, [n]o:"
        } else {
            "start it? [y]es, [a]ll that follow, [n]o:"
        };
        loop {
            let Some(answer) = self.out.prompt(question) else {
                return Answer::Stop;
            };
            match answer.as_str() {
                "y" | "yes" => return Answer::All,
                "a" | "all" => return Answer::Rest,
                "n" | "no" => return Answer::Stop,
                "e" | "each" if several => return self.each(next),
                _ => {}
            }
        }
    }

    /// One after the other; what is left out takes along what depends on it.
    fn each(self, next: &[NextStep]) -> Answer {
        let mut chosen = Vec::new();
        for (position, step) in next.iter().enumerate() {
            let question = format!("  {} {}? [y]es, [n]o:", step.action.word(), step.path);
            match self.out.prompt(&question).as_deref() {
                Some("y" | "yes") => chosen.push(position),
                Some(_) => {}
                None => return Answer::Stop,
            }
        }
        Answer::These(chosen)
    }
}
