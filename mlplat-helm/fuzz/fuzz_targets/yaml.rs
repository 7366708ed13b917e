//! Any text as YAML; what is read can be written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mlplat_helm::yaml::{parse, to_value, to_yaml};

fuzz_target!(|text: &str| {
    if let Ok(node) = parse(text)
        && let Ok(written) = to_yaml(&to_value(&node))
        // go-yaml writes a key `<<` bare, and reads it as a merge.
        && !written.to_text().contains("<<")
    {
        assert!(parse(&written.to_text()).is_ok(), "{text:?} -> {written:?}");
    }
});
