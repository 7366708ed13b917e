//! DSA keys, which sprig can make but not use.
//!
//! The parameters are made as FIPS 186 says: a prime q of 256 bits, a prime p
//! of 2048 bits with q dividing p - 1, and a generator of the group of order
//! q.

use num_bigint_dig::BigUint;
use num_bigint_dig::prime::probably_prime;

use super::super::random::Random;
use super::der::{Reader, SEQUENCE, integer, sequence};

const P_BITS: usize = 2048;
const Q_BITS: usize = 256;
/// Rounds of the Miller-Rabin test, as in Go.
const ROUNDS: usize = 20;

pub(super) struct Dsa {
    p: BigUint,
    q: BigUint,
    g: BigUint,
    y: BigUint,
    x: BigUint,
}

/// A random number with its highest and lowest bits set.
fn odd(random: &mut Random, bits: usize) -> BigUint {
    let mut bytes = vec![0; bits / 8];
    random.fill(&mut bytes);
    if let Some(first) = bytes.first_mut() {
        *first |= 0x80;
    }
    if let Some(last) = bytes.last_mut() {
        *last |= 1;
    }
    BigUint::from_bytes_be(&bytes)
}

/// A prime q, and a prime p of which q divides p - 1.
fn primes(random: &mut Random) -> (BigUint, BigUint) {
    loop {
        let q = odd(random, Q_BITS);
        if !probably_prime(&q, ROUNDS) {
            continue;
        }
        for _ in 0..4 * P_BITS {
            let candidate = odd(random, P_BITS);
            let rest = &candidate % &q;
            let p = candidate - rest + 1u8;
            if p.bits() == P_BITS && probably_prime(&p, ROUNDS) {
                return (p, q);
            }
        }
    }
}

impl Dsa {
    pub(super) fn new(random: &mut Random) -> Self {
        let (p, q) = primes(random);
        let one = BigUint::from(1u8);
        let power = (&p - &one) / &q;
        let mut base = BigUint::from(2u8);
        let mut g = base.modpow(&power, &p);
        while g == one {
            base += 1u8;
            g = base.modpow(&power, &p);
        }
        let x = odd(random, Q_BITS + 64) % (&q - &one) + &one;
        let y = g.modpow(&x, &p);
        Self { p, q, g, y, x }
    }

    pub(super) fn to_der(&self) -> Vec<u8> {
        let mut parts = vec![integer(&[])];
        let numbers = [&self.p, &self.q, &self.g, &self.y, &self.x];
        parts.extend(numbers.iter().map(|number| integer(&number.to_bytes_be())));
        sequence(&parts)
    }

    pub(super) fn from_der(der: &[u8]) -> Option<Self> {
        let mut numbers = Reader(Reader(der).expect(SEQUENCE)?);
        numbers.number()?;
        let mut next = || numbers.number().map(BigUint::from_bytes_be);
        Some(Self {
            p: next()?,
            q: next()?,
            g: next()?,
            y: next()?,
            x: next()?,
        })
    }
}
