//! The address of a database with everything that a client needs to sign in.

use std::sync::Arc;

use serde_json::Value;

use super::form::percent_encoded;
use super::{Expr, Form, Gives, Output, Secret};

/// A database as one text: `postgresql://user:password@host:5432/name`.
///
/// User, password, name and options are percent-encoded (RFC 3986), so that no
/// character in them ends a part of it; the text is as secret as the password.
///
/// ```
/// use mlplat_core::wiring::{DbUrl, Generated};
/// use mlplat_core::{Output, Secret};
///
/// let password = Output::generated("db", Generated::alphanumeric(24));
/// let url = DbUrl::new("postgresql", "db.internal", 5432u16)
///     .user("mlflow", &password)
///     .database("mlflow")
///     .option("sslmode", "require");
/// let text: Output<Secret<String>> = url.driver("psycopg2").text();
/// ```
#[derive(Debug, Clone)]
pub struct DbUrl {
    scheme: String,
    host: Output<String>,
    port: Output<u16>,
    user: Option<(Output<String>, Output<Secret<String>>)>,
    database: Output<String>,
    options: Vec<(String, String)>,
}

impl DbUrl {
    /// A server that speaks `scheme`: `mysql`, `postgresql`. Nobody signs in
    /// yet, and no database is named.
    pub fn new(scheme: impl Into<String>, host: impl Gives<String>, port: impl Gives<u16>) -> Self {
        Self {
            scheme: scheme.into(),
            host: host.into(),
            port: port.into(),
            user: None,
            database: "".into(),
            options: Vec::new(),
        }
    }

    /// By this driver, as SQLAlchemy names them: `mysql+pymysql`.
    #[must_use]
    pub fn driver(mut self, name: &str) -> Self {
        self.scheme = format!("{}+{name}", self.scheme);
        self
    }

    /// As this user.
    #[must_use]
    pub fn user(mut self, name: impl Gives<String>, password: impl Gives<Secret<String>>) -> Self {
        self.user = Some((name.into(), password.into()));
        self
    }

    /// To this database.
    #[must_use]
    pub fn database(mut self, name: impl Gives<String>) -> Self {
        self.database = name.into();
        self
    }

    /// With an option of the driver: `sslmode`, `require`.
    #[must_use]
    pub fn option(mut self, name: &str, value: &str) -> Self {
        self.options.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> Output<Secret<String>> {
        let mut parts = vec![Expr::text(format!("{}://", self.scheme))];
        if let Some((name, password)) = &self.user {
            parts.extend([
                encoded(name.expr()),
                Expr::text(":"),
                password.percent_encoded().expr().clone(),
                Expr::text("@"),
            ]);
        }
        parts.extend([
            self.host.expr().clone(),
            Expr::text(":"),
            self.port.expr().clone(),
            Expr::text("/"),
            encoded(self.database.expr()),
        ]);
        let options = self
            .options
            .iter()
            .zip(std::iter::once("?").chain(std::iter::repeat("&")));
        parts.extend(options.map(|((name, value), before)| {
            let (name, value) = (percent_encoded(name), percent_encoded(value));
            Expr::text(format!("{before}{name}={value}"))
        }));
        Output::from_expr(Expr::concat(parts))
    }
}

/// What is known is encoded here, so that a plan shows it as it will be.
fn encoded(expr: &Expr) -> Expr {
    match expr {
        Expr::Literal(Value::String(text)) => Expr::text(percent_encoded(text)),
        other => Expr::Formed(Form::PercentEncoded, Arc::new(other.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Generated;
    use super::*;

    fn shown(url: &DbUrl) -> String {
        let Expr::Concat(parts) = url.text().expr().clone() else {
            panic!("a URL is put together of parts")
        };
        let parts = parts.iter().map(|part| match part {
            Expr::Literal(Value::String(text)) => text.clone(),
            Expr::Literal(value) => value.to_string(),
            Expr::Formed(form, _) => format!("<{form}>"),
            other => format!("{other:?}"),
        });
        parts.collect()
    }

    #[test]
    fn no_character_ends_a_part() {
        let password = Output::generated("p", Generated::alphanumeric(8));
        let url = DbUrl::new("mysql", "db.internal", 3306u16)
            .driver("pymysql")
            .user("a@b:c/d", &password)
            .database("x?y")
            .option("ssl_ca", "/etc/ca&.pem")
            .option("b", "1");
        assert_eq!(
            shown(&url),
            "mysql+pymysql://a%40b%3Ac%2Fd:<percent_encoded>@db.internal:3306/x%3Fy?ssl_ca=%2Fetc%2Fca%26.pem&b=1"
        );
        let nobody = DbUrl::new("postgresql", "db", 5432u16).database("m");
        assert_eq!(shown(&nobody), "postgresql://db:5432/m");
    }
}
