//! What containers have: variables, ports, resources, volumes.

use mlplat_core::wiring::KnownText;
use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    ContainerPort, EmptyDirVolumeSource, EnvVar, PersistentVolumeClaimSpec, ResourceRequirements,
    ServicePort, Volume, VolumeMount, VolumeResourceRequirements,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// An environment variable in clear.
#[must_use]
pub fn env(name: &str, value: impl KnownText) -> EnvVar {
    EnvVar {
        name: name.to_owned(),
        value: Some(value.into()),
        ..EnvVar::default()
    }
}

/// A port that a container listens on, by name and number.
#[must_use]
pub fn port(name: &str, number: i32) -> ContainerPort {
    ContainerPort {
        name: Some(name.to_owned()),
        container_port: number,
        ..ContainerPort::default()
    }
}

/// A port of a service, and the name of the container's port behind it.
#[must_use]
pub fn service_port(number: i32, target: &str) -> ServicePort {
    ServicePort {
        name: Some(target.to_owned()),
        port: number,
        target_port: Some(IntOrString::String(target.to_owned())),
        ..ServicePort::default()
    }
}

/// What a container asks for (`500m`, `1Gi`). Memory is limited to the same,
/// since taking more ends in being killed; processor time is not, since
/// sharing what is idle harms nobody.
///
/// ```
/// let resources = mlplat_k8s::pods::resources("500m", "1Gi");
/// assert!(resources.limits.is_some_and(|limits| !limits.contains_key("cpu")));
/// ```
#[must_use]
pub fn resources(cpu: &str, memory: &str) -> ResourceRequirements {
    let requests = [("cpu", cpu), ("memory", memory)];
    ResourceRequirements {
        requests: Some(quantities(&requests)),
        limits: Some(quantities(&requests[1..])),
        ..ResourceRequirements::default()
    }
}

/// The same with whole GPUs of NVIDIA, which are requested by their limit.
#[must_use]
pub fn gpus(mut resources: ResourceRequirements, count: u32) -> ResourceRequirements {
    let limits = resources.limits.get_or_insert_default();
    limits.insert("nvidia.com/gpu".to_owned(), Quantity(count.to_string()));
    resources
}

/// Where a volume appears in a container.
#[must_use]
pub fn mount(volume: &str, path: &str) -> VolumeMount {
    VolumeMount {
        name: volume.to_owned(),
        mount_path: path.to_owned(),
        ..VolumeMount::default()
    }
}

/// An empty volume that goes with the pod: what a read-only root file system
/// needs for `/tmp`.
#[must_use]
pub fn scratch(name: &str) -> Volume {
    Volume {
        name: name.to_owned(),
        empty_dir: Some(EmptyDirVolumeSource::default()),
        ..Volume::default()
    }
}

/// A claim of a volume of this size (`20Gi`) that one node at a time may
/// write, of the cluster's default storage class.
#[must_use]
pub fn claim(size: &str) -> PersistentVolumeClaimSpec {
    PersistentVolumeClaimSpec {
        access_modes: Some(vec!["ReadWriteOnce".to_owned()]),
        resources: Some(VolumeResourceRequirements {
            requests: Some(quantities(&[("storage", size)])),
            ..VolumeResourceRequirements::default()
        }),
        ..PersistentVolumeClaimSpec::default()
    }
}

fn quantities(each: &[(&str, &str)]) -> BTreeMap<String, Quantity> {
    let each = each
        .iter()
        .map(|(name, amount)| ((*name).to_owned(), Quantity((*amount).to_owned())));
    each.collect()
}
