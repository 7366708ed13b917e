//! The values that templates work on, with the semantics of Go's.
//!
//! A [`Value`] is what an `interface{}` holds while helm renders a chart:
//! nothing, a scalar, a list, a map, or an object with methods such as
//! `.Files`. Three properties decide the design:
//!
//! * **Maps are references.** `set`, `unset` and the `merge` family change the
//!   map that every other holder sees; charts rely on it. A [`Map`] is
//!   therefore a counted reference to one shared, sorted table. Insertions
//!   that would make a map contain itself are refused, so every walk over a
//!   value ends.
//! * **Kinds are kept.** Numbers read from YAML are `float64`, template
//!   literals `int`, results of sprig's arithmetic `int64`; comparison,
//!   `kindOf` and parameter checks tell them apart.
//! * **Scalars can be opaque.** Each carries a set of [`Taints`]: the ids of
//!   the unknown or secret inputs that it was made from. In a [`Str`] they
//!   mark spans of the text, so that a rendered manifest knows which of its
//!   bytes came from where.
//!
//! Values are counted with `Rc` and belong to the one thread that renders.
//! What crosses the crate's border is plain data (`serde_json::Value`, text).

mod json;
mod list;
mod map;
mod object;
mod param;
mod scalar;
mod taint;
mod text;
mod walk;

pub use list::{List, ListKind};
pub use map::{Map, MapKind, Table};
pub use object::{Object, Struct};
pub use param::Param;
pub use scalar::{IntKind, Kind, Value};
pub use taint::{TaintId, Taints};
pub use text::{Span, Str, StrBuilder};
pub use walk::{CycleError, TooDeep, deep_copy, deep_equal, deep_taints};
pub(crate) use walk::{MAX_DEPTH, measure};
