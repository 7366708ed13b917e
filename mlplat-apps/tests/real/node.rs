//! What a node does with a pod: resolves variables, fills volumes, runs
//! commands, probes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use mlplat_sim::simulate::World;
use serde_json::Value;

use super::http::Get;
use super::machine::Machine;
use super::process::Running;

/// A node of the cluster of a world: this machine.
pub(crate) struct Node<'a> {
    machine: &'a Machine,
    objects: Vec<Value>,
    /// Where programs are looked up: what an image has.
    image: PathBuf,
    /// What is other here than in a cluster, literally: names and ports.
    here: Vec<(String, String)>,
    /// What the platform gives to every container: the credentials that the
    /// agent of Pod Identity would.
    given: Vec<(String, String)>,
    /// Whether containers run as an ordinary user.
    unprivileged: bool,
}

/// A container, ready to be run.
pub(crate) struct Container {
    pub(crate) name: String,
    pub(crate) env: BTreeMap<String, String>,
    command: Vec<String>,
    spec: Value,
}

impl<'a> Node<'a> {
    /// A node that knows what stands in the cluster.
    pub(crate) fn of(machine: &'a Machine, world: &World, image: PathBuf) -> Self {
        let objects = world.objects().into_iter();
        let objects = objects.filter(|object| object.ty.starts_with("k8s."));
        Self {
            machine,
            objects: objects.map(|object| object.body).collect(),
            image,
            here: Vec::new(),
            given: Vec::new(),
            unprivileged: false,
        }
    }

    /// A text of the cluster is another one here.
    pub(crate) fn here(mut self, there: &str, here: impl Into<String>) -> Self {
        self.here.push((there.to_owned(), here.into()));
        self
    }

    pub(crate) fn given(mut self, name: &str, value: impl Into<String>) -> Self {
        self.given.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn unprivileged(mut self) -> Self {
        self.unprivileged = true;
        self
    }

    /// An object by kind and name.
    pub(crate) fn object(&self, kind: &str, name: &str) -> &Value {
        let found = self
            .objects
            .iter()
            .find(|object| object["kind"] == kind && object["metadata"]["name"] == name);
        found.unwrap_or_else(|| panic!("the cluster has no {kind} {name}"))
    }

    /// The containers of a pod specification: those that run first, and those
    /// that stay. Volumes with a name below `shared` keep what is on them.
    pub(crate) fn pod(&self, name: &str, spec: &Value) -> (Vec<Container>, Vec<Container>) {
        let mut folders = BTreeMap::new();
        for volume in list(&spec["volumes"]) {
            let volume_name = text(&volume["name"]);
            folders.insert(volume_name.to_owned(), self.volume(name, volume));
        }
        let containers = |member: &str| {
            let each = list(&spec[member]).iter();
            each.map(|container| self.container(container, &folders))
                .collect()
        };
        (containers("initContainers"), containers("containers"))
    }

    /// A volume as a folder.
    fn volume(&self, pod: &str, volume: &Value) -> PathBuf {
        if let Some(claim) = volume["persistentVolumeClaim"]["claimName"].as_str() {
            let folder = self.machine.folder(&format!("claims-{claim}"));
            self.machine.give_away(&folder);
            return folder;
        }
        let folder = self
            .machine
            .folder(&format!("{pod}-{}", text(&volume["name"])));
        self.machine.give_away(&folder);
        if let Some(name) = volume["configMap"]["name"].as_str() {
            let map = self.object("ConfigMap", name);
            for (file, content) in map["data"].as_object().unwrap() {
                std::fs::write(folder.join(file), self.moved(text(content), &[])).unwrap();
            }
        } else {
            assert!(volume["emptyDir"].is_object(), "unknown volume {volume}");
        }
        folder
    }

    fn container(&self, spec: &Value, folders: &BTreeMap<String, PathBuf>) -> Container {
        let mut moves: Vec<(String, String)> = Vec::new();
        for mount in list(&spec["volumeMounts"]) {
            let folder = &folders[text(&mount["name"])];
            moves.push((
                text(&mount["mountPath"]).to_owned(),
                folder.display().to_string(),
            ));
        }
        let command = list(&spec["command"]).iter().chain(list(&spec["args"]));
        let command = command.map(|word| self.moved(text(word), &moves)).collect();
        let mut env: BTreeMap<_, _> = self.given.iter().cloned().collect();
        for variable in list(&spec["env"]) {
            let value = self.value(variable);
            env.insert(
                text(&variable["name"]).to_owned(),
                self.moved(&value, &moves),
            );
        }
        Container {
            name: text(&spec["name"]).to_owned(),
            env,
            command,
            spec: spec.clone(),
        }
    }

    fn value(&self, variable: &Value) -> String {
        if let Some(value) = variable["value"].as_str() {
            return value.to_owned();
        }
        let source = &variable["valueFrom"]["secretKeyRef"];
        let secret = self.object("Secret", text(&source["name"]));
        let key = text(&source["key"]);
        if let Some(clear) = secret["stringData"][key].as_str() {
            return clear.to_owned();
        }
        let bytes = BASE64_STANDARD.decode(text(&secret["data"][key])).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// A text with what is other here: paths of volumes, names and ports.
    fn moved(&self, value: &str, paths: &[(String, String)]) -> String {
        let mut value = value.to_owned();
        for (there, here) in paths.iter().chain(&self.here) {
            value = if value == *there {
                here.clone()
            } else if there.bytes().all(|byte| byte.is_ascii_digit()) {
                // A port alone, or after a colon.
                value
                    .replace(&format!(":{there}/"), &format!(":{here}/"))
                    .replace(&format!(":{there}\""), &format!(":{here}\""))
            } else {
                value.replace(there, here)
            };
        }
        value
    }

    /// A container's command, as the image's own programs.
    fn command(&self, container: &Container) -> Command {
        let (program, args) = container.command.split_first().unwrap();
        let own = self.image.join(program);
        let program = if own.exists() {
            own
        } else {
            PathBuf::from(program)
        };
        let mut command = if self.unprivileged {
            self.machine.unprivileged(&program)
        } else {
            let mut command = Command::new("setpriv");
            command.args(["--pdeathsig", "TERM", "--"]).arg(program);
            command
        };
        let path = format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", self.image.display());
        command
            .args(args)
            .env_clear()
            .env("PATH", path)
            .envs(&container.env)
            .current_dir("/");
        command
    }

    /// Runs a container to its end.
    pub(crate) fn run(&self, container: &Container, limit: Duration) -> (ExitStatus, String) {
        let log = self.machine.path(&format!("{}.log", container.name));
        Running::start(&container.name, &mut self.command(container), &log).end(limit)
    }

    /// Starts a container that stays.
    pub(crate) fn start(&self, container: &Container) -> Running {
        let log = self.machine.path(&format!("{}.log", container.name));
        Running::start(&container.name, &mut self.command(container), &log)
    }

    /// Whether a probe of a container is content.
    pub(crate) fn is_well(&self, container: &Container, probe: &str) -> bool {
        let probe = &container.spec[probe];
        if let Some(get) = probe["httpGet"].as_object() {
            let port = self.moved(&get["port"].to_string(), &[]);
            let status = Get::new(port.parse().unwrap(), text(&get["path"])).status();
            return status.is_some_and(|status| (200..400).contains(&status));
        }
        let words = list(&probe["exec"]["command"]);
        let (program, args) = words.split_first().unwrap();
        let args = args.iter().map(text);
        let mut command = Command::new(self.image.join(text(program)));
        let here: BTreeMap<_, _> = container.env.iter().collect();
        command.args(args).env_clear().envs(here);
        command.output().unwrap().status.success()
    }

    /// Where the machine's own programs of the image are.
    pub(crate) fn image(&self) -> &Path {
        &self.image
    }
}

pub(crate) fn text(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no text"))
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
