//! The toolkit for tests of programs: what it answers, and what it says when a
//! test fails.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use common::{Thing, thing, unnamed};
use mlplat_core::checks::Checks;
use mlplat_core::facts::{OnChange, TYPE, Type, opt};
use mlplat_core::graph::{Context, Graph};
use mlplat_core::testing::{Order, Tested, nearest};
use mlplat_core::wiring::Generated;
use mlplat_core::{Lifecycle as _, Output, Problems, Secret, Stack};
use proptest::prelude::*;
use serde_json::json;

fn home(stack: &mut Stack) {
    let house = stack.add("house", thing("house").protect());
    let room = Thing {
        parent: Some(house.id.clone()),
        size: Some(4.into()),
        ..unnamed()
    };
    let room = stack.add("room", room);
    let chair = Thing {
        parent: Some(room.id.clone()),
        net: Some(mlplat_core::text!("in {}, by the window", room.id)),
        ..thing("chair")
    };
    stack.add("chair", chair);
    stack.add("garden", thing("garden"));
    stack.output("address", &house.id);
    let key: Output<_> = Output::generated("key", Generated::hex(8));
    stack.output("key", &key);
}

fn tested() -> Tested {
    Stack::test(home)
}

/// What a failing assertion says.
fn says<T>(assertion: impl FnOnce(&Tested) -> T) -> String {
    let tested = tested();
    let ended = catch_unwind(AssertUnwindSafe(|| {
        let _ = assertion(&tested);
    }));
    let said = ended.expect_err("the assertion does not fail");
    said.downcast_ref::<String>().unwrap().clone()
}

#[test]
fn inputs_show_what_they_will_come_from() {
    let tested = tested();
    assert_eq!(tested.node("house").input("Name"), "house");
    assert_eq!(tested.node("room").input("Parent"), "<house.Id>");
    assert_eq!(tested.node("room").input("Size"), 4);
    assert_eq!(tested.node("room").input("Name"), "<generated name>");
    assert_eq!(
        tested.node("chair").input("Net"),
        "in <room.Id>, by the window"
    );
    let references = tested.node("chair").references("Net");
    assert_eq!(references.len(), 1);
    assert_eq!(references[0].path.as_str(), "room");
    assert_eq!(references[0].to_string(), tested.node("room").output("Id"));
    assert_eq!(tested.output("address"), "<house.Id>");
    assert_eq!(tested.output("key"), "<secret>");
}

#[test]
fn nodes_are_found_by_path_type_and_pattern() {
    let tested = tested();
    assert_eq!(tested.paths(), ["chair", "garden", "house", "room"]);
    assert_eq!(tested.count("test.Thing"), 4);
    assert_eq!(tested.all::<Thing>().len(), 4);
    let found = tested.matching("*o*");
    let found: Vec<_> = found.iter().map(|node| node.path().as_str()).collect();
    assert_eq!(found, ["house", "room"]);
    assert!(tested.get("cellar").is_none());
    assert_eq!(tested.plan().counts.create, 4);
}

#[test]
fn order_is_told_with_its_chain() {
    let tested = tested();
    assert!(tested.happens_before("house", "chair"));
    assert!(!tested.happens_before("chair", "house"));
    assert!(!tested.happens_before("house", "garden"));
    assert_eq!(
        tested.order("house", "chair").to_string(),
        "house → room → chair"
    );
    tested
        .assert_before("house", "chair")
        .assert_free("house", "garden")
        .assert_ok()
        .assert_count("test.Thing", 4);
}

#[test]
fn failures_name_what_is_nearest() {
    assert_eq!(
        says(|tested| tested.node("hose").path().clone()),
        "nothing is at hose\n  nearest  house, room, chair\n  of       4 nodes; paths() lists them"
    );
    assert_eq!(
        says(|tested| tested.node("room").input("Sise")),
        "Sise is no field of room (test.Thing)\n  nearest  Size, Name, Parent"
    );
    assert_eq!(
        says(|tested| tested.node("house").input("Size")),
        "Size is not set of house (test.Thing)\n  nearest  Name"
    );
    assert_eq!(
        says(|tested| tested.output("adress")),
        "the program has no output adress\n  nearest  address, key"
    );
    assert_eq!(
        says(|tested| tested.assert_count("test.Thing", 1).problems().0.len()),
        "test.Thing occurs 4 times and not once\n  at       house, room, chair, garden"
    );
    assert_eq!(
        says(|tested| tested.assert_count("test.Think", 2).problems().0.len()),
        "test.Think occurs 0 times and not twice\n  nearest  test.Thing"
    );
}

#[test]
fn failures_of_order_tell_the_other_way_round() {
    assert_eq!(
        says(|tested| tested.assert_before("chair", "house").problems().0.len()),
        "chair is not made before house\n  it is the other way round: house → room → chair"
    );
    assert_eq!(
        says(|tested| tested.assert_before("garden", "house").problems().0.len()),
        "garden is not made before house\n  nothing orders garden and house: they may be made at the same time"
    );
    assert_eq!(
        says(|tested| tested.assert_free("chair", "house").problems().0.len()),
        "chair and house are ordered\n  house → room → chair"
    );
    assert_eq!(
        says(|tested| tested.happens_before("house", "hall")),
        "nothing is at hall\n  nearest  chair, house, room\n  of       4 nodes; paths() lists them"
    );
}

#[test]
fn problems_are_data_and_stop_every_other_question() {
    let tested = Stack::test(|stack: &mut Stack| {
        stack.add("twice", thing("a"));
        stack.add("twice", thing("b"));
    });
    assert_eq!(tested.problems().0.len(), 1);
    let problem = tested.assert_problem("duplicate-path");
    assert_eq!(problem.path.as_deref(), Some("twice"));
    let said = catch_unwind(AssertUnwindSafe(|| tested.count("test.Thing"))).unwrap_err();
    let said = said.downcast_ref::<String>().unwrap();
    assert!(
        said.starts_with("the program has problems\ntwice: the path twice is taken"),
        "{said}"
    );
    assert_eq!(
        says(|tested| tested.assert_problem("duplicate-path").code),
        "no problem is duplicate-path: the program has no problems"
    );
    let other = catch_unwind(AssertUnwindSafe(|| tested.assert_problem("cycle").code));
    assert_eq!(
        other.unwrap_err().downcast_ref::<String>().unwrap(),
        "no problem is cycle: the program has duplicate-path"
    );
}

#[test]
fn a_plan_that_is_refused_is_a_problem_too() {
    let tested = Stack::test(|stack: &mut Stack| {
        let azs = Output::<Vec<String>>::list([Output::from("a")]);
        let second = Thing {
            net: Some(azs.item(1)),
            ..thing("a")
        };
        stack.add("second", second);
    });
    let what = &tested.assert_problem("no-value").what;
    assert!(what.contains("asks for number 1"), "{what}");
}

#[test]
fn a_snapshot_is_short_stable_and_without_lines() {
    let text = "chair  test.Thing
    Name  chair
    Net  in <room.Id>, by the window
    Parent  <room.Id>
garden  test.Thing
    Name  garden
house  test.Thing  protected
    Name  house
room  test.Thing
    Parent  <house.Id>
    Size  4
output address  <house.Id>
output key  <secret>
";
    assert_eq!(tested().snapshot().to_string(), text);
    assert_eq!(
        serde_json::to_value(tested().snapshot_of("room")).unwrap(),
        json!({"nodes": {"room": {"type": "test.Thing", "inputs": {"Parent": "<house.Id>", "Size": 4}}}})
    );
    assert_eq!(
        says(|tested| tested.snapshot_of("rome")),
        "nothing is at rome\n  nearest  room, house, chair\n  of       4 nodes; paths() lists them"
    );
}

/// Nothing has a size.
fn no_sizes(program: &Graph) -> Problems {
    let sized = program.views().filter(|node| node.get("Size").is_some());
    Problems(
        sized
            .map(|node| node.problem("sized", "it has a size", "take the size out"))
            .collect(),
    )
}

/// In prod everything is protected.
fn protected_in_prod(program: &Graph) -> Problems {
    let prod = program.context().env == "prod";
    let bare = program
        .views()
        .filter(|node| prod && !node.node().rules.protect);
    Problems(
        bare.map(|node| node.problem("bare", "it is not protected", "add .protect()"))
            .collect(),
    )
}

#[test]
fn checks_join_and_know_the_environment() {
    let both = || Checks::new(no_sizes).and(protected_in_prod);
    assert_eq!(tested().check(both()).0.len(), 1);
    let prod = Stack::test_in(Context::new("home").in_env("prod"), home);
    let found: Vec<_> = prod.check(both()).0;
    let found: Vec<_> = found
        .iter()
        .map(|problem| (problem.code, problem.path.as_deref().unwrap_or_default()))
        .collect();
    assert_eq!(
        found,
        [
            ("sized", "room"),
            ("bare", "room"),
            ("bare", "chair"),
            ("bare", "garden")
        ]
    );
}

#[test]
fn what_is_meant_is_accepted_with_a_reason_and_at_a_place_that_exists() {
    let meant = |path: &str, reason: &str| Checks::new(no_sizes).accept("sized", path, reason);
    assert!(
        tested()
            .check(meant("room", "it was measured"))
            .0
            .is_empty()
    );
    let codes = |problems: Problems| {
        let codes = problems.0.iter().map(|problem| problem.code);
        codes.collect::<Vec<_>>()
    };
    assert_eq!(
        codes(tested().check(meant("room", " "))),
        ["bad-acceptance"]
    );
    assert_eq!(
        codes(tested().check(meant("roof", "it was measured"))),
        ["sized", "bad-acceptance"]
    );
    assert_eq!(
        codes(tested().check(meant("house", "it is big"))),
        ["sized"]
    );
}

#[test]
fn what_is_accepted_is_one_code_and_no_other() {
    let meant = Checks::new(no_sizes).accept("bare", "room", "it was measured");
    assert_eq!(tested().check(meant).0.len(), 1);
}

static SAFE: Type = Type {
    name: "test.Safe",
    provider: "test",
    fields: &[
        opt("Pin", OnChange::InPlace).secret(),
        opt("Tags", OnChange::InPlace),
    ],
    ..TYPE
};

#[derive(mlplat_core::Resource, Clone)]
#[resource(facts = SAFE, handle = SafeHandle { id: String })]
struct Safe {
    pin: Option<Output<Secret<String>>>,
    tags: BTreeMap<String, Output<String>>,
}

#[test]
fn a_secret_field_is_not_shown_whatever_is_in_it() {
    let tested = Stack::test(|stack: &mut Stack| {
        let tags = [("Name", "test-dev/safe"), ("team", "red")];
        let tags = tags.map(|(key, value)| (key.to_owned(), value.into()));
        let safe = Safe {
            pin: None,
            tags: tags.into(),
        };
        stack.add("safe", safe.raw("", "Pin", json!("1234")));
    });
    assert_eq!(tested.node("safe").input("Pin"), "<secret>");
    // The tag Name repeats the path.
    assert_eq!(
        tested.snapshot().to_string(),
        "safe  test.Safe\n    Pin  <secret>\n    Tags  {\"team\":\"red\"}\n"
    );
}

#[test]
fn a_check_in_a_program_stops_it_and_one_in_a_test_fails_it() {
    let strict = |stack: &mut Stack| {
        stack.check(no_sizes);
        home(stack);
    };
    let problems = Graph::build(Context::new("home"), strict).unwrap_err();
    assert_eq!(problems.0.len(), 1);
    assert_eq!(problems.0[0].path.as_deref(), Some("room"));
    assert!(problems.0[0].source.is_some());
    let said = says(|tested| tested.assert_keeps(no_sizes).problems().0.len());
    let (first, rest) = said.split_once('\n').unwrap();
    assert_eq!(first, "the checks find");
    assert!(
        rest.starts_with("room: it has a size (sized)\n  at   "),
        "{rest}"
    );
}

#[test]
fn settings_and_environment_reach_the_program() {
    #[derive(serde::Deserialize, Default)]
    #[serde(default)]
    struct Sizes {
        rooms: u32,
    }
    let program = |stack: &mut Stack| {
        let sizes: Sizes = stack.settings();
        for number in 0..sizes.rooms {
            stack.add(&format!("room-{number}"), unnamed());
        }
        stack.add(&format!("in-{}", stack.region().to_owned()), unnamed());
    };
    let context = Context::new("home")
        .with_setting("rooms", 3)
        .in_region("eu-north-1");
    let tested = Stack::test_in(context, program);
    assert_eq!(tested.matching("room-?").len(), 3);
    assert_eq!(tested.node("in-eu-north-1").ty(), "test.Thing");
    let wrong = Stack::test_in(Context::new("home").with_setting("roms", 3), program);
    assert_eq!(
        wrong.assert_problem("unknown-setting").fix,
        "did you mean `rooms`?"
    );
}

#[test]
fn the_same_leaf_is_near_however_far_the_rest() {
    let paths = ["cluster/nodes/role/policy", "artifacts/bucket", "vpc"];
    assert_eq!(
        nearest("trainer/policy", paths)[0],
        "cluster/nodes/role/policy"
    );
    assert!(nearest("a", std::iter::empty()).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Order by steps is the transitive closure of the references.
    #[test]
    fn order_is_the_transitive_closure(parents in proptest::collection::vec(proptest::option::of(0usize..12), 1..12)) {
        let program = |stack: &mut Stack| {
            let mut ids: Vec<Output<String>> = Vec::new();
            for (at, parent) in parents.iter().enumerate() {
                let parent = parent.filter(|parent| *parent < at);
                let node = Thing { parent: parent.map(|parent| ids[parent].clone()), ..unnamed() };
                ids.push(stack.add(&format!("n{at}"), node).id);
            }
        };
        let tested = Stack::test(program);
        let parent = |at: usize| parents[at].filter(|parent| *parent < at);
        let above = |at: usize| std::iter::successors(parent(at), |at| parent(*at)).collect::<Vec<_>>();
        for one in 0..parents.len() {
            for other in (0..parents.len()).filter(|other| *other != one) {
                let (a, b) = (format!("n{one}"), format!("n{other}"));
                let expected = above(other).contains(&one);
                prop_assert_eq!(tested.happens_before(&a, &b), expected);
                if let Order::Before(chain) = tested.order(&a, &b) {
                    let steps: Vec<_> = chain.iter().map(|path| path.as_str()[1..].parse::<usize>().unwrap()).collect();
                    prop_assert!(steps.windows(2).all(|pair| parent(pair[1]) == Some(pair[0])));
                }
            }
        }
    }
}
