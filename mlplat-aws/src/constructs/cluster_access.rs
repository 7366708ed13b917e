//! How Kubernetes objects reach an EKS cluster.

use mlplat_core::wiring::Expr;
use mlplat_core::{Cluster, ClusterAccess, Output};

use super::eks_cluster_handle::EksClusterHandle;

impl Cluster for EksClusterHandle {
    fn access(&self) -> Output<ClusterAccess> {
        let member = |name: &str, expr: &Expr| (name.to_owned(), expr.clone());
        let mut members = vec![
            member("id", self.arn.expr()),
            member("endpoint", self.endpoint.expr()),
            member(
                "certificate_authority",
                self.certificate_authority_data.expr(),
            ),
        ];
        if !self.access.is_empty() {
            // The entry of whoever signs in and its policy: nothing can be put
            // into the cluster before, and nothing taken out after them.
            let admitted = self
                .access
                .iter()
                .map(|node| node.output::<String>("Id").expr().clone());
            members.push(("admitted_by".to_owned(), Expr::concat(admitted)));
        }
        Output::from_expr(Expr::map(members))
    }
}
