//! `EfsStorageClass`: folders of a shared file system.

use mlplat_aws::{AddonReady, EfsCsi, EfsStorageHandle, EksClusterHandle};
use mlplat_core::{Construct, Scope};
use mlplat_k8s::StorageClass;

use super::class::{Rwx, VolumeClass};

/// A class whose volumes are folders of one file system, each behind an access
/// point of its own (`efs-ap`), that pods in every zone mount at once.
///
/// ```
/// use mlplat_apps::EfsStorageClass;
/// use mlplat_aws::{Addon, EfsCsi, EfsStorage, EksCluster, Vpc};
/// use mlplat_core::graph::{Context, Graph};
///
/// let graph = Graph::build(Context::new("demo"), |stack| {
///     let network = stack.add("network", Vpc::new("10.10.0.0/16"));
///     let cluster = stack.add("cluster", EksCluster::new(&network));
///     let files = stack.add("files", EfsStorage::new(&network).reachable_from(&cluster));
///     let driver = stack.add("efs-csi", Addon::new(&cluster, EfsCsi));
///     let shared = EfsStorageClass { cluster: &cluster, driver: &driver, files: &files };
///     stack.add("shared", shared);
/// })?;
/// assert!(graph.find(&"shared/class".parse()?).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Options are given by [`with`](Self::with).
#[derive(Clone, Copy)]
#[must_use = "add it to a stack"]
pub struct EfsStorageClass<'a> {
    /// The cluster that the class is in.
    pub cluster: &'a EksClusterHandle,
    /// The driver that makes the folders.
    pub driver: &'a AddonReady<EfsCsi>,
    /// The file system, which the cluster's nodes have to reach.
    pub files: &'a EfsStorageHandle,
}

/// What can be chosen about the class.
#[derive(Debug, Clone)]
pub struct EfsStorageClassOptions {
    /// Its name. Default `efs`.
    pub name: String,
    /// Whether claims that name no class get a folder. Default false.
    pub default: bool,
    /// The folder that the volumes' folders are in. Default the root.
    pub base_path: Option<String>,
    /// Who may enter a volume's folder, as `chmod` writes it. Default `700`:
    /// the user that the access point gives it to.
    pub directory_perms: String,
    /// Whether a folder stays when its claim goes. Default false.
    pub retain: bool,
}

impl Default for EfsStorageClassOptions {
    fn default() -> Self {
        Self {
            name: "efs".to_owned(),
            default: false,
            base_path: None,
            directory_perms: "700".to_owned(),
            retain: false,
        }
    }
}

/// The class with options.
#[derive(Clone)]
#[must_use = "add it to a stack"]
pub struct EfsStorageClassWith<'a> {
    wires: EfsStorageClass<'a>,
    options: EfsStorageClassOptions,
}

impl<'a> EfsStorageClass<'a> {
    /// The same with options.
    pub fn with(self, options: EfsStorageClassOptions) -> EfsStorageClassWith<'a> {
        EfsStorageClassWith {
            wires: self,
            options,
        }
    }
}

impl Construct for EfsStorageClass<'_> {
    type Handle = VolumeClass<Rwx>;

    fn build(self, scope: &mut Scope<'_>) -> VolumeClass<Rwx> {
        self.with(EfsStorageClassOptions::default()).build(scope)
    }
}

impl Construct for EfsStorageClassWith<'_> {
    type Handle = VolumeClass<Rwx>;

    fn build(self, scope: &mut Scope<'_>) -> VolumeClass<Rwx> {
        let Self { wires, options } = self;
        options.check(scope);
        let mut class = StorageClass::new(wires.cluster, &options.name, "efs.csi.aws.com")
            .parameter("provisioningMode", "efs-ap")
            .parameter("fileSystemId", wires.files.file_system_id.cast::<String>())
            .parameter("directoryPerms", options.directory_perms.as_str());
        if let Some(path) = &options.base_path {
            class = class.parameter("basePath", path.as_str());
        }
        if options.default {
            class = class.default_class();
        }
        if options.retain {
            class.reclaim_policy = Some("Retain".into());
        }
        // Folders are in every zone and have no size.
        class.volume_binding_mode = Some("Immediate".into());
        class.allow_volume_expansion = None;
        let class = scope.add("class", class);
        scope.order(wires.driver.node, class.node);
        for target in &wires.files.mount_targets {
            scope.order(*target, class.node);
        }
        class.into()
    }
}

impl EfsStorageClassOptions {
    fn check(&self, scope: &mut Scope<'_>) {
        let octal = |digit: char| ('0'..='7').contains(&digit);
        if !(3..=4).contains(&self.directory_perms.len())
            || !self.directory_perms.chars().all(octal)
        {
            scope.problem(
                "bad-permissions",
                format!(
                    "\"{}\" are no permissions of a folder",
                    self.directory_perms.escape_debug()
                ),
                "write three or four octal digits: 700",
            );
        }
        if self
            .base_path
            .as_ref()
            .is_some_and(|path| !path.starts_with('/'))
        {
            scope.problem(
                "bad-folder",
                "the folder of the volumes is not inside the file system",
                "give a path that begins with a slash: /volumes",
            );
        }
    }
}
