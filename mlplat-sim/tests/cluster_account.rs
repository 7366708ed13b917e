//! Where a cluster and the account under it meet: nodes of node groups, load balancers and disks that nobody declared.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use kube::api::{Api, ApiResource, DeleteParams, DynamicObject, GroupVersionKind, PostParams};
use mlplat_core::ClusterAccess;
use mlplat_core::facts::Type;
use mlplat_core::provider::{Provider as _, Target};
use mlplat_k8s::ClientSource as _;
use mlplat_sim::local::{Local, LocalOptions};
use mlplat_sim::machine::{Ended, Machine, Process, run};
use serde_json::{Map, Value, json};

fn facts(name: &str) -> &'static Type {
    let all = mlplat_aws::catalog().iter();
    all.copied().find(|ty| ty.name == name).unwrap()
}

fn open(machine: &Machine, process: Arc<Process>) -> Local {
    let files = Arc::new(machine.files.clone());
    let options = LocalOptions {
        region: "eu-west-1".to_owned(),
        ..LocalOptions::default()
    };
    Local::open(process, files, Path::new("world"), &options).unwrap()
}

/// Runs a part of a life in a process of its own.
fn process<T>(machine: &Machine, part: impl AsyncFnOnce(Local) -> T) -> T {
    let (_, ended) = run(|| {
        let process = Arc::new(Process::new(machine, 1));
        (process, |process: Arc<Process>| async move {
            part(open(machine, process)).await
        })
    });
    match ended {
        Ended::Done(value) => value,
        Ended::Killed => panic!("nobody kills it"),
    }
}

fn put(local: &Local, ty: &str, inputs: Value) -> String {
    let Value::Object(inputs) = inputs else {
        panic!("inputs are an object")
    };
    local.cloud().put_foreign(facts(ty), inputs)
}

/// A network with two zones, and a cluster with two nodes in it; the ids of the first subnet and the VPC.
fn platform(local: &Local, addons: &[&str]) -> (String, String) {
    let vpc = put(local, "ec2.VPC", json!({"CidrBlock": "10.0.0.0/16"}));
    let subnet = |number: u8, zone: &str| {
        put(
            local,
            "ec2.Subnet",
            json!({
            "VpcId": vpc, "CidrBlock": format!("10.0.{number}.0/24"), "AvailabilityZone": zone,
            "Tags": {"kubernetes.io/role/elb": "1"}}),
        )
    };
    let subnets = [subnet(1, "eu-west-1a"), subnet(2, "eu-west-1b")];
    let name = json!({"Name": "main", "RoleArn": "arn:x", "SubnetIds": subnets});
    let cluster = put(local, "eks.Cluster", name);
    put(
        local,
        "eks.AccessPolicyAssociation",
        json!({"ClusterName": cluster, "PrincipalArn": "arn:me", "PolicyArn": "arn:p"}),
    );
    for addon in addons {
        put(
            local,
            "eks.Addon",
            json!({"ClusterName": cluster, "AddonName": addon}),
        );
    }
    put(
        local,
        "eks.Nodegroup",
        json!({
        "ClusterName": cluster, "NodegroupName": "workers", "NodeRole": "arn:n", "Subnets": subnets,
        "DesiredSize": 2, "InstanceTypes": ["m6i.large"], "Labels": {"pool": "cpu"}}),
    );
    (subnets[0].clone(), vpc)
}

async fn client(local: &Local) -> kube::Client {
    let (_, endpoint) = local.clusters().endpoints().remove(0);
    let access: ClusterAccess = serde_json::from_value(json!({
        "id": "arn:main", "endpoint": endpoint, "certificate_authority": ""}))
    .unwrap();
    local.clusters().client(&access).await.unwrap()
}

fn api(client: &kube::Client, group: &str, kind: &str, plural: &str) -> Api<DynamicObject> {
    let resource =
        ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(group, "v1", kind), plural);
    match plural {
        "nodes" | "storageclasses" | "persistentvolumes" => {
            Api::all_with(client.clone(), &resource)
        }
        _ => Api::default_namespaced_with(client.clone(), &resource),
    }
}

async fn make(api: &Api<DynamicObject>, object: Value) {
    let object = serde_json::from_value(object).unwrap();
    api.create(&PostParams::default(), &object).await.unwrap();
}

async fn pass(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

/// Types and ids of what is in the account, without what the test put there.
fn belongings(local: &Local) -> Vec<String> {
    let objects = local.cloud().objects().into_iter();
    let those = objects.filter(|one| one.lineage == "kubernetes/main");
    those.map(|one| one.ty).collect()
}

async fn delete(local: &Local, ty: &str, id: &str) -> Result<(), String> {
    let target = Target {
        ty: facts(ty),
        id: id.to_owned(),
        inputs: Map::new(),
        token: String::new(),
    };
    local
        .cloud()
        .delete(&target)
        .await
        .map_err(|error| error.message)
}

fn service() -> Value {
    json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
           "spec": {"type": "LoadBalancer", "selector": {"app": "web"}, "ports": [{"port": 80}]}})
}

fn host(object: &DynamicObject) -> Option<String> {
    let host = object
        .data
        .pointer("/status/loadBalancer/ingress/0/hostname")?;
    host.as_str().map(str::to_owned)
}

#[test]
fn nodes_are_the_machines_of_node_groups() {
    let machine = Machine::default();
    process(&machine, async |local| {
        platform(&local, &[]);
        let nodes = api(&client(&local).await, "", "Node", "nodes");
        pass(2).await;
        let list = nodes.list(&Default::default()).await.unwrap().items;
        let zones: Vec<&str> = list
            .iter()
            .map(|one| {
                one.metadata.labels.as_ref().unwrap()["topology.kubernetes.io/zone"].as_str()
            })
            .collect();
        assert_eq!(zones, ["eu-west-1a", "eu-west-1b"]);
        let labels = list[0].metadata.labels.as_ref().unwrap();
        assert_eq!(
            (
                labels["pool"].as_str(),
                labels["eks.amazonaws.com/nodegroup"].as_str()
            ),
            ("cpu", "workers")
        );
        // A larger group has more nodes, one that is gone has none.
        let group = local
            .cloud()
            .objects()
            .into_iter()
            .find(|one| one.ty == "eks.Nodegroup")
            .unwrap();
        local
            .cloud()
            .set(&group.id, "DesiredSize", json!(3))
            .unwrap();
        client(&local).await;
        pass(2).await;
        assert_eq!(
            nodes.list(&Default::default()).await.unwrap().items.len(),
            3
        );
        local.cloud().take_away(&group.id).unwrap();
        client(&local).await;
        pass(2).await;
        assert!(
            nodes
                .list(&Default::default())
                .await
                .unwrap()
                .items
                .is_empty()
        );
        let pods = api(&client(&local).await, "", "Pod", "pods");
        make(&pods, json!({"metadata": {"name": "one"}, "spec": {"containers": [{"name": "main", "image": "main:1"}]}})).await;
        pass(5).await;
        let pod = pods.get("one").await.unwrap();
        let message = pod.data.pointer("/status/conditions/0/message").unwrap();
        assert_eq!(message, "no nodes available to schedule pods");
    });
}

/// A load balancer holds the network until its service is gone, and its interfaces a while longer.
#[test]
fn a_load_balancer_holds_the_network() {
    let machine = Machine::default();
    process(&machine, async |local| {
        let (subnet, vpc) = platform(&local, &[]);
        let services = api(&client(&local).await, "", "Service", "services");
        make(&services, service()).await;
        pass(130).await;
        let found = services.get("web").await.unwrap();
        let shown = host(&found).unwrap();
        assert!(shown.ends_with(".eu-west-1.elb.amazonaws.com"), "{shown}");
        assert_eq!(
            belongings(&local),
            [
                "ec2.SecurityGroup",
                "elb.LoadBalancer",
                "ec2.NetworkInterface",
                "ec2.NetworkInterface"
            ]
        );
        let listed: Vec<String> = local
            .door()
            .list(false)
            .unwrap()
            .into_iter()
            .map(|thing| thing.ty)
            .collect();
        assert!(listed.contains(&"elb.LoadBalancer".to_owned()));
        let group = local
            .cloud()
            .objects()
            .into_iter()
            .find(|one| one.ty == "eks.Nodegroup")
            .unwrap();
        local.cloud().take_away(&group.id).unwrap();
        let cluster = local
            .cloud()
            .objects()
            .into_iter()
            .find(|one| one.ty == "eks.Cluster")
            .unwrap();
        let held = delete(&local, "ec2.Subnet", &subnet).await.unwrap_err();
        assert!(held.contains("is held by"), "{held}");
        // The service goes; nobody looks at the cluster, and still its controllers let go.
        services
            .delete("web", &DeleteParams::default())
            .await
            .unwrap();
        drop(services);
        pass(30).await;
        assert_eq!(belongings(&local), Vec::<String>::new());
        local.cloud().take_away(&cluster.id).unwrap();
        delete(&local, "ec2.Subnet", &subnet).await.unwrap();
        let other = local
            .cloud()
            .objects()
            .into_iter()
            .find(|one| one.ty == "ec2.Subnet")
            .unwrap();
        delete(&local, "ec2.Subnet", &other.id).await.unwrap();
        delete(&local, "ec2.VPC", &vpc).await.unwrap();
    });
}

/// A destroy that takes the cluster away first leaves the load balancer for ever, and hangs on the network.
#[test]
fn a_forgotten_load_balancer_stays() {
    let machine = Machine::default();
    process(&machine, async |local| {
        let (subnet, _) = platform(&local, &[]);
        let services = api(&client(&local).await, "", "Service", "services");
        make(&services, service()).await;
        pass(130).await;
        let cluster = local
            .cloud()
            .objects()
            .into_iter()
            .find(|one| one.ty == "eks.Cluster")
            .unwrap();
        let group = local
            .cloud()
            .objects()
            .into_iter()
            .find(|one| one.ty == "eks.Nodegroup")
            .unwrap();
        local.cloud().take_away(&group.id).unwrap();
        local.cloud().take_away(&cluster.id).unwrap();
        pass(24 * 3600).await;
        let held = delete(&local, "ec2.Subnet", &subnet).await.unwrap_err();
        assert!(
            held.contains("elb.LoadBalancer") || held.contains("ec2.NetworkInterface"),
            "{held}"
        );
        let group = local
            .cloud()
            .objects()
            .into_iter()
            .find(|one| one.ty == "ec2.SecurityGroup")
            .unwrap();
        assert!(
            delete(&local, "ec2.SecurityGroup", &group.id)
                .await
                .is_err()
        );
    });
}

/// Without subnets that are marked for load balancers there is none, and the service says so.
#[test]
fn no_subnet_for_a_load_balancer() {
    let machine = Machine::default();
    process(&machine, async |local| {
        platform(&local, &[]);
        for subnet in local
            .cloud()
            .objects()
            .into_iter()
            .filter(|one| one.ty == "ec2.Subnet")
        {
            local.cloud().set(&subnet.id, "Tags", Value::Null).unwrap();
        }
        let client = client(&local).await;
        let services = api(&client, "", "Service", "services");
        make(&services, service()).await;
        pass(600).await;
        assert_eq!(host(&services.get("web").await.unwrap()), None);
        let events = api(&client, "", "Event", "events")
            .list(&Default::default())
            .await
            .unwrap();
        let message = "Error syncing load balancer: failed to ensure load balancer: could not find any suitable subnets for creating the ELB";
        assert!(
            events
                .items
                .iter()
                .any(|one| one.data["message"] == message)
        );
        let subnet = local
            .cloud()
            .objects()
            .into_iter()
            .find(|one| one.ty == "ec2.Subnet")
            .unwrap();
        local
            .cloud()
            .set(&subnet.id, "Tags", json!({"kubernetes.io/role/elb": "1"}))
            .unwrap();
        pass(200).await;
        assert!(host(&services.get("web").await.unwrap()).is_some());
    });
}

fn storage(claims: &Api<DynamicObject>, classes: &Api<DynamicObject>) -> impl Future<Output = ()> {
    let class = json!({"metadata": {"name": "gp3"}, "provisioner": "ebs.csi.aws.com", "parameters": {"type": "gp3"}});
    let claim = json!({"metadata": {"name": "data"}, "spec": {
        "storageClassName": "gp3", "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "20Gi"}}}});
    async move {
        make(classes, class).await;
        make(claims, claim).await;
    }
}

/// A disk is an object of the account that goes with its claim; without the add-on of the driver there is none.
#[test]
fn claims_make_disks() {
    let machine = Machine::default();
    process(&machine, async |local| {
        platform(&local, &[]);
        let client = client(&local).await;
        let claims = api(
            &client,
            "",
            "PersistentVolumeClaim",
            "persistentvolumeclaims",
        );
        storage(
            &claims,
            &api(&client, "storage.k8s.io", "StorageClass", "storageclasses"),
        )
        .await;
        pass(600).await;
        assert_eq!(
            claims.get("data").await.unwrap().data["status"]["phase"],
            "Pending"
        );
        assert_eq!(belongings(&local), Vec::<String>::new());
    });
    let machine = Machine::default();
    process(&machine, async |local| {
        platform(&local, &["aws-ebs-csi-driver"]);
        let client = client(&local).await;
        let claims = api(
            &client,
            "",
            "PersistentVolumeClaim",
            "persistentvolumeclaims",
        );
        storage(
            &claims,
            &api(&client, "storage.k8s.io", "StorageClass", "storageclasses"),
        )
        .await;
        pass(30).await;
        assert_eq!(
            claims.get("data").await.unwrap().data["status"]["phase"],
            "Bound"
        );
        let volume = local
            .cloud()
            .objects()
            .into_iter()
            .find(|one| one.ty == "ec2.Volume")
            .unwrap();
        assert_eq!(
            (&volume.inputs["Size"], &volume.inputs["AvailabilityZone"]),
            (&json!(20), &json!("eu-west-1a"))
        );
        let volumes = api(&client, "", "PersistentVolume", "persistentvolumes");
        let handle = volumes.list(&Default::default()).await.unwrap().items[0].data["spec"]["csi"]
            ["volumeHandle"]
            .clone();
        assert_eq!(handle, volume.id);
        claims
            .delete("data", &DeleteParams::default())
            .await
            .unwrap();
        pass(30).await;
        assert_eq!(belongings(&local), Vec::<String>::new());
    });
}

/// The next process finds what the last one made: no second load balancer, and the deletion goes on although nobody
/// opens the cluster.
#[test]
fn another_process_goes_on() {
    let machine = Machine::default();
    process(&machine, async |local| {
        platform(&local, &[]);
        let services = api(&client(&local).await, "", "Service", "services");
        make(&services, service()).await;
        pass(5).await;
        // Nothing has looked at the cluster since; the account's door lets it act.
        assert_eq!(belongings(&local).len(), 4);
        local.cloud().remember(0.0);
    });
    process(&machine, async |local| {
        let services = api(&client(&local).await, "", "Service", "services");
        pass(130).await;
        assert!(host(&services.get("web").await.unwrap()).is_some());
        assert_eq!(belongings(&local).len(), 4);
        services
            .delete("web", &DeleteParams::default())
            .await
            .unwrap();
        local.cloud().remember(0.0);
    });
    process(&machine, async |local| {
        pass(60).await;
        assert_eq!(belongings(&local), Vec::<String>::new());
    });
}

/// A whole life of a program with a deployment, a load balancer and a claim: nothing is left, and what containers do is
/// chosen in a line.
#[test]
fn a_whole_life_with_workloads() {
    use mlplat_aws::{EksCluster, Vpc};
    use mlplat_core::Stack;
    use mlplat_k8s::openapi::api::core::v1::{ServicePort, ServiceSpec};
    use mlplat_k8s::{Namespace, Service, Spec, Wires};
    use mlplat_sim::simulate::World;

    fn platform(stack: &mut Stack) {
        let network = stack.add("network", Vpc::new("10.20.0.0/16"));
        let cluster = stack.add("cluster", EksCluster::new(&network).nodes(1..=2));
        let space = stack.add("space", Namespace::new(&cluster, "web"));
        let spec = Spec::of(|_: &mut Wires| ServiceSpec {
            type_: Some("LoadBalancer".to_owned()),
            ports: Some(vec![ServicePort {
                port: 80,
                ..ServicePort::default()
            }]),
            ..ServiceSpec::default()
        });
        let service = stack.add("web", Service::new(&cluster, &space, "web", spec));
        stack.output("host", &service.load_balancer_host);
    }

    let mut world = World::simulate(platform).containers("crash=web:1");
    let deployed = world.deploy();
    deployed.assert_complete();
    assert!(deployed.took_by("web") >= Duration::from_secs(60));
    let has = |world: &World, ty: &str| world.objects().iter().any(|one| one.ty == ty);
    assert!(has(&world, "elb.LoadBalancer"));
    world.destroy().assert_complete();
    assert!(!has(&world, "elb.LoadBalancer") && !has(&world, "ec2.VPC"));
}
