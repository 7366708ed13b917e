//! A field that the database does not have.

use mlplat::aws::rds::DbInstance;
use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    let metadata = Postgres::new(&network);
    stack.add(
        "metadata",
        metadata.edit("instance", |instance: &mut DbInstance| {
            instance.storage = None
        }),
    );
}

fn main() {}
