//! What is only known after the deployment decides what is made.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let artifacts = stack.add("artifacts", Bucket::new());
    if artifacts.arn == "arn:aws:s3:::artifacts" {
        stack.add("copy", Bucket::new());
    }
}

fn main() {}
