//! An edit of a construct instead of a resource below it.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let network = stack.add("network", Vpc::new("10.0.0.0/16"));
    let metadata = Postgres::new(&network);
    stack.add(
        "metadata",
        metadata.edit("instance", |instance: &mut Vpc| drop(instance)),
    );
}

fn main() {}
