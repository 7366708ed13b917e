//! The graph as a picture: SVG drawn here, DOT and Mermaid for others to draw.

mod dot;
mod layers;
mod layout;
mod mermaid;
mod model;
mod place;
mod svg;

pub use dot::graph_dot;
pub use mermaid::graph_mermaid;
pub use svg::graph_svg;
