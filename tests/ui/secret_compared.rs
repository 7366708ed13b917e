//! Two secrets compared by hand.

use mlplat::prelude::*;

fn same(one: Secret<String>, other: Secret<String>) -> bool {
    one == other
}

fn main() {}
