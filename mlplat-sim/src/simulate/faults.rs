//! What goes wrong, by one word each.

use std::time::Duration;

use mlplat_core::testing::fail;

use super::World;
use crate::cloud::Faults;

impl World {
    /// Decides which calls go wrong, which ids are drawn, what lingers for how
    /// long. The default is 1.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// This share of all calls is refused as one too many, 0 to 1.
    #[must_use]
    pub fn throttle(mut self, share: f64) -> Self {
        self.faults.throttle = share;
        self
    }

    /// This share of all changing calls has its effect and no reply, 0 to 1.
    #[must_use]
    pub fn lost_replies(mut self, share: f64) -> Self {
        self.faults.lost_reply = share;
        self
    }

    /// This share of all calls fails without an effect, 0 to 1.
    #[must_use]
    pub fn server_errors(mut self, share: f64) -> Self {
        self.faults.server_error = share;
        self
    }

    /// Reads and lists of the account lag behind, and identities take time to
    /// be known: 0 for never, 1 for up to three minutes.
    #[must_use]
    pub fn lag(mut self, share: f64) -> Self {
        self.faults.lag = share;
        self
    }

    /// Every call is refused as one too many until the world is this old.
    #[must_use]
    pub fn storm(mut self, until: Duration) -> Self {
        self.faults.storm_s = until.as_secs_f64();
        self
    }

    /// Every call of this name is denied: the API's own (`iam:CreateRole`), or
    /// type and verb (`k8s.ConfigMap:create`). Can be said several times.
    #[must_use]
    pub fn deny(mut self, call: &str) -> Self {
        self.faults.deny.push(call.to_owned());
        self
    }

    /// One call goes wrong, in a word: `lost@change#3` hides what the third call
    /// of an operation that changes something has done, `expired@call#17+`
    /// refuses the seventeenth and all after it; see
    /// [`Mishap`](crate::cloud::Mishap). Can be said several times.
    ///
    /// # Panics
    /// When the word means nothing.
    #[must_use]
    #[track_caller]
    pub fn fail(mut self, word: &str) -> Self {
        match word.parse() {
            Ok(mishap) => self.faults.fail.push(mishap),
            Err(why) => fail(why),
        }
        self
    }

    /// What outlives an object and holds others, such as an interface in a
    /// subnet, does so for up to this long.
    #[must_use]
    pub fn linger(mut self, up_to: Duration) -> Self {
        self.faults.linger_s = up_to.as_secs_f64();
        self
    }

    /// What containers in the program's clusters do, in words: `pull=IMAGE`,
    /// `crash=CONTAINER:CODE`, `job=NAME`, and the others of
    /// [`Behaviour`](crate::kube::Behaviour), with commas between them.
    ///
    /// # Panics
    /// When a word chooses nothing.
    #[must_use]
    #[track_caller]
    pub fn containers(mut self, words: &str) -> Self {
        match words.parse() {
            Ok(chosen) => self.faults.containers = chosen,
            Err(why) => fail(why),
        }
        self
    }

    /// The next operation is killed at its n-th fault point, as by `kill -9`:
    /// before and after every effect that outlives it. Counted from 1; a
    /// number beyond the last lets it live.
    #[must_use]
    pub fn kill_at(mut self, point: u64) -> Self {
        self.kill_at = point;
        self
    }

    /// As [`World::kill_at`], for a world that is being lived in.
    pub fn kill_next_at(&mut self, point: u64) -> &mut Self {
        self.kill_at = point;
        self
    }

    /// From now on nothing goes wrong any more.
    pub fn calm(&mut self) -> &mut Self {
        self.faults = Faults::default();
        self
    }
}
