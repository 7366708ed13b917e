//! Zones, records and certificates.

use mlplat_aws::policy::trust;
use mlplat_aws::route53::RecordType;
use mlplat_aws::{Certificate, DnsRecord, HostedZone, Role, Vpc};
use mlplat_core::Stack;
use serde_json::{Value, json};

use crate::support::{build, document, input, is_after, paths, problems};

#[test]
fn a_zone_is_led_to_by_the_one_above() {
    let graph = build(|stack| {
        let company = stack.add("company", HostedZone::lookup("Example.com."));
        stack.add("ml", HostedZone::create("ml.example.com").part_of(&company));
    });
    assert_eq!(input(&graph, "company/zone", "Name"), json!("example.com"));
    let of = |field| input(&graph, "ml/delegation/record", field);
    assert_eq!(of("HostedZoneId"), json!("<company/zone.Id>"));
    assert_eq!(of("Type"), json!("NS"));
    assert_eq!(of("Name"), json!("ml.example.com"));
    assert_eq!(
        of("ResourceRecords"),
        json!([
            "<ml/zone.NameServers>[0]",
            "<ml/zone.NameServers>[1]",
            "<ml/zone.NameServers>[2]",
            "<ml/zone.NameServers>[3]",
        ])
    );
}

#[test]
fn a_private_zone_is_of_a_network_and_nobody_leads_to_it() {
    let graph = build(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        stack.add(
            "inside",
            HostedZone::create("ml.internal").private(&network),
        );
    });
    let of = |field| input(&graph, "inside/zone", field);
    assert_eq!(of("VPCId"), json!("<network/vpc.VpcId>"));
    assert_eq!(of("VPCRegion"), json!("<caller-identity.Region>"));
    let led_to = |stack: &mut Stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let above = stack.add("above", HostedZone::lookup("example.com"));
        let inside = HostedZone::create("ml.example.com").private(&network);
        stack.add("inside", inside.part_of(&above));
    };
    assert_eq!(problems(led_to), ["private-delegation"]);
}

#[test]
fn records_that_dns_or_the_zone_would_refuse() {
    let record = |name: &'static str, record_type, values: &'static [&'static str]| {
        problems(move |stack| {
            let zone = stack.add("zone", HostedZone::create("example.com"));
            let values = values.iter().map(|value| (*value).into());
            stack.add("record", DnsRecord::new(&zone, name, record_type, values));
        })
    };
    let none: [&str; 0] = [];
    assert_eq!(
        record("www.example.com", RecordType::A, &["192.0.2.1"]),
        none
    );
    assert_eq!(
        record("*.example.com", RecordType::Cname, &["example.org"]),
        none
    );
    assert_eq!(
        record("example.org", RecordType::A, &["192.0.2.1"]),
        ["outside-zone"]
    );
    assert_eq!(
        record("www", RecordType::A, &["192.0.2.1"]),
        ["bad-domain", "outside-zone"]
    );
    assert_eq!(
        record("a..example.com", RecordType::A, &["192.0.2.1"]),
        ["bad-domain"]
    );
    assert_eq!(record("www.example.com", RecordType::A, &[]), ["no-values"]);
    assert_eq!(
        record("example.com", RecordType::Cname, &["example.org"]),
        ["bad-cname"]
    );
    assert_eq!(
        record("www.example.com", RecordType::Cname, &["a.org", "b.org"]),
        ["bad-cname"]
    );
}

#[test]
fn an_alias_has_a_target_and_no_values() {
    let graph = build(|stack| {
        let zone = stack.add("zone", HostedZone::create("example.com"));
        stack.add(
            "www",
            DnsRecord::alias(
                &zone,
                "example.com",
                "lb-1.elb.amazonaws.com",
                mlplat_aws::ids::HostedZoneId::new("Z1"),
            ),
        );
    });
    let of = |field| input(&graph, "www/record", field);
    assert_eq!(
        [
            of("Type"),
            of("AliasDNSName"),
            of("AliasHostedZoneId"),
            of("EvaluateTargetHealth"),
            of("TTL")
        ],
        [
            json!("A"),
            json!("lb-1.elb.amazonaws.com"),
            json!("Z1"),
            json!(false),
            Value::Null
        ]
    );
}

#[test]
fn a_certificate_is_issued_after_its_records() {
    let graph = build(|stack| {
        let zone = stack.add("zone", HostedZone::create("example.com"));
        let other = stack.add("other", HostedZone::lookup("example.org"));
        let tls = Certificate::new("ml.example.com", &zone)
            .and("*.ml.example.com")
            .and("ML.example.com.")
            .and_of("ml.example.org", &other);
        let tls = stack.add("tls", tls);
        stack.output("certificate", &tls.arn);
    });
    let below: Vec<_> = paths(&graph)
        .into_iter()
        .filter(|path| path.starts_with("tls/"))
        .collect();
    assert_eq!(
        below,
        [
            "tls/certificate",
            "tls/validation-1",
            "tls/validation-2",
            "tls/issued"
        ]
    );
    assert_eq!(
        input(&graph, "tls/certificate", "SubjectAlternativeNames"),
        json!(["*.ml.example.com", "ml.example.org"])
    );
    // The second record is the third name's: the list has one per name.
    let of = |field| input(&graph, "tls/validation-2", field);
    assert_eq!(of("HostedZoneId"), json!("<other/zone.Id>"));
    assert_eq!(
        of("Name"),
        json!("<tls/certificate.ValidationRecordNames>[2]")
    );
    assert_eq!(
        of("ResourceRecords"),
        json!(["<tls/certificate.ValidationRecordValues>[2]"])
    );
    for record in ["tls/validation-1", "tls/validation-2"] {
        assert!(is_after(&graph, "tls/issued", record), "{record}");
        assert!(is_after(&graph, record, "tls/certificate"), "{record}");
    }
}

#[test]
fn a_certificate_for_somebody_elses_domain_is_a_problem() {
    let wrong = |domain: &'static str| {
        problems(move |stack| {
            let zone = stack.add("zone", HostedZone::create("example.com"));
            stack.add("tls", Certificate::new(domain, &zone));
        })
    };
    assert_eq!(wrong("ml.example.org"), ["outside-zone"]);
    assert_eq!(wrong("notexample.com"), ["outside-zone"]);
    let long = "a-rather-long-name-of-a-host.in-a-rather-long-part-of.example.com";
    assert_eq!(wrong(long), ["domain-too-long"]);
}

#[test]
fn who_manages_records_and_who_answers_challenges() {
    let graph = build(|stack| {
        let zone = stack.add("zone", HostedZone::create("example.com"));
        let role = || Role::new(trust::service("ec2.amazonaws.com"));
        stack.add("external-dns", role().grant(zone.manage()));
        stack.add("cert-manager", role().grant(zone.answer_challenges()));
    });
    let zone = "arn:aws:route53:::hostedzone/<zone/zone.Id>";
    assert_eq!(
        document(&graph, "external-dns/policy", "PolicyDocument")["Statement"],
        json!([
            {"Effect": "Allow", "Resource": zone, "Action": [
                "route53:ChangeResourceRecordSets", "route53:ListResourceRecordSets",
                "route53:ListTagsForResource"]},
            {"Effect": "Allow", "Resource": "*", "Action": "route53:ListHostedZones"},
        ])
    );
    assert_eq!(
        document(&graph, "cert-manager/policy", "PolicyDocument")["Statement"],
        json!([
            {"Effect": "Allow", "Resource": zone, "Action": "route53:ChangeResourceRecordSets",
             "Condition": {
                "ForAllValues:StringEquals": {"route53:ChangeResourceRecordSetsRecordTypes": "TXT"},
                "ForAllValues:StringLike":
                    {"route53:ChangeResourceRecordSetsNormalizedRecordNames": "_acme-challenge.*"}}},
            {"Effect": "Allow", "Resource": zone, "Action": "route53:ListResourceRecordSets"},
            {"Effect": "Allow", "Resource": "arn:aws:route53:::change/*", "Action": "route53:GetChange"},
            {"Effect": "Allow", "Resource": "*", "Action": "route53:ListHostedZonesByName"},
        ])
    );
}
