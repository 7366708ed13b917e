//! What volumes of pods hold goes only when somebody has said so.

#![allow(clippy::unwrap_used, clippy::panic)]

use mlplat_aws::{EksCluster, Vpc};
use mlplat_core::graph::Stack;
use mlplat_core::{Cluster, Lifecycle as _};
use mlplat_k8s::objects::NamespaceHandle;
use mlplat_k8s::openapi::api::apps::v1::{
    StatefulSetPersistentVolumeClaimRetentionPolicy as Policy, StatefulSetSpec,
};
use mlplat_k8s::openapi::api::core::v1::{Container, PersistentVolumeClaim as Claim, PodSpec};
use mlplat_k8s::openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use mlplat_k8s::{Namespace, PersistentVolumeClaim, Spec, StatefulSet, StorageClass, Wires, pods};
use mlplat_sim::simulate::World;

/// What the namespace has in it.
#[derive(Clone, Copy, Default)]
struct Wish {
    nothing: bool,
    claim: bool,
    retained: bool,
    set: bool,
    /// What becomes of the set's claims when it is deleted.
    policy: Option<&'static str>,
}

const SET: Wish = Wish {
    nothing: false,
    claim: false,
    retained: false,
    set: true,
    policy: None,
};

fn program(wish: Wish) -> impl Fn(&mut Stack) + Send + Sync + 'static {
    move |stack: &mut Stack| {
        let network = stack.add("network", Vpc::new("10.20.0.0/16"));
        let cluster = stack.add("cluster", EksCluster::new(&network).nodes(1..=3));
        let class = StorageClass::new(&cluster, "standard", "ebs.csi.aws.com").default_class();
        stack.add("class", class);
        if wish.nothing {
            return;
        }
        let space = stack.add("space", Namespace::new(&cluster, "space"));
        if wish.claim {
            let spec = Spec::of(|_: &mut Wires| pods::claim("1Gi"));
            let claim = PersistentVolumeClaim::new(&cluster, &space, "data", spec);
            match wish.retained {
                true => stack.add("claim", claim.retain()),
                false => stack.add("claim", claim),
            };
        }
        if wish.set {
            stack.add("set", set(&cluster, &space, wish.policy));
        }
    }
}

fn set(cluster: &dyn Cluster, space: &NamespaceHandle, policy: Option<&str>) -> StatefulSet {
    let labels = pods::labels("db");
    let container = Container {
        name: "db".to_owned(),
        image: Some("db:1".to_owned()),
        volume_mounts: Some(vec![pods::mount("data", "/data")]),
        ..Container::default()
    };
    let pod = PodSpec {
        containers: vec![container],
        ..PodSpec::default()
    };
    let spec = Spec::of(|_: &mut Wires| StatefulSetSpec {
        selector: pods::selector(&labels),
        service_name: Some("db".to_owned()),
        template: pods::template(&labels, pod),
        volume_claim_templates: Some(vec![Claim {
            metadata: ObjectMeta {
                name: Some("data".to_owned()),
                ..ObjectMeta::default()
            },
            spec: Some(pods::claim("2Gi")),
            ..Claim::default()
        }]),
        persistent_volume_claim_retention_policy: policy.map(|when_deleted| Policy {
            when_deleted: Some(when_deleted.to_owned()),
            when_scaled: None,
        }),
        ..StatefulSetSpec::default()
    });
    StatefulSet::new(cluster, space, "db", spec)
}

fn deployed(wish: Wish) -> World {
    let mut world = World::simulate(program(wish));
    world.deploy().assert_complete();
    world
}

/// Edits the program; what is refused, after which everything stands as before.
#[track_caller]
fn refused(world: &mut World, wish: Wish) -> String {
    let before = world.objects();
    world.edit(program(wish));
    let run = world.deploy();
    let why = run.refusal().unwrap().to_string();
    assert_eq!(world.objects(), before);
    why
}

/// The identities of the claims in the cluster.
fn claims(world: &World) -> Vec<String> {
    let objects = world.objects().into_iter();
    let claims = objects.filter(|one| one.ty == "k8s.PersistentVolumeClaim");
    let uid = |claim: mlplat_sim::simulate::Object| claim.body["metadata"]["uid"].to_string();
    claims.map(uid).collect()
}

const EMPTY: Wish = Wish { set: false, ..SET };
const NO_NAMESPACE: Wish = Wish {
    nothing: true,
    ..SET
};
const CLAIM: Wish = Wish {
    claim: true,
    ..EMPTY
};

#[test]
fn a_claim_goes_only_when_that_is_said() {
    let mut world = deployed(CLAIM);
    assert_eq!(
        refused(&mut world, EMPTY),
        "claim: deleting k8s.PersistentVolumeClaim space/data destroys what it holds (data-loss)\n  \
         do   pass --delete-data if that may go, or keep the object with .retain()"
    );
    world.destroy_with_data().assert_complete();
    world.assert_empty();
}

#[test]
fn the_claims_of_a_stateful_set_outlive_it() {
    let mut world = deployed(SET);
    let before = claims(&world);
    assert_eq!(before.len(), 1);
    world.edit(program(EMPTY));
    world.deploy().assert_only(&["set"]);
    assert_eq!(claims(&world), before);
    world.edit(program(SET));
    world.deploy().assert_only(&["set"]);
    assert_eq!(claims(&world), before);
}

#[test]
fn a_stateful_set_that_takes_its_claims_along_goes_only_when_that_is_said() {
    let takes = Wish {
        policy: Some("Delete"),
        ..SET
    };
    let mut world = deployed(takes);
    let why = refused(&mut world, EMPTY);
    let said = "set: deleting k8s.StatefulSet space/db destroys what it holds (data-loss)";
    assert!(why.starts_with(said), "{why}");
    world.destroy_with_data().assert_complete();
    world.assert_empty();
    let keeps = Wish {
        policy: Some("Retain"),
        ..SET
    };
    let mut world = deployed(keeps);
    world.edit(program(EMPTY));
    world.deploy().assert_only(&["set"]);
}

#[test]
fn a_namespace_takes_along_what_was_kept_in_it() {
    let mut world = deployed(SET);
    assert_eq!(
        refused(&mut world, NO_NAMESPACE),
        "set: deleting k8s.Namespace space destroys what k8s.StatefulSet space/db holds, which is in it (data-loss)\n  \
         do   pass --delete-data if that may go, or keep space with .retain() too"
    );
    let mut world = deployed(Wish {
        retained: true,
        ..CLAIM
    });
    let why = refused(&mut world, NO_NAMESPACE);
    assert!(
        why.contains("k8s.PersistentVolumeClaim space/data"),
        "{why}"
    );
    // Left in its namespace, it stays.
    world.edit(program(EMPTY));
    world.deploy().assert_complete();
    assert_eq!(claims(&world).len(), 1);
}
