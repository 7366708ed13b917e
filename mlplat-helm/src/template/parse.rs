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

use std::collections::HashSet;
use std::mem;
use std::sync::Arc;

use super::error::{Error, ErrorKind, Location};
use super::lex::Lexer;
use super::node::{Branch, Invocation, List, Node, Source, Tree};
use super::snippet::snippet_of_line;
use super::token::{Token, TokenKind};
use super::unquote::unquote;
use crate::gofmt::quote;
use crate::stack::grow;

/// How deep parentheses and blocks may be nested.
const MAX_NESTING: usize = 1_000;

/// The slot of a variable that is assigned without being declared; the
/// executor reports it when it gets there.
pub(super) const UNDECLARED: usize = usize::MAX;

pub(super) type Parsed<T> = Result<T, Error>;

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
pub(super) struct Scope {
    pub(super) vars: Vec<(Box<str>, usize)>,
    /// Variables declared and in scope.
    pub(super) depth: usize,
    pub(super) slots: usize,
    range_depth: usize,
    /// The variables of the pipelines that are being parsed. Go lets their
    /// commands name them and fails when it gets there.
    pub(super) pending: Vec<Box<str>>,
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

pub(super) struct Parser<'s> {
    lexer: Lexer<'s>,
    source: Arc<Source>,
    /// Tokens put back, the next one last.
    ahead: Vec<Token<'s>>,
    /// The line of the last token that was read, for messages.
    line: usize,
    /// The line on which the current action started, or zero.
    action_line: usize,
    pub(super) scope: Scope,
    pub(super) nesting: usize,
    /// Names that were met, each held once.
    names: HashSet<Arc<str>>,
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
            names: HashSet::new(),
            trees: Vec::new(),
        }
    }

    // Tokens.

    pub(super) fn next(&mut self) -> Token<'s> {
        self.ahead.pop().unwrap_or_else(|| {
            let token = self.lexer.next();
            self.line = token.line;
            token
        })
    }

    pub(super) fn back(&mut self, token: Token<'s>) {
        self.ahead.push(token);
    }

    pub(super) fn peek(&mut self) -> TokenKind {
        let token = self.next();
        let kind = token.kind;
        self.back(token);
        kind
    }

    pub(super) fn next_non_space(&mut self) -> Token<'s> {
        loop {
            let token = self.next();
            if token.kind != TokenKind::Space {
                return token;
            }
        }
    }

    pub(super) fn peek_non_space(&mut self) -> TokenKind {
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

    /// The shared form of a name or a short text.
    pub(super) fn shared(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.names.get(name) {
            return Arc::clone(known);
        }
        let new: Arc<str> = name.into();
        self.names.insert(Arc::clone(&new));
        new
    }

    // Faults.

    pub(super) fn fail(&self, message: impl AsRef<str>) -> Error {
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

    pub(super) fn unexpected(&self, token: &Token<'_>, context: &str) -> Error {
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

    pub(super) fn enter(&mut self) -> Parsed<()> {
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
            TokenKind::Text => {
                let range = token.start..token.start + token.text.len();
                Ok(Item::Node(Node::Text(range)))
            }
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
            TokenKind::If => Item::Node(Node::If(Box::new(self.control("if")?))),
            TokenKind::Range => Item::Node(Node::Range(Box::new(self.control("range")?))),
            TokenKind::With => Item::Node(Node::With(Box::new(self.control("with")?))),
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
            vec![Node::If(Box::new(self.control("if")?))]
        } else if context == "with" && follows == TokenKind::With {
            self.next();
            vec![Node::With(Box::new(self.control("with")?))]
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
        Ok(Node::Template(Box::new(Invocation {
            pos: token.start,
            name: name.into(),
            pipe: Some(pipe),
        })))
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
        Ok(Node::Template(Box::new(Invocation {
            pos: token.start,
            name: name.into(),
            pipe,
        })))
    }
}
