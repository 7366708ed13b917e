//! Writes the catalogue as Markdown to standard output, for `cargo xtask docs`.

use std::io::{self, Write};

fn main() -> io::Result<()> {
    io::stdout()
        .lock()
        .write_all(mlplat_aws::reference().as_bytes())
}
