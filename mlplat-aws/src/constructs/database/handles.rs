//! What a database offers. The handles of the engines have the same fields
//! and are types of their own: an application that speaks one of them takes no
//! other.

/// Declares the two handles of an engine: with a password, and without one.
macro_rules! handles {
    ($scheme:literal, $(#[$meta:meta])* $name:ident, $(#[$managed_meta:meta])* $managed:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone)]
        pub struct $name {
            /// Host name, inside the network.
            pub host: ::mlplat_core::Output<String>,
            /// TCP port.
            pub port: ::mlplat_core::Output<u16>,
            /// The database that was made along.
            pub database: ::mlplat_core::Output<String>,
            /// The master user. Applications should have users of their own.
            pub username: ::mlplat_core::Output<String>,
            /// The master user's password.
            pub password: ::mlplat_core::Output<::mlplat_core::Secret<String>>,
            /// A secret with `username`, `password`, `host`, `port`, `dbname`
            /// and `engine` as JSON.
            pub secret_arn: ::mlplat_core::Output<$crate::ids::SecretArn>,
            /// The security group of its network interfaces.
            pub security_group: ::mlplat_core::Output<$crate::ids::SecurityGroupId>,
            /// The instance.
            pub instance_arn: ::mlplat_core::Output<$crate::ids::DbInstanceArn>,
            /// The instance's node, for an order that no wire shows.
            pub node: ::mlplat_core::wiring::NodeRef,
            secret_key: Option<::mlplat_core::Output<String>>,
        }

        impl From<($crate::constructs::database::engine::Parts, ::mlplat_core::Output<::mlplat_core::Secret<String>>)> for $name {
            fn from((parts, password): ($crate::constructs::database::engine::Parts, ::mlplat_core::Output<::mlplat_core::Secret<String>>)) -> Self {
                Self {
                    host: parts.host,
                    port: parts.port,
                    database: parts.database,
                    username: parts.username,
                    password,
                    secret_arn: parts.secret_arn,
                    security_group: parts.security_group,
                    instance_arn: parts.instance_arn,
                    node: parts.node,
                    secret_key: parts.secret_key,
                }
            }
        }

        $(#[$managed_meta])*
        #[derive(Debug, Clone)]
        pub struct $managed {
            /// Host name, inside the network.
            pub host: ::mlplat_core::Output<String>,
            /// TCP port.
            pub port: ::mlplat_core::Output<u16>,
            /// The database that was made along.
            pub database: ::mlplat_core::Output<String>,
            /// The master user.
            pub username: ::mlplat_core::Output<String>,
            /// RDS's secret with `username` and `password` as JSON. RDS changes
            /// the password every seven days: read it for each connection.
            pub secret_arn: ::mlplat_core::Output<$crate::ids::SecretArn>,
            /// The security group of its network interfaces.
            pub security_group: ::mlplat_core::Output<$crate::ids::SecurityGroupId>,
            /// The instance.
            pub instance_arn: ::mlplat_core::Output<$crate::ids::DbInstanceArn>,
            /// The instance's node, for an order that no wire shows.
            pub node: ::mlplat_core::wiring::NodeRef,
            secret_key: Option<::mlplat_core::Output<String>>,
        }

        impl From<$crate::constructs::database::engine::Parts> for $managed {
            fn from(parts: $crate::constructs::database::engine::Parts) -> Self {
                Self {
                    host: parts.host,
                    port: parts.port,
                    database: parts.database,
                    username: parts.username,
                    secret_arn: parts.secret_arn,
                    security_group: parts.security_group,
                    instance_arn: parts.instance_arn,
                    node: parts.node,
                    secret_key: parts.secret_key,
                }
            }
        }

        impl $name {
            /// The database as one text for the master user; `.driver(..)`,
            /// `.user(..)` and `.option(..)` change it.
            #[must_use]
            pub fn url(&self) -> ::mlplat_core::wiring::DbUrl {
                ::mlplat_core::wiring::DbUrl::new($scheme, &self.host, &self.port)
                    .user(&self.username, &self.password)
                    .database(&self.database)
            }
        }

        $crate::constructs::database::handles::shared!($name);
        $crate::constructs::database::handles::shared!($managed);
    };
}

/// What both handles of an engine can do.
macro_rules! shared {
    ($name:ident) => {
        impl $name {
            /// Permits to read the secret with the master user's password.
            pub fn read_secret(&self) -> $crate::Grant {
                $crate::constructs::secret_entry::read(&self.secret_arn, self.secret_key.as_ref())
            }
        }

        #[diagnostic::do_not_recommend]
        impl $crate::HasSecurityGroup for $name {
            fn security_group_id(&self) -> ::mlplat_core::Output<$crate::ids::SecurityGroupId> {
                self.security_group.clone()
            }
        }
    };
}

pub(super) use handles;
pub(super) use shared;
