//! A secret in clear in the environment of a pod.

use mlplat::k8s::openapi::api::core::v1::{Container, PodSpec};
use mlplat::prelude::*;

fn pod(password: Output<Secret<String>>) -> Spec<PodSpec> {
    Spec::of(|w: &mut Wires| PodSpec {
        containers: vec![Container {
            name: "web".into(),
            env: Some(vec![pods::env("PASSWORD", w.text(&password))]),
            ..Container::default()
        }],
        ..PodSpec::default()
    })
}

fn main() {}
