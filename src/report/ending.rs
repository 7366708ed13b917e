//! How a deployment ended.

use mlplat_core::deploy::{Deployment, Failure, Outcome};

use super::text::{clean, clean_lines, count, duration};
use super::tone::Tone;

/// The end in a few lines: what was done, what failed and where, and how to go
/// on.
#[must_use]
pub fn ending(deployment: &Deployment, destroyed: bool) -> String {
    if deployment.unchanged {
        return "no changes\n".to_owned();
    }
    let mut out = String::new();
    for failure in &deployment.failed {
        out.push_str(&failed(failure));
    }
    let (tone, word) = match (deployment.outcome, destroyed) {
        (Outcome::Complete, false) => (Tone::Good, "deployed"),
        (Outcome::Complete, true) => (Tone::Good, "destroyed"),
        (Outcome::Cancelled, _) => (Tone::Warn, "stopped"),
        (Outcome::Failed, _) => (Tone::Bad, "failed"),
    };
    let mut parts = vec![format!("{} done", deployment.done)];
    if !deployment.failed.is_empty() {
        parts.push(format!("{} failed", deployment.failed.len()));
    }
    if deployment.skipped > 0 {
        parts.push(format!("{} not started", deployment.skipped));
    }
    parts.push(format!(
        "in {} (the longest way took {})",
        duration(deployment.elapsed_s),
        duration(deployment.critical_path_s)
    ));
    out.push_str(&format!("{}  {}\n", tone.paint(word), parts.join(", ")));
    if deployment.outcome != Outcome::Complete {
        out.push_str("run the same command again to go on: what is done is kept\n");
    }
    out
}

fn failed(failure: &Failure) -> String {
    let place = match failure.source {
        Some(source) => format!("  {}", Tone::Faint.paint(&clean(&source.to_string()))),
        None => String::new(),
    };
    let message = clean_lines(&failure.message).replace('\n', "\n  ");
    format!(
        "{} {}{place}\n  {}: {message}\n",
        Tone::Bad.paint("✗"),
        Tone::Strong.paint(failure.path.as_str()),
        clean(&failure.code)
    )
}

/// The line that says that an earlier run was interrupted.
pub(crate) fn interrupted(open: usize, recorded: usize) -> String {
    format!(
        "the last run was interrupted after {}; what {} did is looked up first",
        count(recorded, "record"),
        count(open, "open call")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(deployment: &Deployment) -> String {
        anstream::adapter::strip_str(&ending(deployment, false)).to_string()
    }

    #[test]
    fn every_end() {
        let mut deployment = Deployment {
            outcome: Outcome::Complete,
            done: 64,
            failed: Vec::new(),
            skipped: 0,
            elapsed_s: 1083.2,
            critical_path_s: 1080.0,
            unchanged: false,
        };
        let complete = plain(&deployment);
        deployment.outcome = Outcome::Failed;
        deployment.skipped = 3;
        deployment.failed.push(Failure {
            path: "network/nat".parse().unwrap(),
            code: "NatGatewayLimitExceeded".into(),
            message: "the limit is 5\n\u{1b}[2Jask for more".into(),
            source: None,
        });
        insta::assert_snapshot!(format!("{complete}---\n{}", plain(&deployment)), @r#"
        deployed  64 done, in 18m 03s (the longest way took 18m 00s)
        ---
        ✗ network/nat
          NatGatewayLimitExceeded: the limit is 5
          \u{1b}[2Jask for more
        failed  64 done, 1 failed, 3 not started, in 18m 03s (the longest way took 18m 00s)
        run the same command again to go on: what is done is kept
        "#);
        deployment.unchanged = true;
        assert_eq!(plain(&deployment), "no changes\n");
    }
}
