//! From a chart and values to the objects of a release.
//!
//! [`Renderer`] holds a chart, [`Release`] says under which name and with which values it is
//! rendered, [`Rendered`] is the outcome: custom resource definitions, objects in the order of
//! installation and hooks with their weights and policies, all as data.

mod capabilities;
mod environment;
mod error;
mod go_chart;
mod go_objects;
mod hole;
mod layout;
mod manifest;
mod order;
mod post;
mod release;
mod renderer;
mod seeds;
mod split;

pub use capabilities::{Capabilities, DEFAULT_API_VERSIONS, DEFAULT_KUBE_VERSION, HELM_VERSION};
pub use environment::Environment;
pub use error::RenderError;
pub use hole::Hole;
pub use layout::Layout;
pub use manifest::{Hook, HookEvent, Manifest};
pub use order::{INSTALL_ORDER, install_order};
pub use post::PostRenderError;
pub use release::Release;
pub use renderer::{CrdFile, Rendered, Renderer};
pub use seeds::DerivedSeeds;
