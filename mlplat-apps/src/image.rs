//! Container images by a reference that says which one.

use mlplat_core::Scope;

/// Whether a reference says which image it means: it ends in a digest, or in a
/// tag that is not `latest`.
fn is_pinned(reference: &str) -> bool {
    match reference.split_once('@') {
        Some((name, digest)) => !name.is_empty() && is_digest(digest),
        None => {
            // A colon before the last slash is the port of a registry.
            let last = reference.rsplit('/').next().unwrap_or_default();
            let tag = last.split_once(':').map(|(_, tag)| tag);
            tag.is_some_and(|tag| is_tag(tag) && tag != "latest")
        }
    }
}

/// The name of an image and its tag, if the reference has one.
fn named(reference: &str) -> (&str, Option<&str>) {
    let name = reference
        .split_once('@')
        .map_or(reference, |(name, _)| name);
    let last = name.rfind('/').map_or(0, |slash| slash + 1);
    match name[last..].split_once(':') {
        Some((short, tag)) => (&name[..last + short.len()], Some(tag)),
        None => (name, None),
    }
}

fn is_digest(text: &str) -> bool {
    let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    text.strip_prefix("sha256:")
        .is_some_and(|sum| sum.len() == 64 && sum.chars().all(hex))
}

/// The grammar of tags in the OCI distribution specification, version 1.1.
fn is_tag(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    text.len() <= 128
        && text.chars().all(inner)
        && !text.is_empty()
        && !text.starts_with(['.', '-'])
}

/// A reference that means another image tomorrow is a Problem.
pub(crate) fn check(scope: &mut Scope<'_>, what: &str, reference: &str) {
    if !is_pinned(reference) {
        scope.problem(
            "unpinned-image",
            format!(
                "the image \"{}\" of {what} may be another one tomorrow",
                reference.escape_debug()
            ),
            "name a tag other than latest, or a digest: registry/name:1.2.3, registry/name@sha256:...",
        );
    }
}

/// MLflow's own images. Those whose tag does not end in `-full` are `pip
/// install mlflow` and nothing else (docker/Dockerfile of mlflow/mlflow).
const MLFLOW: &str = "ghcr.io/mlflow/mlflow";

/// An image of which it is known that MLflow could not use its stores with it
/// is a Problem; of others the first job finds out.
pub(crate) fn check_drivers(scope: &mut Scope<'_>, reference: &str, driver: &str) {
    let (name, Some(tag)) = named(reference) else {
        return;
    };
    if name != MLFLOW || tag.ends_with("-full") || !is_tag(tag) || tag == "latest" {
        return;
    }
    scope.problem(
        "no-driver",
        format!("the image {name}:{tag} has neither {driver}, MLflow's driver for its database, nor boto3 for its artifacts"),
        format!("take {name}:{tag}-full, which MLflow has since 3.9.0, or an image of your own with both"),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_tags() {
        for (reference, name, tag) in [
            (
                "ghcr.io/mlflow/mlflow:v3",
                "ghcr.io/mlflow/mlflow",
                Some("v3"),
            ),
            ("localhost:5000/a", "localhost:5000/a", None),
            (
                "localhost:5000/a:1@sha256:00",
                "localhost:5000/a",
                Some("1"),
            ),
            ("a", "a", None),
        ] {
            assert_eq!(named(reference), (name, tag), "{reference}");
        }
    }

    #[test]
    fn tags_and_digests_pin_and_latest_does_not() {
        let digest = format!("a/b@sha256:{}", "0f".repeat(32));
        for good in [
            "postgres:17.9-bookworm",
            "ghcr.io/mlflow/mlflow:v3.17.2-full",
            "localhost:5000/a:1",
            &digest,
        ] {
            assert!(is_pinned(good), "{good}");
        }
        for bad in [
            "",
            "postgres",
            "postgres:",
            "postgres:latest",
            "localhost:5000/a",
            "a:-1",
            "a:1 2",
            "a@sha256:00",
            "a/b@sha512:00",
            "@sha256:00",
        ] {
            assert!(!is_pinned(bad), "{bad}");
        }
    }
}
