//! Any bytes as a snapshot; what is read is written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mlplat::core::state::{decode_snapshot, encode_snapshot};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(state) = decode_snapshot(bytes)
        && let Ok(written) = encode_snapshot(&state)
    {
        assert!(decode_snapshot(&written).is_ok());
    }
});
