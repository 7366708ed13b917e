//! Killed at every fault point, a run resumes to exactly one of everything.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;
use std::sync::Arc;

use mlplat_aws::{catalog, ec2, lookups, s3};
use mlplat_core::Stack;
use mlplat_core::deploy::{
    Cancel, DeployOptions, Deployment, Engine, EngineError, Outcome, PlanOptions, Stamped,
};
use mlplat_core::graph::{Context, Graph};
use mlplat_core::provider::Providers;
use mlplat_core::seal::{KeyringLock, SealError};
use mlplat_core::state::FileStore;
use mlplat_core::world::World;
use mlplat_sim::cloud::{Cloud, Faults};
use mlplat_sim::machine::{Ended, Machine, Process, run};

/// A keyring lock without keys: what is tested here is not secrecy.
struct Clear;

impl KeyringLock for Clear {
    fn lock(&self, raw: &[u8]) -> Result<String, SealError> {
        Ok(raw.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn unlock(&self, locked: &str) -> Result<zeroize::Zeroizing<Vec<u8>>, SealError> {
        let byte =
            |at: usize| u8::from_str_radix(&locked[at..at + 2], 16).map_err(|_| SealError::Damaged);
        (0..locked.len())
            .step_by(2)
            .map(byte)
            .collect::<Result<Vec<_>, _>>()
            .map(zeroize::Zeroizing::new)
    }
}

fn program(stack: &mut Stack) {
    let vpc = stack.add(
        "vpc",
        ec2::Vpc::new("10.0.0.0/16".parse::<ipnet::Ipv4Net>().unwrap()),
    );
    let zones = stack.add("zones", lookups::AvailabilityZones::default());
    let gateway = stack.add("gateway", ec2::InternetGateway::default());
    stack.add(
        "attachment",
        ec2::VpcGatewayAttachment {
            internet_gateway_id: (&gateway.internet_gateway_id).into(),
            vpc_id: (&vpc.vpc_id).into(),
        },
    );
    let range: ipnet::Ipv4Net = "10.0.1.0/24".parse().unwrap();
    let subnet = stack.add(
        "subnet",
        ec2::Subnet::new(&vpc.vpc_id, range, zones.zone_names.item(0)),
    );
    let address = stack.add("address", ec2::Eip::default());
    stack.add(
        "nat",
        ec2::NatGateway::new(&subnet.subnet_id, &address.allocation_id),
    );
    stack.add("bucket", s3::Bucket::default());
}

struct Life {
    machine: Machine,
    faults: Faults,
}

impl Life {
    fn go(
        &self,
        seed: u64,
        dies_at: u64,
        destroy: bool,
    ) -> (Arc<Process>, Ended<Result<Deployment, EngineError>>) {
        run(|| {
            let process = Arc::new(Process::dying(&self.machine, seed, dies_at));
            (process, |process: Arc<Process>| async move {
                let world: Arc<dyn World> = process;
                let cloud = Cloud::open(
                    catalog(),
                    "eu-west-1",
                    world.clone(),
                    self.faults.clone(),
                    Arc::new(self.machine.files.clone()),
                    Path::new("world"),
                )
                .unwrap();
                let engine = Engine::new(
                    world.clone(),
                    Arc::new(FileStore::new(world, "state")),
                    Providers::default().with(Arc::new(cloud)),
                    Arc::new(Clear),
                );
                let graph = Graph::build(Context::new("test"), program).unwrap();
                let options = DeployOptions {
                    plan: PlanOptions {
                        destroy,
                        ..PlanOptions::default()
                    },
                    ..DeployOptions::default()
                };
                engine
                    .deploy(&graph, &options, &|_: &Stamped| (), &Cancel::new(), &|_| {
                        true
                    })
                    .await
            })
        })
    }

    fn count(&self) -> usize {
        let (_, ended) = run(|| {
            let process = Arc::new(Process::new(&self.machine, 1));
            (process, |process: Arc<Process>| async move {
                let files = Arc::new(self.machine.files.clone());
                let cloud = Cloud::open(
                    catalog(),
                    "eu-west-1",
                    process,
                    Faults::default(),
                    files,
                    Path::new("world"),
                )
                .unwrap();
                cloud
                    .objects()
                    .iter()
                    .filter(|object| object.child_of.is_none())
                    .count()
            })
        });
        match ended {
            Ended::Done(count) => count,
            Ended::Killed => unreachable!("this process never dies"),
        }
    }
}

fn complete(ended: Ended<Result<Deployment, EngineError>>) -> Deployment {
    match ended {
        Ended::Done(Ok(deployment)) => {
            assert_eq!(
                deployment.outcome,
                Outcome::Complete,
                "{:?}",
                deployment.failed
            );
            deployment
        }
        Ended::Done(Err(error)) => panic!("{error}"),
        Ended::Killed => panic!("killed"),
    }
}

#[test]
fn a_calm_life() {
    let life = Life {
        machine: Machine::default(),
        faults: Faults::default(),
    };
    let (process, ended) = life.go(1, 0, false);
    let deployment = complete(ended);
    println!("points {} {:?}", process.points(), deployment);
    assert_eq!(life.count(), 7);
    assert!(complete(life.go(2, 0, false).1).unchanged);
    complete(life.go(3, 0, true).1);
    assert_eq!(life.count(), 0);
}

#[test]
fn killed_anywhere_it_resumes_to_one_of_everything() {
    let points = {
        let life = Life {
            machine: Machine::default(),
            faults: Faults::default(),
        };
        life.go(1, 0, false).0.points()
    };
    for at in 1..=points {
        let life = Life {
            machine: Machine::default(),
            faults: Faults::default(),
        };
        assert!(
            matches!(life.go(1, at, false).1, Ended::Killed),
            "point {at} of {points} is reached"
        );
        complete(life.go(2, 0, false).1);
        assert_eq!(life.count(), 7, "killed at {at} of {points}");
        assert!(complete(life.go(3, 0, false).1).unchanged, "killed at {at}");
        complete(life.go(4, 0, true).1);
        assert_eq!(life.count(), 0, "killed at {at} of {points}");
    }
}
