//! The clusters of the simulated account, behind real clients.
//!
//! A cluster answers while the account has it, and only to whoever an access
//! entry with a policy lets in. Its objects go with it.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use async_trait::async_trait;
use mlplat_core::ClusterAccess;
use mlplat_core::provider::{ErrorKind, ProviderError};
use mlplat_core::world::{Files, World};
use mlplat_k8s::ClientSource;
use serde_json::Value;

use super::ground::{Ground, owner};
use super::kube_log::{FaultPoints, KubeLog};
use super::memory::{ClusterMemory, ClustersMemory};
use crate::cloud::{Actor, Cloud, Faults, SimObject};
use crate::kube::controllers;
use crate::kube::{ApiServer, Clock, Infrastructure, KubeService, Parts, Sleep};

/// The API servers of an account's clusters, by endpoint.
pub struct Clusters {
    cloud: Arc<Cloud>,
    world: Arc<dyn World>,
    keep: Keep,
    faults: Faults,
    servers: Mutex<HashMap<String, Server>>,
    /// How much of what changes in the account the clusters have heard of.
    seen: AtomicU64,
}

#[derive(Clone)]
struct Server {
    service: KubeService,
    client: kube::Client,
    /// The name of the cluster.
    cluster: String,
    /// The node groups that the cluster has been told of.
    groups: Arc<Mutex<Vec<Group>>>,
}

/// What of a node group decides on machines: its number, whether it is ready, how many it wants.
type Group = (u64, bool, Option<u64>, Option<u64>);

impl Server {
    /// Lets the controllers look when there are other machines than before.
    fn welcome(&self, groups: Vec<Group>) {
        let mut known = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        if *known != groups {
            *known = groups;
            let shared = self.service.shared();
            let now = shared.now();
            shared.lock().reschedule(now);
        }
    }
}

fn groups_of<'a>(live: impl Iterator<Item = &'a SimObject>, cluster: &str) -> Vec<Group> {
    let groups = live.filter(|one| {
        one.ty == "eks.Nodegroup" && one.gone_at.is_none() && input(one, "ClusterName") == cluster
    });
    let number = |one: &SimObject, name: &str| one.inputs.get(name).and_then(Value::as_u64);
    groups
        .map(|one| {
            (
                one.key,
                one.settled,
                number(one, "DesiredSize"),
                number(one, "MinSize"),
            )
        })
        .collect()
}

/// Where clusters are kept.
pub(super) enum Keep {
    /// In the files of a folder.
    Folder(Arc<dyn Files>, PathBuf),
    /// In memory that outlives the process.
    Memory(ClustersMemory),
}

impl Keep {
    /// Where one cluster is kept.
    fn of(&self, endpoint: &str) -> (KubeLog, Option<ClusterMemory>) {
        match self {
            Self::Memory(memory) => {
                let memory = memory.cluster(endpoint);
                (KubeLog::Memory(memory.clone()), Some(memory))
            }
            Self::Folder(files, dir) => {
                let letters = endpoint.chars().filter(char::is_ascii_alphanumeric);
                let host: String = letters.skip(5).take(16).collect();
                let path = dir.join(format!("kubernetes-{host}.log"));
                (KubeLog::File(files.clone(), path), None)
            }
        }
    }
}

/// The account's clock, as a cluster reads it.
struct AccountTime {
    cloud: Arc<Cloud>,
    world: Arc<dyn World>,
}

impl Clock for AccountTime {
    fn now(&self) -> Duration {
        Duration::from_secs_f64(self.cloud.now().max(0.0))
    }
}

impl Sleep for AccountTime {
    fn until(&self, until: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.world.sleep(until.saturating_sub(self.now()))
    }
}

impl Clusters {
    pub(super) fn new(
        cloud: Arc<Cloud>,
        world: Arc<dyn World>,
        keep: Keep,
        faults: Faults,
    ) -> Self {
        Self {
            cloud,
            world,
            keep,
            faults,
            servers: Mutex::default(),
            seen: AtomicU64::new(0),
        }
    }

    /// Lets the clusters act in the account from now on, whoever looks at it. Those that have objects in it are
    /// opened at once: they may be about to let go of them.
    pub(super) fn act_in_account(self: &Arc<Self>) {
        let this: Weak<Self> = Arc::downgrade(self);
        self.cloud.let_act(this);
        for (cluster, endpoint) in self.with_belongings() {
            // A cluster whose log cannot be read does nothing.
            let _ = self.server(&endpoint, &cluster);
        }
    }

    /// The clusters that the account has and that answer.
    #[must_use]
    pub fn endpoints(&self) -> Vec<(String, String)> {
        self.act();
        self.cloud.see(|live| {
            let ready = live.filter(|object| {
                object.ty == "eks.Cluster" && object.settled && object.gone_at.is_none()
            });
            ready
                .map(|cluster| (cluster.id.clone(), output(cluster, "Endpoint")))
                .collect()
        })
    }

    /// The API server of a cluster, by its endpoint.
    ///
    /// # Errors
    /// When its log cannot be read or made.
    pub fn service(&self, endpoint: &str) -> io::Result<KubeService> {
        let cluster = self.cloud.see(|live| {
            let mut live = live.filter(|one| one.ty == "eks.Cluster");
            let found = live.find(|one| output(one, "Endpoint") == endpoint);
            found.map(|one| one.id.clone())
        });
        Ok(self.server(endpoint, &cluster.unwrap_or_default())?.service)
    }

    fn server(&self, endpoint: &str, cluster: &str) -> io::Result<Server> {
        let mut servers = self.servers();
        if let Some(server) = servers.get(endpoint) {
            return Ok(server.clone());
        }
        let ground: Arc<dyn Infrastructure> = Arc::new(Ground::new(self.cloud.clone(), cluster));
        let (log, memory) = self.keep.of(endpoint);
        let effects = log.read()?;
        let time = Arc::new(AccountTime {
            cloud: self.cloud.clone(),
            world: self.world.clone(),
        });
        let parts = Parts {
            controllers: controllers::on(&ground),
            journal: Box::new(log),
            faults: Box::new(FaultPoints::new(
                self.world.clone(),
                self.faults.clone(),
                memory,
                self.cloud.counter(),
            )),
            ..Parts::default()
        };
        let mut server = match effects {
            Some(effects) => ApiServer::restore(parts, effects, time.now()),
            None => ApiServer::new(parts, time.now()).map_err(|why| io::Error::other(why.0))?,
        };
        let given = server.give(&self.faults.containers, time.now());
        given.map_err(|why| io::Error::other(why.message))?;
        let service = KubeService::new(server, time.clone(), time);
        let client = kube::Client::new(service.clone(), "default");
        let server = Server {
            service,
            client,
            cluster: cluster.to_owned(),
            groups: Arc::default(),
        };
        servers.insert(endpoint.to_owned(), server.clone());
        // It has heard of nothing yet.
        self.seen.store(0, Ordering::Relaxed);
        Ok(server)
    }

    fn servers(&self) -> MutexGuard<'_, HashMap<String, Server>> {
        self.servers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Actor for Clusters {
    /// Lets time pass in every cluster that has something to do by now.
    fn act(&self) {
        if self.servers().is_empty() {
            return;
        }
        let changes = self.cloud.changes();
        let news = self.seen.swap(changes, Ordering::Relaxed) != changes;
        let open: Vec<(String, Server)> = self
            .servers()
            .iter()
            .map(|(endpoint, server)| (endpoint.clone(), server.clone()))
            .collect();
        for (endpoint, server) in open {
            if news {
                let groups = self.cloud.see(|live| groups_of(live, &server.cluster));
                server.welcome(groups);
            }
            let shared = server.service.shared();
            let now = shared.now();
            let due = shared.lock().next_deadline().is_some_and(|due| due <= now);
            if due && self.is_there(&endpoint) {
                shared.lock().advance(now);
            }
        }
    }
}

/// A cluster as whoever comes to its door finds it.
struct Gate {
    id: String,
    /// It has become ready.
    settled: bool,
    /// Somebody's access entry has a policy.
    admits: bool,
}

impl Clusters {
    /// Asked before every request, so nothing is copied that is not needed.
    fn gate(&self, endpoint: &str) -> Option<Gate> {
        self.cloud.see(|live| {
            let live: Vec<&SimObject> = live.collect();
            let mut clusters = live.iter().filter(|object| object.ty == "eks.Cluster");
            let found = clusters.find(|object| {
                let own = object.outputs.get("Endpoint").and_then(Value::as_str);
                own == Some(endpoint)
            })?;
            let admits = live.iter().any(|object| {
                object.ty == "eks.AccessPolicyAssociation"
                    && object.gone_at.is_none()
                    && input(object, "ClusterName") == found.id
            });
            Some(Gate {
                id: found.id.clone(),
                settled: found.settled,
                admits,
            })
        })
    }

    fn is_there(&self, endpoint: &str) -> bool {
        self.cloud.see(|live| {
            let mut live = live.filter(|one| one.ty == "eks.Cluster" && one.gone_at.is_none());
            live.any(|one| output(one, "Endpoint") == endpoint)
        })
    }

    fn with_belongings(&self) -> Vec<(String, String)> {
        self.cloud.see(|live| {
            let live: Vec<&SimObject> = live.collect();
            let clusters = live
                .iter()
                .filter(|one| one.ty == "eks.Cluster" && one.settled && one.gone_at.is_none());
            let has = |one: &&&SimObject| {
                let owner = owner(&one.id);
                live.iter().any(|other| other.lineage == owner)
            };
            let those = clusters.filter(has);
            those
                .map(|one| (one.id.clone(), output(one, "Endpoint")))
                .collect()
        })
    }
}

fn output(object: &SimObject, name: &str) -> String {
    object
        .outputs
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn input<'a>(object: &'a SimObject, name: &str) -> &'a str {
    object
        .inputs
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

#[async_trait]
impl ClientSource for Clusters {
    async fn client(&self, access: &ClusterAccess) -> Result<kube::Client, ProviderError> {
        self.act();
        let Some(cluster) = self.gate(&access.endpoint) else {
            let message = format!("the cluster at {} does not exist", access.endpoint);
            return Err(ProviderError::new(ErrorKind::Gone, "ClusterGone", message));
        };
        if !cluster.settled {
            let message = format!("{} does not answer yet", access.endpoint);
            return Err(ProviderError::new(
                ErrorKind::Transient,
                "NoAnswer",
                message,
            ));
        }
        if !cluster.admits {
            let message = "the server has asked for the client to provide credentials: no access entry lets the deployer in";
            return Err(ProviderError::new(
                ErrorKind::Denied,
                "Unauthorized",
                message,
            ));
        }
        let server = self.server(&access.endpoint, &cluster.id);
        // A cluster that was opened just now hears of its machines.
        self.act();
        server
            .map(|server| server.client)
            .map_err(|why| ProviderError::new(ErrorKind::Transient, "NoDisk", why.to_string()))
    }
}
