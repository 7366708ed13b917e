//! A database that is open to a whole network.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    stack.add("metadata", Postgres::new(&network).reachable_from(&network));
}

fn main() {}
