//! Random lives of random programs: edited, deployed, deployed in part, killed,
//! changed outside, moved and destroyed, in every order, against a model that
//! knows nothing but the program and whether it was brought to its end.

mod bugs;
mod latch;
mod model;
mod system;

use proptest::prelude::ProptestConfig;
use proptest_state_machine::prop_state_machine;

use super::proving;
use system::{Calm, Lived};

/// How many lives, of how many steps each.
fn config() -> ProptestConfig {
    ProptestConfig {
        cases: if proving() { 5_000 } else { 60 },
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..ProptestConfig::default()
    }
}

prop_state_machine! {
    #![proptest_config(config())]

    /// O1 to O7 after every step of a random life.
    #[test]
    fn every_life_keeps_every_promise(sequential 2..14 => Lived<Calm>);
}
