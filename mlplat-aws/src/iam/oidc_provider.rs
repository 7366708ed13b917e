//! `iam.OIDCProvider`.

use mlplat_core::facts::{
    Canon, OnChange, OutputFact, Quota, Recovery, Refs, Scope, TYPE, Type, Unique, f, instant, opt,
};
use mlplat_core::{Output, Resource};

use crate::ids::{OidcProviderArn, Tags};
use crate::sources;

/// Facts of `iam.OIDCProvider`.
pub static OIDC_PROVIDER: Type = Type {
    name: "iam.OIDCProvider",
    doc: "An issuer of tokens that roles of this account may trust.",
    cloudformation: "AWS::IAM::OIDCProvider",
    api: "iam:CreateOpenIDConnectProvider",
    id: "Arn",
    recovery: Recovery::NaturalKey(&["Url"]),
    fields: &[
        f("Url", OnChange::Replace, Refs::No),
        opt("ClientIdList", OnChange::InPlace).canon(Canon::Set),
        opt("ThumbprintList", OnChange::InPlace).canon(Canon::Set),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed(
            "Arn",
            "arn:{partition}:iam::{account}:oidc-provider/{Url:host}",
        ),
        // `GetOpenIDConnectProvider` answers the URL without its scheme.
        OutputFact::fixed("Issuer", "{Url:host}"),
    ],
    unique: &[Unique {
        fields: &["Url"],
        scope: Scope::Account,
        code: "EntityAlreadyExists",
        held_after_delete_s: 0,
    }],
    create: instant(1),
    update: instant(1),
    delete: instant(1),
    quota: Some(Quota {
        code: "L-858F3967",
        default: 100,
        per: Scope::Account,
        error: "LimitExceeded",
    }),
    source: sources::IAM,
    ..TYPE
};

/// An issuer of tokens that roles of this account may trust. API:
/// `CreateOpenIDConnectProvider`.
#[derive(Resource, Clone, Debug)]
#[resource(facts = OIDC_PROVIDER, handle = OidcProviderHandle {
    arn: OidcProviderArn,
    issuer: String,
})]
pub struct OidcProvider {
    /// The issuer, with `https://`; one provider per account and issuer.
    pub url: Output<String>,
    /// Audiences that its tokens may name: `sts.amazonaws.com` for EKS and
    /// GitHub. In the API `ClientIDList`. At most 100.
    pub client_id_list: Vec<Output<String>>,
    /// SHA-1 thumbprints of the issuer's certificate authority, 40 hex digits.
    /// Left out, IAM fetches them; for well-known authorities they are unused.
    pub thumbprint_list: Option<Vec<Output<String>>>,
    /// Tags.
    pub tags: Tags,
}
