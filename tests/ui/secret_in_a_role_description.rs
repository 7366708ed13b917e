//! A secret in a description.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let password = Output::generated("password", Generated::alphanumeric(32));
    let trust = mlplat::aws::policy::trust::pod_identity();
    stack.add("role", Role::new(trust).describe(password));
}

fn main() {}
