//! The smallest program: three resources that stand for nothing.
//!
//! `cargo run --example hello` deploys it; every command of the command line
//! works on it without any cloud.

use mlplat::prelude::*;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    greeting: String,
    copies: u8,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            greeting: "hello".into(),
            copies: 2,
        }
    }
}

fn main() -> ExitCode {
    mlplat::cli("hello", hello)
}

fn hello(stack: &mut Stack) {
    let settings: Settings = stack.settings();
    let first = stack.add("first", null(&settings.greeting));
    for copy in 0..settings.copies {
        let mut echo = null(&settings.greeting);
        echo.after = vec![(&first.id).into()];
        stack.add(&format!("echo-{copy}"), echo);
    }
    stack.output("first", &first.id);
    stack.output(
        "greeting",
        &text!("{} from {}", settings.greeting, stack.env()),
    );
}

fn null(value: &str) -> Null {
    Null {
        name: "hello".into(),
        value: Some(value.into()),
        after: Vec::new(),
    }
}
