//! One program in two environments: what their plans have in common, what
//! differs, and what is refused.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../examples/environments.rs"]
#[allow(dead_code)]
mod example;
mod support;

use std::collections::BTreeSet;
use std::path::Path;

use mlplat::core::graph::{Context, Graph};
use mlplat::core::wiring::Expr;
use serde_json::Value;
use support::{command, stderr, stdout, succeed};

fn graph(env: &str) -> Graph {
    let context = Context {
        env: env.to_owned(),
        ..Context::new("environments")
    };
    Graph::build(context, example::platform).unwrap()
}

fn paths(graph: &Graph) -> BTreeSet<String> {
    let each = graph.nodes().iter();
    each.map(|node| node.path.to_string()).collect()
}

fn input(graph: &Graph, path: &str, field: &str) -> Value {
    let node = graph.node(graph.find(&path.parse().unwrap()).unwrap());
    match &node.inputs[field] {
        Expr::Literal(value) => value.clone(),
        other => panic!("{path}.{field} is {other:?}"),
    }
}

#[test]
fn prod_has_a_third_zone_with_its_own_way_out() {
    let (dev, prod) = (graph("dev"), graph("prod"));
    let (small, large) = (paths(&dev), paths(&prod));
    // One way out for all zones here, one for each there.
    let only_dev: Vec<_> = small.difference(&large).collect();
    assert_eq!(only_dev, ["network/private-route", "network/private-table"]);
    let more: BTreeSet<_> = large.difference(&small).map(String::as_str).collect();
    assert!(more.contains("network/nat-3") && more.contains("network/private-3"));
    let elsewhere: Vec<_> = more.iter().filter(|p| !p.starts_with("network/")).collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");

    let class = |graph| input(graph, "metadata/instance", "DBInstanceClass");
    assert_eq!(
        (class(&dev), class(&prod)),
        ("db.t4g.micro".into(), "db.m7g.large".into())
    );
    let protected = |graph: &Graph| {
        let id = graph.find(&"metadata/instance".parse().unwrap()).unwrap();
        graph.node(id).rules.protect
    };
    assert!(!protected(&dev) && protected(&prod));
}

fn refused(state: &Path, args: &[&str]) -> String {
    let output = command("environments", state).args(args).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    stderr(&output)
}

#[test]
fn a_protected_database_does_not_go() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("prod");
    succeed(command("environments", &state).args(["--env", "prod", "deploy"]));
    let said = refused(&state, &["--env", "prod", "destroy", "--yes"]);
    assert!(
        said.contains("metadata/instance") && said.contains("protect"),
        "{said}"
    );
    // The other environment's program would not have it protected, but the
    // state remembers that it is.
    let objects = stdout(&succeed(
        command("environments", &state).args(["--env", "prod", "state", "list"]),
    ));
    assert!(objects.contains("metadata/instance"), "{objects}");

    let dev = dir.path().join("dev");
    succeed(command("environments", &dev).args(["--env", "dev", "deploy"]));
    succeed(command("environments", &dev).args(["--env", "dev", "destroy", "--yes"]));
}

#[test]
fn an_environment_that_nobody_made_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let typo = refused(dir.path(), &["--env", "prd", "plan"]);
    assert!(
        typo.contains("the program has no environment `prd`")
            && typo.contains("did you mean `prod`?"),
        "{typo}"
    );
    let other = refused(dir.path(), &["--env", "customer-seven", "plan"]);
    assert!(other.contains("the environments are: dev, prod"), "{other}");
}

#[test]
fn a_setting_that_does_not_exist_is_named_with_the_nearest() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("prod.toml");
    std::fs::write(&file, "max_ndoes = 6\n").unwrap();
    let state = dir.path().join("state");
    let output = command("zenml_stack", &state)
        .args(["plan", "--settings"])
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(
        said.contains("unknown setting `max_ndoes`")
            && said.contains("prod.toml")
            && said.contains("did you mean `max_nodes`?"),
        "{said}"
    );
}
