//! Instance classes.

use mlplat_core::wiring::KnownText;
use std::borrow::Cow;

/// The size of a database server: `db.t4g.micro`. [`DbClass::new`] takes any
/// that RDS has; which of them a region has, only AWS knows. Of those that have
/// a name here, the bursting ones are missing in `ca-west-1` alone, the others
/// in a few of the 38 regions (RDS's classes in cfn-lint 1.58.0, 2026-11-20).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DbClass(Cow<'static, str>);

impl DbClass {
    /// 2 vCPU, 1 GiB, bursting.
    pub const T4G_MICRO: Self = Self(Cow::Borrowed("db.t4g.micro"));
    /// 2 vCPU, 2 GiB, bursting.
    pub const T4G_SMALL: Self = Self(Cow::Borrowed("db.t4g.small"));
    /// 2 vCPU, 4 GiB, bursting.
    pub const T4G_MEDIUM: Self = Self(Cow::Borrowed("db.t4g.medium"));
    /// 2 vCPU, 8 GiB, bursting.
    pub const T4G_LARGE: Self = Self(Cow::Borrowed("db.t4g.large"));
    /// 2 vCPU, 8 GiB.
    pub const M7G_LARGE: Self = Self(Cow::Borrowed("db.m7g.large"));
    /// 4 vCPU, 16 GiB.
    pub const M7G_XLARGE: Self = Self(Cow::Borrowed("db.m7g.xlarge"));
    /// 8 vCPU, 32 GiB.
    pub const M7G_2XLARGE: Self = Self(Cow::Borrowed("db.m7g.2xlarge"));
    /// 2 vCPU, 16 GiB.
    pub const R7G_LARGE: Self = Self(Cow::Borrowed("db.r7g.large"));
    /// 4 vCPU, 32 GiB.
    pub const R7G_XLARGE: Self = Self(Cow::Borrowed("db.r7g.xlarge"));

    /// Those that have a name here, smallest first.
    pub const NAMED: [Self; 9] = [
        Self::T4G_MICRO,
        Self::T4G_SMALL,
        Self::T4G_MEDIUM,
        Self::T4G_LARGE,
        Self::M7G_LARGE,
        Self::M7G_XLARGE,
        Self::M7G_2XLARGE,
        Self::R7G_LARGE,
        Self::R7G_XLARGE,
    ];

    /// A class by the name that RDS gives it. One that is not written as such
    /// is a Problem where it is used.
    #[must_use]
    pub fn new(name: impl KnownText) -> Self {
        Self(Cow::Owned(name.into()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the name is written as RDS writes them: `db.family.size`.
    pub(super) fn is_written_well(&self) -> bool {
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let parts: Vec<_> = self.0.split('.').collect();
        // Optimized classes have more parts: `db.r5.4xlarge.tpc1.mem2x`.
        parts.len() >= 3
            && parts[0] == "db"
            && parts
                .iter()
                .all(|part| !part.is_empty() && part.chars().all(good))
    }
}

impl From<&str> for DbClass {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}
