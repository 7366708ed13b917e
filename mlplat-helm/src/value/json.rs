//! Between values and JSON data.
//!
//! Helm reads values through JSON into `interface{}`, which makes every number
//! a `float64`; so does [`Value::from_json`]. The way back writes whole floats
//! as integers, as Go's JSON encoder does.

use std::rc::Rc;

use serde_json::{Map as JsonMap, Number, Value as Json};

use super::map::{Map, MapKind, Table};
use super::scalar::Value;
use super::walk::{MAX_DEPTH, TooDeep};
use crate::stack::grow;

/// The largest whole number up to which every integer has a float of its own.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl Value {
    /// The value that helm would have read from this JSON.
    ///
    /// Very deep input is the caller's to refuse: `serde_json` reads at most
    /// 128 levels.
    #[must_use]
    pub fn from_json(json: &Json) -> Self {
        match json {
            Json::Null => Self::Nil,
            Json::Bool(truth) => Self::from(*truth),
            Json::Number(number) => Self::from(number.as_f64().unwrap_or(f64::NAN)),
            Json::String(text) => Self::from(text.as_str()),
            Json::Array(items) => Self::from(items.iter().map(Self::from_json).collect::<Vec<_>>()),
            Json::Object(entries) => {
                let pair = |(key, value): (&String, &Json)| {
                    (Rc::<str>::from(key.as_str()), Self::from_json(value))
                };
                let table: Table = entries.iter().map(pair).collect();
                Self::Map(Map::from_table(MapKind::Any, table))
            }
        }
    }

    /// The value as JSON data. Taints are lost; bytes become base64 text, as
    /// in Go; objects become their data; numbers that JSON cannot hold, null.
    ///
    /// # Errors
    ///
    /// [`TooDeep`].
    pub fn to_json(&self) -> Result<Json, TooDeep> {
        self.json_at(0)
    }

    fn json_at(&self, depth: usize) -> Result<Json, TooDeep> {
        if depth > MAX_DEPTH {
            return Err(TooDeep);
        }
        Ok(match self {
            Self::Missing | Self::Nil => Json::Null,
            Self::Bool(truth, _) => Json::Bool(*truth),
            #[allow(clippy::cast_sign_loss, reason = "unsigned kinds keep their bits")]
            Self::Int(number, kind, _) if kind.is_unsigned() => Json::from(*number as u64),
            Self::Int(number, _, _) => Json::from(*number),
            Self::Float(number, _) => float_to_json(*number),
            Self::Str(text) => Json::String(text.to_text().into_owned()),
            Self::Bytes(bytes, _) => Json::String(super::text::base64(bytes)),
            Self::List(list) => {
                let json = |item: &Self| grow(|| item.json_at(depth + 1));
                let items = list.items().iter().map(json);
                Json::Array(items.collect::<Result<_, _>>()?)
            }
            Self::Map(map) => {
                let mut entries = JsonMap::new();
                for (key, value) in map.table().iter() {
                    entries.insert(key.to_string(), grow(|| value.json_at(depth + 1))?);
                }
                Json::Object(entries)
            }
            Self::Object(object) => object.data().json_at(depth + 1)?,
        })
    }
}

fn float_to_json(number: f64) -> Json {
    if number.fract() == 0.0 && number.abs() <= EXACT {
        #[allow(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
        return Json::from(number as i64);
    }
    Number::from_f64(number).map_or(Json::Null, Json::Number)
}

impl From<&Json> for Value {
    fn from(json: &Json) -> Self {
        Self::from_json(json)
    }
}
