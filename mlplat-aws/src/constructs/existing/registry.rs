//! A repository for images that is there already.

use mlplat_core::wiring::Gives;
use mlplat_core::{Construct, Output, Scope};

use crate::constructs::ecr_repo::{EcrRepo, EcrRepoHandle};
use crate::ecr;
use crate::ids::RepositoryName;

impl EcrRepo {
    /// A repository that is there already, by its name.
    pub fn existing(name: impl Gives<RepositoryName>) -> ExistingRepo {
        ExistingRepo { name: name.into() }
    }
}

/// A repository that is there already: see [`EcrRepo::existing`].
#[derive(Debug, Clone)]
#[must_use = "add it to a stack"]
pub struct ExistingRepo {
    name: Output<RepositoryName>,
}

impl Construct for ExistingRepo {
    type Handle = EcrRepoHandle;

    fn build(self, scope: &mut Scope<'_>) -> EcrRepoHandle {
        let repository =
            scope.existing::<ecr::Repository>("repository", self.name.cast::<String>());
        EcrRepoHandle {
            name: repository.repository_name,
            arn: repository.arn,
            uri: repository.repository_uri,
            registry: repository.registry_host,
        }
    }
}
