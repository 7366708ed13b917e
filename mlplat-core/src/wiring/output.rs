//! `Output<T>`: a value of type `T` that may be known only after a deployment.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::Serialize;

use super::{Clear, Expr, Form, Generated, NodeId, Secret, SecretSource};

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
    /// an ARN as a plain string. A secret stays one: it has no cast.
    #[must_use]
    pub fn cast<U>(&self) -> Output<U>
    where
        T: Clear,
    {
        Output::from_expr(self.expr.clone())
    }
}

impl Output<String> {
    /// The text as a part of a URL: everything but letters, digits and `-_.~`
    /// as `%XX` (RFC 3986, section 2).
    #[must_use]
    pub fn percent_encoded(&self) -> Self {
        self.formed(Form::PercentEncoded)
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

/// What a secret can be turned into; the result is as secret as before.
impl Output<Secret<String>> {
    /// The secret as a part of a URL; see [`Output::<String>::percent_encoded`].
    ///
    /// ```
    /// use mlplat_core::wiring::Generated;
    /// use mlplat_core::{Output, Secret, secret_text};
    ///
    /// let password = Output::generated("db", Generated::alphanumeric(24));
    /// let url: Output<Secret<String>> =
    ///     secret_text!("postgresql://mlflow:{}@db.internal/mlflow", password.percent_encoded());
    /// ```
    #[must_use]
    pub fn percent_encoded(&self) -> Self {
        self.formed(Form::PercentEncoded)
    }

    /// A secret of hexadecimal digits as URL-safe base 64 of the bytes that
    /// they stand for: 64 digits are a key of Fernet.
    #[must_use]
    pub fn base64_of_hex(&self) -> Self {
        self.formed(Form::Base64OfHex)
    }

    /// The bcrypt hash of the secret, as web servers read it (`$2b$..`). The
    /// salt derives from the state's sealed root seed, `key` and the secret,
    /// so the same question has the same answer in every run.
    ///
    /// A secret of 96 bits and more that mlplat has generated cannot be
    /// guessed, however cheap a guess is; it is hashed at bcrypt's cost 5. One
    /// that somebody chose, or a shorter one, is hashed at cost 12.
    #[must_use]
    pub fn bcrypt(&self, key: &str) -> Self {
        let mut chosen = !matches!(self.expr, Expr::Secret(_));
        self.expr.visit_secrets(&mut |source| match &**source {
            SecretSource::Provided(_) => chosen = true,
            SecretSource::Generated { shape, .. } => chosen |= shape.bits() < 96,
        });
        self.formed(Form::Bcrypt {
            key: key.into(),
            cost: if chosen { 12 } else { 5 },
        })
    }
}

impl<T> Output<T> {
    fn formed(&self, form: Form) -> Self {
        Self::from_expr(Expr::Formed(form, Arc::new(self.expr.clone())))
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
