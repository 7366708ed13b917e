//! Sprig's functions for keys and certificates.

use std::any::Any as StdAny;
use std::net::IpAddr;
use std::rc::Rc;

use super::super::args::{bytes, int, text};
use super::super::call::Call;
use super::super::encoding::decode64;
use super::super::fault::Fault;
use super::super::function::{Function, Group, row};
use super::certificate::{Issuer, Request, create};
use super::dsa::Dsa;
use super::key::Key;
use super::pem;
use crate::gofmt::sprint_one;
use crate::value::{Map, Object, Param, Value};

use Param::{Int, List, Text};

const TYPE: &str = "sprig.certificate";
const CERT: Param = Param::Object(TYPE);
/// Bits of the RSA keys of certificates, and of those asked for alone.
const CERT_BITS: usize = 2048;
const KEY_BITS: usize = 4096;

pub(in crate::funcs) static CERTIFICATE_ROWS: &[Function] = &[
    row(
        "genPrivateKey",
        Group::Crypto,
        &[Text],
        "A private key: rsa, dsa, ecdsa, ed25519",
        new_key,
    )
    .random(),
    row(
        "genCA",
        Group::Crypto,
        &[Text, Int],
        "A certificate authority",
        |call, a| authority(call, a, None),
    )
    .random(),
    row(
        "genCAWithKey",
        Group::Crypto,
        &[Text, Int, Text],
        "An authority of a key",
        |call, a| authority(call, a, Some(&a[2])),
    )
    .random(),
    row(
        "genSelfSignedCert",
        Group::Crypto,
        &[Text, List, List, Int],
        "A self-signed certificate: name, addresses, names, days",
        |call, a| self_signed(call, a, None),
    )
    .random(),
    row(
        "genSelfSignedCertWithKey",
        Group::Crypto,
        &[Text, List, List, Int, Text],
        "A self-signed certificate of a key",
        |call, a| self_signed(call, a, Some(&a[4])),
    )
    .random(),
    row(
        "genSignedCert",
        Group::Crypto,
        &[Text, List, List, Int, CERT],
        "A certificate signed by an authority",
        |call, a| signed(call, a, None),
    )
    .random(),
    row(
        "genSignedCertWithKey",
        Group::Crypto,
        &[Text, List, List, Int, CERT, Text],
        "A certificate of a key, signed by an authority",
        |call, a| signed(call, a, Some(&a[5])),
    )
    .random(),
    row(
        "buildCustomCert",
        Group::Crypto,
        &[Text, Text],
        "Certificate and key in base 64",
        build,
    )
    .keeps(),
];

/// A certificate and its private key, as PEM.
#[derive(Debug)]
struct Certificate {
    cert: Value,
    key: Value,
}

impl Object for Certificate {
    fn type_name(&self) -> &str {
        TYPE
    }

    fn data(&self) -> Value {
        let map: Map = [("Cert", self.cert.clone()), ("Key", self.key.clone())]
            .into_iter()
            .collect();
        Value::Map(map)
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "Cert" => Some(self.cert.clone()),
            "Key" => Some(self.key.clone()),
            _ => None,
        }
    }

    fn fields(&self) -> Vec<(Rc<str>, Value)> {
        vec![
            ("Cert".into(), self.cert.clone()),
            ("Key".into(), self.key.clone()),
        ]
    }

    fn as_any(&self) -> &dyn StdAny {
        self
    }
}

fn new_key(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let kind = text(&args[0]);
    let mut random = call.random();
    let key = match &*kind {
        "" | "rsa" => match Key::new_rsa(&mut random, KEY_BITS) {
            Ok(key) => key,
            Err(why) => {
                return Ok(Value::from(format!(
                    "failed to generate private key: {why}"
                )));
            }
        },
        "dsa" => Key::Dsa(Dsa::new(&mut random)),
        "ecdsa" => Key::new_ecdsa(&mut random),
        "ed25519" => Key::new_ed25519(&mut random),
        other => return Ok(Value::from(format!("Unknown type {other}"))),
    };
    Ok(Value::from(key.to_pem()))
}

/// The key given as PEM, or a new one.
fn key_for(random: &mut super::super::random::Random, given: Option<&Value>) -> Result<Key, Fault> {
    match given {
        Some(pem) => {
            let read = Key::from_pem(&text(pem));
            read.map_err(|why| format!("parsing private key: {why}").into())
        }
        None => {
            let made = Key::new_rsa(random, CERT_BITS);
            made.map_err(|why| format!("error generating rsa key: {why}").into())
        }
    }
}

fn addresses(value: &Value) -> Result<Vec<IpAddr>, Fault> {
    let mut all = Vec::new();
    for item in value.as_list().unwrap_or_default() {
        let Value::Str(address) = item else {
            let shown = sprint_one(item)?.to_text().into_owned();
            return Err(format!("error parsing ip: {shown} is not a string").into());
        };
        let address = address.to_text();
        let parsed = address.parse();
        all.push(parsed.map_err(|_| format!("error parsing ip: {address}"))?);
    }
    Ok(all)
}

fn names(value: &Value) -> Result<Vec<String>, Fault> {
    let mut all = Vec::new();
    for item in value.as_list().unwrap_or_default() {
        let Value::Str(name) = item else {
            let shown = sprint_one(item)?.to_text().into_owned();
            let message = format!("error processing alternate dns name: {shown} is not a string");
            return Err(message.into());
        };
        all.push(name.to_text().into_owned());
    }
    Ok(all)
}

/// The longest validity that is taken: beyond the year 9999 a certificate
/// cannot say its end.
const MOST_DAYS: i64 = 2_900_000;

fn request<'a>(call: &Call<'_>, name: &'a str, days: &Value, is_ca: bool) -> Request<'a> {
    Request {
        common_name: name,
        addresses: Vec::new(),
        names: Vec::new(),
        days: int(days).clamp(-MOST_DAYS, MOST_DAYS),
        is_ca,
        now: call.context.now_unix,
    }
}

fn finished(der: Result<Vec<u8>, String>, key: &Key) -> Result<Value, Fault> {
    let der = der.map_err(|why| format!("error creating certificate: {why}"))?;
    Ok(Value::object(Certificate {
        cert: Value::from(pem::encode("CERTIFICATE", &der)),
        key: Value::from(key.to_pem()),
    }))
}

fn authority(call: &Call<'_>, args: &[Value], key: Option<&Value>) -> Result<Value, Fault> {
    let mut random = call.random();
    let key = key_for(&mut random, key)?;
    let name = text(&args[0]);
    let request = request(call, &name, &args[1], true);
    finished(create(&request, &mut random, &key, None, &key), &key)
}

fn self_signed(call: &Call<'_>, args: &[Value], key: Option<&Value>) -> Result<Value, Fault> {
    let mut random = call.random();
    // Faults of the arguments first: they need no key.
    let (addresses, names) = (addresses(&args[1]), names(&args[2]));
    if key.is_none() {
        addresses.as_ref().map_err(copy_fault)?;
        names.as_ref().map_err(copy_fault)?;
    }
    let key = key_for(&mut random, key)?;
    let name = text(&args[0]);
    let mut request = request(call, &name, &args[3], false);
    request.addresses = addresses?;
    request.names = names?;
    finished(create(&request, &mut random, &key, None, &key), &key)
}

fn copy_fault(fault: &Fault) -> Fault {
    Fault::new(fault.kind, fault.message.clone())
}

fn signed(call: &Call<'_>, args: &[Value], key: Option<&Value>) -> Result<Value, Fault> {
    let mut random = call.random();
    let part = |name: &str| args[4].field(name).map(|value| text(&value).into_owned());
    let key = key_for(&mut random, key)?;
    let Some((_, der)) = pem::decode(&part("Cert").unwrap_or_default()) else {
        return Err("unable to decode certificate".into());
    };
    let Some(issuer) = Issuer::read(&der) else {
        let why = "x509: malformed certificate";
        return Err(format!("error parsing certificate: decodedCert.Bytes: {why}").into());
    };
    let signer = Key::from_pem(&part("Key").unwrap_or_default());
    let signer = signer.map_err(|why| format!("error parsing private key: {why}"))?;
    let name = text(&args[0]);
    let mut request = request(call, &name, &args[3], false);
    request.addresses = addresses(&args[1])?;
    request.names = names(&args[2])?;
    finished(
        create(&request, &mut random, &key, Some(&issuer), &signer),
        &key,
    )
}

fn build(_: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let decoded = |value: &Value, what: &str| {
        let bytes =
            decode64(bytes(value)).map_err(|_| format!("unable to decode base64 {what}"))?;
        Ok::<String, Fault>(String::from_utf8_lossy(&bytes).into_owned())
    };
    let cert = decoded(&args[0], "certificate")?;
    let key = decoded(&args[1], "private key")?;
    let Some((_, der)) = pem::decode(&cert) else {
        return Err("unable to decode certificate".into());
    };
    if Issuer::read(&der).is_none() {
        let why = "x509: malformed certificate";
        return Err(format!("error parsing certificate: decodedCert.Bytes: {why}").into());
    }
    Key::from_pem(&key).map_err(|why| format!("error parsing private key: {why}"))?;
    let taints = (args[0].taints(), args[1].taints());
    Ok(Value::object(Certificate {
        cert: Value::from(cert).with_taints(&taints.0),
        key: Value::from(key).with_taints(&taints.1),
    }))
}
