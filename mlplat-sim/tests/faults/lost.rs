//! The reply of each changing call is lost, after its effect.

use mlplat_sim::harness::{Life, Stage};

use super::every::{resources, scenario, stage};
use super::lives::{judged, numbers, run, settles};

#[test]
fn every_type_comes_changes_and_goes() {
    let calm = scenario("every type", vec![]);
    let life = Life::new(&calm);
    settles(&life, &stage(1), 1, "made");
    let made = life.objects();
    for ty in resources() {
        let one = made
            .values()
            .filter(|object| object.ty == ty.name && object.lineage != "there-all-along");
        let one = one.count();
        assert_eq!(one, 1, "{}", ty.name);
    }
    let updated = settles(&life, &stage(2), 3, "changed");
    assert!(updated.done > 30, "{updated:?}");
    settles(&life, &Stage::Destroy, 5, "destroyed");
}

/// Proves fault 2.
#[test]
fn no_lost_reply_makes_a_second_object() {
    let calm = scenario("a lost reply", vec![]);
    let mut life = Life::new(&calm);
    let mut lost = 0;
    for stage in [stage(1), stage(2), Stage::Destroy] {
        let after = life.fork();
        let changes = run(&after, &stage, "", 1).changes;
        for nth in numbers(changes, 400) {
            let life = life.fork();
            let lived = run(&life, &stage, &format!("fail=lost@change#{nth}"), 1).lived;
            judged(&life, &stage, lived, 2, &format!("without reply {nth}"));
            lost += 1;
        }
        life = after;
    }
    println!(
        "figure: {lost} lost replies of all {} types, 0 duplicates",
        resources().count()
    );
}
