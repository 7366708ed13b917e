//! `Htpasswd`: users and their passwords, as web servers read them.

use crate::graph::{Construct, Scope};
use crate::wiring::{Expr, Gives, KnownText, Output, Secret};

/// A file of users with the bcrypt hash of each password, one `name:$2b$..` a
/// line: nginx, Caddy, Traefik, registries and pypiserver read it. Its handle
/// is the text, as secret as the passwords.
///
/// ```
/// use mlplat_core::generators::{Htpasswd, RandomToken};
/// use mlplat_core::graph::{Context, Graph};
/// use mlplat_core::wiring::Generated;
///
/// Graph::build(Context::new("demo"), |stack| {
///     let password = stack.add("password", RandomToken::new(Generated::alphanumeric(24)));
///     let users = stack.add("users", Htpasswd::new().user("pypi", &password));
///     stack.output("htpasswd", &users); // shown as <secret>
/// })?;
/// # Ok::<(), mlplat_core::Problems>(())
/// ```
///
/// The older `apr1` is not offered: a thousand rounds of MD5 are guessed by the
/// billion a second. A server that reads nothing else belongs behind one that
/// does.
#[derive(Debug, Clone, Default)]
#[must_use = "add it to a stack"]
pub struct Htpasswd {
    users: Vec<(String, Output<Secret<String>>)>,
}

impl Htpasswd {
    /// A file without users.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a user and their password, up to 72 bytes.
    pub fn user(mut self, name: impl KnownText, password: impl Gives<Secret<String>>) -> Self {
        self.users.push((name.into(), password.into()));
        self
    }

    fn check(&self, scope: &mut Scope<'_>) {
        for (at, (name, _)) in self.users.iter().enumerate() {
            if name.is_empty() || name.contains(':') || name.contains(char::is_control) {
                scope.problem(
                    "bad-username",
                    format!("nobody could sign in as \"{}\"", name.escape_debug()),
                    "use a name without colons and line ends; basic authentication splits at the first colon",
                );
            }
            if self.users[..at].iter().any(|(other, _)| other == name) {
                scope.problem(
                    "user-twice",
                    format!("{name} has two passwords, and servers read the first"),
                    "name each user once",
                );
            }
        }
    }
}

impl Construct for Htpasswd {
    type Handle = Output<Secret<String>>;

    fn build(self, scope: &mut Scope<'_>) -> Output<Secret<String>> {
        self.check(scope);
        let lines = self.users.iter().flat_map(|(name, password)| {
            let hash = password.bcrypt(&format!("{}/{name}", scope.path()));
            let before = Expr::text(format!("{name}:"));
            [before, hash.expr().clone(), Expr::text("\n")]
        });
        Output::from_expr(Expr::concat(lines))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Context, Graph};
    use crate::wiring::{Form, Generated};

    fn codes(users: &[&str]) -> Vec<&'static str> {
        let built = Graph::build(Context::new("test"), |stack| {
            let password = Output::generated("p", Generated::alphanumeric(24));
            let file = users
                .iter()
                .fold(Htpasswd::new(), |file, name| file.user(*name, &password));
            stack.add("users", file);
        });
        let problems = built.err().map(|problems| problems.0).unwrap_or_default();
        problems.iter().map(|problem| problem.code).collect()
    }

    #[test]
    fn names_that_nobody_could_sign_in_with() {
        assert_eq!(codes(&["ada", "grace@example.com"]), [""; 0]);
        for bad in ["", "a:b", "a\nb"] {
            assert_eq!(codes(&[bad]), ["bad-username"], "{bad:?}");
        }
        assert_eq!(codes(&["ada", "ada"]), ["user-twice"]);
    }

    #[test]
    fn each_line_is_a_name_and_a_hash_with_a_salt_of_its_own() {
        let mut text = None;
        Graph::build(Context::new("test"), |stack| {
            let password = Output::generated("p", Generated::alphanumeric(24));
            let file = Htpasswd::new()
                .user("ada", &password)
                .user("grace", &password);
            text = Some(stack.add("users", file));
        })
        .unwrap();
        let Some(Expr::Concat(parts)) = text.map(|text| text.expr().clone()) else {
            panic!("a file is put together of parts")
        };
        let salts: Vec<&str> = parts
            .iter()
            .filter_map(|part| match part {
                Expr::Formed(Form::Bcrypt { key, .. }, _) => Some(&**key),
                _ => None,
            })
            .collect();
        assert_eq!(salts, ["users/ada", "users/grace"]);
    }
}
