//! A port that does not exist.

use mlplat::aws::Ports;

fn ports() -> Ports {
    Ports::tcp(70_000)
}

fn main() {}
