//! `rds.DBParameterGroup`.

use std::collections::BTreeMap;

use mlplat_core::facts::{
    Alphabet, Canon, NameRule, OnChange, OutputFact, Quota, Recovery, Refs, Scope, TYPE, Type,
    Unique, f, instant, opt,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use crate::ids::{DbParameterGroupArn, DbParameterGroupName, Tags};
use crate::sources;

/// Facts of `rds.DBParameterGroup`.
///
/// The parameters are set by calls of their own after the creation, twenty at
/// a time. A dynamic parameter takes effect at once, a static one when the
/// instance restarts; the live provider asks RDS which one is which.
pub static DB_PARAMETER_GROUP: Type = Type {
    name: "rds.DBParameterGroup",
    doc: "Settings of a database engine, for the instances that use the group.",
    cloudformation: "AWS::RDS::DBParameterGroup",
    api: "rds:CreateDBParameterGroup",
    id: "DBParameterGroupName",
    recovery: Recovery::UniqueName,
    name_rule: Some(NameRule {
        field: "DBParameterGroupName",
        min: 1,
        max: 255,
        alphabet: Alphabet::Rds,
    }),
    fields: &[
        f("DBParameterGroupName", OnChange::Replace, Refs::No).canon(Canon::CaseInsensitive),
        f("Family", OnChange::Replace, Refs::No),
        f("Description", OnChange::Replace, Refs::No),
        opt("Parameters", OnChange::InPlace),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed("DBParameterGroupName", "{DBParameterGroupName}"),
        OutputFact::fixed(
            "DBParameterGroupArn",
            "arn:{partition}:rds:{region}:{account}:pg:{DBParameterGroupName}",
        ),
    ],
    unique: &[Unique {
        fields: &["DBParameterGroupName"],
        scope: Scope::Account,
        code: "DBParameterGroupAlreadyExists",
        held_after_delete_s: 0,
    }],
    create: instant(3),
    update: instant(2),
    delete: instant(1),
    quota: Some(Quota {
        code: "L-DE55804A",
        default: 50,
        per: Scope::Account,
        error: "DBParameterGroupQuotaExceeded",
    }),
    source: sources::RDS,
    ..TYPE
};

/// Settings of a database engine. API: `CreateDBParameterGroup`,
/// `ModifyDBParameterGroup`; a parameter that is no longer set is put back by
/// `ResetDBParameterGroup`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = DB_PARAMETER_GROUP, handle = DbParameterGroupHandle {
    db_parameter_group_name("DBParameterGroupName"): DbParameterGroupName,
    db_parameter_group_arn("DBParameterGroupArn"): DbParameterGroupArn,
})]
pub struct DbParameterGroup {
    /// Unique in the account and region, 1 to 255 letters, digits and `-`;
    /// kept in lower case. Generated when not set.
    #[field("DBParameterGroupName")]
    pub db_parameter_group_name: Option<Output<DbParameterGroupName>>,
    /// Engine and major version: `mysql8.4`, `postgres17`. In the API
    /// `DBParameterGroupFamily`.
    pub family: Output<String>,
    /// What it is for.
    pub description: Output<String>,
    /// Values by the parameters' names in the engine; those not named keep
    /// RDS's default.
    pub parameters: BTreeMap<String, Output<String>>,
    /// Tags.
    pub tags: Tags,
}

impl DbParameterGroup {
    /// A group of this family with a generated name and no parameters yet.
    pub fn new(family: impl Gives<String>, description: impl Gives<String>) -> Self {
        Self {
            db_parameter_group_name: None,
            family: family.into(),
            description: description.into(),
            parameters: BTreeMap::new(),
            tags: Tags::new(),
        }
    }
}
