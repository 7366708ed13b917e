//! From source text to tokens.
//!
//! Outside of actions everything up to the next `{{` is one text token.
//! Trimming happens here: a `{{-` with a space behind it cuts the white space
//! off the end of the text before it, and a `-}}` with a space before it
//! skips the white space after it; the parser never sees the markers.
//! Comments vanish here too, with the same markers.
//!
//! Inside of an action runs of spaces are tokens, because `.a .b` and `.a.b`
//! differ. A fault becomes an error token, after which only the end follows.

use std::borrow::Cow;
use std::mem;

use super::token::{Token, TokenKind};

const LEFT: &str = "{{";
const RIGHT: &str = "}}";
/// A `-` and the space next to it.
const MARKER: usize = 2;

pub(super) struct Lexer<'s> {
    input: &'s str,
    /// How far the input is read.
    at: usize,
    /// Where the token that is being read starts.
    start: usize,
    line: usize,
    start_line: usize,
    in_action: bool,
    parens: usize,
    /// Whether the `}}` that is being read ends with a trim marker.
    trims_after: bool,
}

/// What reading inside of an action gives: a token kind, or a message.
type Scan = Result<TokenKind, String>;

impl<'s> Lexer<'s> {
    pub(super) fn new(input: &'s str) -> Self {
        Self {
            input,
            at: 0,
            start: 0,
            line: 1,
            start_line: 1,
            in_action: false,
            parens: 0,
            trims_after: false,
        }
    }

    /// The next token; after the end, the end again.
    pub(super) fn next(&mut self) -> Token<'s> {
        let scanned = if self.in_action {
            self.inside_action()
        } else {
            self.outside()
        };
        match scanned {
            Ok(kind) => self.token(kind),
            Err(message) => self.fail(message),
        }
    }

    fn fail(&mut self, message: String) -> Token<'s> {
        let token = Token {
            kind: TokenKind::Error,
            start: self.start,
            text: Cow::Owned(message),
            line: self.start_line,
        };
        self.input = "";
        self.at = 0;
        self.start = 0;
        self.in_action = false;
        token
    }

    fn token(&mut self, kind: TokenKind) -> Token<'s> {
        let text = &self.input[self.start..self.at];
        let token = Token {
            kind,
            start: self.start,
            text: Cow::Borrowed(text),
            line: self.start_line,
        };
        self.ignore();
        match kind {
            TokenKind::Text => self.skip_trimmed(),
            TokenKind::LeftDelim if trims_left(self.rest()) => self.at += MARKER,
            TokenKind::RightDelim => {
                self.in_action = false;
                if mem::take(&mut self.trims_after) {
                    self.skip_spaces();
                }
            }
            _ => {}
        }
        self.ignore();
        token
    }

    /// Passes over what is read so far without making a token of it.
    fn ignore(&mut self) {
        self.line += newlines(&self.input[self.start..self.at]);
        self.start = self.at;
        self.start_line = self.line;
    }

    fn rest(&self) -> &'s str {
        &self.input[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    // Outside of actions.

    fn outside(&mut self) -> Scan {
        loop {
            match memchr::memmem::find(self.rest().as_bytes(), LEFT.as_bytes()) {
                None => {
                    self.at = self.input.len();
                    let is_end = self.at == self.start;
                    return Ok(if is_end {
                        TokenKind::Eof
                    } else {
                        TokenKind::Text
                    });
                }
                Some(0) => {
                    if let Some(kind) = self.left_delim()? {
                        return Ok(kind);
                    }
                }
                Some(length) => {
                    let end = self.at + length;
                    let text = &self.input[self.at..end];
                    let trims = trims_left(&self.input[end + LEFT.len()..]);
                    let kept = if trims {
                        text.trim_end_matches(is_space)
                    } else {
                        text
                    };
                    self.at += kept.len();
                    if !kept.is_empty() {
                        return Ok(TokenKind::Text);
                    }
                    self.at = end;
                    self.ignore();
                }
            }
        }
    }

    /// After a text token: the white space that `{{-` takes away.
    fn skip_trimmed(&mut self) {
        let trimmed = self.rest().trim_start_matches(is_space);
        let delim = trimmed.strip_prefix(LEFT);
        if delim.is_some_and(trims_left) {
            self.at += self.rest().len() - trimmed.len();
        }
    }

    /// At `{{`: the delimiter, or nothing after a comment.
    fn left_delim(&mut self) -> Result<Option<TokenKind>, String> {
        let after = &self.rest()[LEFT.len()..];
        let marker = if trims_left(after) { MARKER } else { 0 };
        if after[marker..].starts_with("/*") {
            self.at += LEFT.len() + marker;
            self.ignore();
            self.comment()?;
            return Ok(None);
        }
        self.at += LEFT.len();
        self.in_action = true;
        self.parens = 0;
        Ok(Some(TokenKind::LeftDelim))
    }

    fn comment(&mut self) -> Result<(), String> {
        let Some(length) = self.rest()[2..].find("*/") else {
            return Err("unclosed comment".to_owned());
        };
        self.at += 2 + length + 2;
        let (closed, trims) = self.at_right_delim();
        if !closed {
            return Err("comment ends before closing delimiter".to_owned());
        }
        self.at += RIGHT.len();
        if trims {
            self.at += MARKER;
            self.skip_spaces();
        }
        self.ignore();
        Ok(())
    }

    fn skip_spaces(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(is_space).len();
    }

    /// Whether `}}` comes next, and whether a trim marker stands before it.
    fn at_right_delim(&self) -> (bool, bool) {
        let rest = self.rest();
        if trims_right(rest) && rest[MARKER..].starts_with(RIGHT) {
            return (true, true);
        }
        (rest.starts_with(RIGHT), false)
    }

    // Inside of actions.

    fn inside_action(&mut self) -> Scan {
        let (closed, trims) = self.at_right_delim();
        if closed {
            if self.parens > 0 {
                return Err("unclosed left paren".to_owned());
            }
            return Ok(self.right_delim(trims));
        }
        let Some(next) = self.bump() else {
            return Err("unclosed action".to_owned());
        };
        match next {
            next if is_space(next) => Ok(self.space()),
            '=' => Ok(TokenKind::Assign),
            ':' if self.bump() == Some('=') => Ok(TokenKind::Declare),
            ':' => Err("expected :=".to_owned()),
            '|' => Ok(TokenKind::Pipe),
            '"' => self.quoted('"', TokenKind::String, "unterminated quoted string"),
            '`' => self.raw_quoted(),
            '$' => self.field(TokenKind::Variable),
            '\'' => {
                let message = "unterminated character constant";
                self.quoted('\'', TokenKind::CharConstant, message)
            }
            '.' if !self.peek().is_some_and(|next| next.is_ascii_digit())
                && self.peek().is_some() =>
            {
                self.field(TokenKind::Field)
            }
            '.' | '+' | '-' | '0'..='9' => {
                self.at = self.start;
                self.number()
            }
            next if is_alphanumeric(next) => self.identifier(),
            '(' => {
                self.parens += 1;
                Ok(TokenKind::LeftParen)
            }
            ')' if self.parens == 0 => Err("unexpected right paren".to_owned()),
            ')' => {
                self.parens -= 1;
                Ok(TokenKind::RightParen)
            }
            next if next.is_ascii_graphic() => Ok(TokenKind::Char),
            other => Err(format!(
                "unrecognized character in action: {}",
                unicode(other)
            )),
        }
    }

    fn right_delim(&mut self, trims: bool) -> TokenKind {
        if trims {
            self.at += MARKER;
            self.ignore();
            self.trims_after = true;
        }
        self.at += RIGHT.len();
        TokenKind::RightDelim
    }

    /// A run of spaces; the last one may belong to a trim marker.
    fn space(&mut self) -> TokenKind {
        self.skip_spaces();
        let last = self.at - 1;
        let rest = &self.input[last..];
        if trims_right(rest) && rest[MARKER..].starts_with(RIGHT) {
            if last == self.start {
                self.at = last;
                return self.right_delim(true);
            }
            self.at = last;
        }
        TokenKind::Space
    }

    fn identifier(&mut self) -> Scan {
        self.take_word();
        self.check_terminator()?;
        let word = &self.input[self.start..self.at];
        Ok(match word {
            "true" | "false" => TokenKind::Bool,
            _ => TokenKind::keyword(word).unwrap_or(TokenKind::Identifier),
        })
    }

    /// `.Field` or `$variable`, whose first character is read; a lone one is
    /// `.` or `$`.
    fn field(&mut self, kind: TokenKind) -> Scan {
        if self.at_terminator() {
            let is_dot = kind == TokenKind::Field;
            return Ok(if is_dot { TokenKind::Dot } else { kind });
        }
        self.take_word();
        self.check_terminator()?;
        Ok(kind)
    }

    fn take_word(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(is_alphanumeric).len();
    }

    fn check_terminator(&self) -> Result<(), String> {
        if self.at_terminator() {
            return Ok(());
        }
        let next = self.peek().unwrap_or_default();
        Err(format!("bad character {}", unicode(next)))
    }

    fn at_terminator(&self) -> bool {
        match self.peek() {
            None | Some('.' | ',' | '|' | ':' | ')' | '(') => true,
            Some(next) if is_space(next) => true,
            _ => self.rest().starts_with(RIGHT),
        }
    }

    fn quoted(&mut self, end: char, kind: TokenKind, message: &str) -> Scan {
        loop {
            match self.bump() {
                Some('\\') if !matches!(self.peek(), None | Some('\n')) => {
                    self.bump();
                }
                Some(next) if next == end => return Ok(kind),
                None | Some('\n' | '\\') => return Err(message.to_owned()),
                Some(_) => {}
            }
        }
    }

    fn raw_quoted(&mut self) -> Scan {
        match self.rest().find('`') {
            Some(length) => {
                self.at += length + 1;
                Ok(TokenKind::RawString)
            }
            None => Err("unterminated raw quoted string".to_owned()),
        }
    }

    // Numbers. The syntax is read loosely; the parser checks it.

    fn number(&mut self) -> Scan {
        let bad = |lexer: &Self| {
            let text = &lexer.input[lexer.start..lexer.at];
            Err(format!("bad number syntax: {}", crate::gofmt::quote(text)))
        };
        if !self.scan_number() {
            return bad(self);
        }
        if matches!(self.peek(), Some('+' | '-')) {
            let is_complex = self.scan_number() && self.input[..self.at].ends_with('i');
            return if is_complex {
                Ok(TokenKind::Complex)
            } else {
                bad(self)
            };
        }
        Ok(TokenKind::Number)
    }

    fn scan_number(&mut self) -> bool {
        self.accept("+-");
        let mut digits = "0123456789_";
        if self.accept("0") {
            if self.accept("xX") {
                digits = "0123456789abcdefABCDEF_";
            } else if self.accept("oO") {
                digits = "01234567_";
            } else if self.accept("bB") {
                digits = "01_";
            }
        }
        self.accept_run(digits);
        if self.accept(".") {
            self.accept_run(digits);
        }
        let exponent = match digits.len() {
            11 => "eE",
            23 => "pP",
            _ => "",
        };
        if self.accept(exponent) {
            self.accept("+-");
            self.accept_run("0123456789_");
        }
        self.accept("i");
        if self.peek().is_some_and(is_alphanumeric) {
            self.bump();
            return false;
        }
        true
    }

    fn accept(&mut self, set: &str) -> bool {
        let accepted = self.peek().is_some_and(|next| set.contains(next));
        if accepted {
            self.bump();
        }
        accepted
    }

    fn accept_run(&mut self, set: &str) {
        while self.accept(set) {}
    }
}

fn newlines(text: &str) -> usize {
    memchr::memchr_iter(b'\n', text.as_bytes()).count()
}

pub(super) fn is_space(next: char) -> bool {
    matches!(next, ' ' | '\t' | '\r' | '\n')
}

fn is_alphanumeric(next: char) -> bool {
    next == '_' || next.is_alphabetic() || next.is_numeric()
}

/// Whether the text after `{{` starts with a trim marker.
fn trims_left(after: &str) -> bool {
    let bytes = after.as_bytes();
    bytes.len() >= MARKER && bytes[0] == b'-' && is_space(char::from(bytes[1]))
}

fn trims_right(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= MARKER && is_space(char::from(bytes[0])) && bytes[1] == b'-'
}

/// Go's `%#U`.
fn unicode(next: char) -> String {
    if !crate::gofmt::is_print(next) {
        format!("U+{:04X}", u32::from(next))
    } else {
        format!("U+{:04X} '{next}'", u32::from(next))
    }
}
