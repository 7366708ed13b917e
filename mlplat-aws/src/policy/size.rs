//! How long documents may be.

use mlplat_core::wiring::Expr;
use serde_json::Value;

use super::PolicyDocument;

/// What IAM accepts, in characters without white space. Source: IAM user
/// guide, quotas, read 2026-11-20.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// A managed policy: 6,144.
    Managed,
    /// All inline policies of a role together: 10,240.
    InlineOfRole,
    /// A trust policy: 2,048; AWS raises it to 4,096 on request.
    Trust,
    /// A session policy: 2,048.
    Session,
}

impl Limit {
    /// Characters.
    #[must_use]
    pub const fn characters(self) -> usize {
        match self {
            Self::Managed => 6_144,
            Self::InlineOfRole => 10_240,
            Self::Trust | Self::Session => 2_048,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Managed => "a managed policy",
            Self::InlineOfRole => "the inline policies of a role",
            Self::Trust => "a trust policy",
            Self::Session => "a session policy",
        }
    }

    /// Checks several documents that share one limit: the inline policies of
    /// a role.
    ///
    /// # Errors
    /// When the known characters alone are too many.
    pub fn check<'a>(
        self,
        documents: impl IntoIterator<Item = &'a PolicyDocument>,
    ) -> Result<(), TooLong> {
        check(self, documents)
    }
}

/// A document that IAM would refuse for its length.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("fit {at_least} characters into {}, which may have {}", .limit.words(), .limit.characters())]
pub struct TooLong {
    /// Characters that are known.
    pub at_least: usize,
    /// What they do not fit into.
    pub limit: Limit,
}

pub(super) fn check<'a>(
    limit: Limit,
    documents: impl IntoIterator<Item = &'a PolicyDocument>,
) -> Result<(), TooLong> {
    let documents = documents.into_iter();
    let at_least = documents
        .map(|document| known(document.render().expr()))
        .sum();
    if at_least > limit.characters() {
        return Err(TooLong { at_least, limit });
    }
    Ok(())
}

/// The characters of the text that are known.
fn known(expr: &Expr) -> usize {
    match expr {
        Expr::Json(inner) => json(inner),
        Expr::Literal(Value::String(text)) => text.chars().count(),
        Expr::Literal(value) => value.to_string().chars().count(),
        Expr::Concat(parts) => parts.iter().map(known).sum(),
        _ => 0,
    }
}

/// The characters of an expression as JSON.
fn json(expr: &Expr) -> usize {
    match expr {
        Expr::Literal(value) => value.to_string().chars().count(),
        Expr::Concat(parts) => 2 + parts.iter().map(known).sum::<usize>(),
        Expr::List(items) => between(items.iter().map(json)),
        Expr::Map(members) => between(members.iter().map(|(key, value)| {
            Value::from(key.as_str()).to_string().chars().count() + 1 + json(value)
        })),
        _ => 2,
    }
}

/// Brackets, and commas between the items.
fn between(items: impl ExactSizeIterator<Item = usize>) -> usize {
    let commas = items.len().saturating_sub(1);
    2 + commas + items.sum::<usize>()
}
