//! go-yaml's emitter for block style documents.
//!
//! The emitter is a small state machine over three facts: the column, whether the last thing
//! written was white space, and whether only indentation and `-`, `?`, `:` marks stand on the
//! line so far. Every scalar first asks [`analyse`] which styles can carry it, falls back from
//! literal to double quotes and from plain over single to double quotes, and is folded at
//! spaces once a line is longer than 80 columns (v2 only).

use std::ops::Range;

use super::analyse::{analyse, is_break, is_printable};
use super::resolve::{is_base60, old_bool};
use super::{Plain, resolve, resolve_v3};

/// Which go-yaml writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// go-yaml v2 below `sigs.k8s.io/yaml`, helm's `toYaml`: lists inside maps are not
    /// indented, lines are folded at 80 columns.
    V2,
    /// go-yaml v3 with an indentation of 2, helm's `toYamlPretty`: lists are indented, lines
    /// are never folded.
    V3,
}

impl Dialect {
    fn width(self) -> usize {
        match self {
            Dialect::V2 => 80,
            Dialect::V3 => usize::MAX,
        }
    }

    /// Whether a text stays a string without quotes.
    fn stays_string(self, text: &str) -> bool {
        match self {
            Dialect::V2 => resolve(text) == Plain::Str && !is_base60(text),
            Dialect::V3 => {
                resolve_v3(text) == Plain::Str && !is_base60(text) && old_bool(text).is_none()
            }
        }
    }
}

/// Where a node stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The document itself.
    Root,
    /// An element of a list.
    Item,
    /// The value of a map entry.
    Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Single,
    Double,
    Literal,
}

/// The indentation step; go-yaml's default and what helm asks of v3.
const STEP: isize = 2;

/// Longer keys are written with `? ` in front.
const SIMPLE_KEY_BYTES: usize = 128;

/// Writes one document.
///
/// ```
/// use mlplat_helm::yaml::{Dialect, Emitter, Place};
/// let mut yaml = Emitter::new(Dialect::V2);
/// let map = yaml.begin_map();
/// yaml.key("answer");
/// yaml.text("yes", Place::Value);
/// yaml.end(map);
/// assert_eq!(yaml.finish(), "answer: \"yes\"\n");
/// ```
#[derive(Debug)]
pub struct Emitter {
    dialect: Dialect,
    out: String,
    /// Characters on the current line.
    column: usize,
    indent: isize,
    whitespace: bool,
    indention: bool,
}

/// The indentation to return to at the end of a collection.
#[derive(Debug)]
#[must_use]
pub struct Outer(isize);

impl Emitter {
    /// An empty document.
    pub fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            out: String::new(),
            column: 0,
            indent: -1,
            whitespace: true,
            indention: true,
        }
    }

    /// The text so far, without the end of the document.
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// Whether nothing was written yet.
    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// Ends the document and returns its text.
    pub fn finish(mut self) -> String {
        self.indent = -1;
        self.write_indent();
        self.out
    }

    /// Begins a map with at least one entry.
    pub fn begin_map(&mut self) -> Outer {
        self.deeper(false, false)
    }

    /// Begins a list with at least one element.
    pub fn begin_list(&mut self, place: Place) -> Outer {
        let indentless = self.dialect == Dialect::V2 && place == Place::Value && !self.indention;
        self.deeper(false, indentless)
    }

    /// Ends a map or list.
    pub fn end(&mut self, outer: Outer) {
        self.indent = outer.0;
    }

    /// Begins an element of a list.
    pub fn item(&mut self) {
        self.write_indent();
        self.indicator("-", true, true);
    }

    /// Writes a key and its colon; returns the bytes that the key occupies.
    pub fn key(&mut self, text: &str) -> Range<usize> {
        self.write_indent();
        let simple = text.len() <= SIMPLE_KEY_BYTES && !analyse(text, self.dialect).multiline;
        if simple {
            let range = self.string(text, true);
            self.indicator(":", false, false);
            return range;
        }
        self.indicator("?", true, true);
        let range = self.string(text, false);
        self.write_indent();
        self.indicator(":", true, true);
        range
    }

    /// Writes a string in the style that keeps it one; returns its bytes, quotes included.
    pub fn text(&mut self, text: &str, _place: Place) -> Range<usize> {
        self.string(text, false)
    }

    /// Writes a number, boolean or null; returns its bytes.
    pub fn word(&mut self, word: &str) -> Range<usize> {
        let outer = self.deeper(true, false);
        let start = self.write_plain(word, true);
        self.end(outer);
        start..self.out.len()
    }

    /// Writes `{}` or `[]`.
    pub fn empty(&mut self, brackets: &'static str) {
        let (open, close) = brackets.split_at(1);
        self.indicator(open, true, false);
        self.indicator(close, false, false);
    }

    fn deeper(&mut self, flow: bool, indentless: bool) -> Outer {
        let outer = self.indent;
        if outer < 0 {
            self.indent = if flow { STEP } else { 0 };
        } else if !indentless {
            self.indent += STEP;
        }
        Outer(outer)
    }

    fn string(&mut self, text: &str, simple_key: bool) -> Range<usize> {
        let style = self.choose_style(text, simple_key);
        let outer = self.deeper(true, false);
        let start = match style {
            Style::Plain => self.write_plain(text, !simple_key),
            Style::Single => self.write_single(text, !simple_key),
            Style::Double => self.write_double(text, !simple_key),
            Style::Literal => self.write_literal(text),
        };
        self.end(outer);
        start..self.out.len()
    }

    fn choose_style(&self, text: &str, simple_key: bool) -> Style {
        let allowed = analyse(text, self.dialect);
        let wish = if text.contains('\n') {
            Style::Literal
        } else if self.dialect.stays_string(text) {
            Style::Plain
        } else {
            Style::Double
        };
        match wish {
            Style::Literal if allowed.block && !simple_key => Style::Literal,
            Style::Plain if simple_key && allowed.multiline => Style::Double,
            Style::Plain if allowed.plain && !(simple_key && text.is_empty()) => Style::Plain,
            Style::Plain if allowed.single_quoted => Style::Single,
            _ => Style::Double,
        }
    }

    fn put(&mut self, c: char) {
        self.out.push(c);
        self.column += 1;
    }

    fn put_break(&mut self) {
        self.out.push('\n');
        self.column = 0;
        if self.dialect == Dialect::V3 {
            self.indention = true;
        }
    }

    fn write_break(&mut self, c: char) {
        if c == '\n' {
            self.put_break();
        } else {
            self.out.push(c);
            self.column = 0;
            if self.dialect == Dialect::V3 {
                self.indention = true;
            }
        }
        if self.dialect == Dialect::V2 {
            self.indention = true;
        }
    }

    fn write_indent(&mut self) {
        let indent = usize::try_from(self.indent).unwrap_or(0);
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.put_break();
        }
        while self.column < indent {
            self.put(' ');
        }
        self.whitespace = true;
        self.indention = true;
    }

    /// Writes a mark; `keeps_indention` for those that may stand before a nested collection.
    fn indicator(&mut self, mark: &str, needs_space: bool, keeps_indention: bool) {
        if needs_space && !self.whitespace {
            self.put(' ');
        }
        for c in mark.chars() {
            self.put(c);
        }
        // Only an opening bracket counts as white space, and nothing but its closing one ever
        // follows here.
        self.whitespace = mark == "[" || mark == "{";
        self.indention = self.indention && keeps_indention;
    }

    fn space_before(&mut self) -> usize {
        if !self.whitespace {
            self.put(' ');
            self.whitespace = true;
        }
        self.out.len()
    }

    fn after_scalar(&mut self) {
        self.whitespace = false;
        self.indention = false;
    }

    /// Whether a space here is replaced by a line break.
    fn folds(&self, allow_breaks: bool, after_space: bool) -> bool {
        allow_breaks && !after_space && self.column > self.dialect.width()
    }

    fn write_plain(&mut self, text: &str, allow_breaks: bool) -> usize {
        let start = self.space_before();
        let mut after_space = false;
        let mut rest = text.chars().peekable();
        // A plain text never has line breaks: the analysis has seen to that.
        while let Some(c) = rest.next() {
            if c == ' ' {
                if self.folds(allow_breaks, after_space) && rest.peek() != Some(&' ') {
                    self.write_indent();
                } else {
                    self.put(c);
                }
                after_space = true;
            } else {
                self.put(c);
                self.indention = false;
                after_space = false;
            }
        }
        self.after_scalar();
        start
    }

    fn write_single(&mut self, text: &str, allow_breaks: bool) -> usize {
        let start = self.space_before();
        self.indicator("'", true, false);
        let (mut after_space, mut after_break) = (false, false);
        let mut rest = text.char_indices().peekable();
        while let Some((at, c)) = rest.next() {
            let next = rest.peek().map(|&(_, next)| next);
            if c == ' ' {
                if self.folds(allow_breaks, after_space)
                    && at > 0
                    && next.is_some_and(|next| next != ' ')
                {
                    self.write_indent();
                } else {
                    self.put(c);
                }
                after_space = true;
            } else if is_break(c) {
                if !after_break && c == '\n' {
                    self.put_break();
                }
                self.write_break(c);
                after_break = true;
            } else {
                if after_break {
                    self.write_indent();
                }
                if c == '\'' {
                    self.put(c);
                }
                self.put(c);
                self.indention = false;
                (after_space, after_break) = (false, false);
            }
        }
        self.indicator("'", false, false);
        self.after_scalar();
        start
    }

    fn write_double(&mut self, text: &str, allow_breaks: bool) -> usize {
        let start = self.space_before();
        self.indicator("\"", true, false);
        // go-yaml looks for a byte order mark at the start of the text at every character, so
        // that a text that begins with one is escaped throughout.
        let escape_all = text.starts_with('\u{feff}');
        let mut after_space = false;
        let mut rest = text.char_indices().peekable();
        while let Some((at, c)) = rest.next() {
            if escape_all || !is_printable(c) || is_break(c) || c == '"' || c == '\\' {
                self.write_escape(c);
                after_space = false;
            } else if c == ' ' {
                let next = rest.peek().map(|&(_, next)| next);
                if self.folds(allow_breaks, after_space) && at > 0 && next.is_some() {
                    self.write_indent();
                    if next == Some(' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(c);
                }
                after_space = true;
            } else {
                self.put(c);
                after_space = false;
            }
        }
        self.indicator("\"", false, false);
        self.after_scalar();
        start
    }

    fn write_escape(&mut self, c: char) {
        self.put('\\');
        let short = match c {
            '\0' => '0',
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{b}' => 'v',
            '\u{c}' => 'f',
            '\r' => 'r',
            '\u{1b}' => 'e',
            '"' => '"',
            '\\' => '\\',
            '\u{85}' => 'N',
            '\u{a0}' => '_',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ => {
                let code = u32::from(c);
                let digits = if code <= 0xff {
                    format!("x{code:02X}")
                } else if code <= 0xffff {
                    format!("u{code:04X}")
                } else {
                    format!("U{code:08X}")
                };
                digits.chars().for_each(|digit| self.put(digit));
                return;
            }
        };
        self.put(short);
    }

    fn write_literal(&mut self, text: &str) -> usize {
        let start = self.space_before();
        self.indicator("|", true, false);
        if text.starts_with([' ', '\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
            self.indicator("2", false, false);
        }
        if let Some(chomp) = chomping(text) {
            self.indicator(chomp, false, false);
        }
        self.put_break();
        self.indention = true;
        self.whitespace = true;
        let mut after_break = true;
        for c in text.chars() {
            if is_break(c) {
                self.write_break(c);
                after_break = true;
            } else {
                if after_break {
                    self.write_indent();
                }
                self.put(c);
                self.indention = false;
                after_break = false;
            }
        }
        start
    }
}

/// The chomping mark of a literal block: none when it ends in exactly one line break.
fn chomping(text: &str) -> Option<&'static str> {
    let mut back = text.chars().rev();
    match (back.next(), back.next()) {
        (Some(last), _) if !is_break(last) => Some("-"),
        (Some(_), None) => Some("+"),
        (Some(_), Some(before)) if is_break(before) => Some("+"),
        (Some(_), Some(_)) => None,
        (None, _) => Some("-"),
    }
}
