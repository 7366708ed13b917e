//! Outputs from their forms.
//!
//! `{region}`, `{account}`, `{partition}` say where; `{hexN}`, `{upperN}`,
//! `{uuid}`, `{ipv4}`, `{ca}` are made up from the object's
//! number, so that the same object always has the same; `{child:Type}` is the
//! id of what it brought along; `{Field:host}` is the host of a URL; `{counter}` starts at 1 and rises with each update; any other
//! word is the input of that name. A form `each(A,B) ...` is a list with one
//! text per value of the inputs `A` and `B`: `{item}` is the value,
//! `{item:domain}` the value without a wildcard, `{item:hex32}` made up from that.

use serde_json::{Map, Value};

use super::dice::letters;

/// Where the account is.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) region: String,
    pub(super) account: String,
}

/// What a form can draw from.
pub(super) struct Source<'a> {
    pub(super) place: &'a Place,
    pub(super) key: u64,
    pub(super) inputs: &'a Map<String, Value>,
    /// The ids of what the object brought along, by type.
    pub(super) children: &'a [(String, String)],
}

/// The value of an output of this form. A form that is a JSON list or a
/// number, or that names one input alone, gives that value, anything else text.
pub(super) fn value(form: &str, source: &Source<'_>) -> Value {
    if let Some(name) = form
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        && let Some(value) = source.inputs.get(name)
    {
        return value.clone();
    }
    if let Some((fields, form)) = each(form) {
        return values(fields, source)
            .iter()
            .map(|item| Value::String(fill(&with_item(form, item), source)))
            .collect();
    }
    let text = if form.starts_with('[') || form.parse::<f64>().is_ok() {
        // The braces of the places inside are the only ones in a list.
        fill(form, source)
    } else {
        return Value::String(fill(form, source));
    };
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

/// The fields and the rest of a form with one text per value.
fn each(form: &str) -> Option<(&str, &str)> {
    form.strip_prefix("each(")?.split_once(") ")
}

/// The values of some inputs, those of lists one by one.
fn values(fields: &str, source: &Source<'_>) -> Vec<String> {
    let inputs = fields.split(',').filter_map(|name| source.inputs.get(name));
    let texts = inputs.flat_map(|value| match value {
        Value::Array(items) => items.clone(),
        one => vec![one.clone()],
    });
    let texts = texts.filter_map(|value| value.as_str().map(str::to_owned));
    texts.collect()
}

/// The form for one value. What is made up from it is the same wherever it is.
fn with_item(form: &str, item: &str) -> String {
    let domain = item.trim_start_matches("*.");
    let made_up = letters(0, domain, b"0123456789abcdef", 32);
    form.replace("{item}", item)
        .replace("{item:domain}", domain)
        .replace("{item:hex32}", &made_up)
}

fn fill(form: &str, source: &Source<'_>) -> String {
    let mut text = String::with_capacity(form.len() + 32);
    let mut rest = form;
    while let Some(start) = rest.find('{') {
        text.push_str(&rest[..start]);
        let Some(end) = rest[start..].find('}') else {
            break;
        };
        text.push_str(&word(&rest[start + 1..start + end], source));
        rest = &rest[start + end + 1..];
    }
    text + rest
}

fn word(word: &str, source: &Source<'_>) -> String {
    const HEX: &[u8] = b"0123456789abcdef";
    const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let key = source.key;
    let sized = |prefix: &str| {
        word.strip_prefix(prefix)
            .and_then(|size| size.parse::<usize>().ok())
    };
    if let Some(size) = sized("hex") {
        return letters(key, "hex", HEX, size);
    }
    if let Some(size) = sized("upper") {
        return letters(key, "upper", UPPER, size);
    }
    if let Some(ty) = word.strip_prefix("child:") {
        let child = source.children.iter().find(|(of, _)| of == ty);
        return child.map(|(_, id)| id.clone()).unwrap_or_default();
    }
    match word {
        "region" => source.place.region.clone(),
        "account" => source.place.account.clone(),
        "partition" => "aws".to_owned(),
        "counter" => "1".to_owned(),
        "uuid" => {
            let part = |at: &str, size| letters(key, at, HEX, size);
            format!("{}-{}-4{}-a{}-{}", part("u1", 8), part("u2", 4), part("u3", 3), part("u4", 3), part("u5", 12))
        }
        "ipv4" => format!("203.0.{}.{}", 100 + (key / 250) % 20, 1 + key % 250),
        "ca" => "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCnNpbXVsYXRlZAotLS0tLUVORCBDRVJUSUZJQ0FURS0tLS0tCg==".to_owned(),
        input => from_input(input, source),
    }
}

fn from_input(word: &str, source: &Source<'_>) -> String {
    let (name, part) = word.split_once(':').unwrap_or((word, ""));
    let text = match source.inputs.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    match part {
        "host" => text.split("://").last().unwrap_or_default().to_owned(),
        _ => text,
    }
}
