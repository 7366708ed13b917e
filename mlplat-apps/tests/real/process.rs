//! Processes that end with the test, however it ends.

use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// How long servers get to end when they are asked to.
const GRACE: Duration = Duration::from_secs(10);

/// A running process with its children, and what they print.
pub(crate) struct Running {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Running {
    /// Starts a process in a group of its own.
    pub(crate) fn start(name: &str, command: &mut Command, log: &Path) -> Self {
        let out = File::create(log).unwrap();
        let err = out.try_clone().unwrap();
        command
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .process_group(0);
        let child = command.spawn();
        let child = child.unwrap_or_else(|why| panic!("failed to start {name}: {why}"));
        Self {
            name: name.to_owned(),
            child,
            log: log.to_owned(),
        }
    }

    /// Waits until something is true of the process.
    pub(crate) fn until(&mut self, what: &str, limit: Duration, is_so: impl Fn() -> bool) {
        let begun = Instant::now();
        while !is_so() {
            if let Some(status) = self.child.try_wait().unwrap() {
                self.fail(&format!("ended with {status} before it was {what}"));
            }
            if begun.elapsed() > limit {
                self.fail(&format!("was not {what} within {limit:?}"));
            }
            sleep(Duration::from_millis(100));
        }
    }

    /// Waits for its end.
    pub(crate) fn end(mut self, limit: Duration) -> (ExitStatus, String) {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, self.printed());
            }
            if begun.elapsed() > limit {
                self.fail(&format!("did not end within {limit:?}"));
            }
            sleep(Duration::from_millis(50));
        }
    }

    fn printed(&self) -> String {
        let bytes = std::fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn fail(&self, why: &str) -> ! {
        panic!("{} {why}; it printed:\n{}", self.name, self.printed())
    }

    fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id()).unwrap();
        if let Some(group) = Pid::from_raw(id) {
            // Whoever is gone needs no signal.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.child.try_wait().ok().flatten().is_none() {
            self.signal(Signal::TERM);
            let begun = Instant::now();
            while begun.elapsed() < GRACE {
                if self.child.try_wait().ok().flatten().is_some() {
                    break;
                }
                sleep(Duration::from_millis(50));
            }
        }
        // Also what the process has left behind in its group.
        self.signal(Signal::KILL);
        let _ = self.child.wait();
    }
}
