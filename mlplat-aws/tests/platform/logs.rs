//! The control plane's log group.

use mlplat_aws::logs::Retention;
use mlplat_aws::{EksCluster, Vpc};
use mlplat_core::Stack;
use serde_json::{Value, json};

use crate::support::{build, input, is_after, paths, problems};

#[test]
fn the_group_comes_before_the_cluster_that_would_make_it() {
    let graph = build(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        stack.add("cluster", EksCluster::new(&network));
    });
    assert_eq!(
        input(&graph, "cluster/logs", "LogGroupName"),
        json!("/aws/eks/test-dev-cluster/cluster")
    );
    assert_eq!(input(&graph, "cluster/logs", "RetentionInDays"), json!(90));
    assert_eq!(
        input(&graph, "cluster/control-plane", "Name"),
        json!("test-dev-cluster")
    );
    assert!(is_after(&graph, "cluster/control-plane", "cluster/logs"));
}

#[test]
fn a_chosen_name_is_kept_and_a_group_of_eks_is_not_ours() {
    let graph = build(|stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let named = EksCluster::new(&network).name("prod_1");
        stack.add("named", named.clone().log_retention(Retention::OneYear));
        stack.add("plain", EksCluster::new(&network).log_group_of_eks());
        stack.add("silent", EksCluster::new(&network).logs([]));
    });
    assert_eq!(
        input(&graph, "named/logs", "LogGroupName"),
        json!("/aws/eks/prod_1/cluster")
    );
    assert_eq!(
        input(&graph, "plain/control-plane", "Name"),
        json!("<generated name>")
    );
    for none in ["plain/logs", "silent/logs"] {
        assert!(!paths(&graph).contains(&none.to_owned()));
    }
}

#[test]
fn a_retention_of_nothing_is_a_problem() {
    let none = |stack: &mut Stack| {
        let network = stack.add("network", Vpc::new("10.10.0.0/16"));
        let silent = EksCluster::new(&network).logs([]);
        stack.add("cluster", silent.log_retention(Retention::OneDay));
    };
    assert_eq!(problems(none), ["nothing-to-keep"]);
}

#[test]
fn periods_are_numbers_of_days_and_no_others() {
    let periods = Retention::ALL.iter();
    for period in periods {
        let json = serde_json::to_value(period).unwrap();
        assert_eq!(json, json!(period.days()));
        assert_eq!(serde_json::from_value::<Retention>(json).unwrap(), *period);
    }
    assert!(Retention::ALL.is_sorted());
    assert!(serde_json::from_value::<Retention>(Value::from(8)).is_err());
}
