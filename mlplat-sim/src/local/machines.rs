//! The machines of node groups and Fargate profiles, as a cluster sees them.
//!
//! Sizes follow from the name of the instance type: two processors for `large`, four for `xlarge`, four times N for
//! `Nxlarge`; memory by family; pods by the number of addresses of the network interfaces (documentation of Amazon
//! EC2, "Instance types"; `max-pods` of the VPC CNI; 2026-11). A type that is not understood is a `large` of `m`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::cloud::SimObject;
use crate::kube::{Machine, Size};

/// What the nodes of Auto Mode are here: of the families that its general pool starts, a size that holds a platform.
const AUTO_MODE: &str = "m6i.2xlarge";

/// The machines of a node group; `zones` are those of its subnets.
pub(super) fn of_group(group: &SimObject, zones: &[String], region: &str) -> Vec<Machine> {
    let number = |name: &str| group.inputs.get(name).and_then(Value::as_u64);
    let count = number("DesiredSize").or(number("MinSize")).unwrap_or(1);
    (0..count)
        .map(|at| machine(group, at, zones, region))
        .collect()
}

/// The machines of a cluster in Auto Mode: one in each zone of its subnets. AWS starts as many as pods ask for; how
/// large a platform gets is not what this account is there to tell.
pub(super) fn of_auto_mode(cluster: &SimObject, zones: &[String], region: &str) -> Vec<Machine> {
    let pool = |(label, value): (&str, &str)| (label.to_owned(), value.to_owned());
    let labels = [
        ("eks.amazonaws.com/compute-type", "auto"),
        ("karpenter.sh/nodepool", "general-purpose"),
    ];
    let count = u64::try_from(zones.len().max(1)).unwrap_or(1);
    let each = (0..count).map(|at| Machine {
        labels: labels.map(pool).into(),
        ..bare(cluster.key, at, AUTO_MODE, zones, region)
    });
    each.collect()
}

fn machine(group: &SimObject, at: u64, zones: &[String], region: &str) -> Machine {
    let text = |name: &str| group.inputs.get(name).and_then(Value::as_str);
    let instance = group.inputs.get("InstanceTypes");
    let instance = instance.and_then(|list| list[0].as_str());
    let instance = instance.unwrap_or("t3.medium");
    let mut labels: BTreeMap<String, String> = BTreeMap::new();
    let given = group.inputs.get("Labels").and_then(Value::as_object);
    for (name, value) in given.into_iter().flatten() {
        labels.insert(name.clone(), value.as_str().unwrap_or_default().to_owned());
    }
    let own = text("NodegroupName").unwrap_or_default().to_owned();
    let capacity = text("CapacityType").unwrap_or("ON_DEMAND").to_owned();
    labels.insert("eks.amazonaws.com/nodegroup".to_owned(), own);
    labels.insert("eks.amazonaws.com/capacityType".to_owned(), capacity);
    Machine {
        labels,
        taints: taints(group),
        ..bare(group.key, at, instance, zones, region)
    }
}

/// A machine of an owner, without labels and taints.
fn bare(owner: u64, at: u64, instance: &str, zones: &[String], region: &str) -> Machine {
    let fallback = format!("{region}a");
    let spread = usize::try_from(at).unwrap_or_default() % zones.len().max(1);
    let zone = zones.get(spread).cloned().unwrap_or(fallback);
    let number = owner * 100 + at;
    let name = format!(
        "ip-10-{}-{}-{}.{region}.compute.internal",
        (number >> 16) & 0xff,
        (number >> 8) & 0xff,
        number & 0xff
    );
    Machine {
        name,
        provider_id: format!("aws:///{zone}/i-{number:017x}"),
        zone,
        size: size(instance),
        instance_type: instance.to_owned(),
        labels: BTreeMap::new(),
        taints: Vec::new(),
        selects: None,
    }
}

/// The machine of a Fargate profile. In reality each pod has one of its own, of the size that it asks for; here the
/// pods of a profile share one that is never full.
pub(super) fn of_profile(profile: &SimObject, zones: &[String], region: &str) -> Machine {
    let zone = zones.first().cloned().unwrap_or(format!("{region}a"));
    let number = profile.key * 100;
    let name = format!(
        "fargate-ip-10-{}-{}-{}.{region}.compute.internal",
        (number >> 16) & 0xff,
        (number >> 8) & 0xff,
        number & 0xff
    );
    let kind = "eks.amazonaws.com/compute-type";
    Machine {
        provider_id: format!("aws:///{zone}/{number:010x}/{name}"),
        name,
        zone,
        instance_type: "fargate".to_owned(),
        labels: BTreeMap::from([(kind.to_owned(), "fargate".to_owned())]),
        taints: vec![json!({"key": kind, "value": "fargate", "effect": "NoSchedule"})],
        size: Size {
            cpu_m: 1_000_000,
            memory: 4 << 40,
            pods: 10_000,
            gpus: 0,
        },
        selects: profile.inputs.get("Selectors").cloned(),
    }
}

/// Taints as a node has them: the effects are written in another way.
fn taints(group: &SimObject) -> Vec<Value> {
    let list = group.inputs.get("Taints").and_then(Value::as_array);
    let each = list.into_iter().flatten().map(|taint| {
        let effect = match taint["effect"].as_str() {
            Some("NO_EXECUTE") => "NoExecute",
            Some("PREFER_NO_SCHEDULE") => "PreferNoSchedule",
            _ => "NoSchedule",
        };
        let mut shown = json!({"key": taint["key"], "effect": effect});
        if let Some(value) = taint["value"].as_str() {
            shown["value"] = json!(value);
        }
        shown
    });
    each.collect()
}

/// What an instance type holds, less what the system keeps for itself.
fn size(instance: &str) -> Size {
    let (family, step) = instance.split_once('.').unwrap_or((instance, "large"));
    let times = step
        .strip_suffix("xlarge")
        .map(|times| times.parse().unwrap_or(1));
    let cpus: u64 = match (step, times) {
        ("nano" | "micro" | "small" | "medium" | "large", _) => 2,
        (_, Some(times)) => 4 * times,
        _ => 2,
    };
    let gib_per_cpu = match family.chars().next() {
        Some('c') => 2,
        Some('r' | 'x') => 8,
        _ => 4,
    };
    let gib = match step {
        "micro" => 1,
        "small" => 2,
        "medium" => 4,
        _ => cpus * gib_per_cpu,
    };
    let pods = match (step, cpus) {
        ("nano" | "micro", _) => 4,
        ("small", _) => 11,
        ("medium", _) => 17,
        (_, ..=2) => 29,
        (_, ..=8) => 58,
        _ => 110,
    };
    Size {
        cpu_m: cpus * 1000 - 80,
        memory: (gib << 30) - (gib << 30) / 10,
        pods,
        gpus: gpus(family, times.unwrap_or(0)),
    }
}

/// GPUs by family and size, for the families that have them.
fn gpus(family: &str, times: u64) -> u64 {
    let accelerated = family.starts_with("g4")
        || family.starts_with("g5")
        || family.starts_with("g6")
        || family.starts_with("p3")
        || family.starts_with("p4")
        || family.starts_with("p5");
    match (accelerated, times) {
        (false, _) => 0,
        (_, 24 | 48) if family.starts_with('p') => 8,
        (_, 48) => 8,
        (_, 12 | 24) => 4,
        (_, 8 | 16) if family.starts_with("p3") => times / 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_known_types() {
        for (instance, cpu_m, gib, pods, gpus) in [
            ("t3.medium", 1920, 4, 17, 0),
            ("m6i.large", 1920, 8, 29, 0),
            ("m6i.xlarge", 3920, 16, 58, 0),
            ("c7g.2xlarge", 7920, 16, 58, 0),
            ("r5.4xlarge", 15920, 128, 110, 0),
            ("g4dn.xlarge", 3920, 16, 58, 1),
            ("g5.12xlarge", 47920, 192, 110, 4),
            ("p4d.24xlarge", 95920, 384, 110, 8),
        ] {
            let size = size(instance);
            let memory: u64 = (gib << 30) - (gib << 30) / 10;
            let expected = Size {
                cpu_m,
                memory,
                pods,
                gpus,
            };
            assert_eq!(size, expected, "{instance}");
        }
    }
}
