//! What a read shows of an update.
//!
//! Reads may lag behind the call that they follow. An update that was answered
//! has happened; but what depends on the object would be given its outputs of
//! before, and the next plan would take the values of before for drift. So the
//! object is looked at until it shows what was sent, or the type's consistency
//! window is over: then what it shows is what it is.

use std::time::Duration;

use serde_json::Value;

use super::request::target_of;
use super::run::Run;
use super::step::{At, Stop};
use super::wait::window;
use crate::facts::{Canon, OnChange};
use crate::plan::canonical;
use crate::provider::{Observed, Request};

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(5);

/// Whether an object shows a field as it was sent; none for a field that
/// cannot be read.
pub(super) fn shows(seen: &Observed, request: &Request, name: &str) -> Option<bool> {
    let field = request.ty.field(name);
    let readable = field.is_some_and(|f| f.change != OnChange::WriteOnly && !f.secret);
    let canon = field.map_or(Canon::Exact, |f| f.canon);
    let form = |value: &Value| canonical(canon, value.clone());
    let set = |value: &&Value| !value.is_null();
    let is = seen.inputs.get(name).filter(set);
    let sent = request.inputs.get(name).filter(set);
    let met = || {
        let both = is.zip(sent);
        both.is_some_and(|(is, sent)| field.is_some_and(|field| field.is_met(is, sent)))
    };
    readable.then(|| is.map(form) == sent.map(form) || met())
}

impl Run<'_> {
    /// Looks at an object until it shows an update.
    pub(super) async fn until_shown(
        &self,
        at: At<'_>,
        request: &Request,
        fields: &[String],
        timeout: Option<Duration>,
        mut seen: Observed,
    ) -> Result<Observed, Stop> {
        // A document is shown in the members that the plan compares, by a
        // service whose reads do not lag.
        let plain = |name: &&String| {
            let field = request.ty.field(name);
            field.is_some_and(|field| field.inside.is_none())
        };
        let is_old = |seen: &Observed| {
            let mut sent = fields.iter().filter(plain);
            sent.any(|name| shows(seen, request, name) == Some(false))
        };
        let target = target_of(request, &seen.id);
        let begun = self.world.now();
        while is_old(&seen) && self.world.now().saturating_sub(begun) < window(request.ty) {
            self.pause(PAUSE).await?;
            let now = self.world.now();
            seen = self.until_ready(at, &target, None, now, timeout).await?;
        }
        Ok(seen)
    }
}
