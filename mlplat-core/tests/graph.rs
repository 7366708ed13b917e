//! Programs freeze into graphs, or are refused with every problem named.

#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{Thing, ThingHandle, thing, unnamed};
use mlplat_core::graph::{Construct, Context, Graph, Scope};
use mlplat_core::{Lifecycle as _, Problems};

struct Pair;

impl Construct for Pair {
    type Handle = ThingHandle;

    fn build(self, scope: &mut Scope<'_>) -> ThingHandle {
        let first = scope.add("first", unnamed());
        scope.add(
            "second",
            Thing {
                parent: Some(first.id.clone()),
                ..unnamed()
            },
        )
    }
}

fn refused(program: impl FnOnce(&mut mlplat_core::Stack)) -> Problems {
    Graph::build(Context::new("test"), program).unwrap_err()
}

fn codes(problems: &Problems) -> Vec<&'static str> {
    problems.0.iter().map(|problem| problem.code).collect()
}

#[test]
fn references_become_order() {
    let graph = Graph::build(Context::new("test"), |stack| {
        stack.add("pair", Pair);
    })
    .unwrap();
    let second = graph.find(&"pair/second".parse().unwrap()).unwrap();
    let first = graph.find(&"pair/first".parse().unwrap()).unwrap();
    assert_eq!(graph.node(second).after, [first]);
}

#[test]
fn a_path_given_twice_names_both_lines() {
    let problems = refused(|stack| {
        stack.add("one", thing("a"));
        stack.add("one", thing("b"));
    });
    assert_eq!(codes(&problems), ["duplicate-path"]);
    let shown = problems.to_string();
    assert_eq!(shown.matches("tests/graph.rs:").count(), 2, "{shown}");
}

#[test]
fn a_rule_that_matches_nothing_is_named_with_what_is_there() {
    let problems = refused(|stack| {
        stack.add("pair", Pair.edit::<Thing>("frist", |_| {}));
        stack.add("other", Pair.ignore("first", "Sise"));
        stack.add("third", Pair.raw("first", "Sise", 1.into()));
    });
    assert_eq!(
        codes(&problems),
        [
            "rule-matches-nothing",
            "rule-matches-nothing",
            "unknown-field"
        ]
    );
    let shown = problems.to_string();
    assert!(shown.contains("\"first\" (test.Thing)"), "{shown}");
    assert!(shown.contains("did you mean Size?"), "{shown}");
}

#[test]
fn an_edit_reaches_the_typed_inputs() {
    let graph = Graph::build(Context::new("test"), |stack| {
        stack.add(
            "pair",
            Pair.edit::<Thing>("first", |thing| thing.size = Some(7.into()))
                .protect(),
        );
    })
    .unwrap();
    let first = graph.node(graph.find(&"pair/first".parse().unwrap()).unwrap());
    assert_eq!(format!("{:?}", first.inputs["Size"]), "7");
    assert!(first.rules.protect);
}

#[test]
fn keys_that_may_exist_once_collide_before_any_deployment() {
    let problems = refused(|stack| {
        let parent = stack.add("parent", thing("p"));
        stack.add(
            "a",
            Thing {
                parent: Some(parent.id.clone()),
                net: Some("10.0.0.0/16".into()),
                ..thing("a")
            },
        );
        stack.add(
            "b",
            Thing {
                parent: Some(parent.id.clone()),
                net: Some("10.0.128.0/20".into()),
                ..thing("b")
            },
        );
        stack.add("c", thing("a"));
    });
    assert_eq!(codes(&problems), ["key-collision", "key-collision"]);
    assert!(
        problems.to_string().contains("10.0.128.0/20\" overlaps"),
        "{problems}"
    );
}

#[test]
fn shared_constructs_exist_once_and_must_agree() {
    #[derive(Debug)]
    struct Both(&'static str);
    impl Construct for Both {
        type Handle = ThingHandle;
        fn build(self, scope: &mut Scope<'_>) -> ThingHandle {
            let first = scope.shared("common", Common(self.0));
            scope.add(
                "own",
                Thing {
                    parent: Some(first.id.clone()),
                    ..thing("own")
                },
            )
        }
    }
    #[derive(Debug)]
    struct Common(&'static str);
    impl Construct for Common {
        type Handle = ThingHandle;
        fn build(self, scope: &mut Scope<'_>) -> ThingHandle {
            scope.add("thing", thing(self.0))
        }
    }
    let problems = refused(|stack| {
        stack.add("x", Both("same"));
        stack.add("y", Both("other"));
    });
    assert_eq!(codes(&problems), ["shared-differs", "key-collision"]);
}

#[test]
fn odd_names_are_refused_and_shown() {
    let problems = refused(|stack| {
        stack.add("cafe\u{301}", thing("a"));
        stack.add("", thing("b"));
    });
    assert_eq!(codes(&problems), ["bad-name", "bad-name"]);
    assert!(problems.to_string().contains("\\u{301}"), "{problems}");
}

#[test]
fn the_program_hash_ignores_lines_and_sees_values() {
    let build = |size: u32| {
        Graph::build(Context::new("test"), |stack| {
            stack.add(
                "a",
                Thing {
                    size: Some(size.into()),
                    ..thing("a")
                },
            );
        })
        .unwrap()
    };
    let again = Graph::build(Context::new("test"), |stack| {
        stack.add(
            "a",
            Thing {
                size: Some(1.into()),
                ..thing("a")
            },
        );
    })
    .unwrap();
    assert_eq!(build(1).program_hash(), again.program_hash());
    assert_ne!(build(1).program_hash(), build(2).program_hash());
}

/// Machines offer a place to run; a workload comes after them whatever their
/// type is called.
mod offers {
    use mlplat_core::facts::{
        By, Fails, Held, Join, Need, Offer, OnChange, Refs, TYPE, Type, f, opt,
    };
    use mlplat_core::{Output, Resource};

    use super::*;

    static YARD: Type = Type {
        name: "test.Yard",
        outputs: &[mlplat_core::facts::OutputFact::fixed("Id", "yard-{hex17}")],
        ..TYPE
    };
    static MACHINE: Type = Type {
        name: "other.Machine",
        fields: &[
            f(
                "Yard",
                OnChange::Replace,
                Refs::To("test.Yard", Held::Dangles),
            ),
            opt("Beside", OnChange::Replace),
        ],
        offers: &[Offer {
            what: "power",
            to: "Yard",
        }],
        ..TYPE
    };
    static LOAD: Type = Type {
        name: "test.Load",
        fields: &[opt("Yard", OnChange::Replace)],
        needs: &[Need {
            what: "power",
            path: &[Join::Follow("Yard"), Join::Offered("power")],
            by: By::ToBecomeReady,
            fails: Fails::OrderOnly,
        }],
        ..TYPE
    };

    #[derive(Resource, Clone)]
    #[resource(facts = YARD, handle = YardHandle { id: String })]
    struct Yard {}

    #[derive(Resource, Clone)]
    #[resource(facts = MACHINE, handle = MachineHandle {})]
    struct Machine {
        yard: Output<String>,
        beside: Option<Output<String>>,
    }

    #[derive(Resource, Clone)]
    #[resource(facts = LOAD, handle = LoadHandle {})]
    struct Load {
        yard: Option<Output<String>>,
    }

    #[test]
    fn what_is_offered_to_a_node_comes_first() {
        let graph = Graph::build(Context::new("offers"), |stack| {
            let here = stack.add("here", Yard {});
            let there = stack.add("there", Yard {});
            let yard = Some((&here.id).into());
            stack.add("load", Load { yard });
            stack.add("nowhere", Load { yard: None });
            for (name, at, beside) in [
                ("mine", &here, None),
                ("theirs", &there, None),
                // Naming the yard in another field offers nothing to it.
                ("beside", &there, Some((&here.id).into())),
            ] {
                let yard = (&at.id).into();
                stack.add(name, Machine { yard, beside });
            }
        })
        .unwrap();
        let after = |path: &str| -> Vec<String> {
            let id = graph.find(&path.parse().unwrap()).unwrap();
            let earlier = graph.node(id).after.iter();
            let mut paths: Vec<_> = earlier.map(|id| graph.node(*id).path.to_string()).collect();
            paths.sort();
            paths
        };
        assert_eq!(after("load"), ["here", "mine"]);
        assert!(after("nowhere").is_empty());
        let load = graph.find(&"load".parse().unwrap()).unwrap();
        let needed = graph.needed(load);
        assert_eq!((needed.len(), needed[0].1.len()), (1, 1));
    }
}
