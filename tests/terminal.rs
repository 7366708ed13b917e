//! What a person at a terminal sees: a pseudo-terminal with a program in it.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use support::{command, stdout, succeed};

/// A terminal of 80 columns, and what runs in it.
struct Terminal {
    keys: File,
    child: Child,
}

impl Terminal {
    /// Starts a command at a terminal that is its own: what is typed there is
    /// a signal, and so is its end.
    fn start(plain: &Command) -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let keys = openpt(flags).unwrap();
        grantpt(&keys).unwrap();
        unlockpt(&keys).unwrap();
        let screen = ioctl_tiocgptpeer(&keys, flags).unwrap();
        let size = Winsize {
            ws_row: 24,
            ws_col: 80,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&screen, size).unwrap();
        let end = |fd: &OwnedFd| Stdio::from(fd.try_clone().unwrap());
        let mut command = Command::new("setsid");
        command
            .args(["--ctty", "--wait"])
            .arg(plain.get_program())
            .args(plain.get_args());
        for (name, value) in plain.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.env("TERM", "xterm-256color");
        command
            .stdin(end(&screen))
            .stdout(end(&screen))
            .stderr(end(&screen));
        let child = command.spawn().unwrap();
        Self {
            keys: File::from(keys),
            child,
        }
    }

    /// Reads on until something is shown, or to the end.
    fn until(&mut self, text: &str) -> String {
        let mut shown = Vec::new();
        let mut piece = [0; 4096];
        // A terminal without a program gives an error instead of an end.
        while let Ok(read) = self.keys.read(&mut piece) {
            shown.extend(&piece[..read]);
            let so_far = String::from_utf8_lossy(&shown);
            if read == 0 || (!text.is_empty() && so_far.contains(text)) {
                break;
            }
        }
        String::from_utf8_lossy(&shown).into_owned()
    }

    fn rest(&mut self) -> (Option<i32>, String) {
        let shown = self.until("");
        (self.child.wait().unwrap().code(), shown)
    }
}

fn coloured(program: &str, dir: &Path, words: &[&str]) -> Command {
    let mut command = command(program, dir);
    command.env_remove("NO_COLOR").args(words);
    command
}

fn plain(text: &str) -> String {
    let text = anstream::adapter::strip_str(text).to_string();
    text.replace('\r', "\n")
}

#[test]
fn a_live_tree_shows_what_is_under_way_and_leaves_what_is_done() {
    let dir = tempfile::tempdir().unwrap();
    let mut deploy = coloured("zenml_stack", dir.path(), &[]);
    deploy.env("MLPLAT_LOCAL_PACE", "400");
    let (status, shown) = Terminal::start(&deploy).rest();
    assert_eq!(status, Some(0), "{shown}");
    assert!(
        shown.contains("\u{1b}[1A") || shown.contains("\u{1b}[2K"),
        "it is redrawn in place"
    );
    let told = plain(&shown);
    assert!(told.contains("zenml · dev  "), "{told}");
    assert!(told.contains(" of 75 steps · "), "{told}");
    assert!(told.contains("eks.Cluster"), "{told}");
    assert!(
        told.contains("creating ") && told.contains(" of about 10m 17s"),
        "{told}"
    );
    assert!(told.contains("about ") && told.contains(" left"), "{told}");
    assert_eq!(
        told.lines()
            .filter(|line| line.contains("✓  cluster/control-plane"))
            .count(),
        1
    );
    let end = told.rsplit("deployed  75 done").next().unwrap();
    assert!(
        !end.contains(" of 75 steps"),
        "the tree is gone at the end: {end}"
    );
}

#[test]
fn a_setting_that_is_asked_for_is_not_shown() {
    let dir = tempfile::tempdir().unwrap();
    let deploy = coloured("hello", dir.path(), &["--ask", "greeting"]);
    let mut terminal = Terminal::start(&deploy);
    terminal.until("greeting: ");
    terminal.keys.write_all(b"hunter2\n").unwrap();
    let (status, shown) = terminal.rest();
    assert_eq!(status, Some(0), "{shown}");
    let before = shown.split("hello · dev").next().unwrap();
    assert!(!before.contains("hunter2"), "{before}");
    let said = succeed(command("hello", dir.path()).args(["outputs", "greeting"]));
    assert_eq!(stdout(&said), "hunter2 from dev\n");
}

#[test]
fn a_key_stops_a_question_and_the_terminal_is_as_before() {
    let dir = tempfile::tempdir().unwrap();
    let deploy = coloured("hello", dir.path(), &["--ask", "greeting"]);
    let mut terminal = Terminal::start(&deploy);
    terminal.until("greeting: ");
    terminal.keys.write_all(b"\x03").unwrap();
    let (status, shown) = terminal.rest();
    assert_eq!(status, Some(130), "{shown}");
    assert!(!dir.path().join("state").exists());
}

/// Whoever closes the window stops the run, and the next one goes on.
///
/// Proves fault 16.
#[test]
fn a_terminal_that_goes_away_stops_the_run() {
    let dir = tempfile::tempdir().unwrap();
    let mut deploy = coloured("zenml_stack", dir.path(), &[]);
    deploy.env("MLPLAT_LOCAL_PACE", "200");
    let mut terminal = Terminal::start(&deploy);
    terminal.until(" of 75 steps");
    let Terminal { keys, mut child } = terminal;
    drop(keys);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let state = std::fs::read_to_string(dir.path().join("state"));
    assert!(
        state.is_ok() && !dir.path().join("journal").exists(),
        "it is written"
    );
    succeed(&mut command("zenml_stack", dir.path()));
    let plan = succeed(command("zenml_stack", dir.path()).arg("plan"));
    assert!(stdout(&plan).starts_with("no changes"));
    println!("figure: a terminal that goes away: exit 130, state written, resumed");
}
