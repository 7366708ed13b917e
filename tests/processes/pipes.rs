//! Readers that go away.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Stdio};

use crate::run::resumes;
use crate::support::{command, succeed};
use crate::world::{paths, state};

const NETWORK: [&str; 2] = ["--stack", "network"];
const BELOW: &str = "network/dev";

fn start(dir: &Path, args: &[&str]) -> Child {
    let mut command = command("two_stacks", dir);
    command.args(NETWORK).args(args);
    command.env("MLPLAT_LOCAL_PACE", "600");
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// A reader of either stream that goes away, at once or in the middle, does not
/// stop a deployment.
///
/// Proves fault 16.
#[test]
fn a_deployment_goes_on_when_nobody_reads() {
    let calm = tempfile::tempdir().unwrap();
    succeed(command("two_stacks", calm.path()).args(NETWORK));
    let calm = paths(&state(&calm.path().join(BELOW)));
    let cases: [(&[&str], bool, bool, usize); 5] = [
        (&[], true, false, 0),
        (&[], false, true, 0),
        (&[], true, true, 60),
        (&["--json"], true, false, 400),
        (&["-v"], true, true, 0),
    ];
    for &(args, no_stdout, no_stderr, read) in &cases {
        let dir = tempfile::tempdir().unwrap();
        let mut child = start(dir.path(), args);
        let mut some = vec![0; read];
        child
            .stdout
            .as_mut()
            .unwrap()
            .read_exact(&mut some)
            .unwrap();
        if no_stdout {
            drop(child.stdout.take());
        }
        if no_stderr {
            drop(child.stderr.take());
        }
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{args:?}: {told}");
        assert!(!told.contains("panicked"), "{told}");
        resumes("two_stacks", &NETWORK, (dir.path(), BELOW), &calm);
    }
    println!(
        "figure: {} ways in which readers go away, 0 runs that stopped",
        cases.len()
    );
}
