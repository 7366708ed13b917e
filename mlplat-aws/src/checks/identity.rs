//! Roles and policies.

use mlplat_core::{Graph, Problem, Problems};
use serde_json::Value;

use super::support::each;
use crate::policy::{Permission, ReadPolicies as _};

/// Beginnings of actions that only read. With them a permission on every
/// resource is often the only one that AWS takes.
const READS: [&str; 8] = [
    "Get",
    "List",
    "Describe",
    "BatchGet",
    "BatchCheck",
    "Check",
    "Lookup",
    "View",
];

/// `wildcard-action`: a role that may do everything, or everything of a
/// service.
#[must_use]
pub fn wildcard_action(program: &Graph) -> Problems {
    of_roles(program, |one| {
        let all = one.actions.iter();
        let mut all = all.filter(|action| *action == "*" || action.ends_with(":*"));
        let action = all.next().cloned();
        let action = action.or_else(|| {
            let but = !one.except_actions.is_empty();
            but.then(|| format!("everything but {}", one.except_actions.join(", ")))
        })?;
        Some((
            "wildcard-action",
            format!("the role may do {action}"),
            "name the actions that it needs; a grant such as bucket.read() has them",
            "whoever takes the role over has them all",
        ))
    })
}

/// `wildcard-resource`: a role that may change things on every resource,
/// without conditions.
#[must_use]
pub fn wildcard_resource(program: &Graph) -> Problems {
    of_roles(program, |one| {
        let everywhere = one.resources.iter().any(|resource| resource == "*")
            || !one.except_resources.is_empty();
        let changes = one.actions.iter().find(|action| {
            let name = action.split_once(':').map_or("*", |(_, name)| name);
            !READS.iter().any(|read| name.starts_with(read))
        })?;
        (everywhere && !one.is_conditional()).then(|| {
            (
                "wildcard-resource",
                format!("the role may {changes} on every resource"),
                "name the ARNs, or add a condition on their tags",
                "it reaches what other stacks and teams own",
            )
        })
    })
}

type Finding = (&'static str, String, &'static str, &'static str);

/// What is wrong with what roles are permitted, at the node that permits it.
fn of_roles(program: &Graph, wrong: impl Fn(&Permission) -> Option<Finding>) -> Problems {
    let policies = program.policies();
    let roles = &policies.principals;
    let permitted = policies.permissions.iter().filter(|one| {
        one.allows && roles.contains_key(&one.principal) && !is_of_a_resource(program, one)
    });
    let mut found: Vec<Problem> = permitted
        .filter_map(|one| {
            let (code, what, fix, why) = wrong(one)?;
            Some(program.at(&one.at)?.problem(code, what, fix).because(why))
        })
        .collect();
    // One document may belong to several roles.
    found.dedup();
    Problems(found)
}

/// A resource's own policy speaks of that resource alone, whatever it writes.
fn is_of_a_resource(program: &Graph, one: &Permission) -> bool {
    program
        .at(&one.at)
        .is_some_and(|node| !node.ty().starts_with("iam."))
}

/// `public-policy`: a resource policy that permits everyone something, without
/// conditions.
#[must_use]
pub fn public_policy(program: &Graph) -> Problems {
    let policies = program.policies();
    let public = policies.permissions.iter().filter(|one| {
        let everyone = one.principal == "*" || one.principal.ends_with(": *");
        one.allows && everyone && !one.is_conditional()
    });
    let found = public.filter_map(|one| {
        let node = program.at(&one.at)?;
        let what = format!("everyone {one}");
        let fix = "name the principals, or add a condition on their account or network";
        let problem = node.problem("public-policy", what, fix);
        Some(problem.because("everyone includes whoever has any AWS account"))
    });
    Problems(found.collect())
}

/// `open-trust`: a role that everyone may take on, or that a federation hands
/// out whoever asks.
#[must_use]
pub fn open_trust(program: &Graph) -> Problems {
    each(program, &["iam.Role"], |role| {
        let text = role.text("AssumeRolePolicyDocument")?;
        let document: Value = serde_json::from_str(&text).ok()?;
        let statements = match &document["Statement"] {
            Value::Array(statements) => statements.clone(),
            one => vec![one.clone()],
        };
        let open = statements.iter().filter(|one| one["Effect"] == "Allow");
        let why = open.filter_map(too_open).next()?;
        let fix = "name who may take it on; for a federation, compare the token's subject too";
        let problem = role.problem("open-trust", format!("{why} may take the role on"), fix);
        Some(problem.because("what the role may do, they may do"))
    })
}

fn too_open(statement: &Value) -> Option<&'static str> {
    let principal = &statement["Principal"];
    let condition = &statement["Condition"];
    let anyone = |value: &Value| {
        value == "*"
            || value
                .as_array()
                .is_some_and(|all| all.iter().any(|one| one == "*"))
    };
    if anyone(principal) || anyone(&principal["AWS"]) {
        return condition.is_null().then_some("everyone");
    }
    let federated = !principal["Federated"].is_null();
    (federated && !condition.to_string().contains(":sub\""))
        .then_some("every token of the federation")
}
