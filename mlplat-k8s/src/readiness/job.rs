//! Jobs: ready when they are complete.

use mlplat_core::provider::Status;

use super::{Around, Object, coming, said};

pub(super) fn job(object: &Object<'_>, around: &Around) -> Status {
    if object.condition("Complete", "True").is_some() {
        return Status::Ready;
    }
    if let Some(failed) = object.condition("Failed", "True") {
        let why = said(failed);
        return Status::Failed(match around.trouble() {
            Some(trouble) => format!("{why}; {}", trouble.why),
            None => why,
        });
    }
    // It is as the program wants it, and does nothing until it is resumed.
    if object.flag("/spec/suspend") {
        return Status::Ready;
    }
    let count = |name: &str| object.count(&format!("/status/{name}"));
    let progress = format!(
        "{} running, {} succeeded, {} failed",
        count("active"),
        count("succeeded"),
        count("failed")
    );
    coming(progress, around)
}
