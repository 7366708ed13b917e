//! Replacements that are killed in the middle: the old object goes once, and never before whoever leans on it has
//! moved.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use mlplat_core::Stack;
use mlplat_core::provider::ProviderError;
use mlplat_sim::cloud::Cloud;
use mlplat_sim::harness::{Life, Stage};

use super::lives::{judged, proving};
use super::types::{Crate, Mill, crate_, mill, scenario};
use super::watch::{Asks, Watch, watched};

/// A base in two colors, boxes that stand beside it and move with an update, and a mill that lies in one of those.
fn program(stack: &mut Stack, color: &str) {
    let base = Crate {
        color: Some(color.into()),
        ..crate_()
    };
    let base = stack.add("base", base);
    for number in 0..3 {
        let beside = Crate {
            beside: vec![(&base.id).into()],
            ..crate_()
        };
        let beside = stack.add(&format!("beside-{number}"), beside);
        if number == 0 {
            let standing = Mill {
                inside: Some((&beside.id).into()),
                level: Some((&base.id).into()),
                ..mill()
            };
            stack.add("mill", standing);
        }
    }
}

/// Looks at each deletion: who still names what is to go, and what went how often.
#[derive(Default)]
struct Deletions {
    early: Mutex<BTreeSet<String>>,
    gone: Mutex<BTreeMap<String, usize>>,
}

impl Watch for Deletions {
    fn sees(&self, cloud: &Cloud, asks: &Asks<'_>) {
        let Asks::Delete(target) = asks else { return };
        for holder in cloud.objects().iter().filter(|one| one.gone_at.is_none()) {
            let named = holder
                .inputs
                .values()
                .any(|value| value.to_string().contains(&target.id));
            if named && holder.id != target.id {
                let what = format!("{} while {} names it", target.id, holder.id);
                self.early.lock().unwrap().insert(what);
            }
        }
    }

    fn after(&self, asks: &Asks<'_>, error: Option<&ProviderError>) {
        if let (Asks::Delete(target), None) = (asks, error) {
            *self
                .gone
                .lock()
                .unwrap()
                .entry(target.id.clone())
                .or_default() += 1;
        }
    }
}

/// Proves fault 28.
#[test]
fn the_old_object_goes_once_and_after_its_dependents_have_moved() {
    let calm = scenario("replacement", vec![]);
    let red = Stage::deploy(|stack| program(stack, "red"));
    let blue = Stage::deploy(|stack| program(stack, "blue"));
    let life = Life::new(&calm);
    judged(&life, &red, life.go(&red, 1, 0), 2, "red");
    let old = life.objects();
    let old = old
        .values()
        .find(|one| one.inputs.get("Color").is_some_and(|color| color == "red"));
    assert!(old.is_some());
    let points = life.fork().go(&blue, 3, 0).points;
    let (mut killed, mut answered) = (0, 0);
    for at in 1..=points {
        // Every second kill too, in the proof; for a change those of a few.
        for second in (0..=points).step_by(proving(29, 1) as usize) {
            let watch = Arc::new(Deletions::default());
            let mut watching = calm.clone();
            watching.wrap = Some(watched(watch.clone()));
            let life = Life {
                scenario: &watching,
                machine: life.fork().machine,
            };
            let how = format!("killed at {at} of {points}, then at {second}");
            drop(life.go(&blue, 3, at));
            if second > 0 {
                drop(life.go(&blue, 4, second));
            }
            judged(&life, &blue, life.go(&blue, 5, 0), 6, &how);
            let early = watch.early.lock().unwrap().clone();
            assert!(early.is_empty(), "{how}: {early:?}");
            let gone = watch.gone.lock().unwrap().clone();
            // A run that was killed in the deletion's call saw no answer.
            assert!(gone.len() <= 1, "{how}: {gone:?}");
            assert!(gone.values().all(|times| *times == 1), "{how}: {gone:?}");
            answered += gone.len();
            killed += 1;
        }
    }
    assert!(answered > killed / 2, "{answered} of {killed}");
    println!(
        "figure: {killed} replacements killed once or twice, each old object deleted once, after its dependents had moved"
    );
}
