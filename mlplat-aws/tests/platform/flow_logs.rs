//! Flow logs of a network.

use mlplat_aws::Vpc;
use mlplat_aws::logs::Retention;
use serde_json::json;

use crate::support::{build, document, input, is_after, paths};

#[test]
fn a_network_has_flow_logs_when_it_is_asked() {
    let graph = build(|stack| {
        stack.add("plain", Vpc::new("10.10.0.0/16"));
        let logged = Vpc::new("10.20.0.0/16").flow_logs(Retention::OneMonth);
        stack.add("logged", logged);
    });
    let of = |network: &str| {
        let paths = paths(&graph);
        let start = format!("{network}/");
        let below = paths.iter().filter_map(|path| path.strip_prefix(&start));
        below.map(str::to_owned).collect::<Vec<_>>()
    };
    let plain = of("plain");
    let more = of("logged")
        .into_iter()
        .filter(|path| !plain.contains(path));
    assert_eq!(
        more.collect::<Vec<_>>(),
        [
            "flow-logs",
            "flow-log-writer/role",
            "flow-log-writer/policy",
            "flow-log"
        ]
    );
    let log = [
        "ResourceId",
        "ResourceType",
        "TrafficType",
        "LogGroupName",
        "DeliverLogsPermissionArn",
    ];
    assert_eq!(
        log.map(|field| input(&graph, "logged/flow-log", field)),
        [
            json!("<logged/vpc.VpcId>"),
            json!("VPC"),
            json!("ALL"),
            json!("<logged/flow-logs.LogGroupName>"),
            json!("<logged/flow-log-writer/role.Arn>"),
        ]
    );
    assert_eq!(
        input(&graph, "logged/flow-logs", "RetentionInDays"),
        json!(30)
    );
    let writer = "logged/flow-log-writer/policy";
    assert!(is_after(&graph, "logged/flow-log", writer));
}

#[test]
fn who_writes_them_can_do_nothing_else() {
    let graph = build(|stack| {
        let logged = Vpc::new("10.20.0.0/16").flow_logs(Retention::OneMonth);
        stack.add("logged", logged);
    });
    let role = "logged/flow-log-writer/role";
    let account = paths(&graph)
        .into_iter()
        .find(|path| path.ends_with("caller-identity"))
        .unwrap();
    assert_eq!(
        document(&graph, role, "AssumeRolePolicyDocument")["Statement"],
        json!([{
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
            "Condition": {"StringEquals": {
                "aws:SourceAccount": format!("<{account}.Account>"),
            }},
        }])
    );
    assert_eq!(
        document(&graph, "logged/flow-log-writer/policy", "PolicyDocument")["Statement"],
        json!([{
            "Effect": "Allow",
            "Action": [
                "logs:CreateLogStream",
                "logs:DescribeLogStreams",
                "logs:PutLogEvents",
            ],
            "Resource": "<logged/flow-logs.Arn>",
        }, {"Effect": "Allow", "Action": "logs:DescribeLogGroups", "Resource": "*"}])
    );
}
