//! Pipelines, commands and arguments.

use super::super::error::Error;
use super::super::node::{Command, Decl, Expr, Literal, Pipe};
use super::super::number::Number;
use super::super::parse::UNDECLARED;
use super::state::{At, Dot, State};
use crate::funcs::{CALLEE, Function, Short, truth};
use crate::stack::grow;
use crate::value::{Param, Str, Value};

impl<'t> State<'t, '_> {
    /// The value of a pipeline; declares or assigns its variables.
    pub(super) fn pipeline(&mut self, dot: &Dot, pipe: &'t Pipe) -> Result<Value, Error> {
        self.at = At::Pipe(pipe);
        let mut value: Option<Value> = None;
        for command in &pipe.commands {
            let result = self.command(dot, command, value.take())?;
            // What was in an interface is taken out of it; a nil one becomes
            // no value.
            value = Some(match result {
                Value::Nil => Value::Missing,
                other => other,
            });
        }
        let value = value.unwrap_or(Value::Missing);
        // `range` gives its variables their values itself.
        for decl in &pipe.decl {
            self.set_var(decl, Dot::plain(value.clone()))?;
        }
        Ok(value)
    }

    pub(super) fn set_var(&mut self, decl: &Decl, value: Dot) -> Result<(), Error> {
        match self.vars.get_mut(decl.slot) {
            Some(slot) => {
                *slot = Some(value);
                Ok(())
            }
            None => Err(self.fail(format!("undefined variable: {}", decl.name))),
        }
    }

    fn command(
        &mut self,
        dot: &Dot,
        command: &'t Command,
        last: Option<Value>,
    ) -> Result<Value, Error> {
        let word = &command.args[0];
        match word {
            Expr::Field(_, names) => {
                self.at = At::Expr(word);
                return self.field_chain(dot, dot.clone(), names, &command.args, last);
            }
            Expr::Chain(..) => return self.chain(dot, word, &command.args, last),
            Expr::Function(_, function) => {
                self.at = At::Expr(word);
                let node = At::Command(command);
                return self.function(dot, function, node, &command.args[1..], last);
            }
            Expr::Pipe(pipe) => {
                self.not_a_function(&command.args, last.as_ref())?;
                return grow(|| self.pipeline(dot, pipe));
            }
            Expr::Variable(..) => return self.variable(dot, word, &command.args, last),
            _ => {}
        }
        self.at = At::Expr(word);
        self.not_a_function(&command.args, last.as_ref())?;
        match word {
            Expr::Bool(_, truth) => Ok(Value::from(*truth)),
            Expr::Dot(_) => Ok(dot.value.clone()),
            Expr::Number(_, number) => self.ideal(number),
            Expr::Text(_, literal) => Ok(text_of(literal)),
            _ => Err(self.fail("nil is not a command")),
        }
    }

    fn not_a_function(&self, args: &[Expr], last: Option<&Value>) -> Result<(), Error> {
        if args.len() > 1 || last.is_some() {
            let word = &args[0];
            return Err(self.fail(format!("can't give argument to non-function {word}")));
        }
        Ok(())
    }

    /// A number where no parameter says its type.
    fn ideal(&self, number: &Number) -> Result<Value, Error> {
        if let (Some(float), true) = (number.float, number.is_float_by_syntax()) {
            return Ok(Value::from(float));
        }
        match number.int {
            Some(int) => Ok(Value::int(int)),
            None => Err(self.fail(format!("{} overflows int", number.text))),
        }
    }

    fn chain(
        &mut self,
        dot: &Dot,
        expr: &'t Expr,
        args: &'t [Expr],
        last: Option<Value>,
    ) -> Result<Value, Error> {
        let Expr::Chain(_, chain) = expr else {
            return Ok(Value::Missing);
        };
        self.at = At::Expr(expr);
        if matches!(chain.node, Expr::Nil(_)) {
            return Err(self.fail(format!("indirection through explicit nil in {expr}")));
        }
        let receiver = self.untyped(dot, &chain.node)?;
        self.field_chain(dot, Dot::plain(receiver), &chain.fields, args, last)
    }

    fn variable(
        &mut self,
        dot: &Dot,
        expr: &'t Expr,
        args: &'t [Expr],
        last: Option<Value>,
    ) -> Result<Value, Error> {
        let Expr::Variable(_, variable) = expr else {
            return Ok(Value::Missing);
        };
        self.at = At::Expr(expr);
        let found = if variable.slot == UNDECLARED {
            None
        } else {
            self.vars.get(variable.slot).and_then(Option::as_ref)
        };
        let Some(value) = found else {
            return Err(self.fail(format!("undefined variable: {}", variable.name)));
        };
        if variable.fields.is_empty() {
            let value = value.value.clone();
            self.not_a_function_var(args, last.as_ref())?;
            return Ok(value);
        }
        let value = value.clone();
        self.field_chain(dot, value, &variable.fields, args, last)
    }

    fn not_a_function_var(&self, args: &[Expr], last: Option<&Value>) -> Result<(), Error> {
        if args.is_empty() {
            Ok(())
        } else {
            self.not_a_function(args, last)
        }
    }

    /// Calls a function. `node` is what an error of the function names.
    pub(super) fn function(
        &mut self,
        dot: &Dot,
        function: &'static Function,
        node: At<'t>,
        args: &'t [Expr],
        last: Option<Value>,
    ) -> Result<Value, Error> {
        self.check_count(function, args.len(), last.is_some())?;
        if let Some(short) = function.short() {
            return self.short_circuit(dot, short, args, last);
        }
        let mut values = Vec::with_capacity(args.len() + 1);
        for (at, arg) in args.iter().enumerate() {
            let param = function.param(at).unwrap_or(Param::Any);
            values.push(self.argument(dot, param, arg)?);
        }
        if let Some(last) = last {
            let param = function.param(args.len()).unwrap_or(Param::Any);
            values.push(self.validate(last, param)?);
        }
        self.step(1)?;
        let result = {
            let place = || self.place();
            crate::funcs::run(function, self.context, self.scope, &place, &values)
        };
        result.map_err(|mut fault| {
            self.at = node;
            if let (true, Some(callee)) = (fault.message.contains(CALLEE), args.first()) {
                fault.message = fault.message.replace(CALLEE, &callee.to_string());
            }
            self.call_failed(function.name, &fault)
        })
    }

    fn check_count(&self, function: &Function, given: usize, piped: bool) -> Result<(), Error> {
        let count = given + usize::from(piped);
        let (name, wanted) = (function.name, function.params.len());
        if function.repeated.is_some() {
            if count < wanted {
                let message =
                    format!("wrong number of args for {name}: want at least {wanted} got {given}");
                return Err(self.fail(message));
            }
        } else if count != wanted {
            let message = format!("wrong number of args for {name}: want {wanted} got {count}");
            return Err(self.fail(message));
        }
        Ok(())
    }

    /// `and` and `or` stop at the first argument that decides.
    fn short_circuit(
        &mut self,
        dot: &Dot,
        short: Short,
        args: &'t [Expr],
        last: Option<Value>,
    ) -> Result<Value, Error> {
        let mut value = Value::Missing;
        for (at, arg) in args.iter().enumerate() {
            value = self.argument(dot, Param::Reflect, arg)?;
            let is_last = at + 1 == args.len() && last.is_none();
            if is_last {
                return Ok(value);
            }
            let truth = truth(self.context, &value, short.name());
            if truth.map_err(|fault| self.fault(&fault))? == short.stops_at() {
                return Ok(value);
            }
        }
        Ok(last.unwrap_or(value))
    }

    /// An argument for a parameter.
    pub(super) fn argument(
        &mut self,
        dot: &Dot,
        param: Param,
        expr: &'t Expr,
    ) -> Result<Value, Error> {
        self.at = At::Expr(expr);
        let value = match expr {
            Expr::Dot(_) => dot.value.clone(),
            Expr::Nil(_) if param == Param::Reflect => return Ok(Value::Missing),
            Expr::Nil(_) if param.takes_nil() => return Ok(Value::Nil),
            Expr::Nil(_) => {
                return Err(self.fail(format!("cannot assign nil to {}", param.type_name())));
            }
            Expr::Bool(..) | Expr::Number(..) | Expr::Text(..) => {
                return self.literal(param, expr);
            }
            other => self.untyped(dot, other)?,
        };
        self.validate(value, param)
    }

    /// An expression that says its own type.
    fn untyped(&mut self, dot: &Dot, expr: &'t Expr) -> Result<Value, Error> {
        self.at = At::Expr(expr);
        match expr {
            Expr::Dot(_) => Ok(dot.value.clone()),
            Expr::Nil(_) => Ok(Value::Nil),
            Expr::Field(_, names) => self.field_chain(dot, dot.clone(), names, &[], None),
            Expr::Variable(..) => self.variable(dot, expr, &[], None),
            Expr::Pipe(pipe) => grow(|| self.pipeline(dot, pipe)),
            Expr::Function(_, function) => self.function(dot, function, At::Expr(expr), &[], None),
            Expr::Chain(..) => self.chain(dot, expr, &[], None),
            Expr::Bool(_, truth) => Ok(Value::from(*truth)),
            Expr::Number(_, number) => self.ideal(number),
            Expr::Text(_, literal) => Ok(text_of(literal)),
        }
    }

    fn literal(&self, param: Param, expr: &Expr) -> Result<Value, Error> {
        let found = |wanted: &str| Err(self.fail(format!("expected {wanted}; found {expr}")));
        match (param, expr) {
            (Param::Any | Param::Reflect, Expr::Bool(_, truth)) => Ok(Value::from(*truth)),
            (Param::Any | Param::Reflect, Expr::Number(_, number)) => self.ideal(number),
            (Param::Any | Param::Reflect | Param::Text, Expr::Text(_, literal)) => {
                Ok(text_of(literal))
            }
            (Param::Text, _) => found("string"),
            (Param::Bool, Expr::Bool(_, truth)) => Ok(Value::from(*truth)),
            (Param::Bool, _) => found("bool"),
            (Param::Int, Expr::Number(_, number)) if number.int.is_some() => {
                Ok(Value::int(number.int.unwrap_or_default()))
            }
            (Param::Int, _) => found("integer"),
            (Param::Uint32, Expr::Number(_, number)) if number.fits_uint => {
                Ok(Value::int(number.int.unwrap_or_default()))
            }
            (Param::Uint32, _) => found("unsigned integer"),
            (Param::Float, Expr::Number(_, number)) if number.float.is_some() => {
                Ok(Value::from(number.float.unwrap_or_default()))
            }
            (Param::Float, _) => found("float"),
            (param, _) => {
                let name = param.type_name();
                Err(self.fail(format!("can't handle {expr} for arg of type {name}")))
            }
        }
    }

    /// Checks that a value fits a parameter.
    pub(super) fn validate(&self, value: Value, param: Param) -> Result<Value, Error> {
        match &value {
            Value::Missing if param == Param::Reflect => Ok(value),
            Value::Missing if param.takes_nil() => Ok(Value::Nil),
            Value::Missing => {
                Err(self.fail(format!("invalid value; expected {}", param.type_name())))
            }
            Value::Nil if matches!(param, Param::Any | Param::Reflect) => Ok(value),
            Value::Nil => Err(self.wrong_type("interface {}", param)),
            other if param.takes(other) => Ok(value),
            other => Err(self.wrong_type(other.type_name(), param)),
        }
    }

    fn wrong_type(&self, found: &str, param: Param) -> Error {
        let wanted = param.type_name();
        self.fail(format!(
            "wrong type for value; expected {wanted}; got {found}"
        ))
    }
}

fn text_of(literal: &Literal) -> Value {
    match &literal.raw {
        Some(bytes) => Value::Str(Str::from_bytes(bytes.to_vec())),
        None => Value::Str(Str::from(std::sync::Arc::clone(&literal.text))),
    }
}
