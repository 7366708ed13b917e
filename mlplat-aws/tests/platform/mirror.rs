//! Mirrors of other registries.

use mlplat_aws::policy::trust;
use mlplat_aws::{ImageMirror, RegistryLogin, Role, Upstream};
use mlplat_core::null::Null;
use mlplat_core::wiring::Generated;
use mlplat_core::{Output, Secret, Stack};
use serde_json::{Value, json};

use crate::support::{build, document, input, is_after, paths, problems};

fn token() -> Output<Secret<String>> {
    Output::generated("token", Generated::hex(32))
}

#[test]
fn every_registry_has_its_host_and_only_some_a_login() {
    let stored = || {
        let arn = "arn:aws:secretsmanager:x:1:secret:ecr-pullthroughcache/a-b";
        RegistryLogin::stored(mlplat_aws::ids::SecretArn::new(arn))
    };
    let graph = build(|stack| {
        for (name, upstream) in [
            ("public", Upstream::EcrPublic),
            ("k8s", Upstream::Kubernetes),
            ("quay", Upstream::Quay),
            ("hub", Upstream::DockerHub(stored())),
            ("github", Upstream::GitHub(stored())),
            ("gitlab", Upstream::GitLab(stored())),
        ] {
            stack.add(name, ImageMirror::of(upstream));
        }
    });
    assert_eq!(paths(&graph).len(), 6);
    let of = |name: &str| {
        let fields = ["UpstreamRegistryUrl", "UpstreamRegistry", "CredentialArn"];
        fields.map(|field| input(&graph, &format!("{name}/rule"), field))
    };
    let open = |url: &str, registry: &str| [json!(url), json!(registry), Value::Null];
    let arn = json!("arn:aws:secretsmanager:x:1:secret:ecr-pullthroughcache/a-b");
    let closed = |url: &str, registry: &str| [json!(url), json!(registry), arn.clone()];
    assert_eq!(of("public"), open("public.ecr.aws", "ecr-public"));
    assert_eq!(of("k8s"), open("registry.k8s.io", "k8s"));
    assert_eq!(of("quay"), open("quay.io", "quay"));
    assert_eq!(of("hub"), closed("registry-1.docker.io", "docker-hub"));
    assert_eq!(of("github"), closed("ghcr.io", "github-container-registry"));
    assert_eq!(
        of("gitlab"),
        closed("registry.gitlab.com", "gitlab-container-registry")
    );
}

#[test]
fn a_login_is_kept_where_ecr_looks_for_it() {
    let graph = build(|stack| {
        let login = RegistryLogin::new("someone", token());
        stack.add("hub", ImageMirror::of(Upstream::DockerHub(login)));
    });
    assert_eq!(
        input(&graph, "hub/login", "Name"),
        json!("ecr-pullthroughcache/test-dev-hub")
    );
    let value = document(&graph, "hub/login", "SecretString");
    assert_eq!(value["username"], json!("someone"));
    assert!(value["accessToken"].is_string());
    assert_eq!(value.as_object().map(serde_json::Map::len), Some(2));
    assert!(is_after(&graph, "hub/rule", "hub/login"));
    assert_eq!(
        input(&graph, "hub/rule", "CredentialArn"),
        json!("<hub/login.Id>")
    );
}

#[test]
fn images_are_called_what_ecr_calls_them() {
    let graph = build(|stack| {
        let hub = Upstream::DockerHub(RegistryLogin::new("someone", token()));
        let hub = stack.add("hub", ImageMirror::of(hub).prefix("hub"));
        let quay = stack.add("quay", ImageMirror::of(Upstream::Quay));
        let images = [
            hub.image("nginx:1.27"),
            hub.image("docker.io/library/nginx:1.27"),
            hub.image("docker.io/nginx:1.27"),
            hub.image("grafana/grafana@sha256:00"),
            quay.image("prometheus/node-exporter:v1"),
            quay.image("quay.io/prometheus/node-exporter:v1"),
        ];
        for (index, image) in images.into_iter().enumerate() {
            let note = Null {
                name: "image".into(),
                value: Some(image.unwrap()),
                after: Vec::new(),
            };
            stack.add(&format!("image-{index}"), note);
        }
        let other = hub.image("ghcr.io/a/b:1").unwrap_err();
        assert_eq!(
            other.to_string(),
            "mirror the image \"ghcr.io/a/b:1\": it is of ghcr.io, and the mirror is of docker.io"
        );
    });
    let images = [0, 1, 2, 3, 4, 5].map(|index| input(&graph, &format!("image-{index}"), "Value"));
    let at = |mirror: &str, image: &str| {
        let rule = format!("{mirror}/rule");
        json!(format!(
            "<{rule}.RegistryHost>/<{rule}.EcrRepositoryPrefix>/{image}"
        ))
    };
    assert_eq!(
        images,
        [
            at("hub", "library/nginx:1.27"),
            at("hub", "library/nginx:1.27"),
            at("hub", "library/nginx:1.27"),
            at("hub", "grafana/grafana@sha256:00"),
            at("quay", "prometheus/node-exporter:v1"),
            at("quay", "prometheus/node-exporter:v1"),
        ]
    );
}

#[test]
fn whoever_pulls_may_have_an_image_fetched() {
    let graph = build(|stack| {
        let quay = stack.add("quay", ImageMirror::of(Upstream::Quay));
        let role = Role::new(trust::service("ec2.amazonaws.com"));
        stack.add("reader", role.grant(quay.pull()));
    });
    assert_eq!(
        document(&graph, "reader/policy", "PolicyDocument")["Statement"],
        json!([
            {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
            {"Effect": "Allow", "Resource": "<quay/rule.RepositoryArns>", "Action": [
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:BatchImportUpstreamImage",
                "ecr:CreateRepository",
                "ecr:GetDownloadUrlForLayer",
            ]},
        ])
    );
}

#[test]
fn a_prefix_that_ecr_would_refuse_is_a_problem() {
    let of = |prefix: &'static str| {
        problems(move |stack: &mut Stack| {
            stack.add("quay", ImageMirror::of(Upstream::Quay).prefix(prefix));
        })
    };
    assert_eq!(of("ROOT"), ["bad-physical-name"]);
    assert_eq!(of("q"), ["bad-physical-name"]);
    assert!(of("third-party/quay").is_empty());
}
