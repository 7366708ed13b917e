//! Typed specifications in a program: what the graph sees, and what is wrong.

#![allow(clippy::unwrap_used, clippy::panic)]

use k8s_openapi::ByteString;
use k8s_openapi::api::apps::v1::DeploymentSpec;
use k8s_openapi::api::batch::v1::JobSpec;
use k8s_openapi::api::core::v1::{Container, PodSpec};
use mlplat_core::graph::{Context, Graph, Stack};
use mlplat_core::null::Null;
use mlplat_core::{Cluster, ClusterAccess, Output, Problems};
use mlplat_k8s::objects::{NamespaceHandle, catalog};
use mlplat_k8s::{ConfigMap, Deployment, Job, Namespace, Secret, Spec, Wires, pods};

struct Anywhere;

impl Cluster for Anywhere {
    fn access(&self) -> Output<ClusterAccess> {
        ClusterAccess {
            id: "arn:aws:eks:eu-west-1:000000000000:cluster/a".to_owned(),
            endpoint: "https://a".to_owned(),
            certificate_authority: String::new(),
            admitted_by: None,
        }
        .into()
    }
}

fn pod(image: String) -> PodSpec {
    PodSpec {
        containers: vec![Container {
            name: "app".to_owned(),
            image: Some(image),
            ..Container::default()
        }],
        ..PodSpec::default()
    }
}

fn deployment(pod: PodSpec) -> DeploymentSpec {
    let labels = pods::labels("app");
    DeploymentSpec {
        selector: pods::selector(&labels),
        template: pods::template(&labels, pod),
        ..DeploymentSpec::default()
    }
}

fn build(program: impl FnOnce(&mut Stack, &NamespaceHandle)) -> Result<Graph, Problems> {
    Graph::build(Context::new("test"), |stack: &mut Stack| {
        let space = stack.add("space", Namespace::new(&Anywhere, "space"));
        program(stack, &space);
    })
}

fn null(stack: &mut Stack) -> Output<String> {
    let null = Null {
        name: "repository".into(),
        value: None,
        after: vec![],
    };
    stack.add("null", null).id.cast()
}

fn shown(graph: &Graph, path: &str, field: &str) -> String {
    let node = graph.node(graph.find(&path.parse().unwrap()).unwrap());
    format!("{:?}", node.inputs[field])
}

fn problems(program: impl FnOnce(&mut Stack, &NamespaceHandle)) -> Vec<(&'static str, u32)> {
    let problems = build(program).unwrap_err();
    let each = problems.0.iter();
    each.map(|problem| (problem.code, problem.source.unwrap().line))
        .collect()
}

#[test]
fn references_stand_at_their_places() {
    let graph = build(|stack, space| {
        let image = null(stack);
        let spec = Spec::of(|w: &mut Wires| deployment(pod(format!("{}:v1", w.text(&image)))));
        stack.add("app", Deployment::new(&Anywhere, space, "app", spec));
    })
    .unwrap();
    let spec = shown(&graph, "app", "Spec");
    assert!(
        spec.contains(r#""image": concat([<#1.Id>, ":v1"])"#),
        "{spec}"
    );
    let node = graph.node(graph.find(&"app".parse().unwrap()).unwrap());
    assert_eq!(node.after.len(), 2);
}

#[test]
fn what_is_used_rolls_the_pods() {
    let graph = build(|stack, space| {
        let secret = Secret::new(&Anywhere, space, "db");
        let secret = stack.add("secret", secret);
        let settings = stack.add("settings", ConfigMap::new(&Anywhere, space, "settings"));
        let used = |w: &mut Wires| {
            let mut pod = pod("app:1".to_owned());
            pod.volumes = Some(vec![settings.volume(w, "settings")]);
            pod.containers[0].env = Some(vec![
                secret.env(w, "A", "a"),
                secret.env(w, "B", "b"),
                pods::env("C", "c"),
            ]);
            pod
        };
        let spec = Spec::of(|w: &mut Wires| deployment(used(w)));
        stack.add("app", Deployment::new(&Anywhere, space, "app", spec));
        let spec = Spec::of(|w: &mut Wires| JobSpec {
            template: pods::template(&pods::labels("job"), used(w)),
            ..JobSpec::default()
        });
        stack.add("job", Job::new(&Anywhere, space, "job", spec));
    })
    .unwrap();
    let rolls =
        r#""annotations": {"mlplat.dev/revisions": concat([<#2.Revision>, ",", <#1.Revision>])}"#;
    let app = shown(&graph, "app", "Spec");
    assert!(app.contains(rolls), "{app}");
    // A job that has run is not run again for it.
    assert!(!shown(&graph, "job", "Spec").contains("Revision"));
}

#[test]
fn quantities_are_written_canonically() {
    let graph = build(|stack, space| {
        let spec = Spec::of(|_: &mut Wires| {
            let mut pod = pod("app:1".to_owned());
            pod.containers[0].resources = Some(pods::gpus(pods::resources("1000m", "1024Mi"), 2));
            deployment(pod)
        });
        stack.add("app", Deployment::new(&Anywhere, space, "app", spec));
    })
    .unwrap();
    let spec = shown(&graph, "app", "Spec");
    assert!(
        spec.contains(r#""limits":{"memory":"1Gi","nvidia.com/gpu":"2"},"requests":{"cpu":"1","memory":"1Gi"}"#),
        "{spec}"
    );
}

#[test]
fn what_is_asked_for_has_to_appear() {
    let line = line!() + 4;
    let found = problems(|stack, space| {
        let image = null(stack);
        let spec = Spec::of(|w: &mut Wires| {
            w.text(&image);
            let changed = w.text(&image).to_uppercase();
            let _ = ByteString(w.text(&image).into_bytes());
            deployment(pod(changed))
        });
        stack.add("app", Deployment::new(&Anywhere, space, "app", spec));
    });
    let unused = |line| ("wire-unused", line);
    assert_eq!(found, [unused(line), unused(line + 1), unused(line + 2)]);
}

#[test]
fn markers_do_not_cross_from_one_document_to_another() {
    let line = line!() + 11;
    let found = problems(|stack, space| {
        let image = null(stack);
        let mut leaked = String::new();
        let first = Spec::of(|w: &mut Wires| {
            leaked = w.text(&image);
            deployment(pod(leaked.clone()))
        });
        let second = Spec::of(|_: &mut Wires| deployment(pod(leaked)));
        stack.add("first", Deployment::new(&Anywhere, space, "first", first));
        // The next line is told: that is where the document is used.
        stack.add(
            "second",
            Deployment::new(&Anywhere, space, "second", second),
        );
    });
    assert_eq!(found, [("foreign-wire", line)]);
}

#[test]
fn a_text_from_outside_is_no_marker() {
    let found = problems(|stack, space| {
        let image = null(stack);
        let spec = Spec::of(|w: &mut Wires| {
            let mut pod = pod(w.text(&image));
            pod.hostname = Some("$mlplat:wire:00000000000000000000000000000000:0;".to_owned());
            deployment(pod)
        });
        stack.add("app", Deployment::new(&Anywhere, space, "app", spec));
    });
    assert_eq!(found[0].0, "foreign-wire");
}

#[test]
fn a_job_that_would_disappear_is_refused() {
    let found = problems(|stack, space| {
        let spec = Spec::of(|_: &mut Wires| JobSpec {
            template: pods::template(&pods::labels("job"), pod("a".to_owned())),
            ttl_seconds_after_finished: Some(60),
            ..JobSpec::default()
        });
        stack.add("job", Job::new(&Anywhere, space, "job", spec));
    });
    assert_eq!(found[0].0, "job-disappears");
}

/// Paths of facts and lists with keys are easy to misspell.
#[test]
fn every_type_names_its_api() {
    for ty in catalog() {
        assert_eq!(ty.provider, "kubernetes", "{}", ty.name);
        assert!(
            ty.api.contains('/') && ty.field("Name").is_some(),
            "{}",
            ty.name
        );
        assert!(
            ty.output("Id").is_some() && ty.output("Name").is_some(),
            "{}",
            ty.name
        );
        assert!(!ty.doc.is_empty() && !ty.source.is_empty(), "{}", ty.name);
    }
}
