//! Chance that can be repeated: a number from a seed and a place.

use std::hash::{DefaultHasher, Hash, Hasher};

/// A number in `0.0..1.0` that depends on the seed, the call and the question.
pub(crate) fn roll(seed: u64, call: u64, question: &str) -> f64 {
    let mut hasher = DefaultHasher::new();
    (seed, call, question).hash(&mut hasher);
    // 53 bits are what a double holds exactly.
    (hasher.finish() >> 11) as f64 / (1u64 << 53) as f64
}

/// `length` characters of an alphabet that depend on the key and the question.
pub(super) fn letters(key: u64, question: &str, alphabet: &[u8], length: usize) -> String {
    let letter = |at: usize| {
        let roll = roll(key, at as u64, question);
        let index = (roll * alphabet.len() as f64) as usize;
        char::from(alphabet[index.min(alphabet.len() - 1)])
    };
    (0..length).map(letter).collect()
}
