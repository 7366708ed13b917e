//! Where states and simulated accounts lie.
//!
//! One stack in a binary: its state is `--state`, else `.mlplat/<stack>/<env>`,
//! and its simulated account is in `world` below. Several stacks: `--state` is
//! the folder of them all, else `.mlplat`, and they share the account of their
//! environment. `MLPLAT_LOCAL_WORLD` names another folder for the account, so
//! that binaries of different teams can share one too.
//!
//! The state of a stack that is read is the one given by `--other-state`, else
//! it is looked for beside this one, which takes the usual layout.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mlplat_core::Problem;

/// The variable that names the folder of the simulated account.
pub(crate) const WORLD: &str = "MLPLAT_LOCAL_WORLD";

/// The folders of one stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Places {
    /// Its state.
    pub(crate) state: PathBuf,
    /// Its simulated account.
    pub(crate) world: PathBuf,
    /// The folder in which other states have the usual layout.
    root: Option<PathBuf>,
    /// States that were named.
    others: BTreeMap<String, PathBuf>,
}

impl Places {
    /// The folders of a stack, alone in its binary or not.
    pub(crate) fn new(state: Option<&Path>, (stack, env): (&str, &str), alone: bool) -> Self {
        let usual = |root: &Path| root.join(stack).join(env);
        let default = Path::new(".mlplat");
        let (state, root) = match (state, alone) {
            (None, _) => (usual(default), Some(default.to_owned())),
            (Some(root), false) => (usual(root), Some(root.to_owned())),
            (Some(state), true) => {
                let fits = state.ends_with(Path::new(stack).join(env));
                let root = state.parent().and_then(Path::parent).filter(|_| fits);
                (state.to_owned(), root.map(Path::to_owned))
            }
        };
        let world = match (&root, alone) {
            (Some(root), false) => root.join("world").join(env),
            _ => state.join("world"),
        };
        Self {
            state,
            world,
            root,
            others: BTreeMap::new(),
        }
    }

    /// With the account in another folder.
    pub(crate) fn in_world(mut self, world: Option<PathBuf>) -> Self {
        self.world = world.unwrap_or(self.world);
        self
    }

    /// With states that were named as `NAME=DIR`.
    ///
    /// # Errors
    /// A name without a folder.
    pub(crate) fn with_others(mut self, named: &[String]) -> Result<Self, Box<Problem>> {
        for text in named {
            let Some((stack, dir)) = text.split_once('=') else {
                return Err(Box::new(Problem::new(
                    "bad-other-state",
                    format!("there is no = in `--other-state {}`", text.escape_debug()),
                    "write --other-state STACK=DIR",
                )));
            };
            self.others.insert(stack.to_owned(), dir.into());
        }
        Ok(self)
    }

    /// The folder of another stack's state.
    ///
    /// # Errors
    /// When nothing says where it is.
    pub(crate) fn other(&self, stack: &str, env: &str) -> Result<PathBuf, Problem> {
        if let Some(dir) = self.others.get(stack) {
            return Ok(dir.clone());
        }
        let root = self.root.as_ref().ok_or_else(|| {
            Problem::new(
                "other-state",
                "nothing says where its state is",
                format!("pass --other-state {stack}=DIR"),
            )
        })?;
        Ok(root.join(stack).join(env))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(state: Option<&str>, alone: bool) -> Places {
        Places::new(state.map(Path::new), ("platform", "dev"), alone)
    }

    #[test]
    fn one_stack_has_its_account_below_its_state() {
        let usual = places(None, true);
        assert_eq!(usual.state, Path::new(".mlplat/platform/dev"));
        assert_eq!(usual.world, Path::new(".mlplat/platform/dev/world"));
        let network = usual.other("network", "shared").unwrap();
        assert_eq!(network, Path::new(".mlplat/network/shared"));
        let fitting = places(Some("a/platform/dev"), true);
        assert_eq!(fitting.other("b", "dev").unwrap(), Path::new("a/b/dev"));
    }

    #[test]
    fn several_stacks_share_an_account() {
        let places = places(Some("a"), false);
        assert_eq!(places.state, Path::new("a/platform/dev"));
        assert_eq!(places.world, Path::new("a/world/dev"));
        let elsewhere = places.in_world(Some("w".into()));
        assert_eq!(elsewhere.world, Path::new("w"));
    }

    #[test]
    fn a_state_in_a_folder_of_its_own_has_no_neighbours_unless_they_are_named() {
        let places = places(Some("somewhere"), true);
        let problem = places.other("network", "dev").unwrap_err();
        assert_eq!(problem.fix, "pass --other-state network=DIR");
        let named = places.with_others(&["network=n".to_owned()]).unwrap();
        assert_eq!(named.other("network", "dev").unwrap(), Path::new("n"));
        assert!(named.with_others(&["network".to_owned()]).is_err());
    }
}
