//! The steps that could start now, before somebody says so.

use mlplat_core::deploy::{NextStep, Verb};

use super::text::{clean, count, duration, pad, width};
use super::tone::Tone;

/// The steps in columns: what would be done, where, to what, for how long.
#[must_use]
pub fn next_steps(next: &[NextStep]) -> String {
    let widest = |cell: &dyn Fn(&NextStep) -> usize| next.iter().map(cell).max().unwrap_or(0);
    let paths = widest(&|step| width(step.path.as_str()));
    let types = widest(&|step| width(&step.ty));
    let mut out = Tone::Strong.paint(&format!("\n{} could start now", count(next.len(), "step")));
    for step in next {
        let (symbol, tone) = match step.action {
            Verb::Create => ("+", Tone::Good),
            Verb::Update => ("~", Tone::Warn),
            Verb::Delete => ("-", Tone::Bad),
            Verb::Forget => ("!", Tone::Calm),
            Verb::Read => ("?", Tone::Faint),
        };
        let path = pad(step.path.as_str(), paths);
        let time = match step.expected_s {
            0 => String::new(),
            seconds => format!("  about {}", duration(f64::from(seconds))),
        };
        let ty = pad(&clean(&step.ty), types);
        let rest = format!("  {ty}{time}");
        out.push_str(&format!(
            "\n  {}{}",
            tone.paint(&format!("{symbol} {path}")),
            Tone::Faint.paint(rest.trim_end())
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_columns() {
        let step = |path: &str, ty: &str, action, expected_s| NextStep {
            path: path.parse().unwrap(),
            ty: ty.to_owned(),
            action,
            expected_s,
        };
        let next = [
            step("network/vpc", "ec2.VPC", Verb::Create, 1),
            step("cluster/control-plane", "eks.Cluster", Verb::Update, 617),
            step("old", "s3.Bucket", Verb::Delete, 0),
        ];
        let text = anstream::adapter::strip_str(&next_steps(&next)).to_string();
        insta::assert_snapshot!(text.trim_start(), @r#"
        3 steps could start now
          + network/vpc            ec2.VPC      about 1s
          ~ cluster/control-plane  eks.Cluster  about 10m 17s
          - old                    s3.Bucket
        "#);
    }
}
