//! To whom a statement applies, in trust and resource policies.

use mlplat_core::Output;

use crate::ids::{AccountId, OidcProviderArn, RoleArn};

/// To whom a statement applies.
#[derive(Debug, Clone)]
pub enum Principal {
    /// An AWS service: `ec2.amazonaws.com`.
    Service(String),
    /// Every identity of an account that the account itself allows to.
    Account(Output<AccountId>),
    /// A role.
    Role(Output<RoleArn>),
    /// Holders of a token of an OpenID Connect provider.
    Federated(Output<OidcProviderArn>),
    /// Everyone. A statement for everyone needs conditions.
    Anyone,
}

impl Principal {
    /// The member of the `Principal` object and the value; nothing for
    /// everyone.
    pub(super) fn entry(&self) -> Option<(&'static str, Output<String>)> {
        match self {
            Self::Service(name) => Some(("Service", name.clone().into())),
            Self::Account(id) => Some((
                "AWS",
                mlplat_core::text!("arn:aws:iam::{}:root", id.cast::<String>()),
            )),
            Self::Role(arn) => Some(("AWS", arn.cast())),
            Self::Federated(arn) => Some(("Federated", arn.cast())),
            Self::Anyone => None,
        }
    }
}
