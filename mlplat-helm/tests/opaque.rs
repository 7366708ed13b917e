//! Plans with unknown and secret values: what is shown, what is refused, and that completing a
//! plan gives what rendering with the values gives.
#![allow(clippy::unwrap_used, clippy::panic, reason = "test code")]

use std::sync::Arc;

use mlplat_helm::chart::{ArchiveLimits, Chart, ChartFile, load_files};
use mlplat_helm::funcs::NoCluster;
use mlplat_helm::opaque::{CompleteError, Opaque, Plan, Planned, Witness};
use mlplat_helm::render::{DerivedSeeds, Environment, Release, RenderError, Rendered, Renderer};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn chart(template: &str) -> Chart {
    let file = |name: &str, text: &str| ChartFile {
        name: name.to_owned(),
        data: Arc::from(text.as_bytes()),
    };
    let files = vec![
        file("Chart.yaml", "apiVersion: v2\nname: demo\nversion: 0.1.0\n"),
        file("values.yaml", "literal: one\nswitch: true\n"),
        file("templates/a.yaml", template),
    ];
    load_files(files, ArchiveLimits::default()).unwrap()
}

const HEAD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: demo\n";

fn values() -> Json {
    serde_json::to_value(serde_json::Map::from_iter([
        (
            "cluster".to_owned(),
            json!(Opaque::unknown("cluster.name", Witness::ClusterName)),
        ),
        (
            "password".to_owned(),
            json!(Opaque::secret("db.password", Witness::Secret)),
        ),
        (
            "port".to_owned(),
            json!(Opaque::unknown("db.port", Witness::Port)),
        ),
    ]))
    .unwrap()
}

fn known(name: &str) -> Option<Json> {
    Some(match name {
        "cluster.name" => json!("prod"),
        "db.password" => json!("hunter2: \"quoted\"\n"),
        "db.port" => json!(5432),
        _ => return None,
    })
}

fn real() -> Json {
    json!({"cluster": "prod", "password": "hunter2: \"quoted\"\n", "port": 5432})
}

struct Bench {
    renderer: Renderer,
    seeds: DerivedSeeds,
}

impl Bench {
    fn new(body: &str) -> Self {
        Self {
            renderer: Renderer::new(chart(&format!("{HEAD}{body}"))),
            seeds: DerivedSeeds::new([3; 32], "default", "rel"),
        }
    }

    fn environment(&self) -> Environment<'_> {
        Environment::new(&NoCluster, &self.seeds, 1_700_000_000)
    }

    fn plan(&self, values: Json) -> Result<Planned, RenderError> {
        match self
            .renderer
            .plan(&Release::new("rel", values), &self.environment())?
        {
            Plan::Objects(planned) => Ok(*planned),
            Plan::AtDeploy { .. } => panic!("not asked for"),
        }
    }

    fn complete(&self, planned: &Planned) -> Result<Rendered, CompleteError> {
        let release = Release::new("rel", values());
        self.renderer
            .complete(planned, &release, &self.environment(), &known)
    }

    fn shown(&self) -> Vec<(String, String, bool)> {
        let planned = self.plan(values()).unwrap();
        let holes = planned.rendered.manifests[0].holes.iter();
        holes
            .map(|hole| (hole.path.join("."), hole.shown.clone(), hole.secret))
            .collect()
    }
}

#[test]
fn holes_show_names_where_values_stand_verbatim() {
    let bench = Bench::new(
        "data:\n  plain: {{ .Values.cluster }}\n  within: arn:{{ .Values.cluster }}/x\n  encoded: \
         {{ .Values.password | b64enc }}\n  sum: {{ .Values.password | sha256sum }}\n  port: {{ \
         .Values.port }}\n  sure: {{ .Values.literal }}\n",
    );
    let shown = bench.shown();
    let expected = [
        ("data.encoded", "derived from <db.password>", true),
        ("data.plain", "<cluster.name>", false),
        ("data.port", "<db.port>", false),
        ("data.sum", "derived from <db.password>", true),
        ("data.within", "arn:<cluster.name>/x", false),
    ];
    let expected: Vec<_> = expected
        .iter()
        .map(|&(path, shown, secret)| (path.to_owned(), shown.to_owned(), secret))
        .collect();
    assert_eq!(shown, expected);
}

#[test]
fn nothing_of_a_witness_stays_in_a_plan() {
    let bench = Bench::new(
        "data:\n  config: |\n    name={{ .Values.cluster }}\n    password={{ .Values.password }}\n  \
         json: {{ dict \"p\" .Values.password | toJson | quote }}\n  yaml: |\n{{ toYaml .Values | \
         indent 4 }}\n",
    );
    let planned = bench.plan(values()).unwrap();
    let text = format!("{planned:?}");
    for part in ["Wq7kZ", "X3jV9", "wq7kz", "x3jv9"] {
        assert!(!text.contains(part), "{part} in {text}");
    }
    let config = planned.rendered.manifests[0]
        .object
        .get("data")
        .unwrap()
        .get("config");
    assert_eq!(
        config.unwrap().as_str().unwrap(),
        "name=<cluster.name>\npassword=<db.password>\n"
    );
}

#[test]
fn decisions_that_a_type_decides_are_allowed() {
    let bench = Bench::new(
        "data:\n  a: {{ if .Values.cluster }}yes{{ end }}\n  b: {{ .Values.cluster | default \"x\" \
         }}\n  c: {{ required \"needed\" .Values.password | quote }}\n  d: {{ kindIs \"string\" \
         .Values.cluster }}\n  e: {{ hasKey .Values \"cluster\" }}\n",
    );
    let planned = bench.plan(values()).unwrap();
    let holes: Vec<_> = planned.rendered.manifests[0]
        .holes
        .iter()
        .map(|hole| hole.path.join("."))
        .collect();
    assert_eq!(holes, ["data.b", "data.c"]);
}

#[test]
fn decisions_that_need_the_value_are_refused_by_name() {
    let refused = [
        "data:\n  a: {{ if eq .Values.cluster \"prod\" }}1{{ end }}\n",
        "data:\n  a: {{ if contains \"prod\" .Values.cluster }}1{{ end }}\n",
        "data:\n  a: {{ len .Values.cluster }}\n",
        "data:\n  {{ .Values.cluster }}: 1\n",
        "data:\n  a: {{ range until (int .Values.port) }}x{{ end }}\n",
        "data:\n  a: {{ semverCompare \">1\" .Values.cluster }}\n",
        "data:\n  a: 1\n---\nkind: X\nmetadata: {name: \"{{ .Values.cluster }}\"}\n",
        "  namespace: {{ .Values.cluster }}\n",
    ];
    for body in refused {
        let error = Bench::new(body).plan(values()).unwrap_err().to_string();
        assert!(
            error.contains("cluster.name") || error.contains("db.port"),
            "{body}: {error}"
        );
    }
}

#[test]
fn assuming_a_value_allows_any_decision_and_is_checked() {
    let body = "data:\n  a: {{ if eq .Values.cluster \"prod\" }}is prod{{ end }}\n";
    let values = |value: &str| {
        let cluster = Opaque::unknown("cluster.name", Witness::ClusterName).assume(value);
        json!({ "cluster": cluster })
    };
    let bench = Bench::new(body);
    let planned = bench.plan(values("prod")).unwrap();
    assert_eq!(planned.assumptions[0].value, json!("prod"));
    assert!(planned.rendered.manifests[0].text.contains("is prod"));

    let release = Release::new("rel", values("prod"));
    let complete = |value: &str| {
        let value = json!(value);
        let environment = bench.environment();
        bench
            .renderer
            .complete(&planned, &release, &environment, &|_| Some(value.clone()))
    };
    assert!(complete("prod").is_ok());
    assert!(matches!(
        complete("dev").unwrap_err(),
        CompleteError::Assumption { .. }
    ));
}

#[test]
fn a_release_can_be_left_to_the_deploy() {
    let bench = Bench::new("data:\n  a: {{ eq .Values.cluster \"x\" }}\n");
    let release = Release::new("rel", values()).at_deploy();
    let plan = bench.renderer.plan(&release, &bench.environment()).unwrap();
    assert!(matches!(plan, Plan::AtDeploy { chart, .. } if chart == "demo"));
}

#[test]
fn a_render_that_is_not_the_plan_is_refused() {
    let bench = Bench::new("data:\n  a: {{ .Values.cluster }}\n  b: {{ .Values.literal }}\n");
    let mut planned = bench.plan(values()).unwrap();
    assert!(bench.complete(&planned).is_ok());
    // As if the chart had changed between plan and deploy.
    let other = Bench::new("data:\n  a: {{ .Values.cluster }}\n  b: changed\n");
    let error = other.complete(&planned).unwrap_err();
    assert!(error.to_string().contains("data.b"), "{error}");
    planned.rendered.manifests.clear();
    assert!(matches!(
        bench.complete(&planned),
        Err(CompleteError::Differs(_))
    ));
    let missing = bench.renderer.complete(
        &bench.plan(values()).unwrap(),
        &Release::new("rel", values()),
        &bench.environment(),
        &|_| None,
    );
    assert!(matches!(missing, Err(CompleteError::Missing(_))));
}

#[test]
fn debug_of_an_opaque_value_is_its_name() {
    let secret = Opaque::secret("db.password", Witness::Custom(json!("a"), json!("b")));
    assert_eq!(
        format!("{:?}", secret.assume("hunter2")),
        "Opaque(db.password)"
    );
}

/// Pieces of templates that use values in every way that a plan allows.
fn piece() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["cluster", "password", "literal"]);
    let function = prop::sample::select(vec![
        "quote",
        "b64enc | quote",
        "sha256sum",
        "upper | quote",
        "trunc 5 | quote",
        "replace \"a\" \"b\" | quote",
        "toJson | quote",
        "printf \"<%s>\" | quote",
        "nospace | quote",
        "squote | quote",
        "default \"none\" | quote",
        "trimSuffix \"x\" | quote",
        "b64enc | b64dec | quote",
        "dict \"k\" | toYaml | quote",
        "list | join \",\" | quote",
        "adler32sum | quote",
    ]);
    (name, function).prop_map(|(name, function)| format!("{{{{ .Values.{name} | {function} }}}}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// The law that plans rest on: completing the holes later equals rendering with the values.
    #[test]
    fn completing_later_equals_rendering_with_the_values(
        pieces in prop::collection::vec(piece(), 1..6),
        random in any::<bool>(),
    ) {
        let mut body = String::from("data:\n");
        for (at, piece) in pieces.iter().enumerate() {
            body.push_str(&format!("  k{at}: {piece}\n"));
        }
        if random {
            body.push_str("  random: {{ randAlphaNum 12 | quote }}\n");
        }
        let bench = Bench::new(&body);
        // A plan may be refused; it must never be wrong.
        if let Ok(planned) = bench.plan(values()) {
            let completed = bench.complete(&planned).unwrap();
            let straight = bench.plan(real()).unwrap().rendered;
            prop_assert_eq!(completed.manifests.len(), straight.manifests.len());
            for (a, b) in completed.manifests.iter().zip(&straight.manifests) {
                prop_assert_eq!(&a.object, &b.object);
                prop_assert_eq!(&a.text, &b.text);
            }
            // And what was no hole was certain.
            let holes: Vec<_> = planned.rendered.manifests[0].holes.iter().collect();
            for (at, piece) in pieces.iter().enumerate() {
                let is_hole = holes.iter().any(|hole| hole.path == ["data", &format!("k{at}")]);
                prop_assert_eq!(is_hole, !piece.contains("literal"), "{}", piece);
            }
        }
    }
}

/// Puts a label on every object, an argument before all others, and drops `gone`.
fn post_render(rendered: Rendered) -> Rendered {
    let change = |mut object: Json| {
        object["metadata"]["labels"]["team"] = json!("ml");
        if let Some(list) = object["list"].as_array_mut() {
            list.insert(0, json!("first"));
        }
        if let Json::Object(entries) = &mut object {
            entries.remove("gone");
        }
        object["url"] = json!(format!("https://{}:1", object["host"].as_str().unwrap()));
        Ok(vec![object])
    };
    rendered.post_render(change).unwrap()
}

const POSTED: &str = "host: {{ .Values.cluster }}\nlist: [{{ .Values.password | b64enc }}]\n\
     port: {{ .Values.port }}\ngone: {{ .Values.password | quote }}\nbig: 12345678901234567\n";

#[test]
fn a_post_render_keeps_holes_and_secrets_where_it_moves_them() {
    let bench = Bench::new(POSTED);
    let planned = bench.plan(values()).unwrap();
    let posted = post_render(planned.rendered.clone());
    let manifest = &posted.manifests[0];
    let hole = |path: &[&str]| {
        let found = manifest.holes.iter().find(|hole| hole.path == path);
        found.map(|hole| (hole.shown.as_str(), hole.secret))
    };
    assert_eq!(manifest.holes.len(), 4, "{:?}", manifest.holes);
    assert_eq!(hole(&["host"]), Some(("<cluster.name>", false)));
    assert_eq!(
        hole(&["list", "1"]),
        Some(("derived from <db.password>", true))
    );
    assert_eq!(hole(&["port"]), Some(("<db.port>", false)));
    assert_eq!(hole(&["url"]), Some(("https://<cluster.name>:1", false)));
    assert!(
        manifest.text.contains("url: https://<cluster.name>:1"),
        "{}",
        manifest.text
    );
    assert!(
        manifest.text.contains("big: 12345678901234567"),
        "{}",
        manifest.text
    );

    let environment = bench.environment();
    let release = Release::new("rel", values());
    let complete = bench
        .renderer
        .complete(&planned, &release, &environment, &known);
    let completed = &post_render(complete.unwrap()).manifests[0];
    assert_eq!(completed.holes, manifest.holes);
    let object = completed.to_json();
    assert_eq!(object["url"], "https://prod:1");
    assert_eq!(object["port"], 5432, "numbers stay numbers");
    let real = bench.plan(real()).unwrap().rendered;
    assert_eq!(object, post_render(real).manifests[0].to_json());
}

#[test]
fn a_post_render_that_computes_from_a_hole_is_refused() {
    let planned = Bench::new(POSTED).plan(values()).unwrap().rendered;
    let refused = |change: fn(&mut Json, String)| {
        let run = |mut object: Json| {
            let host = object["host"].as_str().unwrap().to_owned();
            change(&mut object, host);
            Ok(vec![object])
        };
        planned.clone().post_render(run).unwrap_err().to_string()
    };
    for (what, change) in [
        (
            "returns",
            (|o, host| o["n"] = json!(host.len())) as fn(&mut Json, String),
        ),
        ("returns", |o, host| o["n"] = json!(host.to_uppercase())),
        ("returns", |o, host| o["n"] = json!(host.chars().next())),
        ("a map key", |o, host| o[host] = json!(1)),
        ("metadata.name", |o, host| {
            o["metadata"]["name"] = json!(host)
        }),
        ("not an object", |o, _| *o = json!([])),
    ] {
        let error = refused(change);
        assert!(error.contains(what), "{error}");
        assert_eq!(
            error.contains("cluster.name"),
            what != "not an object",
            "{error}"
        );
    }
}

#[test]
fn a_post_render_that_changes_nothing_keeps_every_byte() {
    let planned = Bench::new(POSTED).plan(values()).unwrap().rendered;
    let same = planned.clone().post_render(|object| Ok(vec![object]));
    assert_eq!(same.unwrap(), planned);
    let none = planned.post_render(|_| Ok(vec![])).unwrap();
    assert!(none.manifests.is_empty());
}
