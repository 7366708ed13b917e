//! Volumes of pods, as far as checks of stores ask about them. The objects are
//! known here by the names of their types alone.
//!
//! What backs a volume up cannot be read off it: a dump goes over the network,
//! an operator copies snapshots. So whoever makes the volume says it, by an
//! annotation of the claim (or of the stateful set that makes claims).

use mlplat_core::Graph;
use mlplat_core::graph::NodeView;

/// Annotation of a claim or stateful set: the name of the cron job, in its
/// namespace, that backs it up.
pub const BACKED_UP_BY: &str = "mlplat.dev/backed-up-by";
/// Annotation of a claim that holds backups and needs none: the name of the
/// claim, in its namespace, that they are of.
pub const BACKUP_OF: &str = "mlplat.dev/backup-of";

const CLAIM: &str = "k8s.PersistentVolumeClaim";
const SET: &str = "k8s.StatefulSet";

/// Types whose objects may hold data of pods.
pub(super) const TYPES: [&str; 2] = [CLAIM, SET];

/// Whether an object of one of these types does: a stateful set holds data if
/// it makes claims.
pub(super) fn holds_data(store: NodeView<'_>) -> bool {
    let spec = || store.get("Spec").unwrap_or_default();
    let makes_claims = |claims: &Vec<_>| !claims.is_empty();
    store.ty() != SET
        || spec()["volumeClaimTemplates"]
            .as_array()
            .is_some_and(makes_claims)
}

/// Whether the annotations of a claim or stateful set name what backs it up, or
/// of what it is the backup, and the program has that.
pub(super) fn is_backed_up(program: &Graph, store: NodeView<'_>) -> bool {
    let runs = |job: NodeView<'_>| job.get("Spec").is_none_or(|spec| spec["suspend"] != true);
    beside(program, store, BACKED_UP_BY, "k8s.CronJob").is_some_and(runs)
        || beside(program, store, BACKUP_OF, CLAIM).is_some()
}

/// The object of the same namespace that an annotation names.
fn beside<'a>(
    program: &'a Graph,
    store: NodeView<'_>,
    annotation: &str,
    ty: &'a str,
) -> Option<NodeView<'a>> {
    let annotations = store.get("Annotations")?;
    let name = annotations[annotation].as_str()?;
    program.of_type(ty).find(|other| {
        let alike = |field| other.get(field) == store.get(field);
        other.text("Name").as_deref() == Some(name) && alike("Namespace") && alike("Cluster")
    })
}
