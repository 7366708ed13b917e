//! `Spec<T>`: a typed Kubernetes struct with outputs inside, as an expression.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use mlplat_core::Problem;
use mlplat_core::wiring::{Expr, Wire};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::marker::Replacer;
use super::text::{Noted, Wires};
use crate::likeness;

/// A Kubernetes struct `T` of `k8s-openapi` in which outputs stand in places
/// of texts.
///
/// ```
/// use k8s_openapi::api::core::v1::{Container, PodSpec};
/// use mlplat_core::Output;
/// use mlplat_k8s::{Spec, Wires};
///
/// # fn spec(repository: &Output<String>) -> Spec<PodSpec> {
/// Spec::of(|w: &mut Wires| PodSpec {
///     containers: vec![Container {
///         name: "web".into(),
///         image: Some(format!("{}:v1", w.text(repository))),
///         ..Container::default()
///     }],
///     ..PodSpec::default()
/// })
/// # }
/// ```
pub struct Spec<T> {
    expr: Expr,
    problems: Vec<Problem>,
    /// Revisions of the secrets and settings that its pods use.
    revisions: Vec<Expr>,
    of: PhantomData<fn() -> T>,
}

impl<T: Serialize> Spec<T> {
    /// Runs the closure, at once, and takes the struct that it builds.
    ///
    /// What is wrong with it (an output that was asked for and does not
    /// appear, one from another document) is a Problem of the object that the
    /// spec is given to.
    #[must_use]
    pub fn of(build: impl FnOnce(&mut Wires) -> T) -> Self {
        let mut wires = Wires::new();
        let built = build(&mut wires);
        let (nonce, noted, revisions) = wires.into_parts();
        let (document, mut problems) = match serde_json::to_value(&built) {
            Ok(document) => (likeness::canonical(document), Vec::new()),
            Err(_) => (Value::Null, vec![unwritable()]),
        };
        let outputs: Vec<Expr> = noted.iter().map(|noted| noted.expr.clone()).collect();
        let mut replacer = Replacer::new(&nonce, &outputs);
        let expr = replacer.document(document, "Spec");
        let lost = noted.iter().enumerate();
        let lost = lost.filter(|(number, _)| !replacer.met.contains(number));
        problems.extend(lost.map(|(_, noted)| unused(noted)));
        problems.append(&mut replacer.problems);
        Self {
            expr,
            problems,
            revisions,
            of: PhantomData,
        }
    }
}

impl<T> Spec<T> {
    /// The document as an expression.
    #[must_use]
    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    /// Puts the revisions of what the pods use into the annotation of their
    /// template, so that they are made anew when a secret or setting changes.
    pub(crate) fn rolling(mut self, annotation: &str) -> Self {
        if self.revisions.is_empty() {
            return self;
        }
        let mut parts = Vec::new();
        for revision in std::mem::take(&mut self.revisions) {
            if !parts.is_empty() {
                parts.push(Expr::text(","));
            }
            parts.push(revision);
        }
        let value = Expr::concat(parts);
        let place = ["template", "metadata", "annotations", annotation];
        self.expr = with_member(self.expr, &place, value);
        self
    }

    /// Adds a problem when the document sets the top-level member.
    pub(crate) fn without(mut self, member: &str, problem: impl FnOnce() -> Problem) -> Self {
        let set = match &self.expr {
            Expr::Literal(value) => value.get(member).is_some(),
            Expr::Map(members) => members.contains_key(member),
            _ => false,
        };
        if set {
            self.problems.push(problem());
        }
        self
    }
}

/// The expression with one more member at a path of keys.
fn with_member(expr: Expr, path: &[&str], value: Expr) -> Expr {
    let Some((first, rest)) = path.split_first() else {
        return value;
    };
    let mut members: BTreeMap<String, Expr> = match expr {
        Expr::Map(members) => (*members).clone(),
        Expr::Literal(Value::Object(members)) => {
            let each = members.into_iter();
            each.map(|(key, value)| (key, Expr::Literal(value)))
                .collect()
        }
        _ => BTreeMap::new(),
    };
    let inner = members.remove(*first).unwrap_or(Expr::Literal(Value::Null));
    members.insert((*first).to_owned(), with_member(inner, rest, value));
    Expr::map(members)
}

fn unused(noted: &Noted) -> Problem {
    Problem::new(
        "wire-unused",
        format!(
            "the output {:?} was asked for and does not appear in the document",
            noted.expr
        ),
        "put the text that `w.text(..)` returned into the document, unchanged, or do not ask for it",
    )
    .because("binary data and changed texts hide it")
    .at(noted.at)
}

fn unwritable() -> Problem {
    Problem::new(
        "unwritable",
        "the struct cannot be written as JSON",
        "use the structs of k8s-openapi as they are",
    )
}

impl<T> Clone for Spec<T> {
    fn clone(&self) -> Self {
        Self {
            expr: self.expr.clone(),
            problems: self.problems.clone(),
            revisions: self.revisions.clone(),
            of: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Spec<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr.fmt(out)
    }
}

impl<T: DeserializeOwned> Wire for Spec<T> {
    type Resolved = T;

    fn wire(&self) -> Option<Expr> {
        Some(self.expr.clone())
    }

    fn problems(&self) -> Vec<Problem> {
        self.problems.clone()
    }
}
