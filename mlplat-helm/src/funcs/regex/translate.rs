//! From Go's notation to that of the crate `regex`.

use std::collections::HashSet;

/// Rewrites a pattern, or says what Go finds wrong with it.
pub(super) fn translate(pattern: &str) -> Result<String, String> {
    let mut translator = Translator {
        pattern,
        at: 0,
        out: String::with_capacity(pattern.len() + 8),
        groups: 0,
        can_repeat: false,
        repeated_from: None,
        names: HashSet::new(),
    };
    translator.run()?;
    Ok(translator.out)
}

struct Translator<'p> {
    pattern: &'p str,
    at: usize,
    out: String,
    /// Groups that are open.
    groups: usize,
    /// Whether a repetition has something to repeat.
    can_repeat: bool,
    /// Where the repetition started that stands just before.
    repeated_from: Option<usize>,
    /// The names of groups so far.
    names: HashSet<&'p str>,
}

impl<'p> Translator<'p> {
    fn rest(&self) -> &'p str {
        &self.pattern[self.at..]
    }

    fn take(&mut self, count: usize) -> &'p str {
        let taken = &self.pattern[self.at..self.at + count];
        self.at += count;
        taken
    }

    fn copy(&mut self, count: usize) {
        let taken = self.take(count);
        self.out.push_str(taken);
    }

    fn run(&mut self) -> Result<(), String> {
        while let Some(next) = self.rest().chars().next() {
            match next {
                '\\' => self.escape()?,
                '[' => {
                    self.class()?;
                    self.atom();
                }
                '*' | '+' | '?' => self.repeat(1)?,
                '{' => self.brace()?,
                '(' => {
                    self.groups += 1;
                    self.open()?;
                }
                ')' => {
                    if self.groups == 0 {
                        return Err(format!("unexpected ): `{}`", self.pattern));
                    }
                    self.groups -= 1;
                    self.copy(1);
                    self.atom();
                }
                '|' => {
                    self.copy(1);
                    self.nothing();
                }
                '^' | '$' => {
                    self.copy(1);
                    self.atom();
                }
                other => {
                    self.copy(other.len_utf8());
                    self.atom();
                }
            }
        }
        if self.groups > 0 {
            return Err(format!("missing closing ): `{}`", self.pattern));
        }
        Ok(())
    }

    fn atom(&mut self) {
        self.can_repeat = true;
        self.repeated_from = None;
    }

    fn nothing(&mut self) {
        self.can_repeat = false;
        self.repeated_from = None;
    }

    /// `(`, `(?:`, `(?i)`, `(?P<name>`.
    fn open(&mut self) -> Result<(), String> {
        let rest = self.rest();
        if !rest.starts_with("(?") {
            self.copy(1);
            self.nothing();
            return Ok(());
        }
        let Some(end) = rest.find([')', ':', '>']) else {
            return Err(format!("missing closing ): `{}`", self.pattern));
        };
        let flags = &rest[2..end];
        let is_name = flags.starts_with('P') || flags.starts_with('<');
        if !is_name && !flags.bytes().all(|byte| b"imsU-".contains(&byte)) {
            let shown: String = rest.chars().take(3).collect();
            return Err(format!("invalid or unsupported Perl syntax: `{shown}`"));
        }
        if rest.as_bytes()[end] == b')' {
            self.groups -= 1;
        }
        // Go takes a name twice; here the second group has none.
        if is_name && !self.names.insert(rest[..=end].trim_start_matches("(?P")) {
            self.put(end + 1, "(");
        } else {
            self.copy(end + 1);
        }
        self.nothing();
        Ok(())
    }

    fn repeat(&mut self, length: usize) -> Result<(), String> {
        let lazy = usize::from(self.rest()[length..].starts_with('?'));
        let operator = &self.rest()[..length + lazy];
        if let Some(from) = self.repeated_from {
            let shown = &self.pattern[from..self.at + operator.len()];
            return Err(format!("invalid nested repetition operator: `{shown}`"));
        }
        if !self.can_repeat {
            return Err(format!(
                "missing argument to repetition operator: `{operator}`"
            ));
        }
        self.repeated_from = Some(self.at);
        self.copy(length + lazy);
        Ok(())
    }

    /// A repetition `{n,m}`, or a plain brace.
    fn brace(&mut self) -> Result<(), String> {
        let Some((least, most, length)) = counts(self.rest()) else {
            self.at += 1;
            self.out.push_str("\\{");
            self.atom();
            return Ok(());
        };
        let too_many = |count: u32| count > 1_000;
        if too_many(least) || most.is_some_and(|most| too_many(most) || most < least) {
            let shown = &self.rest()[..length];
            return Err(format!("invalid repeat count: `{shown}`"));
        }
        self.repeat(length)
    }

    fn escape(&mut self) -> Result<(), String> {
        let Some(next) = self.rest().chars().nth(1) else {
            return Err("trailing backslash at end of expression: ``".to_owned());
        };
        self.atom();
        match next {
            'Q' => {
                self.at += 2;
                let rest = self.rest();
                let end = rest.find("\\E");
                let literal = &rest[..end.unwrap_or(rest.len())];
                self.out.push_str(&regex::escape(literal));
                self.at += literal.len() + end.map_or(0, |_| 2);
            }
            'd' => self.put(2, "[0-9]"),
            'D' => self.put(2, "[^0-9]"),
            's' => self.put(2, "[\\t\\n\\f\\r ]"),
            'S' => self.put(2, "[^\\t\\n\\f\\r ]"),
            'w' => self.put(2, "[0-9A-Za-z_]"),
            'W' => self.put(2, "[^0-9A-Za-z_]"),
            'b' => self.put(2, "(?-u:\\b)"),
            'B' => self.put(2, "(?-u:\\B)"),
            '<' => self.put(2, "<"),
            '>' => self.put(2, ">"),
            'p' | 'P' => self.property()?,
            'x' => self.hex(),
            'A' | 'z' | 'a' | 'f' | 't' | 'n' | 'r' | 'v' => self.copy(2),
            '0'..='7' => return self.octal(),
            other if other.is_ascii() && !other.is_ascii_alphanumeric() => self.copy(2),
            other => {
                return Err(format!("invalid escape sequence: `\\{other}`"));
            }
        }
        Ok(())
    }

    fn put(&mut self, length: usize, text: &str) {
        self.at += length;
        self.out.push_str(text);
    }

    fn property(&mut self) -> Result<(), String> {
        let rest = self.rest();
        let length = if rest[2..].starts_with('{') {
            rest.find('}').map_or(rest.len(), |end| end + 1)
        } else {
            2 + rest[2..].chars().next().map_or(0, char::len_utf8)
        };
        let shown = &rest[..length];
        if regex::Regex::new(shown).is_err() {
            return Err(format!("invalid character class range: `{shown}`"));
        }
        self.copy(length);
        Ok(())
    }

    fn hex(&mut self) {
        let rest = self.rest();
        let length = if rest[2..].starts_with('{') {
            rest.find('}').map_or(rest.len(), |end| end + 1)
        } else {
            rest.len().min(4)
        };
        let length = (0..=length).rev().find(|at| rest.is_char_boundary(*at));
        self.copy(length.unwrap_or(2));
    }

    /// An octal character needs two more digits, unless it starts with zero.
    fn octal(&mut self) -> Result<(), String> {
        let rest = self.rest();
        let digits = rest[1..]
            .bytes()
            .take(3)
            .take_while(|b| (b'0'..=b'7').contains(b))
            .count();
        if rest.as_bytes()[1] != b'0' && digits < 2 {
            return Err(format!("invalid escape sequence: `{}`", &rest[..2]));
        }
        let value = u32::from_str_radix(&rest[1..=digits], 8).unwrap_or(0);
        self.put(1 + digits, &format!("\\x{{{value:x}}}"));
        Ok(())
    }

    fn class(&mut self) -> Result<(), String> {
        let start = self.at;
        self.copy(1);
        if self.rest().starts_with('^') {
            self.copy(1);
        }
        let mut first = true;
        loop {
            let rest = self.rest();
            if rest.is_empty() {
                return Err(format!("missing closing ]: `{}`", &self.pattern[start..]));
            }
            if rest.starts_with(']') && !first {
                self.copy(1);
                return Ok(());
            }
            first = false;
            if self.named_class()? || self.set_escape()? {
                continue;
            }
            self.class_range(start)?;
        }
    }

    /// `[:alpha:]`
    fn named_class(&mut self) -> Result<bool, String> {
        let rest = self.rest();
        let Some(end) = rest.find(":]").filter(|_| rest.starts_with("[:")) else {
            return Ok(false);
        };
        let name = &rest[..end + 2];
        if !NAMED.contains(&name[2..end].trim_start_matches('^')) {
            return Err(format!("invalid character class range: `{name}`"));
        }
        self.copy(end + 2);
        Ok(true)
    }

    /// An escape that stands for several characters.
    fn set_escape(&mut self) -> Result<bool, String> {
        let rest = self.rest();
        match rest.strip_prefix('\\').and_then(|rest| rest.chars().next()) {
            Some('d') => self.put(2, "0-9"),
            Some('w') => self.put(2, "0-9A-Za-z_"),
            Some('s') => self.put(2, "\\t\\n\\f\\r "),
            Some('D' | 'W' | 'S' | 'p' | 'P') => {
                let (can_repeat, from) = (self.can_repeat, self.repeated_from);
                self.escape()?;
                (self.can_repeat, self.repeated_from) = (can_repeat, from);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// One character, or a range of them.
    fn class_range(&mut self, class: usize) -> Result<(), String> {
        let start = self.at;
        let low = self.class_char(class)?;
        let mut high = low;
        if self.rest().starts_with('-') && !self.rest().starts_with("-]") && self.rest().len() > 1 {
            self.at += 1;
            high = self.class_char(class)?;
            if high < low {
                let shown = &self.pattern[start..self.at];
                return Err(format!("invalid character class range: `{shown}`"));
            }
        }
        self.out.push_str(&format!("\\x{{{low:x}}}"));
        if high != low {
            self.out.push_str(&format!("-\\x{{{high:x}}}"));
        }
        Ok(())
    }

    /// The code of a character of a class, which may be escaped.
    fn class_char(&mut self, class: usize) -> Result<u32, String> {
        let rest = self.rest();
        let mut chars = rest.chars();
        let missing = || format!("missing closing ]: `{}`", &self.pattern[class..]);
        let first = chars.next().ok_or_else(missing)?;
        if first != '\\' {
            self.at += first.len_utf8();
            return Ok(u32::from(first));
        }
        let escaped = chars
            .next()
            .ok_or("trailing backslash at end of expression: ``")?;
        let simple = match escaped {
            'a' => 0x07,
            'f' => 0x0c,
            't' => 0x09,
            'n' => 0x0a,
            'r' => 0x0d,
            'v' => 0x0b,
            'x' | '0'..='7' => return self.numeric_char(),
            other if other.is_ascii() && !other.is_ascii_alphanumeric() => u32::from(other),
            other => return Err(format!("invalid escape sequence: `\\{other}`")),
        };
        self.at += 1 + escaped.len_utf8();
        Ok(simple)
    }

    /// `\x41`, `\x{263a}` or `\101`, read from what the escape became.
    fn numeric_char(&mut self) -> Result<u32, String> {
        let length = self.out.len();
        self.escape()?;
        let escaped = self.out.split_off(length);
        let digits: String = escaped.chars().filter(char::is_ascii_hexdigit).collect();
        u32::from_str_radix(&digits, 16)
            .map_err(|_| format!("invalid escape sequence: `{escaped}`"))
    }
}

/// The names that may stand in `[:name:]`.
const NAMED: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];

/// The numbers of `{n}`, `{n,}` or `{n,m}` and its length.
fn counts(text: &str) -> Option<(u32, Option<u32>, usize)> {
    let end = text.find('}')?;
    let body = &text[1..end];
    let number = |digits: &str| {
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse::<u32>().unwrap_or(u32::MAX))
    };
    let (least, most) = match body.split_once(',') {
        None => (number(body)?, Some(number(body)?)),
        Some((least, "")) => (number(least)?, None),
        Some((least, most)) => (number(least)?, Some(number(most)?)),
    };
    Some((least, most, end + 1))
}
