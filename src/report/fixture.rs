//! A graph and plans of it, for the tests of all reports.

use mlplat_core::facts::{Held, OnChange, OutputFact, Refs, TYPE, Type, f, opt};
use mlplat_core::graph::{Construct, Context, Graph, Scope, Stack};
use mlplat_core::plan::{Change, Counts, Estimate, Plan, Planned, Reason, Rule, StepGraph};
use mlplat_core::provider::Owned;
use mlplat_core::{NodePath, Output, Resource, Source};

static NET: Type = Type {
    name: "ec2.VPC",
    fields: &[f("CidrBlock", OnChange::Replace, Refs::No)],
    outputs: &[OutputFact::fixed("Id", "vpc-{hex17}")],
    ..TYPE
};

static SUBNET: Type = Type {
    name: "ec2.Subnet",
    fields: &[
        f(
            "VpcId",
            OnChange::Replace,
            Refs::To("ec2.VPC", Held::Refused("DependencyViolation")),
        ),
        opt("CidrBlock", OnChange::Replace),
    ],
    outputs: &[OutputFact::fixed("Id", "subnet-{hex17}")],
    ..TYPE
};

static CLUSTER: Type = Type {
    name: "eks.Cluster",
    fields: &[
        f(
            "SubnetIds",
            OnChange::Replace,
            Refs::To("ec2.Subnet", Held::Dangles),
        ),
        opt("Version", OnChange::OneStepUp),
    ],
    outputs: &[OutputFact::fixed("Id", "{hex17}")],
    ..TYPE
};

#[derive(Resource, Clone)]
#[resource(facts = NET, handle = NetHandle { id: String })]
pub(crate) struct Net {
    pub(crate) cidr_block: Output<String>,
}

#[derive(Resource, Clone)]
#[resource(facts = SUBNET, handle = SubnetHandle { id: String })]
pub(crate) struct Subnet {
    pub(crate) vpc_id: Output<String>,
    pub(crate) cidr_block: Option<Output<String>>,
}

#[derive(Resource, Clone)]
#[resource(facts = CLUSTER, handle = ClusterHandle { id: String })]
pub(crate) struct Cluster {
    pub(crate) subnet_ids: Vec<Output<String>>,
    pub(crate) version: Option<Output<String>>,
}

struct Network;

impl Construct for Network {
    type Handle = Vec<SubnetHandle>;

    fn build(self, scope: &mut Scope<'_>) -> Vec<SubnetHandle> {
        let vpc = scope.add(
            "vpc",
            Net {
                cidr_block: "10.0.0.0/16".into(),
            },
        );
        let names = ["private-a", "private-b"];
        let subnet = |name| {
            let vpc_id = vpc.id.clone();
            scope.add(
                name,
                Subnet {
                    vpc_id,
                    cidr_block: None,
                },
            )
        };
        names.map(subnet).into()
    }
}

struct Platform(Vec<SubnetHandle>);

impl Construct for Platform {
    type Handle = ClusterHandle;

    fn build(self, scope: &mut Scope<'_>) -> ClusterHandle {
        let subnet_ids = self.0.iter().map(|subnet| subnet.id.clone()).collect();
        let version = Some("1.33".into());
        scope.add(
            "control-plane",
            Cluster {
                subnet_ids,
                version,
            },
        )
    }
}

fn program(stack: &mut Stack) {
    let subnets = stack.add("network", Network);
    let cluster = stack.add("cluster", Platform(subnets));
    let _lone = stack.add(
        "lone",
        Net {
            cidr_block: "10.9.0.0/16".into(),
        },
    );
    stack.output("cluster", &cluster.id);
}

pub(crate) fn graph() -> Graph {
    Graph::build(Context::new("zenml"), program).unwrap()
}

fn path(text: &str) -> NodePath {
    if text.is_empty() {
        NodePath::root()
    } else {
        text.parse().unwrap()
    }
}

const fn source(line: u32) -> Source {
    Source {
        file: "examples/zenml_stack.rs",
        line,
        column: 5,
    }
}

fn planned(at: &str, ty: &str, change: Change, line: u32) -> Planned {
    Planned {
        path: path(at),
        ty: ty.to_owned(),
        change,
        reasons: Vec::new(),
        node: None,
        object: None,
        birth: None,
        delete_first: false,
        moved_from: None,
        source: (line > 0).then(|| source(line)),
        orphan: None,
    }
}

fn reason(field: &str, old: Option<&str>, new: Option<&str>, rule: Rule) -> Reason {
    Reason {
        field: field.to_owned(),
        old: old.map(str::to_owned),
        new: new.map(str::to_owned),
        rule,
        source: Some(source(12)),
        because: String::new(),
    }
}

fn whole(rule: Rule, because: &str) -> Reason {
    Reason {
        because: because.to_owned(),
        source: None,
        ..reason("", None, None, rule)
    }
}

fn plan(graph: &Graph, serial: u64, planned: Vec<Planned>, counts: Counts) -> Plan {
    Plan {
        lineage: "0f".repeat(16),
        serial,
        program: graph.program_hash().to_owned(),
        provided: Default::default(),
        planned,
        counts,
        steps: StepGraph::default(),
        estimate: Estimate::default(),
        refreshed: Vec::new(),
        answers: Default::default(),
    }
}

/// Everything is created.
pub(crate) fn first(graph: &Graph) -> Plan {
    let all = vec![
        planned("network/vpc", "ec2.VPC", Change::Create, 12),
        planned("network/private-a", "ec2.Subnet", Change::Create, 12),
        planned("network/private-b", "ec2.Subnet", Change::Create, 12),
        planned("cluster/control-plane", "eks.Cluster", Change::Create, 13),
        planned("lone", "ec2.VPC", Change::Create, 14),
    ];
    let counts = Counts {
        create: 5,
        ..Counts::default()
    };
    let mut plan = plan(graph, 0, all, counts);
    plan.estimate = Estimate {
        seconds: 622,
        path: vec![0, 1, 3],
    };
    plan
}

/// Nothing is done.
pub(crate) fn nothing(graph: &Graph) -> Plan {
    let all = vec![planned("network/vpc", "ec2.VPC", Change::Keep, 12)];
    plan(
        graph,
        3,
        all,
        Counts {
            keep: 1,
            ..Counts::default()
        },
    )
}

/// One of each, and one conditional change.
pub(crate) fn every_kind(graph: &Graph) -> Plan {
    let old = r#"{"Statement":[{"Action":["s3:GetObject"],"Effect":"Allow","Resource":"arn:aws:s3:::zenml-dev-artifacts/*"}]}"#;
    let new = r#"{"Statement":[{"Action":["s3:GetObject","s3:PutObject"],"Effect":"Allow","Resource":<artifacts.Arn>}]}"#;
    let mut all = vec![
        Planned {
            reasons: vec![
                reason("PolicyDocument", Some(old), Some(new), Rule::InPlace),
                reason(
                    "Description",
                    Some("made by hand"),
                    Some("read and write"),
                    Rule::Drift,
                ),
            ],
            ..planned(
                "cluster/access/policy",
                "iam.RolePolicy",
                Change::Update,
                13,
            )
        },
        planned("network/vpc", "ec2.VPC", Change::Keep, 12),
        Planned {
            reasons: vec![reason(
                "CidrBlock",
                Some("10.0.0.0/20"),
                Some("10.0.16.0/20"),
                Rule::Replace,
            )],
            ..planned("network/private-a", "ec2.Subnet", Change::Replace, 12)
        },
        Planned {
            reasons: vec![whole(
                Rule::Forced,
                "it holds network/private-a, whose CidrBlock changes, which cannot exist twice",
            )],
            delete_first: true,
            ..planned("cluster/control-plane", "eks.Cluster", Change::Replace, 13)
        },
        planned("artifacts/bucket", "s3.Bucket", Change::Create, 15),
        Planned {
            reasons: vec![reason(
                "Url",
                Some("https://a"),
                Some("<cluster.Endpoint>"),
                Rule::UpdateIfChanged,
            )],
            ..planned("artifacts/notes", "k8s.ConfigMap", Change::Update, 15)
        },
        Planned {
            moved_from: Some(path("storage/logs")),
            ..planned("artifacts/logs", "s3.Bucket", Change::Move, 15)
        },
    ];
    all.extend(gone());
    let counts = Counts {
        keep: 1,
        create: 1,
        update: 2,
        replace: 2,
        delete: 1,
        moved: 1,
        forget: 1,
        orphan: 1,
    };
    let mut plan = plan(graph, 3, all, counts);
    plan.estimate = Estimate {
        seconds: 617,
        path: vec![3],
    };
    plan
}

fn gone() -> Vec<Planned> {
    vec![
        Planned {
            reasons: vec![whole(Rule::NotInProgram, "it is no longer in the program")],
            ..planned("old/bucket", "s3.Bucket", Change::Delete, 0)
        },
        Planned {
            reasons: vec![whole(
                Rule::NotInProgram,
                "it is no longer in the program, and is retained",
            )],
            ..planned("old/data", "s3.Bucket", Change::Forget, 0)
        },
        Planned {
            reasons: vec![whole(
                Rule::NotInProgram,
                "vol-1\u{1b}[31m carries this stack's tag and is in no state",
            )],
            orphan: Some(Owned {
                ty: "ec2.Volume".into(),
                id: "vol-1\u{1b}[31m".into(),
                token: String::new(),
            }),
            ..planned("", "ec2.Volume", Change::Orphan, 0)
        },
    ]
}
