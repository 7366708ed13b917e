//! The keys of a state: made beside it, or given in the environment.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use support::{command, stderr, stdout, succeed};

#[test]
fn a_state_opens_only_with_its_passphrase() {
    let dir = tempfile::tempdir().unwrap();
    let with = |passphrase: &str| {
        let mut command = command("zenml_stack", dir.path());
        command.env("MLPLAT_AGE_PASSPHRASE", passphrase);
        command
    };
    succeed(&mut with("a good one"));
    assert!(!dir.path().join("local.key").exists());
    succeed(with("a good one").arg("plan"));
    let refused = with("another").arg("plan").output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(
        stderr(&refused),
        "error: none of the keys at hand opens the state's secrets\n  do   set MLPLAT_AGE_IDENTITY or MLPLAT_AGE_PASSPHRASE to the key that the state was sealed with; nothing was changed\n"
    );
    let keyless = command("zenml_stack", dir.path())
        .arg("plan")
        .output()
        .unwrap();
    assert_eq!(keyless.status.code(), Some(1));
    assert_eq!(stderr(&keyless), about_the_file(dir.path(), "is missing"));
}

/// What is said about the local target's key.
fn about_the_file(dir: &Path, what: &str) -> String {
    format!(
        "error: the key file {} {what}\n  do   put the file back: nothing else opens the state's secrets. If they were sealed with other keys, set MLPLAT_AGE_IDENTITY or MLPLAT_AGE_PASSPHRASE; nothing was changed\n",
        dir.join("local.key").display()
    )
}

/// All files below a folder, but for the note of who was there last.
fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if !path.ends_with("holder") {
            found.insert(path.clone(), std::fs::read(path).unwrap());
        }
    }
    found
}

/// A lost key of the local target is named, no command makes another one, and
/// nothing is written until it is back.
#[test]
fn a_lost_key_file_is_named_and_nothing_is_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| {
        let mut command = command("zenml_stack", dir.path());
        command.args(words).output().unwrap()
    };
    succeed(&mut command("zenml_stack", dir.path()));
    let key = dir.path().join("local.key");
    let kept = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    let before = files(dir.path());
    for words in [["plan"], ["deploy"], ["destroy"]] {
        let refused = run(&words);
        assert_eq!(refused.status.code(), Some(1), "{words:?}");
        let said = about_the_file(dir.path(), "is missing");
        assert_eq!(stderr(&refused), said, "{words:?}");
        assert_eq!(files(dir.path()), before, "{words:?} wrote something");
    }
    let other = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
    std::fs::write(&key, other).unwrap();
    let said = about_the_file(dir.path(), "has another key than the state");
    assert_eq!(stderr(&run(&["plan"])), said);
    std::fs::write(&key, kept).unwrap();
    let again = run(&[]);
    assert!(again.status.success(), "{}", stderr(&again));
}

#[test]
fn whoever_has_only_recipients_can_write_and_not_compare() {
    let dir = tempfile::tempdir().unwrap();
    let recipient = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    let mut write = command("zenml_stack", dir.path());
    succeed(write.env("MLPLAT_AGE_RECIPIENTS", recipient));
    let mut compare = command("zenml_stack", dir.path());
    let refused = compare
        .env("MLPLAT_AGE_RECIPIENTS", recipient)
        .arg("plan")
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        stderr(&refused).starts_with("error: the keys at hand can seal"),
        "{}",
        stderr(&refused)
    );
}

/// Proves fault 13.
#[test]
fn a_state_is_given_to_other_keys() {
    let dir = tempfile::tempdir().unwrap();
    let run = |words: &[&str], keys: &[(&str, &str)]| {
        let mut command = command("zenml_stack", dir.path());
        command.args(words).envs(keys.iter().copied());
        command.output().unwrap()
    };
    let first = ("MLPLAT_AGE_PASSPHRASE", "a good one");
    let password = ["outputs", "metadata-db-password", "--show-secrets"];
    assert!(run(&[], &[first]).status.success());
    let before = stdout(&run(&password, &[first]));
    // To recipients, with keys of its own for the values.
    let recipient = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";
    let second = (
        "MLPLAT_AGE_IDENTITY",
        "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33",
    );
    let given = run(&["state", "rekey", "--anew", "--to", recipient], &[first]);
    assert!(given.status.success(), "{}", stderr(&given));
    assert_eq!(stdout(&run(&password, &[second])), before);
    let lost = run(&["plan"], &[first]);
    assert_eq!(lost.status.code(), Some(1));
    assert!(stderr(&lost).contains("nothing was changed"));
    // Back under a passphrase, with the same keys for the values.
    let new = ("MLPLAT_AGE_NEW_PASSPHRASE", "another good one");
    let given = run(&["state", "rekey"], &[second, new]);
    assert!(given.status.success(), "{}", stderr(&given));
    let third = ("MLPLAT_AGE_PASSPHRASE", "another good one");
    assert_eq!(stdout(&run(&password, &[third])), before);
    let unsaid = run(&["state", "rekey"], &[third]);
    assert_eq!(unsaid.status.code(), Some(1));
    assert!(stderr(&unsaid).contains("MLPLAT_AGE_NEW_PASSPHRASE"));
}

#[test]
fn a_key_that_is_none_is_refused_without_being_shown() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = command("zenml_stack", dir.path());
    let refused = command
        .env("MLPLAT_AGE_IDENTITY", "AGE-SECRET-KEY-1NOPE")
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let said = stderr(&refused);
    assert!(
        said.starts_with("error: the age identity is refused"),
        "{said}"
    );
    assert!(!said.contains("NOPE"), "{said}");
}
