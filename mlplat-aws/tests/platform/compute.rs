//! Node groups: images, accelerators, quotas.

use mlplat_aws::eks::{AmiType, TaintEffect};
use mlplat_aws::{EksCluster, EksClusterHandle, GpuNodeGroup, KmsKey, NodeGroup, Vpc};
use mlplat_core::{Construct, Stack};
use serde_json::json;

use crate::support::{build, document, input, paths, problems};

fn cluster(stack: &mut Stack) -> EksClusterHandle {
    let network = stack.add("network", Vpc::new("10.10.0.0/16"));
    stack.add("cluster", EksCluster::new(&network))
}

fn wrong<C: Construct>(nodes: impl FnOnce(&EksClusterHandle) -> C) -> Vec<&'static str> {
    problems(|stack| {
        let cluster = cluster(stack);
        stack.add("nodes", nodes(&cluster));
    })
}

#[test]
fn gpus_are_kept_for_pods_that_ask_for_them() {
    let graph = build(|stack| {
        let cluster = cluster(stack);
        let gpus = GpuNodeGroup::new(&cluster).instance_types(["g6.xlarge", "g5.2xlarge"]);
        stack.add("gpus", gpus.sizes(0..=4).spot().label("team", "vision"));
    });
    let of = |field| input(&graph, "gpus/group", field);
    assert_eq!(of("AmiType"), json!("AL2023_x86_64_NVIDIA"));
    assert_eq!(of("CapacityType"), json!("SPOT"));
    assert_eq!(of("InstanceTypes"), json!(["g6.xlarge", "g5.2xlarge"]));
    assert_eq!([of("MinSize"), of("MaxSize")], [json!(0), json!(4)]);
    assert_eq!(
        of("Labels"),
        json!({"nvidia.com/gpu.present": "true", "team": "vision"})
    );
    assert_eq!(
        of("Taints"),
        json!([{"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}])
    );
    // Four of the larger type, eight vCPUs each.
    let of = |field| input(&graph, "gpus/quota", field);
    assert_eq!(
        [of("ServiceCode"), of("QuotaCode"), of("AtLeast")],
        [json!("ec2"), json!("L-3819A6DF"), json!(32)]
    );
}

#[test]
fn images_follow_the_processor_and_the_choice() {
    let image = |change: fn(GpuNodeGroup) -> GpuNodeGroup| {
        let graph = build(move |stack| {
            let cluster = cluster(stack);
            stack.add("gpus", change(GpuNodeGroup::new(&cluster)));
        });
        let quota = paths(&graph).contains(&"gpus/quota".to_owned());
        (input(&graph, "gpus/group", "AmiType"), quota)
    };
    let arm = |gpus: GpuNodeGroup| gpus.instance_types(["g5g.xlarge"]);
    assert_eq!(image(|g| g), (json!("AL2023_x86_64_NVIDIA"), true));
    assert_eq!(
        image(|g| g.bottlerocket()),
        (json!("BOTTLEROCKET_x86_64_NVIDIA"), true)
    );
    assert_eq!(image(arm), (json!("AL2023_ARM_64_NVIDIA"), true));
    assert_eq!(
        image(|g| g
            .instance_types(["g5g.xlarge"])
            .bottlerocket()
            .without_quota_check()),
        (json!("BOTTLEROCKET_ARM_64_NVIDIA"), false)
    );
}

#[test]
fn bottlerocket_keeps_images_on_its_second_disk() {
    let graph = build(|stack| {
        let cluster = cluster(stack);
        stack.add(
            "nodes",
            NodeGroup::new(&cluster).ami(AmiType::BOTTLEROCKET_x86_64),
        );
    });
    let disks = input(&graph, "nodes/launch-template", "BlockDeviceMappings");
    assert_eq!(disks[0]["DeviceName"], json!("/dev/xvdb"));
}

#[test]
fn drivers_and_devices_belong_together() {
    let none: Vec<&str> = Vec::new();
    let gpu = |types: [&'static str; 1]| wrong(move |c| GpuNodeGroup::new(c).instance_types(types));
    assert_eq!(gpu(["g4dn.xlarge"]), none);
    assert_eq!(gpu(["m6i.large"]), ["image-does-not-fit"]);
    assert_eq!(gpu(["g4ad.xlarge"]), ["image-does-not-fit"]);
    assert_eq!(gpu(["inf2.xlarge"]), ["image-does-not-fit"]);
    assert_eq!(
        wrong(|c| GpuNodeGroup::new(c).instance_types(["g5.xlarge", "g5g.xlarge"])),
        ["image-does-not-fit"]
    );
    let neuron = AmiType::AL2023_x86_64_NEURON;
    assert_eq!(
        wrong(move |c| NodeGroup::new(c)
            .ami(neuron)
            .instance_types(["inf2.xlarge"])),
        none
    );
    assert_eq!(
        wrong(move |c| NodeGroup::new(c).ami(neuron).instance_types(["g5.xlarge"])),
        ["image-does-not-fit"]
    );
    // One may run without drivers what has a device.
    assert_eq!(
        wrong(|c| NodeGroup::new(c).instance_types(["g5.xlarge"])),
        none
    );
    let empty: [&str; 0] = [];
    assert_eq!(
        wrong(move |c| GpuNodeGroup::new(c).instance_types(empty)),
        ["no-instance-types"]
    );
}

#[test]
fn an_empty_group_tells_the_autoscaler_what_a_node_would_be() {
    let graph = build(|stack| {
        let cluster = cluster(stack);
        let key = stack.add("key", KmsKey::new("Disks").for_disks());
        let nodes = NodeGroup::new(&cluster)
            .sizes(0..=4)
            .label("team", "vision")
            .taint("gpu", "yes", TaintEffect::NoSchedule)
            .disk_encrypted_by(&key);
        stack.add("empty", nodes);
        let tagged = NodeGroup::new(&cluster).label("team", "vision");
        stack.add("tagged", tagged.group_tag("cost-centre", "17"));
    });
    let of = |path, field| input(&graph, path, field);
    let label = paths(&graph)
        .into_iter()
        .find(|path| path.ends_with("label.team"))
        .unwrap();
    assert_eq!(
        of(&label, "Key"),
        json!("k8s.io/cluster-autoscaler/node-template/label/team")
    );
    assert_eq!(of(&label, "Value"), json!("vision"));
    assert_eq!(
        of(&label, "AutoScalingGroupName"),
        json!("<empty/group.AutoScalingGroupName>")
    );
    let taint = paths(&graph)
        .into_iter()
        .find(|path| path.ends_with("taint.gpu"))
        .unwrap();
    assert_eq!(of(&taint, "Value"), json!("yes:NoSchedule"));
    // A group that is never empty shows its nodes, and is tagged as asked.
    let tagged: Vec<_> = paths(&graph)
        .into_iter()
        .filter(|path| path.starts_with("tagged/tag"))
        .collect();
    assert_eq!(tagged, ["tagged/tag-cost-centre"]);
    assert_eq!(
        of("tagged/tag-cost-centre", "PropagateAtLaunch"),
        json!(false)
    );
    // How many there are now is an autoscaler's business.
    assert_eq!(of("empty/group", "DesiredSize"), json!(null));
    let disk = &of("empty/launch-template", "BlockDeviceMappings")[0]["Ebs"];
    assert_eq!(disk["KmsKeyId"], json!("<key/key.Arn>"));
    let through = &document(&graph, "key/key", "KeyPolicy")["Statement"][1];
    assert_eq!(
        through["Condition"]["StringEquals"],
        json!({
            "kms:CallerAccount": "<caller-identity.Account>",
            "kms:ViaService": "ec2.<caller-identity.Region>.amazonaws.com",
        })
    );
}
