//! The keys of a state: made beside it, or given in the environment.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use support::{command, stderr, succeed};

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
    for mut other in [with("another"), command("zenml_stack", dir.path())] {
        let refused = other.arg("plan").output().unwrap();
        assert_eq!(refused.status.code(), Some(1));
        assert_eq!(
            stderr(&refused),
            "error: none of the keys at hand opens the state's secrets\n  do   set MLPLAT_AGE_IDENTITY or MLPLAT_AGE_PASSPHRASE to the key that the state was sealed with; nothing was changed\n"
        );
    }
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
        stderr(&refused).starts_with("error: none of the keys at hand"),
        "{}",
        stderr(&refused)
    );
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
