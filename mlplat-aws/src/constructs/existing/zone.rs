//! A zone that is there already, by its id.

use mlplat_core::wiring::{Gives, KnownText};
use mlplat_core::{Construct, Output, Scope};

use crate::constructs::domain;
use crate::constructs::hosted_zone::{HostedZone, HostedZoneHandle};
use crate::ids::HostedZoneId;
use crate::route53;

impl HostedZone {
    /// A zone that is there already, public or private, by its id. Whoever
    /// does not know the id asks by [`lookup`](Self::lookup) or
    /// [`lookup_private`](Self::lookup_private).
    pub fn existing(id: impl Gives<HostedZoneId>, domain: impl KnownText) -> ExistingHostedZone {
        ExistingHostedZone {
            id: id.into(),
            domain: domain.into(),
        }
    }
}

/// A zone that is there already: see [`HostedZone::existing`].
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct ExistingHostedZone {
    id: Output<HostedZoneId>,
    domain: String,
}

impl Construct for ExistingHostedZone {
    type Handle = HostedZoneHandle;

    fn build(self, scope: &mut Scope<'_>) -> HostedZoneHandle {
        let domain = domain::parse(scope, "the zone", &self.domain);
        let zone = scope.existing::<route53::HostedZone>("zone", self.id.cast::<String>());
        HostedZoneHandle {
            zone_id: zone.id,
            domain,
            name_servers: zone.name_servers,
        }
    }
}
