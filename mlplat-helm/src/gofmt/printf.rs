//! Format strings: `fmt.Sprintf`.

use super::printer::{Flags, Printer};
use crate::value::{Str, TooDeep, Value, deep_taints};

/// Go refuses larger widths and precisions.
const MOST: usize = 1_000_000;

/// Formats `args` by `format`.
pub(crate) fn sprintf(format: &Str, args: &[Value]) -> Result<Str, TooDeep> {
    let text = format.to_text();
    let mut reader = Reader {
        format: &text,
        at: 0,
        args,
        next: 0,
        printer: Printer::new(),
        reordered: false,
        good_index: true,
        after_index: false,
    };
    reader.run()?;
    reader.extra()?;
    let out = reader.printer.out.finish();
    Ok(if format.is_tainted() {
        Str::tainted(out, &format.taints())
    } else {
        out
    })
}

struct Reader<'a> {
    format: &'a str,
    at: usize,
    args: &'a [Value],
    /// The next argument.
    next: usize,
    printer: Printer,
    /// Whether an explicit index was used anywhere.
    reordered: bool,
    good_index: bool,
    after_index: bool,
}

impl Reader<'_> {
    fn byte(&self) -> Option<u8> {
        self.format.as_bytes().get(self.at).copied()
    }

    fn put(&mut self, text: &str) {
        self.printer.out.push_str(text);
    }

    fn run(&mut self) -> Result<(), TooDeep> {
        loop {
            let rest = &self.format[self.at..];
            let Some(length) = rest.find('%') else {
                self.printer.out.push_str(rest);
                return Ok(());
            };
            self.printer.out.push_str(&rest[..length]);
            self.at += length + 1;
            self.good_index = true;
            self.after_index = false;
            self.flags();
            self.index();
            self.width();
            self.precision();
            if !self.after_index {
                self.index();
            }
            let Some(verb) = self.format[self.at..].chars().next() else {
                self.put("%!(NOVERB)");
                return Ok(());
            };
            self.at += verb.len_utf8();
            self.verb(verb)?;
        }
    }

    fn flags(&mut self) {
        let mut flags = Flags::default();
        while let Some(byte) = self.byte() {
            match byte {
                b'#' => flags.sharp = true,
                b'0' => flags.zero = true,
                b'+' => flags.plus = true,
                b'-' => flags.minus = true,
                b' ' => flags.space = true,
                _ => break,
            }
            self.at += 1;
        }
        self.printer.flags = flags;
    }

    /// `[n]`: which argument comes next.
    fn index(&mut self) {
        self.after_index = false;
        if self.byte() != Some(b'[') {
            return;
        }
        self.reordered = true;
        let rest = &self.format[self.at..];
        let Some(close) = rest.find(']').filter(|_| rest.len() >= 3) else {
            self.good_index = false;
            self.at += 1;
            return;
        };
        let number: Option<usize> = rest[1..close].parse().ok();
        let digits_only = rest[1..close].bytes().all(|byte| byte.is_ascii_digit());
        self.at += close + 1;
        match number.filter(|_| digits_only) {
            Some(number) if (1..=self.args.len()).contains(&number) => {
                self.next = number - 1;
                self.after_index = true;
            }
            Some(_) => {
                self.good_index = false;
                self.after_index = true;
            }
            None => self.good_index = false,
        }
    }

    fn width(&mut self) {
        if self.byte() == Some(b'*') {
            self.at += 1;
            match self.int_arg() {
                None => self.put("%!(BADWIDTH)"),
                Some(width) => {
                    self.printer.flags.width = usize::try_from(width.unsigned_abs()).ok();
                    if width < 0 {
                        self.printer.flags.minus = true;
                        self.printer.flags.zero = false;
                    }
                }
            }
            self.after_index = false;
        } else {
            self.printer.flags.width = self.number();
            if self.after_index && self.printer.flags.width.is_some() {
                self.good_index = false;
            }
        }
    }

    fn precision(&mut self) {
        let has_more = self.at + 1 < self.format.len();
        if self.byte() != Some(b'.') || !has_more {
            return;
        }
        self.at += 1;
        if self.after_index {
            self.good_index = false;
        }
        self.index();
        if self.byte() == Some(b'*') {
            self.at += 1;
            let given = self.int_arg().and_then(|count| usize::try_from(count).ok());
            if given.is_none() {
                self.put("%!(BADPREC)");
            }
            self.printer.flags.precision = given;
            self.after_index = false;
        } else {
            self.printer.flags.precision = Some(self.number().unwrap_or(0));
        }
    }

    /// Digits of a width or precision.
    fn number(&mut self) -> Option<usize> {
        let mut number = None;
        while let Some(byte @ b'0'..=b'9') = self.byte() {
            let value = number.unwrap_or(0) * 10 + usize::from(byte - b'0');
            if number.is_some_and(|number| number > MOST) {
                self.at = self.format.len();
                return None;
            }
            number = Some(value);
            self.at += 1;
        }
        number
    }

    /// An argument that gives a width or precision.
    fn int_arg(&mut self) -> Option<i64> {
        let arg = self.args.get(self.next)?;
        self.next += 1;
        match arg {
            Value::Int(number, _, _) => {
                let fits = usize::try_from(number.unsigned_abs()).is_ok_and(|n| n <= MOST);
                fits.then_some(*number)
            }
            _ => None,
        }
    }

    fn verb(&mut self, verb: char) -> Result<(), TooDeep> {
        if verb == '%' {
            self.put("%");
            return Ok(());
        }
        if !self.good_index {
            self.put(&format!("%!{verb}(BADINDEX)"));
            return Ok(());
        }
        let Some(arg) = self.args.get(self.next) else {
            self.put(&format!("%!{verb}(MISSING)"));
            return Ok(());
        };
        self.next += 1;
        if matches!(verb, 'v' | 'w') {
            let flags = &mut self.printer.flags;
            flags.sharp_v = std::mem::take(&mut flags.sharp);
            flags.plus_v = std::mem::take(&mut flags.plus);
        }
        self.printer.arg(arg, verb)
    }

    /// Arguments that no verb took.
    fn extra(&mut self) -> Result<(), TooDeep> {
        if self.reordered || self.next >= self.args.len() {
            return Ok(());
        }
        self.printer.flags = Flags::default();
        self.put("%!(EXTRA ");
        for (at, arg) in self.args[self.next..].iter().enumerate() {
            if at > 0 {
                self.put(", ");
            }
            if arg.is_nil() {
                self.put("<nil>");
                continue;
            }
            let name = arg.type_name().to_owned();
            self.printer.out.push_tainted(&name, &deep_taints(arg));
            self.put("=");
            self.printer.arg(arg, 'v')?;
        }
        self.put(")");
        Ok(())
    }
}
