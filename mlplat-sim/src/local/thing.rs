//! One thing in the world, and whose it is.

use mlplat_core::state::Object;
use serde_json::Value;

pub use crate::cloud::FOREIGN;

/// The labels that say whose an object of a cluster is.
const LINEAGE: &str = "/metadata/labels/mlplat.dev~1lineage";
const BIRTH: &str = "/metadata/labels/mlplat.dev~1birth";
/// The label of what somebody else has put into a cluster.
const OWNER: &str = "/metadata/labels/owner";

/// One thing in the world.
#[derive(Debug, Clone, PartialEq)]
pub struct Thing {
    /// `ec2.VPC`, `k8s.ConfigMap`.
    pub ty: String,
    /// The id: AWS's own, or `cluster:resource/namespace/name`.
    pub id: String,
    /// Where it is in its life: `ready`, `CREATING`.
    pub status: String,
    /// What it is.
    pub body: Value,
}

impl Thing {
    /// The cluster that it lies in.
    #[must_use]
    pub fn cluster(&self) -> Option<&str> {
        let (cluster, _) = self.in_cluster()?;
        Some(cluster)
    }

    fn in_cluster(&self) -> Option<(&str, &str)> {
        let inside = self.ty.starts_with("k8s.");
        self.id.split_once(':').filter(|_| inside)
    }

    /// Whether it is what a state remembers as an object.
    #[must_use]
    pub fn is(&self, object: &Object) -> bool {
        if self.ty != object.ty {
            return false;
        }
        let Some((cluster, place)) = self.in_cluster() else {
            return self.id == object.id;
        };
        let name = place.split_once('/').map_or(place, |(_, name)| name);
        if name != object.id {
            return false;
        }
        let inputs: Value = serde_json::from_str(object.inputs.get()).unwrap_or_default();
        let access = inputs["Cluster"]["id"].as_str().unwrap_or_default();
        access.rsplit('/').next() == Some(cluster)
    }

    /// The birth token that an object of a cluster carries, if it is one of
    /// this lineage.
    pub(crate) fn token(&self, lineage: &str) -> Option<&str> {
        let text = |place: &str| self.body.pointer(place).and_then(Value::as_str);
        text(BIRTH).filter(|_| text(LINEAGE) == Some(lineage) && !self.is_made_for())
    }

    /// Whether the cluster has made it for another object. It may have the
    /// labels of that one, and is nobody's.
    pub(crate) fn is_made_for(&self) -> bool {
        self.ty == "k8s.Endpoints" || self.body.pointer("/metadata/ownerReferences").is_some()
    }

    /// Whether it carries the tag of a lineage, whoever remembers it.
    pub(crate) fn belongs_to(&self, lineage: &str) -> bool {
        match self.cluster() {
            Some(_) => self.body.pointer(BIRTH).is_some() && !self.is_made_for(),
            None => self.body["lineage"] == lineage,
        }
    }

    /// Whether somebody has put it there who is no engine and no cluster.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        let place = match self.cluster() {
            None => "/lineage",
            Some(_) => OWNER,
        };
        self.body.pointer(place).and_then(Value::as_str) == Some(FOREIGN)
    }
}
