//! The options of a database.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use mlplat_core::wiring::{Gives, KnownText};
use mlplat_core::{Output, Secret};

use super::class::DbClass;
use super::engine::{Engine, EngineVersion};
use super::password;
use crate::constructs::network::Network;
use crate::constructs::rules::{HasSecurityGroup, Peer};

/// The master password is made or taken by us, and sealed in the state.
#[derive(Debug, Clone, Copy)]
pub struct SealedPassword;

/// The master password is made by RDS, which changes it every seven days.
#[derive(Debug, Clone, Copy)]
pub struct AwsManagedPassword;

/// A database server: [`MySql`](crate::MySql) or
/// [`Postgres`](crate::Postgres).
///
/// Private, in the network's private subnets; encrypted at rest, and by TLS on
/// the way; backed up for seven days; with a last snapshot when it is deleted.
/// In an environment called `prod` AWS refuses to delete it at all until the
/// protection is taken off. Nobody can reach it until somebody is let in by
/// [`reachable_from`](Self::reachable_from).
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct Database<E, P = SealedPassword> {
    pub(super) with: Options,
    engine: PhantomData<fn() -> (E, P)>,
}

/// What can be chosen.
#[derive(Debug, Clone)]
pub(super) struct Options {
    pub(super) network: Network,
    pub(super) version: Asked,
    pub(super) extended_support: bool,
    pub(super) allow_major_upgrade: bool,
    pub(super) class: DbClass,
    pub(super) storage_gib: u32,
    pub(super) max_storage_gib: Max,
    pub(super) port: u16,
    pub(super) peers: Vec<Peer>,
    pub(super) public: Option<Vec<String>>,
    pub(super) name: Option<String>,
    pub(super) database: String,
    pub(super) username: String,
    pub(super) key: Option<Output<String>>,
    pub(super) parameters: BTreeMap<String, String>,
    pub(super) multi_az: bool,
    pub(super) backup_days: u32,
    pub(super) insights: bool,
    pub(super) disposable: bool,
    pub(super) protection: Option<bool>,
    pub(super) password: Password,
}

/// The version that was asked for.
#[derive(Debug, Clone)]
pub(super) enum Asked {
    Major(EngineVersion),
    Exact(String),
    Unlisted(String),
}

/// How far the storage may grow.
#[derive(Debug, Clone, Copy)]
pub(super) enum Max {
    Default,
    Gib(u32),
    None,
}

#[derive(Debug, Clone)]
pub(super) enum Password {
    /// Generated under this key, or one that derives from the path.
    Generated(Option<String>),
    /// Given, and what RDS would refuse it for.
    Given(Output<Secret<String>>, Vec<String>),
    AwsManaged,
}

impl<E: Engine> Database<E> {
    /// Every major version that RDS offers, oldest first.
    pub const VERSIONS: &'static [EngineVersion] = E::FACTS.versions;

    /// A database in this network. Its defaults are a server of 2 vCPU and 1
    /// GiB with 20 GiB of storage that grows up to 100.
    pub fn new(network: &Network) -> Self {
        let facts = E::FACTS;
        let with = Options {
            network: network.clone(),
            version: Asked::Major(facts.default_version),
            extended_support: false,
            allow_major_upgrade: false,
            class: DbClass::T4G_MICRO,
            storage_gib: 20,
            max_storage_gib: Max::Default,
            port: facts.port,
            peers: Vec::new(),
            public: None,
            name: None,
            database: "main".to_owned(),
            username: facts.username.to_owned(),
            key: None,
            parameters: BTreeMap::new(),
            multi_az: false,
            backup_days: 7,
            insights: false,
            disposable: false,
            protection: None,
            password: Password::Generated(None),
        };
        Self {
            with,
            engine: PhantomData,
        }
    }

    /// With this master password instead of a generated one. What RDS would
    /// refuse is a Problem that does not show it.
    pub fn password(mut self, password: Secret<String>) -> Self {
        let faults = password::faults(&password, E::FACTS.password);
        self.with.password = Password::Given(password.into(), faults);
        self
    }

    /// The key under which the master password is generated, unique in the
    /// stack. By default it derives from the construct's path, so a construct
    /// that is moved gets a new password unless it is told the old key:
    /// `metadata/master-password` for one that was at `metadata`.
    pub fn password_key(mut self, key: impl KnownText) -> Self {
        self.with.password = Password::Generated(Some(key.into()));
        self
    }

    /// With a master password that RDS makes, keeps in Secrets Manager and
    /// changes every seven days: only for consumers that read it again for
    /// each connection. The handle has no password then, and an application
    /// that asks for one does not compile.
    ///
    /// ```compile_fail,E0609
    /// use mlplat_aws::{MySql, Vpc};
    /// use mlplat_core::graph::{Context, Graph};
    ///
    /// let graph = Graph::build(Context::new("demo"), |stack| {
    ///     let network = stack.add("network", Vpc::new("10.10.0.0/16"));
    ///     let db = stack.add("db", MySql::new(&network).aws_managed_password());
    ///     stack.output("password", &db.password); // no field `password`
    /// });
    /// ```
    pub fn aws_managed_password(self) -> Database<E, AwsManagedPassword> {
        Database {
            with: Options {
                password: Password::AwsManaged,
                ..self.with
            },
            engine: PhantomData,
        }
    }
}

impl<E: Engine, P> Database<E, P> {
    /// Under a name of the user's choice: 1 to 63 letters, digits and `-`. A
    /// replacement then has to delete first. Default: generated.
    pub fn name(mut self, name: impl KnownText) -> Self {
        self.with.name = Some(name.into());
        self
    }

    /// The major version. The newest minor version of it is taken, and RDS
    /// raises that in the maintenance window.
    pub fn version(mut self, version: E::Version) -> Self {
        self.with.version = Asked::Major(version.into());
        self
    }

    /// Exactly this version, which RDS then leaves alone: `8.4.9`, `17.6`.
    pub fn exact_version(mut self, version: impl KnownText) -> Self {
        self.with.version = Asked::Exact(version.into());
        self
    }

    /// A version that this library does not know yet.
    pub fn unlisted_version(mut self, version: impl KnownText) -> Self {
        self.with.version = Asked::Unlisted(version.into());
        self
    }

    /// Stays on a version beyond its standard support, at an extra price for
    /// each vCPU and hour. Otherwise RDS upgrades to the next one at its end.
    pub fn extended_support(mut self) -> Self {
        self.with.extended_support = true;
        self
    }

    /// Means a change of the major version; without it AWS refuses one.
    pub fn allow_major_upgrade(mut self) -> Self {
        self.with.allow_major_upgrade = true;
        self
    }

    /// The size of the server. A change restarts it.
    pub fn class(mut self, class: impl Into<DbClass>) -> Self {
        self.with.class = class.into();
        self
    }

    /// Storage to begin with, 20 to 65,536 GiB. It can grow and never shrink.
    pub fn storage_gib(mut self, gib: u32) -> Self {
        self.with.storage_gib = gib;
        self
    }

    /// Up to where RDS makes the storage larger by itself, at least a tenth
    /// above [`storage_gib`](Self::storage_gib). Default: five times that.
    pub fn max_storage_gib(mut self, gib: u32) -> Self {
        self.with.max_storage_gib = Max::Gib(gib);
        self
    }

    /// Storage that does not grow by itself.
    pub fn fixed_storage(mut self) -> Self {
        self.with.max_storage_gib = Max::None;
        self
    }

    /// Another port than the engine's own, 1,150 to 65,535.
    pub fn port(mut self, port: u16) -> Self {
        self.with.port = port;
        self
    }

    /// Lets the interfaces of a security group reach it: a cluster's pods and
    /// nodes, or another group's.
    pub fn reachable_from(mut self, whom: &impl HasSecurityGroup) -> Self {
        self.with.peers.push(Peer::group(whom));
        self
    }

    /// Puts it into the public subnets with a public address, reachable from
    /// these networks. Whoever gets hold of the password then needs nothing
    /// else.
    pub fn open_to_the_internet_despite_the_risk<S: KnownText>(
        mut self,
        networks: impl IntoIterator<Item = S>,
    ) -> Self {
        self.with.public = Some(networks.into_iter().map(Into::into).collect());
        self
    }

    /// Name of the database that is made along. Default `main`. A change
    /// replaces the server.
    pub fn database(mut self, name: impl KnownText) -> Self {
        self.with.database = name.into();
        self
    }

    /// Name of the master user. Default: `admin` for MySQL, `postgres` for
    /// PostgreSQL. A change replaces the server.
    pub fn username(mut self, name: impl KnownText) -> Self {
        self.with.username = name.into();
        self
    }

    /// Encrypted by a KMS key, by its ARN, instead of the account's own; the
    /// secret with the password too. Snapshots are encrypted by the same key:
    /// when it goes, they can no longer be read.
    pub fn encrypted_by(mut self, key_arn: impl Gives<String>) -> Self {
        self.with.key = Some(key_arn.into());
        self
    }

    /// Sets a parameter of the engine: `max_connections`. Those that the
    /// construct sets (TLS alone; on MySQL also
    /// `log_bin_trust_function_creators`, for triggers beside a binary log)
    /// can be set too; then they are yours.
    pub fn parameter(mut self, name: impl KnownText, value: impl KnownText) -> Self {
        self.with.parameters.insert(name.into(), value.into());
        self
    }

    /// With a second server in another zone that takes over within a minute
    /// or two: for production, at twice the price.
    pub fn multi_az(mut self) -> Self {
        self.with.multi_az = true;
        self
    }

    /// For how many days backups are kept, 0 to 35.
    pub fn backup_days(mut self, days: u32) -> Self {
        self.with.backup_days = days;
        self
    }

    /// Records what the database waits for, for seven days.
    pub fn performance_insights(mut self) -> Self {
        self.with.insights = true;
        self
    }

    /// Makes AWS refuse to delete it, or not. Default: in an environment
    /// called `prod`.
    pub fn deletion_protection(mut self, on: bool) -> Self {
        self.with.protection = Some(on);
        self
    }

    /// For examples and tests: no backups, no last snapshot, no protection.
    /// Deleting it destroys the data at once.
    pub fn disposable(mut self) -> Self {
        self.with.disposable = true;
        self
    }
}
