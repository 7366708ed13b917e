//! `logs.LogGroup`.

use mlplat_core::facts::{
    Alphabet, Blocked, Data, NameRule, OnChange, OutputFact, Recovery, Refs, Scope, TYPE, Type,
    Unique, f, instant, opt,
};
use mlplat_core::{Output, Resource};

use super::Retention;
use crate::ids::{LogGroupArn, LogGroupName, Tags};
use crate::sources;

/// Facts of `logs.LogGroup`.
///
/// Services that log into a group make it themselves when it is not there,
/// without a retention and without an owner. Whoever wants either has to make
/// it before them, and delete it after them.
///
/// `Arn` ends in `:*`, as the API answers it: permissions are on the streams
/// in the group.
pub static LOG_GROUP: Type = Type {
    name: "logs.LogGroup",
    doc: "A place for log streams.",
    cloudformation: "AWS::Logs::LogGroup",
    api: "logs:CreateLogGroup",
    id: "LogGroupName",
    recovery: Recovery::UniqueName,
    name_rule: Some(NameRule {
        field: "LogGroupName",
        min: 1,
        max: 512,
        alphabet: Alphabet::LogGroup,
    }),
    fields: &[
        f("LogGroupName", OnChange::Replace, Refs::No),
        opt("RetentionInDays", OnChange::InPlace),
        opt("KmsKeyId", OnChange::InPlace),
        opt("LogGroupClass", OnChange::Replace),
        opt("DeletionProtectionEnabled", OnChange::InPlace),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed("LogGroupName", "{LogGroupName}"),
        OutputFact::fixed(
            "Arn",
            "arn:{partition}:logs:{region}:{account}:log-group:{LogGroupName}:*",
        ),
    ],
    unique: &[Unique {
        fields: &["LogGroupName"],
        scope: Scope::Account,
        code: "ResourceAlreadyExistsException",
        held_after_delete_s: 0,
    }],
    blocked: &[Blocked {
        when: "deletion protection is on",
        code: "ValidationException",
    }],
    data: Data::ExpiresAfter("RetentionInDays"),
    create: instant(1),
    update: instant(1),
    delete: instant(1),
    source: sources::LOGS,
    ..TYPE
};

/// A place for log streams. API: `CreateLogGroup`, then `PutRetentionPolicy`.
#[derive(Resource, Clone, Debug, Default)]
#[resource(facts = LOG_GROUP, handle = LogGroupHandle {
    log_group_name: LogGroupName,
    arn: LogGroupArn,
})]
pub struct LogGroup {
    /// Unique in the account and region, 1 to 512 characters `A-Z a-z 0-9 . _ /
    /// # -`. Services expect names of their own. Generated when not set.
    pub log_group_name: Option<Output<LogGroupName>>,
    /// For how long events are kept. Default for ever.
    pub retention_in_days: Option<Output<Retention>>,
    /// The KMS key, by ARN. Default: encrypted by a key of CloudWatch.
    pub kms_key_id: Option<Output<String>>,
    /// What can be done with the events. Default `STANDARD`.
    pub log_group_class: Option<Output<LogGroupClass>>,
    /// Whether `DeleteLogGroup` is refused. Default false.
    pub deletion_protection_enabled: Option<Output<bool>>,
    /// Tags.
    pub tags: Tags,
}

/// What can be done with the events of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LogGroupClass {
    /// Everything.
    Standard,
    /// Queries only, at half the price.
    InfrequentAccess,
    /// Nothing but delivery to somewhere else.
    Delivery,
}
