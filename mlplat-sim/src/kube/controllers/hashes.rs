//! Short names for contents: equal templates have equal hashes, however their fields are ordered.

use serde_json::Value;

/// The hash of a template as it stands in labels and names: at most ten letters.
///
/// The letters are those of `SafeEncodeString` in Kubernetes' `apimachinery`; what is hashed is ours, so the same
/// template has another hash on a real cluster.
pub(super) fn of(content: &Value) -> String {
    const ALPHABET: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";
    let mut hash = Fnv::default();
    hash.value(content);
    let digits = hash.0.to_string();
    let letter = |digit: u8| char::from(ALPHABET[usize::from(digit) % ALPHABET.len()]);
    digits.bytes().map(letter).collect()
}

/// A number that depends on a text: for durations and the like that have to be the same each time they are looked at.
pub(super) fn number(seed: u64, text: &str) -> u64 {
    let mut mixed = seed ^ 0xcbf2_9ce4_8422_2325;
    for byte in text.bytes() {
        mixed = (mixed ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    // The last bytes reach the low bits only after one more mixing.
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed ^ (mixed >> 31)
}

/// FNV-1a with 32 bits (Fowler, Noll, Vo 1991).
struct Fnv(u32);

impl Default for Fnv {
    fn default() -> Self {
        Self(0x811c_9dc5)
    }
}

impl Fnv {
    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Object(map) => {
                let mut fields: Vec<_> = map.iter().collect();
                fields.sort_unstable_by_key(|(name, _)| *name);
                self.bytes(b"{");
                for (name, value) in fields {
                    self.bytes(name.as_bytes());
                    self.bytes(b":");
                    self.value(value);
                }
                self.bytes(b"}");
            }
            Value::Array(items) => {
                self.bytes(b"[");
                items.iter().for_each(|item| self.value(item));
                self.bytes(b"]");
            }
            Value::String(text) => {
                self.bytes(b"\"");
                self.bytes(text.as_bytes());
                self.bytes(b"\"");
            }
            other => self.bytes(other.to_string().as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn order_of_fields_does_not_count() {
        let one: Value = serde_json::from_str(r#"{"a":1,"b":[{"c":"x","d":null}]}"#).unwrap();
        let other: Value = serde_json::from_str(r#"{"b":[{"d":null,"c":"x"}],"a":1}"#).unwrap();
        assert_eq!(of(&one), of(&other));
        assert_ne!(of(&one), of(&json!({"a": 1, "b": [{"c": "y", "d": null}]})));
        assert!(of(&one).len() <= 10);
    }
}
