//! A port as a text.

use mlplat::aws::Ports;

fn ports() -> Ports {
    Ports::tcp("5432")
}

fn main() {}
