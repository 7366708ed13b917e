//! What differs between database engines, as data.

use mlplat_core::Output;
use mlplat_core::Secret;
use mlplat_core::wiring::NodeRef;

use crate::ids::{DbInstanceArn, SecretArn, SecurityGroupId};

/// A database engine of RDS. There are [`MySqlEngine`](crate::MySqlEngine) and
/// [`PostgresEngine`](crate::PostgresEngine).
pub trait Engine: Clone + std::fmt::Debug + sealed::Facts {
    /// Its major versions.
    type Version: Into<EngineVersion>;
    /// What a database with a password of ours offers.
    type Handle: From<(Parts, Output<Secret<String>>)>;
    /// What a database with a password of RDS's offers.
    type ManagedHandle: From<Parts>;
}

/// A major version as RDS knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineVersion {
    /// `8.4`, `17`.
    pub name: &'static str,
    /// Whether RDS still supports it at no extra price.
    pub support: EngineSupport,
}

/// Whether RDS supports a major version at no extra price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EngineSupport {
    /// Until this day.
    Until(&'static str),
    /// No longer, since this day: each vCPU and hour costs extra.
    EndedOn(&'static str),
}

pub(super) mod sealed {
    use super::EngineFacts;

    pub trait Facts {
        const FACTS: &'static EngineFacts;
    }
}

/// What is true of an engine.
#[doc(hidden)]
#[derive(Debug)]
pub struct EngineFacts {
    /// As RDS spells it.
    pub(super) name: &'static str,
    /// As people spell it.
    pub(super) title: &'static str,
    pub(super) port: u16,
    /// The master user that RDS's console suggests.
    pub(super) username: &'static str,
    pub(super) username_max: usize,
    /// Users that the engine or RDS keeps for itself.
    pub(super) reserved_users: &'static [&'static str],
    pub(super) database_max: usize,
    /// Databases that the engine or RDS keeps for itself.
    pub(super) reserved_databases: &'static [&'static str],
    /// Shortest and longest master password.
    pub(super) password: (usize, usize),
    /// Parameters that are set when nobody says otherwise; one of them refuses
    /// connections without TLS.
    pub(super) parameters: &'static [(&'static str, &'static str)],
    /// Every major version that RDS offers, oldest first.
    pub(super) versions: &'static [EngineVersion],
    /// The one that a database gets when none is asked for.
    pub(super) default_version: EngineVersion,
    /// How many parts a major version has: `8.4` has two, `17` one.
    pub(super) major_parts: usize,
    /// Instance classes too small for Performance Insights.
    pub(super) without_insights: &'static [&'static str],
}

impl EngineFacts {
    /// The master user that RDS's console suggests.
    pub(in crate::constructs) const fn username(&self) -> &'static str {
        self.username
    }
}

/// What a database offers, but for its password: handles are made of it.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Parts {
    pub(in crate::constructs) host: Output<String>,
    pub(in crate::constructs) port: Output<u16>,
    pub(in crate::constructs) database: Output<String>,
    pub(in crate::constructs) username: Output<String>,
    pub(in crate::constructs) secret_arn: Output<SecretArn>,
    pub(in crate::constructs) secret_key: Option<Output<String>>,
    pub(in crate::constructs) security_group: Output<SecurityGroupId>,
    pub(in crate::constructs) instance_arn: Output<DbInstanceArn>,
    pub(in crate::constructs) node: NodeRef,
}
