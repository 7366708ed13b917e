//! The resources of a database, in the order in which each needs the one
//! before.

use std::collections::BTreeMap;
use std::sync::Arc;

use mlplat_core::wiring::{Charset, Expr, Generated};
use mlplat_core::{Construct, Output, Scope, Secret};

use super::engine::{Engine, Parts};
use super::options::{Asked, AwsManagedPassword, Database, Max, Password, SealedPassword};
use crate::constructs::rules::{Peer, Ports};
use crate::constructs::security_group::SecurityGroup;
use crate::constructs::tags::named;
use crate::ids::{DbInstanceIdentifier, DbParameterGroupName, SecretArn, SecurityGroupId};
use crate::rds::{self, EngineLifecycleSupport, StorageType};
use crate::secretsmanager;

/// What generated master passwords look like: every engine takes 32
/// characters of this set.
const PASSWORD: Generated = Generated {
    charset: Charset::Password,
    ..Generated::alphanumeric(32)
};
/// The authority that RDS's certificates come from unless said otherwise: RSA
/// 2048, valid until 2061.
const AUTHORITY: &str = "rds-ca-rsa2048-g1";

impl<E: Engine> Construct for Database<E, SealedPassword> {
    type Handle = E::Handle;

    fn build(self, scope: &mut Scope<'_>) -> E::Handle {
        self.check(scope);
        let password = match &self.with.password {
            Password::Given(password, _) => password.clone(),
            Password::Generated(Some(key)) => Output::generated(key.clone(), PASSWORD),
            Password::Generated(None) | Password::AwsManaged => {
                Output::generated(format!("{}/master-password", scope.path()), PASSWORD)
            }
        };
        let (instance, group) = self.server(scope, |instance| {
            instance.master_user_password = Some(password.clone());
        });
        let secret = self.secret(scope, &instance, &password);
        (self.parts(instance, group, secret), password).into()
    }
}

impl<E: Engine> Construct for Database<E, AwsManagedPassword> {
    type Handle = E::ManagedHandle;

    fn build(self, scope: &mut Scope<'_>) -> E::ManagedHandle {
        self.check(scope);
        let (instance, group) = self.server(scope, |instance| {
            instance.manage_master_user_password = Some(true.into());
            instance.master_user_secret_kms_key_id = self.with.key.clone();
        });
        let secret = instance.master_user_secret_arn.clone();
        self.parts(instance, group, secret).into()
    }
}

impl<E: Engine, P> Database<E, P> {
    /// Everything up to the instance, whose master password `credentials`
    /// sets.
    fn server(
        &self,
        scope: &mut Scope<'_>,
        credentials: impl FnOnce(&mut rds::DbInstance),
    ) -> (rds::DbInstanceHandle, Output<SecurityGroupId>) {
        let subnets = match self.with.public {
            Some(_) => self.with.network.public_subnets.ids(),
            None => self.with.network.store_subnets(),
        };
        let tags = named(scope, "");
        let description = format!("{} database", E::FACTS.title);
        let subnet_group = scope.add(
            "subnet-group",
            rds::DbSubnetGroup {
                tags: tags.clone(),
                ..rds::DbSubnetGroup::new(description.as_str(), subnets.iter().cloned())
            },
        );
        let parameters = self.parameter_group(scope, &description);
        let group = scope.add("security-group", self.security_group(&description));
        let mut instance = rds::DbInstance {
            db_subnet_group_name: Some(subnet_group.db_subnet_group_name),
            vpc_security_groups: vec![group.group_id.clone()],
            db_parameter_group_name: Some(parameters),
            tags,
            ..self.instance(scope.env())
        };
        credentials(&mut instance);
        (scope.add("instance", instance), group.group_id)
    }

    fn parameter_group(
        &self,
        scope: &mut Scope<'_>,
        description: &str,
    ) -> Output<DbParameterGroupName> {
        let ours = E::FACTS.parameters.iter();
        let mut parameters: BTreeMap<String, Output<String>> = ours
            .map(|(name, value)| ((*name).to_owned(), (*value).into()))
            .collect();
        let chosen = self.with.parameters.iter();
        parameters.extend(chosen.map(|(name, value)| (name.clone(), value.clone().into())));
        let group = rds::DbParameterGroup {
            parameters,
            tags: named(scope, ""),
            ..rds::DbParameterGroup::new(self.family(), description)
        };
        scope.add("parameter-group", group).db_parameter_group_name
    }

    fn security_group(&self, description: &str) -> SecurityGroup {
        let mut group = SecurityGroup::new(&self.with.network, description);
        let networks = self.with.public.iter().flatten().map(Peer::network);
        for peer in self.with.peers.iter().cloned().chain(networks) {
            group = group.allow(Ports::tcp(self.with.port), peer);
        }
        group
    }

    /// The instance as far as the options alone say it.
    fn instance(&self, env: &str) -> rds::DbInstance {
        let most = match self.with.max_storage_gib {
            Max::Default => Some(self.with.storage_gib.saturating_mul(5).min(65_536)),
            Max::Gib(most) => Some(most),
            Max::None => None,
        };
        let lifecycle = match self.with.extended_support {
            true => EngineLifecycleSupport::Extended,
            false => EngineLifecycleSupport::ExtendedDisabled,
        };
        let protection = self.with.protection.unwrap_or(env == "prod") && !self.with.disposable;
        let exact = matches!(self.with.version, Asked::Exact(_));
        let backup_days = if self.with.disposable {
            0
        } else {
            self.with.backup_days
        };
        let name = self.with.name.clone().map(DbInstanceIdentifier::new);
        rds::DbInstance {
            db_instance_identifier: name.map(Into::into),
            engine_version: Some(self.engine_version().into()),
            allow_major_version_upgrade: self.with.allow_major_upgrade.then(|| true.into()),
            auto_minor_version_upgrade: Some((!exact).into()),
            engine_lifecycle_support: Some(lifecycle.into()),
            allocated_storage: Some(self.with.storage_gib.into()),
            max_allocated_storage: most.map(Into::into),
            storage_type: Some(StorageType::Gp3.into()),
            kms_key_id: self.with.key.clone(),
            publicly_accessible: self.with.public.is_some().into(),
            multi_az: Some(self.with.multi_az.into()),
            ca_certificate_identifier: Some(AUTHORITY.into()),
            db_name: Some(self.with.database.clone().into()),
            master_username: Some(self.with.username.clone().into()),
            backup_retention_period: Some(backup_days.into()),
            copy_tags_to_snapshot: Some(true.into()),
            enable_performance_insights: Some(self.with.insights.into()),
            performance_insights_retention_period: self.with.insights.then(|| 7.into()),
            deletion_protection: Some(protection.into()),
            skip_final_snapshot: Some(self.with.disposable.into()),
            ..rds::DbInstance::new(E::FACTS.name, self.with.class.as_str(), self.with.port)
        }
    }

    /// The secret that others read, in the form that rotation functions and
    /// drivers of AWS know.
    fn secret(
        &self,
        scope: &mut Scope<'_>,
        instance: &rds::DbInstanceHandle,
        password: &Output<Secret<String>>,
    ) -> Output<SecretArn> {
        let members = [
            ("dbname", Expr::text(&self.with.database)),
            ("engine", Expr::text(E::FACTS.name)),
            ("host", instance.endpoint_address.expr().clone()),
            ("password", password.expr().clone()),
            ("port", instance.endpoint_port.expr().clone()),
            ("username", Expr::text(&self.with.username)),
        ];
        let members = members.map(|(name, expr)| (name.to_owned(), expr));
        let json = Output::from_expr(Expr::Json(Arc::new(Expr::map(members))));
        let secret = secretsmanager::Secret {
            description: Some(format!("Master user of a {} database", E::FACTS.title).into()),
            kms_key_id: self.with.key.clone(),
            force_delete_without_recovery: self.with.disposable.then(|| true.into()),
            tags: named(scope, ""),
            ..secretsmanager::Secret::new(json)
        };
        scope.add("secret", secret).arn
    }

    fn parts(
        self,
        instance: rds::DbInstanceHandle,
        security_group: Output<SecurityGroupId>,
        secret_arn: Output<SecretArn>,
    ) -> Parts {
        Parts {
            host: instance.endpoint_address,
            port: instance.endpoint_port,
            database: self.with.database.into(),
            username: self.with.username.into(),
            secret_arn,
            secret_key: self.with.key,
            security_group,
            instance_arn: instance.db_instance_arn,
            node: instance.node,
        }
    }
}
