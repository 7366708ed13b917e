//! How snapshot and journal are written.
//!
//! A snapshot is one header line, `mlplat-state 2 <length> <sha256>`, and then
//! exactly that many bytes of JSON. A journal is a sequence of frames, each a
//! header line `mlplat-journal 2 <length> <crc32 of the body> <crc32 of the
//! header so far>` and a body of JSON lines; the first line of the first frame
//! names the snapshot that the journal extends. One frame is one batch of
//! records that became durable together.
//!
//! Only the end of a journal can be incomplete without being damaged: a frame
//! that was being written when the machine stopped was acknowledged to
//! nobody. It shows as a frame cut short, or as one in which a block never
//! arrived: zero bytes, which no frame has, and which one flipped bit cannot
//! make two of. Everything else that does not fit its checksum is damage, and
//! is refused; so is a bad frame with a whole one after it.
//!
//! The number behind the name is the format. Whatever an older version would
//! not understand or would drop when it writes again gets a new number, so
//! that it refuses instead; each frame has its own, so a newer version goes on
//! with the journal that an older one left. Format 2 added history, secrets
//! that are being rotated and secret answers to format 1, which reads as a
//! state without them. A field that this version does not know is refused, in
//! snapshot and journal alike: it would be gone after the next write.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::birth::{LAST_ORDINAL, LAST_SERIAL};
use super::edges::cycle_in;
use super::{Record, State};

/// The format that this version writes, and the newest that it reads.
const FORMAT: u32 = 2;
/// The oldest format that this version reads.
const OLDEST: u32 = 1;
/// A snapshot or journal beyond this is refused before it is read: four times
/// what a hundred thousand nodes need.
pub(super) const LIMIT: usize = 512 << 20;

/// What is wrong with a state or journal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// A newer mlplat wrote it.
    #[error(
        "it has format {found}, and this version reads up to format {newest}: use the mlplat that wrote it, or a newer one"
    )]
    Newer {
        /// Its format.
        found: u32,
        /// The newest that this version reads.
        newest: u32,
    },
    /// It is not what it should be.
    #[error("{0}")]
    Damaged(String),
}

fn damaged(what: impl Into<String>) -> FormatError {
    FormatError::Damaged(what.into())
}

/// A snapshot as bytes.
///
/// # Errors
/// When the state cannot be written as JSON, which no state prevents, or has
/// become too large to be read again.
pub fn encode_snapshot(state: &State) -> Result<Vec<u8>, FormatError> {
    let body = serde_json::to_vec(state).map_err(|why| damaged(why.to_string()))?;
    let bytes = checked(STATE, FORMAT, &body);
    if bytes.len() > LIMIT {
        return Err(too_large(bytes.len() as u64));
    }
    Ok(bytes)
}

/// The state in a snapshot.
///
/// # Errors
/// [`FormatError`] for every byte that is not as it was written.
pub fn decode_snapshot(bytes: &[u8]) -> Result<State, FormatError> {
    let body = body_of(STATE, FORMAT, bytes)?;
    let state: State = serde_json::from_slice(body)
        .map_err(|why| damaged(format!("its content is no state: {why}")))?;
    check_numbers(&state)?;
    match cycle_in(&state) {
        Some(ring) => Err(damaged(ring)),
        None => Ok(state),
    }
}

/// Numbers that are counted on from have to leave room.
fn check_numbers(state: &State) -> Result<(), FormatError> {
    let generations = state.secrets.values().map(|secret| secret.generation);
    let last = generations.max().unwrap_or(0).max(state.next_ordinal);
    if state.serial > LAST_SERIAL || last > LAST_ORDINAL {
        return Err(damaged("its numbers are larger than any run makes them"));
    }
    Ok(())
}

/// How every snapshot starts.
const STATE: &str = "mlplat-state";

/// A header line with name, format, length and checksum, and the body.
pub(super) fn checked(name: &str, format: u32, body: &[u8]) -> Vec<u8> {
    let digest = crate::hex(&Sha256::digest(body));
    let mut bytes = format!("{name} {format} {} {digest}\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    bytes.push(b'\n');
    bytes
}

/// The body of what [`checked`] wrote in this format or an earlier one.
pub(super) fn body_of<'a>(
    name: &str,
    newest: u32,
    bytes: &'a [u8],
) -> Result<&'a [u8], FormatError> {
    let (header, rest) = header_line(bytes, name, newest)?;
    let [length, digest] = header[..] else {
        return Err(damaged("its header is not complete"));
    };
    let length: usize = number(length)?;
    let body = match rest.strip_suffix(b"\n") {
        Some(body) if body.len() == length && length <= LIMIT => body,
        _ => {
            return Err(damaged(format!(
                "it should have {length} bytes after its header and has {}",
                rest.len()
            )));
        }
    };
    if crate::hex(&Sha256::digest(body)) != digest {
        return Err(damaged("its checksum does not fit its content"));
    }
    Ok(body)
}

/// A file that is too large to be a state or journal.
pub(super) fn too_large(length: u64) -> FormatError {
    damaged(format!(
        "it has {length} bytes, and no state has more than {LIMIT}"
    ))
}

/// The serial of the state in a snapshot, without reading the rest. `None` for
/// what is no snapshot.
pub(super) fn snapshot_serial(bytes: &[u8]) -> Option<u64> {
    #[derive(Deserialize)]
    struct Numbered {
        serial: u64,
    }
    let (_, body) = header_line(bytes, "mlplat-state", FORMAT).ok()?;
    let numbered: Numbered = serde_json::from_slice(body).ok()?;
    Some(numbered.serial)
}

/// What a journal extends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournalHeader {
    /// The lineage of the state.
    pub lineage: String,
    /// The serial of the snapshot. Records count only on top of that one.
    pub extends: u64,
}

/// A decoded journal.
#[derive(Debug, Clone)]
pub struct Journal {
    /// What it extends; `None` when not even the header became durable.
    pub header: Option<JournalHeader>,
    /// The acknowledged records, in order.
    pub records: Vec<Record>,
    /// Length in bytes of what was acknowledged.
    pub good: usize,
    /// Length in bytes of a last frame that was never acknowledged.
    pub torn: usize,
}

/// One batch of records as a frame. The first frame of a journal carries its
/// header.
///
/// # Errors
/// When a record cannot be written as JSON, which no record prevents.
pub fn encode_frame(
    header: Option<&JournalHeader>,
    records: &[Record],
) -> Result<Vec<u8>, FormatError> {
    let failed = |why: serde_json::Error| damaged(why.to_string());
    let mut body = Vec::with_capacity(256 * records.len() + 128);
    if let Some(header) = header {
        serde_json::to_writer(&mut body, header).map_err(failed)?;
        body.push(b'\n');
    }
    for record in records {
        serde_json::to_writer(&mut body, record).map_err(failed)?;
        body.push(b'\n');
    }
    let start = format!(
        "mlplat-journal {FORMAT} {} {:08x}",
        body.len(),
        crc32fast::hash(&body)
    );
    let mut bytes = format!("{start} {:08x}\n", crc32fast::hash(start.as_bytes())).into_bytes();
    bytes.append(&mut body);
    Ok(bytes)
}

/// The records of a journal.
///
/// # Errors
/// [`FormatError`] naming the record where the damage starts.
pub fn decode_journal(bytes: &[u8]) -> Result<Journal, FormatError> {
    let mut journal = Journal {
        header: None,
        records: Vec::new(),
        good: 0,
        torn: 0,
    };
    while journal.good < bytes.len() {
        let rest = &bytes[journal.good..];
        match frame(rest) {
            Ok((body, length)) => {
                read_body(body, &mut journal)?;
                journal.good += length;
            }
            Err(_) if torn(rest) => {
                journal.torn = rest.len();
                break;
            }
            Err(FormatError::Damaged(why)) => {
                let at = journal.records.len() + 1;
                return Err(damaged(format!(
                    "{why}, at record {at} (byte {}); the {} records before it are whole",
                    journal.good,
                    at - 1
                )));
            }
            Err(newer) => return Err(newer),
        }
    }
    Ok(journal)
}

/// The body of the frame at the start of the bytes, and the frame's length.
fn frame(bytes: &[u8]) -> Result<(&[u8], usize), FormatError> {
    let (header, rest) = header_line(bytes, "mlplat-journal", FORMAT)?;
    let [length, crc, header_crc] = header[..] else {
        return Err(damaged("a frame's header is not complete"));
    };
    let line = bytes.len() - rest.len();
    let checked = &bytes[..line.saturating_sub(header_crc.len() + 2)];
    if format!("{:08x}", crc32fast::hash(checked)) != header_crc {
        return Err(damaged("a frame's header does not fit its checksum"));
    }
    let length: usize = number(length)?;
    let body = rest
        .get(..length)
        .ok_or_else(|| damaged("a frame is cut short"))?;
    if format!("{:08x}", crc32fast::hash(body)) != crc {
        return Err(damaged("a frame does not fit its checksum"));
    }
    Ok((body, line + length))
}

/// Whether what does not decode can be a write that was under way when the
/// machine stopped: it is cut short, or has blocks that never arrived.
fn torn(bytes: &[u8]) -> bool {
    let holes = bytes.first() == Some(&0)
        || bytes.last() == Some(&0)
        || bytes.windows(2).any(|pair| pair == [0, 0]);
    if holes {
        return !a_frame_follows(bytes);
    }
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
        return is_prefix_of_header(bytes);
    };
    let words: Vec<_> = bytes[..end].split(|byte| *byte == b' ').collect();
    let [name, _, length, _, header_crc] = words[..] else {
        return false;
    };
    let start = &bytes[..end.saturating_sub(header_crc.len() + 1)];
    let whole_header = name == b"mlplat-journal"
        && format!("{:08x}", crc32fast::hash(start)).as_bytes() == header_crc;
    let length = std::str::from_utf8(length)
        .ok()
        .and_then(|text| text.parse::<usize>().ok());
    let body = &bytes[end + 1..];
    whole_header && length.is_some_and(|length| body.len() < length)
}

/// Whether there is a whole frame somewhere after the first byte: what comes
/// before one was acknowledged.
fn a_frame_follows(bytes: &[u8]) -> bool {
    let starts = 1..bytes.len();
    starts
        .filter(|at| bytes[*at..].starts_with(NAME))
        .any(|at| frame(&bytes[at..]).is_ok())
}

/// How every frame starts.
const NAME: &[u8] = b"mlplat-journal ";

/// A header cut short.
fn is_prefix_of_header(written: &[u8]) -> bool {
    let name = NAME;
    let shared = written.len().min(name.len());
    written[..shared] == name[..shared]
        && written[shared..]
            .iter()
            .all(|byte| byte.is_ascii_hexdigit() || *byte == b' ')
        && written.len() < 80
}

fn read_body(body: &[u8], journal: &mut Journal) -> Result<(), FormatError> {
    let lines = body
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    for line in lines {
        if journal.header.is_none() {
            let header = serde_json::from_slice(line);
            journal.header =
                Some(header.map_err(|why| damaged(format!("its first line is no header: {why}")))?);
            continue;
        }
        let record = serde_json::from_slice(line).map_err(|why| {
            damaged(format!(
                "record {} is no record: {why}",
                journal.records.len() + 1
            ))
        })?;
        journal.records.push(record);
    }
    Ok(())
}

/// The words after name and format of a header line, and what follows it.
fn header_line<'a>(
    bytes: &'a [u8],
    name: &str,
    newest: u32,
) -> Result<(Vec<&'a str>, &'a [u8]), FormatError> {
    let end = bytes
        .iter()
        .take(160)
        .position(|byte| *byte == b'\n')
        .ok_or_else(|| damaged("it has no header line"))?;
    let line = std::str::from_utf8(&bytes[..end]).map_err(|_| damaged("its header is no text"))?;
    let mut words = line.split(' ');
    if words.next() != Some(name) {
        return Err(damaged(format!("it does not start with {name}")));
    }
    let format: u32 = number(words.next().unwrap_or(""))?;
    if format > newest {
        return Err(FormatError::Newer {
            found: format,
            newest,
        });
    }
    if format < OLDEST {
        return Err(damaged(format!("there is no format {format}")));
    }
    Ok((words.collect(), &bytes[end + 1..]))
}

/// A number as this version writes it: no sign, no leading zero.
fn number<N: std::str::FromStr + ToString>(text: &str) -> Result<N, FormatError> {
    match text.parse::<N>() {
        Ok(number) if number.to_string() == text => Ok(number),
        _ => Err(damaged("a number in its header is no number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{Action, BirthId, Body};

    fn state() -> State {
        let mut state = State::new("abc".into());
        for record in records() {
            state.apply(record);
        }
        state
    }

    fn records() -> Vec<Record> {
        let birth = BirthId {
            serial: 1,
            ordinal: 0,
        };
        vec![
            Record::Begin {
                birth,
                action: Action::Create,
                path: "a/b".parse().unwrap(),
                ty: "test.Thing".into(),
                body: Body::empty(),
                deps: vec![],
                soft_deps: vec![],
                replaces: None,
                protect: false,
                retain: true,
            },
            Record::Made {
                birth,
                id: "thing-1".into(),
            },
            Record::Done {
                birth,
                id: None,
                outputs: Body::empty(),
                took_s: Some(3),
            },
        ]
    }

    fn journal() -> (Vec<u8>, usize) {
        let header = JournalHeader {
            lineage: "abc".into(),
            extends: 1,
        };
        let mut bytes = encode_frame(Some(&header), &records()[..2]).unwrap();
        let boundary = bytes.len();
        bytes.extend(encode_frame(None, &records()[2..]).unwrap());
        (bytes, boundary)
    }

    #[test]
    fn what_was_written_is_read() {
        let bytes = encode_snapshot(&state()).unwrap();
        let again = decode_snapshot(&bytes).unwrap();
        assert_eq!(encode_snapshot(&again).unwrap(), bytes);
        let journal = decode_journal(&journal().0).unwrap();
        assert_eq!((journal.records.len(), journal.torn), (3, 0));
    }

    #[test]
    fn every_prefix_and_every_bit_flip_of_a_snapshot_is_refused() {
        let bytes = encode_snapshot(&state()).unwrap();
        for length in 0..bytes.len() {
            assert!(
                decode_snapshot(&bytes[..length]).is_err(),
                "prefix {length}"
            );
        }
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(decode_snapshot(&flipped).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn every_bit_flip_of_a_journal_is_refused() {
        let (bytes, _) = journal();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let read = decode_journal(&flipped);
            assert!(read.is_err(), "bit {bit}: {read:?}");
        }
    }

    #[test]
    fn a_torn_last_frame_loses_nothing_that_was_acknowledged() {
        let (bytes, boundary) = journal();
        for length in boundary + 1..bytes.len() {
            let cut = decode_journal(&bytes[..length]).unwrap();
            assert_eq!(
                (cut.records.len(), cut.good),
                (2, boundary),
                "cut at {length}"
            );
            let mut zeros = bytes[..length].to_vec();
            zeros.resize(bytes.len(), 0);
            let zeroed = decode_journal(&zeros).unwrap();
            assert_eq!(zeroed.records.len(), 2, "zeros from {length}");
        }
    }

    /// Any run of blocks of a write can be the one that never arrived.
    #[test]
    fn zeros_in_the_last_frame_are_torn_and_before_a_whole_one_are_damage() {
        let (bytes, boundary) = journal();
        let zeroed = |from: usize, to: usize| {
            let mut zeroed = bytes.clone();
            zeroed[from..to].fill(0);
            decode_journal(&zeroed)
        };
        for from in boundary..bytes.len() {
            for to in from + 2..=bytes.len() {
                let torn = zeroed(from, to).unwrap();
                assert_eq!(
                    (torn.records.len(), torn.good),
                    (2, boundary),
                    "{from}..{to}"
                );
            }
        }
        for from in 0..boundary - 2 {
            assert!(zeroed(from, from + 2).is_err(), "{from}");
        }
    }

    #[test]
    fn a_newer_format_is_named() {
        let bytes = String::from_utf8(encode_snapshot(&state()).unwrap()).unwrap();
        let newer = bytes.replacen("mlplat-state 2", "mlplat-state 7", 1);
        assert_eq!(
            decode_snapshot(newer.as_bytes()).unwrap_err(),
            FormatError::Newer {
                found: 7,
                newest: FORMAT
            }
        );
    }
}
