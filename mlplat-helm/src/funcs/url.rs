//! URLs as Go's `net/url` reads and writes them.
//!
//! Own code: the crate `url` follows the browsers' standard, which repairs
//! and normalizes where Go keeps what it was given.

use super::args::{map, text};
use super::call::Call;
use super::fault::Fault;
use super::function::{Function, Group, row};
use crate::gofmt::quote;
use crate::value::{Map, Param, Value};

pub(super) static ROWS: &[Function] = &[
    row(
        "urlParse",
        Group::Url,
        &[Param::Text],
        "The parts of a URL",
        |_, a| {
            let parsed = parse(&text(&a[0]));
            match parsed {
                Ok(url) => Ok(Value::Map(url.into_map())),
                Err(why) => {
                    let shown = quote(&text(&a[0]));
                    Err(format!("unable to parse url: parse {shown}: {why}").into())
                }
            }
        },
    )
    .cuts(),
    row(
        "urlJoin",
        Group::Url,
        &[Param::Map],
        "The URL of parts",
        join,
    )
    .spreads(),
];

/// A URL's parts, percent-decoded where Go decodes them.
#[derive(Default)]
struct Url {
    scheme: String,
    opaque: String,
    /// Name and, if there was a colon, password; decoded.
    user: Option<(String, Option<String>)>,
    host: String,
    path: String,
    /// The path as given, where it is not the default encoding of `path`.
    raw_path: Option<String>,
    force_query: bool,
    query: String,
    fragment: String,
    has_authority: bool,
}

impl Url {
    fn hostname(&self) -> &str {
        let host = self.host.as_str();
        if let Some(end) = host.strip_prefix('[').and_then(|inner| inner.find(']')) {
            return &host[1..=end];
        }
        host.split_once(':').map_or(host, |(name, _)| name)
    }

    fn userinfo(&self) -> String {
        match &self.user {
            None => String::new(),
            Some((name, None)) => escape(name.as_bytes(), Part::User),
            Some((name, Some(password))) => {
                let name = escape(name.as_bytes(), Part::User);
                format!("{name}:{}", escape(password.as_bytes(), Part::User))
            }
        }
    }

    fn into_map(self) -> Map {
        [
            ("userinfo", self.userinfo()),
            ("hostname", self.hostname().to_owned()),
            ("scheme", self.scheme),
            ("host", self.host),
            ("path", self.path),
            ("query", self.query),
            ("opaque", self.opaque),
            ("fragment", self.fragment),
        ]
        .into_iter()
        .map(|(key, value)| (key, Value::from(value)))
        .collect()
    }

    fn write(&self) -> String {
        let mut out = String::new();
        if !self.scheme.is_empty() {
            out.push_str(&self.scheme);
            out.push(':');
        }
        if self.opaque.is_empty() {
            self.write_path(&mut out);
        } else {
            out.push_str(&self.opaque);
        }
        if self.force_query || !self.query.is_empty() {
            out.push('?');
            out.push_str(&self.query);
        }
        if !self.fragment.is_empty() {
            out.push('#');
            out.push_str(&escape(self.fragment.as_bytes(), Part::Fragment));
        }
        out
    }

    fn write_path(&self, out: &mut String) {
        let has_host = !self.host.is_empty();
        if !self.scheme.is_empty() || has_host || self.user.is_some() {
            if has_host || !self.path.is_empty() || self.user.is_some() {
                out.push_str("//");
            }
            if self.user.is_some() {
                out.push_str(&self.userinfo());
                out.push('@');
            }
            out.push_str(&escape(self.host.as_bytes(), Part::Host));
        }
        let path = match &self.raw_path {
            Some(raw) => raw.clone(),
            None if self.path == "*" => "*".to_owned(),
            None => escape(self.path.as_bytes(), Part::Path),
        };
        if !path.is_empty() && !path.starts_with('/') && has_host {
            out.push('/');
        }
        // A colon in the first segment would read as a scheme.
        let first = path.split('/').next().unwrap_or_default();
        if out.is_empty() && first.contains(':') {
            out.push_str("./");
        }
        out.push_str(&path);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Host,
    Path,
    User,
    Query,
    Fragment,
}

/// Go's `shouldEscape`, for bytes that are not letters or digits.
fn must_escape(byte: u8, part: Part) -> bool {
    if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
        return false;
    }
    match part {
        Part::Host => !b"!$&'()*+,;=:[]<>\"".contains(&byte),
        Part::Path => !b"$&+,/:;=@".contains(&byte),
        Part::User => !b"$&+,;=".contains(&byte),
        Part::Query => true,
        Part::Fragment => !b"$&+,/:;=?@!()*".contains(&byte),
    }
}

fn escape(bytes: &[u8], part: Part) -> String {
    let mut out = String::with_capacity(bytes.len());
    for byte in bytes {
        if *byte == b' ' && part == Part::Query {
            out.push('+');
        } else if must_escape(*byte, part) {
            out.push_str(&format!("%{byte:02X}"));
        } else {
            out.push(char::from(*byte));
        }
    }
    out
}

/// Go's `url.QueryEscape`.
pub(super) fn query_escape(bytes: &[u8]) -> String {
    escape(bytes, Part::Query)
}

fn unescape(content: &str, part: Part) -> Result<String, String> {
    let bytes = content.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] != b'%' {
            let byte = bytes[at];
            if part == Part::Host && byte < 0x80 && must_escape(byte, part) {
                let shown = char::from(byte).to_string();
                return Err(format!("invalid character {} in host name", quote(&shown)));
            }
            out.push(byte);
            at += 1;
            continue;
        }
        let digits = content
            .get(at + 1..at + 3)
            .filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let Some(value) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) else {
            let shown: String = content[at..].chars().take(3).collect();
            return Err(format!("invalid URL escape {}", quote(&shown)));
        };
        if part == Part::Host && value < 0x80 && content.get(at..at + 3) != Some("%25") {
            return Err(format!(
                "invalid URL escape {}",
                quote(&content[at..at + 3])
            ));
        }
        out.push(value);
        at += 3;
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// The scheme, and what follows its colon.
fn scheme(content: &str) -> Result<(&str, &str), String> {
    for (at, byte) in content.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("missing protocol scheme".to_owned()),
            b':' => return Ok((&content[..at], &content[at + 1..])),
            _ => break,
        }
    }
    Ok(("", content))
}

fn parse(content: &str) -> Result<Url, String> {
    if content.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
        return Err("net/url: invalid control character in URL".to_owned());
    }
    let (content, fragment) = content.split_once('#').unwrap_or((content, ""));
    let mut url = Url::default();
    if content == "*" {
        url.path = "*".to_owned();
        return Ok(url);
    }
    let (scheme, mut rest) = scheme(content)?;
    url.scheme = scheme.to_lowercase();
    if rest.ends_with('?') && rest.matches('?').count() == 1 {
        url.force_query = true;
        rest = &rest[..rest.len() - 1];
    } else if let Some((before, query)) = rest.split_once('?') {
        url.query = query.to_owned();
        rest = before;
    }
    if !rest.starts_with('/') {
        if !url.scheme.is_empty() {
            url.opaque = rest.to_owned();
            url.fragment = unescape(fragment, Part::Fragment)?;
            return Ok(url);
        }
        let first = rest.split('/').next().unwrap_or_default();
        if first.contains(':') {
            return Err("first path segment in URL cannot contain colon".to_owned());
        }
    }
    let is_relative = url.scheme.is_empty() && rest.starts_with("///");
    if !is_relative && let Some(after) = rest.strip_prefix("//") {
        let end = after.find('/').unwrap_or(after.len());
        authority(&mut url, &after[..end])?;
        url.has_authority = true;
        rest = &after[end..];
    }
    url.path = unescape(rest, Part::Path)?;
    if escape(url.path.as_bytes(), Part::Path) != rest {
        url.raw_path = Some(rest.to_owned());
    }
    url.fragment = unescape(fragment, Part::Fragment)?;
    Ok(url)
}

fn authority(url: &mut Url, content: &str) -> Result<(), String> {
    let (user, host) = match content.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, content),
    };
    url.host = parse_host(host)?;
    let Some(user) = user else { return Ok(()) };
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c);
    if !user.chars().all(allowed) {
        return Err("net/url: invalid userinfo".to_owned());
    }
    url.user = Some(match user.split_once(':') {
        None => (unescape(user, Part::User)?, None),
        Some((name, password)) => (
            unescape(name, Part::User)?,
            Some(unescape(password, Part::User)?),
        ),
    });
    Ok(())
}

fn parse_host(host: &str) -> Result<String, String> {
    let port = if host.starts_with('[') {
        let Some(end) = host.rfind(']') else {
            return Err("missing ']' in host".to_owned());
        };
        &host[end + 1..]
    } else {
        host.rfind(':').map_or("", |at| &host[at..])
    };
    let valid = port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|p| p.bytes().all(|b| b.is_ascii_digit()));
    if !valid {
        return Err(format!("invalid port {} after host", quote(port)));
    }
    unescape(host, Part::Host)
}

/// A part that must be a text where it is given.
fn part(parts: &Map, key: &str) -> Result<String, Fault> {
    match parts.get(key) {
        None => Ok(String::new()),
        Some(Value::Str(text)) => Ok(text.to_text().into_owned()),
        Some(Value::Nil | Value::Missing) => {
            Err("runtime error: invalid memory address or nil pointer dereference".into())
        }
        Some(other) => {
            let kind = other.kind().name();
            let message =
                format!("unable to parse {key} key, must be of type string, but {kind} found");
            Err(message.into())
        }
    }
}

fn join(_: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let empty = Map::default();
    let parts = map(&args[0]).unwrap_or(&empty);
    let mut url = Url {
        scheme: part(parts, "scheme")?,
        host: part(parts, "host")?,
        path: part(parts, "path")?,
        query: part(parts, "query")?,
        opaque: part(parts, "opaque")?,
        fragment: part(parts, "fragment")?,
        ..Url::default()
    };
    let userinfo = part(parts, "userinfo")?;
    if !userinfo.is_empty() {
        let whole = format!("proto://{userinfo}@host");
        let parsed = parse(&whole).map_err(|why| {
            format!(
                "unable to parse userinfo in dict: parse {}: {why}",
                quote(&whole)
            )
        })?;
        url.user = parsed.user;
    }
    Ok(Value::from(url.write()))
}
