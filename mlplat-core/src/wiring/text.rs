//! Texts with outputs inside, shown and secret.

use serde::Serialize;

use super::{Expr, Output, Secret};

/// A value that may be shown: anything but a secret.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is a secret, and would be shown here",
    label = "a secret does not go where a value is shown",
    note = "build texts with secrets by `secret_text!`; the result is sealed like its parts"
)]
pub trait Clear {}

// A secret has no `Serialize`; everything else that an output carries has.
#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> Clear for T {}

/// What may stand in a [`text!`](crate::text): an output or a plain value, no
/// secret.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand in a text that is shown",
    label = "a secret, or no text at all",
    note = "build texts with secrets by `secret_text!`; the result is sealed like its parts"
)]
pub trait InText {
    /// Its expression.
    fn part(&self) -> Expr;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> InText for T {
    fn part(&self) -> Expr {
        Output::<&T>::from(self).expr().clone()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Clear> InText for Output<T> {
    fn part(&self) -> Expr {
        self.expr().clone()
    }
}

/// What may stand in a [`secret_text!`](crate::secret_text): what may stand in
/// a text, and secrets.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand in a text",
    label = "not an output, a secret or a plain value"
)]
pub trait InSecretText {
    /// Its expression.
    fn part(&self) -> Expr;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> InSecretText for T {
    fn part(&self) -> Expr {
        InText::part(self)
    }
}

impl<T> InSecretText for Output<T> {
    fn part(&self) -> Expr {
        self.expr().clone()
    }
}

impl InSecretText for Secret<String> {
    fn part(&self) -> Expr {
        Output::from(self.clone()).expr().clone()
    }
}

/// The parts between the `{}` of a format, with `parts` in their places.
#[must_use]
pub fn interleave(format: &str, parts: Vec<Expr>) -> Expr {
    let mut pieces = Vec::with_capacity(parts.len() * 2 + 1);
    let mut parts = parts.into_iter();
    for (index, piece) in format.split("{}").enumerate() {
        if index > 0 {
            pieces.extend(parts.next());
        }
        if !piece.is_empty() {
            pieces.push(Expr::text(piece));
        }
    }
    Expr::concat(pieces)
}

/// Text with outputs inside: `text!("arn:aws:s3:::{}/*", bucket.name)`.
///
/// The parts between the braces stay literal, the arguments may be outputs or
/// anything that turns into one, but no secret: that does not compile. The
/// format string must be a literal, and the number of `{}` must match the
/// number of arguments (checked when the program runs: a mismatch leaves the
/// surplus out).
///
/// ```compile_fail
/// use mlplat_core::{Output, text, wiring::Generated};
///
/// let password = Output::generated("db", Generated::alphanumeric(24));
/// let url = text!("postgres://admin:{}@db", password); // would be shown
/// ```
#[macro_export]
macro_rules! text {
    ($format:literal $(, $part:expr)* $(,)?) => {{
        let parts: Vec<$crate::wiring::Expr> = vec![$($crate::wiring::InText::part(&$part)),*];
        $crate::Output::<String>::from_expr($crate::wiring::interleave($format, parts))
    }};
}

/// Text with outputs and secrets inside; the result is a secret.
///
/// ```
/// use mlplat_core::{Output, Secret, secret_text, wiring::Generated};
///
/// let password = Output::generated("db", Generated::alphanumeric(24));
/// let host: Output<String> = "db.internal".into();
/// let url = secret_text!("postgresql://mlflow:{}@{}:5432/mlflow", password, host);
/// let _: Output<Secret<String>> = url;
/// ```
#[macro_export]
macro_rules! secret_text {
    ($format:literal $(, $part:expr)* $(,)?) => {{
        let parts: Vec<$crate::wiring::Expr> = vec![$($crate::wiring::InSecretText::part(&$part)),*];
        $crate::Output::<$crate::Secret<String>>::from_expr($crate::wiring::interleave($format, parts))
    }};
}
