//! `eks.Cluster`.

use ipnet::Ipv4Net;
use mlplat_core::facts::{
    Alphabet, Blocked, By, Canon, Fails, Held, Join, NameRule, Need, OnChange, OutputFact, Quota,
    Recovery, Refs, Scope, Side, TYPE, Type, Unique, Updating, f, opt, w,
};
use mlplat_core::wiring::Gives;
use mlplat_core::{Output, Resource};

use crate::ids::{ClusterArn, ClusterName, RoleArn, SecurityGroupId, SubnetId, Tags, VpcId};
use crate::sources;

/// Facts of `eks.Cluster`.
///
/// Nested members of the request stand at the top level; [`api`](crate::api)
/// has the whole mapping:
///
/// - `resourcesVpcConfig`: `SubnetIds`, `SecurityGroupIds`,
///   `EndpointPublicAccess`, `EndpointPrivateAccess`, `PublicAccessCidrs`
/// - `accessConfig`: `AuthenticationMode`,
///   `BootstrapClusterCreatorAdminPermissions`
/// - `kubernetesNetworkConfig`: `ServiceIpv4Cidr`, `IpFamily`
/// - `logging.clusterLogging`: `EnabledLogTypes`
/// - `encryptionConfig`: `SecretsKeyArn` (resources are always `secrets`)
/// - `upgradePolicy`: `SupportType`
/// - EKS Auto Mode, which takes all three switches or none: `ComputeEnabled`,
///   `NodePools` and `NodeRoleArn` of `computeConfig`; `BlockStorageEnabled`
///   of `storageConfig.blockStorage`; `ElasticLoadBalancingEnabled` of
///   `kubernetesNetworkConfig.elasticLoadBalancing`
/// - `zonalShiftConfig`: `ZonalShiftEnabled`
///
/// `VpcId` is not sent: EKS takes the VPC from the subnets, answers it, and
/// refuses subnets of another one ever after. As a field it makes a cluster
/// whose network is replaced be replaced too, although its subnets alone could
/// be changed in place.
///
/// The control plane puts network interfaces into the subnets, which hold
/// them and the security groups for a while after the cluster is gone. A
/// control plane with logs writes to the group `/aws/eks/<name>/cluster`, makes
/// it when it is not there, and leaves it behind.
pub static CLUSTER: Type = Type {
    name: "eks.Cluster",
    doc: "A Kubernetes control plane that AWS runs.",
    cloudformation: "AWS::EKS::Cluster",
    api: "eks:CreateCluster",
    id: "Name",
    recovery: Recovery::UniqueName,
    token: true,
    name_rule: Some(NameRule {
        field: "Name",
        min: 1,
        max: 100,
        alphabet: Alphabet::Eks,
    }),
    fields: &[
        f("Name", OnChange::Replace, Refs::No),
        opt("Version", OnChange::OneStepUp),
        f(
            "RoleArn",
            OnChange::Replace,
            Refs::To("iam.Role", Held::Dangles),
        ),
        f(
            "SubnetIds",
            OnChange::InPlace,
            Refs::To("ec2.Subnet", Held::Refused("DependencyViolation")),
        )
        .canon(Canon::Set),
        opt("SecurityGroupIds", OnChange::InPlace)
            .canon(Canon::Set)
            .refs(Refs::To(
                "ec2.SecurityGroup",
                Held::Refused("DependencyViolation"),
            )),
        opt("VpcId", OnChange::Replace)
            .refs(Refs::To("ec2.VPC", Held::Refused("DependencyViolation"))),
        opt("EndpointPublicAccess", OnChange::InPlace),
        opt("EndpointPrivateAccess", OnChange::InPlace),
        opt("PublicAccessCidrs", OnChange::InPlace).canon(Canon::Set),
        opt("ServiceIpv4Cidr", OnChange::Replace).canon(Canon::Cidr),
        opt("IpFamily", OnChange::Replace),
        opt("EnabledLogTypes", OnChange::InPlace).canon(Canon::Set),
        opt("SecretsKeyArn", OnChange::Replace),
        opt("AuthenticationMode", OnChange::InPlace),
        opt("BootstrapClusterCreatorAdminPermissions", OnChange::Replace),
        opt("BootstrapSelfManagedAddons", OnChange::Replace),
        opt("SupportType", OnChange::InPlace),
        opt("ComputeEnabled", OnChange::InPlace),
        opt("NodePools", OnChange::InPlace).canon(Canon::Set),
        opt("NodeRoleArn", OnChange::InPlace).refs(Refs::To("iam.Role", Held::Dangles)),
        opt("BlockStorageEnabled", OnChange::InPlace),
        opt("ElasticLoadBalancingEnabled", OnChange::InPlace),
        opt("ZonalShiftEnabled", OnChange::InPlace),
        opt("DeletionProtection", OnChange::InPlace),
        opt("Tags", OnChange::InPlace),
    ],
    outputs: &[
        OutputFact::fixed("Name", "{Name}"),
        OutputFact::fixed(
            "Arn",
            "arn:{partition}:eks:{region}:{account}:cluster/{Name}",
        ),
        OutputFact::fixed("Endpoint", "https://{hex32}.gr7.{region}.eks.amazonaws.com"),
        OutputFact::fixed("CertificateAuthorityData", "{ca}"),
        OutputFact::fixed("ClusterSecurityGroupId", "{child:ec2.SecurityGroup}"),
        OutputFact::fixed(
            "OpenIdConnectIssuerUrl",
            "https://oidc.eks.{region}.amazonaws.com/id/{hex32}",
        ),
    ],
    unique: &[Unique {
        fields: &["Name"],
        scope: Scope::Account,
        code: "ResourceInUseException",
        held_after_delete_s: 0,
    }],
    brings: &[
        Side::Child {
            ty: "ec2.SecurityGroup",
            output: Some("ClusterSecurityGroupId"),
            // The group lies in the VPC of the subnets and names the cluster
            // only in a tag.
            field: "",
        },
        Side::LeftBehind {
            ty: "logs.LogGroup",
            field: "LogGroupName",
            form: "/aws/eks/{Name}/cluster",
            when: "EnabledLogTypes",
        },
        Side::Lingers {
            kind: "eni",
            holds: "SubnetIds",
            s: (0, 300),
        },
        Side::Lingers {
            kind: "eni",
            holds: "SecurityGroupIds",
            s: (0, 300),
        },
    ],
    needs: &[
        Need {
            what: "the cluster role's managed policies",
            path: &[
                Join::Follow("RoleArn"),
                Join::Back("iam.RolePolicyAttachment", "RoleName"),
            ],
            by: By::ToBecomeReady,
            fails: Fails::OrderOnly,
        },
        Need {
            what: "the cluster role's inline policies",
            path: &[
                Join::Follow("RoleArn"),
                Join::Back("iam.RolePolicy", "RoleName"),
            ],
            by: By::ToBecomeReady,
            fails: Fails::OrderOnly,
        },
        Need {
            what: "the managed policies of Auto Mode's node role",
            path: &[
                Join::Follow("NodeRoleArn"),
                Join::Back("iam.RolePolicyAttachment", "RoleName"),
            ],
            by: By::ToBecomeReady,
            fails: Fails::OrderOnly,
        },
        Need {
            what: "the node role of Auto Mode, known to EKS",
            path: &[Join::Follow("NodeRoleArn")],
            by: By::Propagation,
            fails: Fails::Refuse("InvalidParameterException"),
        },
        Need {
            what: "the cluster role, known to EKS",
            path: &[Join::Follow("RoleArn")],
            by: By::Propagation,
            fails: Fails::Refuse("InvalidParameterException"),
        },
    ],
    blocked: &[
        Blocked {
            when: "node groups or Fargate profiles are left",
            code: "ResourceInUseException",
        },
        Blocked {
            when: "deletion protection is on",
            code: "InvalidRequestException",
        },
    ],
    create: w(617, &["CREATING", "ACTIVE"], 0),
    update: w(180, &["UPDATING", "ACTIVE"], 0),
    delete: w(160, &["DELETING"], 0),
    updating: Updating::OneAtATime,
    quota: Some(Quota {
        code: "L-1194D53C",
        default: 100,
        per: Scope::Account,
        error: "ResourceLimitExceededException",
    }),
    source: sources::EKS,
    ..TYPE
};

/// A Kubernetes control plane that AWS runs. API: `CreateCluster`;
/// `UpdateClusterVersion` one minor version at a time, `UpdateClusterConfig`
/// one group of settings at a time.
#[derive(Resource, Clone, Debug)]
#[resource(facts = CLUSTER, handle = ClusterHandle {
    name: ClusterName,
    arn: ClusterArn,
    endpoint: String,
    certificate_authority_data: String,
    cluster_security_group_id: SecurityGroupId,
    open_id_connect_issuer_url: String,
})]
pub struct Cluster {
    /// Unique in the account and region, 1 to 100 characters. Generated when
    /// not set.
    pub name: Option<Output<ClusterName>>,
    /// Kubernetes minor version: `1.35`. AWS's default when not set.
    pub version: Option<Output<String>>,
    /// The role by which EKS acts in the account.
    pub role_arn: Output<RoleArn>,
    /// At least two subnets in two zones, for the control plane's interfaces.
    pub subnet_ids: Vec<Output<SubnetId>>,
    /// Further security groups of those interfaces; EKS adds one of its own.
    pub security_group_ids: Vec<Output<SecurityGroupId>>,
    /// The VPC of the subnets. Not sent, but read back: a cluster cannot move
    /// to another VPC.
    pub vpc_id: Option<Output<VpcId>>,
    /// Whether the API server answers on the internet. Default true.
    pub endpoint_public_access: Option<Output<bool>>,
    /// Whether it answers inside the VPC. Default false.
    pub endpoint_private_access: Option<Output<bool>>,
    /// Who may reach the public endpoint. Default `0.0.0.0/0`.
    pub public_access_cidrs: Option<Vec<Output<Ipv4Net>>>,
    /// Addresses of services. Default `10.100.0.0/16` or `172.20.0.0/16`,
    /// whichever does not overlap the VPC.
    pub service_ipv4_cidr: Option<Output<Ipv4Net>>,
    /// `ipv4` or `ipv6`. Default `ipv4`.
    pub ip_family: Option<Output<IpFamily>>,
    /// Control plane logs that go to CloudWatch. Default none.
    pub enabled_log_types: Vec<Output<LogType>>,
    /// The KMS key that encrypts Kubernetes secrets, set for life.
    pub secrets_key_arn: Option<Output<String>>,
    /// Who decides about access. AWS's default is `CONFIG_MAP`, from which
    /// access entries are refused; always sent, and there is no way back from
    /// [`AuthenticationMode::Api`].
    pub authentication_mode: Output<AuthenticationMode>,
    /// Whether whoever creates the cluster becomes its administrator for ever
    /// without a visible entry. AWS's default is true; always sent.
    pub bootstrap_cluster_creator_admin_permissions: Output<bool>,
    /// Whether EKS installs CNI, kube-proxy and CoreDNS by itself, outside
    /// every add-on. AWS's default is true; always sent.
    pub bootstrap_self_managed_addons: Output<bool>,
    /// What happens at the end of standard support. AWS's default is
    /// `EXTENDED`, which costs six times as much.
    pub support_type: Option<Output<SupportType>>,
    /// Whether EKS Auto Mode starts and renews nodes. It takes the two other
    /// switches of Auto Mode with it, or none.
    pub compute_enabled: Option<Output<bool>>,
    /// Auto Mode's built-in pools: `general-purpose`, `system`.
    pub node_pools: Vec<Output<String>>,
    /// The role of Auto Mode's nodes. It cannot be changed to another while
    /// there are nodes of it.
    pub node_role_arn: Option<Output<RoleArn>>,
    /// Whether Auto Mode makes volumes of claims.
    pub block_storage_enabled: Option<Output<bool>>,
    /// Whether Auto Mode makes load balancers of services and ingresses.
    pub elastic_load_balancing_enabled: Option<Output<bool>>,
    /// Whether traffic may be shifted away from a zone in trouble (ARC zonal
    /// shift). Default false.
    pub zonal_shift_enabled: Option<Output<bool>>,
    /// Whether `DeleteCluster` is refused. Default false.
    pub deletion_protection: Option<Output<bool>>,
    /// Tags.
    pub tags: Tags,
}

impl Cluster {
    /// A cluster whose access is decided by access entries alone, without a
    /// hidden administrator and without self-managed add-ons.
    pub fn new(
        role_arn: impl Gives<RoleArn>,
        subnet_ids: impl IntoIterator<Item = Output<SubnetId>>,
    ) -> Self {
        Self {
            name: None,
            version: None,
            role_arn: role_arn.into(),
            subnet_ids: subnet_ids.into_iter().collect(),
            security_group_ids: Vec::new(),
            vpc_id: None,
            endpoint_public_access: None,
            endpoint_private_access: None,
            public_access_cidrs: None,
            service_ipv4_cidr: None,
            ip_family: None,
            enabled_log_types: Vec::new(),
            secrets_key_arn: None,
            authentication_mode: AuthenticationMode::Api.into(),
            bootstrap_cluster_creator_admin_permissions: false.into(),
            bootstrap_self_managed_addons: false.into(),
            support_type: None,
            compute_enabled: None,
            node_pools: Vec::new(),
            node_role_arn: None,
            block_storage_enabled: None,
            elastic_load_balancing_enabled: None,
            zonal_shift_enabled: None,
            deletion_protection: None,
            tags: Tags::new(),
        }
    }
}

/// Who decides about access to the Kubernetes API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AuthenticationMode {
    /// Access entries.
    Api,
    /// Access entries and the `aws-auth` config map, for clusters on the way.
    ApiAndConfigMap,
}

/// Addresses of pods and services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IpFamily {
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
}

/// A control plane log.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum LogType {
    /// The API server.
    Api,
    /// Who did what.
    Audit,
    /// Sign-ins by IAM.
    Authenticator,
    /// The controller manager.
    ControllerManager,
    /// The scheduler.
    Scheduler,
}

/// What happens at the end of a version's standard support.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SupportType {
    /// EKS upgrades the cluster to the next version.
    Standard,
    /// The cluster stays for another twelve months, at a higher price.
    Extended,
}
