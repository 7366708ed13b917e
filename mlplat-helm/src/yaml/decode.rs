//! From raw nodes to [`Node`]s: go-yaml's decoding, and helm's conversion to JSON.
//!
//! Scalars are resolved, aliases expanded within a budget, merge keys applied in the order of the
//! text (a later key or merge overrides an earlier one, as in go-yaml v2) and keys turned into
//! strings. When spans of the text are opaque, the scalars that they touch are noted.

use std::ops::Range;

use indexmap::IndexMap;

use super::compose::{Document, Id, Raw, compose};
use super::number::float32_text;
use super::{Node, Plain, YamlError, resolve};
use crate::value::{Span, Str, Taints};

/// Bounds on what is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of text.
    pub bytes: usize,
    /// Levels of nesting.
    pub depth: usize,
    /// Nodes that a document may have whatever aliases do; above it aliases may multiply the
    /// document at most tenfold.
    pub free_nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 10 << 20,
            depth: 128,
            free_nodes: 10_000,
        }
    }
}

/// How much larger than the text a document may become through aliases.
const EXPANSION: usize = 10;

/// Reads the first document of a text with the default [`Limits`].
///
/// # Errors
///
/// Whatever helm would refuse, and documents beyond the limits.
///
/// ```
/// use mlplat_helm::yaml::{Node, parse};
/// let doc = parse("port: 0x50\nyes: on\n").unwrap();
/// assert_eq!(doc.get("port"), Some(&Node::Int(80)));
/// assert_eq!(doc.get("true"), Some(&Node::Bool(true)));
/// ```
pub fn parse(text: &str) -> Result<Node, YamlError> {
    parse_with(text, Limits::default())
}

/// Reads the first document of a text.
///
/// # Errors
///
/// Whatever helm would refuse, and documents beyond the limits.
pub fn parse_with(text: &str, limits: Limits) -> Result<Node, YamlError> {
    read(text, limits, &[]).map(|(node, _)| node)
}

/// A scalar of a document that depends on opaque inputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaintedLeaf {
    /// Keys and list indices from the root.
    pub path: Vec<String>,
    /// The inputs.
    pub taints: Taints,
}

/// Reads the first document of a text of which some spans are opaque, and tells which scalars
/// of the document they touch. Spans in comments touch none.
///
/// # Errors
///
/// As [`parse_with`], and [`YamlError::OpaqueKey`] when a span touches a key.
pub fn parse_spanned(text: &Str, limits: Limits) -> Result<(Node, Vec<TaintedLeaf>), YamlError> {
    read(&text.to_text(), limits, text.spans())
}

fn read(text: &str, limits: Limits, spans: &[Span]) -> Result<(Node, Vec<TaintedLeaf>), YamlError> {
    if text.len() > limits.bytes {
        return Err(YamlError::Size {
            size: text.len(),
            limit: limits.bytes,
        });
    }
    let Document { arena, marks, root } = compose(text, limits.depth)?;
    let Some(root) = root else {
        return Ok((Node::Null, Vec::new()));
    };
    let budget = limits.free_nodes.max(arena.len().saturating_mul(EXPANSION));
    let mut decoder = Decoder {
        arena: &arena,
        marks: &marks,
        spans,
        limits,
        budget,
        open: Vec::new(),
        path: Vec::new(),
        leaves: Vec::new(),
    };
    let node = decoder.node(root, 0)?;
    Ok((node, decoder.leaves))
}

struct Decoder<'a> {
    arena: &'a [Raw<'a>],
    marks: &'a [Range<usize>],
    spans: &'a [Span],
    limits: Limits,
    /// Nodes that may still be produced.
    budget: usize,
    /// The aliases being expanded.
    open: Vec<Id>,
    /// Where decoding stands; kept only when there are spans.
    path: Vec<String>,
    leaves: Vec<TaintedLeaf>,
}

impl Decoder<'_> {
    fn node(&mut self, id: Id, depth: usize) -> Result<Node, YamlError> {
        self.spend(depth)?;
        self.note_taints(id);
        Ok(match &self.arena[id] {
            Raw::Plain(text) => plain(resolve(text), text)?,
            Raw::Quoted(text) => Node::Str(text.clone().into_owned()),
            Raw::Tagged(tag, text) => tagged(tag, text)?,
            Raw::Seq(items) => Node::Seq(
                items
                    .iter()
                    .enumerate()
                    .map(|(at, &item)| self.below(|| at.to_string(), item, depth))
                    .collect::<Result<_, _>>()?,
            ),
            Raw::Map(entries) => {
                let mut out = IndexMap::with_capacity(entries.len());
                self.fill(entries, &mut out, depth)?;
                Node::Map(out)
            }
            Raw::Alias(target, name) => {
                self.enter(id, name)?;
                let node = self.node(*target, depth + 1)?;
                self.open.pop();
                node
            }
        })
    }

    fn below(
        &mut self,
        step: impl FnOnce() -> String,
        id: Id,
        depth: usize,
    ) -> Result<Node, YamlError> {
        if self.spans.is_empty() {
            return self.node(id, depth + 1);
        }
        self.path.push(step());
        let node = self.node(id, depth + 1);
        self.path.pop();
        node
    }

    /// The taints of the spans that touch a node.
    fn touching(&self, id: Id) -> Taints {
        let mut taints = Taints::default();
        if self.spans.is_empty() {
            return taints;
        }
        let mark = &self.marks[id];
        for span in self.spans {
            if span.range.start < mark.end && span.range.end > mark.start
                || span.range.is_empty() && mark.contains(&span.range.start)
            {
                taints.add(&span.taints);
            }
        }
        taints
    }

    fn note_taints(&mut self, id: Id) {
        if matches!(
            self.arena[id],
            Raw::Plain(_) | Raw::Quoted(_) | Raw::Tagged(..)
        ) {
            let taints = self.touching(id);
            if !taints.is_empty() {
                self.leaves.push(TaintedLeaf {
                    path: self.path.clone(),
                    taints,
                });
            }
        }
    }

    fn spend(&mut self, depth: usize) -> Result<(), YamlError> {
        if depth > self.limits.depth {
            return Err(YamlError::Depth(self.limits.depth));
        }
        self.budget = self.budget.checked_sub(1).ok_or(YamlError::Aliasing)?;
        Ok(())
    }

    fn enter(&mut self, alias: Id, name: &str) -> Result<(), YamlError> {
        if self.open.contains(&alias) {
            return Err(YamlError::SelfReference(name.to_owned()));
        }
        self.open.push(alias);
        Ok(())
    }

    fn fill(
        &mut self,
        entries: &[(Id, Id)],
        out: &mut IndexMap<String, Node>,
        depth: usize,
    ) -> Result<(), YamlError> {
        for &(key, value) in entries {
            if self.is_merge(key) {
                self.merge(value, out, depth + 1)?;
                continue;
            }
            let taints = self.touching(key);
            if !taints.is_empty() {
                return Err(YamlError::OpaqueKey(taints));
            }
            let key = self.key(key, depth + 1)?;
            let value = self.below(|| key.clone(), value, depth)?;
            out.insert(key, value);
        }
        Ok(())
    }

    fn is_merge(&self, key: Id) -> bool {
        match &self.arena[key] {
            Raw::Plain(text) => text == "<<",
            Raw::Tagged(tag, text) => tag == "tag:yaml.org,2002:merge" && text == "<<",
            _ => false,
        }
    }

    /// Puts the entries of a map, an alias of one, or a list of those into `out`. Earlier maps
    /// of a list win, therefore they are applied last.
    fn merge(
        &mut self,
        id: Id,
        out: &mut IndexMap<String, Node>,
        depth: usize,
    ) -> Result<(), YamlError> {
        match &self.arena[id] {
            Raw::Seq(items) => items
                .iter()
                .rev()
                .try_for_each(|&item| self.merge_map(item, out, depth)),
            _ => self.merge_map(id, out, depth),
        }
    }

    fn merge_map(
        &mut self,
        id: Id,
        out: &mut IndexMap<String, Node>,
        depth: usize,
    ) -> Result<(), YamlError> {
        self.spend(depth)?;
        match &self.arena[id] {
            Raw::Map(entries) => self.fill(entries, out, depth),
            Raw::Alias(target, name) if matches!(self.arena[*target], Raw::Map(_)) => {
                self.enter(id, name)?;
                self.merge_map(*target, out, depth + 1)?;
                self.open.pop();
                Ok(())
            }
            _ => Err(YamlError::Merge),
        }
    }

    fn key(&mut self, id: Id, depth: usize) -> Result<String, YamlError> {
        // A key is looked at before non-finite numbers are refused: `.inf` is a key.
        if let Raw::Plain(text) = &self.arena[id]
            && let Plain::Float(number) = resolve(text)
        {
            return Ok(if number.is_nan() {
                ".nan".to_owned()
            } else {
                float32_text(number)
            });
        }
        match self.node(id, depth)? {
            Node::Str(text) => Ok(text),
            Node::Int(number) => Ok(number.to_string()),
            Node::Bool(flag) => Ok(flag.to_string()),
            Node::Float(number) => Ok(float32_text(number)),
            Node::Null => Err(YamlError::Key("<nil>")),
            Node::Uint(_) => Err(YamlError::Key("uint64")),
            Node::Seq(_) => Err(YamlError::Key("[]interface {}")),
            Node::Map(_) => Err(YamlError::Key("map[interface {}]interface {}")),
        }
    }
}

fn plain(meaning: Plain, text: &str) -> Result<Node, YamlError> {
    Ok(match meaning {
        Plain::Str | Plain::Timestamp | Plain::Merge => Node::Str(text.to_owned()),
        Plain::Null => Node::Null,
        Plain::Bool(flag) => Node::Bool(flag),
        Plain::Int(number) => Node::Int(number),
        Plain::Uint(number) => Node::Uint(number),
        Plain::Float(number) if number.is_finite() => Node::Float(number),
        Plain::Float(number) if number.is_nan() => return Err(YamlError::NotFinite("NaN")),
        Plain::Float(number) if number > 0.0 => return Err(YamlError::NotFinite("+Inf")),
        Plain::Float(_) => return Err(YamlError::NotFinite("-Inf")),
    })
}

/// A scalar with an explicit tag.
fn tagged(tag: &str, text: &str) -> Result<Node, YamlError> {
    let short = tag.strip_prefix("tag:yaml.org,2002:").unwrap_or("");
    let wrong = |meaning: Plain| YamlError::Tag {
        found: meaning.tag(),
        text: text.to_owned(),
        wanted: format!("!!{short}"),
    };
    match short {
        "str" => Ok(Node::Str(text.to_owned())),
        "binary" => binary(text),
        "null" | "bool" | "int" | "float" | "timestamp" => {
            let meaning = resolve(text);
            match (short, meaning) {
                #[expect(clippy::cast_precision_loss, reason = "go-yaml converts like this")]
                ("float", Plain::Int(number)) => Ok(Node::Float(number as f64)),
                _ if meaning.tag() == format!("!!{short}") => plain(meaning, text),
                _ => Err(wrong(meaning)),
            }
        }
        // An unknown tag leaves the text alone.
        _ => Ok(Node::Str(text.to_owned())),
    }
}

fn binary(text: &str) -> Result<Node, YamlError> {
    use base64::Engine as _;
    let compact: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    base64::engine::general_purpose::STANDARD
        .decode(compact)
        // JSON cannot hold other bytes: Go writes the replacement character for each.
        .map(|bytes| Node::Str(String::from_utf8_lossy(&bytes).into_owned()))
        .map_err(|_| YamlError::Syntax {
            line: 0,
            problem: "!!binary value contains invalid base64 data".to_owned(),
        })
}
