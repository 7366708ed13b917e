//! Clusters, instances and images.

use mlplat_core::graph::NodeView;
use mlplat_core::{Graph, Problems};
use serde_json::Value;

use super::support::{each, each_in_prod};

/// `old-metadata`: instances whose metadata service answers without a token.
#[must_use]
pub fn old_metadata(program: &Graph) -> Problems {
    each(program, &["ec2.LaunchTemplate"], |template| {
        let off = template.text("HttpEndpoint").as_deref() == Some("disabled");
        let token = template.text("HttpTokens").as_deref() == Some("required");
        (!off && !token).then(|| {
            let what = "the metadata service answers without a token";
            template
                .problem("old-metadata", what, "set HttpTokens to required")
                .because("a forged request through any pod gets the node's credentials")
        })
    })
}

/// `mutable-tags`: a repository in which an image tag can be moved.
#[must_use]
pub fn mutable_tags(program: &Graph) -> Problems {
    each(program, &["ecr.Repository"], |repository| {
        let fixed = repository
            .text("ImageTagMutability")
            .is_some_and(|tags| tags.starts_with("IMMUTABLE"));
        (!fixed).then(|| {
            let what = "a tag of an image can be moved to another image";
            repository
                .problem("mutable-tags", what, "set ImageTagMutability to IMMUTABLE")
                .because("what was tested is not for certain what runs")
        })
    })
}

/// `open-endpoint`: a cluster whose API the world can reach, in prod.
#[must_use]
pub fn open_endpoint(program: &Graph) -> Problems {
    each_in_prod(program, &["eks.Cluster"], |cluster| {
        is_open(cluster).then(|| {
            let what = "the whole internet can reach the cluster's API";
            let fix = "make the endpoint private, or name the networks that may reach it";
            cluster
                .problem("open-endpoint", what, fix)
                .because("a leaked credential is then enough to get in")
        })
    })
}

/// EKS's default is public, for everyone.
fn is_open(cluster: NodeView<'_>) -> bool {
    let public = cluster.get("EndpointPublicAccess") != Some(Value::Bool(false));
    let everyone = match cluster.get("PublicAccessCidrs") {
        Some(Value::Array(cidrs)) => cidrs
            .iter()
            .any(|cidr| cidr.as_str().is_some_and(|cidr| cidr.ends_with("/0"))),
        _ => true,
    };
    public && everyone
}
