//! A bucket that is configured and never added.

#![deny(unused_must_use)]

use mlplat::prelude::*;

fn program(_: &mut Stack) {
    Bucket::new().versioned();
}

fn main() {}
