//! Fields, map entries and methods.

use std::rc::Rc;
use std::sync::Arc;

use super::super::error::Error;
use super::super::node::Expr;
use super::state::{Dot, State};
use crate::value::{Kind, Map, MapKind, Object, Param, Value};

impl<'t> State<'t, '_> {
    /// `.A.B.C` on a receiver; arguments go to the last one.
    pub(super) fn field_chain(
        &mut self,
        dot: &Dot,
        receiver: Dot,
        names: &[Arc<str>],
        args: &'t [Expr],
        last: Option<Value>,
    ) -> Result<Value, Error> {
        let mut receiver = receiver;
        let Some((final_name, before)) = names.split_last() else {
            return Ok(receiver.value);
        };
        for name in before {
            receiver = self.field(dot, receiver, name, &[], None)?;
        }
        Ok(self.field(dot, receiver, final_name, args, last)?.value)
    }

    /// `args` holds the field itself first, as a command's arguments do.
    fn field(
        &mut self,
        dot: &Dot,
        receiver: Dot,
        name: &str,
        args: &'t [Expr],
        last: Option<Value>,
    ) -> Result<Dot, Error> {
        let has_args = args.len() > 1 || last.is_some();
        match &receiver.value {
            Value::Missing => Ok(Dot::plain(Value::Missing)),
            Value::Nil => Err(self.fail(format!("nil pointer evaluating interface {{}}.{name}"))),
            Value::Map(map) => {
                if has_args {
                    return Err(self.fail(format!("{name} is not a method but has arguments")));
                }
                Ok(entry(map, name))
            }
            Value::Object(object) => {
                let object = Rc::clone(object);
                self.member(dot, &receiver, object.as_ref(), name, args, last)
            }
            _ => Err(self.no_field(&receiver, name)),
        }
    }

    fn no_field(&self, receiver: &Dot, name: &str) -> Error {
        let type_name = if receiver.boxed {
            "interface {}"
        } else {
            receiver.value.type_name()
        };
        self.fail(format!("can't evaluate field {name} in type {type_name}"))
    }

    fn member(
        &mut self,
        dot: &Dot,
        receiver: &Dot,
        object: &dyn Object,
        name: &str,
        args: &'t [Expr],
        last: Option<Value>,
    ) -> Result<Dot, Error> {
        if let Some(params) = object.method(name) {
            let given = args.get(1..).unwrap_or_default();
            return self
                .method(dot, object, name, params, given, last)
                .map(Dot::plain);
        }
        let has_args = args.len() > 1 || last.is_some();
        match object.field(name) {
            Some(_) if has_args => {
                let message = if object.kind() == Kind::Map {
                    format!("{name} is not a method but has arguments")
                } else {
                    format!("{name} has arguments but cannot be invoked as function")
                };
                Err(self.fail(message))
            }
            Some(value) => Ok(Dot::plain(value)),
            None => Err(self.no_field(receiver, name)),
        }
    }

    fn method(
        &mut self,
        dot: &Dot,
        object: &dyn Object,
        name: &str,
        params: &'static [Param],
        args: &'t [Expr],
        last: Option<Value>,
    ) -> Result<Value, Error> {
        let count = args.len() + usize::from(last.is_some());
        if count != params.len() {
            let wanted = params.len();
            let message = format!("wrong number of args for {name}: want {wanted} got {count}");
            return Err(self.fail(message));
        }
        let mut values = Vec::with_capacity(count);
        for (arg, param) in args.iter().zip(params) {
            values.push(self.argument(dot, *param, arg)?);
        }
        if let (Some(last), Some(param)) = (last, params.last()) {
            values.push(self.validate(last, *param)?);
        }
        for value in &values {
            let taints = value.taints();
            if !taints.is_empty() {
                let what = format!("the method {name}");
                let fault = crate::funcs::refusal(self.context, &taints, &what);
                return Err(self.fault(&fault));
            }
        }
        self.step(1)?;
        let called = object.call(name, &values);
        called.map_err(|message| self.call_failed(name, &message.into()))
    }
}

fn entry(map: &Map, name: &str) -> Dot {
    let boxed = map.kind() != MapKind::Text;
    let value = map.get(name).unwrap_or_else(|| match map.kind() {
        MapKind::Text => Value::from(""),
        _ => Value::Nil,
    });
    Dot { value, boxed }
}
