//! A secret in a log line.

use mlplat::prelude::*;

fn log(password: &Secret<String>) {
    println!("the password is {password}");
}

fn main() {}
