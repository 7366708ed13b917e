//! Generated histories on a real kube-apiserver and on the simulation, answer by answer.
//!
//! Needs a server behind `MLPLAT_CONFORMANCE_URL` (loopback, plain). `MLPLAT_CONFORMANCE_SEEDS=FIRST..LAST` chooses the
//! histories; a failing one is printed whole.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::fmt::Write as _;

use mlplat_sim::kube::{Parts, conformance};
use serde_json::{Value, json};
use support::cluster;

/// SplitMix64: the same seed gives the same history everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.roll(of.len() as u64)).unwrap()]
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }

    fn map(&mut self) -> Value {
        let count = self.roll(3);
        (0..count)
            .map(|_| (self.one(&["a", "b", "c"]).to_owned(), self.text()))
            .collect()
    }

    fn text(&mut self) -> Value {
        Value::from(self.one(&["1", "2"]))
    }

    fn names(&mut self) -> Vec<&'static str> {
        ["p", "q", "r", "s"]
            .into_iter()
            .filter(|_| self.chance(40))
            .collect()
    }
}

const WIDGETS: &str = "widgets.fuzz.example.com";

fn definition() -> Value {
    let item = json!({"type": "object", "required": ["name"], "properties": {
        "name": {"type": "string"}, "value": {"type": "string"}, "port": {"type": "integer", "default": 7}}});
    let text = json!({"type": "string"});
    let properties = json!({
        "size": {"type": "integer"},
        "parts": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"], "items": item},
        "pairs": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name", "port"], "items": item},
        "tags": {"type": "array", "x-kubernetes-list-type": "set", "items": text},
        "list": {"type": "array", "items": text},
        "map": {"type": "object", "additionalProperties": text},
        "whole": {"type": "object", "x-kubernetes-map-type": "atomic", "additionalProperties": text},
        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
        "deep": {"type": "object", "properties": {"x": text, "y": {"type": "object", "properties": {"z": text}}}},
    });
    let schema = json!({"type": "object", "properties": {"spec": {"type": "object", "properties": properties},
        "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}});
    json!({"metadata": {"name": WIDGETS}, "spec": {"group": "fuzz.example.com", "scope": "Namespaced",
        "names": {"plural": "widgets", "kind": "Widget"},
        "versions": [{"name": "v1", "served": true, "storage": true, "subresources": {"status": {}},
            "schema": {"openAPIV3Schema": schema}}]}})
}

fn widget(dice: &mut Dice) -> Value {
    let mut spec = json!({});
    if dice.chance(50) {
        spec["size"] = json!(dice.roll(3));
    }
    for field in ["parts", "pairs"] {
        if dice.chance(50) {
            let names = dice.names();
            spec[field] = names
                .iter()
                .map(|name| {
                    let mut item = json!({"name": name});
                    if dice.chance(50) {
                        item["value"] = dice.text();
                    }
                    if field == "pairs" && dice.chance(30) {
                        item["port"] = json!(8);
                    }
                    item
                })
                .collect();
        }
    }
    for field in ["tags", "list"] {
        if dice.chance(40) {
            spec[field] = json!(dice.names());
        }
    }
    for field in ["map", "whole", "free"] {
        if dice.chance(40) {
            spec[field] = dice.map();
        }
    }
    if dice.chance(30) {
        spec["deep"] = if dice.chance(50) {
            json!({"x": dice.text(), "y": {"z": dice.text()}})
        } else {
            json!({"y": {}})
        };
    }
    json!({"apiVersion": "fuzz.example.com/v1", "kind": "Widget", "spec": spec})
}

fn config_map(dice: &mut Dice) -> Value {
    let mut object = json!({"apiVersion": "v1", "kind": "ConfigMap"});
    if dice.chance(80) {
        object["data"] = dice.map();
    }
    object
}

fn service_account(dice: &mut Dice) -> Value {
    let mut object = json!({"apiVersion": "v1", "kind": "ServiceAccount"});
    for field in ["secrets", "imagePullSecrets"] {
        if dice.chance(50) {
            let names = dice.names();
            object[field] = names.iter().map(|name| json!({"name": name})).collect();
        }
    }
    if dice.chance(30) {
        object["automountServiceAccountToken"] = json!(dice.chance(50));
    }
    object
}

fn metadata(dice: &mut Dice) -> Value {
    let mut metadata = json!({"name": "o"});
    for field in ["labels", "annotations"] {
        let entries = dice.map();
        if dice.chance(30) && entries != json!({}) {
            metadata[field] = entries;
        }
    }
    // An empty list is left out: a real server shows it in the answer to an apply that changes nothing, and only there.
    let names = dice.names();
    if dice.chance(20) && !names.is_empty() {
        metadata["finalizers"] = names.iter().map(|name| format!("x.io/{name}")).collect();
    }
    metadata
}

/// A history of one object by three managers.
fn history(seed: u64) -> String {
    let mut dice = Dice(seed);
    type Make = fn(&mut Dice) -> Value;
    let kinds: [(&str, Make); 3] = [
        ("/apis/fuzz.example.com/v1/namespaces/$NS/widgets", widget),
        ("/api/v1/namespaces/$NS/configmaps", config_map),
        ("/api/v1/namespaces/$NS/serviceaccounts", service_account),
    ];
    let (path, make) = dice.one(&kinds);
    let custom = path.starts_with("/apis");
    let mut out = format!("case fuzz-{seed}\n");
    for _ in 0..dice.roll(10) + 4 {
        let mut object = make(&mut dice);
        object["metadata"] = metadata(&mut dice);
        let manager = dice.one(&["A", "B", "C"]);
        let verb = dice.one(&[
            "APPLY",
            "APPLY",
            "APPLY",
            "APPLY",
            "MERGE",
            "MERGE",
            "PUT",
            "POST",
            "DELETE",
            "STRATEGIC",
        ]);
        let strategic = verb == "STRATEGIC" && !custom;
        let _ = match verb {
            "APPLY" => writeln!(
                out,
                "> APPLY {path}/o?fieldManager={manager}&force={}\n{object}",
                dice.chance(60)
            ),
            "POST" => writeln!(out, "> POST {path}?fieldManager={manager}\n{object}"),
            "PUT" if custom => writeln!(out, "> GET {path}/o"),
            "PUT" => writeln!(out, "> PUT {path}/o?fieldManager={manager}\n{object}"),
            "DELETE" if dice.chance(30) => writeln!(out, "> DELETE {path}/o"),
            "STRATEGIC" if strategic => {
                writeln!(out, "> STRATEGIC {path}/o?fieldManager={manager}\n{object}")
            }
            _ => writeln!(out, "> MERGE {path}/o?fieldManager={manager}\n{object}"),
        };
    }
    // Let go of what finalizers hold.
    let _ = writeln!(
        out,
        "> MERGE {path}/o loose\n{}",
        json!({"metadata": {"finalizers": null}})
    );
    out
}

fn seeds() -> std::ops::Range<u64> {
    let text = std::env::var("MLPLAT_CONFORMANCE_SEEDS").unwrap_or_else(|_| "0..50".to_owned());
    let (first, last) = text.split_once("..").unwrap();
    first.parse().unwrap()..last.parse().unwrap()
}

#[tokio::test]
#[ignore = "needs a real API server behind MLPLAT_CONFORMANCE_URL: run with --run-ignored all"]
async fn generated_histories_go_the_same_way() {
    let url =
        std::env::var("MLPLAT_CONFORMANCE_URL").expect("MLPLAT_CONFORMANCE_URL names a server");
    let real = kube::Client::try_from(kube::Config::new(url.parse().unwrap())).unwrap();
    let (simulated, _) = cluster(Parts::default());
    let define = format!(
        "case fuzz-define\n> POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions loose\n{}\n> UNTIL /apis/apiextensions.k8s.io/v1/customresourcedefinitions/{WIDGETS} loose\n{}\n",
        definition(),
        json!({"status": {"conditions": [{"type": "Established", "status": "True"}]}}),
    );
    conformance::compare(&define, real.clone(), simulated.clone()).await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let (mut failed, mut steps) = (Vec::new(), 0);
    for seed in seeds() {
        let report = conformance::compare(&history(seed), real.clone(), simulated.clone()).await;
        steps += report.steps;
        failed.extend(report.failed);
    }
    println!(
        "{} histories, {steps} steps, {} differ",
        seeds().count(),
        failed.len()
    );
    for one in &failed {
        println!(
            "\n== {}\n   step   {}\n   wanted {}\n   got    {}",
            one.case, one.step, one.wanted, one.got
        );
    }
    assert!(failed.is_empty(), "{} histories differ", failed.len());
}
