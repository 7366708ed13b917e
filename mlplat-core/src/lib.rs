//! The engine of mlplat: graph, plan, state, deployment; no AWS, no Kubernetes, no terminal.
