//! The handle of something else where a site's certificate goes.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let artifacts = stack.add("artifacts", Bucket::new());
    let _site = Site::new("mlflow.example.com", &artifacts);
}

fn main() {}
