//! Secrets in a list.

use mlplat::prelude::*;

#[derive(StackOutputs)]
struct DatabaseOutputs {
    passwords: Output<Vec<Secret<String>>>,
}

fn main() {}
