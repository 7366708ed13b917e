//! Where the facts come from, with version and date.
//!
//! Durations are medians of public deployment logs where a figure is given in
//! the design (EKS cluster 617 s, node group 119 s, NAT gateway 106 s and the
//! table behind them); durations of deletions, lingering times and consistency
//! windows are estimates, not measurements.

/// EC2 networking.
pub(crate) const EC2: &str = "EC2 API 2016-11-15 in botocore 1.44.5 (2026-11); CloudFormation schemas of 2026-10-20 in cfn-lint 1.58.0; default quotas of VPCs in moto 5.2.1; EC2 error codes, user guide read 2026-11-20";

/// EC2 Auto Scaling. CloudFormation has no type for a tag of a group that it
/// does not make.
pub(crate) const AUTO_SCALING: &str =
    "EC2 Auto Scaling API 2011-01-01 in botocore 1.44.5 (2026-11); duration not measured";

/// IAM.
pub(crate) const IAM: &str = "IAM API 2010-05-08 in botocore 1.44.5 (2026-11); CloudFormation schemas of 2026-10-20 in cfn-lint 1.58.0; IAM quotas, user guide read 2026-11-20";

/// EKS.
pub(crate) const EKS: &str = "EKS API 2017-11-01 in botocore 1.44.5 (2026-11); CloudFormation schemas of 2026-10-20 in cfn-lint 1.58.0; EKS user guide read 2026-11-20";

/// S3.
pub(crate) const S3: &str = "S3 API 2006-03-01 in botocore 1.44.5 (2026-11); CloudFormation schemas of 2026-10-20 in cfn-lint 1.58.0; S3 user guide read 2026-11-20";

/// KMS.
pub(crate) const KMS: &str = "KMS API 2014-11-01 in botocore 1.44.5 (2026-11); CloudFormation schemas of 2026-10-20 in cfn-lint 1.58.0; KMS quotas and developer guide read 2026-11-20";

/// EFS.
pub(crate) const EFS: &str = "EFS API 2015-02-01 in botocore 1.44.5 (2026-11); CloudFormation schemas of 2026-10-20 in cfn-lint 1.58.0; EFS quotas and user guide read 2026-11-20";

/// FSx.
pub(crate) const FSX: &str = "FSx API 2018-03-01 in botocore 1.44.5 (2026-11); CloudFormation schemas of 2026-10-20 in cfn-lint 1.58.0; FSx for Lustre quotas and user guide read 2026-11-20";

/// RDS. Engine versions, storage and password rules are from its user guide.
pub(crate) const RDS: &str = "RDS API 2014-10-31 in botocore 1.44.5 (2026-11); CloudFormation schemas of 2026-10-20 in cfn-lint 1.58.0; RDS quotas and user guide read 2026-11-20";

/// Secrets Manager.
pub(crate) const SECRETS_MANAGER: &str = "Secrets Manager API 2017-10-17 in botocore 1.44.5 (2026-11); CloudFormation schemas of 2026-10-20 in cfn-lint 1.58.0; Secrets Manager quotas and user guide read 2026-11-20";

/// CloudWatch Logs.
pub(crate) const LOGS: &str = "CloudWatch Logs API 2014-03-28 in botocore 1.44.5 (2026-11); CloudFormation schemas of 2026-10-20 in cfn-lint 1.58.0; duration not measured";

/// Route 53.
pub(crate) const ROUTE53: &str = "Route 53 API 2013-04-01 in botocore 1.44.5 (2026-11); CloudFormation schemas of 2026-10-20 in cfn-lint 1.58.0; numbers and codes of quotas and durations are in no schema, model or list that they were compared with";

/// Certificate Manager.
pub(crate) const ACM: &str = "ACM API 2015-12-08 in botocore 1.44.5 (2026-11); CloudFormation schemas of 2026-10-20 in cfn-lint 1.58.0; number and code of the quota and durations are in no schema, model or list that they were compared with";

/// Service Quotas.
pub(crate) const SERVICE_QUOTAS: &str = "Service Quotas API 2019-06-24 in botocore 1.44.5 (2026-11); codes of quotas are in no model; a list of moto 5.2.1 has those of VPCs, none of instances";

/// ECR.
pub(crate) const ECR: &str = "ECR API 2015-09-21 in botocore 1.44.5 (2026-11); CloudFormation schemas of 2026-10-20 in cfn-lint 1.58.0; number and code of the quota and durations are in no schema, model or list that they were compared with";
