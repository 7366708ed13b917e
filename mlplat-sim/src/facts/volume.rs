//! A disk: `AWS::EC2::Volume`.

use mlplat_core::facts::{OnChange, OutputFact, Refs, TYPE, Type, f, instant, opt};

/// It holds nothing, and nothing takes it away but whoever made it.
pub(crate) static VOLUME: Type = Type {
    name: "ec2.Volume",
    doc: "A disk or an access point that a claim of a cluster asked for.",
    cloudformation: "AWS::EC2::Volume",
    api: "ec2:CreateVolume",
    id: "VolumeId",
    fields: &[
        opt("AvailabilityZone", OnChange::Replace),
        f("Size", OnChange::InPlace, Refs::No),
        f("Provisioner", OnChange::Replace, Refs::No),
        opt("VolumeType", OnChange::InPlace),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[OutputFact::fixed("VolumeId", "vol-{hex17}")],
    create: instant(3),
    update: instant(1),
    delete: instant(1),
    source: "documentation of Amazon EC2, 2026-11",
    ..TYPE
};
