//! The facts against the structs, and against each other.

mod names;

use std::collections::{BTreeMap, BTreeSet};

use mlplat_aws::{
    acm, api, autoscaling, catalog, ec2, ecr, efs, eks, fsx, iam, kms, logs, lookups, rds, route53,
    s3, secretsmanager,
};
use mlplat_core::facts::{
    Held, Join, Kind, OnChange, OutputLife, Recovery, Refs, Scope, Side, Tagging, Type,
};
use mlplat_core::wiring::Resource;

fn by_name() -> BTreeMap<&'static str, &'static Type> {
    catalog().iter().map(|ty| (ty.name, *ty)).collect()
}

fn struct_fields<R: Resource>() -> (&'static str, BTreeSet<&'static str>) {
    let fields = names::of::<R::Resolved>();
    (R::TYPE.name, fields.iter().copied().collect())
}

/// Types that nobody declares, so that they have no struct.
const WITHOUT_STRUCT: [&str; 1] = ["ec2.NetworkAcl"];

/// Every struct of the crate.
fn structs() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    [
        struct_fields::<acm::Certificate>(),
        struct_fields::<acm::CertificateValidation>(),
        struct_fields::<autoscaling::Tag>(),
        struct_fields::<ec2::DefaultSecurityGroupLock>(),
        struct_fields::<ec2::Eip>(),
        struct_fields::<ec2::FlowLog>(),
        struct_fields::<ec2::InternetGateway>(),
        struct_fields::<ec2::LaunchTemplate>(),
        struct_fields::<ec2::NatGateway>(),
        struct_fields::<ec2::Route>(),
        struct_fields::<ec2::RouteTable>(),
        struct_fields::<ec2::SecurityGroup>(),
        struct_fields::<ec2::SecurityGroupEgress>(),
        struct_fields::<ec2::SecurityGroupIngress>(),
        struct_fields::<ec2::Subnet>(),
        struct_fields::<ec2::SubnetRouteTableAssociation>(),
        struct_fields::<ec2::Vpc>(),
        struct_fields::<ec2::VpcEndpoint>(),
        struct_fields::<ec2::VpcGatewayAttachment>(),
        struct_fields::<ecr::PullThroughCacheRule>(),
        struct_fields::<ecr::Repository>(),
        struct_fields::<efs::AccessPoint>(),
        struct_fields::<efs::FileSystem>(),
        struct_fields::<efs::MountTarget>(),
        struct_fields::<eks::AccessEntry>(),
        struct_fields::<eks::AccessPolicyAssociation>(),
        struct_fields::<eks::Addon>(),
        struct_fields::<eks::Cluster>(),
        struct_fields::<eks::FargateProfile>(),
        struct_fields::<eks::Nodegroup>(),
        struct_fields::<eks::PodIdentityAssociation>(),
        struct_fields::<fsx::DataRepositoryAssociation>(),
        struct_fields::<fsx::FileSystem>(),
        struct_fields::<iam::ManagedPolicy>(),
        struct_fields::<iam::OidcProvider>(),
        struct_fields::<iam::Role>(),
        struct_fields::<iam::RolePolicy>(),
        struct_fields::<iam::RolePolicyAttachment>(),
        struct_fields::<logs::LogGroup>(),
        struct_fields::<lookups::AddonVersion>(),
        struct_fields::<lookups::AvailabilityZones>(),
        struct_fields::<lookups::CallerIdentity>(),
        struct_fields::<lookups::CallerIp>(),
        struct_fields::<lookups::ClusterVersions>(),
        struct_fields::<lookups::HostedZoneByName>(),
        struct_fields::<lookups::PrivateHostedZone>(),
        struct_fields::<lookups::Quota>(),
        struct_fields::<kms::Alias>(),
        struct_fields::<kms::Key>(),
        struct_fields::<rds::DbInstance>(),
        struct_fields::<rds::DbParameterGroup>(),
        struct_fields::<rds::DbSubnetGroup>(),
        struct_fields::<route53::HostedZone>(),
        struct_fields::<route53::RecordSet>(),
        struct_fields::<s3::Bucket>(),
        struct_fields::<s3::BucketPolicy>(),
        struct_fields::<secretsmanager::Secret>(),
    ]
    .into()
}

#[test]
fn facts_and_structs_have_the_same_fields() {
    let structs = structs();
    let declared = |ty: &&&Type| !WITHOUT_STRUCT.contains(&ty.name);
    for ty in catalog().iter().filter(declared) {
        let declared: BTreeSet<_> = ty.fields.iter().map(|field| field.name).collect();
        assert_eq!(structs.get(ty.name), Some(&declared), "{}", ty.name);
        assert_eq!(declared.len(), ty.fields.len(), "{} twice", ty.name);
    }
    assert_eq!(structs.len() + WITHOUT_STRUCT.len(), catalog().len());
    assert_eq!(by_name().len(), catalog().len(), "names are unique");
}

#[test]
fn references_and_sides_point_to_types_that_exist() {
    let types = by_name();
    for ty in catalog() {
        for field in ty.fields {
            for target in field.refs.targets() {
                assert!(
                    types.contains_key(target),
                    "{}.{}: {target}",
                    ty.name,
                    field.name
                );
            }
            if let Some(Held::Refused(code)) = field.refs.held() {
                assert!(!code.is_empty(), "{}.{}", ty.name, field.name);
            }
        }
        for side in ty.brings {
            match side {
                Side::Child {
                    ty: child,
                    output,
                    field,
                } => {
                    let child = types.get(child).unwrap_or_else(|| panic!("{child}"));
                    assert!(
                        field.is_empty() || child.field(field).is_some(),
                        "{}: {field}",
                        ty.name
                    );
                    if let Some(output) = output {
                        let form = ty.output(output).map(|output| output.form);
                        assert_eq!(form, Some(format!("{{child:{}}}", child.name).as_str()));
                    }
                }
                Side::LeftBehind {
                    ty: left,
                    field,
                    form,
                    when,
                } => {
                    let left = types.get(left).unwrap_or_else(|| panic!("{left}"));
                    assert!(left.field(field).is_some(), "{}: {field}", ty.name);
                    assert!(ty.field(when).is_some(), "{}: {when}", ty.name);
                    for word in placeholders(form) {
                        assert!(ty.field(word).is_some(), "{}: {{{word}}}", ty.name);
                    }
                }
                Side::Lingers { holds, s, .. } => {
                    assert!(
                        ty.field(holds).is_some_and(|f| f.refs != Refs::No),
                        "{}: {holds}",
                        ty.name
                    );
                    assert!(s.0 <= s.1);
                }
            }
        }
    }
}

/// Walks a need over the facts alone: every step must be possible for the
/// types at which it can stand.
#[test]
fn needs_can_be_walked() {
    let types = by_name();
    for ty in catalog() {
        for need in ty.needs {
            let mut here: BTreeSet<&str> = [ty.name].into();
            for join in need.path {
                here = step(&types, &here, join)
                    .unwrap_or_else(|why| panic!("{} needs {}: {why}", ty.name, need.what));
            }
            assert!(!need.path.is_empty() && !need.what.is_empty());
        }
    }
}

fn step<'a>(
    types: &BTreeMap<&'a str, &'static Type>,
    here: &BTreeSet<&str>,
    join: &Join,
) -> Result<BTreeSet<&'a str>, String> {
    let mut next = BTreeSet::new();
    for at in here {
        let ty = types.get(at).ok_or(format!("{at} does not exist"))?;
        match join {
            Join::Follow(field) => {
                let field = ty.field(field).ok_or(format!("{at} has no {field}"))?;
                next.extend(field.refs.targets());
            }
            Join::Back(holder, field) => {
                next.insert(back(types, at, holder, field)?);
            }
            Join::BackAny(holders) => {
                for (holder, field) in *holders {
                    next.insert(back(types, at, holder, field)?);
                }
            }
            Join::Offered(what) => {
                let offering = types.values().filter(|other| {
                    let mut offers = other.offers.iter().filter(|offer| offer.what == *what);
                    offers.any(|offer| {
                        let field = other.field(offer.to);
                        field.is_some_and(|field| field.refs.targets().contains(at))
                    })
                });
                next.extend(offering.map(|other| other.name));
            }
            Join::Where(field, _) => {
                ty.field(field).ok_or(format!("{at} has no {field}"))?;
                next.insert(ty.name);
            }
        }
    }
    Ok(next)
}

/// The holder, if its field can name a type.
fn back<'a>(
    types: &BTreeMap<&'a str, &'static Type>,
    at: &str,
    holder: &str,
    field: &str,
) -> Result<&'a str, String> {
    let holder = types
        .get(holder)
        .ok_or(format!("{holder} does not exist"))?;
    let fact = holder
        .field(field)
        .ok_or(format!("{} has no {field}", holder.name))?;
    if !fact.refs.targets().contains(&at) {
        return Err(format!("{}.{field} does not name {at}", holder.name));
    }
    Ok(holder.name)
}

#[test]
fn keys_names_and_recovery_use_fields_that_exist() {
    for ty in catalog() {
        let has = |field: &str| ty.field(field).is_some();
        assert!(
            ty.output(ty.id).is_some(),
            "{} has no output {}",
            ty.name,
            ty.id
        );
        for unique in ty.unique {
            assert!(unique.fields.iter().all(|field| has(field)), "{}", ty.name);
            assert!(scope_exists(ty, unique.scope), "{}", ty.name);
        }
        assert!(
            ty.quota.is_none_or(|quota| scope_exists(ty, quota.per)),
            "{}",
            ty.name
        );
        if let Some(rule) = ty.name_rule {
            let field = ty
                .field(rule.field)
                .unwrap_or_else(|| panic!("{}", ty.name));
            assert_eq!(field.change, OnChange::Replace, "{}", ty.name);
        }
        if let Some(floor) = ty.floor {
            assert!(
                has(floor.wanted) && ty.output(floor.output).is_some(),
                "{}",
                ty.name
            );
        }
        let alone = ty.alone.map_or("", |alone| alone.within);
        assert!(alone.is_empty() || has(alone), "{}", ty.name);
        assert!(ty.data.fields().iter().all(|f| has(f)), "{}", ty.name);
        match ty.recovery {
            Recovery::UniqueName => assert!(ty.name_rule.is_some(), "{}", ty.name),
            Recovery::NaturalKey(key) => assert!(key.iter().all(|f| has(f)), "{}", ty.name),
            Recovery::Tags { .. } => {
                let findable = ty.kind == Kind::Lookup || ty.tags != Tagging::Never;
                assert!(findable, "{}", ty.name);
            }
        }
        for output in ty.outputs {
            if let OutputLife::ChangesWith(fields) = output.life {
                assert!(fields.iter().all(|field| has(field)), "{}", ty.name);
            }
        }
    }
}

fn scope_exists(ty: &Type, scope: Scope) -> bool {
    match scope {
        Scope::Account | Scope::World => true,
        Scope::Parent(field) | Scope::OverlapIn(field) => ty.field(field).is_some(),
    }
}

/// The words that a form may use; the simulated cloud knows these and no more.
#[test]
fn forms_use_known_words() {
    for ty in catalog() {
        for output in ty.outputs {
            if let Some((fields, _)) = each(output.form) {
                assert!(
                    fields.split(',').all(|field| ty.field(field).is_some()),
                    "{}.{}",
                    ty.name,
                    output.name
                );
            }
            for word in placeholders(output.form) {
                let known = match word {
                    "region" | "account" | "partition" | "ca" | "uuid" | "ipv4" | "counter" => true,
                    "item" | "item:domain" | "item:hex32" => each(output.form).is_some(),
                    word if word.starts_with("child:") => true,
                    word if number(word, "hex") || number(word, "upper") => true,
                    word => {
                        let name = word.strip_suffix(":host").unwrap_or(word);
                        ty.field(name).is_some()
                    }
                };
                assert!(known, "{}.{}: {{{word}}}", ty.name, output.name);
            }
        }
    }
}

/// The fields of a form with one text per value.
fn each(form: &str) -> Option<(&str, &str)> {
    form.strip_prefix("each(")?.split_once(") ")
}

fn placeholders(form: &str) -> Vec<&str> {
    form.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(word, _)| word))
        .collect()
}

fn number(word: &str, prefix: &str) -> bool {
    word.strip_prefix(prefix)
        .is_some_and(|n| n.parse::<u8>().is_ok())
}

#[test]
fn every_type_says_what_it_is_and_where_that_comes_from() {
    for ty in catalog() {
        assert!(
            !ty.doc.is_empty() && !ty.source.is_empty() && !ty.api.is_empty(),
            "{}",
            ty.name
        );
        assert_eq!(ty.provider, "aws");
    }
}

#[test]
fn every_resource_type_has_a_mapping_of_its_own_fields() {
    let types = by_name();
    let mapped: BTreeSet<_> = api::MAPPINGS.iter().map(|mapping| mapping.ty).collect();
    let resources = catalog().iter().filter(|ty| ty.kind == Kind::Resource);
    assert_eq!(mapped, resources.map(|ty| ty.name).collect());
    assert_eq!(mapped.len(), api::MAPPINGS.len());
    for mapping in api::MAPPINGS {
        for path in mapping.paths {
            assert!(
                types[mapping.ty].field(path.field).is_some(),
                "{}.{}",
                mapping.ty,
                path.field
            );
        }
    }
}

#[test]
fn what_is_offered_is_offered_to_a_type_that_a_field_names() {
    for ty in catalog() {
        for offer in ty.offers {
            let field = ty.field(offer.to).unwrap_or_else(|| {
                panic!(
                    "{} offers {} by {}, which it has not",
                    ty.name, offer.what, offer.to
                )
            });
            assert!(
                !field.refs.targets().is_empty(),
                "{}: {}",
                ty.name,
                offer.to
            );
        }
    }
}
