//! A program that returns what it made.

use mlplat::prelude::*;

fn artifacts(stack: &mut Stack) -> mlplat::aws::BucketHandle {
    stack.add("artifacts", Bucket::new())
}

fn run() -> ExitCode {
    mlplat::cli("artifacts", artifacts)
}

fn main() {}
