//! From tokens to trees.
//!
//! A recursive descent with up to three tokens of look-ahead, since spaces
//! are tokens: in `$x foo` only the word behind the space tells whether the
//! variable is declared or used. `define` and `block` start a new tree over
//! the same tokens; what belongs to one tree (variables in scope, the depth
//! of `range`) lives in a [`Scope`] that is put aside meanwhile.
//!
//! Nesting is bounded by [`MAX_NESTING`], so that hostile input cannot
//! exhaust the stack.

use std::mem;
use std::sync::Arc;

use super::error::{Error, ErrorKind, Location};
use super::lex::Lexer;
use super::node::{Branch, Chain, Command, Decl, Expr, Invocation, List, Literal, Node};
use super::node::{Pipe, Pos, Source, Tree, Variable};
use super::number::Number;
use super::snippet::snippet_of_line;
use super::stack::grow;
use super::token::{Token, TokenKind};
use super::unquote::unquote;
use crate::funcs;
use crate::gofmt::quote;

/// How deep parentheses and blocks may be nested.
const MAX_NESTING: usize = 1_000;

/// The slot of a variable that is assigned without being declared; the
/// executor reports it when it gets there.
pub(crate) const UNDECLARED: usize = usize::MAX;

type Parsed<T> = Result<T, Error>;

/// Parses a source into the trees that it defines, its own one last.
pub(crate) fn parse(name: &str, text: &str) -> Parsed<Vec<Arc<Tree>>> {
    let source = Arc::new(Source {
        name: name.into(),
        text: text.into(),
    });
    let text = Arc::clone(&source.text);
    let mut parser = Parser::new(source, &text);
    parser.top(name)?;
    Ok(parser.trees)
}

/// What belongs to the tree that is being parsed.
struct Scope {
    vars: Vec<(Box<str>, usize)>,
    /// Variables declared and in scope.
    depth: usize,
    slots: usize,
    range_depth: usize,
    /// The variables of the pipelines that are being parsed. Go lets their
    /// commands name them and fails when it gets there.
    pending: Vec<Box<str>>,
}

impl Scope {
    fn new() -> Self {
        Self {
            vars: vec![("$".into(), 0)],
            depth: 1,
            slots: 1,
            range_depth: 0,
            pending: Vec::new(),
        }
    }
}

/// How a list of nodes ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    End,
    Else,
}

enum Item {
    Node(Node),
    Stop(Stop),
}

struct Parser<'s> {
    lexer: Lexer<'s>,
    source: Arc<Source>,
    /// Tokens put back, the next one last.
    ahead: Vec<Token<'s>>,
    /// The line of the last token that was read, for messages.
    line: usize,
    /// The line on which the current action started, or zero.
    action_line: usize,
    scope: Scope,
    nesting: usize,
    trees: Vec<Arc<Tree>>,
}

impl<'s> Parser<'s> {
    fn new(source: Arc<Source>, text: &'s str) -> Self {
        Self {
            lexer: Lexer::new(text),
            source,
            ahead: Vec::with_capacity(3),
            line: 0,
            action_line: 0,
            scope: Scope::new(),
            nesting: 0,
            trees: Vec::new(),
        }
    }

    // Tokens.

    fn next(&mut self) -> Token<'s> {
        self.ahead.pop().unwrap_or_else(|| {
            let token = self.lexer.next();
            self.line = token.line;
            token
        })
    }

    fn back(&mut self, token: Token<'s>) {
        self.ahead.push(token);
    }

    fn peek(&mut self) -> TokenKind {
        let token = self.next();
        let kind = token.kind;
        self.back(token);
        kind
    }

    fn next_non_space(&mut self) -> Token<'s> {
        loop {
            let token = self.next();
            if token.kind != TokenKind::Space {
                return token;
            }
        }
    }

    fn peek_non_space(&mut self) -> TokenKind {
        let token = self.next_non_space();
        let kind = token.kind;
        self.back(token);
        kind
    }

    fn expect(&mut self, kind: TokenKind, context: &str) -> Parsed<Token<'s>> {
        let token = self.next_non_space();
        if token.kind == kind {
            return Ok(token);
        }
        Err(self.unexpected(&token, context))
    }

    // Faults.

    fn fail(&self, message: impl AsRef<str>) -> Error {
        let name = &self.source.name;
        let text = format!("template: {name}:{}: {}", self.line, message.as_ref());
        let location = Location {
            template: name.to_string(),
            line: self.line,
            column: None,
        };
        let snippet = snippet_of_line(&self.source.text, self.line);
        Error::new(ErrorKind::Parse, text).at(location, snippet)
    }

    fn unexpected(&self, token: &Token<'_>, context: &str) -> Error {
        if token.kind != TokenKind::Error {
            return self.fail(format!("unexpected {} in {context}", token.describe()));
        }
        let mut extra = String::new();
        if self.action_line != 0 && self.action_line != token.line {
            let started = format!("started at {}:{}", self.source.name, self.action_line);
            extra = if token.text.ends_with(" action") {
                format!(" {started}")
            } else {
                format!(" in action {started}")
            };
        }
        self.fail(format!("{}{extra}", token.text))
    }

    fn enter(&mut self) -> Parsed<()> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(self.fail(format!("nested more than {MAX_NESTING} levels deep")));
        }
        Ok(())
    }

    // Trees.

    fn top(&mut self, name: &str) -> Parsed<()> {
        let mut root = List::new();
        while self.peek() != TokenKind::Eof {
            if self.peek() == TokenKind::LeftDelim {
                let delim = self.next();
                let word = self.next_non_space();
                if word.kind == TokenKind::Define {
                    self.definition()?;
                    continue;
                }
                self.back(word);
                self.back(delim);
            }
            match self.text_or_action()? {
                Item::Node(node) => root.push(node),
                Item::Stop(Stop::End) => return Err(self.fail("unexpected {{end}}")),
                Item::Stop(Stop::Else) => return Err(self.fail("unexpected {{else}}")),
            }
        }
        self.add(name, root)
    }

    fn definition(&mut self) -> Parsed<()> {
        let context = "define clause";
        let outer = mem::replace(&mut self.scope, Scope::new());
        let token = self.next_non_space();
        let name = self.template_name(&token, context)?;
        self.expect(TokenKind::RightDelim, context)?;
        self.tree_to_end(&name, context)?;
        self.scope = outer;
        Ok(())
    }

    fn tree_to_end(&mut self, name: &str, context: &str) -> Parsed<()> {
        let (root, stop) = self.item_list()?;
        if stop != Stop::End {
            return Err(self.fail(format!("unexpected {{{{else}}}} in {context}")));
        }
        self.add(name, root)
    }

    fn add(&mut self, name: &str, root: List) -> Parsed<()> {
        let tree = Tree {
            name: name.into(),
            source: Arc::clone(&self.source),
            root,
            slots: self.scope.slots,
        };
        let same = self.trees.iter().position(|old| old.name == tree.name);
        match same {
            None => self.trees.push(Arc::new(tree)),
            Some(at) if self.trees[at].is_empty() => self.trees[at] = Arc::new(tree),
            Some(_) if tree.is_empty() => {}
            Some(_) => {
                let name = quote(name);
                let message = format!("template: multiple definition of template {name}");
                return Err(self.fail(message));
            }
        }
        Ok(())
    }

    fn template_name(&mut self, token: &Token<'_>, context: &str) -> Parsed<String> {
        if !matches!(token.kind, TokenKind::String | TokenKind::RawString) {
            return Err(self.unexpected(token, context));
        }
        let bytes = unquote(&token.text).ok_or_else(|| self.fail("invalid syntax"))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    // Lists and actions.

    fn item_list(&mut self) -> Parsed<(List, Stop)> {
        self.enter()?;
        grow(|| self.items())
    }

    fn items(&mut self) -> Parsed<(List, Stop)> {
        let mut list = List::new();
        while self.peek_non_space() != TokenKind::Eof {
            match self.text_or_action()? {
                Item::Node(node) => list.push(node),
                Item::Stop(stop) => {
                    self.nesting -= 1;
                    return Ok((list, stop));
                }
            }
        }
        Err(self.fail("unexpected EOF"))
    }

    fn text_or_action(&mut self) -> Parsed<Item> {
        let token = self.next_non_space();
        match token.kind {
            TokenKind::Text => Ok(Item::Node(Node::Text(token.text.as_ref().into()))),
            TokenKind::LeftDelim => {
                self.action_line = token.line;
                let item = self.action();
                self.action_line = 0;
                item
            }
            _ => Err(self.unexpected(&token, "input")),
        }
    }

    fn action(&mut self) -> Parsed<Item> {
        let token = self.next_non_space();
        Ok(match token.kind {
            TokenKind::Block => Item::Node(self.block()?),
            TokenKind::Break => Item::Node(self.jump("break", Node::Break)?),
            TokenKind::Continue => Item::Node(self.jump("continue", Node::Continue)?),
            TokenKind::Else => self.else_control()?,
            TokenKind::End => {
                self.expect(TokenKind::RightDelim, "end")?;
                Item::Stop(Stop::End)
            }
            TokenKind::If => Item::Node(Node::If(self.control("if")?)),
            TokenKind::Range => Item::Node(Node::Range(self.control("range")?)),
            TokenKind::With => Item::Node(Node::With(self.control("with")?)),
            TokenKind::Template => Item::Node(self.invocation()?),
            _ => {
                self.back(token);
                let pipe = self.pipeline("command", TokenKind::RightDelim)?;
                Item::Node(Node::Action(pipe))
            }
        })
    }

    fn jump(&mut self, word: &str, node: Node) -> Parsed<Node> {
        let token = self.next_non_space();
        if token.kind != TokenKind::RightDelim {
            return Err(self.unexpected(&token, &format!("{{{{{word}}}}}")));
        }
        if self.scope.range_depth == 0 {
            return Err(self.fail(format!("{{{{{word}}}}} outside {{{{range}}}}")));
        }
        Ok(node)
    }

    fn else_control(&mut self) -> Parsed<Item> {
        // `else if` and `else with` leave their keyword for the caller.
        if !matches!(self.peek_non_space(), TokenKind::If | TokenKind::With) {
            self.expect(TokenKind::RightDelim, "else")?;
        }
        Ok(Item::Stop(Stop::Else))
    }

    fn control(&mut self, context: &'static str) -> Parsed<Branch> {
        let (vars, depth) = (self.scope.vars.len(), self.scope.depth);
        let pipe = self.pipeline(context, TokenKind::RightDelim)?;
        let is_range = context == "range";
        self.scope.range_depth += usize::from(is_range);
        let (list, stop) = self.item_list()?;
        self.scope.range_depth -= usize::from(is_range);
        let else_list = match stop {
            Stop::End => None,
            Stop::Else => Some(grow(|| self.else_branch(context))?),
        };
        self.scope.vars.truncate(vars);
        self.scope.depth = depth;
        Ok(Branch {
            pos: pipe.pos,
            pipe,
            list,
            else_list,
        })
    }

    fn else_branch(&mut self, context: &'static str) -> Parsed<List> {
        let follows = self.peek();
        self.enter()?;
        let list = if context == "if" && follows == TokenKind::If {
            self.next();
            vec![Node::If(self.control("if")?)]
        } else if context == "with" && follows == TokenKind::With {
            self.next();
            vec![Node::With(self.control("with")?)]
        } else {
            let (list, stop) = self.item_list()?;
            if stop != Stop::End {
                return Err(self.fail("expected end; found {{else}}"));
            }
            list
        };
        self.nesting -= 1;
        Ok(list)
    }

    fn block(&mut self) -> Parsed<Node> {
        let context = "block clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, context)?;
        let pipe = self.pipeline(context, TokenKind::RightDelim)?;
        let outer = mem::replace(&mut self.scope, Scope::new());
        self.tree_to_end(&name, context)?;
        self.scope = outer;
        Ok(Node::Template(Invocation {
            pos: token.start,
            name: name.into(),
            pipe: Some(pipe),
        }))
    }

    fn invocation(&mut self) -> Parsed<Node> {
        let context = "template clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, context)?;
        let after = self.next_non_space();
        let mut pipe = None;
        if after.kind != TokenKind::RightDelim {
            self.back(after);
            pipe = Some(self.pipeline(context, TokenKind::RightDelim)?);
        }
        Ok(Node::Template(Invocation {
            pos: token.start,
            name: name.into(),
            pipe,
        }))
    }

    // Pipelines.

    fn pipeline(&mut self, context: &str, end: TokenKind) -> Parsed<Pipe> {
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
            fields.push(Arc::from(&token.text[1..]));
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
            TokenKind::Field => Expr::Field(pos, Box::new([Arc::from(&token.text[1..])])),
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
                text: text.into(),
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
