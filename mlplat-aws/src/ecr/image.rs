//! `ecr.Image`: what builds push and nobody here declares.

use mlplat_core::facts::{
    Held, OnChange, OutputFact, Recovery, Refs, TYPE, Tagging, Type, f, instant, opt,
};

use crate::sources;

/// Facts of `ecr.Image`.
///
/// Images are pushed by builds, so there is no struct. The type is there for
/// what images do to others: their repository is not deleted while it holds
/// one.
pub static IMAGE: Type = Type {
    name: "ecr.Image",
    doc: "A container image that somebody has pushed.",
    api: "ecr:PutImage",
    id: "Id",
    recovery: Recovery::NaturalKey(&["RepositoryName", "ImageDigest"]),
    tags: Tagging::Never,
    fields: &[
        f(
            "RepositoryName",
            OnChange::Replace,
            Refs::To(
                "ecr.Repository",
                Held::Refused("RepositoryNotEmptyException"),
            ),
        ),
        f("ImageManifest", OnChange::Replace, Refs::No),
        opt("ImageDigest", OnChange::Replace),
        opt("ImageTag", OnChange::Replace),
    ],
    outputs: &[OutputFact::fixed("Id", "{RepositoryName}|{ImageDigest}")],
    create: instant(5),
    update: instant(1),
    delete: instant(1),
    source: sources::ECR,
    ..TYPE
};
