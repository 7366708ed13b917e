//! X.509 certificates, in the form that Go's `x509.CreateCertificate` gives
//! sprig's templates: version 3, SHA-256 signatures, key usage, extended key
//! usage (server and client), basic constraints, key identifiers, alternative
//! names.

use std::net::IpAddr;

use sha1::{Digest as _, Sha1};

use super::super::date::calendar;
use super::super::random::Random;
use super::der::{BIT_STRING, OBJECT_ID, OCTET_STRING, Reader, SEQUENCE, SET};
use super::der::{bits, integer, sequence, tagged};
use super::key::Key;
use crate::gofmt::quote;

/// Object identifiers, encoded.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 0x0e];
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
const ALTERNATIVE_NAMES: &[u8] = &[0x55, 0x1d, 0x11];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1d, 0x23];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
const SERVER_AUTH: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
const CLIENT_AUTH: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02];

/// What a certificate is to say.
pub(super) struct Request<'r> {
    pub(super) common_name: &'r str,
    pub(super) addresses: Vec<IpAddr>,
    pub(super) names: Vec<String>,
    pub(super) days: i64,
    pub(super) is_ca: bool,
    /// Seconds since 1970.
    pub(super) now: i64,
}

/// Who signs: the parts of the signer's certificate that go into others.
pub(super) struct Issuer {
    subject: Vec<u8>,
    key_id: Vec<u8>,
}

impl Issuer {
    /// Reads a certificate.
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        let mut certificate = Reader(Reader(der).expect(SEQUENCE)?);
        let mut body = Reader(certificate.expect(SEQUENCE)?);
        let mut element = body.next()?;
        if element.tag == 0xa0 {
            element = body.next()?;
        }
        // After the serial number: algorithm, issuer, validity, subject, key.
        let _ = element;
        body.expect(SEQUENCE)?;
        body.expect(SEQUENCE)?;
        body.expect(SEQUENCE)?;
        let subject = body
            .next()
            .filter(|subject| subject.tag == SEQUENCE)?
            .whole
            .to_vec();
        body.expect(SEQUENCE)?;
        let mut key_id = Vec::new();
        while let Some(element) = body.next() {
            if element.tag == 0xa3 {
                key_id = find_key_id(element.content).unwrap_or_default();
            }
        }
        Some(Self { subject, key_id })
    }
}

/// The subject key identifier among a certificate's extensions.
fn find_key_id(content: &[u8]) -> Option<Vec<u8>> {
    let mut extensions = Reader(Reader(content).expect(SEQUENCE)?);
    loop {
        let mut extension = Reader(extensions.expect(SEQUENCE)?);
        if extension.expect(OBJECT_ID)? == SUBJECT_KEY_ID {
            let value = extension.expect(OCTET_STRING)?;
            return Reader(value).expect(OCTET_STRING).map(<[u8]>::to_vec);
        }
    }
}

/// A certificate for `key`, signed by `signer`; without an issuer it is its
/// own.
pub(super) fn create(
    request: &Request<'_>,
    random: &mut Random,
    key: &Key,
    issuer: Option<&Issuer>,
    signer: &Key,
) -> Result<Vec<u8>, String> {
    let (public, public_bits) = key.public_key()?;
    let algorithm = signer.algorithm()?;
    let subject = name(request.common_name);
    let issuer_name = issuer.map_or(&subject, |issuer| &issuer.subject);
    let authority = match issuer {
        Some(issuer) if issuer.subject != subject => issuer.key_id.as_slice(),
        _ => &[],
    };
    let mut serial = [0; 16];
    random.fill(&mut serial);
    let validity = sequence(&[time(request.now), time(request.now + request.days * 86_400)]);
    let extensions = extensions(request, &public_bits, authority)?;
    let body = sequence(&[
        tagged(0xa0, &integer(&[2])),
        integer(&serial),
        algorithm.clone(),
        issuer_name.clone(),
        validity,
        subject,
        public,
        tagged(0xa3, &sequence(&extensions)),
    ]);
    let signature = signer.sign(&body)?;
    Ok(sequence(&[body, algorithm, bits(&signature)]))
}

fn name(common_name: &str) -> Vec<u8> {
    if common_name.is_empty() {
        return sequence(&[]);
    }
    let is_printable = |c: char| c.is_ascii_alphanumeric() || " '()+,-./:=?*&".contains(c);
    let tag = if common_name.chars().all(is_printable) {
        0x13
    } else {
        0x0c
    };
    let attribute = sequence(&[
        tagged(OBJECT_ID, COMMON_NAME),
        tagged(tag, common_name.as_bytes()),
    ]);
    sequence(&[tagged(SET, &attribute)])
}

/// Two digits for the year up to 2049, four from then on.
fn time(unix: i64) -> Vec<u8> {
    let (year, rest) = calendar(unix);
    if (1950..2050).contains(&year) {
        tagged(0x17, format!("{:02}{rest}Z", year % 100).as_bytes())
    } else {
        tagged(0x18, format!("{year:04}{rest}Z").as_bytes())
    }
}

fn extension(id: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let mut parts = vec![tagged(OBJECT_ID, id)];
    if critical {
        parts.push(vec![1, 1, 0xff]);
    }
    parts.push(tagged(OCTET_STRING, value));
    sequence(&parts)
}

fn extensions(
    request: &Request<'_>,
    public: &[u8],
    authority: &[u8],
) -> Result<Vec<Vec<u8>>, String> {
    // Digital signature and key encipherment; for an authority also signing.
    let usage: &[u8] = if request.is_ca {
        &[2, 0xa4]
    } else {
        &[5, 0xa0]
    };
    let purposes = sequence(&[
        tagged(OBJECT_ID, SERVER_AUTH),
        tagged(OBJECT_ID, CLIENT_AUTH),
    ]);
    let constraints = if request.is_ca {
        vec![vec![1, 1, 0xff]]
    } else {
        Vec::new()
    };
    let mut all = vec![
        extension(KEY_USAGE, true, &tagged(BIT_STRING, usage)),
        extension(EXTENDED_KEY_USAGE, false, &purposes),
        extension(BASIC_CONSTRAINTS, true, &sequence(&constraints)),
    ];
    if request.is_ca {
        let id = tagged(OCTET_STRING, &Sha1::digest(public));
        all.push(extension(SUBJECT_KEY_ID, false, &id));
    }
    if !authority.is_empty() {
        let id = sequence(&[tagged(0x80, authority)]);
        all.push(extension(AUTHORITY_KEY_ID, false, &id));
    }
    if !request.names.is_empty() || !request.addresses.is_empty() {
        let names = alternative_names(request)?;
        all.push(extension(
            ALTERNATIVE_NAMES,
            request.common_name.is_empty(),
            &names,
        ));
    }
    Ok(all)
}

fn alternative_names(request: &Request<'_>) -> Result<Vec<u8>, String> {
    let mut names = Vec::new();
    for name in &request.names {
        if !name.is_ascii() {
            let name = quote(name);
            return Err(format!("x509: {name} cannot be encoded as an IA5String"));
        }
        names.push(tagged(0x82, name.as_bytes()));
    }
    for address in &request.addresses {
        names.push(match address.to_canonical() {
            IpAddr::V4(address) => tagged(0x87, &address.octets()),
            IpAddr::V6(address) => tagged(0x87, &address.octets()),
        });
    }
    Ok(sequence(&names))
}
