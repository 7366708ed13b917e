//! All permissions of a program.

use std::collections::BTreeMap;

use mlplat_core::Graph;
use mlplat_core::facts::Canon;
use mlplat_core::graph::NodeView;
use serde::Serialize;
use serde_json::Value;

use super::arn::written_out;
use super::statement::{Permission, statements, texts};

const ROLE: &str = "iam.Role";
const ATTACHMENT: &str = "iam.RolePolicyAttachment";
const POD_IDENTITY: &str = "eks.PodIdentityAssociation";
/// Types whose documents permit nothing by themselves: they narrow what roles
/// may do through an endpoint, or in a session.
const NARROWING: [&str; 2] = ["ec2.VPCEndpoint", POD_IDENTITY];

/// Who may do what on what, as the program says it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Policies {
    /// The roles of the program, by path.
    pub principals: BTreeMap<String, RoleOfProgram>,
    /// What is permitted and forbidden, in order of the program: first what
    /// roles say, then what resources say.
    pub permissions: Vec<Permission>,
    /// For the resources that are asked about: what references stand for.
    #[serde(skip)]
    pub(super) names: BTreeMap<String, String>,
}

/// A role of the program.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RoleOfProgram {
    /// Who may take it on: `Service: eks.amazonaws.com`, `Federated: ...`, `*`.
    pub trusts: Vec<String>,
    /// The pods that have it by EKS Pod Identity: `namespace/service-account`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pods: Vec<String>,
    /// Attached managed policies whose content is not of this program: the
    /// names of AWS's, the ARNs of others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub managed: Vec<String>,
}

impl Policies {
    /// Reads a program.
    #[must_use]
    pub fn of(graph: &Graph) -> Self {
        let roles = graph.of_type(ROLE).map(|role| {
            let principal = RoleOfProgram {
                trusts: trusts(role),
                pods: pods(graph, role),
                managed: Vec::new(),
            };
            (role.path().to_string(), principal)
        });
        let mut policies = Self {
            principals: roles.collect(),
            permissions: Vec::new(),
            names: names(graph),
        };
        policies.inline(graph);
        policies.attached(graph);
        policies.of_resources(graph);
        policies
    }

    /// Documents that name the role they belong to.
    fn inline(&mut self, graph: &Graph) {
        for (node, field) in documents(graph) {
            for role in role_of(graph, node).filter(|_| is_of_iam(node)) {
                self.add(graph, node, field, &role);
            }
        }
    }

    /// Managed policies: of this program, or named.
    fn attached(&mut self, graph: &Graph) {
        for node in graph.of_type(ATTACHMENT) {
            let own = node.references("PolicyArn").into_iter().next();
            let own = own.and_then(|reference| graph.at(reference.path.as_str()));
            let name = node.text("PolicyArn").unwrap_or_default();
            for role in role_of(graph, node) {
                if let Some((own, field)) = own.and_then(|own| Some((own, document_of(own)?))) {
                    self.add(graph, own, field, &role);
                } else if let Some(principal) = self.principals.get_mut(&role) {
                    principal.managed.push(short(&name).to_owned());
                }
            }
        }
    }

    /// Documents of resources say themselves for whom they are.
    fn of_resources(&mut self, graph: &Graph) {
        for (node, field) in documents(graph) {
            if is_of_iam(node) || node.ty() == ROLE {
                continue;
            }
            for statement in statements(node, field) {
                for principal in principals(graph, &statement["Principal"]) {
                    let mut read = Permission::read(graph, &statement, principal, node);
                    speak_of_itself(graph, node, &mut read.resources);
                    self.permissions.push(read);
                }
            }
        }
    }

    fn add(&mut self, graph: &Graph, node: NodeView<'_>, field: &str, role: &str) {
        let each = statements(node, field);
        let each = each.iter();
        self.permissions
            .extend(each.map(|one| Permission::read(graph, one, role.to_owned(), node)));
    }
}

/// Whether a node's document belongs to an identity.
fn is_of_iam(node: NodeView<'_>) -> bool {
    node.ty() != ROLE && node.ty().starts_with("iam.")
}

/// A key's or repository's own policy speaks of it alone, and writes `*` or
/// nothing for it.
fn speak_of_itself(graph: &Graph, node: NodeView<'_>, resources: &mut Vec<String>) {
    let outputs = node.node().ty.outputs.iter();
    let mut arns = outputs.filter(|output| output.name.to_ascii_lowercase().ends_with("arn"));
    if let Some(arn) = arns
        .next()
        .filter(|_| resources.is_empty() || resources.iter().any(|resource| resource == "*"))
    {
        let arn = written_out(graph, &node.output(arn.name));
        *resources = vec![format!("{arn}/*"), arn];
    }
}

/// Every field that holds a policy document that permits something.
fn documents(graph: &Graph) -> impl Iterator<Item = (NodeView<'_>, &'static str)> {
    graph
        .views()
        .filter(|node| !NARROWING.contains(&node.ty()))
        .filter_map(|node| Some((node, document_of(node)?)))
}

fn document_of(node: NodeView<'_>) -> Option<&'static str> {
    let fields = node.node().ty.fields.iter();
    fields
        .filter(|field| field.canon == Canon::Policy)
        .find(|field| node.get(field.name).is_some())
        .map(|field| field.name)
}

/// The roles that a node names by a reference to one of its outputs.
fn role_of<'a>(graph: &'a Graph, node: NodeView<'a>) -> impl Iterator<Item = String> + 'a {
    let fields = node.node().ty.fields.iter();
    let naming = fields.filter(|field| field.refs.targets().contains(&ROLE));
    let roles = naming.flat_map(move |field| node.references(field.name));
    roles
        .filter(move |reference| {
            graph
                .at(reference.path.as_str())
                .is_some_and(|target| target.ty() == ROLE)
        })
        .map(|reference| reference.path.to_string())
}

fn trusts(role: NodeView<'_>) -> Vec<String> {
    let statements = statements(role, "AssumeRolePolicyDocument");
    let allowed = statements.iter().filter(|one| one["Effect"] == "Allow");
    allowed
        .flat_map(|one| principals(role.graph(), &one["Principal"]))
        .collect()
}

fn pods(graph: &Graph, role: NodeView<'_>) -> Vec<String> {
    let of_role = graph.of_type(POD_IDENTITY).filter(|node| {
        let references = node.references("RoleArn");
        references
            .iter()
            .any(|reference| reference.path == *role.path())
    });
    let name = |node: NodeView<'_>| {
        let text = |field| written_out(graph, &node.text(field).unwrap_or_default());
        format!("{}/{}", text("Namespace"), text("ServiceAccount"))
    };
    of_role.map(name).collect()
}

/// The principals of a statement: a role of the program by its path, anything
/// else as the document says it.
fn principals(graph: &Graph, value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Object(kinds) => {
            let each = kinds
                .iter()
                .flat_map(|(kind, of)| texts(of).into_iter().map(move |one| (kind, one)));
            each.map(|(kind, one)| match role_by_arn(graph, &one) {
                Some(path) => path,
                None if one == "*" => one,
                None => format!("{kind}: {one}"),
            })
            .collect()
        }
        _ => Vec::new(),
    }
}

fn role_by_arn(graph: &Graph, arn: &str) -> Option<String> {
    let found = graph.of_type(ROLE).find(|role| {
        let own = role.output("Arn");
        arn == own || written_out(graph, &own) == written_out(graph, arn)
    });
    found.map(|role| role.path().to_string())
}

/// `AmazonEKS_CNI_Policy` of its ARN; anything that is not AWS's as it is.
fn short(arn: &str) -> &str {
    match arn.split_once(":iam::aws:policy/") {
        Some((_, path)) => path.rsplit('/').next().unwrap_or(path),
        None => arn,
    }
}

/// Every reference that can be written out, with what it stands for.
fn names(graph: &Graph) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for node in graph.views() {
        for output in node.node().ty.outputs {
            let reference = node.output(output.name);
            let out = written_out(graph, &reference);
            if out != reference {
                names.insert(reference, out);
            }
        }
    }
    names
}
