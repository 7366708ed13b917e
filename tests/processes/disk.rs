//! Disks that are full, and folders that nobody may write.

use std::fs::File;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::{command, example, stderr, stdout, succeed};
use crate::world::{paths, state};

/// `hello` with so many resources that its files are large.
const MANY: [&str; 2] = ["--set", "copies=120"];

/// The same command behind a line of shell, which ends by executing it.
fn through(line: &str, program: &str, dir: &Path, args: &[&str]) -> Command {
    let plain = command(program, dir);
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{line}; exec \"$0\" \"$@\""));
    shell
        .arg(example(program))
        .args(plain.get_args())
        .args(args);
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}

/// A run in which no file grows beyond some blocks of 512 bytes.
fn in_small_files(blocks: u32, dir: &Path, args: &[&str]) -> Output {
    let line = format!("trap '' XFSZ; ulimit -f {blocks}");
    through(&line, "hello", dir, args).output().unwrap()
}

/// The disk is full at any size: the run says so and how to go on, and with
/// room again the next one ends with one of everything.
///
/// Proves fault 9.
#[test]
fn a_full_disk_is_said_and_the_next_run_goes_on() {
    let calm = tempfile::tempdir().unwrap();
    succeed(command("hello", calm.path()).args(MANY));
    let expected = paths(&state(calm.path()));
    let blocks = std::fs::metadata(calm.path().join("state")).unwrap().len() / 512;
    let (mut full, mut said) = (0, 0);
    for limit in (0..12).map(|n| n * n * blocks / 121) {
        let dir = tempfile::tempdir().unwrap();
        let output = in_small_files(u32::try_from(limit).unwrap(), dir.path(), &MANY);
        let told = stderr(&output);
        assert!(!told.contains("panicked"), "{told}");
        assert_eq!(output.status.code(), Some(1), "{limit} blocks: {told}");
        full += 1;
        said += usize::from(told.contains("File too large") && told.contains("  do   "));
        succeed(command("hello", dir.path()).args(MANY));
        assert_eq!(paths(&state(dir.path())), expected, "{limit} blocks");
        let plan = stdout(&succeed(
            command("hello", dir.path()).args(MANY).arg("plan"),
        ));
        assert!(plan.starts_with("no changes"), "{limit} blocks: {plan}");
    }
    assert_eq!(said, full);
    println!("figure: {full} sizes of a full disk, {said} said, 0 that did not resume");
}

/// Whatever the disk does, what was there before stays.
///
/// Proves fault 9.
#[test]
fn a_disk_that_is_full_later_keeps_the_state_of_before() {
    let dir = tempfile::tempdir().unwrap();
    succeed(command("hello", dir.path()).args(MANY));
    let before = std::fs::read(dir.path().join("state")).unwrap();
    let blocks = u32::try_from(before.len() / 512).unwrap();
    for limit in [0, 1, blocks / 2, blocks] {
        let args = ["--set", "copies=160", "--set", "greeting=hi"];
        let output = in_small_files(limit, dir.path(), &args);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        let now = std::fs::read(dir.path().join("state")).unwrap();
        assert!(now == before, "{limit} blocks: the snapshot is another one");
    }
    // Without a trap the signal of the system ends it, as a crash would.
    let line = format!("ulimit -f {blocks}");
    let killed = through(&line, "hello", dir.path(), &["--set", "greeting=ho"]);
    let killed = { killed }.output().unwrap();
    assert_eq!(killed.status.signal(), Some(25), "{}", killed.status);
    succeed(command("hello", dir.path()).args(MANY));
    let plan = stdout(&succeed(
        command("hello", dir.path()).args(MANY).arg("plan"),
    ));
    assert!(plan.starts_with("no changes"), "{plan}");
    println!("figure: 4 sizes of a disk that is full later, 0 snapshots changed");
}

/// Nothing that was asked for is lost in silence: a disk that is full under
/// standard output fails the command, though not the deployment.
///
/// Proves fault 9.
#[cfg(target_os = "linux")]
#[test]
fn results_that_cannot_be_written_are_a_failure() {
    let full = || File::options().write(true).open("/dev/full").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let cases: [&[&str]; 4] = [
        &["deploy"],
        &["outputs", "--format", "json"],
        &["plan"],
        &["deploy", "--json", "--set", "greeting=hi"],
    ];
    for args in &cases {
        let output = command("hello", dir.path())
            .args(*args)
            .stdout(full())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        let told = stderr(&output);
        assert!(
            told.contains("error: failed to write to standard output: No space left"),
            "{args:?}: {told}"
        );
    }
    let plan = stdout(&succeed(command("hello", dir.path()).args([
        "plan",
        "--set",
        "greeting=hi",
    ])));
    assert!(
        plan.starts_with("no changes"),
        "what was deployed is deployed: {plan}"
    );
    let silent = command("hello", dir.path())
        .arg("plan")
        .stderr(full())
        .output()
        .unwrap();
    assert!(silent.status.success(), "nobody was to be told anything");
    println!(
        "figure: {} commands onto /dev/full, all failed and said why",
        cases.len()
    );
}

/// A line of shell after which a folder cannot be written, whoever one is.
fn read_only(dir: &Path) -> Option<String> {
    let shown = dir.display();
    let line = format!("mount --bind '{shown}' '{shown}' && mount -o remount,ro,bind '{shown}'");
    let works = Command::new("unshare")
        .args([
            "-rm",
            "sh",
            "-c",
            &format!("{line} && ! touch '{shown}/x' 2>/dev/null"),
        ])
        .status();
    works.is_ok_and(|status| status.success()).then_some(line)
}

/// A folder that nobody may write: whoever looks is shown what there is, and
/// whoever changes is refused before anything has happened.
///
/// Proves fault 9.
#[test]
fn a_folder_that_is_read_only_is_named_and_stays_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    succeed(&mut command("hello", dir.path()));
    let before = std::fs::read(dir.path().join("state")).unwrap();
    let Some(line) = read_only(dir.path()) else {
        println!("SKIPPED: this machine gives no name space to mount in");
        return;
    };
    let run = |args: &[&str]| {
        let inner = through(&line, "hello", dir.path(), args);
        let mut outer = Command::new("unshare");
        outer.arg("-rm").arg("sh").args(inner.get_args());
        for (name, value) in inner.get_envs() {
            match value {
                Some(value) => outer.env(name, value),
                None => outer.env_remove(name),
            };
        }
        outer.output().unwrap()
    };
    let refused = run(&["deploy", "--set", "greeting=hi"]);
    assert_eq!(refused.status.code(), Some(1));
    let told = stderr(&refused);
    assert!(
        told.contains("Read-only file system") && told.contains("  do   make the place writable"),
        "{told}"
    );
    assert!(told.contains(&*dir.path().to_string_lossy()), "{told}");
    let doctor = run(&["doctor"]);
    assert_eq!(doctor.status.code(), Some(1), "{}", stdout(&doctor));
    assert!(
        stdout(&doctor).contains("broken  folder"),
        "{}",
        stdout(&doctor)
    );
    for look in [&["plan"][..], &["outputs"], &["state", "list"], &["drift"]] {
        let output = run(look);
        assert!(output.status.success(), "{look:?}: {}", stderr(&output));
    }
    let now = std::fs::read(dir.path().join("state")).unwrap();
    assert!(now == before);
    println!(
        "figure: a read-only folder: a deployment refused before it began, 4 commands that look"
    );
}

/// A file where the folder should be.
///
/// Proves fault 9.
#[test]
fn a_file_where_the_folder_should_be_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("state");
    std::fs::write(&file, "not a folder").unwrap();
    let refused = command("hello", &file).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let told = stderr(&refused);
    assert!(
        told.contains("failed to") && told.contains(&*file.to_string_lossy()),
        "{told}"
    );
    assert_eq!(std::fs::read(&file).unwrap(), b"not a folder");
    println!("figure: a file where the folder should be: refused by name, untouched");
}
