//! Text: case, trimming, padding, searching, joining.
//!
//! Functions that move text without reading it (`indent`, `trim`, `quote`,
//! `join` ...) keep the spans of its opaque parts where they are.

use super::args::{bytes, int, string, strval, text};
use super::call::Call;
use super::fault::Fault;
use super::function::{Function, Group, row};
use super::words::{lower, upper};
use crate::gofmt::{quote_bytes, sprint_one};
use crate::value::{ListKind, Map, MapKind, Param, Str, StrBuilder, TooDeep, Value};

use Param::{Any, Int, Text};

pub(super) static ROWS: &[Function] = &[
    row("upper", Group::Text, &[Text], "In upper case", |_, a| {
        Ok(Value::from(
            text(&a[0]).chars().map(upper).collect::<String>(),
        ))
    })
    .spreads(),
    row("lower", Group::Text, &[Text], "In lower case", |_, a| {
        Ok(Value::from(
            text(&a[0]).chars().map(lower).collect::<String>(),
        ))
    })
    .spreads(),
    row(
        "trim",
        Group::Text,
        &[Text],
        "Without white space at both ends",
        trim,
    )
    .keeps(),
    row(
        "trimall",
        Group::Text,
        &[Text, Text],
        "See `trimAll`",
        trim_all,
    )
    .keeps(),
    row(
        "trimAll",
        Group::Text,
        &[Text, Text],
        "Without characters of the first",
        trim_all,
    )
    .keeps(),
    row(
        "trimSuffix",
        Group::Text,
        &[Text, Text],
        "Without the first at the end",
        trim_suffix,
    )
    .keeps(),
    row(
        "trimPrefix",
        Group::Text,
        &[Text, Text],
        "Without the first at the start",
        trim_prefix,
    )
    .keeps(),
    row(
        "trunc",
        Group::Text,
        &[Int, Text],
        "The first bytes, or with a minus the last",
        trunc,
    )
    .keeps(),
    row(
        "substr",
        Group::Text,
        &[Int, Int, Text],
        "The bytes from start to end",
        substr,
    )
    .keeps(),
    row(
        "repeat",
        Group::Text,
        &[Int, Text],
        "The text so often",
        repeat,
    )
    .keeps(),
    row(
        "contains",
        Group::Text,
        &[Text, Text],
        "Whether the first is in the second",
        |_, a| Ok(Value::from(find(bytes(&a[1]), bytes(&a[0])).is_some())),
    ),
    row(
        "hasPrefix",
        Group::Text,
        &[Text, Text],
        "Whether the second starts so",
        |_, a| Ok(Value::from(bytes(&a[1]).starts_with(bytes(&a[0])))),
    ),
    row(
        "hasSuffix",
        Group::Text,
        &[Text, Text],
        "Whether the second ends so",
        |_, a| Ok(Value::from(bytes(&a[1]).ends_with(bytes(&a[0])))),
    ),
    row("quote", Group::Text, &[], "Each in double quotes", quote)
        .many(Any)
        .keeps(),
    row("squote", Group::Text, &[], "Each in single quotes", squote)
        .many(Any)
        .keeps(),
    row("cat", Group::Text, &[], "All with a space between", cat)
        .many(Any)
        .keeps(),
    row(
        "indent",
        Group::Text,
        &[Int, Text],
        "Each line indented",
        indent,
    )
    .keeps(),
    row(
        "nindent",
        Group::Text,
        &[Int, Text],
        "A line end, then each line indented",
        nindent,
    )
    .keeps(),
    row(
        "replace",
        Group::Text,
        &[Text, Text, Text],
        "The third with the first replaced",
        replace,
    )
    .keeps(),
    row("toString", Group::Text, &[Any], "As text", |call, a| {
        call.charge_value(&a[0])?;
        Ok(Value::Str(strval(&a[0])?))
    })
    .keeps(),
    row(
        "toStrings",
        Group::Text,
        &[Any],
        "The elements as text",
        |call, a| {
            call.charge_value(&a[0])?;
            Ok(Value::strings(texts(&a[0])?))
        },
    )
    .keeps(),
    row(
        "join",
        Group::Text,
        &[Text, Any],
        "The elements with the first between",
        join,
    )
    .keeps(),
    row(
        "split",
        Group::Text,
        &[Text, Text],
        "The parts as a map from `_0` on",
        |call, a| {
            let parts = split_text(call, &string(&a[1]), &text(&a[0]), None)?;
            Ok(numbered(parts))
        },
    ),
    row(
        "splitn",
        Group::Text,
        &[Text, Int, Text],
        "At most so many parts as a map",
        |call, a| {
            let parts = split_text(call, &string(&a[2]), &text(&a[0]), Some(int(&a[1])))?;
            Ok(numbered(parts))
        },
    ),
    row(
        "splitList",
        Group::Text,
        &[Text, Text],
        "The parts as a list",
        |call, a| {
            let parts = split_text(call, &string(&a[1]), &text(&a[0]), None)?;
            Ok(Value::strings(parts))
        },
    ),
    row(
        "sortAlpha",
        Group::Text,
        &[Any],
        "The elements as text, sorted",
        sort_alpha,
    ),
    row("hello", Group::Text, &[], "Sprig's greeting", |_, _| {
        Ok(Value::from("Hello!"))
    })
    .keeps(),
];

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    if needle.is_empty() {
        return Some(0);
    }
    memchr::memmem::find(haystack, needle)
}

// Parts of a text. Where they are cut depends on the content, so an opaque
// text whose ends are trimmed may lose what is known of it; the parts that
// remain keep their marks.

fn part(whole: &Str, start: usize, end: usize) -> Value {
    Value::Str(whole.slice(start..end))
}

fn trim(_: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let whole = string(&args[0]);
    let content = whole.to_text();
    if whole.as_str().is_none() {
        return Ok(Value::from(content.trim()));
    }
    let start = content.len() - content.trim_start().len();
    let end = start + content.trim().len();
    Ok(part(&whole, start, end))
}

fn trim_all(_: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let (set, whole) = (text(&args[0]), string(&args[1]));
    let content = whole.to_text();
    let left = content.trim_start_matches(|c| set.contains(c));
    let start = content.len() - left.len();
    let end = start + left.trim_end_matches(|c| set.contains(c)).len();
    Ok(part(&whole, start, end))
}

fn trim_suffix(_: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let whole = string(&args[1]);
    let cut = whole.as_bytes().strip_suffix(bytes(&args[0]));
    let end = cut.map_or(whole.len(), <[u8]>::len);
    Ok(if end == whole.len() {
        args[1].clone()
    } else {
        part(&whole, 0, end)
    })
}

fn trim_prefix(_: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let whole = string(&args[1]);
    let cut = whole.as_bytes().strip_prefix(bytes(&args[0]));
    let start = whole.len() - cut.map_or(whole.len(), <[u8]>::len);
    Ok(if start == 0 {
        args[1].clone()
    } else {
        part(&whole, start, whole.len())
    })
}

fn trunc(_: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let (count, whole) = (int(&args[0]), string(&args[1]));
    let length = i64::try_from(whole.len()).unwrap_or(i64::MAX);
    let (start, end) = if count < 0 && length + count > 0 {
        (length + count, length)
    } else if count >= 0 && length > count {
        (0, count)
    } else {
        return Ok(args[1].clone());
    };
    Ok(part(&whole, as_usize(start), as_usize(end)))
}

fn as_usize(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

fn substr(_: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let (start, end, whole) = (int(&args[0]), int(&args[1]), string(&args[2]));
    let length = i64::try_from(whole.len()).unwrap_or(i64::MAX);
    let fault = |range: String| {
        Err(Fault::from(format!(
            "runtime error: slice bounds out of range {range}"
        )))
    };
    if start < 0 {
        if end < 0 {
            return fault(format!("[:{end}]"));
        }
        if end > length {
            return fault(format!("[:{end}] with length {length}"));
        }
        return Ok(part(&whole, 0, as_usize(end)));
    }
    let to = if end < 0 || end > length { length } else { end };
    if start > to {
        return fault(format!("[{start}:{to}]"));
    }
    Ok(part(&whole, as_usize(start), as_usize(to)))
}

fn repeat(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let (count, whole) = (int(&args[0]), string(&args[1]));
    let Ok(count) = usize::try_from(count) else {
        return Err("strings: negative Repeat count".into());
    };
    if whole.is_empty() {
        return Ok(Value::Str(whole));
    }
    call.charge_text(whole.len().saturating_mul(count))?;
    if !whole.is_tainted() {
        return Ok(Value::Str(Str::from_bytes(whole.as_bytes().repeat(count))));
    }
    Ok(Value::Str(Str::concat(&vec![whole; count])))
}

fn quote(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    joined(call, args, |value| {
        let content = strval(value)?;
        let quoted = Str::from(quote_bytes(content.as_bytes(), false));
        Ok(Str::tainted(quoted, &content.taints()))
    })
}

fn squote(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    joined(call, args, |value| {
        let quote = Str::from("'");
        Ok(Str::concat(&[quote.clone(), sprint_one(value)?, quote]))
    })
}

fn cat(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    joined(call, args, sprint_one)
}

/// The texts of all that is not nil, with a space between.
fn joined(
    call: &Call<'_>,
    args: &[Value],
    show: impl Fn(&Value) -> Result<Str, TooDeep>,
) -> Result<Value, Fault> {
    if let [one] = args
        && !one.is_nil()
    {
        call.charge_value(one)?;
        return Ok(Value::Str(show(one)?));
    }
    let mut builder = StrBuilder::default();
    for (at, value) in args.iter().filter(|value| !value.is_nil()).enumerate() {
        call.charge_value(value)?;
        if at > 0 {
            builder.push_str(" ");
        }
        builder.push(&show(value)?);
    }
    Ok(Value::Str(builder.finish()))
}

fn indent(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    indented(call, args, "")
}

fn nindent(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    indented(call, args, "\n")
}

fn indented(call: &Call<'_>, args: &[Value], before: &str) -> Result<Value, Fault> {
    let Ok(width) = usize::try_from(int(&args[0])) else {
        return Err("strings: negative Repeat count".into());
    };
    let whole = string(&args[1]);
    let content = whole.as_bytes();
    let lines = 1 + memchr::memchr_iter(b'\n', content).count();
    let length = content.len().saturating_add(lines.saturating_mul(width));
    call.charge_text(length)?;
    let pad = " ".repeat(width);
    if whole.is_tainted() {
        return Ok(Value::Str(indented_spans(&whole, &pad, before)));
    }
    let mut out = Vec::with_capacity(length + 1);
    out.extend_from_slice(before.as_bytes());
    out.extend_from_slice(pad.as_bytes());
    let mut at = 0;
    for newline in memchr::memchr_iter(b'\n', content) {
        out.extend_from_slice(&content[at..=newline]);
        out.extend_from_slice(pad.as_bytes());
        at = newline + 1;
    }
    out.extend_from_slice(&content[at..]);
    Ok(Value::Str(Str::from_bytes(out)))
}

fn indented_spans(whole: &Str, pad: &str, before: &str) -> Str {
    let mut builder = StrBuilder::default();
    builder.push_str(before);
    builder.push_str(pad);
    let mut at = 0;
    for newline in memchr::memchr_iter(b'\n', whole.as_bytes()) {
        builder.push(&whole.slice(at..newline + 1));
        builder.push_str(pad);
        at = newline + 1;
    }
    builder.push(&whole.slice(at..whole.len()));
    builder.finish()
}

/// Go's `strings.ReplaceAll`; an empty pattern matches between characters.
fn replace(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let (old, new, whole) = (text(&args[0]), string(&args[1]), string(&args[2]));
    let content = whole.to_text();
    call.refuse(&args[0], "the pattern of `replace`")?;
    let count = if old.is_empty() {
        content.chars().count() + 1
    } else {
        content.matches(&*old).count()
    };
    if count == 0 {
        return Ok(args[2].clone());
    }
    call.charge_text(
        content
            .len()
            .saturating_add(count.saturating_mul(new.len())),
    )?;
    if !whole.is_tainted() && !new.is_tainted() {
        return Ok(Value::from(content.replace(&*old, &new.to_text())));
    }
    // Where the pattern stands in an opaque text depends on the text.
    let taints = whole.taints();
    let mut builder = StrBuilder::default();
    let mut at = 0;
    for (start, found) in content.match_indices(&*old) {
        builder.push(&whole.slice(at..start));
        let is_opaque = whole.slice(start..start + found.len()).is_tainted();
        let put = if is_opaque {
            Str::tainted(new.clone(), &taints)
        } else {
            new.clone()
        };
        builder.push(&put);
        at = start + found.len();
    }
    builder.push(&whole.slice(at..content.len()));
    Ok(Value::Str(builder.finish()))
}

/// Sprig's `strslice`: the elements that are not nil as text.
pub(super) fn texts(value: &Value) -> Result<Vec<Str>, TooDeep> {
    match value {
        Value::Nil | Value::Missing => Ok(Vec::new()),
        Value::List(list) => {
            let items = list.items().iter().filter(|item| !item.is_nil());
            items.map(strval).collect()
        }
        Value::Bytes(bytes, _) => Ok(bytes
            .iter()
            .map(|byte| Str::from(byte.to_string()))
            .collect()),
        Value::Object(object) if object.kind() == crate::value::Kind::Slice => {
            texts(&object.data())
        }
        other => Ok(vec![strval(other)?]),
    }
}

fn join(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    call.charge_value(&args[1])?;
    let separator = string(&args[0]);
    let mut builder = StrBuilder::default();
    for (at, item) in texts(&args[1])?.iter().enumerate() {
        if at > 0 {
            builder.push(&separator);
        }
        builder.push(item);
        if builder.len() > call.limits().text {
            call.charge_text(builder.len())?;
        }
    }
    Ok(Value::Str(builder.finish()))
}

fn sort_alpha(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    call.charge_value(&args[0])?;
    let mut items = match &args[0] {
        Value::Nil | Value::Missing => vec![Str::from("<nil>")],
        other => texts(other)?,
    };
    items.sort_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
    Ok(Value::strings(items))
}

/// Go's `strings.SplitN`; a negative count or none means all parts.
fn split_text(
    call: &Call<'_>,
    whole: &Str,
    separator: &str,
    count: Option<i64>,
) -> Result<Vec<Str>, Fault> {
    let most = match count {
        Some(0) => return Ok(Vec::new()),
        Some(count) => usize::try_from(count).unwrap_or(usize::MAX),
        None => usize::MAX,
    };
    let content = whole.to_text();
    let parts: Vec<Str> = if separator.is_empty() {
        by_character(&content, most)
    } else {
        content.splitn(most, separator).map(Str::from).collect()
    };
    call.charge(parts.len())?;
    Ok(parts)
}

fn by_character(content: &str, most: usize) -> Vec<Str> {
    let mut parts = Vec::new();
    let mut rest = content;
    while let Some(character) = rest.chars().next() {
        if parts.len() + 1 == most {
            parts.push(Str::from(rest));
            return parts;
        }
        let (head, tail) = rest.split_at(character.len_utf8());
        parts.push(Str::from(head));
        rest = tail;
    }
    parts
}

fn numbered(parts: Vec<Str>) -> Value {
    let entries = parts.into_iter().enumerate();
    let table = entries.map(|(at, part)| (format!("_{at}").into(), Value::Str(part)));
    Value::Map(Map::from_table(MapKind::Text, table.collect()))
}

/// A `[]string`.
pub(super) fn text_list(items: Vec<Str>) -> Value {
    let items = items.into_iter().map(Value::Str).collect();
    Value::List(crate::value::List::new(ListKind::Text, items))
}
