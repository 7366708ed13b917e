//! Settings that are asked for at the terminal, without showing what is typed:
//! a secret need stand neither in a file nor in the environment.

use mlplat_core::Problem;
use mlplat_core::wiring::Plain;

use super::failure::Failure;
use super::out::Out;
use super::signals::Signals;
use crate::report::text::clean;

/// Asks for each key; `None` when a signal came instead of an answer.
///
/// # Errors
/// When nobody can answer, or did not.
pub(super) async fn ask(
    keys: &[String],
    out: Out,
    signals: &Signals,
) -> Result<Option<Vec<(String, Plain)>>, Failure> {
    let mut answers = Vec::new();
    if keys.is_empty() {
        return Ok(Some(answers));
    }
    if !out.can_ask() {
        let what = "--ask asks for a setting, and there is no terminal to ask on";
        let fix = "give the setting as MLPLAT_SET_<KEY> or in a --settings file";
        return Err(Problem::new("no-terminal", what, fix).into());
    }
    for key in keys {
        let question = format!("{}:", clean(key));
        let echo = Echo::off();
        // On a thread of its own, so that the run can be stopped meanwhile.
        let asking = tokio::task::spawn_blocking(move || out.typed(&question));
        let answer = tokio::select! {
            answer = asking => Some(answer.ok().flatten()),
            () = signals.first() => None,
        };
        echo.restore();
        out.note("");
        match answer {
            None => return Ok(None),
            Some(Some(answer)) => answers.push((key.clone(), Plain::new(answer))),
            Some(None) => {
                let what = format!("nothing was typed for the setting `{}`", clean(key));
                let fix = "type its value, or leave --ask out";
                return Err(Problem::new("no-answer", what, fix).into());
            }
        }
    }
    Ok(Some(answers))
}

/// How the terminal was before it stopped to show what is typed.
struct Echo(#[cfg(unix)] Option<rustix::termios::Termios>);

#[cfg(unix)]
impl Echo {
    fn off() -> Self {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let terminal = std::io::stdin();
        let before = tcgetattr(&terminal).ok();
        if let Some(mut silent) = before.clone() {
            silent.local_modes.remove(LocalModes::ECHO);
            // A terminal that cannot be silent is one all the same.
            let _ = tcsetattr(&terminal, OptionalActions::Now, &silent);
        }
        Self(before)
    }

    fn restore(&self) {
        if let Some(before) = &self.0 {
            let now = rustix::termios::OptionalActions::Now;
            // A terminal that is gone needs nothing.
            let _ = rustix::termios::tcsetattr(std::io::stdin(), now, before);
        }
    }
}

/// Elsewhere whoever reads the answer hides it.
#[cfg(not(unix))]
impl Echo {
    fn off() -> Self {
        Self()
    }

    fn restore(&self) {}
}
