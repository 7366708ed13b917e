//! Killed at every fault point, programs of AWS's own types end with exactly
//! one of everything: a network in the usual run of the tests, random programs
//! and their edits in a run of their own.

// Figures are told.
#![allow(clippy::print_stdout, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::time::Duration;

use ipnet::Ipv4Net;
use mlplat_aws::{catalog, ec2, lookups, s3};
use mlplat_core::Stack;
use mlplat_core::facts::Kind;
use mlplat_sim::harness::{
    Campaign, Power, Scenario, Stage, Sweep, campaign, random, sweep, sweep_told,
};

fn network(stack: &mut Stack) {
    let range = |third, bits| Ipv4Net::new_assert(Ipv4Addr::new(10, 0, third, 0), bits);
    let vpc = stack.add("vpc", ec2::Vpc::new(range(0, 16)));
    let zones = stack.add("zones", lookups::AvailabilityZones::default());
    let gateway = stack.add("gateway", ec2::InternetGateway::default());
    stack.add(
        "attachment",
        ec2::VpcGatewayAttachment {
            internet_gateway_id: (&gateway.internet_gateway_id).into(),
            vpc_id: (&vpc.vpc_id).into(),
        },
    );
    let zone = zones.zone_names.item(0);
    let subnet = ec2::Subnet::new(&vpc.vpc_id, range(1, 24), zone);
    let subnet = stack.add("subnet", subnet);
    let address = stack.add("address", ec2::Eip::default());
    let nat = ec2::NatGateway::new(&subnet.subnet_id, &address.allocation_id);
    stack.add("nat", nat);
    stack.add("bucket", s3::Bucket::default());
}

#[test]
fn killed_anywhere_it_resumes_to_one_of_everything() {
    let stages = vec![Stage::deploy(network), Stage::Destroy];
    let life = Scenario::new("network", catalog(), stages);
    for power in [Power::Stays, Power::Lost] {
        let how = Sweep {
            power,
            ..Sweep::default()
        };
        let report = sweep(&life, &how);
        assert!(
            matches!(report, Ok(report) if report.killed == report.points && report.points > 60),
            "{report:?}"
        );
    }
}

/// A few random programs, so that a change of the harness is seen at once.
#[test]
fn some_points_of_some_random_programs() {
    for seed in 1..=4 {
        let how = Sweep {
            every: 23,
            ..random::sweep_of(seed)
        };
        if let Err(broken) = sweep(&random::scenario(seed), &how) {
            panic!("seed {seed}: {broken}");
        }
    }
}

/// Every fault point of random programs with their edits; resumed by the same
/// program or another one, with or without changes from outside, and killed
/// again. `MLPLAT_CRASH_SEED` tells the whole story of one seed.
#[test]
#[ignore = "a minute on every core, run by cargo xtask crash"]
fn crash_random_programs() {
    if let Ok(seed) = std::env::var("MLPLAT_CRASH_SEED") {
        let seed = seed.parse().unwrap();
        let told = sweep_told(&random::scenario(seed), &random::sweep_of(seed), &|line| {
            println!("{line}");
        });
        match told {
            Ok(report) => println!("figure: seed {seed}, {report:?}, 0 bad"),
            Err(broken) => panic!("seed {seed}: {broken}"),
        }
        return;
    }
    let long = std::env::var_os("MLPLAT_PROVE").is_some();
    let programs = if long { 500 } else { 50 };
    // One resumed run in this many is killed as well.
    let twice = if long { 2 } else { 16 };
    let over = campaign(1..programs + 1, HANGS, &hung, &|seed| {
        let how = Sweep {
            twice,
            ..random::sweep_of(seed)
        };
        sweep(&random::scenario(seed), &how)
    });
    told(programs, &over);
    let (killed, again) = if long {
        (200_000, 100_000)
    } else {
        (16_000, 500)
    };
    let report = &over.report;
    assert!(
        report.killed >= killed && report.again >= again,
        "{report:?}"
    );
}

/// No sweep takes this long for real.
const HANGS: Duration = Duration::from_secs(1800);

fn hung(seed: u64) {
    println!("seed {seed} hangs");
    std::process::exit(101);
}

fn told(programs: u64, over: &Campaign) {
    let covered = covered(programs);
    let (report, seconds) = (&over.report, over.took.as_secs_f64());
    for (seed, broken) in &over.broken {
        println!("seed {seed}: {broken}");
    }
    println!(
        "figure: {programs} random programs of {} of {} resource types of AWS and {} of {} of Kubernetes",
        covered.0, covered.1, covered.2, covered.3
    );
    println!(
        "figure: {} points, {} kill runs, {} of them kills of resumed runs, {} resumed by another program, {} after changes from outside, {} bad",
        report.points,
        report.killed,
        report.again,
        report.edited,
        report.outside,
        over.broken.len()
    );
    println!(
        "figure: {seconds:.0} s, {:.0} kill runs in a second",
        report.killed as f64 / seconds
    );
    assert!(
        over.broken.is_empty(),
        "{} sweeps are bad",
        over.broken.len()
    );
}

/// How many types of account and clusters the programs have, and there are.
fn covered(programs: u64) -> (usize, usize, usize, usize) {
    let types: BTreeSet<_> = (1..=programs)
        .flat_map(|seed| random::types_of(&random::scenario(seed)))
        .collect();
    let inside = types.iter().filter(|name| name.starts_with("k8s.")).count();
    let resources = catalog().iter().filter(|ty| ty.kind == Kind::Resource);
    let all = resources.count();
    let missing: Vec<_> = catalog()
        .iter()
        .filter(|ty| ty.kind == Kind::Resource && !types.contains(ty.name))
        .map(|ty| ty.name)
        .collect();
    if !missing.is_empty() {
        println!("no program has {}", missing.join(", "));
    }
    (
        types.len() - inside,
        all,
        inside,
        mlplat_k8s::catalog().len(),
    )
}
