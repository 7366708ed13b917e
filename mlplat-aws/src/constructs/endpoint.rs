//! Who may reach a cluster's API server.

use ipnet::Ipv4Net;
use mlplat_core::Scope;

use super::cidr;
use crate::eks;

/// Who may reach a cluster's API server. It always answers inside the VPC, so
/// that nodes need no way out to it; signing in takes an access entry wherever
/// a request comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Endpoint {
    /// The internet. The default: whoever deploys has to reach it.
    #[default]
    Public,
    /// These networks, and the VPC.
    From(Vec<String>),
    /// Only the VPC. Whoever deploys has to be in it, or connected to it.
    Private,
}

impl Endpoint {
    /// Only these networks, and the VPC.
    #[must_use]
    pub fn networks<S: Into<String>>(networks: impl IntoIterator<Item = S>) -> Self {
        Self::From(networks.into_iter().map(Into::into).collect())
    }

    /// Sets the endpoint's fields.
    pub(super) fn apply(&self, scope: &mut Scope<'_>, cluster: &mut eks::Cluster) {
        cluster.endpoint_private_access = Some(true.into());
        cluster.endpoint_public_access = Some((*self != Self::Private).into());
        let networks: Vec<Ipv4Net> = match self {
            Self::Private => return,
            Self::Public => vec![Ipv4Net::default()],
            Self::From(texts) => {
                if texts.is_empty() {
                    scope.problem(
                        "no-networks",
                        "the public endpoint is open to no network",
                        "name one, or say Endpoint::Private",
                    );
                }
                let nets = texts
                    .iter()
                    .map(|text| cidr::parse(scope, "the network", text));
                nets.collect()
            }
        };
        cluster.public_access_cidrs = Some(networks.into_iter().map(Into::into).collect());
    }
}
