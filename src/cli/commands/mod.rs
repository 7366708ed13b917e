//! One file for each command.

mod deploy;
mod destroy;
mod docs;
mod doctor;
mod drift;
mod graph;
mod outputs;
mod plan;
mod rotate;
mod state;
mod why;
mod world;

pub(super) use deploy::deploy;
pub(super) use destroy::destroy;
pub(super) use docs::docs;
pub(super) use doctor::doctor;
pub(super) use drift::drift;
pub(super) use graph::graph;
pub(super) use outputs::outputs;
pub(super) use plan::plan;
pub(super) use rotate::rotate;
pub(super) use state::state;
pub(super) use why::why;
pub(super) use world::world;
