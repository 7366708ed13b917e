//! Chance that is the same on every machine and with every compiler: a number
//! from a seed, a question and a position.

/// Decides by its seed alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dice {
    seed: u64,
}

impl Dice {
    /// The dice of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// A number that the seed, the question and the position decide.
    #[must_use]
    pub fn draw(self, question: &str, at: u64) -> u64 {
        // FNV-1a over the question, then two rounds of SplitMix64.
        let hash = question
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        mixed(mixed(self.seed ^ hash) ^ at)
    }

    /// A number from 0 up to `end`, which it does not reach; 0 for an end of 0.
    #[must_use]
    pub fn below(self, question: &str, at: u64, end: u64) -> u64 {
        self.draw(question, at) % end.max(1)
    }

    /// Yes, once in so many times; never for 0.
    #[must_use]
    pub fn once_in(self, question: &str, at: u64, times: u64) -> bool {
        times > 0 && self.below(question, at, times) == 0
    }
}

fn mixed(seed: u64) -> u64 {
    let mut x = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A seed in a bug report has to mean the same for ever.
    #[test]
    fn numbers_never_change() {
        let dice = Dice::new(7);
        let drawn: Vec<u64> = (0..4).map(|at| dice.below("size", at, 1000)).collect();
        assert_eq!(drawn, DRAWN);
    }

    #[test]
    fn every_side_comes_up() {
        let dice = Dice::new(1);
        let mut seen = [0; 6];
        for at in 0..600 {
            seen[usize::try_from(dice.below("side", at, 6)).unwrap()] += 1;
        }
        assert!(
            seen.iter().all(|count| (60..140).contains(count)),
            "{seen:?}"
        );
        assert!(!(0..99).any(|at| dice.once_in("never", at, 0)));
    }

    const DRAWN: [u64; 4] = [936, 290, 749, 854];
}
