//! `servicequotas.Quota`.

use mlplat_core::facts::{Floor, LOOKUP, OnChange, OutputFact, Refs, Type, f, opt};
use mlplat_core::{Output, Resource};

use crate::sources;

/// Facts of `servicequotas.Quota`.
///
/// With `AtLeast` the question is also a demand: an account whose quota is
/// lower is told so when the program is planned, and not hours later by an
/// instance that does not start. A simulated account has 1,000 of everything.
pub static QUOTA: Type = Type {
    name: "servicequotas.Quota",
    doc: "How much of something this account may have.",
    api: "service-quotas:GetServiceQuota",
    id: "Value",
    fields: &[
        f("ServiceCode", OnChange::InPlace, Refs::No),
        f("QuotaCode", OnChange::InPlace, Refs::No),
        opt("AtLeast", OnChange::InPlace),
    ],
    outputs: &[OutputFact::fixed("Value", "1000")],
    floor: Some(Floor {
        output: "Value",
        wanted: "AtLeast",
        code: "QuotaTooLow",
    }),
    source: sources::SERVICE_QUOTAS,
    ..LOOKUP
};

/// How much of something this account may have. API: `GetServiceQuota`, and
/// `GetAWSDefaultServiceQuota` where the account has none of its own.
#[derive(Resource, Clone, Debug)]
#[resource(facts = QUOTA, handle = QuotaHandle { value: f64 })]
pub struct Quota {
    /// The service: `ec2`.
    pub service_code: Output<String>,
    /// The quota: `L-DB2E81BA`.
    pub quota_code: Output<String>,
    /// How much is wanted.
    pub at_least: Option<Output<u32>>,
}
