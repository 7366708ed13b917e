//! Scanning of plain, quoted and block scalars, with their folding of lines.

use std::borrow::Cow;

use super::scan::{Scan, Scanner};
use super::token::TokenKind;

/// White space between two words of a flow scalar, which either stays or folds.
#[derive(Debug, Default)]
struct Gap {
    blanks: String,
    /// The first line break, once there was one.
    first_break: Option<char>,
    more_breaks: String,
    /// An escaped line break counts as a break that leaves nothing.
    joined: bool,
}

impl Gap {
    fn has_break(&self) -> bool {
        self.first_break.is_some() || self.joined
    }

    /// Appends what the gap leaves to `out` and empties it.
    fn flush(&mut self, out: &mut String) {
        match self.first_break.take() {
            None if self.joined => out.push_str(&self.more_breaks),
            None => out.push_str(&self.blanks),
            Some('\n') if self.more_breaks.is_empty() => out.push(' '),
            Some('\n') => out.push_str(&self.more_breaks),
            Some(other) => {
                out.push(other);
                out.push_str(&self.more_breaks);
            }
        }
        self.blanks.clear();
        self.more_breaks.clear();
        self.joined = false;
    }
}

impl<'a> Scanner<'a> {
    pub(super) fn fetch_plain(&mut self) -> Scan<()> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let from = self.at;
        let first_line = self.plain_word_run();
        let end = self.at.pos;
        self.skip_blanks();
        // Most plain scalars are one line, which is the text itself.
        if self.break_len(0) == 0 {
            self.push_until(
                TokenKind::Scalar(Cow::Borrowed(first_line), true),
                from,
                end,
            );
            return Ok(());
        }
        self.continue_plain(first_line.to_owned(), end, from)
    }

    /// Words of one line with the blanks between them, up to what ends a plain scalar.
    fn plain_word_run(&mut self) -> &'a str {
        let from = self.at.pos;
        let mut end = self.at;
        loop {
            while !self.is_blankz(0) && !self.ends_plain() {
                self.skip();
                end = self.at;
            }
            if !self.is_blank(0) {
                break;
            }
            self.skip_blanks();
            if self.is_breakz(0) || self.byte(0) == b'#' || self.ends_plain() {
                break;
            }
        }
        self.at = end;
        &self.text[from..end.pos]
    }

    fn ends_plain(&self) -> bool {
        match self.byte(0) {
            b':' => self.is_blankz(1),
            b',' | b'?' | b'[' | b']' | b'{' | b'}' => self.flow > 0,
            _ => false,
        }
    }

    /// The lines after the first.
    fn continue_plain(
        &mut self,
        mut text: String,
        mut end: usize,
        from: super::scan::Mark,
    ) -> Scan<()> {
        let indent = self.indent + 1;
        let outside = |scanner: &Self| {
            scanner.flow == 0 && isize::try_from(scanner.at.column).is_ok_and(|at| at < indent)
        };
        let mut gap = Gap::default();
        loop {
            self.flow_gap(&mut gap, |scanner, gap| {
                gap.has_break()
                    && isize::try_from(scanner.at.column).is_ok_and(|at| at < indent)
                    && scanner.byte(0) == b'\t'
            })?;
            if !gap.has_break()
                || outside(self)
                || self.at_end()
                || self.at_document_indicator()
                || self.byte(0) == b'#'
                || self.ends_plain()
            {
                break;
            }
            gap.flush(&mut text);
            text.push_str(self.plain_word_run());
            end = self.at.pos;
            // Blanks within the line were part of the run; what follows is a break or the end.
            self.skip_blanks();
            if self.break_len(0) == 0 {
                break;
            }
        }
        self.push_until(TokenKind::Scalar(Cow::Owned(text), true), from, end);
        if gap.has_break() {
            self.simple_key_allowed = true;
        }
        Ok(())
    }

    /// Collects blanks and line breaks; `bad_tab` says where a tab is an error.
    fn flow_gap(&mut self, gap: &mut Gap, bad_tab: impl Fn(&Self, &Gap) -> bool) -> Scan<()> {
        loop {
            if self.is_blank(0) {
                if bad_tab(self, gap) {
                    return self.error("found a tab character that violates indentation");
                }
                match self.skip() {
                    Some(c) if !gap.has_break() => gap.blanks.push(c),
                    _ => {}
                }
            } else if let Some(c) = self.skip_break() {
                if gap.has_break() {
                    gap.more_breaks.push(c);
                } else {
                    gap.blanks.clear();
                    gap.first_break = Some(c);
                }
            } else {
                return Ok(());
            }
        }
    }

    pub(super) fn fetch_quoted(&mut self, single: bool) -> Scan<()> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let from = self.at;
        let quote = if single { b'\'' } else { b'"' };
        self.skip();
        let mut text = String::new();
        let mut gap = Gap::default();
        loop {
            if self.at_document_indicator() {
                return self.error("found unexpected document indicator");
            }
            if self.at_end() {
                return self.error("found unexpected end of stream");
            }
            self.quoted_words(single, &mut text, &mut gap)?;
            if self.byte(0) == quote {
                break;
            }
            self.flow_gap(&mut gap, |_, _| false)?;
            gap.flush(&mut text);
        }
        self.skip();
        let end = self.at.pos;
        self.push_until(TokenKind::Scalar(Cow::Owned(text), false), from, end);
        Ok(())
    }

    /// Characters up to a blank, a line break or the closing quote.
    fn quoted_words(&mut self, single: bool, text: &mut String, gap: &mut Gap) -> Scan<()> {
        while !self.is_blankz(0) {
            match self.byte(0) {
                b'\'' if single && self.byte(1) == b'\'' => {
                    text.push('\'');
                    self.skip_many(2);
                }
                b'\'' if single => break,
                b'"' if !single => break,
                b'\\' if !single && self.break_len(1) > 0 => {
                    self.skip();
                    self.skip_break();
                    gap.joined = true;
                    break;
                }
                b'\\' if !single => self.escape(text)?,
                _ => text.extend(self.skip()),
            }
        }
        Ok(())
    }

    fn escape(&mut self, text: &mut String) -> Scan<()> {
        let (character, digits) = match self.byte(1) {
            b'0' => ('\0', 0),
            b'a' => ('\u{7}', 0),
            b'b' => ('\u{8}', 0),
            b't' | b'\t' => ('\t', 0),
            b'n' => ('\n', 0),
            b'v' => ('\u{b}', 0),
            b'f' => ('\u{c}', 0),
            b'r' => ('\r', 0),
            b'e' => ('\u{1b}', 0),
            b' ' => (' ', 0),
            b'"' => ('"', 0),
            b'\'' => ('\'', 0),
            b'\\' => ('\\', 0),
            b'N' => ('\u{85}', 0),
            b'_' => ('\u{a0}', 0),
            b'L' => ('\u{2028}', 0),
            b'P' => ('\u{2029}', 0),
            b'x' => ('\0', 2),
            b'u' => ('\0', 4),
            b'U' => ('\0', 8),
            _ => return self.error("found unknown escape character"),
        };
        self.skip_many(2);
        if digits == 0 {
            text.push(character);
            return Ok(());
        }
        let code = self.text.get(self.at.pos..self.at.pos + digits);
        let Some(code) = code.filter(|code| code.bytes().all(|c| c.is_ascii_hexdigit())) else {
            return self.error("did not find expected hexdecimal number");
        };
        let Some(c) = u32::from_str_radix(code, 16).ok().and_then(char::from_u32) else {
            return self.error("found invalid Unicode character escape code");
        };
        text.push(c);
        self.skip_many(digits);
        Ok(())
    }

    pub(super) fn fetch_block_scalar(&mut self, literal: bool) -> Scan<()> {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        let from = self.at;
        self.skip();
        let header = self.block_header()?;
        self.skip_blanks();
        self.skip_comment();
        if !self.is_breakz(0) {
            return self.error("did not find expected comment or line break");
        }
        self.skip_break();
        let (text, end) = self.block_content(literal, header)?;
        self.push_until(TokenKind::Scalar(Cow::Owned(text), false), from, end);
        Ok(())
    }

    fn block_header(&mut self) -> Scan<Header> {
        let mut header = Header {
            chomping: Chomping::Clip,
            indent: 0,
        };
        // The two marks come in either order, each at most once.
        let (mut chomped, mut indented) = (false, false);
        loop {
            match self.byte(0) {
                b'+' if !chomped => (header.chomping, chomped) = (Chomping::Keep, true),
                b'-' if !chomped => (header.chomping, chomped) = (Chomping::Strip, true),
                b'0' if !indented => {
                    return self.error("found an indentation indicator equal to 0");
                }
                digit @ b'1'..=b'9' if !indented => {
                    let increment = isize::from(digit - b'0');
                    header.indent = self.indent.max(0) + increment;
                    indented = true;
                }
                _ => return Ok(header),
            }
            self.skip();
        }
    }

    /// The text of a block scalar and the byte after it.
    fn block_content(&mut self, literal: bool, header: Header) -> Scan<(String, usize)> {
        let mut indent = header.indent;
        let mut text = String::new();
        let mut line_break = String::new();
        let mut breaks = String::new();
        let mut end = self.block_breaks(&mut indent, &mut breaks)?;
        let mut after_blank = false;
        while isize::try_from(self.at.column).is_ok_and(|at| at == indent) && !self.at_end() {
            let blank = self.is_blank(0);
            if !literal && line_break.starts_with('\n') && !after_blank && !blank {
                if breaks.is_empty() {
                    text.push(' ');
                }
            } else {
                text.push_str(&line_break);
            }
            line_break.clear();
            text.push_str(&breaks);
            breaks.clear();
            after_blank = blank;
            let start = self.at.pos;
            while !self.is_breakz(0) {
                self.skip();
            }
            text.push_str(&self.text[start..self.at.pos]);
            line_break.extend(self.skip_break());
            end = self.block_breaks(&mut indent, &mut breaks)?;
        }
        if header.chomping != Chomping::Strip {
            text.push_str(&line_break);
        }
        if header.chomping == Chomping::Keep {
            text.push_str(&breaks);
        }
        Ok((text, end))
    }

    /// Passes indentation and empty lines; finds the indentation if it is not known yet.
    fn block_breaks(&mut self, indent: &mut isize, breaks: &mut String) -> Scan<usize> {
        let mut end = self.at.pos;
        let mut widest = 0;
        loop {
            let column = |scanner: &Self| isize::try_from(scanner.at.column).unwrap_or(isize::MAX);
            while (*indent == 0 || column(self) < *indent) && self.byte(0) == b' ' {
                self.skip();
            }
            widest = widest.max(column(self));
            if (*indent == 0 || column(self) < *indent) && self.byte(0) == b'\t' {
                return self.error("found a tab character where an indentation space is expected");
            }
            match self.skip_break() {
                Some(c) => breaks.push(c),
                None => break,
            }
            end = self.at.pos;
        }
        if *indent == 0 {
            *indent = widest.max(self.indent + 1).max(1);
        }
        Ok(end)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

#[derive(Debug, Clone, Copy)]
struct Header {
    chomping: Chomping,
    /// Column of the content, 0 when it is to be found.
    indent: isize,
}
