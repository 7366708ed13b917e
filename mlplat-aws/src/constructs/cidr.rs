//! Reading address ranges.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use mlplat_core::Scope;

/// Longest and shortest prefix that AWS accepts for a VPC or subnet.
pub(super) const PREFIXES: std::ops::RangeInclusive<u8> = 16..=28;

/// What stands in for a range that was not understood. Nothing else is wrong
/// with it: it is nobody's, and overlaps none.
pub(super) const NOWHERE: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::BROADCAST, 32);

/// The range that a text says, with its host bits cleared. A text that is no
/// range is a Problem, and [`NOWHERE`] stands in.
pub(super) fn parse(scope: &mut Scope<'_>, what: &str, text: &str) -> Ipv4Net {
    match text.parse::<Ipv4Net>() {
        Ok(net) if net != NOWHERE => net.trunc(),
        _ => {
            scope.problem(
                "bad-cidr",
                format!("{what} \"{}\" is not an IPv4 network", text.escape_debug()),
                "write an address and a prefix length, such as 10.10.0.0/16",
            );
            NOWHERE
        }
    }
}

/// Whether two ranges share an address.
pub(super) fn overlap(one: &Ipv4Net, other: &Ipv4Net) -> bool {
    one.contains(other) || other.contains(one)
}
