//! A database server in a network.

use mlplat_aws::rds;
use mlplat_core::{Secret, Stack};

use super::draft::Draft;
use super::network::Network;

pub(super) fn add(stack: &mut Stack, draft: Draft, network: &Network, password: &str) {
    let places = rds::DbSubnetGroup::new(
        draft.pick("places", &["where it stands", "where it can stand"]),
        network.subnets.clone(),
    );
    let places = stack.add("places", places);
    let parameters = rds::DbParameterGroup {
        parameters: [(
            "max_connections".to_owned(),
            draft.pick("connections", &["100", "200"]).into(),
        )]
        .into(),
        ..rds::DbParameterGroup::new(
            draft.seldom("family", &["mysql8.0", "mysql8.4"]),
            "settings",
        )
    };
    let path = draft.place(stack, "parameters");
    let parameters = stack.add(&path, parameters);
    let database = rds::DbInstance {
        allocated_storage: Some(draft.pick("storage", &[20, 40, 80]).into()),
        backup_retention_period: Some(draft.pick("backups", &[1, 7]).into()),
        db_subnet_group_name: Some(places.db_subnet_group_name),
        db_parameter_group_name: Some(parameters.db_parameter_group_name),
        vpc_security_groups: vec![network.group.clone()],
        master_username: Some("admin".into()),
        master_user_password: Some(Secret::provided(password.to_owned()).into()),
        storage_encrypted: Some(draft.seldom("encrypted", &[true, false]).into()),
        skip_final_snapshot: Some(true.into()),
        tags: draft.tags("database"),
        ..rds::DbInstance::new(
            "mysql",
            draft.pick("class", &["db.t3.micro", "db.t3.small"]),
            3306,
        )
    };
    let path = draft.place(stack, "database");
    stack.add(&path, database);
}
