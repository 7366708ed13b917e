//! A secret in the environment of a pod, in clear.

use mlplat::prelude::*;
use openapi::api::core::v1::{Container, EnvVar, PodSpec};

fn program(stack: &mut Stack) {
    let password = Output::generated("password", Generated::alphanumeric(32));
    let spec = Spec::of(|w: &mut Wires| {
        let env = EnvVar {
            name: "PASSWORD".into(),
            value: Some(w.text(&password)),
            ..EnvVar::default()
        };
        let container = Container {
            name: "web".into(),
            env: Some(vec![env]),
            ..Container::default()
        };
        PodSpec {
            containers: vec![container],
            ..PodSpec::default()
        }
    });
    let _ = spec;
}

fn main() {}
