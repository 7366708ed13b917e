//! The conformance suite on the simulated account, for every type of the
//! catalogue, and on the Kubernetes provider over a simulated cluster.
//!
//! What a type needs is made first: the facts say which fields it cannot go
//! without, what they refer to, and what else has to be there. So a type that
//! is new to the catalogue is proven without a line here.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod support;

use std::sync::Arc;

use async_trait::async_trait;
use futures::future::{BoxFuture, FutureExt as _};
use mlplat_core::ClusterAccess;
use mlplat_core::facts::{Canon, Field, Join, Kind, NameRule, Need, OnChange, Type};
use mlplat_core::name::check as check_name;
use mlplat_core::provider::conformance::{Broken, Rule, Sample, check, check_lookup};
use mlplat_core::provider::{
    Observed, Provider as _, ProviderError, Reader as _, Request, Status, Target,
};
use mlplat_core::world::{SystemWorld, World};
use mlplat_k8s::{ClientSource, KubeProvider};
use mlplat_sim::cloud::{Cloud, Faults};
use mlplat_sim::kube::Parts;
use serde_json::{Map, Value, json};

/// What the simulated account does not keep, and why.
const EXCEPTIONS: &[(&str, Rule, &str)] = &[];

/// An object that stands for what a type needs.
#[derive(Clone)]
struct Made {
    ty: &'static str,
    id: Value,
    inputs: Map<String, Value>,
}

struct Maker {
    cloud: Cloud,
    world: Arc<dyn World>,
    made: Vec<Made>,
    number: usize,
}

/// A name that the service accepts.
fn name_like(rule: &NameRule, number: usize) -> String {
    let forms = ["sample-", "alias/sample-", "/sample/", "sample/"];
    let mut names = forms.iter().map(|form| format!("{form}{number}"));
    let fits = names.find(|name| check_name(rule, name).is_ok());
    fits.unwrap_or_else(|| panic!("no sample fits {rule:?}"))
}

/// The literals that a path asks for right after this step.
fn conditions(path: &[Join]) -> Map<String, Value> {
    let literals = path.iter().map_while(|join| match join {
        Join::Where(field, value) => Some(((*field).to_owned(), json!(value))),
        _ => None,
    });
    literals.collect()
}

impl Maker {
    fn new() -> Self {
        let world: Arc<dyn World> = Arc::new(SystemWorld::new());
        let types = mlplat_aws::catalog();
        let cloud = Cloud::in_memory(types, "eu-west-1", world.clone(), Faults::default());
        Self {
            cloud,
            world,
            made: Vec::new(),
            number: 0,
        }
    }

    /// The inputs that a type cannot go without, and what they refer to.
    async fn inputs(
        &mut self,
        ty: &'static Type,
        preset: &Map<String, Value>,
    ) -> Map<String, Value> {
        let mut inputs = preset.clone();
        let needed = |field: &&Field| field.required && !preset.contains_key(field.name);
        for field in ty.fields.iter().filter(needed) {
            let value = self.value(ty, field).await;
            inputs.insert(field.name.to_owned(), value);
        }
        let myself = Made {
            ty: ty.name,
            id: Value::Null,
            inputs: inputs.clone(),
        };
        for need in ty.needs {
            self.meet(need, &myself).await;
        }
        inputs
    }

    async fn value(&mut self, ty: &Type, field: &Field) -> Value {
        let targets = field.refs.targets();
        let target = targets
            .iter()
            .find_map(|name| mlplat_aws::catalog().iter().find(|ty| ty.name == *name));
        match target {
            Some(target) => self.make(target, Map::new()).await.id,
            None => self.literal(ty, field),
        }
    }

    /// A value that is another one each time.
    fn literal(&mut self, ty: &Type, field: &Field) -> Value {
        self.number += 1;
        let number = self.number;
        match field.canon {
            Canon::Cidr => json!(format!("10.{number}.0.0/16")),
            Canon::Policy | Canon::Json => json!(format!(r#"{{"Number":{number}}}"#)),
            _ => match ty.name_rule.filter(|rule| rule.field == field.name) {
                Some(rule) => json!(name_like(&rule, number)),
                None => json!(format!("value-{number}")),
            },
        }
    }

    /// Makes what has to be there though no field refers to it.
    async fn meet(&mut self, need: &Need, myself: &Made) {
        let mut here = vec![myself.clone()];
        for (at, join) in need.path.iter().enumerate() {
            let mut next = Vec::new();
            for one in here {
                match join {
                    Join::Follow(field) => {
                        let named = one.inputs.get(*field);
                        let found = self.made.iter().find(|made| Some(&made.id) == named);
                        next.extend(found.cloned());
                    }
                    Join::Where(field, value) => {
                        if one.inputs.get(*field) == Some(&json!(value)) {
                            next.push(one);
                        }
                    }
                    // Who offers it is no concern of a cloud alone.
                    Join::Offered(_) => {}
                    // What refers to the object itself comes after it.
                    Join::Back(..) | Join::BackAny(..) if one.id.is_null() => {}
                    Join::Back(ty, field) => {
                        let wanted = conditions(&need.path[at + 1..]);
                        next.push(self.back(ty, field, &one, wanted).await);
                    }
                    Join::BackAny(holders) => {
                        let (ty, field) = holders[0];
                        let wanted = conditions(&need.path[at + 1..]);
                        next.push(self.back(ty, field, &one, wanted).await);
                    }
                }
            }
            here = next;
        }
    }

    /// An object that refers to another one, made if there is none.
    async fn back(
        &mut self,
        ty: &str,
        field: &str,
        one: &Made,
        mut wanted: Map<String, Value>,
    ) -> Made {
        wanted.insert(field.to_owned(), one.id.clone());
        let fits = |made: &&Made| {
            let mut each = wanted.iter();
            made.ty == ty && each.all(|(name, value)| made.inputs.get(name) == Some(value))
        };
        if let Some(found) = self.made.iter().find(fits) {
            return found.clone();
        }
        let ty = mlplat_aws::catalog().iter().find(|one| one.name == ty);
        self.make(ty.unwrap(), wanted).await
    }

    fn make<'a>(
        &'a mut self,
        ty: &'static Type,
        preset: Map<String, Value>,
    ) -> BoxFuture<'a, Made> {
        async move {
            let inputs = self.inputs(ty, &preset).await;
            self.number += 1;
            let request = Request {
                ty,
                inputs: inputs.clone(),
                token: format!("prerequisite-{}", self.number),
                lineage: "prerequisites".to_owned(),
                stack: "conformance/test".to_owned(),
                path: format!("prerequisite-{}", self.number),
            };
            let made = self.cloud.create(&request).await;
            let made = made.unwrap_or_else(|why| panic!("{}: {why}", ty.name));
            let target = Target {
                ty,
                id: made.id.clone(),
                inputs: inputs.clone(),
                token: request.token,
            };
            self.wait(&target).await;
            let made = Made {
                ty: ty.name,
                id: json!(made.id),
                inputs,
            };
            self.made.push(made.clone());
            made
        }
        .boxed()
    }

    async fn wait(&self, target: &Target) -> Observed {
        loop {
            let seen = self.cloud.read(target).await.unwrap();
            match &seen.status {
                Status::Ready => return seen,
                Status::Coming(_) => self.world.sleep(std::time::Duration::from_secs(30)).await,
                status => panic!("{}: {status:?}", target.ty.name),
            }
        }
    }

    async fn sample(&mut self, ty: &'static Type) -> Sample {
        let inputs = self.inputs(ty, &Map::new()).await;
        let mut sample = Sample::new(ty, Value::Object(inputs));
        let mutable = ty
            .fields
            .iter()
            .find(|field| field.change == OnChange::InPlace && field.refs.held().is_none());
        if let Some(field) = mutable {
            sample = sample.changing(field.name, self.literal(ty, field));
        }
        let excepted = EXCEPTIONS.iter().filter(|(name, ..)| *name == ty.name);
        for (_, rule, reason) in excepted {
            sample = sample.except(*rule, reason);
        }
        sample
    }
}

/// Proves fault 30.
#[tokio::test(start_paused = true)]
async fn the_simulated_account_keeps_every_rule_for_every_type() {
    let mut broken = Vec::new();
    for ty in mlplat_aws::catalog() {
        let mut maker = Maker::new();
        let sample = maker.sample(ty).await;
        broken.extend(match ty.kind {
            Kind::Resource => check(&maker.cloud, &*maker.world, &sample).await,
            Kind::Lookup => check_lookup(&maker.cloud, &*maker.world, &sample).await,
        });
    }
    let broken: Vec<_> = broken.iter().map(Broken::to_string).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    let types = mlplat_aws::catalog().len();
    println!("figure: every action of {types} AWS types twice, the second changes nothing");
}

// --- Kubernetes ---

struct OneCluster(kube::Client);

#[async_trait]
impl ClientSource for OneCluster {
    async fn client(&self, _: &ClusterAccess) -> Result<kube::Client, ProviderError> {
        Ok(self.0.clone())
    }
}

/// As an object of a program is put into a cluster.
fn in_cluster(mut inputs: Value) -> Value {
    inputs["Cluster"] = json!({
        "id": "one", "endpoint": "https://one", "certificate_authority": "",
    });
    inputs
}

/// What a pod needs at least.
fn pod(restart: &str) -> Value {
    let labels = json!({"app": "a"});
    json!({
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "a", "image": "a:1"}], "restartPolicy": restart},
    })
}

/// The specification of a workload whose pods stay.
fn workload(more: Value) -> Value {
    let mut spec = json!({"selector": {"matchLabels": {"app": "a"}}, "template": pod("Always")});
    merge(&mut spec, more);
    spec
}

fn merge(into: &mut Value, more: Value) {
    if let (Some(into), Value::Object(more)) = (into.as_object_mut(), more) {
        into.extend(more);
    }
}

/// What an object of a kind is made of beside its names, and a field of it with another value. A kind that is new to
/// the catalogue fails here until it has a line.
fn sample_of(kind: &str) -> (Value, (&'static str, Value)) {
    let labels = ("Labels", json!({"a": "b"}));
    let rules = |verb: &str| json!([{"apiGroups": [""], "resources": ["pods"], "verbs": [verb]}]);
    let subject =
        |name: &str| json!([{"kind": "ServiceAccount", "name": name, "namespace": "default"}]);
    let role =
        |kind: &str| json!({"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": "view"});
    let spec = |spec: Value| json!({"Spec": spec});
    match kind {
        "Namespace" | "ServiceAccount" => (json!({}), labels),
        "ConfigMap" => (json!({"Data": {"k": "1"}}), ("Data", json!({"k": "2"}))),
        "Secret" => (
            json!({"StringData": {"k": "1"}}),
            ("StringData", json!({"k": "2"})),
        ),
        "Role" | "ClusterRole" => (json!({"Rules": rules("get")}), ("Rules", rules("list"))),
        "RoleBinding" | "ClusterRoleBinding" => (
            json!({"RoleRef": role("ClusterRole"), "Subjects": subject("a")}),
            ("Subjects", subject("b")),
        ),
        "StorageClass" => (
            json!({"Provisioner": "ebs.csi.aws.com", "AllowVolumeExpansion": false}),
            ("AllowVolumeExpansion", json!(true)),
        ),
        "PersistentVolumeClaim" => {
            let claim = json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}, "storageClassName": "volumes"});
            (spec(claim), labels)
        }
        "NetworkPolicy" => (
            spec(json!({"podSelector": {}, "policyTypes": ["Ingress"]})),
            (
                "Spec",
                json!({"podSelector": {"matchLabels": {"a": "b"}}, "policyTypes": ["Ingress"]}),
            ),
        ),
        "Service" => {
            let of = |port: u16| json!({"type": "LoadBalancer", "selector": {"app": "a"}, "ports": [{"name": "http", "port": port}]});
            (spec(of(80)), ("Spec", of(81)))
        }
        "IngressClass" => (spec(json!({"controller": "example.com/a"})), labels),
        "Ingress" => {
            let of = |name: &str| {
                let service = json!({"name": name, "port": {"number": 80}});
                json!({"ingressClassName": "balanced", "defaultBackend": {"service": service}})
            };
            (spec(of("a")), ("Spec", of("b")))
        }
        "Deployment" => (
            spec(workload(json!({"replicas": 1}))),
            ("Spec", workload(json!({"replicas": 2}))),
        ),
        "StatefulSet" => {
            let of = |replicas: u8| workload(json!({"replicas": replicas, "serviceName": "a"}));
            (spec(of(1)), ("Spec", of(2)))
        }
        "DaemonSet" => (
            spec(workload(json!({"minReadySeconds": 0}))),
            ("Spec", workload(json!({"minReadySeconds": 1}))),
        ),
        "Job" => (
            spec(json!({"template": pod("Never"), "backoffLimit": 0})),
            labels,
        ),
        "CronJob" => {
            let of = |schedule: &str| json!({"schedule": schedule, "jobTemplate": {"spec": {"template": pod("Never")}}});
            (spec(of("0 3 * * *")), ("Spec", of("0 4 * * *")))
        }
        "HorizontalPodAutoscaler" => {
            let of = |most: u8| {
                let target = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "a"});
                json!({"scaleTargetRef": target, "minReplicas": 1, "maxReplicas": most})
            };
            (spec(of(2)), ("Spec", of(3)))
        }
        "PodDisruptionBudget" => {
            let of = |most: u8| json!({"maxUnavailable": most, "selector": {"matchLabels": {"app": "a"}}});
            (spec(of(1)), ("Spec", of(2)))
        }
        other => panic!("no sample of k8s.{other}: it is not proven"),
    }
}

/// Proves fault 30.
#[tokio::test(start_paused = true)]
async fn the_kubernetes_provider_keeps_every_rule_for_every_kind() {
    let (client, _) = support::cluster(Parts::default());
    let provider = KubeProvider::new(Arc::new(OneCluster(client)));
    let world = SystemWorld::new();
    let mut broken = Vec::new();
    let types = mlplat_k8s::catalog();
    // What claims and ingresses wait for.
    for (name, inputs) in [
        (
            "k8s.StorageClass",
            json!({"Name": "volumes", "Provisioner": "ebs.csi.aws.com", "VolumeBindingMode": "Immediate"}),
        ),
        (
            "k8s.IngressClass",
            json!({"Name": "balanced", "Spec": {"controller": "ingress.k8s.aws/alb"}}),
        ),
    ] {
        let request = Request {
            ty: types.iter().find(|ty| ty.name == name).unwrap(),
            inputs: in_cluster(inputs).as_object().cloned().unwrap(),
            token: name.to_owned(),
            lineage: "prerequisites".to_owned(),
            stack: "conformance/test".to_owned(),
            path: "prerequisite".to_owned(),
        };
        provider.create(&request).await.unwrap();
    }
    for ty in &types {
        let kind = ty.name.trim_start_matches("k8s.");
        let (mut inputs, (field, value)) = sample_of(kind);
        inputs["Name"] = json!(format!("sample-{}", kind.to_lowercase()));
        if ty.field("Namespace").is_some() {
            inputs["Namespace"] = json!("default");
        }
        let sample = Sample::new(ty, in_cluster(inputs)).changing(field, value);
        let sample = sample.except(
            Rule::OwnedIsListed,
            "which clusters there are is known only from the objects in them",
        );
        broken.extend(check(&provider, &world, &sample).await);
    }
    let broken: Vec<_> = broken.iter().map(Broken::to_string).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    println!(
        "figure: every action of {} Kubernetes kinds twice, the second changes nothing",
        types.len()
    );
}
