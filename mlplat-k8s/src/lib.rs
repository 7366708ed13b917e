//! Kubernetes objects, readiness and teardown for mlplat.
