//! Any text where a site's certificate goes.

use mlplat::prelude::*;

fn main() {
    let arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1";
    let _exposure = Exposure::LoadBalancer(Site::new("mlflow.example.com", arn));
}
