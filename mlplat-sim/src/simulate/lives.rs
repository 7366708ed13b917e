//! Whole lives: what every program should survive.

use super::World;
use super::run::Run;

/// A whole life: deployed, deployed again, destroyed.
pub struct Life {
    /// The deployment; the one that came to its end, when an earlier was
    /// killed.
    pub deploy: Run,
    /// The second run, which had nothing to do.
    pub again: Run,
    /// The destruction.
    pub destroy: Run,
}

impl World {
    /// Lives a whole life and asserts what has to be true of it: the program
    /// is deployed (and taken up again, if it is killed), each node stands for
    /// one object, a second run has nothing to do, and after the destruction
    /// nothing is left.
    ///
    /// # Panics
    /// When something of that is not so.
    #[track_caller]
    pub fn live(mut self) -> Life {
        let mut deploy = self.deploy();
        if deploy.was_killed() {
            deploy = self.deploy();
        }
        // A killed run may have been killed at its very end.
        if !deploy.is_unchanged() {
            deploy.assert_complete();
        }
        self.assert_one_of_each();
        let again = self.deploy();
        again.assert_unchanged();
        let destroy = self.destroy();
        destroy.assert_complete();
        self.assert_empty();
        Life {
            deploy,
            again,
            destroy,
        }
    }

    /// Kills a deployment and a destruction at so many points each, spread
    /// evenly over all there are, takes each up again and asserts that it ends
    /// where a calm one does. The number of runs that were killed.
    ///
    /// # Panics
    /// When one does not, naming the point.
    #[track_caller]
    pub fn survive_kills(mut self, points: u64) -> u64 {
        let fresh = self.fork();
        let calm = self.deploy();
        let mut killed = 0;
        for at in spread(calm.assert_complete().points(), points) {
            let mut world = fresh.fork();
            world.kill_next_at(at).deploy().assert_killed();
            let resumed = world.deploy();
            if !resumed.is_unchanged() {
                resumed.assert_complete();
            }
            world.assert_one_of_each();
            world.deploy().assert_unchanged();
            killed += 1;
        }
        let ready = self.fork();
        let calm = self.destroy();
        for at in spread(calm.assert_complete().points(), points) {
            let mut world = ready.fork();
            world.kill_next_at(at).destroy().assert_killed();
            let resumed = world.destroy();
            if !resumed.is_unchanged() {
                resumed.assert_complete();
            }
            world.assert_empty();
            killed += 1;
        }
        killed
    }
}

/// So many numbers from 1 to `all`, first and last among them, each once.
fn spread(all: u64, points: u64) -> Vec<u64> {
    let points = points.min(all);
    let mut chosen: Vec<u64> = (0..points)
        .map(|n| 1 + n * (all - 1) / points.saturating_sub(1).max(1))
        .collect();
    chosen.dedup();
    chosen
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn points_are_spread_from_first_to_last() {
        assert_eq!(spread(100, 3), [1, 50, 100]);
        assert_eq!(spread(2, 9), [1, 2]);
        assert_eq!(spread(7, 1), [1]);
        assert!(spread(0, 5).is_empty());
    }
}
