//! Networking and launch templates.

mod default_security_group_lock;
mod eip;
mod flow_log;
mod internet_gateway;
mod launch_template;
mod nat_gateway;
mod network_acl;
mod route;
mod route_table;
mod security_group;
mod security_group_egress;
mod security_group_ingress;
mod subnet;
mod subnet_route_table_association;
mod vpc;
mod vpc_endpoint;
mod vpc_gateway_attachment;

pub use default_security_group_lock::*;
pub use eip::*;
pub use flow_log::*;
pub use internet_gateway::*;
pub use launch_template::*;
pub use nat_gateway::*;
pub use network_acl::*;
pub use route::*;
pub use route_table::*;
pub use security_group::*;
pub use security_group_egress::*;
pub use security_group_ingress::*;
pub use subnet::*;
pub use subnet_route_table_association::*;
pub use vpc::*;
pub use vpc_endpoint::*;
pub use vpc_gateway_attachment::*;
