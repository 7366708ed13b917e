//! Instances with accelerators: which have them, which image they need, which
//! quota they count against.
//!
//! Families, vCPUs and codes of quotas are from general knowledge of EC2 as of
//! 2026-11 and compared with nothing.

use crate::eks::{AmiType, CapacityType};

/// The kind of accelerator that an image has drivers for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Accelerator {
    Nvidia,
    Neuron,
}

/// What an image is for; nothing for images without drivers and for one's own.
pub(super) fn of_image(ami: AmiType) -> Option<Accelerator> {
    match ami {
        AmiType::AL2023_x86_64_NVIDIA
        | AmiType::AL2023_ARM_64_NVIDIA
        | AmiType::BOTTLEROCKET_x86_64_NVIDIA
        | AmiType::BOTTLEROCKET_ARM_64_NVIDIA
        | AmiType::BOTTLEROCKET_x86_64_NVIDIA_FIPS
        | AmiType::BOTTLEROCKET_ARM_64_NVIDIA_FIPS => Some(Accelerator::Nvidia),
        AmiType::AL2023_x86_64_NEURON => Some(Accelerator::Neuron),
        _ => None,
    }
}

/// What an instance type has: NVIDIA's in the families `g` and `p`, of which
/// `g4ad` alone has another maker's; AWS's own in `inf` and `trn`.
pub(super) fn of_instance(instance_type: &str) -> Option<Accelerator> {
    let family = instance_type.split('.').next().unwrap_or_default();
    let letters = family.len()
        - family
            .trim_start_matches(|c: char| c.is_ascii_lowercase())
            .len();
    match &family[..letters] {
        _ if family == "g4ad" => None,
        "g" | "gr" | "p" => Some(Accelerator::Nvidia),
        "inf" | "trn" => Some(Accelerator::Neuron),
        _ => None,
    }
}

/// The vCPUs of an instance type, where its size tells: `xlarge` has 4, and
/// `48xlarge` 48 times as many. Nothing for bare metal.
pub(super) fn vcpus(instance_type: &str) -> Option<u32> {
    let size = instance_type.split_once('.')?.1;
    match size.strip_suffix("xlarge") {
        Some("") => Some(4),
        Some(times) => Some(4 * times.parse::<u32>().ok()?),
        None => match size {
            "large" => Some(2),
            "medium" => Some(1),
            _ => None,
        },
    }
}

/// The quota of EC2, in vCPUs, against which an instance with NVIDIA's GPUs
/// counts. Spot instances newer than `p5` have quotas of their own, which are
/// not asked for.
pub(super) fn quota(instance_type: &str, capacity: CapacityType) -> Option<&'static str> {
    let family = instance_type.split('.').next().unwrap_or_default();
    match (family.starts_with('p'), capacity) {
        (_, CapacityType::CapacityBlock) => None,
        (false, CapacityType::OnDemand) => Some("L-DB2E81BA"),
        (false, CapacityType::Spot) => Some("L-3819A6DF"),
        (true, CapacityType::OnDemand) => Some("L-417A185B"),
        (true, CapacityType::Spot) => match family {
            "p5" | "p5e" | "p5en" => Some("L-C4BD4855"),
            _ if family.starts_with("p6") => None,
            _ => Some("L-7212CCBC"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_tell_the_accelerator() {
        for nvidia in [
            "g4dn.xlarge",
            "g5.xlarge",
            "g5g.xlarge",
            "g6e.12xlarge",
            "gr6.4xlarge",
            "p3.2xlarge",
            "p4de.24xlarge",
            "p5.48xlarge",
            "p6-b200.48xlarge",
        ] {
            assert_eq!(of_instance(nvidia), Some(Accelerator::Nvidia), "{nvidia}");
        }
        for neuron in ["inf2.xlarge", "trn1.2xlarge", "trn1n.32xlarge"] {
            assert_eq!(of_instance(neuron), Some(Accelerator::Neuron), "{neuron}");
        }
        for none in [
            "m6i.large",
            "g4ad.xlarge",
            "t3.medium",
            "c7g.large",
            "r6gd.xlarge",
            "a1.medium",
        ] {
            assert_eq!(of_instance(none), None, "{none}");
        }
    }

    #[test]
    fn sizes_tell_the_vcpus() {
        let known = [
            ("g5.xlarge", 4),
            ("g4dn.12xlarge", 48),
            ("p5.48xlarge", 192),
            ("m6i.large", 2),
        ];
        for (instance, cpus) in known {
            assert_eq!(vcpus(instance), Some(cpus), "{instance}");
        }
        assert_eq!(vcpus("g4dn.metal"), None);
    }
}
