//! How a VPC's range is divided.
//!
//! The range is cut into quarters. The first three are for private subnets,
//! where nodes and pods take an address each; the fourth is cut again into the
//! public subnets, which hold load balancers and NAT gateways. `10.10.0.0/16`
//! gives private `/18`s and public `/20`s. With four to six zones the range is
//! cut into eighths, six for private subnets and the seventh for public ones.
//!
//! What is left, the last public part or the last eighth, is cut once more into
//! subnets for databases, where somebody asks for them: `/22`s.
//!
//! The room is kept for zones that are not used yet: going from one zone to
//! three only adds subnets, and replaces none.

use ipnet::Ipv4Net;

use super::cidr::PREFIXES;

/// The ranges of a VPC's subnets, one of each kind per zone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SubnetPlan {
    pub(super) private: Vec<Ipv4Net>,
    pub(super) public: Vec<Ipv4Net>,
    /// Only if somebody asks for them.
    pub(super) database: Vec<Ipv4Net>,
}

/// Divides `vpc` over `zones`, or says the longest prefix that would do.
pub(super) fn divide(vpc: Ipv4Net, zones: u8) -> Result<SubnetPlan, u8> {
    let (room, private_bits, public_bits) = if zones <= 3 { (3, 2, 4) } else { (6, 3, 6) };
    let longest = PREFIXES.end().saturating_sub(public_bits);
    if vpc.prefix_len() > longest {
        return Err(longest);
    }
    let count = usize::from(zones);
    let private = subnets(vpc, vpc.prefix_len() + private_bits);
    let public = subnets(vpc, vpc.prefix_len() + private_bits)
        .skip(room)
        .take(1)
        .flat_map(|part| subnets(part, vpc.prefix_len() + public_bits));
    Ok(SubnetPlan {
        private: private.take(count).collect(),
        public: public.take(count).collect(),
        database: Vec::new(),
    })
}

/// Subnets for databases of the part of `vpc` that [`divide`] leaves, one per
/// zone, or the longest prefix of a range that has room for them.
pub(super) fn databases(vpc: Ipv4Net, zones: u8) -> Result<Vec<Ipv4Net>, u8> {
    // The part after the public ones, and what it is cut into.
    let (part_bits, rest) = if zones <= 3 { (4, 15) } else { (3, 7) };
    let longest = PREFIXES.end().saturating_sub(6);
    if vpc.prefix_len() > longest {
        return Err(longest);
    }
    let part = subnets(vpc, vpc.prefix_len() + part_bits).nth(rest);
    let all = part
        .into_iter()
        .flat_map(|part| subnets(part, vpc.prefix_len() + 6));
    Ok(all.take(usize::from(zones)).collect())
}

/// The prefix was checked to be longer than that of the range.
fn subnets(net: Ipv4Net, prefix: u8) -> impl Iterator<Item = Ipv4Net> {
    net.subnets(prefix).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::cidr::overlap;
    use super::*;

    fn texts(nets: &[Ipv4Net]) -> Vec<String> {
        nets.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn three_zones_of_a_sixteen() {
        let plan = divide("10.10.0.0/16".parse().unwrap(), 3).unwrap();
        assert_eq!(
            texts(&plan.private),
            ["10.10.0.0/18", "10.10.64.0/18", "10.10.128.0/18"]
        );
        assert_eq!(
            texts(&plan.public),
            ["10.10.192.0/20", "10.10.208.0/20", "10.10.224.0/20"]
        );
    }

    #[test]
    fn databases_get_what_is_left() {
        let three = databases("10.10.0.0/16".parse().unwrap(), 3).unwrap();
        assert_eq!(
            texts(&three),
            ["10.10.240.0/22", "10.10.244.0/22", "10.10.248.0/22"]
        );
        let six = databases("10.10.0.0/16".parse().unwrap(), 6).unwrap();
        assert_eq!(six.len(), 6);
        assert_eq!(six[0].to_string(), "10.10.224.0/22");
        assert_eq!(databases("10.10.0.0/23".parse().unwrap(), 2), Err(22));
    }

    #[test]
    fn the_longest_prefix_that_fits_is_said() {
        let small = "10.0.0.0/25".parse().unwrap();
        assert_eq!(divide(small, 3), Err(24));
        assert!(divide("10.0.0.0/24".parse().unwrap(), 3).is_ok());
        assert_eq!(divide(small, 6), Err(22));
    }

    proptest! {
        #[test]
        fn subnets_lie_inside_and_apart(address: u32, prefix in 16u8..=28, zones in 1u8..=6) {
            let vpc = Ipv4Net::new(address.into(), prefix).unwrap().trunc();
            let Ok(plan) = divide(vpc, zones) else { return Ok(()) };
            let stores = databases(vpc, zones).unwrap_or_default();
            let all: Vec<_> = plan.private.iter().chain(&plan.public).chain(&stores).collect();
            let kinds = if stores.is_empty() { 2 } else { 3 };
            prop_assert_eq!(all.len(), usize::from(zones) * kinds);
            for (index, net) in all.iter().enumerate() {
                prop_assert!(vpc.contains(*net));
                prop_assert!(PREFIXES.contains(&net.prefix_len()));
                prop_assert!(all[..index].iter().all(|other| !overlap(net, other)));
            }
        }

        #[test]
        fn another_zone_only_adds(address: u32, prefix in 16u8..=22, zones in 1u8..=6) {
            let vpc = Ipv4Net::new(address.into(), prefix).unwrap().trunc();
            prop_assume!(zones != 3 && zones != 6);
            let (fewer, more) = (divide(vpc, zones).unwrap(), divide(vpc, zones + 1).unwrap());
            prop_assert!(more.private.starts_with(&fewer.private));
            prop_assert!(more.public.starts_with(&fewer.public));
        }

        #[test]
        fn the_prefix_that_is_said_would_do(address: u32, prefix in 16u8..=28, zones in 1u8..=6) {
            let vpc = Ipv4Net::new(address.into(), prefix).unwrap().trunc();
            if let Err(longest) = divide(vpc, zones) {
                let wider = Ipv4Net::new(address.into(), longest).unwrap().trunc();
                prop_assert!(divide(wider, zones).is_ok());
            }
        }
    }
}
