//! Values as they are stored: canonical text with secrets apart.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::{Val, canonical_text, document};
use crate::graph::RESERVED;
use crate::seal::{Keyring, SealError};
use crate::state::{Body, SealedSecret, State};
use crate::wiring::{
    Form, FormError, Generated, Plain, SecretSource, base64_of_hex, bcrypt, percent_encoded,
};
use crate::world::World;

/// The clear texts of a program's secrets, and the keyring of its state.
pub struct SecretBook {
    keyring: Keyring,
    /// What the state has sealed, opened.
    known: HashMap<String, Plain>,
    /// Generated in this run, still to be sealed into the state.
    fresh: Mutex<BTreeMap<String, Plain>>,
    /// Rotated in this run: the next generation, still to be sealed.
    raised: BTreeMap<String, u32>,
    /// Hashes that were made in this run; they are slow to make.
    hashed: Mutex<Hashes>,
}

/// Hashes by the key of their salt, their cost and the digest of the secret.
type Hashes = HashMap<(Arc<str>, u8, String), Plain>;

impl SecretBook {
    /// Opens the generated secrets of a state.
    ///
    /// # Errors
    /// [`SealError::Damaged`] when one of them does not open.
    pub fn open(keyring: Keyring, state: &State) -> Result<Self, SealError> {
        let mut known = HashMap::new();
        for (key, secret) in &state.secrets {
            let plain = keyring.open(&place_of_secret(key, secret.generation), &secret.sealed)?;
            known.insert(key.clone(), plain);
        }
        Ok(Self {
            keyring,
            known,
            fresh: Mutex::default(),
            raised: BTreeMap::new(),
            hashed: Mutex::default(),
        })
    }

    /// The keyring.
    #[must_use]
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// The clear text of a secret.
    #[must_use]
    pub fn plain(&self, source: &Arc<SecretSource>) -> Plain {
        match &**source {
            SecretSource::Provided(plain) => plain.clone(),
            SecretSource::Generated { key, shape } => {
                if let Some(plain) = self.known.get(key) {
                    return plain.clone();
                }
                let mut fresh = self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
                let plain = fresh
                    .entry(key.clone())
                    .or_insert_with(|| self.keyring.generate(key, *shape));
                plain.clone()
            }
        }
    }

    /// A text in another form.
    ///
    /// # Errors
    /// [`FormError`].
    pub fn formed(&self, form: &Form, plain: &Plain) -> Result<Plain, FormError> {
        let (key, cost) = match form {
            Form::PercentEncoded => return Ok(Plain::new(percent_encoded(plain.expose()))),
            Form::Base64OfHex => return base64_of_hex(plain),
            Form::Bcrypt { key, cost } => (key, *cost),
        };
        let salt = self.keyring.salt(key, plain);
        let memo = (key.clone(), cost, self.keyring.digest(key, plain));
        let mut hashed = self.hashed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(hash) = hashed.get(&memo) {
            return Ok(hash.clone());
        }
        let hash = bcrypt(plain, cost, salt)?;
        hashed.insert(memo, hash.clone());
        Ok(hash)
    }

    /// A state's generated secrets sealed with another keyring.
    ///
    /// # Errors
    /// [`SealError::Damaged`] when one of them does not open.
    pub(crate) fn resealed(
        state: &State,
        reseal: &Reseal<'_>,
    ) -> Result<BTreeMap<String, SealedSecret>, SealError> {
        let each = state.secrets.iter().map(|(key, secret)| {
            let place = place_of_secret(key, secret.generation);
            let plain = reseal.from.open(&place, &secret.sealed)?;
            let sealed = reseal.to.seal(reseal.world, &place, &plain);
            let secret = SealedSecret {
                sealed,
                ..secret.clone()
            };
            Ok((key.clone(), secret))
        });
        each.collect()
    }

    /// Gives a secret its next value. From here on it is the only one.
    pub fn raise(&mut self, world: &dyn World, key: &str, generation: u32, shape: Generated) {
        let plain = Keyring::renew(world, key, shape);
        self.known.insert(key.to_owned(), plain);
        self.raised.insert(key.to_owned(), generation);
    }

    /// The secrets that were generated or rotated in this run, sealed for the
    /// state.
    #[must_use]
    pub fn fresh(&self, world: &dyn World) -> BTreeMap<String, SealedSecret> {
        let seal = |key: &str, generation, spreading, plain| SealedSecret {
            generation,
            sealed: self
                .keyring
                .seal(world, &place_of_secret(key, generation), plain),
            spreading,
        };
        let fresh = self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        let new = fresh
            .iter()
            .map(|(key, plain)| (key.clone(), seal(key, 0, false, plain)));
        let raised = self.raised.iter().filter_map(|(key, generation)| {
            let plain = self.known.get(key)?;
            Some((key.clone(), seal(key, *generation, true, plain)))
        });
        new.chain(raised).collect()
    }
}

fn place_of_secret(key: &str, generation: u32) -> String {
    format!("secret|{key}|{generation}")
}

/// The member under which a secret's digest stands in stored text.
fn digest_key() -> String {
    format!("{RESERVED}secret")
}

/// The stored form of a value: canonical text in which a secret is its digest,
/// and the sealed secrets apart. `None` while something is unknown. `place`
/// names the object; with a world the secrets are sealed, without one only
/// their digests are made, which is enough to compare.
#[must_use]
pub fn render_body(
    inputs: &BTreeMap<String, Val>,
    place: &str,
    keyring: &Keyring,
    world: Option<&dyn World>,
) -> Option<Body> {
    let mut renderer = Renderer {
        keyring,
        world,
        holes: false,
        sealed: BTreeMap::new(),
    };
    let mut members = Map::new();
    for (key, value) in inputs {
        let value = renderer.render(value, &format!("{place}|{key}"))?;
        members.insert(key.clone(), value);
    }
    let json = RawValue::from_string(canonical_text(&Value::Object(members))).ok()?;
    Some(Body {
        json,
        sealed: renderer.sealed,
    })
}

/// The stored form of one field, to compare: what is not known yet is a hole
/// in it. `place` names the object.
pub(super) fn render_field(name: &str, value: &Val, place: &str, keyring: &Keyring) -> Value {
    let mut renderer = Renderer {
        keyring,
        world: None,
        holes: true,
        sealed: BTreeMap::new(),
    };
    // With holes nothing is left out.
    let rendered = renderer.render(value, &format!("{place}|{name}"));
    rendered.unwrap_or_default()
}

/// What a service shows of a field that holds secrets, in the form in which
/// the field is remembered: digests where digests are.
pub(super) fn digest_like(
    remembered: &Value,
    shown: Value,
    place: &str,
    keyring: &Keyring,
) -> Value {
    match (remembered, shown) {
        (Value::Object(members), Value::String(text)) if members.contains_key(&digest_key()) => {
            digested(keyring, place, &Plain::new(text))
        }
        (Value::Object(remembered), Value::Object(shown)) => {
            let each = shown.into_iter().map(|(key, shown)| {
                let like = remembered.get(&key).unwrap_or(&Value::Null);
                let shown = digest_like(like, shown, &format!("{place}|{key}"), keyring);
                (key, shown)
            });
            Value::Object(each.collect())
        }
        (Value::Array(remembered), Value::Array(shown)) => {
            let each = shown.into_iter().enumerate().map(|(index, shown)| {
                let like = remembered.get(index).unwrap_or(&Value::Null);
                digest_like(like, shown, &format!("{place}|{index}"), keyring)
            });
            each.collect()
        }
        // In clear nothing of a secret field is kept, whatever it was before.
        (remembered, shown) if *remembered == shown => shown,
        (_, Value::Null) => Value::Null,
        (_, shown) => digested(keyring, place, &Plain::new(canonical_text(&shown))),
    }
}

fn digested(keyring: &Keyring, place: &str, plain: &Plain) -> Value {
    let digest = Value::String(keyring.digest(place, plain));
    Value::Object(Map::from_iter([(digest_key(), digest)]))
}

struct Renderer<'a> {
    keyring: &'a Keyring,
    world: Option<&'a dyn World>,
    /// What is not known leaves a hole, and not the whole unrendered.
    holes: bool,
    sealed: BTreeMap<String, String>,
}

impl Renderer<'_> {
    fn render(&mut self, value: &Val, place: &str) -> Option<Value> {
        match value {
            Val::Known(value) => Some(value.clone()),
            Val::Unknown(text) => self.holes.then(|| document::hole(text)),
            Val::Secret(plain) => {
                if let Some(world) = self.world {
                    let sealed = self.keyring.seal(world, place, plain);
                    self.sealed.insert(place.to_owned(), sealed);
                }
                Some(digested(self.keyring, place, plain))
            }
            Val::List(items) => {
                let each = items.iter().enumerate();
                each.map(|(index, item)| self.render(item, &format!("{place}|{index}")))
                    .collect()
            }
            Val::Map(members) => {
                let mut rendered = Map::new();
                for (key, value) in members {
                    let value = self.render(value, &format!("{place}|{key}"))?;
                    rendered.insert(key.clone(), value);
                }
                Some(Value::Object(rendered))
            }
        }
    }
}

/// From one keyring to another.
pub(crate) struct Reseal<'a> {
    pub(crate) from: &'a Keyring,
    pub(crate) to: &'a Keyring,
    pub(crate) world: &'a dyn World,
}

impl Reseal<'_> {
    /// Stored text with its secrets sealed anew; `None` when it has none.
    ///
    /// # Errors
    /// [`SealError::Damaged`] when a sealed secret is missing or does not open.
    pub(crate) fn body(&self, body: &Body, place: &str) -> Result<Option<Body>, SealError> {
        if body.sealed.is_empty() {
            return Ok(None);
        }
        let opened = open_vals(body, place, self.from)?;
        render_body(&opened, place, self.to, Some(self.world))
            .map(Some)
            .ok_or(SealError::Damaged)
    }
}

/// Stored text as values, its secrets open and marked as such.
fn open_vals(
    body: &Body,
    place: &str,
    keyring: &Keyring,
) -> Result<BTreeMap<String, Val>, SealError> {
    let members: Map<String, Value> =
        serde_json::from_str(body.json.get()).map_err(|_| SealError::Damaged)?;
    let each = members.into_iter().map(|(key, value)| {
        let value = open_val(value, &body.sealed, &format!("{place}|{key}"), keyring)?;
        Ok((key, value))
    });
    each.collect()
}

fn open_val(
    value: Value,
    sealed: &BTreeMap<String, String>,
    place: &str,
    keyring: &Keyring,
) -> Result<Val, SealError> {
    match value {
        Value::Object(members) if members.contains_key(&digest_key()) => {
            let sealed = sealed.get(place).ok_or(SealError::Damaged)?;
            Ok(Val::Secret(keyring.open(place, sealed)?))
        }
        Value::Object(members) => {
            let each = members.into_iter().map(|(key, value)| {
                let value = open_val(value, sealed, &format!("{place}|{key}"), keyring)?;
                Ok((key, value))
            });
            each.collect::<Result<_, _>>().map(Val::map)
        }
        Value::Array(items) => {
            let each = items
                .into_iter()
                .enumerate()
                .map(|(index, item)| open_val(item, sealed, &format!("{place}|{index}"), keyring));
            each.collect::<Result<_, _>>().map(Val::list)
        }
        scalar => Ok(Val::Known(scalar)),
    }
}

/// The clear value of stored text.
///
/// # Errors
/// [`SealError::Damaged`] when a sealed secret is missing or does not open.
pub fn open_body(
    json: &RawValue,
    sealed: &BTreeMap<String, String>,
    place: &str,
    keyring: &Keyring,
) -> Result<Map<String, Value>, SealError> {
    let value: Value = serde_json::from_str(json.get()).map_err(|_| SealError::Damaged)?;
    let Value::Object(members) = value else {
        return Err(SealError::Damaged);
    };
    if sealed.is_empty() {
        return Ok(members);
    }
    let each = members.into_iter().map(|(key, value)| {
        let value = open_value(value, sealed, &format!("{place}|{key}"), keyring)?;
        Ok((key, value))
    });
    each.collect()
}

fn open_value(
    value: Value,
    sealed: &BTreeMap<String, String>,
    place: &str,
    keyring: &Keyring,
) -> Result<Value, SealError> {
    match value {
        Value::Object(members) if members.contains_key(&digest_key()) => {
            let sealed = sealed.get(place).ok_or(SealError::Damaged)?;
            let plain = keyring.open(place, sealed)?;
            Ok(Value::String(plain.expose().to_owned()))
        }
        Value::Object(members) => {
            let each = members.into_iter().map(|(key, value)| {
                let value = open_value(value, sealed, &format!("{place}|{key}"), keyring)?;
                Ok((key, value))
            });
            each.collect::<Result<Map<_, _>, _>>().map(Value::Object)
        }
        Value::Array(items) => {
            let each = items.into_iter().enumerate().map(|(index, item)| {
                open_value(item, sealed, &format!("{place}|{index}"), keyring)
            });
            each.collect()
        }
        scalar => Ok(scalar),
    }
}
