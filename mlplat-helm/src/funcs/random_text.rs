//! Random texts and numbers, from the seed of each call.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::args::{int, text};
use super::call::Call;
use super::fault::Fault;
use super::function::{Function, Group, row};
use crate::value::{Param, Value};

use Param::{Int, Text};

pub(super) static ROWS: &[Function] = &[
    row(
        "randAlphaNum",
        Group::Random,
        &[Int],
        "Random letters and digits",
        |call, a| letters(call, int(&a[0]), |c| c.is_ascii_alphanumeric()),
    )
    .random(),
    row(
        "randAlpha",
        Group::Random,
        &[Int],
        "Random letters",
        |call, a| letters(call, int(&a[0]), |c| c.is_ascii_alphabetic()),
    )
    .random(),
    row(
        "randNumeric",
        Group::Random,
        &[Int],
        "Random digits",
        |call, a| letters(call, int(&a[0]), |c| c.is_ascii_digit()),
    )
    .random(),
    row(
        "randAscii",
        Group::Random,
        &[Int],
        "Random printable characters",
        |call, a| letters(call, int(&a[0]), |_| true),
    )
    .random(),
    row(
        "randBytes",
        Group::Random,
        &[Int],
        "Random bytes in base 64",
        rand_bytes,
    )
    .random(),
    row(
        "randInt",
        Group::Random,
        &[Int, Int],
        "A random number from, to before",
        rand_int,
    )
    .random(),
    row("uuidv4", Group::Random, &[], "A random UUID", uuid).random(),
    row(
        "shuffle",
        Group::Random,
        &[Text],
        "The characters in random order",
        shuffle,
    )
    .random(),
];

/// So many characters out of the printable ASCII ones that belong.
fn letters(call: &Call<'_>, count: i64, belongs: fn(char) -> bool) -> Result<Value, Fault> {
    let count = usize::try_from(count).unwrap_or(0);
    call.charge_text(count)?;
    let set: Vec<char> = (' '..='~').filter(|c| belongs(*c)).collect();
    let mut random = call.random();
    let bound = set.len() as u64;
    let pick = |_| {
        let at = usize::try_from(random.below(bound)).unwrap_or(0);
        set[at]
    };
    Ok(Value::from((0..count).map(pick).collect::<String>()))
}

fn rand_bytes(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let Ok(count) = usize::try_from(int(&args[0])) else {
        return Err("runtime error: makeslice: len out of range".into());
    };
    call.charge_text(count)?;
    let mut bytes = vec![0; count];
    call.random().fill(&mut bytes);
    Ok(Value::from(STANDARD.encode(bytes)))
}

fn rand_int(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let (least, below) = (int(&args[0]), int(&args[1]));
    if below <= least {
        return Err("invalid argument to Intn".into());
    }
    let offset = call.random().below(below.abs_diff(least));
    Ok(Value::int(least.wrapping_add_unsigned(offset)))
}

fn uuid(call: &Call<'_>, _: &[Value]) -> Result<Value, Fault> {
    let mut bytes = [0u8; 16];
    call.random().fill(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = data_encoding::HEXLOWER.encode(&bytes);
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    Ok(Value::from(parts.join("-")))
}

fn shuffle(call: &Call<'_>, args: &[Value]) -> Result<Value, Fault> {
    let mut characters: Vec<char> = text(&args[0]).chars().collect();
    let mut random = call.random();
    for last in (1..characters.len()).rev() {
        let other = usize::try_from(random.below(last as u64 + 1)).unwrap_or(0);
        characters.swap(last, other);
    }
    Ok(Value::from(characters.into_iter().collect::<String>()))
}
