//! Repositories and who may use them.

use mlplat_aws::policy::trust;
use mlplat_aws::{EcrRepo, Role};
use serde_json::{Value, json};

use crate::support::{build, document, input, problems};

#[test]
fn tags_stay_and_images_are_scanned_unless_said_otherwise() {
    let graph = build(|stack| {
        stack.add("plain", EcrRepo::new());
        stack.add(
            "other",
            EcrRepo::new().name("ml/x").mutable_tags().without_scan(),
        );
        stack.add(
            "sealed",
            EcrRepo::new().encrypted_by("arn:aws:kms:x:1:key/k"),
        );
    });
    let of = |path: &str| {
        [
            "RepositoryName",
            "ImageTagMutability",
            "ScanOnPush",
            "EncryptionType",
            "KmsKey",
        ]
        .map(|field| input(&graph, &format!("{path}/repository"), field))
    };
    assert_eq!(
        of("plain"),
        [
            json!("<generated name>"),
            json!("IMMUTABLE"),
            json!(true),
            json!("AES256"),
            Value::Null
        ]
    );
    assert_eq!(
        of("other"),
        [
            json!("ml/x"),
            json!("MUTABLE"),
            json!(false),
            json!("AES256"),
            Value::Null
        ]
    );
    assert_eq!(
        of("sealed"),
        [
            json!("<generated name>"),
            json!("IMMUTABLE"),
            json!(true),
            json!("KMS"),
            json!("arn:aws:kms:x:1:key/k")
        ]
    );
}

#[test]
fn images_without_a_tag_go_first_and_old_ones_last() {
    let graph = build(|stack| {
        stack.add("images", EcrRepo::new().keep_last(50));
    });
    assert_eq!(
        document(&graph, "images/repository", "LifecyclePolicyText"),
        json!({"rules": [
            {"rulePriority": 1, "description": "images without a tag", "action": {"type": "expire"},
             "selection": {"tagStatus": "untagged", "countType": "sinceImagePushed",
                           "countUnit": "days", "countNumber": 14}},
            {"rulePriority": 2, "description": "all but the newest", "action": {"type": "expire"},
             "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 50}},
        ]})
    );
    let none = |stack: &mut mlplat_core::Stack| {
        stack.add("images", EcrRepo::new().keep_last(0));
    };
    assert_eq!(problems(none), ["bad-lifecycle"]);
    let named = |stack: &mut mlplat_core::Stack| {
        stack.add("images", EcrRepo::new().name("ML/Trainer"));
    };
    assert_eq!(problems(named), ["bad-physical-name"]);
}

#[test]
fn who_pulls_does_not_push() {
    let graph = build(|stack| {
        let images = stack.add("images", EcrRepo::new());
        let role = || Role::new(trust::service("ec2.amazonaws.com"));
        stack.add("reader", role().grant(images.pull()));
        stack.add("writer", role().grant(images.push()));
        stack.output("image", &images.image("v1"));
    });
    let sign_in =
        json!({"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"});
    let on = |actions: &[&str]| json!({"Effect": "Allow", "Action": actions, "Resource": "<images/repository.Arn>"});
    assert_eq!(
        document(&graph, "reader/policy", "PolicyDocument")["Statement"],
        json!([
            sign_in,
            on(&[
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:GetDownloadUrlForLayer"
            ])
        ])
    );
    assert_eq!(
        document(&graph, "writer/policy", "PolicyDocument")["Statement"],
        json!([
            sign_in,
            on(&[
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:CompleteLayerUpload",
                "ecr:GetDownloadUrlForLayer",
                "ecr:InitiateLayerUpload",
                "ecr:PutImage",
                "ecr:UploadLayerPart",
            ])
        ])
    );
}
