//! From text to raw nodes: the grammar of YAML over the tokens of the scanner.
//!
//! Recursive descent, bounded by the allowed depth, one function for each kind of collection.
//! Errors are found in the order in which libyaml finds them, and nothing after the first
//! document is read beyond the token that ends it. An alias becomes an edge to the node that
//! carries its anchor.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::YamlError;
use super::scan::{Scan, Scanner};
use super::token::{Token, TokenKind};

/// Index of a raw node.
pub(super) type Id = usize;

/// A node as it stands in the text.
#[derive(Debug)]
pub(super) enum Raw<'a> {
    /// A scalar without quotes and tag.
    Plain(Cow<'a, str>),
    /// A scalar with quotes or block marks and without tag.
    Quoted(Cow<'a, str>),
    /// A tag and the scalar behind it.
    Tagged(String, Cow<'a, str>),
    /// A list.
    Seq(Vec<Id>),
    /// A map.
    Map(Vec<(Id, Id)>),
    /// An alias: its target and its name.
    Alias(Id, &'a str),
}

/// The first document of a text.
#[derive(Debug)]
pub(super) struct Document<'a> {
    /// All nodes.
    pub(super) arena: Vec<Raw<'a>>,
    /// The bytes of each node that is a scalar.
    pub(super) marks: Vec<Range<usize>>,
    /// The outermost node; none when the text has no document.
    pub(super) root: Option<Id>,
}

/// Reads the first document of a text.
pub(super) fn compose(text: &str, depth: usize) -> Scan<Document<'_>> {
    let mut composer = Composer {
        tokens: Scanner::new(text),
        limit: depth,
        arena: Vec::new(),
        marks: Vec::new(),
        anchors: HashMap::new(),
        handles: Vec::new(),
    };
    let root = composer.document()?;
    Ok(Document {
        arena: composer.arena,
        marks: composer.marks,
        root,
    })
}

struct Composer<'a> {
    tokens: Scanner<'a>,
    limit: usize,
    arena: Vec<Raw<'a>>,
    marks: Vec<Range<usize>>,
    anchors: HashMap<&'a str, Id>,
    /// Tag handles of the document and their prefixes.
    handles: Vec<(String, String)>,
}

impl<'a> Composer<'a> {
    fn kind(&mut self) -> Scan<&TokenKind<'a>> {
        Ok(&self.tokens.peek()?.kind)
    }

    fn skip(&mut self) -> Scan<Token<'a>> {
        self.tokens.take()
    }

    /// A grammar error at the next token. go-yaml counts its line from 0.
    fn error<T>(&mut self, problem: &str) -> Scan<T> {
        let line = self.tokens.peek()?.line;
        Err(YamlError::Syntax {
            line,
            problem: problem.to_owned(),
        })
    }

    fn document(&mut self) -> Scan<Option<Id>> {
        let explicit = matches!(
            self.kind()?,
            TokenKind::Version(..) | TokenKind::TagDirective(..) | TokenKind::DocumentStart
        );
        if *self.kind()? == TokenKind::StreamEnd {
            return Ok(None);
        }
        self.directives()?;
        let root = if explicit {
            if *self.kind()? != TokenKind::DocumentStart {
                return self.error("did not find expected <document start>");
            }
            self.skip()?;
            match self.kind()? {
                TokenKind::Version(..)
                | TokenKind::TagDirective(..)
                | TokenKind::DocumentStart
                | TokenKind::DocumentEnd
                | TokenKind::StreamEnd => self.empty(),
                _ => self.node(true, false, 0)?,
            }
        } else {
            self.node(true, false, 0)?
        };
        // go-yaml insists on the end of the document, which scans the token after it.
        self.kind()?;
        Ok(Some(root))
    }

    fn directives(&mut self) -> Scan<()> {
        let mut version_seen = false;
        loop {
            match self.kind()?.clone() {
                TokenKind::Version(major, minor) => {
                    if version_seen {
                        return self.error("found duplicate %YAML directive");
                    }
                    if (major, minor) != (1, 1) {
                        return self.error("found incompatible YAML document");
                    }
                    version_seen = true;
                }
                TokenKind::TagDirective(handle, prefix) => {
                    if self.handles.iter().any(|(known, _)| *known == handle) {
                        return self.error("found duplicate %TAG directive");
                    }
                    self.handles.push((handle, prefix));
                }
                _ => break,
            }
            self.skip()?;
        }
        for (handle, prefix) in [("!", "!"), ("!!", "tag:yaml.org,2002:")] {
            if !self.handles.iter().any(|(known, _)| known == handle) {
                self.handles.push((handle.to_owned(), prefix.to_owned()));
            }
        }
        Ok(())
    }

    /// A node; `block` where block collections may stand, `indentless` where a list may stand
    /// at the indentation of its key.
    fn node(&mut self, block: bool, indentless: bool, depth: usize) -> Scan<Id> {
        if depth > self.limit {
            return Err(YamlError::Depth(self.limit));
        }
        if let TokenKind::Alias(name) = *self.kind()? {
            let mark = self.skip()?.range;
            return match self.anchors.get(name) {
                Some(&target) => Ok(self.add(Raw::Alias(target, name), mark)),
                None => Err(YamlError::UnknownAnchor(name.to_owned())),
            };
        }
        let (anchor, tag) = self.properties()?;
        let tagged = tag.as_ref().is_some_and(|tag| !tag.is_empty());
        let kind = self.kind()?;
        match kind {
            TokenKind::Entry if indentless => {
                let id = self.collection(anchor, Raw::Seq(Vec::new()));
                let items = self.indentless_sequence(depth)?;
                self.arena[id] = Raw::Seq(items);
                Ok(id)
            }
            TokenKind::Scalar(..) => self.scalar(anchor, tag),
            TokenKind::FlowSequence => {
                let id = self.collection(anchor, Raw::Seq(Vec::new()));
                let items = self.flow_sequence(depth)?;
                self.arena[id] = Raw::Seq(items);
                Ok(id)
            }
            TokenKind::FlowMapping => {
                let id = self.collection(anchor, Raw::Map(Vec::new()));
                let entries = self.flow_mapping(depth)?;
                self.arena[id] = Raw::Map(entries);
                Ok(id)
            }
            TokenKind::BlockSequence if block => {
                let id = self.collection(anchor, Raw::Seq(Vec::new()));
                let items = self.block_sequence(depth)?;
                self.arena[id] = Raw::Seq(items);
                Ok(id)
            }
            TokenKind::BlockMapping if block => {
                let id = self.collection(anchor, Raw::Map(Vec::new()));
                let entries = self.block_mapping(depth)?;
                self.arena[id] = Raw::Map(entries);
                Ok(id)
            }
            _ if anchor.is_some() || tagged => {
                let raw = match tag {
                    Some(tag) if tagged => Raw::Tagged(tag, Cow::Borrowed("")),
                    _ => Raw::Plain(Cow::Borrowed("")),
                };
                let id = self.add(raw, 0..0);
                self.remember(anchor, id);
                Ok(id)
            }
            _ => self.error("did not find expected node content"),
        }
    }

    /// An anchor and a tag in either order.
    fn properties(&mut self) -> Scan<(Option<&'a str>, Option<String>)> {
        let (mut anchor, mut tag) = (None, None);
        loop {
            match self.kind()?.clone() {
                TokenKind::Anchor(name) if anchor.is_none() => anchor = Some(name),
                TokenKind::Tag(handle, suffix) if tag.is_none() => {
                    tag = Some(self.full_tag(&handle, suffix)?);
                }
                _ => return Ok((anchor, tag)),
            }
            self.skip()?;
        }
    }

    fn full_tag(&mut self, handle: &str, suffix: String) -> Scan<String> {
        if handle.is_empty() {
            return Ok(suffix);
        }
        let prefix = self.handles.iter().find(|(known, _)| known == handle);
        match prefix.map(|(_, prefix)| format!("{prefix}{suffix}")) {
            Some(tag) if !tag.is_empty() => Ok(tag),
            _ => self.error("found undefined tag handle"),
        }
    }

    fn scalar(&mut self, anchor: Option<&'a str>, tag: Option<String>) -> Scan<Id> {
        let Token { kind, range, .. } = self.skip()?;
        let TokenKind::Scalar(text, plain) = kind else {
            return self.error("did not find expected node content");
        };
        let raw = match tag {
            Some(tag) if !tag.is_empty() => Raw::Tagged(tag, text),
            _ if plain => Raw::Plain(text),
            _ => Raw::Quoted(text),
        };
        let id = self.add(raw, range);
        self.remember(anchor, id);
        Ok(id)
    }

    fn add(&mut self, raw: Raw<'a>, mark: Range<usize>) -> Id {
        self.arena.push(raw);
        self.marks.push(mark);
        self.arena.len() - 1
    }

    /// A collection is known by its anchor before its content is, so that it can be found to
    /// contain itself.
    fn collection(&mut self, anchor: Option<&'a str>, raw: Raw<'a>) -> Id {
        let id = self.add(raw, 0..0);
        self.remember(anchor, id);
        id
    }

    fn remember(&mut self, anchor: Option<&'a str>, id: Id) {
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, id);
        }
    }

    fn empty(&mut self) -> Id {
        self.add(Raw::Plain(Cow::Borrowed("")), 0..0)
    }

    fn block_sequence(&mut self, depth: usize) -> Scan<Vec<Id>> {
        self.skip()?;
        let mut items = Vec::new();
        loop {
            match self.kind()? {
                TokenKind::Entry => {
                    self.skip()?;
                    items.push(match self.kind()? {
                        TokenKind::Entry | TokenKind::BlockEnd => self.empty(),
                        _ => self.node(true, false, depth + 1)?,
                    });
                }
                TokenKind::BlockEnd => {
                    self.skip()?;
                    return Ok(items);
                }
                _ => return self.error("did not find expected '-' indicator"),
            }
        }
    }

    fn indentless_sequence(&mut self, depth: usize) -> Scan<Vec<Id>> {
        let mut items = Vec::new();
        while *self.kind()? == TokenKind::Entry {
            self.skip()?;
            items.push(match self.kind()? {
                TokenKind::Entry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                    self.empty()
                }
                _ => self.node(true, false, depth + 1)?,
            });
        }
        Ok(items)
    }

    fn block_mapping(&mut self, depth: usize) -> Scan<Vec<(Id, Id)>> {
        self.skip()?;
        let mut entries = Vec::new();
        loop {
            match self.kind()? {
                TokenKind::Key => {
                    self.skip()?;
                    let key = self.block_part(depth)?;
                    let value = if *self.kind()? == TokenKind::Value {
                        self.skip()?;
                        self.block_part(depth)?
                    } else {
                        self.empty()
                    };
                    entries.push((key, value));
                }
                TokenKind::BlockEnd => {
                    self.skip()?;
                    return Ok(entries);
                }
                _ => return self.error("did not find expected key"),
            }
        }
    }

    /// The key or value of a block mapping, which may be absent.
    fn block_part(&mut self, depth: usize) -> Scan<Id> {
        match self.kind()? {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => Ok(self.empty()),
            _ => self.node(true, true, depth + 1),
        }
    }

    fn flow_sequence(&mut self, depth: usize) -> Scan<Vec<Id>> {
        self.skip()?;
        let mut items = Vec::new();
        let mut first = true;
        loop {
            if !first && *self.kind()? != TokenKind::FlowSequenceEnd {
                if *self.kind()? != TokenKind::Comma {
                    return self.error("did not find expected ',' or ']'");
                }
                self.skip()?;
            }
            first = false;
            match self.kind()? {
                TokenKind::FlowSequenceEnd => {
                    self.skip()?;
                    return Ok(items);
                }
                TokenKind::Key => items.push(self.single_pair(depth)?),
                _ => items.push(self.node(false, false, depth + 1)?),
            }
        }
    }

    /// `key: value` as an element of a flow sequence: a map of one entry.
    fn single_pair(&mut self, depth: usize) -> Scan<Id> {
        let id = self.collection(None, Raw::Map(Vec::new()));
        self.skip()?;
        let key = match self.kind()? {
            TokenKind::Value | TokenKind::Comma | TokenKind::FlowSequenceEnd => {
                // libyaml passes over the mark behind an absent key.
                self.skip()?;
                self.empty()
            }
            _ => self.node(false, false, depth + 1)?,
        };
        let value = if *self.kind()? == TokenKind::Value {
            self.skip()?;
            match self.kind()? {
                TokenKind::Comma | TokenKind::FlowSequenceEnd => self.empty(),
                _ => self.node(false, false, depth + 1)?,
            }
        } else {
            self.empty()
        };
        self.arena[id] = Raw::Map(vec![(key, value)]);
        Ok(id)
    }

    fn flow_mapping(&mut self, depth: usize) -> Scan<Vec<(Id, Id)>> {
        self.skip()?;
        let mut entries = Vec::new();
        let mut first = true;
        loop {
            if !first && *self.kind()? != TokenKind::FlowMappingEnd {
                if *self.kind()? != TokenKind::Comma {
                    return self.error("did not find expected ',' or '}'");
                }
                self.skip()?;
            }
            first = false;
            match self.kind()? {
                TokenKind::FlowMappingEnd => {
                    self.skip()?;
                    return Ok(entries);
                }
                TokenKind::Key => {
                    self.skip()?;
                    let key = match self.kind()? {
                        TokenKind::Value | TokenKind::Comma | TokenKind::FlowMappingEnd => {
                            self.empty()
                        }
                        _ => self.node(false, false, depth + 1)?,
                    };
                    let value = self.flow_value(depth)?;
                    entries.push((key, value));
                }
                _ => {
                    let key = self.node(false, false, depth + 1)?;
                    let value = self.empty();
                    entries.push((key, value));
                }
            }
        }
    }

    fn flow_value(&mut self, depth: usize) -> Scan<Id> {
        if *self.kind()? != TokenKind::Value {
            return Ok(self.empty());
        }
        self.skip()?;
        match self.kind()? {
            TokenKind::Comma | TokenKind::FlowMappingEnd => Ok(self.empty()),
            _ => self.node(false, false, depth + 1),
        }
    }
}
