//! `ec2.AvailabilityZones`.

use mlplat_core::Resource;
use mlplat_core::facts::{LOOKUP, OutputFact, Type};

use crate::ids::{AvailabilityZone, AvailabilityZoneId};
use crate::sources;

/// Facts of `ec2.AvailabilityZones`.
pub static AVAILABILITY_ZONES: Type = Type {
    name: "ec2.AvailabilityZones",
    doc: "The availability zones of the region that this account may use.",
    api: "ec2:DescribeAvailabilityZones",
    id: "ZoneNames",
    outputs: &[
        OutputFact::fixed("ZoneNames", r#"["{region}a","{region}b","{region}c"]"#),
        OutputFact::fixed(
            "ZoneIds",
            r#"["{region}-az1","{region}-az2","{region}-az3"]"#,
        ),
    ],
    source: sources::EC2,
    ..LOOKUP
};

/// The availability zones of the region that this account may use: those that
/// are `available` and need no opt-in, sorted by name. API:
/// `DescribeAvailabilityZones`.
#[derive(Resource, Clone, Debug, Default)]
#[resource(facts = AVAILABILITY_ZONES, handle = AvailabilityZonesHandle {
    zone_names: Vec<AvailabilityZone>,
    zone_ids: Vec<AvailabilityZoneId>,
})]
pub struct AvailabilityZones {}
