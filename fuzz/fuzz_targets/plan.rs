//! Any bytes as a saved plan.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mlplat::core::deploy::SavedPlan;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(saved) = serde_json::from_slice::<SavedPlan>(bytes) {
        let _ = saved.nonce();
    }
});
