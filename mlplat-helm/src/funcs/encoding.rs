//! Base 64, base 32, JSON and YAML.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::args::{bytes, string, text};
use super::call::Call;
use super::fault::Fault;
use super::function::{Function, Group, row};
use super::json::{self, Style};
use crate::stack::deep;
use crate::value::{Map, Param, Str, Value};
use crate::yaml;

use Param::{Any, Text};

pub(super) static ROWS: &[Function] = &[
    row("b64enc", Group::Encoding, &[Text], "In base 64", |_, a| {
        Ok(Value::from(STANDARD.encode(bytes(&a[0]))))
    })
    .spreads(),
    row(
        "b64dec",
        Group::Encoding,
        &[Text],
        "From base 64",
        |_, a| {
            Ok(Value::Str(
                decode64(bytes(&a[0])).map_or_else(Str::from, Str::from_bytes),
            ))
        },
    )
    .spreads(),
    row("b32enc", Group::Encoding, &[Text], "In base 32", |_, a| {
        Ok(Value::from(data_encoding::BASE32.encode(bytes(&a[0]))))
    })
    .spreads(),
    row(
        "b32dec",
        Group::Encoding,
        &[Text],
        "From base 32",
        |_, a| {
            Ok(Value::Str(
                decode32(bytes(&a[0])).map_or_else(Str::from, Str::from_bytes),
            ))
        },
    )
    .spreads(),
    row("toYaml", Group::Encoding, &[Any], "As YAML", |call, a| {
        written(call, &a[0], yaml::to_yaml)
    })
    .keeps(),
    row(
        "toYamlPretty",
        Group::Encoding,
        &[Any],
        "As YAML with indented lists",
        |call, a| written(call, &a[0], yaml::to_yaml_pretty),
    )
    .keeps(),
    row(
        "fromYaml",
        Group::Encoding,
        &[Text],
        "The map of a YAML text",
        |call, a| {
            let read = yaml::read_map(&string(&a[0]));
            let map = read.unwrap_or_else(|why| error_map(why, &a[0]));
            charged(call, Value::Map(map))
        },
    )
    .keeps(),
    row(
        "fromYamlArray",
        Group::Encoding,
        &[Text],
        "The list of a YAML text",
        |call, a| {
            let read = yaml::read_list(&string(&a[0])).map(Value::List);
            charged(call, read.unwrap_or_else(|error| error_list(error, &a[0])))
        },
    )
    .keeps(),
    row("toJson", Group::Encoding, &[Any], "As JSON", |call, a| {
        json_text(call, a, Style::Plain)
    })
    .spreads(),
    row(
        "mustToJson",
        Group::Encoding,
        &[Any],
        "As JSON",
        |call, a| must_json(call, a, Style::Plain),
    )
    .spreads(),
    row(
        "toPrettyJson",
        Group::Encoding,
        &[Any],
        "As indented JSON",
        |call, a| json_text(call, a, Style::Pretty),
    )
    .spreads(),
    row(
        "mustToPrettyJson",
        Group::Encoding,
        &[Any],
        "As indented JSON",
        |call, a| must_json(call, a, Style::Pretty),
    )
    .spreads(),
    row(
        "toRawJson",
        Group::Encoding,
        &[Any],
        "As JSON with `<`, `>`, `&` as they are",
        |call, a| must_json(call, a, Style::Raw),
    )
    .spreads(),
    row(
        "mustToRawJson",
        Group::Encoding,
        &[Any],
        "See `toRawJson`",
        |call, a| must_json(call, a, Style::Raw),
    )
    .spreads(),
    row(
        "fromJson",
        Group::Encoding,
        &[Text],
        "The map of a JSON text",
        |call, a| {
            let read = json::parse_map(&text(&a[0]));
            let map = read.unwrap_or_else(|why| error_map(why, &a[0]));
            charged(call, Value::Map(map))
        },
    )
    .spreads(),
    row(
        "fromJsonArray",
        Group::Encoding,
        &[Text],
        "The list of a JSON text",
        |call, a| {
            let read = json::parse_list(&text(&a[0]));
            charged(call, read.unwrap_or_else(|error| error_list(error, &a[0])))
        },
    )
    .spreads(),
    row(
        "mustFromJson",
        Group::Encoding,
        &[Text],
        "The value of a JSON text",
        |call, a| charged(call, json::parse(&text(&a[0]))?),
    )
    .spreads(),
];

fn charged(call: &Call<'_>, value: Value) -> Result<Value, Fault> {
    call.charge_value(&value)?;
    Ok(value)
}

/// What helm gives for a text that cannot be read. That it cannot depends on
/// the whole text.
fn error_map(error: String, text: &Value) -> Map {
    let error = Value::from(error).with_taints(&text.taints().without_facts());
    [("Error", error)].into_iter().collect()
}

fn error_list(error: String, text: &Value) -> Value {
    Value::from(
        error_map(error, text)
            .table()
            .values()
            .cloned()
            .collect::<Vec<_>>(),
    )
}

/// Helm's `toYaml` gives an empty text where there is none.
fn written(
    call: &Call<'_>,
    value: &Value,
    write: fn(&Value) -> Result<Str, yaml::NoText>,
) -> Result<Value, Fault> {
    call.charge_value(value)?;
    let Ok(text) = deep(|| write(value)) else {
        // That it has none may be the work of an opaque part.
        let taints = call.taints(value).without_facts();
        return Ok(Value::from("").with_taints(&taints));
    };
    call.charge_text(text.len())?;
    let ends = text.as_bytes().ends_with(b"\n");
    Ok(Value::Str(if ends {
        text.slice(0..text.len() - 1)
    } else {
        text
    }))
}

fn json_text(call: &Call<'_>, args: &[Value], style: Style) -> Result<Value, Fault> {
    call.charge_value(&args[0])?;
    Ok(Value::from(
        json::encode(&args[0], style).unwrap_or_default(),
    ))
}

fn must_json(call: &Call<'_>, args: &[Value], style: Style) -> Result<Value, Fault> {
    call.charge_value(&args[0])?;
    Ok(Value::from(json::encode(&args[0], style)?))
}

/// Go's `base64.StdEncoding`: padding required, line ends ignored, bits left
/// over ignored too. The error is Go's text.
pub(super) fn decode64(input: &[u8]) -> Result<Vec<u8>, String> {
    let mut values: Vec<u8> = Vec::with_capacity(input.len());
    let corrupt = |at: usize| Err(format!("illegal base64 data at input byte {at}"));
    let is_break = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let mut at = 0;
    while at < input.len() {
        let byte = input[at];
        if is_break(&byte) {
            at += 1;
            continue;
        }
        if let Some(value) = sextet(byte) {
            values.push(value);
            at += 1;
            continue;
        }
        if byte != b'=' || values.len() % 4 < 2 {
            return corrupt(at);
        }
        let mut rest = input[at + 1..]
            .iter()
            .enumerate()
            .filter(|(_, b)| !is_break(b));
        if values.len() % 4 == 2 {
            match rest.next() {
                Some((_, b'=')) => {}
                Some((skip, _)) => return corrupt(at + 1 + skip),
                None => return corrupt(input.len()),
            }
        }
        if let Some((skip, _)) = rest.next() {
            return corrupt(at + 1 + skip);
        }
        return Ok(octets(&values));
    }
    if !values.len().is_multiple_of(4) {
        return corrupt(input.len() - values.len() % 4);
    }
    Ok(octets(&values))
}

fn sextet(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

fn octets(sextets: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(sextets.len() * 3 / 4);
    for group in sextets.chunks(4) {
        let bits = group
            .iter()
            .fold(0u32, |bits, value| bits << 6 | u32::from(*value));
        let bits = bits << (6 * (4 - group.len()));
        let [_, a, b, c] = bits.to_be_bytes();
        out.extend_from_slice(&[a, b, c][..group.len() * 3 / 4]);
    }
    out
}

/// Go's `base32.StdEncoding`.
fn decode32(input: &[u8]) -> Result<Vec<u8>, String> {
    let clean: Vec<u8> = input
        .iter()
        .copied()
        .filter(|b| !matches!(b, b'\n' | b'\r'))
        .collect();
    let decoded = data_encoding::BASE32.decode(&clean);
    decoded.map_err(|error| format!("illegal base32 data at input byte {}", error.position))
}
