//! Any bytes as a chart archive.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mlplat_helm::chart::load_archive;

fuzz_target!(|bytes: &[u8]| {
    let _ = load_archive(bytes);
});
