//! The other door: changes that nobody's engine made.

use std::sync::Arc;

use mlplat_core::facts::{Data, Type};
use serde_json::{Map, Value};

use super::account::Cloud;
use super::log::Effect;
use super::object::SimObject;

/// The name under which the number of things in an object is set.
const CONTENTS: &str = "contents";

/// Why the other door stays shut.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OutsideError {
    /// There is no object with this id.
    NoObject(String),
    /// The type has no such field.
    NoField(String, String),
}

impl std::fmt::Display for OutsideError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoObject(id) => write!(out, "no object has the id {}", id.escape_debug()),
            Self::NoField(ty, field) => write!(out, "{ty} has no field {}", field.escape_debug()),
        }
    }
}

impl std::error::Error for OutsideError {}

impl Cloud {
    /// The object with an id.
    ///
    /// # Errors
    /// [`OutsideError::NoObject`].
    pub fn object(&self, id: &str) -> Result<SimObject, OutsideError> {
        let found = self.objects().into_iter().find(|object| object.id == id);
        found.ok_or_else(|| OutsideError::NoObject(id.to_owned()))
    }

    /// Changes a field of an object, as somebody in the console would; the
    /// account's rules about what can change do not apply. `null` removes it.
    /// An object that holds data has a field `contents` too: how many things
    /// people have put into it.
    ///
    /// # Errors
    /// [`OutsideError`].
    pub fn set(&self, id: &str, field: &str, value: Value) -> Result<(), OutsideError> {
        self.change(self.object(id)?, field, value)
    }

    /// As [`Cloud::set`], for the object with a number: an id can be that of
    /// objects of several types.
    ///
    /// # Errors
    /// [`OutsideError`].
    pub fn set_of(&self, key: u64, field: &str, value: Value) -> Result<(), OutsideError> {
        let found = self.objects().into_iter().find(|object| object.key == key);
        let object = found.ok_or_else(|| OutsideError::NoObject(key.to_string()))?;
        self.change(object, field, value)
    }

    fn change(&self, mut object: SimObject, field: &str, value: Value) -> Result<(), OutsideError> {
        let known = self.types.iter().find(|ty| ty.name == object.ty);
        let holds = known.is_some_and(|ty| ty.data != Data::None);
        if let (CONTENTS, true, Some(count)) = (field, holds, value.as_u64()) {
            object.contents = count;
            let now = self.now();
            self.inner()
                .commit(now, vec![Effect::Put(Arc::new(object))]);
            return Ok(());
        }
        if known.is_none_or(|ty| ty.field(field).is_none()) {
            return Err(OutsideError::NoField(object.ty, field.to_owned()));
        }
        if value.is_null() {
            object.inputs.remove(field);
        } else {
            object.inputs.insert(field.to_owned(), value);
        }
        object.stale = None;
        let now = self.now();
        self.inner()
            .commit(now, vec![Effect::Put(Arc::new(object))]);
        Ok(())
    }

    /// Puts an object there that is somebody else's, made by hand: no tag of
    /// ours is on it. The account's rules do not apply: who made it knew what
    /// they did. Its id.
    pub fn put_foreign(&self, ty: &'static Type, inputs: Map<String, Value>) -> String {
        self.put_foreign_tagged(ty, inputs, "")
    }

    /// As [`Cloud::put_foreign`], made by another stack: its birth token is in
    /// the ownership tag.
    pub fn put_foreign_tagged(
        &self,
        ty: &'static Type,
        inputs: Map<String, Value>,
        token: &str,
    ) -> String {
        let now = self.now();
        self.inner().put_foreign(ty, inputs, token, now)
    }

    /// Takes our ownership tag off an object.
    ///
    /// # Errors
    /// [`OutsideError::NoObject`].
    pub fn strip_tags(&self, id: &str) -> Result<(), OutsideError> {
        let object = SimObject {
            token: String::new(),
            ..self.object(id)?
        };
        let now = self.now();
        self.inner()
            .commit(now, vec![Effect::Put(std::sync::Arc::new(object))]);
        Ok(())
    }

    /// Takes an object away at once, whatever holds it.
    ///
    /// # Errors
    /// [`OutsideError::NoObject`].
    pub fn take_away(&self, id: &str) -> Result<(), OutsideError> {
        let object = self.object(id)?;
        let now = self.now();
        self.inner().commit(now, vec![Effect::Gone(object.key)]);
        Ok(())
    }
}
