//! Pipelines: declarations, commands, operands.
//!
//! The second half of the parser; see [`parse`](super::parse).

use std::mem;
use std::sync::Arc;

use super::node::{Chain, Command, Decl, Expr, Literal, Pipe, Pos, Variable};
use super::number::Number;
use super::parse::{Parsed, Parser, UNDECLARED};
use super::token::{Token, TokenKind};
use super::unquote::unquote;
use crate::funcs;
use crate::gofmt::quote;
use crate::stack::grow;

impl Parser<'_> {
    pub(super) fn pipeline(&mut self, context: &str, end: TokenKind) -> Parsed<Pipe> {
        self.enter()?;
        grow(|| self.pipeline_to(context, end))
    }

    fn pipeline_to(&mut self, context: &str, end: TokenKind) -> Parsed<Pipe> {
        let first = self.next_non_space();
        let mut pipe = Pipe {
            pos: first.start,
            decl: Vec::new(),
            is_assign: false,
            commands: Vec::new(),
        };
        self.back(first);
        let pending = self.scope.pending.len();
        while self.declaration(&mut pipe, context)? {}
        loop {
            let token = self.next_non_space();
            if token.kind == end {
                self.nesting -= 1;
                self.scope.pending.truncate(pending);
                self.settle_slots(&mut pipe);
                self.check_pipeline(&pipe, context)?;
                return Ok(pipe);
            }
            if !starts_operand(token.kind) {
                return Err(self.unexpected(&token, context));
            }
            self.back(token);
            pipe.commands.push(self.command()?);
        }
    }

    /// Reads one declared or assigned variable, if one comes next; says
    /// whether another one must follow.
    fn declaration(&mut self, pipe: &mut Pipe, context: &str) -> Parsed<bool> {
        let variable = self.next_non_space();
        if variable.kind != TokenKind::Variable {
            self.back(variable);
            return Ok(false);
        }
        let adjacent = self.next();
        let has_space = adjacent.kind == TokenKind::Space;
        let next = if has_space {
            self.next_non_space()
        } else {
            adjacent.clone()
        };
        match next.kind {
            TokenKind::Assign | TokenKind::Declare => {
                pipe.is_assign = next.kind == TokenKind::Assign;
                self.declare(pipe, &variable.text);
                Ok(false)
            }
            TokenKind::Char if next.text == "," => {
                self.declare(pipe, &variable.text);
                if context != "range" || pipe.decl.len() > 1 {
                    return Err(self.fail(format!("too many declarations in {context}")));
                }
                match self.peek_non_space() {
                    TokenKind::Variable | TokenKind::RightDelim | TokenKind::RightParen => Ok(true),
                    _ => Err(self.fail("range can only initialize variables")),
                }
            }
            _ => {
                self.back(next);
                if has_space {
                    self.back(adjacent);
                }
                self.back(variable);
                Ok(false)
            }
        }
    }

    fn declare(&mut self, pipe: &mut Pipe, name: &str) {
        self.scope.pending.push(name.into());
        pipe.decl.push(Decl {
            name: name.into(),
            slot: UNDECLARED,
        });
    }

    /// Gives the pipe's variables their slots. Only now: in `$x := f $x` the
    /// `$x` on the right is the one of the scope around.
    fn settle_slots(&mut self, pipe: &mut Pipe) {
        let scope = &mut self.scope;
        for decl in &mut pipe.decl {
            decl.slot = if pipe.is_assign {
                let found = scope.vars.iter().rev().find(|(name, _)| *name == decl.name);
                found.map_or(UNDECLARED, |(_, slot)| *slot)
            } else {
                scope.depth += 1;
                scope.slots = scope.slots.max(scope.depth);
                scope.depth - 1
            };
            scope.vars.push((decl.name.clone(), decl.slot));
        }
    }

    fn check_pipeline(&self, pipe: &Pipe, context: &str) -> Parsed<()> {
        if pipe.commands.is_empty() {
            return Err(self.fail(format!("missing value for {context}")));
        }
        for (at, command) in pipe.commands.iter().enumerate().skip(1) {
            if let Expr::Bool(..)
            | Expr::Dot(_)
            | Expr::Nil(_)
            | Expr::Number(..)
            | Expr::Text(..) = command.args[0]
            {
                let stage = at + 1;
                let message = format!("non executable command in pipeline stage {stage}");
                return Err(self.fail(message));
            }
        }
        Ok(())
    }

    fn command(&mut self) -> Parsed<Command> {
        let first = self.next_non_space();
        let mut command = Command {
            pos: first.start,
            args: Vec::new(),
        };
        self.back(first);
        loop {
            self.peek_non_space();
            if let Some(operand) = self.operand()? {
                command.args.push(operand);
            }
            let token = self.next();
            match token.kind {
                TokenKind::Space => continue,
                TokenKind::RightDelim | TokenKind::RightParen => self.back(token),
                TokenKind::Pipe => {}
                _ => return Err(self.unexpected(&token, "operand")),
            }
            break;
        }
        if command.args.is_empty() {
            return Err(self.fail("empty command"));
        }
        Ok(command)
    }

    /// A term and the fields behind it; nothing where no operand comes next.
    fn operand(&mut self) -> Parsed<Option<Expr>> {
        let Some(term) = self.term()? else {
            return Ok(None);
        };
        if self.peek() != TokenKind::Field {
            return Ok(Some(term));
        }
        let mut fields = Vec::new();
        let mut pos = 0;
        while self.peek() == TokenKind::Field {
            let token = self.next();
            if fields.is_empty() {
                pos = token.start;
            }
            fields.push(self.shared(&token.text[1..]));
        }
        self.chain(term, fields, pos).map(Some)
    }

    fn chain(&mut self, term: Expr, fields: Vec<Arc<str>>, pos: Pos) -> Parsed<Expr> {
        Ok(match term {
            Expr::Field(_, names) => {
                Expr::Field(pos, names.into_vec().into_iter().chain(fields).collect())
            }
            Expr::Variable(_, mut variable) => {
                let names = mem::take(&mut variable.fields).into_vec();
                variable.fields = names.into_iter().chain(fields).collect();
                Expr::Variable(pos, variable)
            }
            Expr::Bool(..) | Expr::Text(..) | Expr::Number(..) | Expr::Nil(_) | Expr::Dot(_) => {
                let term = quote(&term.to_string());
                return Err(self.fail(format!("unexpected . after term {term}")));
            }
            node => Expr::Chain(pos, Box::new(Chain { node, fields })),
        })
    }

    fn term(&mut self) -> Parsed<Option<Expr>> {
        let token = self.next_non_space();
        let pos = token.start;
        Ok(Some(match token.kind {
            TokenKind::Identifier => match funcs::find(&token.text) {
                Some(function) => Expr::Function(pos, function),
                None => {
                    let name = quote(&token.text);
                    return Err(self.fail(format!("function {name} not defined")));
                }
            },
            TokenKind::Dot => Expr::Dot(pos),
            TokenKind::Nil => Expr::Nil(pos),
            TokenKind::Variable => self.variable(pos, &token.text)?,
            TokenKind::Field => Expr::Field(pos, Box::new([self.shared(&token.text[1..])])),
            TokenKind::Bool => Expr::Bool(pos, token.text == "true"),
            TokenKind::CharConstant | TokenKind::Complex | TokenKind::Number => {
                Expr::Number(pos, Box::new(self.number(&token)?))
            }
            TokenKind::LeftParen => {
                let pipe = self.pipeline("parenthesized pipeline", TokenKind::RightParen)?;
                Expr::Pipe(Box::new(pipe))
            }
            TokenKind::String | TokenKind::RawString => {
                Expr::Text(pos, Box::new(self.literal(&token)?))
            }
            _ => {
                self.back(token);
                return Ok(None);
            }
        }))
    }

    fn variable(&mut self, pos: Pos, name: &str) -> Parsed<Expr> {
        let found = self
            .scope
            .vars
            .iter()
            .rev()
            .find(|(known, _)| **known == *name);
        let slot = match found {
            Some((_, slot)) => *slot,
            None if self.scope.pending.iter().any(|known| **known == *name) => UNDECLARED,
            None => return Err(self.fail(format!("undefined variable {}", quote(name)))),
        };
        let variable = Variable {
            name: name.into(),
            slot,
            fields: Box::default(),
        };
        Ok(Expr::Variable(pos, Box::new(variable)))
    }

    fn number(&mut self, token: &Token<'_>) -> Parsed<Number> {
        let parsed = match token.kind {
            TokenKind::CharConstant => Number::from_char(&token.text),
            TokenKind::Complex => Err("complex constants are not supported".to_owned()),
            _ if token.text.ends_with('i') => Err("complex constants are not supported".to_owned()),
            _ => Number::parse(&token.text),
        };
        parsed.map_err(|message| self.fail(message))
    }

    fn literal(&mut self, token: &Token<'_>) -> Parsed<Literal> {
        let bytes = unquote(&token.text).ok_or_else(|| self.fail("invalid syntax"))?;
        let quoted = token.text.as_ref().into();
        Ok(match String::from_utf8(bytes) {
            Ok(text) => Literal {
                quoted,
                text: self.shared(&text),
                raw: None,
            },
            Err(error) => Literal {
                quoted,
                text: String::from_utf8_lossy(error.as_bytes()).into(),
                raw: Some(error.as_bytes().into()),
            },
        })
    }
}

fn starts_operand(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Bool
            | TokenKind::CharConstant
            | TokenKind::Complex
            | TokenKind::Dot
            | TokenKind::Field
            | TokenKind::Identifier
            | TokenKind::Number
            | TokenKind::Nil
            | TokenKind::RawString
            | TokenKind::String
            | TokenKind::Variable
            | TokenKind::LeftParen
    )
}
