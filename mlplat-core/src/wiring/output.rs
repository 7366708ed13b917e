//! `Output<T>`: a value of type `T` that may be known only after a deployment.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::Serialize;

use super::{Expr, Generated, NodeId, Secret, SecretSource};

/// A value of type `T`, known now or after some node exists.
///
/// ```
/// use mlplat_core::Output;
///
/// let port: Output<u16> = 5432.into();
/// let url: Output<String> = mlplat_core::text!("postgres://db:{}/mlflow", port);
/// assert_eq!(format!("{url:?}"), r#"concat(["postgres://db:", 5432, "/mlflow"])"#);
/// ```
pub struct Output<T> {
    expr: Expr,
    of: PhantomData<fn() -> T>,
}

impl<T> Output<T> {
    /// The shell around an expression. The caller vouches that the expression
    /// yields a `T`; resource types are the place where that is known.
    #[must_use]
    pub fn from_expr(expr: Expr) -> Self {
        Self {
            expr,
            of: PhantomData,
        }
    }

    /// An output of a node.
    #[must_use]
    pub fn attr(node: NodeId, output: &'static str) -> Self {
        Self::from_expr(Expr::Attr { node, output })
    }

    /// The expression inside.
    #[must_use]
    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    /// The same value under another type that it can be read as, for example
    /// an ARN as a plain string.
    #[must_use]
    pub fn cast<U>(&self) -> Output<U> {
        Output::from_expr(self.expr.clone())
    }
}

impl<T> Output<Vec<T>> {
    /// The element at `index`. A list that turns out to be shorter is a
    /// problem that names this expression.
    #[must_use]
    pub fn item(&self, index: usize) -> Output<T> {
        Output::from_expr(Expr::Item(Arc::new(self.expr.clone()), index))
    }

    /// A list of outputs as one output.
    #[must_use]
    pub fn list(items: impl IntoIterator<Item = Output<T>>) -> Self {
        Self::from_expr(Expr::list(items.into_iter().map(|item| item.expr)))
    }
}

impl Output<Secret<String>> {
    /// A value generated under `key`, unique in the stack. The same key yields
    /// the same value in every run until it is rotated.
    #[must_use]
    pub fn generated(key: impl Into<String>, shape: Generated) -> Self {
        Self::from_expr(Expr::Secret(Arc::new(SecretSource::Generated {
            key: key.into(),
            shape,
        })))
    }
}

impl<T> Clone for Output<T> {
    fn clone(&self) -> Self {
        Self::from_expr(self.expr.clone())
    }
}

impl<T> fmt::Debug for Output<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr.fmt(out)
    }
}

/// A literal. A value that cannot be written as JSON (a map with keys that
/// are not strings) becomes `null`, which the field's check refuses by name.
impl<T: Serialize> From<T> for Output<T> {
    fn from(value: T) -> Self {
        Self::from_expr(Expr::Literal(
            serde_json::to_value(value).unwrap_or_default(),
        ))
    }
}

impl From<Secret<String>> for Output<Secret<String>> {
    fn from(secret: Secret<String>) -> Self {
        Self::from_expr(Expr::Secret(Arc::new(SecretSource::Provided(secret.0))))
    }
}

impl<T> From<&Output<T>> for Output<T> {
    fn from(output: &Output<T>) -> Self {
        output.clone()
    }
}

impl From<&str> for Output<String> {
    fn from(text: &str) -> Self {
        Self::from_expr(Expr::text(text))
    }
}

/// Text with outputs inside: `text!("arn:aws:s3:::{}/*", bucket.name)`.
///
/// The parts between the braces stay literal, the arguments may be outputs or
/// anything that turns into one. The format string must be a literal, and the
/// number of `{}` must match the number of arguments (checked when the program
/// runs: a mismatch leaves the surplus out).
#[macro_export]
macro_rules! text {
    ($format:literal $(, $part:expr)* $(,)?) => {{
        let parts: Vec<$crate::wiring::Expr> = vec![$($crate::Output::<_>::from(&$part).expr().clone()),*];
        $crate::Output::<String>::from_expr($crate::wiring::interleave($format, parts))
    }};
}
