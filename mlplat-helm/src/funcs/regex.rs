//! Regular expressions in Go's syntax.
//!
//! Go and the crate `regex` share their ancestor RE2 and agree on what a
//! match is; they differ in notation, which [`translate`] levels out: in Go
//! `\d`, `\s`, `\w` and `\b` are ASCII, a `{` that starts no repetition is
//! itself, and so are `[`, `&&`, `--` and `~~` within a class, `\Q...\E`
//! quotes, and repetitions of repetitions are errors.

mod translate;

use std::cell::RefCell;
use std::collections::HashMap;

use regex::{Regex, RegexBuilder};

use self::translate::translate;
use super::args::{int, text};
use super::call::Call;
use super::fault::Fault;
use super::function::{Function, Group, row};
use super::text::text_list;
use crate::gofmt::quote;
use crate::value::{Param, Str, Value};

use Param::{Int, Text};

pub(super) static ROWS: &[Function] = &[
    row(
        "regexMatch",
        Group::Regex,
        &[Text, Text],
        "Whether the text matches",
        |_, a| {
            Ok(Value::from(
                compile(&text(&a[0])).is_ok_and(|regex| regex.is_match(&text(&a[1]))),
            ))
        },
    ),
    row(
        "mustRegexMatch",
        Group::Regex,
        &[Text, Text],
        "See `regexMatch`",
        |_, a| Ok(Value::from(compile(&text(&a[0]))?.is_match(&text(&a[1])))),
    ),
    row(
        "regexFind",
        Group::Regex,
        &[Text, Text],
        "The first match, or nothing",
        |_, a| Ok(first(&must(&text(&a[0]))?, &text(&a[1]))),
    )
    .cuts(),
    row(
        "mustRegexFind",
        Group::Regex,
        &[Text, Text],
        "See `regexFind`",
        |_, a| Ok(first(&compile(&text(&a[0]))?, &text(&a[1]))),
    )
    .cuts(),
    row(
        "regexFindAll",
        Group::Regex,
        &[Text, Text, Int],
        "All matches, or some",
        |call, a| all(call, &must(&text(&a[0]))?, a),
    ),
    row(
        "mustRegexFindAll",
        Group::Regex,
        &[Text, Text, Int],
        "See `regexFindAll`",
        |call, a| all(call, &compile(&text(&a[0]))?, a),
    ),
    row(
        "regexReplaceAll",
        Group::Regex,
        &[Text, Text, Text],
        "Matches replaced",
        |call, a| replaced(call, &must(&text(&a[0]))?, a, true),
    )
    .cuts(),
    row(
        "mustRegexReplaceAll",
        Group::Regex,
        &[Text, Text, Text],
        "As `regexReplaceAll`",
        |c, a| replaced(c, &compile(&text(&a[0]))?, a, true),
    )
    .cuts(),
    row(
        "regexReplaceAllLiteral",
        Group::Regex,
        &[Text, Text, Text],
        "Without `$1`",
        |call, a| replaced(call, &must(&text(&a[0]))?, a, false),
    )
    .cuts(),
    row(
        "mustRegexReplaceAllLiteral",
        Group::Regex,
        &[Text, Text, Text],
        "See `regexReplaceAllLiteral`",
        |call, a| replaced(call, &compile(&text(&a[0]))?, a, false),
    )
    .cuts(),
    row(
        "regexSplit",
        Group::Regex,
        &[Text, Text, Int],
        "The parts between matches",
        |call, a| split(call, &must(&text(&a[0]))?, a),
    ),
    row(
        "mustRegexSplit",
        Group::Regex,
        &[Text, Text, Int],
        "See `regexSplit`",
        |call, a| split(call, &compile(&text(&a[0]))?, a),
    ),
    row(
        "regexQuoteMeta",
        Group::Regex,
        &[Text],
        "With operators escaped",
        |_, a| Ok(Value::from(quote_meta(&text(&a[0])))),
    )
    .spreads(),
];

/// How many compiled expressions a thread keeps.
const CACHED: usize = 256;

thread_local! {
    static CACHE: RefCell<HashMap<String, Regex>> = RefCell::default();
}

/// Go's `regexp.Compile`; the error is the text of Go's.
fn compile(pattern: &str) -> Result<Regex, String> {
    if let Some(regex) = CACHE.with_borrow(|cache| cache.get(pattern).cloned()) {
        return Ok(regex);
    }
    let translated = translate(pattern).map_err(|why| format!("error parsing regexp: {why}"))?;
    let built = RegexBuilder::new(&translated).size_limit(4 << 20).build();
    let regex = built.map_err(|_| format!("error parsing regexp: invalid syntax: `{pattern}`"))?;
    CACHE.with_borrow_mut(|cache| {
        if cache.len() >= CACHED {
            cache.clear();
        }
        cache.insert(pattern.to_owned(), regex.clone());
    });
    Ok(regex)
}

/// Go's `regexp.MustCompile`, whose panic helm shows as an error.
fn must(pattern: &str) -> Result<Regex, Fault> {
    compile(pattern).map_err(|error| {
        let plain = !pattern.contains('`') && pattern.chars().all(|c| c >= ' ' || c == '\t');
        let shown = if plain {
            format!("`{pattern}`")
        } else {
            quote(pattern)
        };
        Fault::from(format!("regexp: Compile({shown}): {error}"))
    })
}

fn first(regex: &Regex, content: &str) -> Value {
    Value::from(regex.find(content).map_or("", |found| found.as_str()))
}

fn all(call: &Call<'_>, regex: &Regex, args: &[Value]) -> Result<Value, Fault> {
    let (content, count) = (text(&args[1]), int(&args[2]));
    let most = usize::try_from(count).unwrap_or(usize::MAX);
    let found: Vec<Str> = regex
        .find_iter(&content)
        .take(most)
        .map(|found| Str::from(found.as_str()))
        .collect();
    call.charge(found.len())?;
    Ok(text_list(found))
}

fn replaced(call: &Call<'_>, regex: &Regex, args: &[Value], expands: bool) -> Result<Value, Fault> {
    let (content, replacement) = (text(&args[1]), text(&args[2]));
    let mut out = String::with_capacity(content.len());
    let mut at = 0;
    for captures in regex.captures_iter(&content) {
        let Some(whole) = captures.get(0) else {
            continue;
        };
        out.push_str(&content[at..whole.start()]);
        if expands {
            captures.expand(&replacement, &mut out);
        } else {
            out.push_str(&replacement);
        }
        at = whole.end();
        if out.len() > call.limits().text {
            call.charge_text(out.len())?;
        }
    }
    out.push_str(&content[at..]);
    Ok(Value::from(out))
}

/// Go's `Regexp.Split`: no part before a match at the very start that is
/// empty.
fn split(call: &Call<'_>, regex: &Regex, args: &[Value]) -> Result<Value, Fault> {
    let (content, count) = (text(&args[1]), int(&args[2]));
    if count == 0 {
        return Ok(text_list(Vec::new()));
    }
    if content.is_empty() && !text(&args[0]).is_empty() {
        return Ok(text_list(vec![Str::from("")]));
    }
    let most = usize::try_from(count).unwrap_or(usize::MAX);
    let (mut parts, mut start, mut end) = (Vec::new(), 0, 0);
    for found in regex.find_iter(&content).take(most) {
        if parts.len() + 1 == most {
            break;
        }
        end = found.start();
        if found.end() != 0 {
            parts.push(Str::from(&content[start..end]));
        }
        start = found.end();
    }
    if end != content.len() {
        parts.push(Str::from(&content[start..]));
    }
    call.charge(parts.len())?;
    Ok(text_list(parts))
}

/// Go's `regexp.QuoteMeta`.
fn quote_meta(content: &str) -> String {
    let mut out = String::with_capacity(content.len());
    for character in content.chars() {
        if "\\.+*?()|[]{}^$".contains(character) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}
