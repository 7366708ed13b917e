//! A program under way: its events as they come, and signals into it.

use std::io::{BufRead as _, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::support::{command, stdout, succeed};
use crate::world::{complaints, paths, state, things};

/// A process that tells events.
pub(crate) struct Run {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    pub(crate) events: Vec<Value>,
}

impl Run {
    /// Starts a command, whose events are read.
    pub(crate) fn start(command: &mut Command) -> Self {
        let command = command.arg("--json").stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self {
            child,
            lines,
            events: Vec::new(),
        }
    }

    /// The next event; `None` when there are no more.
    pub(crate) fn next(&mut self) -> Option<&Value> {
        let line = self.lines.next()?.unwrap();
        self.events.push(serde_json::from_str(&line).unwrap());
        self.events.last()
    }

    /// Reads on until a step is under way.
    pub(crate) fn until_started(&mut self, path: &str) {
        let started = |event: &Value| event["type"] == "started" && event["path"] == path;
        while !self.events.iter().any(started) {
            assert!(self.next().is_some(), "{path} is never started");
        }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Whether it has ended within some time.
    pub(crate) fn ended_within(&mut self, time: Duration) -> Option<(ExitStatus, Duration)> {
        let begun = Instant::now();
        while begun.elapsed() < time {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some((status, begun.elapsed()));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        None
    }

    /// Reads all events to the end, and gives the exit status.
    pub(crate) fn finish(&mut self) -> ExitStatus {
        while self.next().is_some() {}
        self.child.wait().unwrap()
    }

    /// The events after the first of a kind.
    pub(crate) fn after(&self, kind: &str) -> &[Value] {
        let at = self.events.iter().position(|event| event["type"] == kind);
        let at = at.unwrap_or_else(|| panic!("nothing is {kind}: {:?}", self.events));
        &self.events[at + 1..]
    }
}

/// How many of some events are of a kind.
pub(crate) fn count(events: &[Value], kind: &str) -> usize {
    events.iter().filter(|event| event["type"] == kind).count()
}

/// Runs a program once more, and looks whether there is one of everything that
/// a calm run makes, and nothing to do.
pub(crate) fn resumes(program: &str, args: &[&str], (dir, below): (&Path, &str), calm: &[String]) {
    succeed(command(program, dir).args(args));
    let folder = dir.join(below);
    let known = state(&folder);
    assert_eq!(paths(&known), calm);
    let account = match below {
        "" => folder.join("world"),
        _ => dir.join("world").join("dev"),
    };
    assert_eq!(complaints(&known, &things(&account)), Vec::<String>::new());
    let plan = succeed(command(program, dir).args(args).arg("plan"));
    assert!(stdout(&plan).starts_with("no changes"), "{}", stdout(&plan));
}
