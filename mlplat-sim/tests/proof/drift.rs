//! What somebody changes outside is put back, once.

use mlplat_aws::{catalog, ec2, lookups, s3};
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
    let shown = |object: &SimObject| {
        let fields = object.inputs.iter().map(|(field, value)| match value {
            Value::String(text) if is_ours(text) => format!("{field}=<ours>"),
            value => format!("{field}={value}"),
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
            for value in other(value) {
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
