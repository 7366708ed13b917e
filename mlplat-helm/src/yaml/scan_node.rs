//! Scanning of directives, anchors, aliases and tags.

use super::scan::{Scan, Scanner};
use super::token::TokenKind;

impl<'a> Scanner<'a> {
    pub(super) fn scan_directive(&mut self) -> Scan<()> {
        let from = self.at;
        self.skip();
        let name = self.word();
        if name.is_empty() {
            return self.error("could not find expected directive name");
        }
        if !self.is_blankz(0) {
            return self.error("found unexpected non-alphabetical character");
        }
        self.skip_blanks();
        let kind = match name {
            "YAML" => {
                let major = self.version_number()?;
                if self.byte(0) != b'.' {
                    return self.error("did not find expected digit or '.' character");
                }
                self.skip();
                TokenKind::Version(major, self.version_number()?)
            }
            "TAG" => {
                let handle = self.tag_handle(true)?;
                if !self.is_blank(0) {
                    return self.error("did not find expected whitespace");
                }
                self.skip_blanks();
                let prefix = self.tag_uri("")?;
                if !self.is_blankz(0) {
                    return self.error("did not find expected whitespace or line break");
                }
                TokenKind::TagDirective(handle, prefix)
            }
            _ => return self.error("found unknown directive name"),
        };
        let end = self.at.pos;
        self.push_until(kind, from, end);
        self.skip_blanks();
        self.skip_comment();
        if !self.is_breakz(0) {
            return self.error("did not find expected comment or line break");
        }
        self.skip_break();
        Ok(())
    }

    fn version_number(&mut self) -> Scan<u8> {
        let (mut value, mut length) = (0u8, 0);
        while self.byte(0).is_ascii_digit() {
            length += 1;
            if length > 2 {
                return self.error("found extremely long version number");
            }
            value = value * 10 + (self.byte(0) - b'0');
            self.skip();
        }
        if length == 0 {
            return self.error("did not find expected version number");
        }
        Ok(value)
    }

    pub(super) fn fetch_anchor(&mut self) -> Scan<()> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let from = self.at;
        let is_alias = self.byte(0) == b'*';
        self.skip();
        let name = self.word();
        let ends = self.is_blankz(0)
            || matches!(
                self.byte(0),
                b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`'
            );
        if name.is_empty() || !ends {
            return self.error("did not find expected alphabetic or numeric character");
        }
        let kind = if is_alias {
            TokenKind::Alias(name)
        } else {
            TokenKind::Anchor(name)
        };
        let end = self.at.pos;
        self.push_until(kind, from, end);
        Ok(())
    }

    pub(super) fn fetch_tag(&mut self) -> Scan<()> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let from = self.at;
        let (handle, suffix) = if self.byte(1) == b'<' {
            self.skip_many(2);
            let suffix = self.tag_uri("")?;
            if self.byte(0) != b'>' {
                return self.error("did not find the expected '>'");
            }
            self.skip();
            (String::new(), suffix)
        } else {
            self.short_tag()?
        };
        if !self.is_blankz(0) {
            return self.error("did not find expected whitespace or line break");
        }
        let end = self.at.pos;
        self.push_until(TokenKind::Tag(handle, suffix), from, end);
        Ok(())
    }

    /// `!!suffix`, `!handle!suffix`, `!suffix` or `!`.
    fn short_tag(&mut self) -> Scan<(String, String)> {
        let handle = self.tag_handle(false)?;
        if handle.len() > 1 && handle.ends_with('!') {
            let suffix = self.tag_uri("")?;
            return Ok((handle, suffix));
        }
        let suffix = self.tag_uri(&handle)?;
        if suffix.is_empty() {
            Ok((String::new(), "!".to_owned()))
        } else {
            Ok(("!".to_owned(), suffix))
        }
    }

    fn tag_handle(&mut self, directive: bool) -> Scan<String> {
        if self.byte(0) != b'!' {
            return self.error("did not find expected '!'");
        }
        self.skip();
        let mut handle = format!("!{}", self.word());
        if self.byte(0) == b'!' {
            self.skip();
            handle.push('!');
        } else if directive && handle != "!" {
            return self.error("did not find expected '!'");
        }
        Ok(handle)
    }

    /// A tag's URI; `head` is what was read as a handle and belongs to it.
    fn tag_uri(&mut self, head: &str) -> Scan<String> {
        let mut uri: Vec<u8> = head.as_bytes().get(1..).unwrap_or_default().to_vec();
        let mut found = !head.is_empty();
        loop {
            match self.byte(0) {
                b'%' => self.uri_escape(&mut uri)?,
                c if is_word(c) || b";/?:@&=+$,.!~*'()[]".contains(&c) => {
                    uri.push(c);
                    self.skip();
                }
                _ => break,
            }
            found = true;
        }
        if !found {
            return self.error("did not find expected tag URI");
        }
        Ok(String::from_utf8_lossy(&uri).into_owned())
    }

    fn uri_escape(&mut self, uri: &mut Vec<u8>) -> Scan<()> {
        let (high, low) = (self.byte(1), self.byte(2));
        if !(high.is_ascii_hexdigit() && low.is_ascii_hexdigit()) {
            return self.error("did not find URI escaped octet");
        }
        let digit = |c: u8| char::from(c).to_digit(16).unwrap_or(0);
        uri.push(u8::try_from(digit(high) * 16 + digit(low)).unwrap_or(0));
        self.skip_many(3);
        Ok(())
    }

    /// Letters, digits, `_` and `-`.
    fn word(&mut self) -> &'a str {
        let from = self.at.pos;
        while is_word(self.byte(0)) {
            self.skip();
        }
        &self.text[from..self.at.pos]
    }
}

fn is_word(c: u8) -> bool {
    c.is_ascii_alphanumeric() || c == b'_' || c == b'-'
}
