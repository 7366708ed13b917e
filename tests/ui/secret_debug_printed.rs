//! A secret in a debug line.

use mlplat::prelude::*;

fn log(password: &Secret<String>) {
    println!("{password:?}");
}

fn main() {}
