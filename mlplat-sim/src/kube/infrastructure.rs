//! What a cluster stands on: the machines, load balancers and disks of an account.
//!
//! Controllers ask for them here. The simulated account gives real objects of its own, which others then see;
//! [`Standalone`] gives names and nothing else, for clusters without an account.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

/// A machine that is a node.
#[derive(Debug, Clone, PartialEq)]
pub struct Machine {
    /// The name of the node: the machine's private DNS name.
    pub name: String,
    /// `aws:///ZONE/INSTANCE`.
    pub provider_id: String,
    /// The availability zone.
    pub zone: String,
    /// The instance type.
    pub instance_type: String,
    /// Labels beyond those that every node has.
    pub labels: BTreeMap<String, String>,
    /// Taints as a node's spec has them.
    pub taints: Vec<Value>,
    /// What it can hold.
    pub size: Size,
    /// The pods that run on it, and then nowhere else, as a Fargate profile selects them: `[{"namespace", "labels"}]`.
    /// `None` for a machine that takes any.
    pub selects: Option<Value>,
}

impl Machine {
    /// The architecture, told from the instance type: AWS's own processors have a `g` behind the generation.
    #[must_use]
    pub fn arch(&self) -> &'static str {
        let family = self.instance_type.split('.').next().unwrap_or_default();
        let after = family.trim_start_matches(|one: char| one.is_ascii_lowercase());
        let after = after.trim_start_matches(|one: char| one.is_ascii_digit());
        if after.starts_with('g') {
            "arm64"
        } else {
            "amd64"
        }
    }

    /// The address in its private DNS name: `ip-10-0-1-10...` is 10.0.1.10.
    #[must_use]
    pub fn address(&self) -> String {
        let host = self.name.split('.').next().unwrap_or_default();
        host.trim_start_matches("ip-").replace('-', ".")
    }
}

/// What a machine can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Processors, in thousandths.
    pub cpu_m: u64,
    /// Memory in bytes.
    pub memory: u64,
    /// How many pods.
    pub pods: u64,
    /// GPUs of NVIDIA.
    pub gpus: u64,
}

/// A load balancer that a service or an ingress asks for.
#[derive(Debug, Clone, Copy)]
pub struct BalancerWish<'a> {
    /// The id of the object that asks: the same one always gets the same load balancer.
    pub uid: &'a str,
    /// `classic`, `network` or `application`.
    pub form: &'a str,
    /// Whether it is reached from inside only.
    pub internal: bool,
    /// Namespace of the object that asks.
    pub namespace: &'a str,
    /// Its name.
    pub name: &'a str,
}

/// A disk or file system that a claim asks for.
#[derive(Debug, Clone, Copy)]
pub struct VolumeWish<'a> {
    /// The name of the volume: the same one always gets the same disk.
    pub name: &'a str,
    /// Who provides it: `ebs.csi.aws.com`.
    pub provisioner: &'a str,
    /// Bytes.
    pub size: u64,
    /// The zone that it has to be in; empty for any.
    pub zone: &'a str,
    /// The parameters of its storage class.
    pub parameters: &'a Value,
}

/// What a cluster stands on.
pub trait Infrastructure: Send + Sync {
    /// The machines that are nodes at a time; `None` when nobody knows of any, and nodes are what the cluster says.
    fn machines(&self, now: Duration) -> Option<Vec<Machine>>;

    /// Whether it is an account, which says of every machine that it is there or not, and from the beginning.
    fn is_account(&self) -> bool {
        false
    }

    /// Whether there is somebody who provides volumes under this name.
    fn provides(&self, provisioner: &str) -> bool;

    /// Makes a load balancer, or finds the one that was made for the same object; its host name. `None` when it
    /// cannot be made now, with the reason.
    ///
    /// # Errors
    /// Why it cannot be made now, as the cloud says it.
    fn balancer(&self, wish: BalancerWish<'_>, now: Duration) -> Result<String, String>;

    /// Deletes the load balancer of an object, if there is one. Whether nothing of it is left.
    fn drop_balancer(&self, uid: &str, now: Duration) -> bool;

    /// Makes a volume, or finds the one that was made under the same name; its handle.
    ///
    /// # Errors
    /// Why it cannot be made now, as the cloud says it.
    fn volume(&self, wish: VolumeWish<'_>, now: Duration) -> Result<String, String>;

    /// Deletes a volume by its handle, if it is there.
    fn drop_volume(&self, handle: &str, now: Duration);
}

/// Three machines in three zones, and a name for whatever is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Standalone;

impl Infrastructure for Standalone {
    fn machines(&self, _: Duration) -> Option<Vec<Machine>> {
        let machine = |(number, zone): (u8, char)| Machine {
            name: format!("ip-10-0-{number}-10.ec2.internal"),
            provider_id: format!("aws:///us-east-1{zone}/i-0000000000000000{number}"),
            zone: format!("us-east-1{zone}"),
            instance_type: "m6i.2xlarge".to_owned(),
            labels: BTreeMap::new(),
            taints: Vec::new(),
            size: Size {
                cpu_m: 8_000,
                memory: 32 << 30,
                pods: 58,
                gpus: 0,
            },
            selects: None,
        };
        Some([(1, 'a'), (2, 'b'), (3, 'c')].map(machine).to_vec())
    }

    fn provides(&self, provisioner: &str) -> bool {
        ["ebs.csi.aws.com", "efs.csi.aws.com"].contains(&provisioner)
    }

    fn balancer(&self, wish: BalancerWish<'_>, _: Duration) -> Result<String, String> {
        let short: String = wish.uid.chars().filter(|one| *one != '-').collect();
        let inside = if wish.internal { "internal-" } else { "" };
        Ok(format!("{inside}a{short}-1.us-east-1.elb.amazonaws.com"))
    }

    fn drop_balancer(&self, _: &str, _: Duration) -> bool {
        true
    }

    fn volume(&self, wish: VolumeWish<'_>, _: Duration) -> Result<String, String> {
        let short: String = wish.name.chars().filter(char::is_ascii_hexdigit).collect();
        Ok(format!("vol-0{}", &short[short.len().saturating_sub(16)..]))
    }

    fn drop_volume(&self, _: &str, _: Duration) {}
}
