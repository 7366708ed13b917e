//! A secret made a plain text by a cast.

use mlplat::prelude::*;

fn program(stack: &mut Stack) {
    let password = Output::generated("password", Generated::alphanumeric(32));
    let shown: Output<String> = password.cast();
    stack.output("password", &shown);
}

fn main() {}
