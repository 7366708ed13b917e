//! `metadata.managedFields`: reading, writing and the two ways a request changes it.
//!
//! *Update* (create, replace, every patch but apply): the manager owns whatever the request changed, and whoever
//! owned those fields before loses them. Fields that vanish from the object are owned by nobody.
//!
//! *Apply*: the manager owns exactly what it sent. Where that changes the value of a field that another manager
//! owns, the request fails with one conflict per field unless it is forced, in which case the other loses the field.
//! A field that the manager sent last time and not this time is removed if nobody else owns it.
//!
//! Left out: carrying ownership over when the schema of a custom resource changes between granular and atomic, and
//! conversion of ownership between versions of one kind.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::set::{FieldSet, PathElement};
use super::typed::{Malformed, Typed};

/// Update managers beyond this number are folded into one.
const MAX_UPDATE_MANAGERS: usize = 10;
/// The name that folded update managers go by.
const FOLDED: &str = "ancient-changes";
/// The name that owns what an object without ownership had before it was first applied to.
const BEFORE_FIRST_APPLY: &str = "before-first-apply";

/// The kind of request by which a manager came to own fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// Server-side apply.
    Apply,
    /// Any other write.
    Update,
}

/// Who owns fields: the identity by which entries are told apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Manager {
    /// Apply or update.
    pub operation: Operation,
    /// The name given with `fieldManager`, or the client's.
    pub name: String,
    /// The version of the kind through which an update was made; empty for apply, where it is not part of identity.
    pub api_version: String,
    /// `status` and the like; empty for the object itself.
    pub subresource: String,
}

/// The form used in conflicts.
impl std::fmt::Display for Manager {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.name)?;
        if !self.subresource.is_empty() {
            write!(f, " with subresource {:?}", self.subresource)?;
        }
        if self.operation == Operation::Update {
            write!(f, " using {}", self.api_version)?;
        }
        Ok(())
    }
}

/// What one manager owns.
#[derive(Debug, Clone, PartialEq)]
struct Owned {
    api_version: String,
    /// RFC 3339; empty for a manager that has not changed anything yet.
    time: String,
    fields: FieldSet,
}

/// A field that an apply would take from another manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The owner.
    pub manager: Manager,
    /// The field.
    pub path: Vec<PathElement>,
}

/// Who writes, as what, when.
#[derive(Debug, Clone, Copy)]
pub struct Write<'a> {
    /// The field manager.
    pub manager: &'a str,
    /// The version of the kind that the request names.
    pub api_version: &'a str,
    /// The subresource written through; empty for the object itself.
    pub subresource: &'a str,
    /// RFC 3339.
    pub time: &'a str,
}

/// Why an apply did not happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApplyError {
    /// Fields of other managers would change.
    Conflicts(Vec<Conflict>),
    /// The applied configuration does not have the form of its type.
    Malformed(Malformed),
}

/// All managers of one object.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ManagerSet {
    owned: BTreeMap<Manager, Owned>,
}

impl ManagerSet {
    /// Reads `metadata.managedFields`; entries that are not of its form are dropped.
    #[must_use]
    pub fn from_object(object: &Value) -> Self {
        let entries = object["metadata"]["managedFields"].as_array();
        let owned = entries.into_iter().flatten().filter_map(decode);
        Self {
            owned: owned.collect(),
        }
    }

    /// The JSON form: applies first, then by time, name and version.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut entries: Vec<(&Manager, &Owned)> = self.owned.iter().collect();
        entries.sort_by_key(|(manager, owned)| (manager.operation, &owned.time, *manager));
        Value::Array(
            entries
                .into_iter()
                .map(|(manager, owned)| encode(manager, owned))
                .collect(),
        )
    }

    /// Whether nobody owns anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.owned.is_empty()
    }

    /// The fields of a manager by name and operation, over all versions and subresources.
    #[must_use]
    pub fn fields_of(&self, name: &str, operation: Operation) -> FieldSet {
        let entries = self
            .owned
            .iter()
            .filter(|(manager, _)| manager.name == name && manager.operation == operation);
        entries.fold(FieldSet::default(), |all, (_, owned)| {
            all.union(&owned.fields)
        })
    }

    /// Records a write that is not an apply.
    pub fn update(&mut self, ty: Typed<'_>, old: &Value, new: &Value, write: Write<'_>) {
        let compared = ty.compare(&strip_managed(old), &strip_managed(new));
        let mut written = compared.written();
        strip(&mut written);
        for owned in self.owned.values_mut() {
            owned.fields = owned
                .fields
                .difference(&written)
                .difference(&compared.removed);
        }
        if !written.is_empty() {
            let manager = write.identity(Operation::Update);
            let owned = self.owned.entry(manager).or_insert_with(|| write.nothing());
            owned.fields = owned.fields.union(&written);
            write.time.clone_into(&mut owned.time);
        }
        self.owned.retain(|_, owned| !owned.fields.is_empty());
        self.fold();
    }

    /// Lays an applied configuration over the live object and records who owns what then. `nothing` is an object of
    /// the kind without content.
    ///
    /// # Errors
    /// The conflicts, when there are any and `force` is off; the reason, when the configuration is malformed.
    pub fn apply(
        &mut self,
        ty: Typed<'_>,
        nothing: &Value,
        live: &Value,
        applied: &Value,
        write: Write<'_>,
        force: bool,
    ) -> Result<Value, ApplyError> {
        let live = strip_managed(live);
        if self.owned.is_empty() && live["metadata"]["uid"].is_string() {
            let before = Write {
                manager: BEFORE_FIRST_APPLY,
                ..write
            };
            self.update(ty, nothing, &live, before);
        }
        let merged = ty.merge(&live, applied).map_err(ApplyError::Malformed)?;
        let manager = write.identity(Operation::Apply);
        let owned = Owned {
            fields: ty.field_set(applied),
            ..write.nothing()
        };
        let last = self.owned.insert(manager.clone(), owned);
        let merged = match &last {
            Some(last) => self.prune(ty, &merged, &last.fields),
            None => merged,
        };
        self.yield_to(ty, &live, &merged, &manager, force)?;
        if let Some(now) = self.owned.get_mut(&manager) {
            strip(&mut now.fields);
            if merged == live {
                // The time is that of the last change of the object: a manager that changed nothing yet has none.
                now.time = last.map(|last| last.time).unwrap_or_default();
            }
        }
        self.owned.retain(|_, owned| !owned.fields.is_empty());
        Ok(merged)
    }

    /// Removes what the manager sent last time and nobody owns now.
    fn prune(&self, ty: Typed<'_>, merged: &Value, last: &FieldSet) -> Value {
        let last = ty.with_structures(last);
        let all = ty.with_structures(&ty.field_set(merged));
        let kept = ty.with_structures(&ty.field_set(&ty.without(merged, &last)));
        let owned = self
            .owned
            .values()
            .fold(FieldSet::default(), |all, owned| all.union(&owned.fields));
        // Removing a list item takes along what is below it: keep all that anybody still owns.
        let doomed = all.difference(&kept.union(&ty.with_structures(&owned)));
        let pruned = ty.without(merged, &doomed);
        // What fell away without having been this manager's stays.
        let left = ty.with_structures(&ty.field_set(&pruned));
        ty.without(merged, &all.difference(&left).intersection(&last))
    }

    /// Takes the fields that the apply changed from their other owners, or says whose they are.
    fn yield_to(
        &mut self,
        ty: Typed<'_>,
        live: &Value,
        merged: &Value,
        manager: &Manager,
        force: bool,
    ) -> Result<(), ApplyError> {
        let compared = ty.compare(live, merged);
        let written = compared.written();
        let others = self.owned.iter().filter(|(other, _)| *other != manager);
        let conflicts: Vec<Conflict> = others
            .flat_map(|(other, owned)| {
                let taken = owned.fields.intersection(&written).paths();
                taken.into_iter().map(|path| Conflict {
                    manager: other.clone(),
                    path,
                })
            })
            .collect();
        if !force && !conflicts.is_empty() {
            return Err(ApplyError::Conflicts(conflicts));
        }
        for (_, owned) in self.owned.iter_mut().filter(|(other, _)| *other != manager) {
            owned.fields = owned
                .fields
                .difference(&written)
                .difference(&compared.removed);
        }
        Ok(())
    }

    /// Keeps the number of update managers within bounds by folding the oldest into one.
    fn fold(&mut self) {
        let updates = |set: &Self| -> Vec<(String, Manager)> {
            let all = set
                .owned
                .iter()
                .filter(|(manager, _)| manager.operation == Operation::Update);
            let mut all: Vec<_> = all
                .map(|(manager, owned)| (owned.time.clone(), manager.clone()))
                .collect();
            all.sort();
            all
        };
        while updates(self).len() > MAX_UPDATE_MANAGERS {
            for (_, oldest) in updates(self).into_iter().take(2) {
                let Some(owned) = self.owned.remove(&oldest) else {
                    continue;
                };
                let folded = Manager {
                    name: FOLDED.to_owned(),
                    subresource: String::new(),
                    ..oldest
                };
                let into = self.owned.entry(folded).or_insert_with(|| Owned {
                    fields: FieldSet::default(),
                    ..owned.clone()
                });
                into.fields = into.fields.union(&owned.fields);
                into.time = into.time.clone().max(owned.time);
            }
        }
    }
}

impl Write<'_> {
    fn identity(&self, operation: Operation) -> Manager {
        let api_version = if operation == Operation::Update {
            self.api_version
        } else {
            ""
        };
        Manager {
            operation,
            name: self.manager.to_owned(),
            api_version: api_version.to_owned(),
            subresource: self.subresource.to_owned(),
        }
    }

    fn nothing(&self) -> Owned {
        Owned {
            api_version: self.api_version.to_owned(),
            time: self.time.to_owned(),
            fields: FieldSet::default(),
        }
    }
}

/// The object without its ownership record, which is nobody's field.
fn strip_managed(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("managedFields");
    }
    object
}

/// Drops the fields that the server itself decides.
fn strip(fields: &mut FieldSet) {
    const METADATA: [&str; 8] = [
        "name",
        "namespace",
        "creationTimestamp",
        "selfLink",
        "uid",
        "generation",
        "managedFields",
        "resourceVersion",
    ];
    let field = |name: &str| PathElement::Field(name.to_owned());
    for name in METADATA {
        fields.remove(&[field("metadata"), field(name)]);
    }
    for name in ["apiVersion", "kind", "metadata"] {
        fields.remove(&[field(name)]);
    }
}

fn decode(entry: &Value) -> Option<(Manager, Owned)> {
    let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    let operation = match entry["operation"].as_str()? {
        "Apply" => Operation::Apply,
        "Update" => Operation::Update,
        _ => return None,
    };
    let api_version = text("apiVersion");
    let manager = Manager {
        operation,
        name: text("manager"),
        api_version: if operation == Operation::Update {
            api_version.clone()
        } else {
            String::new()
        },
        subresource: text("subresource"),
    };
    let fields = FieldSet::from_json(&entry["fieldsV1"])?;
    Some((
        manager,
        Owned {
            api_version,
            time: text("time"),
            fields,
        },
    ))
}

fn encode(manager: &Manager, owned: &Owned) -> Value {
    let mut entry = json!({
        "manager": manager.name,
        "operation": if manager.operation == Operation::Apply { "Apply" } else { "Update" },
        "apiVersion": owned.api_version,
        "fieldsType": "FieldsV1",
        "fieldsV1": owned.fields.to_json(),
    });
    if !owned.time.is_empty() {
        entry["time"] = Value::from(owned.time.clone());
    }
    if !manager.subresource.is_empty() {
        entry["subresource"] = Value::from(manager.subresource.clone());
    }
    entry
}
