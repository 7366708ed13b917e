//! The simulated AWS account and Kubernetes clusters that mlplat programs run against offline.
