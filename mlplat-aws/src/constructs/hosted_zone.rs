//! `HostedZone`: a domain, new or already there.

use mlplat_core::wiring::KnownText;
use mlplat_core::{Construct, Output, Scope, text};

use super::dns_record::DnsRecord;
use super::domain;
use super::grant::Grant;
use super::network::Network;
use super::tags::named;
use crate::action;
use crate::ids::{HostedZoneId, VpcId};
use crate::lookups::{CallerIdentity, HostedZoneByName, PrivateHostedZone};
use crate::policy::{Condition, Operator, Statement};
use crate::route53::{self, RecordType};

/// A zone for a domain.
///
/// ```
/// use mlplat_aws::HostedZone;
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let company = stack.add("company", HostedZone::lookup("example.com"));
///     let platform = stack.add("platform", HostedZone::create("ml.example.com").part_of(&company));
///     stack.output("name-servers", &platform.name_servers);
/// })?;
/// assert!(graph.find(&"platform/delegation/record".parse()?).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// AWS refuses to delete a zone while it holds records that are not of this
/// program (those of ExternalDNS, say); they have to go first.
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct HostedZone {
    domain: String,
    vpc: Option<Output<VpcId>>,
    parent: Option<HostedZoneHandle>,
    comment: Option<String>,
}

impl HostedZone {
    /// A new public zone. Nobody finds it until the domain's registrar, or the
    /// zone above ([`part_of`](Self::part_of)), names its name servers.
    pub fn create(domain: impl KnownText) -> Self {
        Self {
            domain: domain.into(),
            vpc: None,
            parent: None,
            comment: None,
        }
    }

    /// The public zone of a domain that is there already, and that nobody here
    /// owns.
    pub fn lookup(domain: impl KnownText) -> HostedZoneLookup {
        HostedZoneLookup {
            domain: domain.into(),
            vpc: None,
        }
    }

    /// The zone of a domain that answers inside a network, is there already,
    /// and that nobody here owns.
    pub fn lookup_private(domain: impl KnownText, network: &Network) -> HostedZoneLookup {
        HostedZoneLookup {
            domain: domain.into(),
            vpc: Some(network.vpc_id.clone()),
        }
    }

    /// Answers only inside a network.
    pub fn private(mut self, network: &Network) -> Self {
        self.vpc = Some(network.vpc_id.clone());
        self
    }

    /// A part of another zone, which gets a record that leads to this one.
    pub fn part_of(mut self, parent: &HostedZoneHandle) -> Self {
        self.parent = Some(parent.clone());
        self
    }

    /// What it is for, up to 256 characters.
    pub fn describe(mut self, comment: impl KnownText) -> Self {
        self.comment = Some(comment.into());
        self
    }
}

impl Construct for HostedZone {
    type Handle = HostedZoneHandle;

    fn build(self, scope: &mut Scope<'_>) -> HostedZoneHandle {
        let domain = domain::parse(scope, "the zone", &self.domain);
        let region = self.vpc.as_ref().map(|_| {
            let caller = scope.shared("caller-identity", CallerIdentity {});
            caller.region
        });
        let private = self.vpc.is_some();
        let zone = route53::HostedZone {
            vpc_id: self.vpc,
            vpc_region: region,
            comment: self.comment.map(Into::into),
            tags: named(scope, ""),
            ..route53::HostedZone::new(domain.as_str())
        };
        let zone = scope.add("zone", zone);
        let handle = HostedZoneHandle {
            zone_id: zone.id,
            domain,
            name_servers: zone.name_servers,
        };
        if let Some(parent) = self.parent {
            if private {
                scope.problem(
                    "private-delegation",
                    "a zone that answers inside a network alone has no name servers to name",
                    "leave out .private(..) or .part_of(..)",
                );
            }
            // Route 53 gives every zone four.
            let servers = (0..4).map(|at| handle.name_servers.item(at));
            let record = DnsRecord::new(&parent, handle.domain.as_str(), RecordType::Ns, servers);
            scope.add("delegation", record);
        }
        handle
    }
}

/// A zone that is there already: see [`HostedZone::lookup`].
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct HostedZoneLookup {
    domain: String,
    /// In which VPC a private one answers.
    vpc: Option<Output<VpcId>>,
}

impl Construct for HostedZoneLookup {
    type Handle = HostedZoneHandle;

    fn build(self, scope: &mut Scope<'_>) -> HostedZoneHandle {
        let domain = domain::parse(scope, "the zone", &self.domain);
        if let Some(vpc_id) = self.vpc {
            let caller = scope.shared("caller-identity", CallerIdentity {});
            let question = PrivateHostedZone {
                name: domain.as_str().into(),
                vpc_id,
                vpc_region: caller.region,
            };
            return HostedZoneHandle {
                zone_id: scope.add("zone", question).id,
                domain,
                // Nobody asks a private zone from outside.
                name_servers: Output::list([]),
            };
        }
        let question = HostedZoneByName {
            name: domain.as_str().into(),
        };
        let zone = scope.add("zone", question);
        HostedZoneHandle {
            zone_id: zone.id,
            domain,
            name_servers: zone.name_servers,
        }
    }
}

/// A zone.
#[derive(Debug, Clone)]
pub struct HostedZoneHandle {
    /// Its id.
    pub zone_id: Output<HostedZoneId>,
    /// Its domain without a final dot, known when the program runs.
    pub domain: String,
    /// The four name servers of a public zone.
    pub name_servers: Output<Vec<String>>,
}

impl HostedZoneHandle {
    /// `arn:aws:route53:::hostedzone/Z..`: zones belong to no region and their
    /// ARN names no account.
    #[must_use]
    pub fn arn(&self) -> Output<String> {
        text!(
            "arn:aws:route53:::hostedzone/{}",
            self.zone_id.cast::<String>()
        )
    }

    /// Permits to read and change the zone's records, and to find zones: what
    /// ExternalDNS does.
    pub fn manage(&self) -> Grant {
        Grant::new([
            Statement::allow([
                action!("route53:ChangeResourceRecordSets"),
                action!("route53:ListResourceRecordSets"),
                action!("route53:ListTagsForResource"),
            ])
            .on([self.arn()]),
            Statement::allow([action!("route53:ListHostedZones")]).on_everything(),
        ])
    }

    /// Permits to put and take away the texts by which cert-manager proves
    /// that a domain is ours, and no other record.
    pub fn answer_challenges(&self) -> Grant {
        let texts = Condition::new(
            Operator::ForAllValuesStringEquals,
            "route53:ChangeResourceRecordSetsRecordTypes",
            ["TXT".into()],
        );
        let names = Condition::new(
            Operator::ForAllValuesStringLike,
            "route53:ChangeResourceRecordSetsNormalizedRecordNames",
            ["_acme-challenge.*".into()],
        );
        Grant::new([
            Statement::allow([action!("route53:ChangeResourceRecordSets")])
                .on([self.arn()])
                .when(texts)
                .when(names),
            Statement::allow([action!("route53:ListResourceRecordSets")]).on([self.arn()]),
            Statement::allow([action!("route53:GetChange")])
                .on(["arn:aws:route53:::change/*".into()]),
            Statement::allow([action!("route53:ListHostedZonesByName")]).on_everything(),
        ])
    }
}
