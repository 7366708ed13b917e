//! From statements to an expression.
//!
//! A document becomes `Expr::Json` over a map, so that whoever looks into it
//! sees members and not text. One case does not fit: the keys of a map are
//! known text, but the condition key of a token's subject begins with the
//! issuer, which is known only when the cluster exists. Such a document
//! becomes a concatenation of JSON text and the unknown parts instead. That
//! needs the unknown parts to be free of quotes, backslashes and control
//! characters; ARNs, issuers and AWS names are.

use std::sync::Arc;

use mlplat_core::Output;
use mlplat_core::wiring::{Expr, KnownText};
use serde_json::Value;

/// JSON in which any text, even a key, may be an expression.
pub(super) enum Doc {
    Text(Expr),
    List(Vec<Doc>),
    Object(Vec<(Doc, Doc)>),
}

impl Doc {
    pub(super) fn text(text: impl KnownText) -> Self {
        Self::Text(Expr::text(text))
    }

    pub(super) fn value(value: &Output<String>) -> Self {
        Self::Text(value.expr().clone())
    }

    /// IAM reads a single string like a list of one.
    pub(super) fn one_or_many(items: impl IntoIterator<Item = Self>) -> Self {
        let mut items: Vec<_> = items.into_iter().collect();
        match items.len() {
            1 => items.remove(0),
            _ => Self::List(items),
        }
    }

    pub(super) fn object<'a>(members: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        let members = members.into_iter();
        Self::Object(
            members
                .map(|(key, value)| (Self::text(key), value))
                .collect(),
        )
    }

    /// An expression that yields the document as text.
    pub(super) fn into_text(self) -> Expr {
        match self.tree() {
            Some(tree) => Expr::Json(Arc::new(tree)),
            None => {
                let mut pieces = Pieces::default();
                pieces.document(&self);
                pieces.into_expr()
            }
        }
    }

    /// The document as a tree, if every key is known.
    fn tree(&self) -> Option<Expr> {
        match self {
            Self::Text(expr) => Some(expr.clone()),
            Self::List(items) => {
                let items: Option<Vec<_>> = items.iter().map(Self::tree).collect();
                items.map(Expr::list)
            }
            Self::Object(members) => {
                let members: Option<Vec<_>> = members
                    .iter()
                    .map(|(key, value)| Some((key.known()?.to_owned(), value.tree()?)))
                    .collect();
                members.map(Expr::map)
            }
        }
    }

    fn known(&self) -> Option<&str> {
        match self {
            Self::Text(Expr::Literal(Value::String(text))) => Some(text),
            _ => None,
        }
    }
}

/// JSON text with expressions between its pieces.
#[derive(Default)]
struct Pieces {
    done: Vec<Expr>,
    text: String,
}

impl Pieces {
    fn document(&mut self, doc: &Doc) {
        match doc {
            Doc::Text(expr) => {
                self.text.push('"');
                self.inside_string(expr);
                self.text.push('"');
            }
            Doc::List(items) => {
                self.text.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.comma(index);
                    self.document(item);
                }
                self.text.push(']');
            }
            Doc::Object(members) => {
                self.text.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    self.comma(index);
                    self.document(key);
                    self.text.push(':');
                    self.document(value);
                }
                self.text.push('}');
            }
        }
    }

    fn comma(&mut self, index: usize) {
        if index > 0 {
            self.text.push(',');
        }
    }

    /// Known text is escaped; unknown text stands as it will be.
    fn inside_string(&mut self, expr: &Expr) {
        match expr {
            Expr::Literal(Value::String(text)) => {
                let quoted = Value::String(text.clone()).to_string();
                self.text.push_str(&quoted[1..quoted.len() - 1]);
            }
            Expr::Literal(value) => self.text.push_str(&value.to_string()),
            Expr::Concat(parts) => parts.iter().for_each(|part| self.inside_string(part)),
            unknown => {
                self.flush();
                self.done.push(unknown.clone());
            }
        }
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.done.push(Expr::text(std::mem::take(&mut self.text)));
        }
    }

    fn into_expr(mut self) -> Expr {
        self.flush();
        Expr::concat(self.done)
    }
}
