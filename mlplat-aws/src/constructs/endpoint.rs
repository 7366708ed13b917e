//! Who may reach a cluster's API server.

use ipnet::Ipv4Net;
use mlplat_core::{Output, Scope};

use super::cidr;
use crate::eks;
use crate::lookups::CallerIp;

/// Who may reach a cluster's API server. It always answers inside the VPC, so
/// that nodes need no way out to it; signing in takes an access entry wherever
/// a request comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Endpoint {
    /// The address from which the program is deployed, and the VPC. The
    /// default: whoever deploys has to reach it, and nobody else.
    ///
    /// The address is looked up once and pinned in the state, so a plan that
    /// is made elsewhere (a train, a runner of a pipeline) does not change the
    /// cluster. Whoever moves for good says `--refresh-lookups`; whoever
    /// deploys from several places names them by
    /// [`networks`](Self::networks).
    #[default]
    Caller,
    /// The internet.
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
        cluster.public_access_cidrs = self.public(scope);
    }

    /// Who may reach it from outside the VPC.
    fn public(&self, scope: &mut Scope<'_>) -> Option<Vec<Output<Ipv4Net>>> {
        match self {
            Self::Private => None,
            Self::Public => Some(vec![Ipv4Net::default().into()]),
            Self::Caller => Some(vec![scope.shared("caller-ip", CallerIp {}).cidr]),
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
                    .map(|text| cidr::parse(scope, "the network", text).into());
                Some(nets.collect())
            }
        }
    }
}
