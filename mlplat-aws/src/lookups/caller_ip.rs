//! `checkip.CallerIp`.

use ipnet::Ipv4Net;
use mlplat_core::Resource;
use mlplat_core::facts::{LOOKUP, OutputFact, Type};

/// Facts of `checkip.CallerIp`.
///
/// No API of AWS is asked and no permission is needed: the answer is the text
/// that AWS serves at this address to anybody.
pub static CALLER_IP: Type = Type {
    name: "checkip.CallerIp",
    doc: "From which address a deployment reaches the internet.",
    api: "https://checkip.amazonaws.com",
    id: "Cidr",
    outputs: &[OutputFact::fixed("Cidr", "{ipv4}/32")],
    source: "the page https://checkip.amazonaws.com, from general knowledge; no schema and no model describes it",
    ..LOOKUP
};

/// From which address a deployment reaches the internet, as a network of one:
/// the answer of `https://checkip.amazonaws.com`, with `/32` behind it.
#[derive(Resource, Clone, Debug, Default)]
#[resource(facts = CALLER_IP, handle = CallerIpHandle { cidr: Ipv4Net })]
pub struct CallerIp {}
