//! A state and a journal with everything in them that this version can write.

use mlplat_core::state::{
    Action, BirthId, Body, End, Ending, JournalHeader, Pinned, Record, Run, SealedSecret, State,
    encode_frame,
};
use serde_json::value::RawValue;

pub(crate) const LINEAGE: &str = "5f0c9d1e2b3a4857";

pub(crate) fn birth(ordinal: u32) -> BirthId {
    BirthId { serial: 1, ordinal }
}

fn raw(json: &str) -> Box<RawValue> {
    RawValue::from_string(json.to_owned()).unwrap()
}

fn body(json: &str) -> Body {
    let sealed = [("/Password".to_owned(), "c2VhbGVk".to_owned())];
    Body {
        json: raw(json),
        sealed: sealed.into(),
    }
}

fn begin(ordinal: u32, action: Action, path: &str) -> Record {
    Record::Begin {
        birth: birth(ordinal),
        action,
        path: path.parse().unwrap(),
        ty: "test.Thing".into(),
        body: body(r#"{"Name":"a","Size":1}"#),
        deps: (0..ordinal.min(1)).map(birth).collect(),
        soft_deps: (1..ordinal.min(2)).map(birth).collect(),
        replaces: None,
        protect: ordinal == 0,
        retain: ordinal == 1,
    }
}

fn made(ordinal: u32) -> Record {
    Record::Made {
        birth: birth(ordinal),
        id: format!("thing-{ordinal}"),
    }
}

fn done(ordinal: u32) -> Record {
    Record::Done {
        birth: birth(ordinal),
        id: None,
        outputs: body(r#"{"Id":"x"}"#),
        took_s: Some(7),
    }
}

/// Every kind of record, with every field set somewhere.
pub(crate) fn records() -> Vec<Record> {
    let replacement = match begin(3, Action::Create, "net/c") {
        Record::Begin { body, ty, path, .. } => Record::Begin {
            birth: birth(3),
            action: Action::Create,
            path,
            ty,
            body,
            deps: vec![],
            soft_deps: vec![],
            replaces: Some(birth(2)),
            protect: false,
            retain: false,
        },
        other => other,
    };
    let secret = |generation, spreading| Record::Secret {
        key: "db/password".into(),
        secret: SealedSecret {
            generation,
            sealed: "c2VjcmV0".into(),
            spreading,
        },
    };
    vec![
        Record::Open {
            fence: 3,
            run: Run::Deploy,
            program: Some("ab12".into()),
            plan: Some("nonce".into()),
            command: "deploy a.plan".into(),
            who: "ann@desk".into(),
            at: 1_800_000_000,
        },
        Record::Keys {
            sealed: "a2V5cw==".into(),
        },
        Record::Lookup {
            path: "zones".parse().unwrap(),
            pinned: Pinned {
                inputs: r#"{"Region":"eu-west-1"}"#.into(),
                outputs: raw(r#"{"Names":["a","b"]}"#),
                sealed: [("/Names/0".to_owned(), "c2U=".to_owned())].into(),
            },
        },
        secret(0, false),
        secret(1, true),
        begin(0, Action::Create, "net/a"),
        made(0),
        done(0),
        begin(1, Action::Create, "net/b"),
        made(1),
        done(1),
        begin(2, Action::Create, "net/c"),
        made(2),
        Record::Broken {
            birth: birth(2),
            why: "it ended in CREATE_FAILED".into(),
        },
        replacement,
        made(3),
        begin(0, Action::Update, "net/a"),
        Record::Undone { birth: birth(0) },
        Record::Refreshed {
            birth: birth(0),
            inputs: Some(body(r#"{"Name":"b"}"#)),
            outputs: Some(body(r#"{"Id":"y"}"#)),
        },
        Record::Moved {
            birth: birth(1),
            path: "net/moved".parse().unwrap(),
            deps: vec![birth(0)],
            soft_deps: vec![],
        },
        Record::Ruled {
            birth: birth(0),
            protect: true,
            retain: true,
        },
        Record::Imported {
            birth: birth(4),
            path: "net/imported".parse().unwrap(),
            ty: "test.Thing".into(),
            id: "thing-4".into(),
            inputs: Body::empty(),
            outputs: Body::empty(),
        },
        Record::Imported {
            birth: birth(5),
            path: "net/let-go".parse().unwrap(),
            ty: "test.Thing".into(),
            id: "thing-5".into(),
            inputs: Body::empty(),
            outputs: Body::empty(),
        },
        Record::Forgotten { birth: birth(5) },
        begin(6, Action::Create, "net/gone"),
        Record::Done {
            birth: birth(6),
            id: Some("thing-6".into()),
            outputs: Body::empty(),
            took_s: None,
        },
        begin(6, Action::Delete, "net/gone"),
        Record::Deleted { birth: birth(6) },
        Record::Outputs {
            values: [("url".to_owned(), body(r#""https://x""#))].into(),
        },
        Record::Ended(End {
            outcome: Ending::Failed,
            took_s: 12,
            changes: [("create".to_owned(), 4)].into(),
            done: 3,
            failed: 1,
            skipped: 2,
        }),
        Record::Open {
            fence: 4,
            run: Run::Edit,
            program: None,
            plan: None,
            command: "state rm net/x".into(),
            who: String::new(),
            at: 0,
        },
        begin(7, Action::Create, "net/open"),
        begin(1, Action::Delete, "net/moved"),
    ]
}

/// A new kind of record does not compile here until it is in [`records`].
fn kind(record: &Record) -> &'static str {
    match record {
        Record::Open { .. } => "open",
        Record::Ended(_) => "ended",
        Record::Keys { .. } => "keys",
        Record::Lookup { .. } => "lookup",
        Record::Secret { .. } => "secret",
        Record::Begin { .. } => "begin",
        Record::Made { .. } => "made",
        Record::Done { .. } => "done",
        Record::Deleted { .. } => "deleted",
        Record::Undone { .. } => "undone",
        Record::Broken { .. } => "broken",
        Record::Refreshed { .. } => "refreshed",
        Record::Moved { .. } => "moved",
        Record::Ruled { .. } => "ruled",
        Record::Forgotten { .. } => "forgotten",
        Record::Imported { .. } => "imported",
        Record::Outputs { .. } => "outputs",
    }
}

#[test]
fn every_kind_of_record_is_there() {
    let kinds: std::collections::BTreeSet<_> = records().iter().map(kind).collect();
    assert_eq!(kinds.len(), 17, "{kinds:?}");
}

/// What the records come to.
pub(crate) fn state() -> State {
    let mut state = State::new(LINEAGE.into());
    state.serial = 1;
    records().into_iter().for_each(|record| state.apply(record));
    state
}

/// The records as a journal of three frames.
pub(crate) fn journal() -> Vec<u8> {
    let records = records();
    let (first, rest) = records.split_at(5);
    let (second, third) = rest.split_at(1);
    let header = JournalHeader {
        lineage: LINEAGE.into(),
        extends: 1,
    };
    let frames = [
        encode_frame(Some(&header), first),
        encode_frame(None, second),
        encode_frame(None, third),
    ];
    frames.into_iter().flat_map(Result::unwrap).collect()
}
