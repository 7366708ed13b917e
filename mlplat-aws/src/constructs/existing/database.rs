//! A database that is there already.

use std::marker::PhantomData;

use mlplat_core::wiring::{Gives, KnownText};
use mlplat_core::{Construct, Output, Scope, Secret};

use crate::constructs::database::{Database, Engine, Parts};
use crate::constructs::secret_entry::SecretEntryHandle;
use crate::ids::{DbInstanceIdentifier, SecurityGroupId};
use crate::rds;

impl<E: Engine> Database<E> {
    /// A server of RDS that is there already, by its identifier: with the
    /// security group that lets clients in, and its master user's password,
    /// which AWS tells nobody.
    ///
    /// ```
    /// use mlplat_aws::ids::{DbInstanceIdentifier, SecurityGroupId};
    /// use mlplat_aws::Postgres;
    /// use mlplat_core::graph::{Context, Graph};
    /// use mlplat_core::Secret;
    ///
    /// Graph::build(Context::new("demo"), |stack| {
    ///     let password = Secret::provided("hunter2-hunter2".to_owned()); // from the settings
    ///     let shared = Postgres::existing(
    ///         DbInstanceIdentifier::new("shared"),
    ///         SecurityGroupId::new("sg-1"),
    ///         password,
    ///     );
    ///     let shared = stack.add("shared", shared.database("models"));
    ///     stack.output("host", &shared.host);
    /// })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn existing(
        identifier: impl Gives<DbInstanceIdentifier>,
        security_group: impl Gives<SecurityGroupId>,
        password: impl Gives<Secret<String>>,
    ) -> ExistingDatabase<E> {
        ExistingDatabase {
            identifier: identifier.into(),
            security_group: security_group.into(),
            password: password.into(),
            username: E::FACTS.username().to_owned(),
            database: "main".to_owned(),
            secret: None,
            engine: PhantomData,
        }
    }
}

/// A database that is there already: see [`Database::existing`].
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct ExistingDatabase<E> {
    identifier: Output<DbInstanceIdentifier>,
    security_group: Output<SecurityGroupId>,
    password: Output<Secret<String>>,
    username: String,
    database: String,
    secret: Option<SecretEntryHandle>,
    engine: PhantomData<fn() -> E>,
}

impl<E: Engine> ExistingDatabase<E> {
    /// Its master user. Default: what RDS's console suggests.
    pub fn username(mut self, name: impl KnownText) -> Self {
        self.username = name.into();
        self
    }

    /// The database that was made along with it. Default `main`.
    pub fn database(mut self, name: impl KnownText) -> Self {
        self.database = name.into();
        self
    }

    /// The entry of Secrets Manager that its clients read. Default: the one
    /// that RDS keeps, if it keeps the password.
    pub fn secret(mut self, entry: &SecretEntryHandle) -> Self {
        self.secret = Some(entry.clone());
        self
    }
}

impl<E: Engine> Construct for ExistingDatabase<E> {
    type Handle = E::Handle;

    fn build(self, scope: &mut Scope<'_>) -> E::Handle {
        let id = self.identifier.cast::<String>();
        let instance = scope.existing::<rds::DbInstance>("instance", id);
        let (secret_arn, secret_key) = match self.secret {
            Some(entry) => (entry.arn, entry.key),
            None => (instance.master_user_secret_arn, None),
        };
        let parts = Parts {
            host: instance.endpoint_address,
            port: instance.endpoint_port,
            database: self.database.into(),
            username: self.username.into(),
            secret_arn,
            secret_key,
            security_group: self.security_group,
            instance_arn: instance.db_instance_arn,
            node: instance.node,
        };
        (parts, self.password).into()
    }
}
