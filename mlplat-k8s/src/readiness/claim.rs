//! Claims of volumes: ready when bound, or when nothing will happen before
//! the first pod.

use mlplat_core::provider::Status;

use super::{Around, Object};

const LATER: &str = "WaitForFirstConsumer";

pub(super) fn claim(object: &Object<'_>, around: &Around) -> Status {
    match object.text("/status/phase") {
        "Bound" => match object.condition("Resizing", "True") {
            Some(_) => Status::Coming("Resizing".to_owned()),
            None => Status::Ready,
        },
        "Lost" => Status::Failed("the volume that it was bound to does not exist".to_owned()),
        _ => pending(around),
    }
}

fn pending(around: &Around) -> Status {
    let mode = around
        .class
        .as_ref()
        .map(|class| &class["volumeBindingMode"]);
    if mode.is_some_and(|mode| *mode == LATER) || around.has_event(LATER) {
        return Status::Ready;
    }
    match around.warning(&["ProvisioningFailed"]) {
        Some(why) => Status::Coming(format!("Pending; {why}")),
        None => Status::Coming("Pending".to_owned()),
    }
}
