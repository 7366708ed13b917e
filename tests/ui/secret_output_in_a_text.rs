//! A generated secret in a text that is shown.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let password = Output::generated("password", Generated::alphanumeric(32));
    stack.output("url", &text!("postgres://admin:{}@db/mlflow", password));
}

fn main() {}
