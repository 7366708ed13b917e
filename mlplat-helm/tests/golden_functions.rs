//! Replays what helm 3.17.3 made of the cases in `golden/function_cases.py`.

#![allow(clippy::expect_used, clippy::panic, reason = "a test program")]

mod golden_support;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use golden_support::{Zeros, decode, report};
use mlplat_helm::funcs::{Context, Files, NoCluster, table};
use mlplat_helm::template::TemplateSet;
use mlplat_helm::value::{Map, MapKind, Struct, Table, Value};
use serde_json::Value as Json;

const OBJECT: &str = "out: {{ include \"case\" . | b64enc }}\n";

/// What helm gives a template of the generator's chart as `.`.
fn root(values: &Json) -> Value {
    let table: Table = match decode(values) {
        Value::Map(map) => map.table().clone(),
        other => panic!("values are {other:?}"),
    };
    let values = Map::from_table(MapKind::Named("chartutil.Values"), table);
    let chart = Struct::new("struct { chart.Metadata; IsRoot bool }")
        .with("Name", "name", Value::from("g"))
        .with("Version", "version", Value::from("1.2.3"))
        .with("AppVersion", "appVersion", Value::from("4"));
    let release: Map = [
        ("Name", Value::from("rel")),
        ("Namespace", Value::from("ns")),
        ("Service", Value::from("Helm")),
        ("IsInstall", Value::from(true)),
        ("Revision", Value::int(1)),
    ]
    .into_iter()
    .collect();
    let files = Files::new([
        ("files/a.txt", b"one\ntwo\n".as_slice()),
        ("files/b.ini", b"[s]\nk = v"),
        ("files/sub/c.txt", b"deep"),
        ("files/bin.dat", &[0, 255, 254, 65]),
        ("empty.txt", b""),
    ]);
    let template: Map = [
        ("Name", Value::from("g/templates/out.yaml")),
        ("BasePath", Value::from("g/templates")),
    ]
    .into_iter()
    .collect();
    let kube = Struct::new("chartutil.KubeVersion")
        .with("Version", "Version", Value::from("v1.31.2"))
        .with("GitVersion", "", Value::from("v1.31.2"));
    let capabilities = Struct::new("*chartutil.Capabilities").with(
        "KubeVersion",
        "KubeVersion",
        Value::object(kube),
    );
    let root: Map = [
        ("Values", Value::Map(values)),
        ("Chart", Value::object(chart)),
        ("Release", Value::Map(release)),
        ("Files", Value::object(files)),
        ("Template", Value::Map(template)),
        ("Capabilities", Value::object(capabilities)),
    ]
    .into_iter()
    .collect();
    Value::Map(root)
}

fn render(source: &str, values: &Json) -> Result<Vec<u8>, String> {
    let case = format!("{{{{- define \"case\" -}}}}{source}{{{{- end -}}}}");
    let sources = [
        ("g/templates/out.yaml", OBJECT),
        ("g/templates/_case.tpl", case.as_str()),
    ];
    let set = TemplateSet::parse(sources).map_err(|error| error.to_string())?;
    let context = Context::new(&NoCluster, &Zeros, 1_700_000_000);
    let text = set
        .execute("g/templates/out.yaml", &root(values), &context)
        .map_err(|error| error.to_string())?;
    let line = String::from_utf8_lossy(text.as_bytes()).into_owned();
    let encoded = line.trim_start_matches("out:").trim();
    Ok(STANDARD.decode(encoded).expect("base64"))
}

fn expected(row: &Json) -> Result<Vec<u8>, String> {
    if let Some(error) = row["error"].as_str() {
        return Err(error.to_owned());
    }
    Ok(match row["base64"].as_str() {
        Some(encoded) => STANDARD.decode(encoded).expect("base64"),
        None => row["output"]
            .as_str()
            .expect("an output")
            .as_bytes()
            .to_vec(),
    })
}

/// Parts of sources whose results are known to differ, with the reason.
const KNOWN: &[(&str, &str)] = &[
    (
        "typeOf .Capabilities",
        "objects of the render driver, tested there",
    ),
    (
        "typeOf .Release",
        "objects of the render driver, tested there",
    ),
    (
        "typeOf .Subcharts",
        "objects of the render driver, tested there",
    ),
    (
        "typeOf .Template",
        "objects of the render driver, tested there",
    ),
    (
        "typeOf .Chart.Maintainers",
        "objects of the render driver, tested there",
    ),
    (
        "toYaml .Chart",
        "objects of the render driver, tested there",
    ),
    (
        "kindOf .Capabilities",
        "objects of the render driver, tested there",
    ),
    (
        "toJson .Capabilities",
        "objects of the render driver, tested there",
    ),
];

fn rows() -> (Json, Vec<Json>) {
    let mut rows: Vec<Json> =
        serde_json::from_str(include_str!("golden/functions.json")).expect("JSON");
    let first = rows.remove(0);
    (first["values"].clone(), rows)
}

#[test]
fn functions_give_what_helm_gives() {
    let (values, rows) = rows();
    let mut differences = Vec::new();
    for row in &rows {
        let source = row["source"].as_str().expect("a source");
        if KNOWN.iter().any(|(known, _)| source.contains(known)) {
            continue;
        }
        let (wanted, found) = (expected(row), render(source, &values));
        if found != wanted {
            let show = |result: Result<Vec<u8>, String>| match result {
                Ok(bytes) => format!("Ok({:?})", String::from_utf8_lossy(&bytes)),
                Err(error) => format!("Err({error:?})"),
            };
            differences.push(format!(
                "{source}\n  helm: {}\n  here: {}",
                show(wanted),
                show(found)
            ));
        }
    }
    report(rows.len(), &differences);
}

#[test]
fn every_function_has_a_case() {
    let (_, rows) = rows();
    let named: Vec<&str> = rows.iter().filter_map(|row| row["name"].as_str()).collect();
    let bare: Vec<&str> = table()
        .into_iter()
        .map(|function| function.name)
        .filter(|name| !named.contains(name))
        .collect();
    assert!(bare.is_empty(), "functions without a case: {bare:?}");
}

#[test]
fn every_function_of_the_cases_exists() {
    let (_, rows) = rows();
    let known: Vec<&str> = table().into_iter().map(|function| function.name).collect();
    for name in rows.iter().filter_map(|row| row["name"].as_str()) {
        assert!(
            name.is_empty() || known.contains(&name),
            "{name} is missing"
        );
    }
}

#[test]
fn every_function_is_documented() {
    for function in table() {
        let words = function.doc.len();
        assert!(
            (1..80).contains(&words),
            "{}: {words} characters",
            function.name
        );
    }
}
