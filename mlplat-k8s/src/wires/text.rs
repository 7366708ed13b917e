//! `Wires`: what the closure of a [`Spec`](super::Spec) is given.

use std::cell::RefCell;
use std::panic::Location;

use mlplat_core::wiring::Expr;
use mlplat_core::{Output, Source};
use serde::Serialize;

use super::marker;

/// A value that may stand in the clear in a Kubernetes object: anything but a
/// secret.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is a secret, and everyone who may read the object would see it",
    label = "a secret does not go into a document in clear",
    note = "a secret goes into a pod through a `k8s.Secret`: put it there with `.entry(\"key\", value)`, and take it in the pod with `secret.env(w, \"NAME\", \"key\")`, `secret.env_from(w)` or `secret.volume(w, \"name\")`"
)]
pub trait PodText {}

// A secret has no `Serialize`; everything else that an output carries has.
#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> PodText for T {}

/// Where the outputs that a document uses are noted while it is written.
pub struct Wires {
    pub(super) nonce: String,
    noted: RefCell<Vec<Noted>>,
    revisions: RefCell<Vec<Expr>>,
}

/// An output that a document uses.
pub(super) struct Noted {
    pub(super) expr: Expr,
    /// Where it was asked for.
    pub(super) at: Source,
}

impl Wires {
    pub(super) fn new() -> Self {
        Self {
            nonce: marker::nonce(),
            noted: RefCell::default(),
            revisions: RefCell::default(),
        }
    }

    /// The text of an output, for one place in the document. It may stand
    /// alone (`image: Some(w.text(&repository.uri))`) or inside a longer text
    /// (`format!("{}:v1", w.text(&repository.uri))`); what is not text, such
    /// as a port, is written as text. Each place asks for its own.
    #[track_caller]
    pub fn text<T: PodText>(&self, output: &Output<T>) -> String {
        let mut noted = self.noted.borrow_mut();
        let marker = marker::marker(&self.nonce, noted.len());
        noted.push(Noted {
            expr: output.expr().clone(),
            at: Source::from(Location::caller()),
        });
        marker
    }

    /// Notes that pods of this document use something whose content has this
    /// revision: where they come from a template, they are made anew when it
    /// changes. [`SecretHandle::env`](crate::objects::SecretHandle::env) and
    /// its like do this.
    pub fn uses(&self, revision: &Output<String>) {
        let mut revisions = self.revisions.borrow_mut();
        let expr = revision.expr();
        let known = |seen: &Expr| format!("{seen:?}") == format!("{expr:?}");
        if !revisions.iter().any(known) {
            revisions.push(expr.clone());
        }
    }

    pub(super) fn into_parts(self) -> (String, Vec<Noted>, Vec<Expr>) {
        (
            self.nonce,
            self.noted.into_inner(),
            self.revisions.into_inner(),
        )
    }
}
