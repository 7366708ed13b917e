//! Stage `secrets`: no secret shows in anything that any test printed or wrote.
//!
//! All tests of the workspace run with `MLPLAT_TELLTALES` set: every secret
//! that reaches a simulated account or cluster is noted, and so is everything
//! that is written on a simulated machine. The test runner keeps what each test
//! printed, panics and logs among it. Here both are searched for every secret
//! in every encoding in which one could show: as it is, in base 64 at each of
//! its three alignments and in the alphabet of URLs, in hexadecimal, escaped for
//! JSON, for URLs and for XML.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use crate::stage::{junit, say, target};

/// The folder of the notes, below the build folder.
pub(crate) fn notes() -> PathBuf {
    target().join("telltales")
}

/// Makes the folder of the notes anew.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn prepare() -> Result<PathBuf, String> {
    let dir = notes();
    let failed = |why| format!("failed to make {}: {why}", dir.display());
    match fs::remove_dir_all(&dir) {
        Err(why) if why.kind() != std::io::ErrorKind::NotFound => return Err(failed(why)),
        _ => {}
    }
    fs::create_dir_all(&dir).map_err(failed)?;
    Ok(dir)
}

/// Searches what the last run of the tests left.
///
/// # Errors
/// Where a secret shows, and in which encoding, without the secret; or that
/// there is nothing to search for or in.
pub(crate) fn search() -> Result<(), String> {
    let (mut secrets, mut written) = (Vec::new(), Vec::new());
    for path in files(&notes())? {
        match path.extension().and_then(|end| end.to_str()) {
            Some("secrets") => secrets.extend(lines(&path)?),
            _ => written.push(path),
        }
    }
    secrets.sort_unstable();
    secrets.dedup();
    if secrets.is_empty() {
        return Err("no test noted a secret: run the stage `tests` first".to_owned());
    }
    written.push(junit());
    let search = Search::of(&secrets);
    let (mut found, mut bytes) = (Vec::new(), 0);
    for path in written {
        let content = read(&path)?;
        bytes += content.len();
        let hits = search.hits(&content).into_iter();
        found.extend(hits.map(|(encoding, at)| {
            format!(
                "{}: a secret shows {encoding}, at byte {at}",
                path.display()
            )
        }));
    }
    say(&format!(
        "{} secrets, searched in {bytes} bytes",
        secrets.len()
    ));
    match found.is_empty() {
        true => Ok(()),
        false => Err(format!("{} places\n{}", found.len(), found.join("\n"))),
    }
}

fn files(dir: &Path) -> Result<Vec<PathBuf>, String> {
    let failed = |why| format!("failed to read {}: {why}", dir.display());
    let entries = fs::read_dir(dir).map_err(failed)?;
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort_unstable();
    Ok(paths)
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|why| format!("failed to read {}: {why}", path.display()))
}

/// The noted secrets of one process.
fn lines(path: &Path) -> Result<Vec<Vec<u8>>, String> {
    let content = read(path)?;
    let lines = content.split(|byte| *byte == b'\n');
    // The last line of a process that was killed may be cut short.
    Ok(lines
        .filter_map(decoded)
        .filter(|one| !one.is_empty())
        .collect())
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn decoded(line: &[u8]) -> Option<Vec<u8>> {
    let digits = line.iter().filter(|byte| **byte != b'=');
    let values: Option<Vec<u8>> = digits
        .map(|digit| Some(ALPHABET.iter().position(|one| one == digit)? as u8))
        .collect();
    let mut out = Vec::new();
    for group in values?.chunks(4) {
        let bits = group
            .iter()
            .fold(0u32, |bits, six| bits << 6 | u32::from(*six));
        let bits = bits << (6 * (4 - group.len()));
        let bytes = [(bits >> 16) as u8, (bits >> 8) as u8, bits as u8];
        out.extend(&bytes[..group.len().saturating_sub(1)]);
    }
    Some(out)
}

/// Base 64 of what stands behind so many other bytes, without the digits that
/// depend on what stands around it.
fn base64(secret: &[u8], before: usize) -> Vec<u8> {
    let shifted: Vec<u8> = std::iter::repeat_n(0, before)
        .chain(secret.iter().copied())
        .collect();
    let whole = shifted.chunks_exact(3);
    let digits: Vec<u8> = whole
        .flat_map(|three| {
            let bits = three
                .iter()
                .fold(0u32, |bits, byte| bits << 8 | u32::from(*byte));
            [18, 12, 6, 0].map(|shift| ALPHABET[(bits >> shift & 63) as usize])
        })
        .collect();
    digits[(before * 8).div_ceil(6)..].to_vec()
}

/// Every way in which a secret could show.
fn encodings(secret: &[u8]) -> BTreeMap<&'static str, Vec<u8>> {
    let for_urls = |digits: Vec<u8>| -> Vec<u8> {
        let swapped = digits.into_iter().map(|digit| match digit {
            b'+' => b'-',
            b'/' => b'_',
            digit => digit,
        });
        swapped.collect()
    };
    let hex = |upper: bool| -> Vec<u8> {
        let each = secret.iter().map(|byte| match upper {
            true => format!("{byte:02X}"),
            false => format!("{byte:02x}"),
        });
        each.collect::<String>().into_bytes()
    };
    let text = String::from_utf8_lossy(secret);
    let json = serde_json::Value::from(text.as_ref()).to_string();
    let percent = |byte: &u8| match byte.is_ascii_alphanumeric() || b"-_.~".contains(byte) {
        true => char::from(*byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    let xml = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let xml = xml.replace('"', "&quot;").replace('\'', "&apos;");
    BTreeMap::from([
        ("as it is", secret.to_vec()),
        ("in base 64", base64(secret, 0)),
        ("in base 64, one byte on", base64(secret, 1)),
        ("in base 64, two bytes on", base64(secret, 2)),
        ("in base 64 for URLs", for_urls(base64(secret, 0))),
        (
            "in base 64 for URLs, one byte on",
            for_urls(base64(secret, 1)),
        ),
        (
            "in base 64 for URLs, two bytes on",
            for_urls(base64(secret, 2)),
        ),
        ("in hexadecimal", hex(false)),
        ("in capital hexadecimal", hex(true)),
        (
            "escaped for JSON",
            json.as_bytes()[1..json.len() - 1].to_vec(),
        ),
        (
            "escaped for URLs",
            secret.iter().map(percent).collect::<String>().into_bytes(),
        ),
        ("escaped for XML", xml.into_bytes()),
    ])
}

/// So many bytes are looked up at once.
const WINDOW: usize = 8;

/// Many texts to find at once, by how they begin.
struct Search(HashMap<[u8; WINDOW], Vec<(&'static str, Vec<u8>)>>);

impl Search {
    fn of(secrets: &[Vec<u8>]) -> Self {
        let mut by_start: HashMap<_, Vec<(&'static str, Vec<u8>)>> = HashMap::new();
        for secret in secrets {
            for (encoding, shown) in encodings(secret) {
                if let Some(start) = shown.first_chunk::<WINDOW>() {
                    let with = by_start.entry(*start).or_default();
                    if with.iter().all(|(_, other)| *other != shown) {
                        with.push((encoding, shown));
                    }
                }
            }
        }
        Self(by_start)
    }

    /// Where something begins, and in which encoding.
    fn hits(&self, content: &[u8]) -> Vec<(&'static str, usize)> {
        let windows = content.windows(WINDOW).enumerate();
        let found = windows.filter_map(|(at, start)| {
            let with = self.0.get(start.first_chunk::<WINDOW>()?)?;
            let hit = with
                .iter()
                .find(|(_, shown)| content[at..].starts_with(shown));
            hit.map(|(encoding, _)| (*encoding, at))
        });
        found.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"hunter2+/=\"<'&>\xc3\xa4 and more of it";

    /// What each channel of a test puts around a secret that it shows.
    const CHANNELS: [(&str, &str, &str); 5] = [
        (
            "standard output",
            "<system-out>password: ",
            "\n</system-out>",
        ),
        (
            "a panic",
            "thread 'main' panicked at 'called `unwrap()`: ",
            "', src/a.rs:1",
        ),
        (
            "an event",
            "{\"v\":1,\"type\":\"failed\",\"message\":\"",
            "\"}",
        ),
        (
            "a journal",
            "mlplat-journal 2 8 00000000 00000000\n{\"done\":\"",
            "\"}\n",
        ),
        (
            "an annotation",
            "last-applied-configuration: '{\"data\":{\"key\":\"",
            "\"}}'",
        ),
    ];

    /// The secret as other programs encode it.
    const SHOWN: [&str; 12] = [
        r##"hunter2+/="<'&>ä and more of it"##,
        r##"aHVudGVyMisvPSI8JyY+w6QgYW5kIG1vcmUgb2YgaXQjIyM="##,
        r##"aHVudGVyMisvPSI8JyY-w6QgYW5kIG1vcmUgb2YgaXQjIyM="##,
        r##"I2h1bnRlcjIrLz0iPCcmPsOkIGFuZCBtb3JlIG9mIGl0IyMj"##,
        r##"I2h1bnRlcjIrLz0iPCcmPsOkIGFuZCBtb3JlIG9mIGl0IyMj"##,
        r##"IyNodW50ZXIyKy89IjwnJj7DpCBhbmQgbW9yZSBvZiBpdCMjIw=="##,
        r##"IyNodW50ZXIyKy89IjwnJj7DpCBhbmQgbW9yZSBvZiBpdCMjIw=="##,
        r##"68756e746572322b2f3d223c27263ec3a420616e64206d6f7265206f66206974"##,
        r##"68756E746572322B2F3D223C27263EC3A420616E64206D6F7265206F66206974"##,
        r##"hunter2+/=\"<'&>ä and more of it"##,
        r##"hunter2%2B%2F%3D%22%3C%27%26%3E%C3%A4%20and%20more%20of%20it"##,
        r##"hunter2+/=&quot;&lt;&apos;&amp;&gt;ä and more of it"##,
    ];

    /// Proves fault 13.
    #[test]
    fn a_leak_is_found_in_every_channel_and_encoding() {
        let search = Search::of(&[SECRET.to_vec()]);
        for (channel, before, after) in CHANNELS {
            for shown in SHOWN {
                let hits = search.hits([before, shown, after].concat().as_bytes());
                let near = |(_, at): &(&str, usize)| (before.len()..before.len() + 4).contains(at);
                assert!(hits.iter().any(near), "{channel}, {shown}: {hits:?}");
            }
            let clean = [before, "<secret>", after].concat();
            assert!(search.hits(clean.as_bytes()).is_empty(), "{channel}");
        }
        let leaks = CHANNELS.len() * SHOWN.len();
        println!("figure: {leaks} seeded leaks in 5 channels and 12 encodings, all found");
    }

    #[test]
    fn base_64_is_found_wherever_it_begins() {
        let engine = |bytes: &[u8]| {
            let padded = bytes.len().next_multiple_of(3);
            let mut whole = bytes.to_vec();
            whole.resize(padded, 0);
            base64(&whole, 0)
        };
        let search = Search::of(&[SECRET.to_vec()]);
        for before in 0..6 {
            let around = [&vec![b'x'; before][..], SECRET, b"and what follows"].concat();
            let hits = search.hits(&engine(&around));
            assert_eq!(hits.len(), 1, "{before}: {hits:?}");
        }
        assert_eq!(base64(b"Man", 0), b"TWFu");
        assert_eq!(decoded(b"TWFuTQ==").unwrap(), b"ManM");
        assert_eq!(decoded(b"not base 64!"), None);
    }
}
