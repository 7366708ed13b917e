//! YAML as helm reads and writes it.
//!
//! Helm reads YAML through go-yaml v2 (YAML 1.1: `yes` is a boolean, `010` is eight), turns it
//! into JSON and reads that, so that keys are strings and an untyped number is a `float64`. It
//! writes the other way round: JSON, re-read as YAML, then emitted by go-yaml. Charts put
//! digests of that text into annotations, therefore every space of it matters.
//!
//! * [`parse`] turns text into a [`Node`] tree with go-yaml's rules and bounded resources. The
//!   scanner is our own: the Rust parsers follow YAML 1.2 or panic on odd input, and what helm
//!   refuses has to be refused here too.
//! * [`resolve`] says what a plain scalar is; reading and quoting both ask it.
//! * [`Emitter`] writes go-yaml's text in two dialects: v2 for `toYaml`, v3 for `toYamlPretty`.
//! * [`natural_order`] is the order in which go-yaml writes the keys of a map.

mod analyse;
mod compose;
mod decode;
mod dump;
mod emit;
mod error;
mod keys;
mod node;
mod number;
mod read;
mod resolve;
mod scan;
mod scan_node;
mod scan_scalar;
mod token;

pub use decode::{Limits, TaintedLeaf, parse, parse_spanned, parse_with};
pub use dump::{NoText, to_yaml, to_yaml_pretty};
pub use emit::{Dialect, Emitter, Place};
pub use error::YamlError;
pub use keys::natural_order;
pub use node::Node;
pub use number::{float_text, json_float_text};
pub use read::{read_list, read_map, to_value};
pub use resolve::{Plain, resolve, resolve_v3};
