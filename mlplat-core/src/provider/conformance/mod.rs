//! What a provider owes to the engine, as a suite that anybody can run.
//!
//! [`check`] takes one object through its life: it is looked for before it
//! exists, made, made again with the same token, found as after a lost reply,
//! read, listed, updated, deleted, deleted again, and made anew. Every answer
//! is held against a [`Rule`]. What is broken is told; nothing stops at the
//! first. A look-up is asked instead ([`check_lookup`]).
//!
//! A provider that cannot keep a rule says so by [`Sample::except`], with the
//! reason; an exception that turns out not to be needed is broken too, so
//! that the list stays true.
//!
//! ```
//! use mlplat_core::null::{NULL, NullProvider};
//! use mlplat_core::provider::conformance::{Rule, Sample, check};
//! use mlplat_core::world::SystemWorld;
//! use serde_json::json;
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap().block_on(async {
//! let mut sample = Sample::new(&NULL, json!({"Name": "a"})).changing("Value", json!("b"));
//! for rule in [Rule::AbsentIsGone, Rule::FoundAgain, Rule::ListOmitsNothing, Rule::UpdateOfNothingIsGone] {
//!     sample = sample.except(rule, "a null resource is nothing, and agrees with whatever is said of it");
//! }
//! let broken = check(&NullProvider, &SystemWorld::new(), &sample).await;
//! assert_eq!(broken, []);
//! # });
//! ```

mod life;
mod lookup;
mod rule;
mod sample;

pub use life::check;
pub use lookup::check_lookup;
pub use rule::{Broken, Rule};
pub use sample::Sample;
