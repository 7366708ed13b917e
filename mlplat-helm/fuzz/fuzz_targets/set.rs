//! Any text as an argument of `--set` and its kin.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mlplat_helm::value::Map;
use mlplat_helm::values::{SetKind, set};

fuzz_target!(|text: &str| {
    for kind in [
        SetKind::Typed,
        SetKind::Text,
        SetKind::Json,
        SetKind::Literal,
    ] {
        let _ = set(text, &Map::default(), kind);
    }
});
