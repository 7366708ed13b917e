//! `DnsRecord`: a name in a zone.

use mlplat_core::wiring::{Gives, KnownText};
use mlplat_core::{Construct, Output, Scope};

use super::domain;
use super::hosted_zone::HostedZoneHandle;
use crate::ids::HostedZoneId;
use crate::route53::{RecordSet, RecordSetHandle, RecordType};

/// A record of a zone: values, or an AWS object that answers instead.
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct DnsRecord {
    zone: Output<HostedZoneId>,
    domain: String,
    name: String,
    answer: Answer,
    ttl: u32,
}

#[derive(Debug, Clone)]
enum Answer {
    Values(RecordType, Vec<Output<String>>),
    Alias(Output<String>, Output<HostedZoneId>),
}

impl DnsRecord {
    /// Values under a whole name (`www.ml.example.com`), which others may
    /// remember for five minutes.
    pub fn new(
        zone: &HostedZoneHandle,
        name: impl KnownText,
        record_type: RecordType,
        values: impl IntoIterator<Item = Output<String>>,
    ) -> Self {
        let answer = Answer::Values(record_type, values.into_iter().collect());
        Self::of(zone, name.into(), answer)
    }

    /// An AWS object that answers under a whole name: its own name and the zone
    /// of that name.
    pub fn alias(
        zone: &HostedZoneHandle,
        name: impl KnownText,
        target: impl Gives<String>,
        target_zone: impl Gives<HostedZoneId>,
    ) -> Self {
        let answer = Answer::Alias(target.into(), target_zone.into());
        Self::of(zone, name.into(), answer)
    }

    fn of(zone: &HostedZoneHandle, name: String, answer: Answer) -> Self {
        Self {
            zone: zone.zone_id.clone(),
            domain: zone.domain.clone(),
            name,
            answer,
            ttl: 300,
        }
    }

    /// For how many seconds others may remember the values. Default 300.
    pub fn ttl(mut self, seconds: u32) -> Self {
        self.ttl = seconds;
        self
    }
}

impl Construct for DnsRecord {
    type Handle = RecordSetHandle;

    fn build(self, scope: &mut Scope<'_>) -> RecordSetHandle {
        let name = domain::parse(scope, "the record", &self.name);
        if !domain::lies_in(&name, &self.domain) {
            scope.problem(
                "outside-zone",
                format!("{name} does not belong to the zone {}", self.domain),
                format!("write the whole name, such as www.{}", self.domain),
            );
        }
        let record = match self.answer {
            Answer::Alias(target, zone) => RecordSet::alias(self.zone, name, target, zone),
            Answer::Values(record_type, values) => {
                check_values(scope, record_type, &name, &self.domain, values.len());
                RecordSet {
                    ttl: Some(self.ttl.into()),
                    ..RecordSet::new(self.zone, name, record_type, values)
                }
            }
        };
        scope.add("record", record)
    }
}

fn check_values(
    scope: &mut Scope<'_>,
    record_type: RecordType,
    name: &str,
    zone: &str,
    values: usize,
) {
    if values == 0 {
        scope.problem(
            "no-values",
            format!("the record {name} has no value"),
            "give it at least one",
        );
    }
    if record_type == RecordType::Cname && (values > 1 || name == zone) {
        scope.problem(
            "bad-cname",
            format!(
                "DNS would refuse the record {name}: a name that is another one has no other record"
            ),
            "give it one value, and use an alias for the domain itself",
        );
    }
}
