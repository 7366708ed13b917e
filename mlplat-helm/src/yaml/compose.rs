//! From text to [`Node`]s: go-yaml's composing and decoding with bounds.
//!
//! The events of the first document become an arena of raw nodes in which an alias is an edge.
//! Decoding walks that arena, resolves scalars, expands aliases, applies merge keys in the order
//! of the text (a later key or merge overrides an earlier one, as in go-yaml v2) and turns keys
//! into strings as helm's conversion to JSON does. What follows the first document is not read.

use std::collections::HashMap;
use std::io::{self, BufRead, Read};
use std::ops::Range;

use indexmap::IndexMap;
use libyaml_safer::{EventData, Parser, ScalarStyle};

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
    let mut composer = Composer::new(text, limits);
    let Some(root) = composer.document()? else {
        return Ok((Node::Null, Vec::new()));
    };
    let budget = limits
        .free_nodes
        .max(composer.arena.len().saturating_mul(EXPANSION));
    let mut decoder = Decoder {
        arena: &composer.arena,
        marks: &composer.marks,
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

type Id = usize;

enum Raw {
    Plain(String),
    Quoted(String),
    Tagged(String, String),
    Seq(Vec<Id>),
    Map(Vec<(Id, Id)>),
    Alias(Id, String),
}

/// Hands the text out in small pieces: the scanner then decodes only what it is about to read,
/// as go-yaml does, so that what stands after the first document is never looked at.
struct Pieces<'a>(&'a [u8]);

const PIECE: usize = 1024;

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl BufRead for Pieces<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        Ok(&self.0[..self.0.len().min(PIECE)])
    }

    fn consume(&mut self, amount: usize) {
        self.0 = &self.0[amount.min(self.0.len())..];
    }
}

struct Composer<'a> {
    parser: Parser<Pieces<'a>>,
    limits: Limits,
    arena: Vec<Raw>,
    /// Where each node of the arena stands in the text, in bytes.
    marks: Vec<Range<usize>>,
    /// Where the last event stands.
    mark: Range<usize>,
    anchors: HashMap<String, Id>,
}

impl<'a> Composer<'a> {
    fn new(text: &'a str, limits: Limits) -> Self {
        let mut parser = Parser::new();
        parser.set_input(Pieces(text.as_bytes()));
        Self {
            parser,
            limits,
            arena: Vec::new(),
            marks: Vec::new(),
            mark: 0..0,
            anchors: HashMap::new(),
        }
    }

    fn next(&mut self) -> Result<EventData, YamlError> {
        match self.parser.parse() {
            Ok(event) => {
                let at =
                    |mark: libyaml_safer::Mark| usize::try_from(mark.index).unwrap_or(usize::MAX);
                self.mark = at(event.start_mark)..at(event.end_mark);
                Ok(event.data)
            }
            Err(error) => Err(syntax(&error)),
        }
    }

    /// The root of the first document, `None` when there is none.
    fn document(&mut self) -> Result<Option<Id>, YamlError> {
        loop {
            match self.next()? {
                EventData::StreamStart { .. } => {}
                EventData::DocumentStart { .. } => break,
                _ => return Ok(None),
            }
        }
        let first = self.next()?;
        let root = self.compose(first, 0)?;
        // go-yaml insists on the end of the document and thereby scans up to it.
        self.next()?;
        Ok(Some(root))
    }

    fn compose(&mut self, event: EventData, depth: usize) -> Result<Id, YamlError> {
        if depth > self.limits.depth {
            return Err(YamlError::Depth(self.limits.depth));
        }
        match event {
            EventData::Alias { anchor } => match self.anchors.get(&anchor) {
                Some(&target) => Ok(self.add(Raw::Alias(target, anchor))),
                None => Err(YamlError::UnknownAnchor(anchor)),
            },
            EventData::Scalar {
                anchor,
                tag,
                value,
                plain_implicit,
                style,
                ..
            } => {
                let raw = match tag {
                    Some(tag) if !tag.is_empty() => Raw::Tagged(tag, value),
                    _ if plain_implicit || style == ScalarStyle::Plain => Raw::Plain(value),
                    _ => Raw::Quoted(value),
                };
                let id = self.add(raw);
                self.remember(anchor, id);
                Ok(id)
            }
            EventData::SequenceStart { anchor, .. } => self.sequence(anchor, depth),
            EventData::MappingStart { anchor, .. } => self.mapping(anchor, depth),
            _ => Err(YamlError::Syntax {
                line: 0,
                problem: "attempted to parse unknown event".to_owned(),
            }),
        }
    }

    fn sequence(&mut self, anchor: Option<String>, depth: usize) -> Result<Id, YamlError> {
        let id = self.add(Raw::Seq(Vec::new()));
        self.remember(anchor, id);
        let mut items = Vec::new();
        loop {
            match self.next()? {
                EventData::SequenceEnd => break,
                event => items.push(self.compose(event, depth + 1)?),
            }
        }
        self.arena[id] = Raw::Seq(items);
        Ok(id)
    }

    fn mapping(&mut self, anchor: Option<String>, depth: usize) -> Result<Id, YamlError> {
        let id = self.add(Raw::Map(Vec::new()));
        self.remember(anchor, id);
        let mut entries = Vec::new();
        loop {
            match self.next()? {
                EventData::MappingEnd => break,
                event => {
                    let key = self.compose(event, depth + 1)?;
                    let value = self.next()?;
                    entries.push((key, self.compose(value, depth + 1)?));
                }
            }
        }
        self.arena[id] = Raw::Map(entries);
        Ok(id)
    }

    fn add(&mut self, raw: Raw) -> Id {
        self.arena.push(raw);
        self.marks.push(self.mark.clone());
        self.arena.len() - 1
    }

    fn remember(&mut self, anchor: Option<String>, id: Id) {
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, id);
        }
    }
}

/// go-yaml's message: the line of the problem, else of its context.
fn syntax(error: &libyaml_safer::Error) -> YamlError {
    let line = [error.problem_mark(), error.context_mark()]
        .into_iter()
        .flatten()
        .map(|mark| mark.line)
        .find(|&line| line != 0)
        .unwrap_or(0);
    YamlError::Syntax {
        line,
        problem: error.problem().to_owned(),
    }
}

struct Decoder<'a> {
    arena: &'a [Raw],
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
            Raw::Quoted(text) => Node::Str(text.clone()),
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
