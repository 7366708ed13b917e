//! The scanner: from text to tokens, with libyaml's notion of indentation and simple keys.
//!
//! YAML's block structure is made explicit here. A column greater than the current indentation
//! at a `-`, `?` or key opens a block, a smaller one closes blocks. That a scalar was a key is
//! known only at the `:` after it, so whatever might be a key remembers the number of its token
//! (a *simple key*), and the `:` inserts the missing tokens in front of it. A simple key must
//! lie on one line and within 1024 characters. Tokens are handed out once it is settled whether
//! the first of them is a key.

use std::collections::VecDeque;

use super::YamlError;
use super::token::{Token, TokenKind};

/// A place in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) pos: usize,
    pub(super) line: usize,
    /// Characters since the start of the line.
    pub(super) column: usize,
}

/// What may still turn out to be a key.
#[derive(Debug, Clone, Copy)]
struct SimpleKey {
    possible: bool,
    /// A block mapping stands at this very column, so it has to be a key.
    required: bool,
    token: usize,
    mark: Mark,
}

/// The longest simple key, in characters.
const SIMPLE_KEY: usize = 1024;

/// How far before a forbidden character go-yaml's reader notices it.
const READ_AHEAD: usize = 512;

/// Deeper flow collections are refused.
const MAX_FLOW: usize = 10_000;

#[derive(Debug)]
pub(super) struct Scanner<'a> {
    pub(super) text: &'a str,
    pub(super) at: Mark,
    /// Where the first character stands that YAML does not allow.
    forbidden: usize,
    tokens: VecDeque<Token<'a>>,
    /// Tokens handed out.
    taken: usize,
    ended: bool,
    /// Column of the innermost block, -1 outside.
    pub(super) indent: isize,
    indents: Vec<isize>,
    pub(super) simple_key_allowed: bool,
    /// One per flow level, and one for block context.
    simple_keys: Vec<SimpleKey>,
    pub(super) flow: usize,
}

pub(super) type Scan<T> = Result<T, YamlError>;

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let forbidden = text.find(is_control).unwrap_or(usize::MAX);
        let at = Mark {
            pos: 0,
            line: 0,
            column: 0,
        };
        Self {
            text,
            at,
            forbidden,
            tokens: VecDeque::new(),
            taken: 0,
            ended: false,
            indent: -1,
            indents: Vec::new(),
            simple_key_allowed: true,
            simple_keys: vec![SimpleKey {
                possible: false,
                required: false,
                token: 0,
                mark: at,
            }],
            flow: 0,
        }
    }

    /// The next token without taking it.
    pub(super) fn peek(&mut self) -> Scan<&Token<'a>> {
        while self.needs_more()? {
            if self.at.pos.saturating_add(READ_AHEAD) > self.forbidden {
                return Err(YamlError::Syntax {
                    line: 0,
                    problem: "control characters are not allowed".to_owned(),
                });
            }
            self.fetch()?;
        }
        self.tokens.front().ok_or_else(past_the_end)
    }

    /// Takes the token that [`Self::peek`] has shown.
    pub(super) fn take(&mut self) -> Scan<Token<'a>> {
        self.peek()?;
        self.taken += 1;
        self.tokens.pop_front().ok_or_else(past_the_end)
    }

    fn needs_more(&mut self) -> Scan<bool> {
        if self.tokens.is_empty() {
            return Ok(!self.ended);
        }
        let head = self.taken;
        match (0..self.simple_keys.len()).rev().find(|&level| {
            self.simple_keys[level].possible && self.simple_keys[level].token == head
        }) {
            Some(level) => Ok(self.still_possible(level)? && !self.ended),
            None => Ok(false),
        }
    }

    /// A scanner's error at the current place.
    pub(super) fn error<T>(&self, problem: &str) -> Scan<T> {
        Err(YamlError::Syntax {
            // go-yaml leaves the line out when it is the first.
            line: if self.at.line == 0 {
                0
            } else {
                self.at.line + 1
            },
            problem: problem.to_owned(),
        })
    }

    /// The byte `ahead` of the current one, 0 at the end.
    pub(super) fn byte(&self, ahead: usize) -> u8 {
        self.text
            .as_bytes()
            .get(self.at.pos + ahead)
            .copied()
            .unwrap_or(0)
    }

    pub(super) fn at_end(&self) -> bool {
        self.at.pos >= self.text.len()
    }

    /// The length in bytes of a line break `ahead` bytes from here, 0 if there is none.
    pub(super) fn break_len(&self, ahead: usize) -> usize {
        match self.byte(ahead) {
            b'\n' => 1,
            b'\r' if self.byte(ahead + 1) == b'\n' => 2,
            b'\r' => 1,
            0xC2 if self.byte(ahead + 1) == 0x85 => 2,
            0xE2 if self.byte(ahead + 1) == 0x80 && matches!(self.byte(ahead + 2), 0xA8 | 0xA9) => {
                3
            }
            _ => 0,
        }
    }

    pub(super) fn is_blank(&self, ahead: usize) -> bool {
        matches!(self.byte(ahead), b' ' | b'\t')
    }

    /// Blank, line break or end.
    pub(super) fn is_blankz(&self, ahead: usize) -> bool {
        self.is_blank(ahead) || self.is_breakz(ahead)
    }

    /// Line break or end.
    pub(super) fn is_breakz(&self, ahead: usize) -> bool {
        self.at.pos + ahead >= self.text.len() || self.break_len(ahead) > 0
    }

    /// Passes one character and returns it.
    pub(super) fn skip(&mut self) -> Option<char> {
        let c = self.text[self.at.pos..].chars().next()?;
        self.at.pos += c.len_utf8();
        self.at.column += 1;
        Some(c)
    }

    pub(super) fn skip_many(&mut self, count: usize) {
        for _ in 0..count {
            self.skip();
        }
    }

    pub(super) fn skip_blanks(&mut self) {
        while self.is_blank(0) {
            self.skip();
        }
    }

    pub(super) fn skip_comment(&mut self) {
        if self.byte(0) == b'#' {
            while !self.is_breakz(0) {
                self.skip();
            }
        }
    }

    /// Passes a line break; gives what it counts as.
    pub(super) fn skip_break(&mut self) -> Option<char> {
        let len = self.break_len(0);
        if len == 0 {
            return None;
        }
        let c = match len {
            3 if self.byte(2) == 0xA8 => '\u{2028}',
            3 => '\u{2029}',
            _ => '\n',
        };
        self.at.pos += len;
        self.at.line += 1;
        self.at.column = 0;
        Some(c)
    }

    /// Whether `---` or `...` stands here at the start of a line.
    pub(super) fn at_document_indicator(&self) -> bool {
        self.at.column == 0
            && (self.starts_with("---") || self.starts_with("..."))
            && self.is_blankz(3)
    }

    fn starts_with(&self, prefix: &str) -> bool {
        self.text.as_bytes()[self.at.pos.min(self.text.len())..].starts_with(prefix.as_bytes())
    }

    fn fetch(&mut self) -> Scan<()> {
        self.skip_to_token();
        self.unroll(column(self.at));
        if self.at_end() {
            return self.fetch_stream_end();
        }
        if self.at.column == 0 && self.byte(0) == b'%' {
            return self.fetch_directive();
        }
        if self.at_document_indicator() {
            return self.fetch_document_indicator();
        }
        match self.byte(0) {
            b'[' => self.fetch_flow_start(TokenKind::FlowSequence),
            b'{' => self.fetch_flow_start(TokenKind::FlowMapping),
            b']' => self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(TokenKind::FlowMappingEnd),
            b',' => self.fetch_comma(),
            b'-' if self.is_blankz(1) => self.fetch_entry(),
            b'?' if self.flow > 0 || self.is_blankz(1) => self.fetch_key(),
            b':' if self.flow > 0 || self.is_blankz(1) => self.fetch_value(),
            b'*' | b'&' => self.fetch_anchor(),
            b'!' => self.fetch_tag(),
            b'|' if self.flow == 0 => self.fetch_block_scalar(true),
            b'>' if self.flow == 0 => self.fetch_block_scalar(false),
            b'\'' => self.fetch_quoted(true),
            b'"' => self.fetch_quoted(false),
            b'-' | b'?' | b':' => self.fetch_plain(),
            b'#' | b'|' | b'>' | b'%' | b'@' | b'`' | b'\t' => {
                self.error("found character that cannot start any token")
            }
            _ => self.fetch_plain(),
        }
    }

    fn skip_to_token(&mut self) {
        loop {
            while self.byte(0) == b' '
                || (self.byte(0) == b'\t' && (self.flow > 0 || !self.simple_key_allowed))
            {
                self.skip();
            }
            self.skip_comment();
            if self.skip_break().is_none() {
                return;
            }
            if self.flow == 0 {
                self.simple_key_allowed = true;
            }
        }
    }

    fn push(&mut self, kind: TokenKind<'a>, from: Mark) {
        self.tokens.push_back(Token {
            kind,
            line: from.line,
            range: from.pos..self.at.pos,
        });
    }

    /// Queues a scanned token that began at `from` and ended before the current place.
    pub(super) fn push_until(&mut self, kind: TokenKind<'a>, from: Mark, end: usize) {
        self.tokens.push_back(Token {
            kind,
            line: from.line,
            range: from.pos..end,
        });
    }

    fn push_mark(&mut self, kind: TokenKind<'a>, characters: usize) {
        let from = self.at;
        self.skip_many(characters);
        self.push(kind, from);
    }

    fn still_possible(&mut self, level: usize) -> Scan<bool> {
        let key = self.simple_keys[level];
        if !key.possible {
            return Ok(false);
        }
        let text = self.text;
        let too_long = self.at.pos - key.mark.pos > SIMPLE_KEY
            && text[key.mark.pos..self.at.pos].chars().count() > SIMPLE_KEY;
        if key.mark.line < self.at.line || too_long {
            if key.required {
                return self.error("could not find expected ':'");
            }
            self.simple_keys[level].possible = false;
            return Ok(false);
        }
        Ok(true)
    }

    pub(super) fn save_simple_key(&mut self) -> Scan<()> {
        if !self.simple_key_allowed {
            return Ok(());
        }
        let key = SimpleKey {
            possible: true,
            required: self.flow == 0 && self.indent == column(self.at),
            token: self.taken + self.tokens.len(),
            mark: self.at,
        };
        self.remove_simple_key()?;
        if let Some(last) = self.simple_keys.last_mut() {
            *last = key;
        }
        Ok(())
    }

    pub(super) fn remove_simple_key(&mut self) -> Scan<()> {
        match self.simple_keys.last_mut() {
            Some(key) if key.possible && key.required => self.error("could not find expected ':'"),
            Some(key) => {
                key.possible = false;
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Opens a block at `column` if it is deeper than the current one; `before` is the number
    /// of the token in front of which its token belongs.
    fn roll(&mut self, to: isize, before: Option<usize>, kind: TokenKind<'a>, mark: Mark) {
        if self.flow > 0 || self.indent >= to {
            return;
        }
        self.indents.push(self.indent);
        self.indent = to;
        let index = before.map_or(self.tokens.len(), |number| number - self.taken);
        self.insert(index, kind, mark);
    }

    fn insert(&mut self, index: usize, kind: TokenKind<'a>, mark: Mark) {
        let token = Token {
            kind,
            line: mark.line,
            range: mark.pos..mark.pos,
        };
        self.tokens.insert(index.min(self.tokens.len()), token);
    }

    fn unroll(&mut self, to: isize) {
        if self.flow > 0 {
            return;
        }
        while self.indent > to {
            let at = self.at;
            self.push(TokenKind::BlockEnd, at);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    fn fetch_stream_end(&mut self) -> Scan<()> {
        // The end counts as a new line.
        if self.at.column != 0 {
            self.at.column = 0;
            self.at.line += 1;
        }
        self.unroll(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        let at = self.at;
        self.push(TokenKind::StreamEnd, at);
        self.ended = true;
        Ok(())
    }

    fn fetch_directive(&mut self) -> Scan<()> {
        self.unroll(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        self.scan_directive()
    }

    fn fetch_document_indicator(&mut self) -> Scan<()> {
        self.unroll(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        let kind = if self.byte(0) == b'-' {
            TokenKind::DocumentStart
        } else {
            TokenKind::DocumentEnd
        };
        self.push_mark(kind, 3);
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: TokenKind<'a>) -> Scan<()> {
        self.save_simple_key()?;
        if self.flow >= MAX_FLOW {
            return self.error("exceeded max depth of 10000");
        }
        self.simple_keys.push(SimpleKey {
            possible: false,
            required: false,
            token: 0,
            mark: self.at,
        });
        self.flow += 1;
        self.simple_key_allowed = true;
        self.push_mark(kind, 1);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind<'a>) -> Scan<()> {
        self.remove_simple_key()?;
        if self.flow > 0 {
            self.flow -= 1;
            self.simple_keys.pop();
        }
        self.simple_key_allowed = false;
        self.push_mark(kind, 1);
        Ok(())
    }

    fn fetch_comma(&mut self) -> Scan<()> {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.push_mark(TokenKind::Comma, 1);
        Ok(())
    }

    fn fetch_entry(&mut self) -> Scan<()> {
        if self.flow == 0 {
            if !self.simple_key_allowed {
                return self.error("block sequence entries are not allowed in this context");
            }
            self.roll(column(self.at), None, TokenKind::BlockSequence, self.at);
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.push_mark(TokenKind::Entry, 1);
        Ok(())
    }

    fn fetch_key(&mut self) -> Scan<()> {
        if self.flow == 0 {
            if !self.simple_key_allowed {
                return self.error("mapping keys are not allowed in this context");
            }
            self.roll(column(self.at), None, TokenKind::BlockMapping, self.at);
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = self.flow == 0;
        self.push_mark(TokenKind::Key, 1);
        Ok(())
    }

    fn fetch_value(&mut self) -> Scan<()> {
        let level = self.simple_keys.len().saturating_sub(1);
        if self.still_possible(level)? {
            let key = self.simple_keys[level];
            self.insert(key.token - self.taken, TokenKind::Key, key.mark);
            let before = Some(key.token);
            self.roll(column(key.mark), before, TokenKind::BlockMapping, key.mark);
            self.simple_keys[level].possible = false;
            self.simple_key_allowed = false;
        } else {
            if self.flow == 0 {
                if !self.simple_key_allowed {
                    return self.error("mapping values are not allowed in this context");
                }
                self.roll(column(self.at), None, TokenKind::BlockMapping, self.at);
            }
            self.simple_key_allowed = self.flow == 0;
        }
        self.push_mark(TokenKind::Value, 1);
        Ok(())
    }
}

/// A column to compare with an indentation.
fn column(mark: Mark) -> isize {
    isize::try_from(mark.column).unwrap_or(isize::MAX)
}

fn past_the_end() -> YamlError {
    YamlError::Syntax {
        line: 0,
        problem: "attempted to go past the end of stream".to_owned(),
    }
}

/// What go-yaml's reader refuses.
fn is_control(c: char) -> bool {
    !matches!(c,
        '\t' | '\n' | '\r' | ' '..='~' | '\u{85}'
        | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
