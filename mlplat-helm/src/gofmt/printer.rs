//! One value by verb and flags.
//!
//! The printer appends to a text builder and keeps track of taints: text that
//! stands verbatim keeps its own spans, everything else made from a tainted
//! value is marked as a whole.

use std::borrow::Cow;

use super::float::format_float;
use super::integer::digits;
use super::quoted::{can_backquote, is_print, quote_bytes, quote_char};
use crate::stack::grow;
use crate::value::{IntKind, Kind, Map, Object, Str, StrBuilder, Taints, Value};
use crate::value::{MAX_DEPTH, TooDeep, deep_taints};

/// The flags, width and precision of a verb.
#[derive(Clone, Debug, Default)]
pub(super) struct Flags {
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
    pub(super) minus: bool,
    pub(super) plus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    /// `%+v`
    pub(super) plus_v: bool,
    /// `%#v`
    pub(super) sharp_v: bool,
}

pub(super) struct Printer {
    pub(super) out: StrBuilder,
    pub(super) flags: Flags,
    /// What the value that is being printed depends on.
    taints: Taints,
    /// Whether a wrong verb is being reported; methods are not called then.
    erroring: bool,
}

/// `fmt.Sprint`: values with `%v`, a space between two that are not strings.
pub(crate) fn sprint(values: &[Value]) -> Result<Str, TooDeep> {
    let mut printer = Printer::new();
    let mut was_text = false;
    for (at, value) in values.iter().enumerate() {
        let is_text = matches!(value, Value::Str(_));
        if at > 0 && !is_text && !was_text {
            printer.out.push_str(" ");
        }
        printer.arg(value, 'v')?;
        was_text = is_text;
    }
    Ok(printer.out.finish())
}

/// `%v` of one value.
pub(crate) fn sprint_one(value: &Value) -> Result<Str, TooDeep> {
    if let Value::Str(text) = value {
        return Ok(text.clone());
    }
    sprint(std::slice::from_ref(value))
}

impl Printer {
    pub(super) fn new() -> Self {
        Self {
            out: StrBuilder::default(),
            flags: Flags::default(),
            taints: Taints::default(),
            erroring: false,
        }
    }

    pub(super) fn write(&mut self, text: &str) {
        self.out.push_tainted(text, &self.taints);
    }

    /// Prints an argument of `Printf`.
    pub(super) fn arg(&mut self, value: &Value, verb: char) -> Result<(), TooDeep> {
        if value.is_nil() {
            if matches!(verb, 'T' | 'v') {
                self.pad("<nil>");
            } else {
                self.out.push_str(&format!("%!{verb}(<nil>)"));
            }
            return Ok(());
        }
        if verb == 'T' {
            self.truncated(value.type_name());
            return Ok(());
        }
        self.taints = match value {
            // The text carries its own spans where it stands verbatim.
            Value::Str(text) if self.is_verbatim(verb) => {
                self.padded_text(text);
                return Ok(());
            }
            other => deep_taints(other),
        };
        let printed = self.value(value, verb, 0);
        self.taints = Taints::default();
        printed
    }

    fn is_verbatim(&self, verb: char) -> bool {
        matches!(verb, 's' | 'v') && !self.flags.sharp_v && self.flags.precision.is_none()
    }

    fn padded_text(&mut self, text: &Str) {
        let width = self.flags.width.unwrap_or(0);
        let length = if width == 0 {
            0
        } else {
            text.to_text().chars().count()
        };
        let padding = width.saturating_sub(length);
        if width > 0 && !self.flags.minus {
            self.padding(padding);
        }
        self.out.push(text);
        if width > 0 && self.flags.minus {
            self.padding(padding);
        }
    }

    /// Prints a value; `depth` is zero for the argument itself.
    fn value(&mut self, value: &Value, verb: char, depth: usize) -> Result<(), TooDeep> {
        if depth > MAX_DEPTH {
            return Err(TooDeep);
        }
        match value {
            Value::Missing | Value::Nil if self.flags.sharp_v => self.write("interface {}(nil)"),
            Value::Missing | Value::Nil => self.write("<nil>"),
            Value::Bool(truth, _) => match verb {
                't' | 'v' => self.pad(if *truth { "true" } else { "false" }),
                _ => self.bad_verb(value, verb)?,
            },
            Value::Int(number, kind, _) => self.any_int(value, *number, *kind, verb)?,
            Value::Float(number, _) => self.float(value, *number, verb)?,
            Value::Str(text) => self.text(value, text, verb)?,
            Value::Bytes(bytes, _) => self.bytes(bytes, verb)?,
            Value::List(list) => {
                let name = list.kind().type_name();
                grow(|| self.items(name, list.items(), verb, depth))?;
            }
            Value::Map(map) => grow(|| self.map(map.kind().type_name(), map, verb, depth))?,
            Value::Object(object) => self.object(object.as_ref(), verb, depth)?,
        }
        Ok(())
    }

    fn bad_verb(&mut self, value: &Value, verb: char) -> Result<(), TooDeep> {
        let outer = std::mem::replace(&mut self.erroring, true);
        self.write(&format!("%!{verb}({}=", value.type_name()));
        self.value(value, 'v', 0)?;
        self.write(")");
        self.erroring = outer;
        Ok(())
    }

    // Scalars.

    fn any_int(
        &mut self,
        value: &Value,
        number: i64,
        kind: IntKind,
        verb: char,
    ) -> Result<(), TooDeep> {
        let is_stringable = matches!(verb, 'v' | 's' | 'x' | 'X' | 'q');
        if is_stringable
            && !self.flags.sharp_v
            && !self.erroring
            && let Some(name) = kind.display(number)
        {
            return self.text(value, &Str::from(name), verb);
        }
        #[allow(clippy::cast_sign_loss, reason = "the bits are wanted")]
        let bits = number as u64;
        let signed = !kind.is_unsigned();
        match verb {
            'v' if self.flags.sharp_v && !signed => {
                let sharp = std::mem::replace(&mut self.flags.sharp, true);
                self.integer(bits, 16, false, 'v');
                self.flags.sharp = sharp;
            }
            'v' | 'd' => self.integer(bits, 10, signed, verb),
            'b' => self.integer(bits, 2, signed, verb),
            'o' | 'O' => self.integer(bits, 8, signed, verb),
            'x' | 'X' => self.integer(bits, 16, signed, verb),
            'c' => self.pad(&to_char(bits).to_string()),
            'q' => self.pad(&quote_char(to_char(bits), self.flags.plus)),
            'U' => self.unicode(bits),
            _ => return self.bad_verb(value, verb),
        }
        Ok(())
    }

    fn integer(&mut self, bits: u64, base: u32, signed: bool, verb: char) {
        #[allow(clippy::cast_possible_wrap, reason = "the sign bit is wanted")]
        let negative = signed && (bits as i64) < 0;
        let magnitude = if negative { bits.wrapping_neg() } else { bits };
        let flags = &self.flags;
        if flags.precision == Some(0) && magnitude == 0 {
            let blank = " ".repeat(flags.width.unwrap_or(0));
            return self.write(&blank);
        }
        let mut least = flags.precision.unwrap_or(0);
        let zero_padded = flags.zero && !flags.minus && flags.precision.is_none();
        if let (true, Some(width)) = (zero_padded, flags.width) {
            let sign = negative || flags.plus || flags.space;
            least = width.saturating_sub(usize::from(sign));
        }
        let mut body = digits(magnitude, base, verb == 'X');
        body = format!("{body:0>least$}");
        if flags.sharp {
            match base {
                2 => body.insert_str(0, "0b"),
                8 if !body.starts_with('0') => body.insert(0, '0'),
                16 => body.insert_str(0, if verb == 'X' { "0X" } else { "0x" }),
                _ => {}
            }
        }
        if verb == 'O' {
            body.insert_str(0, "0o");
        }
        if negative {
            body.insert(0, '-');
        } else if flags.plus {
            body.insert(0, '+');
        } else if flags.space {
            body.insert(0, ' ');
        }
        self.pad_with_spaces(&body);
    }

    fn unicode(&mut self, bits: u64) {
        let least = self.flags.precision.unwrap_or(0).max(4);
        let mut body = format!("U+{bits:0>least$X}");
        let character = u32::try_from(bits).ok().and_then(char::from_u32);
        if let Some(character) = character.filter(|c| self.flags.sharp && is_print(*c)) {
            body.push_str(&format!(" '{character}'"));
        }
        self.pad_with_spaces(&body);
    }

    fn float(&mut self, value: &Value, number: f64, verb: char) -> Result<(), TooDeep> {
        let (letter, default) = match verb {
            'v' => (b'g', None),
            'b' | 'g' | 'G' | 'x' | 'X' => (verb as u8, None),
            'f' | 'e' | 'E' => (verb as u8, Some(6)),
            'F' => (b'f', Some(6)),
            _ => return self.bad_verb(value, verb),
        };
        let precision = self.flags.precision.or(default);
        let mut body = format_float(number, letter, precision);
        if !body.starts_with(['+', '-']) {
            body.insert(0, '+');
        }
        if self.flags.space && !self.flags.plus && body.starts_with('+') {
            body.replace_range(..1, " ");
        }
        if !number.is_finite() {
            if number.is_nan() && !self.flags.space && !self.flags.plus {
                body.remove(0);
            }
            self.pad_with_spaces(&body);
            return Ok(());
        }
        if self.flags.sharp && letter != b'b' {
            body = with_point(&body, letter, precision);
        }
        let width = self.flags.width.unwrap_or(0);
        if self.flags.plus || !body.starts_with('+') {
            if self.flags.zero && !self.flags.minus && width > body.len() {
                let zeros = "0".repeat(width - body.len());
                let padded = format!("{}{zeros}{}", &body[..1], &body[1..]);
                self.write(&padded);
                return Ok(());
            }
            self.pad(&body);
        } else {
            self.pad(&body[1..]);
        }
        Ok(())
    }

    fn text(&mut self, value: &Value, text: &Str, verb: char) -> Result<(), TooDeep> {
        match verb {
            'v' if self.flags.sharp_v => self.quoted(text.as_bytes()),
            'v' | 's' => match text.as_str() {
                Some(text) => self.truncated(text),
                None => self.raw(text),
            },
            'x' | 'X' => self.hex(text.as_bytes(), verb == 'X'),
            'q' => self.quoted(text.as_bytes()),
            _ => return self.bad_verb(value, verb),
        }
        Ok(())
    }

    /// Text that is not UTF-8 goes out as it is.
    fn raw(&mut self, text: &Str) {
        let text = Str::tainted(text.clone(), &self.taints);
        self.padded_text(&text);
    }

    fn truncated(&mut self, text: &str) {
        let text = self.cut(text);
        self.pad(&text);
    }

    fn cut<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.flags.precision {
            Some(count) => Cow::Owned(text.chars().take(count).collect()),
            None => Cow::Borrowed(text),
        }
    }

    fn quoted(&mut self, bytes: &[u8]) {
        let cut: Cow<'_, [u8]> = match (self.flags.precision, str::from_utf8(bytes)) {
            (Some(_), Ok(text)) => Cow::Owned(self.cut(text).into_owned().into_bytes()),
            _ => Cow::Borrowed(bytes),
        };
        if self.flags.sharp
            && let Ok(text) = str::from_utf8(&cut)
            && can_backquote(text)
        {
            return self.pad(&format!("`{text}`"));
        }
        self.pad(&quote_bytes(&cut, self.flags.plus));
    }

    fn hex(&mut self, bytes: &[u8], upper: bool) {
        let count = self
            .flags
            .precision
            .map_or(bytes.len(), |p| p.min(bytes.len()));
        let prefix = if upper { "0X" } else { "0x" };
        let mut body = String::with_capacity(2 * count);
        for (at, byte) in bytes[..count].iter().enumerate() {
            if at > 0 && self.flags.space {
                body.push(' ');
            }
            if self.flags.sharp && (at == 0 || self.flags.space) {
                body.push_str(prefix);
            }
            body.push_str(&if upper {
                format!("{byte:02X}")
            } else {
                format!("{byte:02x}")
            });
        }
        self.pad(&body);
    }

    // Containers.

    fn bytes(&mut self, bytes: &[u8], verb: char) -> Result<(), TooDeep> {
        match verb {
            'v' | 'd' => {
                let each =
                    |byte: &u8| Value::Int(i64::from(*byte), IntKind::Uint8, Taints::default());
                let items: Vec<Value> = bytes.iter().map(each).collect();
                self.items("[]byte", &items, verb, 0)
            }
            's' => self.text(&Value::Nil, &Str::from_bytes(bytes.to_vec()), 's'),
            'x' | 'X' => {
                self.hex(bytes, verb == 'X');
                Ok(())
            }
            'q' => {
                self.quoted(bytes);
                Ok(())
            }
            _ => {
                let each =
                    |byte: &u8| Value::Int(i64::from(*byte), IntKind::Uint8, Taints::default());
                let items: Vec<Value> = bytes.iter().map(each).collect();
                self.items("[]uint8", &items, verb, 0)
            }
        }
    }

    fn items(
        &mut self,
        type_name: &str,
        items: &[Value],
        verb: char,
        depth: usize,
    ) -> Result<(), TooDeep> {
        let sharp = self.flags.sharp_v;
        if sharp {
            self.write(type_name);
        }
        self.write(if sharp { "{" } else { "[" });
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.write(if sharp { ", " } else { " " });
            }
            self.value(item, verb, depth + 1)?;
        }
        self.write(if sharp { "}" } else { "]" });
        Ok(())
    }

    fn map(&mut self, type_name: &str, map: &Map, verb: char, depth: usize) -> Result<(), TooDeep> {
        let sharp = self.flags.sharp_v;
        if sharp {
            self.write(type_name);
            self.write("{");
        } else {
            self.write("map[");
        }
        for (at, (key, value)) in map.table().iter().enumerate() {
            if at > 0 {
                self.write(if sharp { ", " } else { " " });
            }
            self.value(&Value::from(std::rc::Rc::clone(key)), verb, depth + 1)?;
            self.write(":");
            self.value(value, verb, depth + 1)?;
        }
        self.write(if sharp { "}" } else { "]" });
        Ok(())
    }

    fn object(&mut self, object: &dyn Object, verb: char, depth: usize) -> Result<(), TooDeep> {
        let is_stringable = matches!(verb, 'v' | 's' | 'x' | 'X' | 'q');
        if is_stringable
            && !self.flags.sharp_v
            && !self.erroring
            && let Some(text) = object.display()
        {
            return self.text(&Value::Nil, &Str::from(text), verb);
        }
        match object.kind() {
            Kind::Slice | Kind::Map => match object.data() {
                Value::List(list) => self.items(object.type_name(), list.items(), verb, depth),
                Value::Map(map) => self.map(object.type_name(), &map, verb, depth),
                other => self.value(&other, verb, depth),
            },
            kind => {
                if kind == Kind::Ptr {
                    self.write("&");
                }
                self.fields(object, verb, depth)
            }
        }
    }

    fn fields(&mut self, object: &dyn Object, verb: char, depth: usize) -> Result<(), TooDeep> {
        let sharp = self.flags.sharp_v;
        if sharp {
            self.write(object.type_name().trim_start_matches('*'));
        }
        self.write("{");
        for (at, (name, value)) in object.fields().iter().enumerate() {
            if at > 0 {
                self.write(if sharp { ", " } else { " " });
            }
            if sharp || self.flags.plus_v {
                self.write(name);
                self.write(":");
            }
            self.value(value, verb, depth + 1)?;
        }
        self.write("}");
        Ok(())
    }

    // Padding.

    fn padding(&mut self, count: usize) {
        let fill = if self.flags.zero && !self.flags.minus {
            "0"
        } else {
            " "
        };
        self.out.push_str(&fill.repeat(count));
    }

    pub(super) fn pad(&mut self, text: &str) {
        let width = self.flags.width.unwrap_or(0);
        let padding = if width == 0 {
            0
        } else {
            width.saturating_sub(text.chars().count())
        };
        if !self.flags.minus {
            self.padding(padding);
        }
        self.write(text);
        if self.flags.minus {
            self.padding(padding);
        }
    }

    fn pad_with_spaces(&mut self, text: &str) {
        let zero = std::mem::replace(&mut self.flags.zero, false);
        self.pad(text);
        self.flags.zero = zero;
    }
}

fn to_char(bits: u64) -> char {
    let scalar = u32::try_from(bits).ok().and_then(char::from_u32);
    scalar.unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// The `#` flag: a decimal point always, and zeros up to the precision.
fn with_point(signed: &str, letter: u8, precision: Option<usize>) -> String {
    let is_hex = matches!(letter, b'x' | b'X');
    let tail_at = if is_hex {
        signed.find(['p', 'P'])
    } else {
        signed.find(['e', 'E', 'p', 'P'])
    };
    let (body, tail) = signed.split_at(tail_at.unwrap_or(signed.len()));
    let mut wanted = match letter {
        b'g' | b'G' | b'x' => precision.unwrap_or(6),
        _ => 0,
    };
    let significant = body
        .bytes()
        .skip(1)
        .skip_while(|b| matches!(b, b'0' | b'.'));
    let seen = significant.filter(|byte| *byte != b'.').count();
    wanted = wanted.saturating_sub(seen);
    let mut out = body.to_owned();
    if !body.contains('.') {
        if body.len() == 2 && body.ends_with('0') {
            wanted = wanted.saturating_sub(1);
        }
        out.push('.');
    }
    out.extend(std::iter::repeat_n('0', wanted));
    out + tail
}
