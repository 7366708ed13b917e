//! What a cluster of the account stands on: the account.
//!
//! Nodes are the machines of its node groups. Load balancers, their security groups and interfaces, and disks become
//! objects of the account that belong to `kubernetes/CLUSTER`; each is made for the id of what asked for it, so that a
//! controller that died between account and cluster finds it again. Whoever destroys the network before the cluster
//! has let go of them is refused, as in reality.
//!
//! A load balancer is in the subnets with the tag `kubernetes.io/role/elb` (or `.../internal-elb`), else, for an outer
//! one, in those that give public addresses; one subnet for each zone. Without any it is not made.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::machines;
use crate::cloud::{Belonging, Cloud, SimObject};
use crate::facts::{LOAD_BALANCER, NETWORK_INTERFACE, VOLUME};
use crate::kube::{BalancerWish, Infrastructure, Machine, VolumeWish};

/// Who provides volumes in Auto Mode.
const AUTO_MODE_VOLUMES: &str = "ebs.csi.eks.amazonaws.com";

/// The account under one cluster.
pub(super) struct Ground {
    cloud: Arc<Cloud>,
    /// The name of the cluster.
    cluster: String,
    owner: String,
}

impl Ground {
    pub(super) fn new(cloud: Arc<Cloud>, cluster: &str) -> Self {
        Self {
            cloud,
            cluster: cluster.to_owned(),
            owner: owner(cluster),
        }
    }

    /// The network of the cluster: its VPC and the subnets in it.
    fn network(&self) -> Option<(String, Vec<SimObject>)> {
        self.cloud.see(|live| {
            let live: Vec<&SimObject> = live.filter(|one| one.gone_at.is_none()).collect();
            let cluster = live
                .iter()
                .find(|one| one.ty == "eks.Cluster" && one.id == self.cluster)?;
            let named = cluster.inputs.get("SubnetIds")?.clone();
            let subnets = || live.iter().filter(|one| one.ty == "ec2.Subnet");
            let first = subnets().find(|one| names(&named, &one.id))?;
            let vpc = text(first, "VpcId").to_owned();
            let inside = subnets().filter(|one| text(one, "VpcId") == vpc);
            Some((vpc.clone(), inside.map(|one| (*one).clone()).collect()))
        })
    }

    /// Whether an object is this cluster, with this part of Auto Mode on.
    fn does_by_itself(&self, one: &SimObject, switch: &str) -> bool {
        one.ty == "eks.Cluster"
            && one.settled
            && one.id == self.cluster
            && one.inputs.get(switch) == Some(&Value::Bool(true))
    }

    /// One subnet for each zone in which a load balancer can be.
    fn places(subnets: &[SimObject], internal: bool) -> Vec<String> {
        let role = if internal {
            "kubernetes.io/role/internal-elb"
        } else {
            "kubernetes.io/role/elb"
        };
        let tagged = |one: &&SimObject| {
            let tags = one.inputs.get("Tags");
            tags.is_some_and(|tags| tags.get(role).is_some())
        };
        let public =
            |one: &&SimObject| one.inputs.get("MapPublicIpOnLaunch") == Some(&Value::Bool(true));
        let mut by_zone: BTreeMap<&str, &str> = BTreeMap::new();
        let chosen: Vec<&SimObject> = match subnets.iter().any(|one| tagged(&one)) {
            true => subnets.iter().filter(tagged).collect(),
            false if internal => Vec::new(),
            false => subnets.iter().filter(public).collect(),
        };
        for one in chosen {
            by_zone
                .entry(text(one, "AvailabilityZone"))
                .or_insert(&one.id);
        }
        by_zone.into_values().map(str::to_owned).collect()
    }

    fn put(&self, ty: &'static mlplat_core::facts::Type, inputs: Value, of: Of<'_>) -> SimObject {
        let inputs = match inputs {
            Value::Object(inputs) => inputs,
            _ => Map::new(),
        };
        let belonging = Belonging {
            ty,
            inputs,
            owner: &self.owner,
            token: of.token,
            part_of: of.part_of,
        };
        self.cloud.put_belonging(belonging, of.at.as_secs_f64())
    }

    /// The security group of a load balancer: made, or found.
    fn group(&self, wish: &BalancerWish<'_>, vpc: &str, of: Of<'_>) -> Option<SimObject> {
        let ty = self.cloud.facts_of("ec2.SecurityGroup")?;
        let found = self.cloud.belonging(ty, &self.owner, of.token);
        let inputs = || {
            json!({
                "GroupName": format!("k8s-elb-{}", short(wish.uid)),
                "GroupDescription": format!("Security group for Kubernetes ELB {} ({}/{})", short(wish.uid), wish.namespace, wish.name),
                "VpcId": vpc,
            })
        };
        Some(found.unwrap_or_else(|| self.put(ty, inputs(), of)))
    }
}

/// What an object is made for, and when.
#[derive(Clone, Copy)]
struct Of<'a> {
    token: &'a str,
    part_of: Option<u64>,
    at: Duration,
}

/// Whose the objects of a cluster are.
pub(super) fn owner(cluster: &str) -> String {
    format!("kubernetes/{cluster}")
}

fn names(value: &Value, id: &str) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| item == id),
        one => one == id,
    }
}

fn text<'a>(object: &'a SimObject, name: &str) -> &'a str {
    let value = object.inputs.get(name).and_then(Value::as_str);
    value.unwrap_or_default()
}

/// The name that the cloud controller gives: `a` and the id without dashes, 32 characters in all.
fn short(uid: &str) -> String {
    let digits = uid.chars().filter(|one| *one != '-');
    std::iter::once('a').chain(digits).take(32).collect()
}

impl Infrastructure for Ground {
    fn machines(&self, _: Duration) -> Option<Vec<Machine>> {
        let region = self.cloud.region();
        Some(self.cloud.see(|live| {
            let live: Vec<&SimObject> = live.filter(|one| one.gone_at.is_none()).collect();
            let ours = |one: &&SimObject| one.settled && text(one, "ClusterName") == self.cluster;
            let zones = |of: &SimObject, field: &str| -> Vec<String> {
                let named = of.inputs.get(field).cloned().unwrap_or_default();
                let subnets = live
                    .iter()
                    .filter(|one| one.ty == "ec2.Subnet" && names(&named, &one.id));
                subnets
                    .map(|one| text(one, "AvailabilityZone").to_owned())
                    .collect()
            };
            let of_type = |ty: &'static str| live.iter().copied().filter(move |one| one.ty == ty);
            let groups = of_type("eks.Nodegroup").filter(ours);
            let profiles = of_type("eks.FargateProfile").filter(ours);
            let auto = live.iter().copied();
            let auto = auto.filter(|one| self.does_by_itself(one, "ComputeEnabled"));
            let nodes =
                groups.flat_map(|one| machines::of_group(one, &zones(one, "Subnets"), &region));
            let fargate =
                profiles.map(|one| machines::of_profile(one, &zones(one, "Subnets"), &region));
            let auto =
                auto.flat_map(|one| machines::of_auto_mode(one, &zones(one, "SubnetIds"), &region));
            nodes.chain(fargate).chain(auto).collect()
        }))
    }

    fn is_account(&self) -> bool {
        true
    }

    fn provides(&self, provisioner: &str) -> bool {
        let addon = match provisioner {
            "ebs.csi.aws.com" => "aws-ebs-csi-driver",
            "efs.csi.aws.com" => "aws-efs-csi-driver",
            "fsx.csi.aws.com" => "aws-fsx-csi-driver",
            AUTO_MODE_VOLUMES => {
                return self.cloud.see(|live| {
                    let mut live = live.filter(|one| one.gone_at.is_none());
                    live.any(|one| self.does_by_itself(one, "BlockStorageEnabled"))
                });
            }
            _ => return false,
        };
        self.cloud.see(|live| {
            let mut addons = live.filter(|one| one.ty == "eks.Addon" && one.gone_at.is_none());
            addons.any(|one| {
                one.settled
                    && text(one, "ClusterName") == self.cluster
                    && text(one, "AddonName") == addon
            })
        })
    }

    fn balancer(&self, wish: BalancerWish<'_>, now: Duration) -> Result<String, String> {
        if let Some(found) = self.cloud.belonging(&LOAD_BALANCER, &self.owner, wish.uid) {
            return Ok(text(&found, "DNSName").to_owned());
        }
        let suits = "could not find any suitable subnets for creating the ELB";
        let (vpc, subnets) = self.network().ok_or(suits)?;
        let places = Self::places(&subnets, wish.internal);
        let least = if wish.form == "application" { 2 } else { 1 };
        if places.len() < least {
            return Err(suits.to_owned());
        }
        let of = Of {
            token: wish.uid,
            part_of: None,
            at: now,
        };
        let groups: Vec<Value> = match wish.form {
            "network" => Vec::new(),
            _ => self
                .group(&wish, &vpc, of)
                .into_iter()
                .map(|one| json!(one.id))
                .collect(),
        };
        let name = short(wish.uid);
        let inside = if wish.internal { "internal-" } else { "" };
        let number = subnets.first().map_or(0, |one| one.key) * 1_000_003 + 100_000_000;
        let host = format!(
            "{inside}{name}-{number}.{}.elb.amazonaws.com",
            self.cloud.region()
        );
        let balancer = json!({
            "Name": name,
            "Type": wish.form,
            "Scheme": if wish.internal { "internal" } else { "internet-facing" },
            "DNSName": host,
            "Subnets": places,
            "SecurityGroups": groups,
            "Tags": {
                format!("kubernetes.io/cluster/{}", self.cluster): "owned",
                "kubernetes.io/service-name": format!("{}/{}", wish.namespace, wish.name),
            },
        });
        let balancer = self.put(&LOAD_BALANCER, balancer, of);
        for place in &places {
            let interface = json!({
                "SubnetId": place,
                "Groups": groups,
                "Description": format!("ELB {name}"),
            });
            let of = Of {
                part_of: Some(balancer.key),
                ..of
            };
            self.put(&NETWORK_INTERFACE, interface, of);
        }
        Ok(host)
    }

    fn drop_balancer(&self, uid: &str, _: Duration) -> bool {
        if let Some(found) = self.cloud.belonging(&LOAD_BALANCER, &self.owner, uid) {
            self.cloud.drop_belonging(&found);
        }
        let group = self
            .cloud
            .facts_of("ec2.SecurityGroup")
            .and_then(|ty| self.cloud.belonging(ty, &self.owner, uid));
        // Its interfaces hold the group for a while.
        group.is_none_or(|group| self.cloud.drop_belonging(&group))
    }

    fn volume(&self, wish: VolumeWish<'_>, now: Duration) -> Result<String, String> {
        if let Some(found) = self.cloud.belonging(&VOLUME, &self.owner, wish.name) {
            return Ok(found.id);
        }
        let mut volume = json!({
            "Size": wish.size.div_ceil(1 << 30),
            "Provisioner": wish.provisioner,
            "Tags": {
                format!("kubernetes.io/cluster/{}", self.cluster): "owned",
                "kubernetes.io/created-for/pv/name": wish.name,
            },
        });
        if ["ebs.csi.aws.com", AUTO_MODE_VOLUMES].contains(&wish.provisioner) {
            volume["AvailabilityZone"] = json!(wish.zone);
            volume["VolumeType"] = json!(wish.parameters["type"].as_str().unwrap_or("gp3"));
        }
        let of = Of {
            token: wish.name,
            part_of: None,
            at: now,
        };
        Ok(self.put(&VOLUME, volume, of).id)
    }

    fn drop_volume(&self, handle: &str, _: Duration) {
        let found = self.cloud.see(|live| {
            let mut live = live.filter(|one| one.ty == VOLUME.name && one.lineage == self.owner);
            live.find(|one| one.id == handle).cloned()
        });
        if let Some(volume) = found {
            self.cloud.drop_belonging(&volume);
        }
    }
}
