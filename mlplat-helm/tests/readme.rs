//! The README's table of functions is the engine's. To write it again:
//!
//! ```text
//! MLPLAT_BLESS=1 cargo test -p mlplat-helm --test readme
//! ```
#![allow(clippy::unwrap_used, reason = "test code")]

use std::fs;
use std::path::Path;

const MARK: &str =
    "<!-- functions: the test `readme` compares what follows with the engine's table -->\n\n";

#[test]
fn the_table_of_functions_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (text, table) = readme.split_once(MARK).unwrap();
    let current = mlplat_helm::funcs::markdown();
    assert!(current.lines().count() > 200, "the table is not empty");
    if std::env::var_os("MLPLAT_BLESS").is_some() {
        fs::write(&path, format!("{text}{MARK}{current}")).unwrap();
        return;
    }
    assert_eq!(table, current, "run this test with MLPLAT_BLESS=1");
}
