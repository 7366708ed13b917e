//! A database that may not be there.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    let production = stack.env() == "prod";
    let metadata = production.then(|| stack.add("metadata", Postgres::new(&network)));
    stack.output("host", &metadata.host);
}

fn main() {}
