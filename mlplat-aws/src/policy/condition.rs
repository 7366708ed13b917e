//! Conditions of a statement.

use mlplat_core::Output;
use mlplat_core::wiring::Gives;

/// How a condition compares. The names are IAM's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // IAM's own words, in the order of its reference.
pub enum Operator {
    StringEquals,
    StringNotEquals,
    StringLike,
    StringNotLike,
    ForAllValuesStringEquals,
    ForAllValuesStringLike,
    ForAnyValueStringEquals,
    ArnEquals,
    ArnLike,
    Bool,
    Null,
    NumericLessThanEquals,
    IpAddress,
}

impl Operator {
    /// The operator as a document spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StringEquals => "StringEquals",
            Self::StringNotEquals => "StringNotEquals",
            Self::StringLike => "StringLike",
            Self::StringNotLike => "StringNotLike",
            Self::ForAllValuesStringEquals => "ForAllValues:StringEquals",
            Self::ForAllValuesStringLike => "ForAllValues:StringLike",
            Self::ForAnyValueStringEquals => "ForAnyValue:StringEquals",
            Self::ArnEquals => "ArnEquals",
            Self::ArnLike => "ArnLike",
            Self::Bool => "Bool",
            Self::Null => "Null",
            Self::NumericLessThanEquals => "NumericLessThanEquals",
            Self::IpAddress => "IpAddress",
        }
    }
}

/// One comparison: `StringEquals`, `aws:SourceAccount`, `123456789012`. Several
/// values mean any of them; several conditions of a statement mean all.
#[derive(Debug, Clone)]
pub struct Condition {
    pub(super) operator: Operator,
    pub(super) key: Output<String>,
    pub(super) values: Vec<Output<String>>,
}

impl Condition {
    /// `key` compared with any of `values`. The key may be an output: the
    /// issuer of a cluster's tokens is part of one.
    pub fn new(
        operator: Operator,
        key: impl Gives<String>,
        values: impl IntoIterator<Item = Output<String>>,
    ) -> Self {
        Self {
            operator,
            key: key.into(),
            values: values.into_iter().collect(),
        }
    }

    /// `key` is exactly `value`.
    pub fn equals(key: impl Gives<String>, value: impl Gives<String>) -> Self {
        Self::new(Operator::StringEquals, key, [value.into()])
    }
}
