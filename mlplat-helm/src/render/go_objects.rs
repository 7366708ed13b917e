//! The Go structs that templates meet: `.Capabilities`, `.Capabilities.KubeVersion`,
//! `.Capabilities.APIVersions`.

use std::any::Any;
use std::rc::Rc;

use super::capabilities::{Capabilities, HELM_VERSION};
use crate::value::{Kind, Object, Param, Struct, Value};

/// `*chartutil.Capabilities`.
pub(super) fn capabilities(from: &Capabilities) -> Value {
    let helm = Struct::new("version.BuildInfo")
        .with("Version", "version", Value::from(HELM_VERSION))
        .with(
            "GitCommit",
            "git_commit",
            Value::from("e4da49785aa6e6ee2b86efd5dd9e43400318262b"),
        )
        .with("GitTreeState", "git_tree_state", Value::from("clean"))
        .with("GoVersion", "go_version", Value::from("go1.23.7"));
    let versions = ApiVersions {
        list: Value::strings(from.api_versions.iter().map(String::as_str)),
    };
    Value::object(Pointer {
        type_name: "*chartutil.Capabilities",
        inner: Struct::new("chartutil.Capabilities")
            .with(
                "KubeVersion",
                "KubeVersion",
                Value::object(KubeVersion::new(from)),
            )
            .with("APIVersions", "APIVersions", Value::object(versions))
            .with("HelmVersion", "HelmVersion", Value::object(helm)),
    })
}

/// A pointer to a struct: printed with `&` in front.
#[derive(Debug)]
pub(super) struct Pointer {
    pub(super) type_name: &'static str,
    pub(super) inner: Struct,
}

impl Object for Pointer {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn kind(&self) -> Kind {
        Kind::Ptr
    }

    fn data(&self) -> Value {
        self.inner.data()
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.inner.field(name)
    }

    fn fields(&self) -> Vec<(Rc<str>, Value)> {
        self.inner.fields()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug)]
struct KubeVersion {
    version: String,
    inner: Struct,
}

impl KubeVersion {
    fn new(from: &Capabilities) -> Self {
        let text = |text: &str| Value::from(text);
        Self {
            version: from.kube_version.clone(),
            inner: Struct::new("chartutil.KubeVersion")
                .with("Version", "Version", text(&from.kube_version))
                .with("Major", "Major", text(&from.major))
                .with("Minor", "Minor", text(&from.minor)),
        }
    }
}

impl Object for KubeVersion {
    fn type_name(&self) -> &str {
        "chartutil.KubeVersion"
    }

    fn data(&self) -> Value {
        self.inner.data()
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.inner.field(name)
    }

    fn fields(&self) -> Vec<(Rc<str>, Value)> {
        self.inner.fields()
    }

    fn method(&self, name: &str) -> Option<&'static [Param]> {
        matches!(name, "String" | "GitVersion").then_some(&[])
    }

    fn call(&self, name: &str, _: &[Value]) -> Result<Value, String> {
        match name {
            "String" | "GitVersion" => Ok(Value::from(self.version.as_str())),
            _ => Err(format!("there is no method {name}")),
        }
    }

    fn display(&self) -> Option<String> {
        Some(self.version.clone())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Debug)]
struct ApiVersions {
    list: Value,
}

impl Object for ApiVersions {
    fn type_name(&self) -> &str {
        "chartutil.VersionSet"
    }

    fn kind(&self) -> Kind {
        Kind::Slice
    }

    fn data(&self) -> Value {
        self.list.clone()
    }

    fn method(&self, name: &str) -> Option<&'static [Param]> {
        (name == "Has").then_some(&[Param::Text])
    }

    fn call(&self, name: &str, args: &[Value]) -> Result<Value, String> {
        let (Some(wanted), Some(list)) =
            (args.first().and_then(Value::as_str), self.list.as_list())
        else {
            return Err(format!(
                "wrong type for the argument of {name}; expected string"
            ));
        };
        let has = list.iter().any(|version| version.as_str() == Some(wanted));
        Ok(Value::from(has))
    }

    fn is_true(&self) -> bool {
        self.list.is_true()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
