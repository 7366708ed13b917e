//! Load balancers of services and ingresses: objects of the account that nobody's program declares.
//!
//! # Services of type `LoadBalancer`
//! The cloud controller of EKS gives each a classic load balancer, or a network one when the annotation
//! `service.beta.kubernetes.io/aws-load-balancer-type` says `nlb`. A service that asks for the AWS Load Balancer
//! Controller (the annotation says `external` or `nlb-ip`, or a `loadBalancerClass` is set) is left to it: it is taken
//! to be there when the cluster has an ingress class of its own controller, and otherwise the service waits for ever,
//! as it does in reality.
//!
//! # Ingresses
//! One whose class has the controller `ingress.k8s.aws/alb` gets an application load balancer. One whose class has
//! `k8s.io/ingress-nginx` gets the host of the load balancer of the service labelled
//! `app.kubernetes.io/name: ingress-nginx`. The class is `spec.ingressClassName`, else the annotation
//! `kubernetes.io/ingress.class`, else the default class. Without a class of that name nobody answers.
//!
//! # Finalizers
//! `service.kubernetes.io/load-balancer-cleanup` and `ingress.k8s.aws/resources` hold the object until its load
//! balancer is gone, so that a namespace waits for it. How long it takes counts from the event that says that it has
//! begun; the account decides how long the network interfaces stay afterwards.
//!
//! Facts: `cloud-provider` (service controller) and `cloud-provider-aws` for Kubernetes 1.36, documentation of the AWS
//! Load Balancer Controller 2.13; durations are the median of public logs (60 to 120 s).

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::acting::{Found, Soonest, all, set_finalizer, set_status};
use super::events::{News, tell, tell_once, told_at};
use super::{Controller, hashes};
use crate::kube::infrastructure::{BalancerWish, Infrastructure};
use crate::kube::journal::ObjectKey;
use crate::kube::meta;
use crate::kube::store::Store;

const CLOUD: &str = "service-controller";
const ALB: &str = "ingress.k8s.aws/alb";
const NGINX: &str = "k8s.io/ingress-nginx";
const SERVICE_CLEANUP: &str = "service.kubernetes.io/load-balancer-cleanup";
const INGRESS_CLEANUP: &str = "ingress.k8s.aws/resources";
const TYPE: &str = "service.beta.kubernetes.io/aws-load-balancer-type";
const DEFAULT_CLASS: &str = "ingressclass.kubernetes.io/is-default-class";
/// How long a load balancer takes, in seconds.
const MADE_S: (u64, u64) = (60, 120);
/// How long it takes to be deleted.
const DELETED_S: u64 = 15;
/// How long after a deletion that was refused, while interfaces are left, it is tried again.
const RETRY: Duration = Duration::from_secs(10);

/// The service controller, and the ingress controllers that are there.
#[derive(Clone)]
pub struct Balancers {
    infrastructure: Arc<dyn Infrastructure>,
}

impl Balancers {
    /// Load balancers from an infrastructure.
    #[must_use]
    pub fn new(infrastructure: Arc<dyn Infrastructure>) -> Self {
        Self { infrastructure }
    }
}

/// What is wished for an object.
struct Wish {
    form: &'static str,
    internal: bool,
    finalizer: &'static str,
}

impl Controller for Balancers {
    fn latency(&self) -> Duration {
        Duration::from_millis(100)
    }

    fn subjects(&self) -> &[&str] {
        &["services", "ingresses"]
    }

    fn concerns(&self) -> &[(&str, &str)] {
        &[
            ("", "services"),
            ("networking.k8s.io", "ingresses"),
            ("networking.k8s.io", "ingressclasses"),
        ]
    }

    fn react(&mut self, store: &mut Store, now: Duration) -> Option<Duration> {
        let mut again = Soonest::default();
        for service in all(store, "", "services") {
            let wish = service_wish(store, &service.1);
            again.maybe(self.tend(store, &service, wish, now));
        }
        for ingress in all(store, "networking.k8s.io", "ingresses") {
            match class_controller(store, &ingress.1).as_deref() {
                Some(NGINX) => follow(store, &ingress),
                Some(ALB) => {
                    let wish = Some(ingress_wish(&ingress.1));
                    again.maybe(self.tend(store, &ingress, wish, now));
                }
                _ => again.maybe(self.tend(store, &ingress, None, now)),
            }
        }
        again.0
    }
}

fn annotation<'a>(object: &'a Value, name: &str) -> &'a str {
    let text = object["metadata"]["annotations"][name].as_str();
    text.unwrap_or_default()
}

/// The load balancer that a service wants from the cloud, or from the AWS Load Balancer Controller if it is there.
fn service_wish(store: &Store, service: &Value) -> Option<Wish> {
    if service["spec"]["type"] != "LoadBalancer" {
        return None;
    }
    let form = annotation(service, TYPE);
    let external = ["external", "nlb-ip"].contains(&form)
        || service["spec"]["loadBalancerClass"] == "service.k8s.aws/nlb";
    if external && !has_class(store, ALB) {
        return None;
    }
    let scheme = annotation(
        service,
        "service.beta.kubernetes.io/aws-load-balancer-scheme",
    );
    let inside = annotation(
        service,
        "service.beta.kubernetes.io/aws-load-balancer-internal",
    );
    // The controller of AWS makes inner load balancers unless told otherwise, the cloud's own outer ones.
    let internal = if external {
        scheme != "internet-facing"
    } else {
        scheme == "internal" || inside == "true"
    };
    let network = external || form == "nlb";
    Some(Wish {
        form: if network { "network" } else { "classic" },
        internal,
        finalizer: SERVICE_CLEANUP,
    })
}

fn ingress_wish(ingress: &Value) -> Wish {
    Wish {
        form: "application",
        internal: annotation(ingress, "alb.ingress.kubernetes.io/scheme") != "internet-facing",
        finalizer: INGRESS_CLEANUP,
    }
}

fn has_class(store: &Store, controller: &str) -> bool {
    let mut classes = store.list("networking.k8s.io", "ingressclasses", None);
    classes.any(|(_, class)| class["spec"]["controller"] == controller)
}

/// The controller of an ingress's class.
fn class_controller(store: &Store, ingress: &Value) -> Option<String> {
    let named = ingress["spec"]["ingressClassName"].as_str();
    let old =
        Some(annotation(ingress, "kubernetes.io/ingress.class")).filter(|name| !name.is_empty());
    let class = match named.or(old) {
        Some(name) => {
            let key = ObjectKey::new("networking.k8s.io", "ingressclasses", "", name);
            store.get(&key)
        }
        None => store
            .list("networking.k8s.io", "ingressclasses", None)
            .map(|(_, class)| class)
            .find(|class| annotation(class, DEFAULT_CLASS) == "true"),
    };
    let controller = class?["spec"]["controller"].as_str()?;
    Some(controller.to_owned())
}

/// An ingress of nginx has the address of nginx's own service.
fn follow(store: &mut Store, (key, ingress): &Found) {
    let service = store
        .list("", "services", None)
        .map(|(_, service)| service)
        .find(|one| {
            one["metadata"]["labels"]["app.kubernetes.io/name"] == "ingress-nginx"
                && one["spec"]["type"] == "LoadBalancer"
        });
    let host =
        service.and_then(|one| one["status"]["loadBalancer"]["ingress"][0]["hostname"].as_str());
    if let Some(host) = host.filter(|_| !meta::deleting(ingress)) {
        let status = json!({"loadBalancer": {"ingress": [{"hostname": host}]}});
        set_status(store, key, "nginx-ingress-controller", status);
    }
}

impl Balancers {
    /// Brings an object a step towards its load balancer, or away from it; gives the time of the next one.
    fn tend(
        &self,
        store: &mut Store,
        found: &Found,
        wish: Option<Wish>,
        now: Duration,
    ) -> Option<Duration> {
        let (key, object) = found;
        let finalizers = meta::finalizers(object);
        let held = [SERVICE_CLEANUP, INGRESS_CLEANUP]
            .into_iter()
            .find(|one| finalizers.contains(one));
        match (wish.filter(|_| !meta::deleting(object)), held) {
            (None, None) => None,
            (None, Some(finalizer)) => self.remove(store, found, finalizer, now),
            (Some(wish), None) => {
                set_finalizer(store, key, wish.finalizer, true);
                None
            }
            (Some(wish), Some(_)) => self.make(store, found, &wish, now),
        }
    }

    fn make(
        &self,
        store: &mut Store,
        (key, object): &Found,
        wish: &Wish,
        now: Duration,
    ) -> Option<Duration> {
        let shown = &object["status"]["loadBalancer"]["ingress"];
        if shown.is_array() {
            return None;
        }
        let begun = News::normal("EnsuringLoadBalancer", "Ensuring load balancer");
        tell_once(store, object, CLOUD, &begun);
        let (least, most) = MADE_S;
        let number = hashes::number(store.config().seed, meta::uid(object));
        let takes = Duration::from_secs(least + number % (most - least + 1));
        // The account has it from the beginning, and it is reached at the end.
        let host = self.infrastructure.balancer(
            BalancerWish {
                uid: meta::uid(object),
                form: wish.form,
                internal: wish.internal,
                namespace: &key.namespace,
                name: &key.name,
            },
            now,
        );
        let host = match host {
            Ok(host) => host,
            Err(why) => {
                let message =
                    format!("Error syncing load balancer: failed to ensure load balancer: {why}");
                tell_once(
                    store,
                    object,
                    CLOUD,
                    &News::warning("SyncLoadBalancerFailed", message),
                );
                return Some(now + Duration::from_secs(60));
            }
        };
        let due = told_at(store, object, &begun)? + takes;
        if due > now {
            return Some(due);
        }
        let status = json!({"loadBalancer": {"ingress": [{"hostname": host}]}});
        set_status(store, key, CLOUD, status);
        tell(
            store,
            object,
            CLOUD,
            &News::normal("EnsuredLoadBalancer", "Ensured load balancer"),
        );
        None
    }

    fn remove(
        &self,
        store: &mut Store,
        (key, object): &Found,
        finalizer: &str,
        now: Duration,
    ) -> Option<Duration> {
        let begun = News::normal("DeletingLoadBalancer", "Deleting load balancer");
        let since = if meta::deleting(object) {
            Some(store.since_epoch(meta::text(object, "deletionTimestamp")))
        } else {
            tell_once(store, object, CLOUD, &begun);
            told_at(store, object, &begun)
        };
        let due = since? + Duration::from_secs(DELETED_S);
        if due > now {
            return Some(due);
        }
        if !self.infrastructure.drop_balancer(meta::uid(object), now) {
            return Some(now + RETRY);
        }
        if !meta::deleting(object) {
            set_status(store, key, CLOUD, json!({"loadBalancer": {}}));
        }
        set_finalizer(store, key, finalizer, false);
        None
    }
}
