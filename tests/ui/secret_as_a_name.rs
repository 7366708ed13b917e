//! A secret as the name of a bucket, which everyone sees.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let password = Output::generated("password", Generated::alphanumeric(32));
    stack.add("artifacts", Bucket::new().name(password));
}

fn main() {}
