//! Settings that have no defaults.

use mlplat::prelude::*;

#[derive(Deserialize)]
struct Settings {
    nodes: u32,
}

fn program(stack: &mut Stack) {
    let settings: Settings = stack.settings();
    let _ = settings.nodes;
}

fn main() {}
