//! An output in a text that is made at once.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let artifacts = stack.add("artifacts", Bucket::new());
    let url = format!("https://{}/models", artifacts.bucket_name);
    stack.add("copy", Bucket::new().name(url));
}

fn main() {}
