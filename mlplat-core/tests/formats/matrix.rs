//! Every reader against what every version has written, and back.

use mlplat_core::state::{FormatError, decode_journal, decode_snapshot, encode_snapshot};

use super::frozen::{self, JOURNAL as JOURNAL_2, STATE as STATE_2, frame, snapshot};
use super::reader_1;
use super::{JOURNAL as JOURNAL_1, STATE as STATE_1};

/// The old engine and what the new one wrote: refused, snapshot and journal,
/// and also when somebody gave the new content the old number.
///
/// Proves fault 26.
#[test]
fn the_old_reader_refuses_what_it_would_lose() {
    assert!(reader_1::snapshot(STATE_1).is_ok());
    assert!(reader_1::journal(JOURNAL_1).is_ok());
    let newer = "it has format 2, and this version reads up to format 1";
    assert!(reader_1::snapshot(STATE_2).unwrap_err().starts_with(newer));
    assert!(reader_1::journal(JOURNAL_2).unwrap_err().starts_with(newer));

    let forged = snapshot(1, &frozen::body(STATE_2).to_string());
    let why = reader_1::snapshot(&forged).unwrap_err();
    assert!(why.contains("unknown field"), "{why}");
    let forged = frame(1, &(frozen::lines(JOURNAL_2).join("\n") + "\n"));
    let why = reader_1::journal(&forged).unwrap_err();
    assert!(why.contains("unknown variant `ended`"), "{why}");
}

/// The new engine and what the old one wrote: read whole, and written in the
/// new format with everything that was in it.
///
/// Proves fault 26.
#[test]
fn the_new_reader_keeps_everything_of_the_old_one() {
    let old = reader_1::snapshot(STATE_1).unwrap();
    let new = decode_snapshot(STATE_1).unwrap();
    let written = encode_snapshot(&new).unwrap();
    assert!(written.starts_with(b"mlplat-state 2 "));
    let mut before = serde_json::to_value(&old).unwrap();
    let mut after = frozen::body(&written);
    // What is not set is written by one of the two and not by the other.
    without_defaults(&mut before);
    without_defaults(&mut after);
    assert_eq!(before, after);
    let records = decode_journal(JOURNAL_1).unwrap().records;
    assert_eq!(records.len(), reader_1::journal(JOURNAL_1).unwrap());
}

fn without_defaults(value: &mut serde_json::Value) {
    use serde_json::Value;
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(without_defaults);
            members.retain(|_, member| {
                !matches!(member, Value::Bool(false) | Value::Null) && *member != 0
            });
        }
        Value::Array(items) => items.iter_mut().for_each(without_defaults),
        _ => {}
    }
}

/// The new engine goes on with the old one's journal; from then on it is the
/// new engine's alone.
///
/// Proves fault 26.
#[test]
fn a_journal_of_both_is_read_by_the_new_reader_only() {
    let line = r#"{"undone":{"birth":"1.1"}}"#;
    let both = [JOURNAL_1, &frame(2, &format!("{line}\n"))].concat();
    let records = decode_journal(&both).unwrap().records.len();
    assert_eq!(records, reader_1::journal(JOURNAL_1).unwrap() + 1);
    assert!(reader_1::journal(&both).unwrap_err().contains("format 2"));
}

/// Proves fault 26.
#[test]
fn what_is_newer_than_both_is_refused_by_both() {
    let body = frozen::body(STATE_2).to_string();
    for format in [3, 4, 10, 255, u32::MAX] {
        let newer = FormatError::Newer {
            found: format,
            newest: 2,
        };
        assert_eq!(
            decode_snapshot(&snapshot(format, &body)).unwrap_err(),
            newer
        );
        assert_eq!(decode_journal(&frame(format, "{}\n")).unwrap_err(), newer);
        // After what can be read, too.
        let after = [JOURNAL_2, &frame(format, "{}\n")].concat();
        assert_eq!(decode_journal(&after).unwrap_err(), newer);
        assert!(reader_1::snapshot(&snapshot(format, &body)).is_err());
    }
}
