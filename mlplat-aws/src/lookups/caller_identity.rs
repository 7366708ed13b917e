//! `sts.CallerIdentity`.

use mlplat_core::Resource;
use mlplat_core::facts::{LOOKUP, OutputFact, Type};

use crate::ids::{AccountId, Arn, Partition, Region};
use crate::sources;

/// Facts of `sts.CallerIdentity`.
pub static CALLER_IDENTITY: Type = Type {
    name: "sts.CallerIdentity",
    doc: "In which account, partition and region a deployment runs, and as whom.",
    api: "sts:GetCallerIdentity",
    id: "Account",
    outputs: &[
        OutputFact::fixed("Account", "{account}"),
        OutputFact::fixed("Partition", "{partition}"),
        OutputFact::fixed("Region", "{region}"),
        OutputFact::fixed("Arn", "arn:{partition}:iam::{account}:role/deployer"),
    ],
    source: sources::IAM,
    ..LOOKUP
};

/// In which account, partition and region a deployment runs, and as whom. API:
/// `GetCallerIdentity`; the partition is the second part of the ARN, the
/// region that of the client. An assumed role's session ARN is given as the
/// ARN of the role, which is what an access entry takes.
#[derive(Resource, Clone, Debug, Default)]
#[resource(facts = CALLER_IDENTITY, handle = CallerIdentityHandle {
    account: AccountId,
    partition: Partition,
    region: Region,
    arn: Arn,
})]
pub struct CallerIdentity {}
