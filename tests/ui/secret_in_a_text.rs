//! A secret from the settings in a text that is shown.

use mlplat::prelude::*;

fn url(password: Secret<String>) -> Output<String> {
    text!("postgres://admin:{}@db/mlflow", password)
}

fn main() {}
