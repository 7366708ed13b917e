//! Services and ingresses: ready when they can be reached from outside, if
//! that is what they are for.

use mlplat_core::provider::Status;
use serde_json::Value;

use super::{Around, Object};

pub(super) fn service(object: &Object<'_>, around: &Around) -> Status {
    if object.text("/spec/type") != "LoadBalancer" {
        return Status::Ready;
    }
    reachable(object, around)
}

pub(super) fn ingress(object: &Object<'_>, around: &Around) -> Status {
    reachable(object, around)
}

fn reachable(object: &Object<'_>, around: &Around) -> Status {
    if host(object.data).is_some() {
        return Status::Ready;
    }
    let waiting = "its load balancer has no address yet";
    match around.warning(&[]) {
        Some(why) => Status::Coming(format!("{waiting}; {why}")),
        None => Status::Coming(waiting.to_owned()),
    }
}

pub(super) fn host(data: &Value) -> Option<&str> {
    let first = data.pointer("/status/loadBalancer/ingress/0")?;
    let text = |name: &str| first[name].as_str().filter(|text| !text.is_empty());
    text("hostname").or_else(|| text("ip"))
}
