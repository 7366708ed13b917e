//! Who may import whom, checked over `cargo metadata`.
//!
//! The floors are those of `ARCHITECTURE.md`: a crate may depend on the crates
//! of the floors below it that are listed for it, and on nothing else of the
//! workspace. Some libraries are fenced in as well: what talks to AWS belongs
//! behind a feature of one crate, what talks to a cluster into two, and the
//! engine has no terminal.

use std::collections::BTreeMap;
use std::process::Command;

use serde::Deserialize;

/// For each crate of the workspace, those that it may import.
const FLOORS: &[(&str, &[&str])] = &[
    ("mlplat-macros", &[]),
    ("mlplat-core", &["mlplat-macros"]),
    ("mlplat-helm", &[]),
    ("mlplat-aws", &["mlplat-core"]),
    ("mlplat-k8s", &["mlplat-core", "mlplat-helm"]),
    ("mlplat-apps", &["mlplat-core", "mlplat-aws", "mlplat-k8s"]),
    ("mlplat-sim", &["mlplat-core", "mlplat-aws", "mlplat-k8s"]),
    (
        "mlplat",
        &[
            "mlplat-core",
            "mlplat-aws",
            "mlplat-k8s",
            "mlplat-apps",
            "mlplat-sim",
        ],
    ),
    ("xtask", &[]),
];

/// Libraries that only these crates may use directly. A name that ends in `*`
/// stands for all that begin so.
const FENCED: &[(&str, &[&str])] = &[
    ("aws-sdk-*", &["mlplat-aws"]),
    ("aws-config", &["mlplat-aws"]),
    ("kube", &["mlplat-k8s", "mlplat-sim"]),
    ("clap", &["mlplat"]),
    ("console", &["mlplat"]),
    ("indicatif", &["mlplat"]),
    ("anstream", &["mlplat"]),
    ("owo-colors", &["mlplat"]),
    ("dirs", &["mlplat"]),
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    /// `null` for what is in the workspace.
    source: Option<String>,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// `null`, `dev` or `build`.
    kind: Option<String>,
    #[serde(default)]
    optional: bool,
}

/// Checks the workspace around this program.
///
/// # Errors
/// Every import that no floor allows, one on a line.
pub(crate) fn check() -> Result<(), String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .map_err(|why| format!("failed to run cargo metadata: {why}"))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        return Err(format!("cargo metadata failed: {text}"));
    }
    let broken = broken(&output.stdout)?;
    if broken.is_empty() {
        Ok(())
    } else {
        Err(broken.join("\n"))
    }
}

/// The imports that no floor allows.
fn broken(metadata: &[u8]) -> Result<Vec<String>, String> {
    let metadata: Metadata = serde_json::from_slice(metadata)
        .map_err(|why| format!("cargo metadata says something unknown: {why}"))?;
    let floors: BTreeMap<&str, &[&str]> = FLOORS.iter().copied().collect();
    let mut broken = Vec::new();
    for package in metadata.packages.iter().filter(|p| p.source.is_none()) {
        let Some(allowed) = floors.get(package.name.as_str()) else {
            broken.push(format!(
                "{} is on no floor: add it to the list",
                package.name
            ));
            continue;
        };
        for dependency in &package.dependencies {
            broken.extend(refused(package, dependency, allowed, &floors));
        }
    }
    Ok(broken)
}

fn refused(
    package: &Package,
    dependency: &Dependency,
    allowed: &[&str],
    floors: &BTreeMap<&str, &[&str]>,
) -> Option<String> {
    let (from, to) = (package.name.as_str(), dependency.name.as_str());
    // Tests may look from above: a test of a crate can use the world around it.
    let is_test = dependency.kind.as_deref() == Some("dev");
    if floors.contains_key(to) && !is_test && !allowed.contains(&to) {
        return Some(format!("{from} may not import {to}"));
    }
    let fits = |name: &str| match name.strip_suffix('*') {
        Some(start) => to.starts_with(start),
        None => to == name,
    };
    let (_, users) = FENCED.iter().find(|(name, _)| fits(name))?;
    if !users.contains(&from) && !is_test {
        return Some(format!(
            "{from} may not use {to}: only {} may",
            users.join(", ")
        ));
    }
    if to.starts_with("aws-sdk-") && !dependency.optional && !is_test {
        return Some(format!("{from} uses {to} without a feature around it"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_keeps_its_floors() {
        if let Err(broken) = check() {
            panic!("{broken}");
        }
    }

    fn one(from: &str, to: &str, more: &str) -> Vec<String> {
        let json = format!(
            r#"{{"packages":[{{"name":"{from}","source":null,"dependencies":[{{"name":"{to}","kind":null{more}}}]}}]}}"#
        );
        broken(json.as_bytes()).unwrap()
    }

    #[test]
    fn what_no_floor_allows_is_named() {
        assert_eq!(
            one("mlplat-aws", "mlplat-k8s", ""),
            ["mlplat-aws may not import mlplat-k8s"]
        );
        assert_eq!(
            one("mlplat-core", "mlplat-sim", ""),
            ["mlplat-core may not import mlplat-sim"]
        );
        assert_eq!(
            one("mlplat-core", "indicatif", ""),
            ["mlplat-core may not use indicatif: only mlplat may"]
        );
        assert_eq!(
            one("mlplat-aws", "aws-sdk-ec2", r#","optional":false"#),
            ["mlplat-aws uses aws-sdk-ec2 without a feature around it"]
        );
        assert_eq!(
            one("mlplat-new", "serde", ""),
            ["mlplat-new is on no floor: add it to the list"]
        );
        assert!(one("mlplat-apps", "mlplat-k8s", "").is_empty());
        assert!(one("mlplat-aws", "aws-sdk-ec2", r#","optional":true"#).is_empty());
    }
}
