//! Any bytes as a journal, on top of a state that is empty.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mlplat::core::state::{Stored, decode_journal};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(journal) = decode_journal(bytes)
        && let Ok(stored) = Stored::assemble(None, journal)
    {
        let _ = stored.replayed();
    }
});
