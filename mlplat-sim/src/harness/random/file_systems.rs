//! File systems that machines of a network mount.

use mlplat_aws::{efs, fsx, s3};
use mlplat_core::{Stack, text};

use super::draft::Draft;
use super::network::Network;

pub(super) fn add(stack: &mut Stack, draft: Draft, network: &Network) {
    let files = efs::FileSystem {
        encrypted: Some(draft.seldom("encrypted", &[true, false]).into()),
        tags: draft.tags("files"),
        ..efs::FileSystem::default()
    };
    let files = stack.add("files", files).file_system_id;
    for (at, subnet) in network.subnets.iter().enumerate() {
        let target = efs::MountTarget {
            file_system_id: files.clone(),
            subnet_id: subnet.clone(),
            security_groups: vec![network.group.clone()],
            ip_address: None,
        };
        stack.add(&format!("mount-{at}"), target);
    }
    if draft.is_there("access") {
        let access = efs::AccessPoint {
            path: Some(draft.pick("access", &["/home", "/data"]).into()),
            uid: Some(1000.into()),
            gid: Some(1000.into()),
            tags: draft.tags("access"),
            ..efs::AccessPoint::new(&files)
        };
        let path = draft.place(stack, "access");
        stack.add(&path, access);
    }
    if draft.has("lustre", 2) {
        lustre(stack, draft, network);
    }
}

fn lustre(stack: &mut Stack, draft: Draft, network: &Network) {
    let fast = fsx::FileSystem {
        file_system_type: "LUSTRE".into(),
        file_system_type_version: None,
        storage_capacity: Some(draft.pick("capacity", &[1200, 2400]).into()),
        storage_type: None,
        subnet_ids: vec![network.subnets[0].clone()],
        security_group_ids: vec![network.group.clone()],
        kms_key_id: None,
        deployment_type: None,
        per_unit_storage_throughput: None,
        data_compression_type: Some(draft.pick("compression", &["LZ4", "NONE"]).into()),
        automatic_backup_retention_days: None,
        daily_automatic_backup_start_time: None,
        copy_tags_to_backups: None,
        weekly_maintenance_start_time: None,
        skip_final_backup: true.into(),
        tags: draft.tags("fast"),
    };
    let fast = stack.add("fast", fast);
    if draft.is_there("repository") {
        let bucket = stack.add("repository", s3::Bucket::default()).bucket_name;
        let linked = fsx::DataRepositoryAssociation {
            file_system_id: fast.id,
            file_system_path: draft.pick("linked", &["/data", "/sets"]).into(),
            data_repository_path: text!("s3://{}", bucket),
            batch_import_meta_data_on_create: None,
            imported_file_chunk_size: None,
            auto_import_events: Vec::new(),
            auto_export_events: Vec::new(),
            delete_data_in_file_system: None,
            tags: draft.tags("linked"),
        };
        stack.add("linked", linked);
    }
}
