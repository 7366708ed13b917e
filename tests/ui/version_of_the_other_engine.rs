//! A MySQL of a PostgreSQL version.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    stack.add(
        "metadata",
        MySql::new(&network).version(PostgresVersion::V17),
    );
}

fn main() {}
