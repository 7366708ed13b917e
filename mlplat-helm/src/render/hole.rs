//! Fields that are known only later.

/// A field of an object that depends on opaque values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hole {
    /// Keys and list indices from the root of the object.
    pub path: Vec<String>,
    /// The names of the opaque values, sorted.
    pub names: Vec<String>,
    /// What a plan shows: the text with `<cluster.name>` where the value stands verbatim, else
    /// `derived from <cluster.name>`. Never the value itself.
    pub shown: String,
    /// Whether one of the values is a secret.
    pub secret: bool,
}
