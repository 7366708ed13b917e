//! Instance types and images.

use crate::eks::AmiType;

/// Whether an instance type has an ARM processor: a `g` after the generation
/// (`m7g`, `c6gn`, `g5g`), or the first family, `a1`. Source: EC2 instance
/// type naming conventions, read 2026-11-20.
pub(super) fn is_arm(instance_type: &str) -> bool {
    let family = instance_type.split('.').next().unwrap_or_default();
    let options = family
        .trim_start_matches(|c: char| c.is_ascii_lowercase())
        .trim_start_matches(|c: char| c.is_ascii_digit());
    family == "a1" || options.contains('g')
}

/// Whether a text looks like an instance type: `family.size`.
pub(super) fn is_instance_type(text: &str) -> bool {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    text.split_once('.').is_some_and(|(family, size)| {
        !family.is_empty() && !size.is_empty() && family.chars().all(good) && size.chars().all(good)
    })
}

/// Whether an image is for ARM processors; nothing for one's own image.
pub(super) fn image_is_arm(ami: AmiType) -> Option<bool> {
    match ami {
        AmiType::CUSTOM => None,
        AmiType::AL2023_ARM_64_STANDARD
        | AmiType::AL2023_ARM_64_NVIDIA
        | AmiType::BOTTLEROCKET_ARM_64
        | AmiType::BOTTLEROCKET_ARM_64_FIPS
        | AmiType::BOTTLEROCKET_ARM_64_NVIDIA
        | AmiType::BOTTLEROCKET_ARM_64_NVIDIA_FIPS => Some(true),
        AmiType::AL2023_x86_64_STANDARD
        | AmiType::AL2023_x86_64_NEURON
        | AmiType::AL2023_x86_64_NVIDIA
        | AmiType::BOTTLEROCKET_x86_64
        | AmiType::BOTTLEROCKET_x86_64_FIPS
        | AmiType::BOTTLEROCKET_x86_64_NVIDIA
        | AmiType::BOTTLEROCKET_x86_64_NVIDIA_FIPS => Some(false),
    }
}

/// The device that holds images and volumes of pods: Bottlerocket keeps its
/// system on another one.
pub(super) fn data_device(ami: AmiType) -> &'static str {
    match ami {
        AmiType::BOTTLEROCKET_x86_64
        | AmiType::BOTTLEROCKET_ARM_64
        | AmiType::BOTTLEROCKET_x86_64_FIPS
        | AmiType::BOTTLEROCKET_ARM_64_FIPS
        | AmiType::BOTTLEROCKET_x86_64_NVIDIA
        | AmiType::BOTTLEROCKET_ARM_64_NVIDIA
        | AmiType::BOTTLEROCKET_x86_64_NVIDIA_FIPS
        | AmiType::BOTTLEROCKET_ARM_64_NVIDIA_FIPS => "/dev/xvdb",
        _ => "/dev/xvda",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letter_after_the_generation_tells_the_processor() {
        for arm in [
            "m7g.large",
            "c6gn.xlarge",
            "g5g.xlarge",
            "a1.medium",
            "im4gn.large",
            "x2gd.medium",
        ] {
            assert!(is_arm(arm), "{arm}");
        }
        for x86 in [
            "m6i.large",
            "g5.xlarge",
            "g4dn.xlarge",
            "g6e.xlarge",
            "p4d.24xlarge",
            "t3.medium",
            "gr6.4xlarge",
        ] {
            assert!(!is_arm(x86), "{x86}");
        }
    }
}
