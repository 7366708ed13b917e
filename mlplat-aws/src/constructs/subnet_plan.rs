//! How a VPC's range is divided.
//!
//! With n zones the range is cut into equal parts, as many as the power of two
//! that holds n + 1. The first n are the private subnets, where nodes and pods
//! take an address each; the part after them is cut again into the public
//! subnets, which hold load balancers and NAT gateways. `10.10.0.0/16` over
//! three zones gives private `/18`s and public `/20`s. What is left stays free.

use ipnet::Ipv4Net;

use super::cidr::PREFIXES;

/// The ranges of a VPC's subnets, one of each kind per zone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SubnetPlan {
    pub(super) private: Vec<Ipv4Net>,
    pub(super) public: Vec<Ipv4Net>,
}

/// Divides `vpc` over `zones`, or says the longest prefix that would do.
pub(super) fn divide(vpc: Ipv4Net, zones: u8) -> Result<SubnetPlan, u8> {
    let private_bits = bits(u32::from(zones) + 1);
    let public_bits = private_bits + bits(u32::from(zones));
    let longest = PREFIXES.end().saturating_sub(public_bits);
    if vpc.prefix_len() > longest {
        return Err(longest);
    }
    let private_prefix = vpc.prefix_len() + private_bits;
    let public_prefix = vpc.prefix_len() + public_bits;
    let count = usize::from(zones);
    let mut parts = subnets(vpc, private_prefix);
    let private: Vec<_> = parts.by_ref().take(count).collect();
    let public = parts
        .next()
        .map(|part| subnets(part, public_prefix).take(count).collect())
        .unwrap_or_default();
    Ok(SubnetPlan { private, public })
}

/// The prefix was checked to be longer than that of the range.
fn subnets(net: Ipv4Net, prefix: u8) -> impl Iterator<Item = Ipv4Net> {
    net.subnets(prefix).into_iter().flatten()
}

/// The bits that tell `count` things apart.
fn bits(count: u32) -> u8 {
    // At most 32, so it fits.
    u8::try_from(count.next_power_of_two().trailing_zeros()).unwrap_or(u8::MAX)
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
    fn the_longest_prefix_that_fits_is_said() {
        let small = "10.0.0.0/25".parse().unwrap();
        assert_eq!(divide(small, 3), Err(24));
        assert!(divide("10.0.0.0/24".parse().unwrap(), 3).is_ok());
        assert_eq!(divide(small, 1).unwrap().public.len(), 1);
    }

    proptest! {
        #[test]
        fn subnets_lie_inside_and_apart(address: u32, prefix in 16u8..=28, zones in 1u8..=6) {
            let vpc = Ipv4Net::new(address.into(), prefix).unwrap().trunc();
            let Ok(plan) = divide(vpc, zones) else { return Ok(()) };
            let all: Vec<_> = plan.private.iter().chain(&plan.public).collect();
            prop_assert_eq!(all.len(), usize::from(zones) * 2);
            for (index, net) in all.iter().enumerate() {
                prop_assert!(vpc.contains(*net));
                prop_assert!(PREFIXES.contains(&net.prefix_len()));
                prop_assert!(all[..index].iter().all(|other| !overlap(net, other)));
            }
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
