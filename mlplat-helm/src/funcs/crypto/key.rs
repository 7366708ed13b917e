//! Private keys: made, written, read, and used to sign.

use ed25519_dalek::Signer as _;
use num_bigint_dig::BigUint;
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};
use sha2::{Digest as _, Sha256};

use super::super::random::Random;
use super::der::{OBJECT_ID, OCTET_STRING, Reader, SEQUENCE};
use super::der::{bits, integer, sequence, tagged};
use super::dsa::Dsa;
use super::pem;

/// Object identifiers, encoded.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const SHA256_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// What stands before a SHA-256 hash that RSA signs.
const SHA256_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// A private key of one of the kinds that sprig knows.
pub(super) enum Key {
    Rsa(Box<rsa::RsaPrivateKey>),
    Ecdsa(p256::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
    Dsa(Dsa),
}

/// [`Random`] for the crate `rsa`, which takes an older trait.
struct ForRsa<'r>(&'r mut Random);

impl rsa::rand_core::RngCore for ForRsa<'_> {
    fn next_u32(&mut self) -> u32 {
        rsa::rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rsa::rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rsa::rand_core::Error> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl rsa::rand_core::CryptoRng for ForRsa<'_> {}

fn object_id(id: &[u8]) -> Vec<u8> {
    tagged(OBJECT_ID, id)
}

fn null() -> Vec<u8> {
    vec![5, 0]
}

impl Key {
    /// A new RSA key of this many bits.
    pub(super) fn new_rsa(random: &mut Random, size: usize) -> Result<Self, String> {
        let key = rsa::RsaPrivateKey::new(&mut ForRsa(random), size);
        key.map(|key| Self::Rsa(Box::new(key)))
            .map_err(|error| error.to_string())
    }

    /// A new key on the curve P-256.
    pub(super) fn new_ecdsa(random: &mut Random) -> Self {
        loop {
            let mut bytes = [0; 32];
            random.fill(&mut bytes);
            // One in four billion numbers is too large for the curve.
            if let Ok(key) = p256::ecdsa::SigningKey::from_slice(&bytes) {
                return Self::Ecdsa(key);
            }
        }
    }

    /// A new Ed25519 key.
    pub(super) fn new_ed25519(random: &mut Random) -> Self {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(&bytes))
    }

    /// The key as PEM, in the form that Go's sprig chooses for its kind.
    pub(super) fn to_pem(&self) -> String {
        match self {
            Self::Rsa(key) => pem::encode("RSA PRIVATE KEY", &rsa_der(key)),
            Self::Ecdsa(key) => pem::encode("EC PRIVATE KEY", &ec_der(key)),
            Self::Ed25519(key) => {
                let secret = tagged(OCTET_STRING, &key.to_bytes());
                let parts = [
                    integer(&[]),
                    sequence(&[object_id(ED25519)]),
                    tagged(OCTET_STRING, &secret),
                ];
                pem::encode("PRIVATE KEY", &sequence(&parts))
            }
            Self::Dsa(key) => pem::encode("DSA PRIVATE KEY", &key.to_der()),
        }
    }

    /// Reads a key from PEM; the error is the text of sprig's.
    pub(super) fn from_pem(text: &str) -> Result<Self, String> {
        let (label, der) = pem::decode(text).ok_or("no PEM data in input")?;
        if label == "PRIVATE KEY" {
            let read = from_pkcs8(&der);
            return read.ok_or_else(|| "decoding PEM as PKCS#8: malformed key".to_owned());
        }
        let Some(kind) = label.strip_suffix(" PRIVATE KEY") else {
            return Err(format!("no private key data in PEM block of type {label}"));
        };
        let (read, name) = match kind {
            "RSA" => (from_pkcs1(&der), "RSA"),
            "EC" => (from_ec(&der), "EC"),
            "DSA" => (Dsa::from_der(&der).map(Self::Dsa), "DSA"),
            other => return Err(format!("invalid private key type {other}")),
        };
        read.ok_or_else(|| format!("parsing {name} private key from PEM: malformed key"))
    }

    /// The public key as a certificate holds it, and the bits of it that are
    /// hashed to identify it.
    pub(super) fn public_key(&self) -> Result<(Vec<u8>, Vec<u8>), String> {
        let (algorithm, key) = match self {
            Self::Rsa(key) => {
                let numbers = [
                    integer(&key.n().to_bytes_be()),
                    integer(&key.e().to_bytes_be()),
                ];
                (sequence(&[object_id(RSA), null()]), sequence(&numbers))
            }
            Self::Ecdsa(key) => (
                sequence(&[object_id(EC), object_id(P256)]),
                public_point(key),
            ),
            Self::Ed25519(key) => (
                sequence(&[object_id(ED25519)]),
                key.verifying_key().to_bytes().to_vec(),
            ),
            Self::Dsa(_) => {
                return Err("x509: unsupported public key type: *dsa.PublicKey".to_owned());
            }
        };
        Ok((sequence(&[algorithm, bits(&key)]), key))
    }

    /// The name of the signature's algorithm, encoded.
    pub(super) fn algorithm(&self) -> Result<Vec<u8>, String> {
        Ok(match self {
            Self::Rsa(_) => sequence(&[object_id(SHA256_WITH_RSA), null()]),
            Self::Ecdsa(_) => sequence(&[object_id(ECDSA_WITH_SHA256)]),
            Self::Ed25519(_) => sequence(&[object_id(ED25519)]),
            Self::Dsa(_) => {
                let why = "x509: certificate private key does not implement crypto.Signer";
                return Err(why.to_owned());
            }
        })
    }

    /// Signs a message.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        match self {
            Self::Rsa(key) => {
                let mut info = SHA256_INFO.to_vec();
                info.extend_from_slice(&Sha256::digest(message));
                let signed = key.sign(rsa::Pkcs1v15Sign::new_unprefixed(), &info);
                signed.map_err(|error| error.to_string())
            }
            Self::Ecdsa(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                let bytes = signature.to_bytes();
                let (r, s) = bytes.split_at(32);
                Ok(sequence(&[integer(r), integer(s)]))
            }
            Self::Ed25519(key) => Ok(key.sign(message).to_bytes().to_vec()),
            Self::Dsa(_) => self.algorithm(),
        }
    }
}

fn public_point(key: &p256::ecdsa::SigningKey) -> Vec<u8> {
    key.verifying_key().to_sec1_point(false).as_bytes().to_vec()
}

/// PKCS #1.
fn rsa_der(key: &rsa::RsaPrivateKey) -> Vec<u8> {
    let one = BigUint::from(1u8);
    let (p, q) = match key.primes() {
        [p, q, ..] => (p.clone(), q.clone()),
        _ => (one.clone(), one.clone()),
    };
    let inverse = q.modpow(&(&p - 2u8), &p);
    let numbers = [
        BigUint::from(0u8),
        key.n().clone(),
        key.e().clone(),
        key.d().clone(),
        p.clone(),
        q.clone(),
        key.d() % (&p - &one),
        key.d() % (&q - &one),
        inverse,
    ];
    let parts: Vec<Vec<u8>> = numbers.iter().map(|n| integer(&n.to_bytes_be())).collect();
    sequence(&parts)
}

/// SEC 1, with the curve and the public key.
fn ec_der(key: &p256::ecdsa::SigningKey) -> Vec<u8> {
    sequence(&[
        integer(&[1]),
        tagged(OCTET_STRING, &key.to_bytes()),
        tagged(0xa0, &object_id(P256)),
        tagged(0xa1, &bits(&public_point(key))),
    ])
}

fn from_pkcs1(der: &[u8]) -> Option<Key> {
    let mut numbers = Reader(Reader(der).expect(SEQUENCE)?);
    numbers.number()?;
    let mut next = || numbers.number().map(BigUint::from_bytes_be);
    let (n, e, d) = (next()?, next()?, next()?);
    let primes = vec![next()?, next()?];
    let key = rsa::RsaPrivateKey::from_components(n, e, d, primes).ok()?;
    Some(Key::Rsa(Box::new(key)))
}

fn from_ec(der: &[u8]) -> Option<Key> {
    let mut parts = Reader(Reader(der).expect(SEQUENCE)?);
    parts.number()?;
    let secret = parts.expect(OCTET_STRING)?;
    p256::ecdsa::SigningKey::from_slice(secret)
        .ok()
        .map(Key::Ecdsa)
}

fn from_pkcs8(der: &[u8]) -> Option<Key> {
    let mut parts = Reader(Reader(der).expect(SEQUENCE)?);
    parts.number()?;
    let mut algorithm = Reader(parts.expect(SEQUENCE)?);
    let id = algorithm.expect(OBJECT_ID)?;
    let inner = parts.expect(OCTET_STRING)?;
    match id {
        RSA => from_pkcs1(inner),
        EC => from_ec(inner),
        ED25519 => {
            let secret: [u8; 32] = Reader(inner).expect(OCTET_STRING)?.try_into().ok()?;
            Some(Key::Ed25519(ed25519_dalek::SigningKey::from_bytes(&secret)))
        }
        _ => None,
    }
}
