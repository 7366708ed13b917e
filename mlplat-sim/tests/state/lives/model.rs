//! The model: a program, and how far the world has followed it.

use mlplat_core::{Output, Secret, Stack};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest_state_machine::ReferenceStateMachine;

use super::super::types::{Crate, Mill, crate_, mill};
use super::latch::Latch;

/// What is searched for where no secret may be.
pub const CANARY: &str = "canary-4f1d9c27e0b86a53";

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Ready at once, found by its name; holds others.
    Box,
    /// Takes 100 s, found by its tag.
    Mill,
    /// Has a secret.
    Latch,
}

/// One resource of the program.
#[derive(Debug, Clone, PartialEq)]
pub struct Thing {
    /// Where it stands, and where it stood before.
    pub path: String,
    pub was: Vec<String>,
    pub kind: Kind,
    /// The box that it is in, by path.
    pub inside: Option<String>,
    pub size: u32,
    pub color: &'static str,
    /// Its name was chosen, and moves with it.
    pub pinned: Option<String>,
}

/// How far the world has followed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Followed {
    /// The last run came to its end, and nothing has changed since.
    Wholly,
    /// The last run came to its end, and something has changed.
    Once,
    /// The last run was killed.
    Cut,
}

#[derive(Debug, Clone)]
pub struct Model {
    pub program: Vec<Thing>,
    /// The paths of the things that stand outside, as far as that is known.
    pub standing: Vec<String>,
    pub followed: Followed,
    pub born: u32,
    /// The step changed nothing.
    pub idle: bool,
}

/// One step of a life. Which thing is meant is drawn as a share of those that
/// there are.
#[derive(Debug, Clone)]
pub enum Step {
    Add(Kind, Option<Index>, bool),
    Remove(Index),
    Resize(Index, u32),
    Recolor(Index, &'static str),
    Move(Index),
    /// Somebody else changes it, or takes it away.
    Drift(Index, u32),
    TakeAway(Index),
    /// Deploys; killed at this share of its points, in thousandths.
    Deploy(Option<u32>, Weather),
    /// Only one thing, with what it needs.
    Only(Index, Option<u32>),
    Destroy(Option<u32>),
}

/// How hostile the account is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Weather {
    Calm,
    Rough,
}

impl Model {
    /// The thing that an index means.
    pub fn thing(&self, index: &Index) -> Option<&Thing> {
        (!self.program.is_empty()).then(|| &self.program[index.index(self.program.len())])
    }

    fn boxes(&self) -> Vec<&Thing> {
        self.program
            .iter()
            .filter(|thing| thing.kind == Kind::Box)
            .collect()
    }

    /// A thing with everything that it stands in.
    pub fn needed(&self, path: &str) -> Vec<&Thing> {
        let mut needed = Vec::new();
        let mut next = Some(path.to_owned());
        while let Some(thing) =
            next.and_then(|path| self.program.iter().find(|thing| thing.path == path))
        {
            needed.push(thing);
            next = thing.inside.clone();
        }
        needed
    }

    /// The program in Rust.
    pub fn write(&self, stack: &mut Stack) {
        let mut ids: Vec<(&str, Output<String>)> = Vec::new();
        for thing in &self.program {
            let inside = thing.inside.as_deref().and_then(|path| {
                ids.iter()
                    .find(|(at, _)| *at == path)
                    .map(|(_, id)| id.clone())
            });
            let id = add(stack, thing, inside);
            ids.push((&thing.path, id));
            for was in &thing.was {
                stack.moved(was, &thing.path);
            }
        }
    }

    fn change(&mut self, act: impl FnOnce(&mut Self)) {
        let before = self.program.clone();
        act(self);
        self.idle = self.program == before;
        if !self.idle && self.followed == Followed::Wholly {
            self.followed = Followed::Once;
        }
    }

    fn add(&mut self, kind: Kind, inside: Option<&Index>, pinned: bool) {
        let boxes = self.boxes();
        let inside = inside
            .filter(|_| !boxes.is_empty())
            .map(|index| boxes[index.index(boxes.len())]);
        let inside = inside.map(|inside| inside.path.clone());
        self.born += 1;
        let path = format!("n{}", self.born);
        let pinned = (pinned && kind != Kind::Mill).then(|| format!("pinned-{}", self.born));
        self.program.push(Thing {
            path,
            was: Vec::new(),
            kind,
            inside,
            size: 1,
            color: "red",
            pinned,
        });
    }

    /// Takes a thing out; what stood in it stands in nothing then.
    fn remove(&mut self, path: &str) {
        self.program.retain(|thing| thing.path != path);
        for thing in &mut self.program {
            if thing.inside.as_deref() == Some(path) {
                thing.inside = None;
            }
        }
    }

    fn relocate(&mut self, path: &str) {
        self.born += 1;
        let to = format!("m{}", self.born);
        for thing in &mut self.program {
            if thing.inside.as_deref() == Some(path) {
                thing.inside = Some(to.clone());
            }
            if thing.path == path {
                thing
                    .was
                    .push(std::mem::replace(&mut thing.path, to.clone()));
            }
        }
    }

    /// A run: whether it was brought to its end is all that is known.
    fn ran(&mut self, killed: bool, whole: bool) {
        self.idle = false;
        self.followed = match (killed, whole) {
            (true, _) => Followed::Cut,
            (false, true) => Followed::Wholly,
            (false, false) => Followed::Once,
        };
    }
}

fn add(stack: &mut Stack, thing: &Thing, inside: Option<Output<String>>) -> Output<String> {
    let name = thing.pinned.clone().map(Output::from);
    match thing.kind {
        Kind::Box => {
            let made = Crate {
                name,
                inside,
                size: Some(thing.size.into()),
                color: Some(thing.color.into()),
                ..crate_()
            };
            stack.add(&thing.path, made).id
        }
        Kind::Mill => {
            let made = Mill {
                inside,
                level: Some(thing.size.to_string().into()),
                kind: Some(thing.color.into()),
                ..mill()
            };
            stack.add(&thing.path, made).id
        }
        Kind::Latch => {
            let code = format!("{CANARY}-{}", thing.color);
            let made = Latch {
                name,
                inside,
                size: Some(thing.size.into()),
                code: Some(Secret::provided(code).into()),
            };
            stack.add(&thing.path, made).id
        }
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self {
            program: Vec::new(),
            standing: Vec::new(),
            followed: Followed::Wholly,
            born: 0,
            idle: true,
        })
        .boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        let kind = prop_oneof![Just(Kind::Box), Just(Kind::Mill), Just(Kind::Latch)];
        let index = any::<Index>;
        let killed = || proptest::option::weighted(0.4, 0u32..1000);
        let weather = prop_oneof![3 => Just(Weather::Calm), 1 => Just(Weather::Rough)];
        prop_oneof![
            8 => (kind, proptest::option::of(index()), proptest::bool::weighted(0.3))
                .prop_map(|(kind, inside, pinned)| Step::Add(kind, inside, pinned)),
            2 => index().prop_map(Step::Remove),
            3 => (index(), 1u32..4).prop_map(|(which, size)| Step::Resize(which, size)),
            3 => (index(), prop_oneof![Just("red"), Just("blue")])
                .prop_map(|(which, color)| Step::Recolor(which, color)),
            2 => index().prop_map(Step::Move),
            2 => (index(), 7u32..9).prop_map(|(which, size)| Step::Drift(which, size)),
            2 => index().prop_map(Step::TakeAway),
            8 => (killed(), weather).prop_map(|(killed, weather)| Step::Deploy(killed, weather)),
            3 => (index(), killed()).prop_map(|(which, killed)| Step::Only(which, killed)),
            2 => killed().prop_map(Step::Destroy),
        ]
        .boxed()
    }

    fn apply(mut model: Self, step: &Step) -> Self {
        model.idle = true;
        match step {
            Step::Add(kind, inside, pinned) => {
                model.change(|model| model.add(*kind, inside.as_ref(), *pinned));
            }
            Step::Deploy(killed, _) => {
                model.ran(killed.is_some(), true);
                model.standing = model
                    .program
                    .iter()
                    .map(|thing| thing.path.clone())
                    .collect();
            }
            Step::Destroy(killed) => {
                model.ran(killed.is_some(), false);
                model.standing.clear();
            }
            Step::Remove(index)
            | Step::Resize(index, _)
            | Step::Recolor(index, _)
            | Step::Move(index)
            | Step::Drift(index, _)
            | Step::TakeAway(index)
            | Step::Only(index, _) => {
                let Some(path) = model.thing(index).map(|thing| thing.path.clone()) else {
                    return model;
                };
                model.about(step, &path);
            }
        }
        model
    }
}

impl Model {
    fn about(&mut self, step: &Step, path: &str) {
        let set = |model: &mut Self, act: &dyn Fn(&mut Thing)| {
            let named = model.program.iter_mut().filter(|thing| thing.path == path);
            named.for_each(act);
        };
        match step {
            Step::Remove(_) => self.change(|model| model.remove(path)),
            Step::Resize(_, size) => self.change(|model| set(model, &|thing| thing.size = *size)),
            Step::Recolor(_, color) => {
                self.change(|model| set(model, &|thing| thing.color = *color))
            }
            Step::Move(_) => self.change(|model| model.relocate(path)),
            Step::Only(_, killed) => self.ran(killed.is_some(), false),
            // Whether it stands there at all, the system knows.
            _ => {
                self.idle = false;
                if self.followed == Followed::Wholly {
                    self.followed = Followed::Once;
                }
            }
        }
    }
}
