//! Which Kubernetes versions EKS offers.

use mlplat_core::Scope;

/// The version that a cluster gets when none is asked for: in standard support
/// on EKS since 2026-01-28, until 2027-03-27 (endoflife.date, read
/// 2026-11-20).
pub const DEFAULT_KUBERNETES_VERSION: &str = "1.35";

/// The versions that EKS offered on 2026-11-20, oldest first: 1.34 to 1.36 in
/// standard support, 1.31 (until 2026-11-26) to 1.33 in extended support.
/// Sources: EKS announcements and endoflife.date, read 2026-11-20.
pub const KNOWN_KUBERNETES_VERSIONS: [&str; 6] = ["1.31", "1.32", "1.33", "1.34", "1.35", "1.36"];

/// A version that EKS may not offer is a Problem.
pub(super) fn check(scope: &mut Scope<'_>, version: &str) {
    if KNOWN_KUBERNETES_VERSIONS.contains(&version) {
        return;
    }
    scope.problem(
        "unknown-kubernetes-version",
        format!(
            "EKS is not known to offer Kubernetes \"{}\"",
            version.escape_debug()
        ),
        format!(
            "choose one of {}, or .unlisted_version(..) once EKS offers a newer one",
            KNOWN_KUBERNETES_VERSIONS.join(", ")
        ),
    );
}
