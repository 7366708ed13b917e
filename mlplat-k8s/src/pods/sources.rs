//! What pods take from other objects, by those objects' handles.

use k8s_openapi::api::autoscaling::v2::CrossVersionObjectReference;
use k8s_openapi::api::core::v1::{
    ConfigMapEnvSource, ConfigMapKeySelector, ConfigMapVolumeSource, EnvFromSource, EnvVar,
    EnvVarSource, PersistentVolumeClaimVolumeSource, SecretEnvSource, SecretKeySelector,
    SecretVolumeSource, Volume,
};
use k8s_openapi::api::networking::v1::{IngressBackend, IngressServiceBackend, ServiceBackendPort};
use mlplat_core::Output;

use crate::Wires;
use crate::objects::{
    ConfigMapHandle, DeploymentHandle, PersistentVolumeClaimHandle, SecretHandle, ServiceHandle,
    StatefulSetHandle,
};

/// A variable whose value comes from another object.
fn variable(name: &str, from: EnvVarSource) -> EnvVar {
    EnvVar {
        name: name.to_owned(),
        value_from: Some(from),
        ..EnvVar::default()
    }
}

impl SecretHandle {
    /// One of its secrets as an environment variable.
    #[must_use]
    #[track_caller]
    pub fn env(&self, w: &Wires, name: &str, key: &str) -> EnvVar {
        w.uses(&self.revision);
        let secret_key_ref = Some(SecretKeySelector {
            name: w.text(&self.name),
            key: key.to_owned(),
            optional: None,
        });
        variable(
            name,
            EnvVarSource {
                secret_key_ref,
                ..EnvVarSource::default()
            },
        )
    }

    /// All of its secrets as environment variables, by their keys.
    #[must_use]
    #[track_caller]
    pub fn env_from(&self, w: &Wires) -> EnvFromSource {
        w.uses(&self.revision);
        EnvFromSource {
            secret_ref: Some(SecretEnvSource {
                name: w.text(&self.name),
                optional: None,
            }),
            ..EnvFromSource::default()
        }
    }

    /// All of its secrets as files, by their keys.
    #[must_use]
    #[track_caller]
    pub fn volume(&self, w: &Wires, name: &str) -> Volume {
        w.uses(&self.revision);
        Volume {
            name: name.to_owned(),
            secret: Some(SecretVolumeSource {
                secret_name: Some(w.text(&self.name)),
                ..SecretVolumeSource::default()
            }),
            ..Volume::default()
        }
    }
}

impl ConfigMapHandle {
    /// One of its settings as an environment variable.
    #[must_use]
    #[track_caller]
    pub fn env(&self, w: &Wires, name: &str, key: &str) -> EnvVar {
        w.uses(&self.revision);
        let config_map_key_ref = Some(ConfigMapKeySelector {
            name: w.text(&self.name),
            key: key.to_owned(),
            optional: None,
        });
        variable(
            name,
            EnvVarSource {
                config_map_key_ref,
                ..EnvVarSource::default()
            },
        )
    }

    /// All of its settings as environment variables, by their keys.
    #[must_use]
    #[track_caller]
    pub fn env_from(&self, w: &Wires) -> EnvFromSource {
        w.uses(&self.revision);
        EnvFromSource {
            config_map_ref: Some(ConfigMapEnvSource {
                name: w.text(&self.name),
                optional: None,
            }),
            ..EnvFromSource::default()
        }
    }

    /// All of its settings as files, by their keys.
    #[must_use]
    #[track_caller]
    pub fn volume(&self, w: &Wires, name: &str) -> Volume {
        w.uses(&self.revision);
        Volume {
            name: name.to_owned(),
            config_map: Some(ConfigMapVolumeSource {
                name: w.text(&self.name),
                ..ConfigMapVolumeSource::default()
            }),
            ..Volume::default()
        }
    }
}

impl PersistentVolumeClaimHandle {
    /// The claimed volume.
    #[must_use]
    #[track_caller]
    pub fn volume(&self, w: &Wires, name: &str) -> Volume {
        Volume {
            name: name.to_owned(),
            persistent_volume_claim: Some(PersistentVolumeClaimVolumeSource {
                claim_name: w.text(&self.name),
                read_only: None,
            }),
            ..Volume::default()
        }
    }
}

impl ServiceHandle {
    /// The service behind a path of an ingress, by one of its ports.
    #[must_use]
    #[track_caller]
    pub fn backend(&self, w: &Wires, port: i32) -> IngressBackend {
        IngressBackend {
            service: Some(IngressServiceBackend {
                name: w.text(&self.name),
                port: Some(ServiceBackendPort {
                    number: Some(port),
                    name: None,
                }),
            }),
            resource: None,
        }
    }
}

impl DeploymentHandle {
    /// What an autoscaler scales.
    #[must_use]
    #[track_caller]
    pub fn scaled(&self, w: &Wires) -> CrossVersionObjectReference {
        scaled(w, "Deployment", &self.name)
    }
}

impl StatefulSetHandle {
    /// What an autoscaler scales.
    #[must_use]
    #[track_caller]
    pub fn scaled(&self, w: &Wires) -> CrossVersionObjectReference {
        scaled(w, "StatefulSet", &self.name)
    }
}

#[track_caller]
fn scaled(w: &Wires, kind: &str, name: &Output<String>) -> CrossVersionObjectReference {
    CrossVersionObjectReference {
        api_version: Some("apps/v1".to_owned()),
        kind: kind.to_owned(),
        name: w.text(name),
    }
}
