//! The seam as a program sees it: the real client, typed objects, faults, lost replies, restarts, drift.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Secret};
use kube::api::{
    Api, DeleteParams, ListParams, Patch, PatchParams, PostParams, WatchEvent, WatchParams,
};
use kube::discovery::Discovery;
use mlplat_sim::kube::{ApiServer, Fault, Faults, ObjectKey, Parts, RequestInfo, Verb};
use serde_json::json;
use support::{Tape, cluster, connect};

fn map(name: &str, value: &str) -> ConfigMap {
    serde_json::from_value(json!({"metadata": {"name": name}, "data": {"k": value}})).unwrap()
}

fn key(name: &str) -> ObjectKey {
    ObjectKey::new("", "configmaps", "default", name)
}

/// Faults in the order given, each for the first request of its verb.
#[derive(Clone, Default)]
struct Script {
    before: Arc<Mutex<Vec<(Verb, Fault)>>>,
    after: Arc<Mutex<Vec<(Verb, Fault)>>>,
    delay: Duration,
}

fn take(list: &Mutex<Vec<(Verb, Fault)>>, request: &RequestInfo) -> Option<Fault> {
    let mut list = list.lock().unwrap();
    let at = list.iter().position(|(verb, _)| *verb == request.verb)?;
    Some(list.remove(at).1)
}

impl Faults for Script {
    fn before(&mut self, request: &RequestInfo) -> Option<Fault> {
        take(&self.before, request)
    }
    fn after_effect(&mut self, request: &RequestInfo) -> Option<Fault> {
        take(&self.after, request)
    }
    fn watch_delay(&mut self, _: &RequestInfo) -> Duration {
        self.delay
    }
}

#[tokio::test(start_paused = true)]
async fn the_typed_client_works() {
    let (client, _) = cluster(Parts::default());
    let maps: Api<ConfigMap> = Api::default_namespaced(client.clone());
    let created = maps
        .create(&PostParams::default(), &map("a", "1"))
        .await
        .unwrap();
    assert_eq!(created.metadata.namespace.as_deref(), Some("default"));
    let params = PatchParams::apply("mlplat").force();
    let config = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"k": "2"}});
    let applied = maps
        .patch("a", &params, &Patch::Apply(&config))
        .await
        .unwrap();
    assert_eq!(applied.data.unwrap()["k"], "2");
    let listed = maps
        .list(&ListParams::default().fields("metadata.name=a"))
        .await
        .unwrap();
    assert_eq!(listed.items.len(), 1);
    let metadata = maps.get_metadata("a").await.unwrap();
    assert_eq!(metadata.metadata.uid, created.metadata.uid);
    assert!(
        maps.delete("a", &DeleteParams::default())
            .await
            .unwrap()
            .is_right()
    );
    assert!(maps.get_opt("a").await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn discovery_knows_the_kinds() {
    let (client, _) = cluster(Parts::default());
    for discovery in [
        Discovery::new(client.clone()).run().await,
        Discovery::new(client).run_aggregated().await,
    ] {
        let discovery = discovery.unwrap();
        let gvk = kube::core::GroupVersionKind::gvk("apps", "v1", "Deployment");
        let (resource, capabilities) = discovery.resolve_gvk(&gvk).unwrap();
        assert_eq!(resource.plural, "deployments");
        assert!(capabilities.supports_operation("deletecollection"));
        assert!(
            discovery
                .resolve_gvk(&kube::core::GroupVersionKind::gvk("", "v1", "Namespace"))
                .is_some()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_before_means_that_nothing_happened() {
    let script = Script::default();
    let throttle = Fault::Throttle {
        retry_after: Duration::from_millis(2500),
    };
    let faults = [Fault::Status(503), throttle, Fault::DropReply];
    script
        .before
        .lock()
        .unwrap()
        .extend(faults.map(|fault| (Verb::Create, fault)));
    let (client, shared) = cluster(Parts {
        faults: Box::new(script),
        ..Parts::default()
    });
    let maps: Api<ConfigMap> = Api::default_namespaced(client);
    let (params, object) = (PostParams::default(), map("a", "1"));
    let create = || maps.create(&params, &object);
    match create().await {
        Err(kube::Error::Api(status)) => assert_eq!(
            (status.code, status.reason.as_str()),
            (503, "ServiceUnavailable")
        ),
        other => panic!("{other:?}"),
    }
    match create().await {
        Err(kube::Error::Api(status)) => {
            assert_eq!(
                (status.code, status.details.unwrap().retry_after_seconds),
                (429, 3)
            );
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(create().await, Err(kube::Error::Service(_))));
    assert_eq!(
        shared
            .lock()
            .store()
            .list("", "configmaps", Some("default"))
            .count(),
        0
    );
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_hides_what_happened() {
    let script = Script::default();
    script
        .after
        .lock()
        .unwrap()
        .push((Verb::Create, Fault::DropReply));
    script
        .after
        .lock()
        .unwrap()
        .push((Verb::Delete, Fault::Status(500)));
    let (client, shared) = cluster(Parts {
        faults: Box::new(script),
        ..Parts::default()
    });
    let maps: Api<ConfigMap> = Api::default_namespaced(client);
    assert!(
        maps.create(&PostParams::default(), &map("a", "1"))
            .await
            .is_err()
    );
    assert!(shared.lock().store().get(&key("a")).is_some());
    match maps.create(&PostParams::default(), &map("a", "1")).await {
        Err(kube::Error::Api(status)) => assert!(status.is_already_exists()),
        other => panic!("{other:?}"),
    }
    assert!(maps.delete("a", &DeleteParams::default()).await.is_err());
    assert!(shared.lock().store().get(&key("a")).is_none());
}

#[tokio::test(start_paused = true)]
async fn what_the_journal_cannot_keep_did_not_happen() {
    let tape = Tape::default();
    let (client, shared) = cluster(Parts {
        journal: Box::new(tape.clone()),
        ..Parts::default()
    });
    let maps: Api<ConfigMap> = Api::default_namespaced(client);
    tokio::time::sleep(Duration::from_secs(5)).await;
    maps.create(&PostParams::default(), &map("a", "1"))
        .await
        .unwrap();
    let (before, kept) = (
        shared.lock().store().clone(),
        tape.effects.lock().unwrap().len(),
    );
    *tape.broken.lock().unwrap() = true;
    assert!(
        maps.create(&PostParams::default(), &map("b", "1"))
            .await
            .is_err()
    );
    assert!(maps.delete("a", &DeleteParams::default()).await.is_err());
    assert!(*shared.lock().store() == before);
    assert_eq!(tape.effects.lock().unwrap().len(), kept);
    *tape.broken.lock().unwrap() = false;
    maps.create(&PostParams::default(), &map("b", "1"))
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_leaves_no_trace() {
    let tape = Tape::default();
    let (client, shared) = cluster(Parts {
        journal: Box::new(tape.clone()),
        ..Parts::default()
    });
    let maps: Api<ConfigMap> = Api::default_namespaced(client);
    tokio::time::sleep(Duration::from_secs(5)).await;
    maps.get_opt("settle").await.unwrap();
    let (before, kept) = (
        shared.lock().store().clone(),
        tape.effects.lock().unwrap().len(),
    );
    let dry = PostParams {
        dry_run: true,
        ..PostParams::default()
    };
    let shown = maps.create(&dry, &map("a", "1")).await.unwrap();
    assert!(shown.metadata.uid.is_some() && shown.metadata.resource_version.is_none());
    assert!(*shared.lock().store() == before);
    assert_eq!(tape.effects.lock().unwrap().len(), kept);
    let real = maps
        .create(&PostParams::default(), &map("a", "1"))
        .await
        .unwrap();
    assert_ne!(real.metadata.uid, shown.metadata.uid);
}

#[tokio::test(start_paused = true)]
async fn a_restored_cluster_goes_on_where_it_was() {
    let tape = Tape::default();
    let (client, shared) = cluster(Parts {
        journal: Box::new(tape.clone()),
        ..Parts::default()
    });
    let spaces: Api<Namespace> = Api::all(client.clone());
    let space = serde_json::from_value(json!({"metadata": {"name": "gone"}})).unwrap();
    spaces.create(&PostParams::default(), &space).await.unwrap();
    let inside: Api<ConfigMap> = Api::namespaced(client, "gone");
    inside
        .create(&PostParams::default(), &map("a", "1"))
        .await
        .unwrap();
    spaces
        .delete("gone", &DeleteParams::default())
        .await
        .unwrap();
    let killed_at = shared.now();
    let effects = tape.effects.lock().unwrap().clone();
    let server = ApiServer::restore(Parts::default(), effects, killed_at);
    assert!(server.store() == shared.lock().store());
    let (client, _) = connect(server);
    let spaces: Api<Namespace> = Api::all(client);
    assert!(spaces.get_opt("gone").await.unwrap().is_some());
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert!(spaces.get_opt("gone").await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_watch_wakes_when_something_changes_and_when_time_passes() {
    let (client, _) = cluster(Parts::default());
    let spaces: Api<Namespace> = Api::all(client);
    let space = serde_json::from_value(json!({"metadata": {"name": "w"}})).unwrap();
    let mut events = spaces
        .watch(
            &WatchParams::default()
                .fields("metadata.name=w")
                .timeout(290),
            "0",
        )
        .await
        .unwrap()
        .boxed();
    let started = tokio::time::Instant::now();
    spaces.create(&PostParams::default(), &space).await.unwrap();
    assert!(matches!(
        events.try_next().await.unwrap(),
        Some(WatchEvent::Added(_))
    ));
    assert!(started.elapsed() < Duration::from_millis(50));
    spaces.delete("w", &DeleteParams::default()).await.unwrap();
    // Nobody but the watch looks: the controllers' deadlines wake it.
    loop {
        match events.try_next().await.unwrap() {
            Some(WatchEvent::Modified(_)) => {}
            Some(WatchEvent::Deleted(_)) => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(
        (4..10).contains(&started.elapsed().as_secs()),
        "{:?}",
        started.elapsed()
    );
    while let Some(event) = events.try_next().await.unwrap() {
        assert!(matches!(event, WatchEvent::Bookmark(_)), "{event:?}");
    }
    assert_eq!(started.elapsed().as_secs(), 290);
}

#[tokio::test(start_paused = true)]
async fn a_waiting_watch_hears_of_a_change_at_once() {
    let (client, shared) = cluster(Parts::default());
    tokio::time::sleep(Duration::from_secs(5)).await;
    let maps: Api<ConfigMap> = Api::default_namespaced(client);
    let watched = maps.clone();
    let waiting = tokio::spawn(async move {
        let params = WatchParams::default().fields("metadata.name=a");
        let mut events = watched.watch(&params, "0").await.unwrap().boxed();
        assert!(matches!(
            events.try_next().await.unwrap(),
            Some(WatchEvent::Added(_))
        ));
        tokio::time::Instant::now()
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    let now = shared.now();
    shared
        .lock()
        .create_outside(&key("a"), now, json!({}))
        .unwrap();
    let changed = tokio::time::Instant::now();
    assert!(waiting.await.unwrap() - changed < Duration::from_millis(50));
}

#[tokio::test(start_paused = true)]
async fn watch_events_can_be_late() {
    let script = Script {
        delay: Duration::from_secs(20),
        ..Script::default()
    };
    let (client, _) = cluster(Parts {
        faults: Box::new(script),
        ..Parts::default()
    });
    let maps: Api<ConfigMap> = Api::default_namespaced(client);
    let mut events = maps
        .watch(&WatchParams::default().fields("metadata.name=a"), "0")
        .await
        .unwrap()
        .boxed();
    let started = tokio::time::Instant::now();
    maps.create(&PostParams::default(), &map("a", "1"))
        .await
        .unwrap();
    assert!(maps.get_opt("a").await.unwrap().is_some());
    assert!(matches!(
        events.try_next().await.unwrap(),
        Some(WatchEvent::Added(_))
    ));
    assert_eq!(started.elapsed().as_secs(), 20);
}

#[tokio::test(start_paused = true)]
async fn an_old_watch_and_an_old_list_are_told_to_start_anew() {
    let (client, shared) = cluster(Parts::default());
    let secrets: Api<Secret> = Api::default_namespaced(client);
    for name in ["a", "b", "c"] {
        let secret = serde_json::from_value(json!({"metadata": {"name": name}})).unwrap();
        secrets
            .create(&PostParams::default(), &secret)
            .await
            .unwrap();
    }
    let first = secrets.list(&ListParams::default().limit(2)).await.unwrap();
    let late = serde_json::from_value(json!({"metadata": {"name": "d"}})).unwrap();
    secrets.create(&PostParams::default(), &late).await.unwrap();
    secrets.delete("c", &DeleteParams::default()).await.unwrap();
    // The rest of a list shows the moment of its first part.
    let token = first.metadata.continue_.clone().unwrap();
    let rest = secrets
        .list(&ListParams::default().limit(2).continue_token(&token))
        .await
        .unwrap();
    assert_eq!(rest.items.len(), 1);
    assert_eq!(rest.items[0].metadata.name.as_deref(), Some("c"));
    shared.lock().compact();
    match secrets
        .list(&ListParams::default().limit(2).continue_token(&token))
        .await
    {
        Err(kube::Error::Api(status)) => {
            assert_eq!((status.code, status.reason.as_str()), (410, "Expired"))
        }
        other => panic!("{other:?}"),
    }
    let mut events = secrets
        .watch(&WatchParams::default(), "1")
        .await
        .unwrap()
        .boxed();
    match events.try_next().await.unwrap() {
        Some(WatchEvent::Error(status)) => assert_eq!(status.code, 410),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn drift_comes_by_another_door() {
    let (client, shared) = cluster(Parts::default());
    let maps: Api<ConfigMap> = Api::default_namespaced(client);
    let config = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"k": "1"}});
    let apply = |force: bool| {
        let params = PatchParams {
            force,
            ..PatchParams::apply("mlplat")
        };
        let maps = maps.clone();
        let config = config.clone();
        async move { maps.patch("a", &params, &Patch::Apply(&config)).await }
    };
    apply(false).await.unwrap();
    let now = shared.now();
    shared
        .lock()
        .edit_outside(&key("a"), now, |object| {
            object["data"]["k"] = json!("drift")
        })
        .unwrap();
    match apply(false).await {
        Err(kube::Error::Api(status)) => {
            assert_eq!(
                status.message,
                "Apply failed with 1 conflict: conflict with \"kubectl-edit\" using v1: .data.k"
            );
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(apply(true).await.unwrap().data.unwrap()["k"], "1");
    shared
        .lock()
        .stick_outside(&key("a"), now, "example.com/stuck")
        .unwrap();
    assert!(
        maps.delete("a", &DeleteParams::default())
            .await
            .unwrap()
            .is_left()
    );
    tokio::time::sleep(Duration::from_secs(3600)).await;
    let stuck = maps.get("a").await.unwrap();
    assert_eq!(
        stuck.metadata.finalizers,
        Some(vec!["example.com/stuck".to_owned()])
    );
    let now = shared.now();
    shared
        .lock()
        .unstick_outside(&key("a"), now, "example.com/stuck")
        .unwrap();
    assert!(maps.get_opt("a").await.unwrap().is_none());
    shared
        .lock()
        .create_outside(&key("b"), now, json!({"data": {"k": "foreign"}}))
        .unwrap();
    assert!(shared.lock().delete_outside(&key("nothing"), now).is_err());
    shared.lock().delete_outside(&key("b"), now).unwrap();
    assert!(maps.get_opt("b").await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_cluster() {
    let uid = |seed: u64| async move {
        let mut parts = Parts::default();
        parts.config.seed = seed;
        let (client, _) = cluster(parts);
        let deployments: Api<Deployment> = Api::default_namespaced(client);
        let deployment =
            serde_json::from_value(json!({"metadata": {"generateName": "d-"}})).unwrap();
        let made = deployments
            .create(&PostParams::default(), &deployment)
            .await
            .unwrap();
        (made.metadata.name, made.metadata.uid)
    };
    assert_eq!(uid(1).await, uid(1).await);
    assert_ne!(uid(1).await, uid(2).await);
}
