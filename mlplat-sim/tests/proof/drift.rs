//! What somebody changes outside is put back, once.

use mlplat_aws::{catalog, ec2, efs, kms, lookups, rds, s3};
use mlplat_core::Stack;
use mlplat_core::facts::{OnChange, Type};
use mlplat_sim::cloud::SimObject;
use mlplat_sim::harness::{Life, Scenario, Stage};
use serde_json::{Value, json};

use super::types::*;

/// Another value of the same shape, or nothing.
fn other(value: &Value) -> Vec<Value> {
    let changed = match value {
        Value::String(text) if text.parse::<ipnet::IpNet>().is_ok() => json!("172.16.0.0/28"),
        Value::String(text) => json!(format!("{text}-x")),
        Value::Number(number) => json!(number.as_i64().unwrap_or(0) + 1),
        Value::Bool(flag) => json!(!flag),
        Value::Array(_) => json!(["another"]),
        Value::Object(_) => json!({"another": "one"}),
        Value::Null => json!("something"),
    };
    vec![changed, Value::Null]
}

/// What all objects are, sorted. Ids and generated names change with a
/// replacement and are left out.
fn inputs(life: &Life<'_>) -> Vec<String> {
    let objects = life.objects();
    let is_ours = |text: &str| {
        let named = |object: &SimObject| object.outputs.values().any(|v| v.as_str() == Some(text));
        text.starts_with("proof-dev") || objects.values().any(|o| o.id == text || named(o))
    };
    let masked = |value: &Value| match value {
        Value::String(text) if is_ours(text) => json!("<ours>"),
        value => value.clone(),
    };
    let shown = |object: &SimObject| {
        let fields = object.inputs.iter().map(|(field, value)| match value {
            Value::Array(items) => {
                let items: Value = items.iter().map(masked).collect();
                format!("{field}={items}")
            }
            value => format!("{field}={}", masked(value)),
        });
        format!("{} {}", object.ty, fields.collect::<Vec<_>>().join(" "))
    };
    let there = objects.values().filter(|object| object.gone_at.is_none());
    let mut all: Vec<String> = there.map(shown).collect();
    all.sort_unstable();
    all
}

fn each_field(life: &Life<'_>, stage: &Stage, types: &[&'static Type]) -> usize {
    lives(life, stage, 1);
    let count = life.objects().len();
    let before = inputs(life);
    let mut drifted = 0;
    for (key, object) in life.objects() {
        let ty = types
            .iter()
            .find(|ty| ty.name == object.ty)
            .expect("a type");
        for (field, value) in &object.inputs {
            let fact = ty.field(field).expect("a field");
            if fact.change == OnChange::WriteOnly || fact.secret {
                continue;
            }
            let mut others = other(value);
            if let (OnChange::AtLeast, Some(least)) = (fact.change, value.as_i64()) {
                // More than the least is as wanted.
                others[0] = json!(least - 1);
            }
            for value in others {
                let empty = match object.inputs.get(field) {
                    Some(Value::Array(items)) => items.is_empty(),
                    Some(Value::Object(members)) => members.is_empty(),
                    _ => false,
                };
                if value.is_null() && (empty || fact.required) {
                    continue;
                }
                let life = life.fork();
                life.look(|cloud| cloud.set(&object.id, field, value.clone()))
                    .unwrap();
                let what = format!("{}.{field} = {value} on {key}", object.ty);
                let lived = came_back(life.go(stage, 2, 0));
                assert!(!lived.unchanged, "{what}: not seen");
                assert!(lived.failed.is_empty(), "{what}: {:?}", lived.failed);
                assert_eq!(life.objects().len(), count, "{what}");
                assert_eq!(inputs(&life), before, "{what}");
                assert!(lives(&life, stage, 3).unchanged, "{what}: repaired twice");
                drifted += 1;
            }
        }
    }
    drifted
}

#[test]
fn every_field_of_the_model_types() {
    let calm = scenario("drift", vec![]);
    let life = Life::new(&calm);
    let drifted = each_field(&life, &yard_stage("red", "wind", 1), &[&BOX, &MILL]);
    assert!(drifted > 25, "{drifted}");
}

fn network(stack: &mut Stack) {
    let vpc = stack.add(
        "vpc",
        ec2::Vpc::new("10.0.0.0/16".parse::<ipnet::Ipv4Net>().unwrap()),
    );
    let zones = stack.add("zones", lookups::AvailabilityZones::default());
    let range: ipnet::Ipv4Net = "10.0.1.0/24".parse().unwrap();
    let zone = zones.zone_names.item(0);
    let subnet = stack.add("subnet", ec2::Subnet::new(&vpc.vpc_id, range, zone));
    let gateway = stack.add("gateway", ec2::InternetGateway::default());
    stack.add(
        "attachment",
        ec2::VpcGatewayAttachment {
            internet_gateway_id: (&gateway.internet_gateway_id).into(),
            vpc_id: (&vpc.vpc_id).into(),
        },
    );
    let address = stack.add("address", ec2::Eip::default());
    let nat = ec2::NatGateway::new(&subnet.subnet_id, &address.allocation_id);
    stack.add("nat", nat);
    stack.add("bucket", s3::Bucket::default());
}

#[test]
fn every_field_of_a_network() {
    let aws = Scenario::new("network drift", catalog(), vec![]);
    let life = Life::new(&aws);
    let drifted = each_field(&life, &Stage::deploy(network), catalog());
    assert!(drifted > 12, "{drifted}");
}

/// A database, a key and file systems, with as many fields as they take.
fn stores(stack: &mut Stack) {
    let vpc = stack.add(
        "vpc",
        ec2::Vpc::new("10.0.0.0/16".parse::<ipnet::Ipv4Net>().unwrap()),
    );
    let zones = stack.add("zones", lookups::AvailabilityZones::default());
    let range: ipnet::Ipv4Net = "10.0.1.0/24".parse().unwrap();
    let subnet = ec2::Subnet::new(&vpc.vpc_id, range, zones.zone_names.item(0));
    let subnet = stack.add("subnet", subnet).subnet_id;
    let group = stack.add("group", ec2::SecurityGroup::new(&vpc.vpc_id, "stores"));
    let subnets = rds::DbSubnetGroup::new("stores", [subnet.clone()]);
    let subnets = stack.add("subnets", subnets);
    let mut parameters = rds::DbParameterGroup::new("mysql8.4", "stores");
    let tls = "require_secure_transport".to_owned();
    parameters.parameters.insert(tls, "1".into());
    let parameters = stack.add("parameters", parameters);
    let database = rds::DbInstance {
        engine_version: Some("8.4".into()),
        allocated_storage: Some(20.into()),
        max_allocated_storage: Some(100.into()),
        db_subnet_group_name: Some(subnets.db_subnet_group_name),
        db_parameter_group_name: Some(parameters.db_parameter_group_name),
        vpc_security_groups: vec![group.group_id.clone()],
        backup_retention_period: Some(7.into()),
        deletion_protection: Some(false.into()),
        ..rds::DbInstance::new("mysql", "db.t4g.micro", 3306)
    };
    stack.add("database", database);
    let key = kms::Key {
        description: Some("Data".into()),
        enable_key_rotation: Some(true.into()),
        ..kms::Key::default()
    };
    let key = stack.add("key", key);
    let alias = kms::Alias {
        alias_name: None,
        target_key_id: key.key_id,
    };
    stack.add("alias", alias);
    let files = efs::FileSystem {
        encrypted: Some(true.into()),
        throughput_mode: Some(efs::ThroughputMode::Elastic.into()),
        ..efs::FileSystem::default()
    };
    let files = stack.add("files", files);
    let target = efs::MountTarget {
        file_system_id: files.file_system_id.clone(),
        subnet_id: subnet,
        security_groups: vec![group.group_id],
        ip_address: None,
    };
    stack.add("target", target);
    let point = efs::AccessPoint {
        path: Some("/logs".into()),
        ..efs::AccessPoint::new(&files.file_system_id)
    };
    stack.add("point", point);
}

#[test]
fn every_field_of_what_keeps_data() {
    let aws = Scenario::new("stores drift", catalog(), vec![]);
    let life = Life::new(&aws);
    let drifted = each_field(&life, &Stage::deploy(stores), catalog());
    assert!(drifted > 60, "{drifted}");
}

#[test]
fn what_was_deleted_outside_is_made_again() {
    let calm = scenario("deleted outside", vec![]);
    let life = Life::new(&calm);
    let stage = yard_stage("red", "wind", 1);
    lives(&life, &stage, 1);
    for object in life.objects().values() {
        let life = life.fork();
        life.look(|cloud| cloud.take_away(&object.id)).unwrap();
        lives(&life, &stage, 2);
        assert_eq!(life.objects().len(), 6, "without {}", object.id);
        assert!(lives(&life, &stage, 3).unchanged, "without {}", object.id);
    }
}
