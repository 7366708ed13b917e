//! A settings struct that would print its secret.

use mlplat::prelude::*;

#[derive(Debug, Deserialize)]
struct Settings {
    name: String,
    password: Secret<String>,
}

fn main() {}
