//! What an answer has to be, whatever the service said: about the object that
//! was asked for, with the outputs that its type declares, in their shape.
//!
//! A provider translates, and a translation can be wrong: a member that was
//! renamed, a number that is a text by now, the object beside the one that was
//! meant. What is built on such an answer is wrong further away, where nobody
//! would look for the cause; so it is refused here, with the member's name. The
//! object itself is remembered all the same.
//!
//! Values are nobody's business here: another value of the same shape is drift.

use serde_json::{Map, Value};

use crate::facts::{OnChange, OutputLife, Type};
use crate::graph::RESERVED;
use crate::provider::Observed;

/// What was asked for.
pub(crate) struct Asked<'a> {
    pub(crate) ty: &'a Type,
    pub(crate) id: &'a str,
    /// The inputs that were sent just now; none when it was only looked at.
    pub(crate) sent: &'a Map<String, Value>,
}

impl Asked<'_> {
    /// How an answer about a ready object contradicts the facts of its type.
    pub(crate) fn contradicted(&self, seen: &Observed) -> Option<String> {
        self.is_another(seen)
            .or_else(|| self.outputs(seen))
            .or_else(|| self.inputs(seen))
    }

    /// Whether the answer is about something else.
    pub(crate) fn is_another(&self, seen: &Observed) -> Option<String> {
        let (ty, id) = (self.ty.name, self.id);
        (seen.id != id).then(|| format!("{ty} {id} was asked for, and {} was shown", seen.id))
    }

    fn outputs(&self, seen: &Observed) -> Option<String> {
        let ty = self.ty;
        let undeclared = seen.outputs.keys().find(|name| ty.output(name).is_none());
        if let Some(name) = undeclared {
            return Some(format!(
                "{} gave an output {name}, which it does not declare",
                ty.name
            ));
        }
        ty.outputs.iter().find_map(|output| {
            let name = output.name;
            let value = match seen.outputs.get(name) {
                None | Some(Value::Null) if output.life == OutputLife::Drifts => return None,
                None => return Some(format!("{} did not give its output {name}", ty.name)),
                Some(Value::Null) => {
                    return Some(format!("{} gave null as its output {name}", ty.name));
                }
                Some(value) => value,
            };
            let (is, wanted) = (shape(value), self.shape_of(output.form)?);
            (is != wanted).then(|| {
                format!(
                    "{} gave {is} as its output {name}, which is {wanted}",
                    ty.name
                )
            })
        })
    }

    /// The shape that a form gives, where the form says so.
    fn shape_of(&self, form: &str) -> Option<&'static str> {
        let input = form
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        match form {
            "" => None,
            _ if form.starts_with('[') || form.starts_with("each(") => Some("a list"),
            _ if form.parse::<f64>().is_ok() => Some("a number"),
            // The input itself, whatever it is.
            _ if input.is_some_and(|name| self.ty.field(name).is_some()) => {
                let sent = self.sent.get(input.unwrap_or_default())?;
                (!is_sealed(sent)).then(|| shape(sent))
            }
            _ => Some("a text"),
        }
    }

    fn inputs(&self, seen: &Observed) -> Option<String> {
        let ty = self.ty;
        let undeclared = seen.inputs.keys().find(|name| ty.field(name).is_none());
        if let Some(name) = undeclared {
            return Some(format!(
                "{} shows a field {name}, which it does not have",
                ty.name
            ));
        }
        self.sent.iter().find_map(|(name, sent)| {
            let field = ty.field(name)?;
            let readable = field.change != OnChange::WriteOnly && !field.secret;
            if !readable || is_nothing(sent) || is_sealed(sent) {
                return None;
            }
            match seen.inputs.get(name) {
                None => Some(format!(
                    "{} does not show its field {name}, which was sent",
                    ty.name
                )),
                Some(Value::Null) => None,
                Some(shown) => {
                    let (is, was) = (shape(shown), shape(sent));
                    (is != was).then(|| {
                        format!(
                            "{} shows {is} as its field {name}, and {was} was sent",
                            ty.name
                        )
                    })
                }
            }
        })
    }
}

/// What a service may leave out of its answer.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// Whether the digest of a secret stands in a value's place.
fn is_sealed(value: &Value) -> bool {
    let members = value.as_object();
    members.is_some_and(|members| members.keys().any(|key| key.starts_with(RESERVED)))
}

const fn shape(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a yes or no",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::facts::{OutputFact, Refs, TYPE, f, opt};
    use crate::provider::Status;

    static THING: Type = Type {
        name: "test.Thing",
        fields: &[
            f("Size", OnChange::InPlace, Refs::No),
            opt("Names", OnChange::InPlace),
            opt("Key", OnChange::WriteOnly),
        ],
        outputs: &[
            OutputFact::fixed("Id", "thing-{hex8}"),
            OutputFact::fixed("Size", "{Size}"),
            OutputFact::fixed("All", "[\"{Size}\"]"),
            OutputFact::fixed("Any", ""),
            OutputFact {
                life: OutputLife::Drifts,
                ..OutputFact::fixed("Host", "{hex8}.example.com")
            },
        ],
        ..TYPE
    };

    fn said(change: impl FnOnce(&mut Observed)) -> Option<String> {
        let map = |value: Value| value.as_object().cloned().unwrap_or_default();
        let sent = map(json!({"Size": 3, "Names": [], "Key": "k"}));
        let mut seen = Observed {
            id: "thing-1".to_owned(),
            status: Status::Ready,
            inputs: map(json!({"Size": 3})),
            outputs: map(json!({"Id": "thing-1", "Size": 3, "All": ["3"], "Any": true})),
            token: None,
        };
        change(&mut seen);
        let asked = Asked {
            ty: &THING,
            id: "thing-1",
            sent: &sent,
        };
        asked.contradicted(&seen)
    }

    #[test]
    fn an_answer_as_declared_is_taken() {
        assert_eq!(said(|_| {}), None);
        assert_eq!(
            said(|seen| drop(seen.outputs.insert("Host".into(), json!("h")))),
            None
        );
        assert_eq!(
            said(|seen| drop(seen.outputs.insert("Any".into(), json!([])))),
            None
        );
        assert_eq!(
            said(|seen| drop(seen.inputs.insert("Size".into(), json!(4)))),
            None
        );
    }

    type Change = fn(&mut Observed);

    /// Proves fault 20.
    #[test]
    fn each_way_to_be_wrong_is_named() {
        let cases: [(Change, &str); 9] = [
            (
                |seen| seen.id = "thing-2".into(),
                "test.Thing thing-1 was asked for, and thing-2 was shown",
            ),
            (
                |seen| drop(seen.outputs.remove("Id")),
                "test.Thing did not give its output Id",
            ),
            (
                |seen| drop(seen.outputs.insert("Id".into(), Value::Null)),
                "test.Thing gave null as its output Id",
            ),
            (
                |seen| drop(seen.outputs.insert("Size".into(), json!("3"))),
                "test.Thing gave a text as its output Size, which is a number",
            ),
            (
                |seen| drop(seen.outputs.insert("All".into(), json!("3"))),
                "test.Thing gave a text as its output All, which is a list",
            ),
            (
                |seen| drop(seen.outputs.insert("Else".into(), json!(1))),
                "test.Thing gave an output Else, which it does not declare",
            ),
            (
                |seen| drop(seen.inputs.insert("Else".into(), json!(1))),
                "test.Thing shows a field Else, which it does not have",
            ),
            (
                |seen| drop(seen.inputs.remove("Size")),
                "test.Thing does not show its field Size, which was sent",
            ),
            (
                |seen| drop(seen.inputs.insert("Size".into(), json!("3"))),
                "test.Thing shows a text as its field Size, and a number was sent",
            ),
        ];
        for (change, words) in cases {
            assert_eq!(said(change).as_deref(), Some(words));
        }
    }
}
