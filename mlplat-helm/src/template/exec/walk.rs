//! Nodes: text, actions, control.

use super::super::error::Error;
use super::super::node::{Branch, Node, Pipe};
use super::state::{At, Dot, Flow, State};
use crate::funcs::truth;
use crate::gofmt::sprint_one;
use crate::stack::grow;
use crate::value::{Kind, Str, Value};

impl<'t> State<'t, '_> {
    /// Executes a list of nodes.
    pub(super) fn list(&mut self, dot: &Dot, list: &'t [Node]) -> Result<Flow, Error> {
        grow(|| self.nodes(dot, list))
    }

    fn nodes(&mut self, dot: &Dot, list: &'t [Node]) -> Result<Flow, Error> {
        for node in list {
            let flow = self.node(dot, node)?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn node(&mut self, dot: &Dot, node: &'t Node) -> Result<Flow, Error> {
        self.step(1)?;
        match node {
            Node::Text(range) => {
                let text = self.tree.source.text.get(range.clone());
                self.out.push_str(text.unwrap_or_default());
                self.check_output()?;
            }
            Node::Action(pipe) => {
                let value = self.pipeline(dot, pipe)?;
                if pipe.decl.is_empty() {
                    self.print(pipe, &value)?;
                }
            }
            Node::If(branch) => return self.if_or_with(dot, branch, false),
            Node::With(branch) => return self.if_or_with(dot, branch, true),
            Node::Range(branch) => return self.range(dot, branch),
            Node::Template(invocation) => self.invoke(dot, invocation)?,
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    pub(super) fn step(&self, count: u64) -> Result<(), Error> {
        let metered = self.context.meter.steps(count, &self.context.limits);
        metered.map_err(|fault| self.fault(&fault))
    }

    fn check_output(&self) -> Result<(), Error> {
        let limit = self.context.limits.text;
        if self.out.len() > limit {
            let metered = self
                .context
                .meter
                .text(self.out.len(), &self.context.limits);
            return metered.map_err(|fault| self.fault(&fault));
        }
        Ok(())
    }

    fn print(&mut self, pipe: &'t Pipe, value: &Value) -> Result<(), Error> {
        self.at = At::Action(pipe);
        match value {
            Value::Missing | Value::Nil => self.out.push_str("<no value>"),
            Value::Str(text) => self.out.push(text),
            other => {
                let text = self.printed(other)?;
                self.out.push(&text);
            }
        }
        self.check_output()
    }

    fn printed(&self, value: &Value) -> Result<Str, Error> {
        if matches!(value.kind(), Kind::Map | Kind::Slice) {
            let (count, _) = crate::value::measure(value, self.context.limits.steps);
            self.step(count)?;
        }
        sprint_one(value).map_err(|error| self.fault(&error.into()))
    }

    fn if_or_with(&mut self, dot: &Dot, branch: &'t Branch, is_with: bool) -> Result<Flow, Error> {
        let value = self.pipeline(dot, &branch.pipe)?;
        let word = if is_with { "`with`" } else { "`if`" };
        let truth = truth(self.context, &value, word).map_err(|fault| self.fault(&fault))?;
        match (truth, &branch.else_list) {
            (true, _) if is_with => self.list(&Dot::plain(value), &branch.list),
            (true, _) => self.list(dot, &branch.list),
            (false, Some(list)) => self.list(dot, list),
            (false, None) => Ok(Flow::Next),
        }
    }

    fn range(&mut self, dot: &Dot, branch: &'t Branch) -> Result<Flow, Error> {
        self.at = At::Range(branch);
        let value = self.pipeline(dot, &branch.pipe)?;
        let mut ran = false;
        let flow = match &value {
            Value::List(list) => {
                let items = list.items();
                ran = !items.is_empty();
                let pairs = items.iter().enumerate();
                self.each(branch, pairs.map(|(at, item)| (index(at), item.clone())))?
            }
            Value::Map(map) => {
                // A snapshot, as in Go: the body may change the map.
                let entries = map.entries();
                ran = !entries.is_empty();
                self.each(
                    branch,
                    entries.into_iter().map(|(k, v)| (Value::from(k), v)),
                )?
            }
            Value::Bytes(bytes, taints) => {
                ran = !bytes.is_empty();
                let byte = |byte: u8| {
                    Value::Int(byte.into(), crate::value::IntKind::Uint8, taints.clone())
                };
                let pairs = bytes.iter().enumerate();
                self.each(branch, pairs.map(|(at, b)| (index(at), byte(*b))))?
            }
            Value::Object(object) if matches!(object.kind(), Kind::Map | Kind::Slice) => {
                let data = object.entries();
                ran = !data.is_empty();
                self.each(branch, data.into_iter())?
            }
            Value::Missing | Value::Nil => Flow::Next,
            other => {
                let shown = self.printed(other)?;
                let taints = shown.taints();
                if !taints.is_empty() {
                    let fault = crate::funcs::refusal(self.context, &taints, "`range`");
                    return Err(self.fault(&fault));
                }
                return Err(self.fail(format!("range can't iterate over {}", shown.to_text())));
            }
        };
        match &branch.else_list {
            Some(list) if !ran => self.list(dot, list),
            _ if flow == Flow::Break => Ok(Flow::Next),
            _ => Ok(flow),
        }
    }

    /// Runs the body of a `range` for each pair of index and element.
    fn each(
        &mut self,
        branch: &'t Branch,
        pairs: impl Iterator<Item = (Value, Value)>,
    ) -> Result<Flow, Error> {
        let decl = &branch.pipe.decl;
        for (index, element) in pairs {
            self.step(1)?;
            let element = Dot {
                value: element,
                boxed: true,
            };
            match decl.as_slice() {
                [] => {}
                [one] => self.set_var(one, element.clone())?,
                [first, second, ..] => {
                    self.set_var(first, Dot::plain(index))?;
                    self.set_var(second, element.clone())?;
                }
            }
            if self.list(&element, &branch.list)? == Flow::Break {
                break;
            }
        }
        Ok(Flow::Next)
    }
}

fn index(at: usize) -> Value {
    Value::int(i64::try_from(at).unwrap_or(i64::MAX))
}
