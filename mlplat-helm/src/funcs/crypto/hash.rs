//! Hashes, passwords and symmetric encryption.

use std::fmt::Write as _;

use aes::Aes256;
use aes::cipher::block_padding::{NoPadding, Pkcs7};
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::super::args::{bytes, int, text};
use super::super::call::Call;
use super::super::encoding::decode64;
use super::super::fault::Fault;
use super::super::function::{Function, Group, row};
use crate::value::{Param, Str, Value};

use Param::Text;

pub(in crate::funcs) static ROWS: &[Function] = &[
    row(
        "sha1sum",
        Group::Crypto,
        &[Text],
        "The SHA-1 hash in hexadecimal",
        |_, a| Ok(Value::from(hex(&Sha1::digest(bytes(&a[0]))))),
    )
    .spreads(),
    row(
        "sha256sum",
        Group::Crypto,
        &[Text],
        "The SHA-256 hash in hexadecimal",
        |_, a| Ok(Value::from(hex(&Sha256::digest(bytes(&a[0]))))),
    )
    .spreads(),
    row(
        "sha512sum",
        Group::Crypto,
        &[Text],
        "The SHA-512 hash in hexadecimal",
        |_, a| Ok(Value::from(hex(&Sha512::digest(bytes(&a[0]))))),
    )
    .spreads(),
    row(
        "adler32sum",
        Group::Crypto,
        &[Text],
        "The Adler-32 checksum in decimal",
        |_, a| Ok(Value::from(adler2::adler32_slice(bytes(&a[0])).to_string())),
    )
    .spreads(),
    row(
        "bcrypt",
        Group::Crypto,
        &[Text],
        "A password hash with random salt",
        |call, a| Ok(Value::from(bcrypt_text(call, bytes(&a[0])))),
    )
    .spreads()
    .random(),
    row(
        "htpasswd",
        Group::Crypto,
        &[Text, Text],
        "A line of an htpasswd file",
        htpasswd,
    )
    .spreads()
    .random(),
    row(
        "derivePassword",
        Group::Crypto,
        &[Param::Uint32, Text, Text, Text, Text],
        "A password by the Master Password algorithm",
        derive_password,
    )
    .spreads(),
    row(
        "encryptAES",
        Group::Crypto,
        &[Text, Text],
        "Encrypted by AES-256-CBC",
        encrypt,
    )
    .spreads()
    .random(),
    row(
        "decryptAES",
        Group::Crypto,
        &[Text, Text],
        "Decrypted from AES-256-CBC",
        decrypt,
    )
    .spreads(),
];

fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// The cost that Go's bcrypt takes by default.
const BCRYPT_COST: u32 = 10;
/// Go refuses longer passwords, of which bcrypt would ignore the rest.
const BCRYPT_LONGEST: usize = 72;

fn bcrypt_text(call: &Call<'_>, password: &[u8]) -> String {
    let failed = |why: &str| format!("failed to encrypt string with bcrypt: {why}");
    if password.len() > BCRYPT_LONGEST {
        return failed("bcrypt: password length exceeds 72 bytes");
    }
    let mut salt = [0; 16];
    call.random().fill(&mut salt);
    match bcrypt::hash_with_salt(password, BCRYPT_COST, salt) {
        Ok(parts) => parts.format_for_version(bcrypt::Version::TwoA),
        Err(error) => failed(&error.to_string()),
    }
}

fn htpasswd(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let user = text(&args[0]);
    if user.contains(':') {
        return Ok(Value::from(format!("invalid username: {user}")));
    }
    Ok(Value::from(format!(
        "{user}:{}",
        bcrypt_text(call, bytes(&args[1]))
    )))
}

// Master Password, http://masterpasswordapp.com/masterpassword-algorithm.pdf:
// scrypt makes a key of name and master password, HMAC a seed of key, site
// and counter, and the seed's bytes choose a template and its characters.

const SCOPE: &[u8] = b"com.lyndir.masterpassword";

/// The templates of a password class.
fn templates(class: &str) -> Option<&'static [&'static str]> {
    Some(match class {
        "maximum" => &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
        "long" => &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
        "medium" => &["CvcnoCvc", "CvcCvcno"],
        "short" => &["Cvcn"],
        "basic" => &["aaanaaan", "aannaaan", "aaannaaa"],
        "pin" => &["nnnn"],
        _ => return None,
    })
}

/// The characters that a letter of a template stands for.
fn characters(letter: u8) -> &'static [u8] {
    match letter {
        b'V' => b"AEIOU",
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'A' => b"AEIOUBCDFGHJKLMNPQRSTVWXYZ",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

/// A text with its length before it, in 32 bits.
fn counted(text: &[u8]) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], text].concat()
}

fn derive_password(_: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let class = text(&args[1]);
    let Some(templates) = templates(&class) else {
        return Ok(Value::from(format!(
            "cannot find password template {class}"
        )));
    };
    let counter = u32::try_from(int(&args[0])).unwrap_or_default();
    let salt = [SCOPE, &counted(bytes(&args[3]))].concat();
    let mut key = [0; 64];
    let cost = scrypt::Params::new(15, 8, 2).map_err(|error| error.to_string())?;
    let derived = scrypt::scrypt(bytes(&args[2]), &salt, &cost, &mut key);
    derived.map_err(|error| format!("failed to derive password: {error}"))?;
    let mut mac =
        <Hmac<Sha256> as KeyInit>::new_from_slice(&key).map_err(|error| error.to_string())?;
    mac.update(SCOPE);
    mac.update(&counted(bytes(&args[4])));
    mac.update(&counter.to_be_bytes());
    let seed = mac.finalize().into_bytes();
    let template = templates[usize::from(seed[0]) % templates.len()];
    let letters = template.bytes().zip(&seed[1..]).map(|(letter, byte)| {
        let set = characters(letter);
        char::from(set[usize::from(*byte) % set.len()])
    });
    Ok(Value::from(letters.collect::<String>()))
}

/// A password as a key: cut or filled with zeros.
fn aes_key(password: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    let count = password.len().min(key.len());
    key[..count].copy_from_slice(&password[..count]);
    key
}

fn encrypt(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let plain = bytes(&args[1]);
    if plain.is_empty() {
        return Ok(Value::from(""));
    }
    let mut iv = [0; 16];
    call.random().fill(&mut iv);
    let key = aes_key(bytes(&args[0]));
    let cipher = cbc::Encryptor::<Aes256>::new(&key.into(), &iv.into());
    let encrypted = cipher.encrypt_padded_vec::<Pkcs7>(plain);
    Ok(Value::from(STANDARD.encode([&iv[..], &encrypted].concat())))
}

fn decrypt(_: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let given = bytes(&args[1]);
    if given.is_empty() {
        return Ok(Value::from(""));
    }
    let data = decode64(given)?;
    let Some((iv, body)) = data.split_first_chunk::<16>() else {
        let length = data.len();
        let message =
            format!("runtime error: slice bounds out of range [:16] with capacity {length}");
        return Err(message.into());
    };
    let key = aes_key(bytes(&args[0]));
    let cipher = cbc::Decryptor::<Aes256>::new(&key.into(), iv.into());
    let Ok(mut plain) = cipher.decrypt_padded_vec::<NoPadding>(body) else {
        return Err("crypto/cipher: input not full blocks".into());
    };
    // The last byte says how many to drop, whatever the others are.
    let Some(padding) = plain.last().copied().map(usize::from) else {
        return Err("runtime error: index out of range [-1]".into());
    };
    let Some(length) = plain.len().checked_sub(padding) else {
        let over = plain.len().abs_diff(padding);
        return Err(format!("runtime error: slice bounds out of range [:-{over}]").into());
    };
    plain.truncate(length);
    Ok(Value::Str(Str::from_bytes(plain)))
}
