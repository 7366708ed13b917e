//! `rds.DBSubnetGroup`.

use mlplat_core::facts::{
    Alphabet, Canon, Held, NameRule, OnChange, OutputFact, Quota, Recovery, Refs, Scope, TYPE,
    Type, Unique, f, instant, opt,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use crate::ids::{DbSubnetGroupArn, DbSubnetGroupName, SubnetId, Tags};
use crate::sources;

/// Facts of `rds.DBSubnetGroup`.
///
/// The group itself holds no subnet; the network interface of an instance in
/// the group holds the one it lies in. Which one that is, is RDS's choice, so
/// the group stands for all of them.
pub static DB_SUBNET_GROUP: Type = Type {
    name: "rds.DBSubnetGroup",
    doc: "The subnets from which RDS chooses where an instance stands.",
    cloudformation: "AWS::RDS::DBSubnetGroup",
    api: "rds:CreateDBSubnetGroup",
    id: "DBSubnetGroupName",
    recovery: Recovery::UniqueName,
    name_rule: Some(NameRule {
        field: "DBSubnetGroupName",
        min: 1,
        max: 255,
        alphabet: Alphabet::Rds,
    }),
    fields: &[
        f("DBSubnetGroupName", OnChange::Replace, Refs::No).canon(Canon::CaseInsensitive),
        f("DBSubnetGroupDescription", OnChange::InPlace, Refs::No),
        f(
            "SubnetIds",
            OnChange::InPlace,
            Refs::To("ec2.Subnet", Held::Refused("DependencyViolation")),
        )
        .canon(Canon::Set),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed("DBSubnetGroupName", "{DBSubnetGroupName}"),
        OutputFact::fixed(
            "DBSubnetGroupArn",
            "arn:{partition}:rds:{region}:{account}:subgrp:{DBSubnetGroupName}",
        ),
    ],
    unique: &[Unique {
        fields: &["DBSubnetGroupName"],
        scope: Scope::Account,
        code: "DBSubnetGroupAlreadyExists",
        held_after_delete_s: 0,
    }],
    create: instant(2),
    update: instant(2),
    delete: instant(1),
    quota: Some(Quota {
        code: "L-48C6BF61",
        default: 50,
        per: Scope::Account,
        error: "DBSubnetGroupQuotaExceeded",
    }),
    source: sources::RDS,
    ..TYPE
};

/// The subnets from which RDS chooses where an instance stands. API:
/// `CreateDBSubnetGroup`, `ModifyDBSubnetGroup`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = DB_SUBNET_GROUP, handle = DbSubnetGroupHandle {
    db_subnet_group_name("DBSubnetGroupName"): DbSubnetGroupName,
    db_subnet_group_arn("DBSubnetGroupArn"): DbSubnetGroupArn,
})]
pub struct DbSubnetGroup {
    /// Unique in the account and region, 1 to 255 letters, digits and `-`;
    /// kept in lower case. Generated when not set.
    #[field("DBSubnetGroupName")]
    pub db_subnet_group_name: Option<Output<DbSubnetGroupName>>,
    /// What it is for.
    #[field("DBSubnetGroupDescription")]
    pub db_subnet_group_description: Output<String>,
    /// Subnets in at least two zones.
    pub subnet_ids: Vec<Output<SubnetId>>,
    /// Tags.
    pub tags: Tags,
}

impl DbSubnetGroup {
    /// A group of these subnets with a generated name.
    pub fn new(
        description: impl Gives<String>,
        subnet_ids: impl IntoIterator<Item = Output<SubnetId>>,
    ) -> Self {
        Self {
            db_subnet_group_name: None,
            db_subnet_group_description: description.into(),
            subnet_ids: subnet_ids.into_iter().collect(),
            tags: Tags::new(),
        }
    }
}
