//! Expressions as text, in the form that Go's error messages show.

use std::fmt::{Display, Formatter, Result};
use std::sync::Arc;

use super::node::{Command, Expr, Invocation, Pipe};
use crate::gofmt::quote;
use crate::stack::grow;

fn fields(f: &mut Formatter<'_>, names: &[Arc<str>]) -> Result {
    for name in names {
        write!(f, ".{name}")?;
    }
    Ok(())
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Dot(_) => f.write_str("."),
            Self::Nil(_) => f.write_str("nil"),
            Self::Bool(_, truth) => write!(f, "{truth}"),
            Self::Number(_, number) => f.write_str(&number.text),
            Self::Text(_, literal) => f.write_str(&literal.quoted),
            Self::Field(_, names) => fields(f, names),
            Self::Variable(_, variable) => {
                f.write_str(&variable.name)?;
                fields(f, &variable.fields)
            }
            Self::Pipe(pipe) => grow(|| Display::fmt(pipe, f)),
            Self::Function(_, function) => f.write_str(function.name),
            Self::Chain(_, chain) => {
                match &chain.node {
                    Self::Pipe(pipe) => write!(f, "({pipe})")?,
                    other => Display::fmt(other, f)?,
                }
                fields(f, &chain.fields)
            }
        }
    }
}

impl Display for Command {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (at, arg) in self.args.iter().enumerate() {
            if at > 0 {
                f.write_str(" ")?;
            }
            match arg {
                Expr::Pipe(pipe) => grow(|| write!(f, "({pipe})"))?,
                other => Display::fmt(other, f)?,
            }
        }
        Ok(())
    }
}

impl Display for Pipe {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (at, decl) in self.decl.iter().enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            write!(f, "{comma}{}", decl.name)?;
        }
        if !self.decl.is_empty() {
            f.write_str(if self.is_assign { " = " } else { " := " })?;
        }
        for (at, command) in self.commands.iter().enumerate() {
            if at > 0 {
                f.write_str(" | ")?;
            }
            Display::fmt(command, f)?;
        }
        Ok(())
    }
}

impl Display for Invocation {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{{{{template {}", quote(&self.name))?;
        if let Some(pipe) = &self.pipe {
            write!(f, " {pipe}")?;
        }
        f.write_str("}}")
    }
}
