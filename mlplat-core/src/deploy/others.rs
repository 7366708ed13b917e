//! Answers from the states of other stacks.
//!
//! The caller says where those states lie ([`OtherStates`]); nothing here
//! knows folders or environment variables. A state is read without its lock,
//! as of its last finished deployment. Of its outputs only those that are
//! asked for are looked at, and only the secret ones among them are opened.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value};

use super::outputs::output_place;
use crate::facts::{OutputFact, Type};
use crate::graph::STACK_OUTPUTS;
use crate::plan::open_body;
use crate::problem::Problem;
use crate::provider::{
    ErrorKind, Find, Made, Observed, Owned, Provider, ProviderError, Reader, Request, Target,
};
use crate::seal::{Keyring, KeyringLock, SealError};
use crate::state::{Body, State, StateStore};

/// The code of the answer that there is nothing to read yet: a plan then
/// leaves the question open.
pub(crate) const NOT_DEPLOYED: &str = "StackNotDeployed";

/// The state of another stack.
#[derive(Clone)]
pub struct OtherState {
    /// Where it is kept.
    pub store: Arc<dyn StateStore>,
    /// What opens its secrets. Not used while none is asked for.
    pub keys: Arc<dyn KeyringLock>,
}

/// Where the states of other stacks lie.
pub trait OtherStates: Send + Sync {
    /// The state of a stack in an environment, whether it exists or not.
    ///
    /// # Errors
    /// When it is not known where the state would be, and what to do.
    fn state(&self, stack: &str, env: &str) -> Result<OtherState, Problem>;
}

/// Every stack's state by a function of its name and environment.
impl<F: Fn(&str, &str) -> Result<OtherState, Problem> + Send + Sync> OtherStates for F {
    fn state(&self, stack: &str, env: &str) -> Result<OtherState, Problem> {
        self(stack, env)
    }
}

/// The provider that answers [`OtherStack`](crate::graph::OtherStack)s: add it
/// to those of an [`Engine`](crate::Engine) whose programs read other stacks.
pub struct OtherStacks {
    states: Box<dyn OtherStates>,
}

impl OtherStacks {
    /// Reads the states that `states` knows.
    #[must_use]
    pub fn new(states: impl OtherStates + 'static) -> Self {
        Self {
            states: Box::new(states),
        }
    }
}

/// Which stack is asked, for messages and for the question itself.
struct Asked<'a> {
    stack: &'a str,
    env: &'a str,
}

impl Asked<'_> {
    fn error(&self, kind: ErrorKind, code: &str, rest: impl std::fmt::Display) -> ProviderError {
        let message = format!("the stack {} ({}) {rest}", self.stack, self.env);
        ProviderError::new(kind, code, message)
    }

    fn invalid(&self, code: &str, rest: impl std::fmt::Display) -> ProviderError {
        self.error(ErrorKind::Invalid, code, rest)
    }

    async fn read(&self, other: &OtherState) -> Result<State, ProviderError> {
        let stored = other.store.read().await.map_err(|why| {
            let place = other.store.place();
            self.invalid(
                "NoState",
                format!("has no readable state in {place}: {why}"),
            )
        })?;
        let deployed = stored.replayed().filter(|state| !state.outputs.is_empty());
        deployed.ok_or_else(|| {
            let rest = "was not deployed, or exports nothing: deploy it first";
            self.error(ErrorKind::Gone, NOT_DEPLOYED, rest)
        })
    }

    /// The value of one output, in clear.
    fn output(
        &self,
        state: &State,
        fact: &OutputFact,
        keys: &dyn KeyringLock,
    ) -> Result<Value, ProviderError> {
        let name = fact.name;
        let body = state.outputs.get(name).ok_or_else(|| {
            let has: Vec<_> = state.outputs.keys().map(String::as_str).collect();
            let rest = format!(
                "has no output {name}, only {}: deploy it with the program that exports it",
                has.join(", ")
            );
            self.invalid("NoOutput", rest)
        })?;
        self.check_type(fact, body)?;
        let opened = if fact.secret {
            self.open(state, name, body, keys)?
        } else {
            serde_json::from_str(body.json.get()).unwrap_or_default()
        };
        Ok(opened.get("value").cloned().unwrap_or_default())
    }

    /// Both programs may be of different age: the struct that they share then
    /// is another one.
    fn check_type(&self, fact: &OutputFact, body: &Body) -> Result<(), ProviderError> {
        let name = fact.name;
        let plain: Map<String, Value> = serde_json::from_str(body.json.get()).unwrap_or_default();
        match plain.get("type").and_then(Value::as_str) {
            Some(of) if of != fact.form => Err(self.invalid(
                "OtherType",
                format!(
                    "exports {name} as {of}, and it is read as {}: deploy it with the program of today",
                    fact.form
                ),
            )),
            None => Err(self.invalid(
                "NotExported",
                format!("has an output {name}, but does not export it: declare it with `stack.export(..)`"),
            )),
            Some(_) if !fact.secret && !body.sealed.is_empty() => Err(self.invalid(
                "SecretOutput",
                format!("gives a secret as {name}: declare the field as `Output<Secret<String>>`"),
            )),
            Some(_) => Ok(()),
        }
    }

    fn open(
        &self,
        state: &State,
        name: &str,
        body: &Body,
        keys: &dyn KeyringLock,
    ) -> Result<Map<String, Value>, ProviderError> {
        let keyring = match &state.keys {
            Some(sealed) => Keyring::unlock(sealed, keys),
            None => Err(SealError::Damaged),
        };
        let opened = keyring
            .and_then(|keyring| open_body(&body.json, &body.sealed, &output_place(name), &keyring));
        opened.map_err(|why| {
            let rest = format!(
                "keeps {name} secret, and it cannot be read here: {why}; give a key that opens that state (MLPLAT_AGE_IDENTITY), or take {name} out of the struct"
            );
            self.error(ErrorKind::Denied, "SealedOutput", rest)
        })
    }
}

fn nothing_to_make() -> ProviderError {
    let message = "another stack's outputs are read only";
    ProviderError::new(ErrorKind::Bug, "ReadOnly", message)
}

#[diagnostic::do_not_recommend]
#[async_trait]
impl Reader for OtherStacks {
    fn types(&self) -> &[&'static Type] {
        static TYPES: [&Type; 1] = [&STACK_OUTPUTS];
        &TYPES
    }

    async fn read(&self, target: &Target) -> Result<Observed, ProviderError> {
        Err(ProviderError::gone(&target.id))
    }

    async fn find(&self, _: &Find) -> Result<Option<Observed>, ProviderError> {
        Ok(None)
    }

    async fn owned(&self, _: &str) -> Result<Vec<Owned>, ProviderError> {
        Ok(Vec::new())
    }

    async fn look_up(
        &self,
        ty: &'static Type,
        inputs: &Map<String, Value>,
    ) -> Result<Map<String, Value>, ProviderError> {
        let text = |name| inputs.get(name).and_then(Value::as_str).unwrap_or_default();
        let asked = Asked {
            stack: text("Stack"),
            env: text("Env"),
        };
        let other = self.states.state(asked.stack, asked.env);
        let other = other.map_err(|problem| {
            asked.invalid(
                "NoState",
                format!("is not at hand: {}; {}", problem.what, problem.fix),
            )
        })?;
        let state = asked.read(&other).await?;
        let each = ty.outputs.iter().map(|fact| {
            let value = asked.output(&state, fact, &*other.keys)?;
            Ok((fact.name.to_owned(), value))
        });
        each.collect()
    }
}

#[diagnostic::do_not_recommend]
#[async_trait]
impl Provider for OtherStacks {
    async fn create(&self, _: &Request) -> Result<Made, ProviderError> {
        Err(nothing_to_make())
    }

    async fn update(&self, _: &Target, _: &Request, _: &[String]) -> Result<(), ProviderError> {
        Err(nothing_to_make())
    }

    async fn delete(&self, target: &Target) -> Result<(), ProviderError> {
        Err(ProviderError::gone(&target.id))
    }
}
