//! Where each field goes in CloudFormation and in the API.
//!
//! A field stands under the same name in both unless it is listed here; in the
//! APIs of EKS and ECR the first letter is small. A path joins nested members with dots,
//! and `[]` is an element of a list. Fields that a call after the creation
//! sets name that call in [`Mapping::also`].

mod autoscaling;
mod dns;
mod ecr;
mod efs;
mod fsx;
mod kms;
mod logs;
mod rds;
mod secretsmanager;

/// What a definition's fields are called elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Mapping {
    /// The type: `eks.Cluster`.
    pub ty: &'static str,
    /// The call that deletes an object: `eks:DeleteCluster`. Empty when a
    /// deletion calls nothing.
    pub delete: &'static str,
    /// Further calls that take fields on creation or change.
    pub also: &'static [&'static str],
    /// The API's enumeration of status values, if it has one:
    /// `eks:ClusterStatus`.
    pub status: &'static str,
    /// The fields that are elsewhere, or called differently.
    pub paths: &'static [Path],
}

/// One field that is elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Path {
    /// The field here.
    pub field: &'static str,
    /// Its path in the CloudFormation schema; empty when there is none.
    pub cloudformation: &'static str,
    /// Its path in the request.
    pub api: &'static str,
}

const fn p(field: &'static str, cloudformation: &'static str, api: &'static str) -> Path {
    Path {
        field,
        cloudformation,
        api,
    }
}

const fn plain(ty: &'static str, delete: &'static str) -> Mapping {
    Mapping {
        ty,
        delete,
        also: &[],
        status: "",
        paths: &[],
    }
}

/// Tags of EC2 objects go into the create call under this path.
const EC2_TAGS: Path = p("Tags", "Tags", "TagSpecifications[].Tags");

/// The mapping of every resource type of this crate.
pub static MAPPINGS: &[Mapping] = &[
    dns::CERTIFICATE,
    dns::CERTIFICATE_VALIDATION,
    autoscaling::TAG,
    Mapping {
        also: &["ec2:RevokeSecurityGroupEgress"],
        ..plain("ec2.DefaultSecurityGroupLock", "")
    },
    Mapping {
        paths: &[EC2_TAGS],
        ..plain("ec2.EIP", "ec2:ReleaseAddress")
    },
    Mapping {
        paths: &[p("ResourceId", "ResourceId", "ResourceIds[]"), EC2_TAGS],
        ..plain("ec2.FlowLog", "ec2:DeleteFlowLogs")
    },
    Mapping {
        paths: &[EC2_TAGS],
        ..plain("ec2.InternetGateway", "ec2:DeleteInternetGateway")
    },
    LAUNCH_TEMPLATE,
    Mapping {
        status: "ec2:NatGatewayState",
        paths: &[EC2_TAGS],
        ..plain("ec2.NatGateway", "ec2:DeleteNatGateway")
    },
    plain("ec2.NetworkAcl", "ec2:DeleteNetworkAcl"),
    plain("ec2.Route", "ec2:DeleteRoute"),
    Mapping {
        paths: &[EC2_TAGS],
        ..plain("ec2.RouteTable", "ec2:DeleteRouteTable")
    },
    Mapping {
        paths: &[
            p("GroupDescription", "GroupDescription", "Description"),
            EC2_TAGS,
        ],
        ..plain("ec2.SecurityGroup", "ec2:DeleteSecurityGroup")
    },
    Mapping {
        paths: &[
            p("IpProtocol", "IpProtocol", "IpPermissions[].IpProtocol"),
            p("FromPort", "FromPort", "IpPermissions[].FromPort"),
            p("ToPort", "ToPort", "IpPermissions[].ToPort"),
            p("CidrIp", "CidrIp", "IpPermissions[].IpRanges[].CidrIp"),
            p(
                "CidrIpv6",
                "CidrIpv6",
                "IpPermissions[].Ipv6Ranges[].CidrIpv6",
            ),
            p(
                "DestinationSecurityGroupId",
                "DestinationSecurityGroupId",
                "IpPermissions[].UserIdGroupPairs[].GroupId",
            ),
            p(
                "Description",
                "Description",
                "IpPermissions[].IpRanges[].Description",
            ),
        ],
        ..plain("ec2.SecurityGroupEgress", "ec2:RevokeSecurityGroupEgress")
    },
    Mapping {
        paths: &[
            p("IpProtocol", "IpProtocol", "IpPermissions[].IpProtocol"),
            p("FromPort", "FromPort", "IpPermissions[].FromPort"),
            p("ToPort", "ToPort", "IpPermissions[].ToPort"),
            p("CidrIp", "CidrIp", "IpPermissions[].IpRanges[].CidrIp"),
            p(
                "CidrIpv6",
                "CidrIpv6",
                "IpPermissions[].Ipv6Ranges[].CidrIpv6",
            ),
            p(
                "SourceSecurityGroupId",
                "SourceSecurityGroupId",
                "IpPermissions[].UserIdGroupPairs[].GroupId",
            ),
            p(
                "Description",
                "Description",
                "IpPermissions[].IpRanges[].Description",
            ),
        ],
        ..plain("ec2.SecurityGroupIngress", "ec2:RevokeSecurityGroupIngress")
    },
    Mapping {
        also: &["ec2:ModifySubnetAttribute"],
        status: "ec2:SubnetState",
        paths: &[EC2_TAGS],
        ..plain("ec2.Subnet", "ec2:DeleteSubnet")
    },
    Mapping {
        status: "ec2:RouteTableAssociationStateCode",
        ..plain(
            "ec2.SubnetRouteTableAssociation",
            "ec2:DisassociateRouteTable",
        )
    },
    Mapping {
        also: &["ec2:ModifyVpcAttribute"],
        status: "ec2:VpcState",
        paths: &[EC2_TAGS],
        ..plain("ec2.VPC", "ec2:DeleteVpc")
    },
    Mapping {
        status: "ec2:State",
        paths: &[EC2_TAGS],
        ..plain("ec2.VPCEndpoint", "ec2:DeleteVpcEndpoints")
    },
    plain("ec2.VPCGatewayAttachment", "ec2:DetachInternetGateway"),
    ecr::PULL_THROUGH_CACHE_RULE,
    ecr::REPOSITORY,
    efs::ACCESS_POINT,
    efs::FILE_SYSTEM,
    efs::MOUNT_TARGET,
    plain("eks.AccessEntry", "eks:DeleteAccessEntry"),
    Mapping {
        paths: &[
            p("AccessScopeType", "", "accessScope.type"),
            p("AccessScopeNamespaces", "", "accessScope.namespaces"),
        ],
        ..plain(
            "eks.AccessPolicyAssociation",
            "eks:DisassociateAccessPolicy",
        )
    },
    Mapping {
        status: "eks:AddonStatus",
        ..plain("eks.Addon", "eks:DeleteAddon")
    },
    CLUSTER,
    Mapping {
        status: "eks:FargateProfileStatus",
        ..plain("eks.FargateProfile", "eks:DeleteFargateProfile")
    },
    NODEGROUP,
    plain(
        "eks.PodIdentityAssociation",
        "eks:DeletePodIdentityAssociation",
    ),
    Mapping {
        also: &["iam:CreatePolicyVersion"],
        paths: &[p("ManagedPolicyName", "ManagedPolicyName", "PolicyName")],
        ..plain("iam.ManagedPolicy", "iam:DeletePolicy")
    },
    Mapping {
        paths: &[p("ClientIdList", "ClientIdList", "ClientIDList")],
        ..plain("iam.OIDCProvider", "iam:DeleteOpenIDConnectProvider")
    },
    plain("iam.Role", "iam:DeleteRole"),
    plain("iam.RolePolicy", "iam:DeleteRolePolicy"),
    plain("iam.RolePolicyAttachment", "iam:DetachRolePolicy"),
    fsx::DATA_REPOSITORY_ASSOCIATION,
    fsx::FILE_SYSTEM,
    kms::ALIAS,
    kms::KEY,
    rds::DB_INSTANCE,
    rds::DB_PARAMETER_GROUP,
    rds::DB_SUBNET_GROUP,
    logs::LOG_GROUP,
    dns::HOSTED_ZONE,
    dns::RECORD_SET,
    BUCKET,
    Mapping {
        paths: &[p("PolicyDocument", "PolicyDocument", "Policy")],
        ..plain("s3.BucketPolicy", "s3:DeleteBucketPolicy")
    },
    secretsmanager::SECRET,
];

const LAUNCH_TEMPLATE: Mapping = Mapping {
    paths: &[
        p(
            "ImageId",
            "LaunchTemplateData.ImageId",
            "LaunchTemplateData.ImageId",
        ),
        p(
            "UserData",
            "LaunchTemplateData.UserData",
            "LaunchTemplateData.UserData",
        ),
        p(
            "SecurityGroupIds",
            "LaunchTemplateData.SecurityGroupIds",
            "LaunchTemplateData.SecurityGroupIds",
        ),
        p(
            "BlockDeviceMappings",
            "LaunchTemplateData.BlockDeviceMappings",
            "LaunchTemplateData.BlockDeviceMappings",
        ),
        p(
            "HttpEndpoint",
            "LaunchTemplateData.MetadataOptions.HttpEndpoint",
            "LaunchTemplateData.MetadataOptions.HttpEndpoint",
        ),
        p(
            "HttpTokens",
            "LaunchTemplateData.MetadataOptions.HttpTokens",
            "LaunchTemplateData.MetadataOptions.HttpTokens",
        ),
        p(
            "HttpPutResponseHopLimit",
            "LaunchTemplateData.MetadataOptions.HttpPutResponseHopLimit",
            "LaunchTemplateData.MetadataOptions.HttpPutResponseHopLimit",
        ),
        p(
            "InstanceTags",
            "LaunchTemplateData.TagSpecifications[].Tags",
            "LaunchTemplateData.TagSpecifications[].Tags",
        ),
        p(
            "VolumeTags",
            "LaunchTemplateData.TagSpecifications[].Tags",
            "LaunchTemplateData.TagSpecifications[].Tags",
        ),
        p(
            "Tags",
            "TagSpecifications[].Tags",
            "TagSpecifications[].Tags",
        ),
    ],
    ..plain("ec2.LaunchTemplate", "ec2:DeleteLaunchTemplate")
};

const CLUSTER: Mapping = Mapping {
    status: "eks:ClusterStatus",
    paths: &[
        p(
            "ComputeEnabled",
            "ComputeConfig.Enabled",
            "computeConfig.enabled",
        ),
        p(
            "NodePools",
            "ComputeConfig.NodePools",
            "computeConfig.nodePools",
        ),
        p(
            "NodeRoleArn",
            "ComputeConfig.NodeRoleArn",
            "computeConfig.nodeRoleArn",
        ),
        p(
            "BlockStorageEnabled",
            "StorageConfig.BlockStorage.Enabled",
            "storageConfig.blockStorage.enabled",
        ),
        p(
            "ElasticLoadBalancingEnabled",
            "KubernetesNetworkConfig.ElasticLoadBalancing.Enabled",
            "kubernetesNetworkConfig.elasticLoadBalancing.enabled",
        ),
        p(
            "ZonalShiftEnabled",
            "ZonalShiftConfig.Enabled",
            "zonalShiftConfig.enabled",
        ),
        p(
            "SubnetIds",
            "ResourcesVpcConfig.SubnetIds",
            "resourcesVpcConfig.subnetIds",
        ),
        p(
            "SecurityGroupIds",
            "ResourcesVpcConfig.SecurityGroupIds",
            "resourcesVpcConfig.securityGroupIds",
        ),
        p(
            "EndpointPublicAccess",
            "ResourcesVpcConfig.EndpointPublicAccess",
            "resourcesVpcConfig.endpointPublicAccess",
        ),
        p(
            "EndpointPrivateAccess",
            "ResourcesVpcConfig.EndpointPrivateAccess",
            "resourcesVpcConfig.endpointPrivateAccess",
        ),
        p(
            "PublicAccessCidrs",
            "ResourcesVpcConfig.PublicAccessCidrs",
            "resourcesVpcConfig.publicAccessCidrs",
        ),
        p(
            "ServiceIpv4Cidr",
            "KubernetesNetworkConfig.ServiceIpv4Cidr",
            "kubernetesNetworkConfig.serviceIpv4Cidr",
        ),
        p(
            "IpFamily",
            "KubernetesNetworkConfig.IpFamily",
            "kubernetesNetworkConfig.ipFamily",
        ),
        p(
            "EnabledLogTypes",
            "Logging.ClusterLogging.EnabledTypes[].Type",
            "logging.clusterLogging[].types",
        ),
        p(
            "SecretsKeyArn",
            "EncryptionConfig[].Provider.KeyArn",
            "encryptionConfig[].provider.keyArn",
        ),
        p(
            "AuthenticationMode",
            "AccessConfig.AuthenticationMode",
            "accessConfig.authenticationMode",
        ),
        p(
            "BootstrapClusterCreatorAdminPermissions",
            "AccessConfig.BootstrapClusterCreatorAdminPermissions",
            "accessConfig.bootstrapClusterCreatorAdminPermissions",
        ),
        p(
            "SupportType",
            "UpgradePolicy.SupportType",
            "upgradePolicy.supportType",
        ),
    ],
    ..plain("eks.Cluster", "eks:DeleteCluster")
};

const NODEGROUP: Mapping = Mapping {
    status: "eks:NodegroupStatus",
    paths: &[
        p("MinSize", "ScalingConfig.MinSize", "scalingConfig.minSize"),
        p("MaxSize", "ScalingConfig.MaxSize", "scalingConfig.maxSize"),
        p(
            "DesiredSize",
            "ScalingConfig.DesiredSize",
            "scalingConfig.desiredSize",
        ),
        p("LaunchTemplateId", "LaunchTemplate.Id", "launchTemplate.id"),
        p(
            "LaunchTemplateVersion",
            "LaunchTemplate.Version",
            "launchTemplate.version",
        ),
        p(
            "MaxUnavailable",
            "UpdateConfig.MaxUnavailable",
            "updateConfig.maxUnavailable",
        ),
        p(
            "NodeRepairEnabled",
            "NodeRepairConfig.Enabled",
            "nodeRepairConfig.enabled",
        ),
    ],
    ..plain("eks.Nodegroup", "eks:DeleteNodegroup")
};

const BUCKET: Mapping = Mapping {
    also: &[
        "s3:PutBucketVersioning",
        "s3:PutBucketEncryption",
        "s3:PutPublicAccessBlock",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketLifecycleConfiguration",
    ],
    paths: &[
        p("BucketName", "BucketName", "Bucket"),
        p(
            "VersioningStatus",
            "VersioningConfiguration.Status",
            "VersioningConfiguration.Status",
        ),
        p(
            "SSEAlgorithm",
            "BucketEncryption.ServerSideEncryptionConfiguration[].ServerSideEncryptionByDefault.SSEAlgorithm",
            "ServerSideEncryptionConfiguration.Rules[].ApplyServerSideEncryptionByDefault.SSEAlgorithm",
        ),
        p(
            "KMSMasterKeyID",
            "BucketEncryption.ServerSideEncryptionConfiguration[].ServerSideEncryptionByDefault.KMSMasterKeyID",
            "ServerSideEncryptionConfiguration.Rules[].ApplyServerSideEncryptionByDefault.KMSMasterKeyID",
        ),
        p(
            "BucketKeyEnabled",
            "BucketEncryption.ServerSideEncryptionConfiguration[].BucketKeyEnabled",
            "ServerSideEncryptionConfiguration.Rules[].BucketKeyEnabled",
        ),
        p(
            "BlockPublicAcls",
            "PublicAccessBlockConfiguration.BlockPublicAcls",
            "PublicAccessBlockConfiguration.BlockPublicAcls",
        ),
        p(
            "IgnorePublicAcls",
            "PublicAccessBlockConfiguration.IgnorePublicAcls",
            "PublicAccessBlockConfiguration.IgnorePublicAcls",
        ),
        p(
            "BlockPublicPolicy",
            "PublicAccessBlockConfiguration.BlockPublicPolicy",
            "PublicAccessBlockConfiguration.BlockPublicPolicy",
        ),
        p(
            "RestrictPublicBuckets",
            "PublicAccessBlockConfiguration.RestrictPublicBuckets",
            "PublicAccessBlockConfiguration.RestrictPublicBuckets",
        ),
        p(
            "ObjectOwnership",
            "OwnershipControls.Rules[].ObjectOwnership",
            "OwnershipControls.Rules[].ObjectOwnership",
        ),
        p(
            "LifecycleRules",
            "LifecycleConfiguration.Rules",
            "LifecycleConfiguration.Rules",
        ),
        p("Tags", "Tags", "CreateBucketConfiguration.Tags"),
    ],
    ..plain("s3.Bucket", "s3:DeleteBucket")
};
