//! Processes as objects of Kubernetes: what they read, and their containers.

use k8s_openapi::api::core::v1::{Container, EnvVar, PodSecurityContext, PodSpec, Volume};
use mlplat_core::{Cluster, Construct, Scope};
use mlplat_k8s::objects::{ConfigMapHandle, NamespaceHandle, SecretHandle};
use mlplat_k8s::{ConfigMap, Secret, Wires, pods};

use crate::process::{Process, Setting};

/// The volume of the only folder that a process may write.
const SCRATCH_VOLUME: &str = "scratch";

/// Where an application's objects go.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'a> {
    pub(crate) cluster: &'a dyn Cluster,
    pub(crate) namespace: &'a NamespaceHandle,
}

/// Puts what a process reads into the cluster: its secrets and its files.
pub(crate) struct Place<'a> {
    pub(crate) ground: Ground<'a>,
    /// The name of the objects.
    pub(crate) name: &'a str,
    pub(crate) process: Process,
}

/// A process whose secrets and files are in the cluster.
pub(crate) struct Placed {
    process: Process,
    pub(crate) secret: Option<SecretHandle>,
    files: Option<ConfigMapHandle>,
}

impl Construct for Place<'_> {
    type Handle = Placed;

    fn build(self, scope: &mut Scope<'_>) -> Placed {
        let Ground { cluster, namespace } = self.ground;
        let mut secret = Secret::new(cluster, namespace, self.name);
        for (key, value) in self.process.secrets() {
            secret = secret.entry(key, value);
        }
        let secret = (!secret.string_data.is_empty()).then(|| scope.add("secret", secret));
        let files = self.process.files.as_ref().map(|folder| {
            let mut files = ConfigMap::new(cluster, namespace, self.name);
            for (name, text) in &folder.files {
                files = files.entry(name, text);
            }
            scope.add("files", files)
        });
        Placed {
            process: self.process,
            secret,
            files,
        }
    }
}

impl Placed {
    /// The process as a container that can write nothing but `scratch`.
    pub(crate) fn container(&self, w: &Wires, name: &str, image: &str, scratch: &str) -> Container {
        let mut mounts = vec![pods::mount(SCRATCH_VOLUME, scratch)];
        if let Some(folder) = &self.process.files {
            mounts.push(pods::mount(&volume_name(name), &folder.path));
        }
        let mut security = pods::restricted();
        security.read_only_root_filesystem = Some(true);
        Container {
            name: name.to_owned(),
            image: Some(image.to_owned()),
            command: Some(self.process.command.clone()),
            env: Some(self.env(w)),
            volume_mounts: Some(mounts),
            security_context: Some(security),
            ..Container::default()
        }
    }

    /// The volume of its files.
    pub(crate) fn volume(&self, w: &Wires, name: &str) -> Option<Volume> {
        let files = self.files.as_ref()?;
        Some(files.volume(w, &volume_name(name)))
    }

    fn env(&self, w: &Wires) -> Vec<EnvVar> {
        let each = self.process.env.iter();
        let each = each.filter_map(|(name, setting)| match setting {
            Setting::Clear(value) => Some(pods::env(name, w.text(value))),
            // There is a secret, because this is one.
            Setting::Secret(_) => self.secret.as_ref().map(|secret| secret.env(w, name, name)),
        });
        each.collect()
    }
}

fn volume_name(container: &str) -> String {
    format!("{container}-files")
}

/// A pod of the standard `restricted` for processes of this user, without a
/// token for the cluster's API.
pub(crate) fn pod(user: i64, containers: Vec<Container>, files: Vec<Option<Volume>>) -> PodSpec {
    let restricted = pods::restricted_pod();
    let security = restricted.security_context.unwrap_or_default();
    let volumes = files.into_iter().flatten();
    PodSpec {
        automount_service_account_token: Some(false),
        enable_service_links: Some(false),
        security_context: Some(PodSecurityContext {
            run_as_user: Some(user),
            run_as_group: Some(user),
            fs_group: Some(user),
            ..security
        }),
        containers,
        volumes: Some(
            std::iter::once(pods::scratch(SCRATCH_VOLUME))
                .chain(volumes)
                .collect(),
        ),
        ..PodSpec::default()
    }
}
