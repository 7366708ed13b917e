//! A secret in a tag.

use mlplat::prelude::*;

fn tagged(password: Secret<String>) {
    let _ = Bucket::new().tags([("password", password)]);
}

fn main() {}
