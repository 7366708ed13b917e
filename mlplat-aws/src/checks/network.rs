//! Security groups.

use mlplat_core::graph::NodeView;
use mlplat_core::{Graph, Problems};

use super::support::each;

/// The ports on which anyone may knock.
const WEB: [i64; 2] = [80, 443];

/// `open-ingress`: a security group that lets the world in on anything but TCP
/// 80 and 443.
#[must_use]
pub fn open_ingress(program: &Graph) -> Problems {
    each(program, &["ec2.SecurityGroupIngress"], |rule| {
        let world = ["CidrIp", "CidrIpv6"]
            .iter()
            .find_map(|field| rule.text(field).filter(|cidr| cidr.ends_with("/0")))?;
        (!is_web(rule)).then(|| {
            let what = format!("{} is open to {world}", ports(rule));
            let fix = "let in a network or a security group, or only 80 or 443";
            rule.problem("open-ingress", what, fix)
                .because("the whole internet can knock there, and does within minutes")
        })
    })
}

fn port(rule: NodeView<'_>, field: &str) -> Option<i64> {
    rule.get(field)?.as_i64()
}

fn is_web(rule: NodeView<'_>) -> bool {
    let (first, last) = (port(rule, "FromPort"), port(rule, "ToPort"));
    rule.text("IpProtocol").as_deref() == Some("tcp")
        && first == last
        && first.is_some_and(|port| WEB.contains(&port))
}

/// `tcp 22`, `tcp 1 to 1024`, `everything`.
fn ports(rule: NodeView<'_>) -> String {
    let protocol = rule.text("IpProtocol").unwrap_or_default();
    match (port(rule, "FromPort"), port(rule, "ToPort")) {
        _ if protocol == "-1" => "everything".to_owned(),
        (Some(first), Some(last)) if first == last => format!("{protocol} {first}"),
        (Some(first), Some(last)) => format!("{protocol} {first} to {last}"),
        _ => protocol,
    }
}
