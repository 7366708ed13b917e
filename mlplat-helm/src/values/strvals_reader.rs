//! Reading of `--set` text character by character.

/// The rest of an argument.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    rest: &'a str,
}

/// What ended a stretch of characters: a stop character, or the end of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    At(char),
    End,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    pub(super) fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or("");
    }

    /// Characters up to one of `stops`; a backslash takes the next one literally.
    pub(super) fn until(&mut self, stops: &[char], escapes: bool) -> (String, Stop) {
        let mut text = String::new();
        while let Some(c) = self.next() {
            if stops.contains(&c) {
                return (text, Stop::At(c));
            }
            if c == '\\' && escapes {
                match self.next() {
                    Some(escaped) => text.push(escaped),
                    None => return (text, Stop::End),
                }
            } else {
                text.push(c);
            }
        }
        (text, Stop::End)
    }

    /// Passes blanks and at most one comma; whether nothing else came before it.
    pub(super) fn is_empty_value(&mut self) -> bool {
        loop {
            match self.peek() {
                None => return true,
                Some(',') => {
                    self.next();
                    return true;
                }
                Some(c) if c.is_whitespace() => {
                    self.next();
                }
                Some(_) => return false,
            }
        }
    }
}
