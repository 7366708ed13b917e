//! A provider that provides nothing.

use mlplat::prelude::*;

struct Folder;

fn run() -> ExitCode {
    mlplat::Cli::new("notes", |_: &mut Stack| {})
        .provider(Folder)
        .run()
}

fn main() {}
