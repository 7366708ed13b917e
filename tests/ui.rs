//! Wiring mistakes that must not compile, each with the message that a user
//! reads. `TRYBUILD=overwrite` writes the messages anew; read them before they
//! are kept.
//!
//! A message is in the user's words when its headline (the first line, and the
//! label under the first place that is shown) says
//!
//! - what is wrong, in a sentence of ours, of the user's own derive or of the
//!   compiler about one named thing; the compiler's "mismatched types" alone is
//!   no sentence: there the label has to name what was expected and what was
//!   found;
//! - types as the user writes them: by their names, or as
//!   `mlplat::prelude::Name`, never by a path into the crates behind it;
//!
//! when that first place is in the user's program, and the whole fits on a
//! screen.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::{Path, PathBuf};

/// Longest message, in lines.
const SCREEN: usize = 25;
/// So many messages begin with "mismatched types". Another one has to find
/// better words, by a bound with `#[diagnostic::on_unimplemented]`; a field of a
/// struct cannot have one.
const MISMATCHED: usize = 20;
/// How paths begin that no user writes.
const INSIDE: [&str; 7] = [
    "mlplat_core::",
    "mlplat_aws::",
    "mlplat_k8s::",
    "mlplat_apps::",
    "mlplat_sim::",
    "mlplat_macros::",
    "k8s_openapi::",
];

#[test]
fn wiring_mistakes_do_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
}

fn files(extension: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|end| end == extension))
        .collect()
}

/// What is wrong with a message, if anything.
fn faults(case: &str, message: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let lines: Vec<&str> = message.lines().collect();
    if lines.len() > SCREEN {
        faults.push(format!("{} lines", lines.len()));
    }
    let first = lines.first().copied().unwrap_or_default();
    let place = lines.get(1).copied().unwrap_or_default();
    if !place.contains(case) {
        faults.push(format!("the first place is not in the program: {place}"));
    }
    let label = label(&lines);
    if INSIDE
        .iter()
        .any(|path| first.contains(path) || label.contains(path))
    {
        faults.push(format!("a path that no user writes: {first} / {label}"));
    }
    let both = label.starts_with("expected `") && label.contains(", found ");
    if is_mismatched(message) && !both {
        faults.push(format!(
            "neither line says what is wrong: {first} / {label}"
        ));
    }
    faults
}

fn is_mismatched(message: &str) -> bool {
    message.starts_with("error[E0308]: mismatched types")
}

/// The words beside the marks under the first place.
fn label<'a>(lines: &[&'a str]) -> &'a str {
    let marked = lines
        .iter()
        .find(|line| line.contains("^^") || line.ends_with('^') || line.contains("^ "));
    let words = marked.and_then(|line| line.rsplit_once("^ "));
    words.map_or("", |(_, words)| words)
}

#[test]
fn messages_are_short_and_in_the_users_words() {
    let cases = files("rs");
    assert!(cases.len() >= 40, "there are {} cases", cases.len());
    let mut wrong = Vec::new();
    let mut mismatched = 0;
    for case in cases {
        let message = std::fs::read_to_string(case.with_extension("stderr")).unwrap();
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let faults = faults(&name, &message).into_iter();
        wrong.extend(faults.map(|fault| format!("{name}: {fault}")));
        mismatched += usize::from(is_mismatched(&message));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(mismatched <= MISMATCHED, "{mismatched} mismatched types");
    for message in files("stderr") {
        let case = message.with_extension("rs");
        assert!(case.exists(), "{} has no case", message.display());
    }
}

#[test]
fn a_message_in_other_words_is_found() {
    let message = |first: &str, label: &str| {
        format!(
            "{first}\n --> tests/ui/a.rs:1:1\n  |\n1 |  stack.add(x)\n  |            ^ {label}\n"
        )
    };
    let good = message("error[E0277]: `Vpc` is no bucket", "not a bucket");
    assert_eq!(faults("a.rs", &good), [""; 0]);
    let bad = [
        message("error[E0277]: `mlplat::mlplat_aws::Vpc` is no bucket", "x"),
        message("error[E0277]: no", "expected `mlplat_core::Output<X>`"),
        message("error[E0308]: mismatched types", "arguments are wrong"),
        good.replace("a.rs", "inside.rs"),
        format!("{good}{}", "\n".repeat(SCREEN)),
    ];
    for message in bad {
        assert_eq!(faults("a.rs", &message).len(), 1, "{message}");
    }
    let named = message("error[E0308]: mismatched types", "expected `A`, found `B`");
    assert_eq!(faults("a.rs", &named), [""; 0]);
}
