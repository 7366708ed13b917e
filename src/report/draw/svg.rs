//! The graph as SVG, without any other program.

use std::fmt::Write as _;

use mlplat_core::Graph;
use mlplat_core::graph::NodeKind;

use super::layout::{Curve, Drawn, Placed, lay_out};
use super::model::model;
use crate::report::plan_rows;
use crate::report::text::{clean, count};

const MARGIN: f64 = 28.0;
const HEADER: f64 = 52.0;
const NARROWEST: f64 = 420.0;

/// Light and dark colours; a viewer chooses by what its user prefers.
const STYLE: &str = "
  text{font-family:Inter,'Segoe UI',system-ui,-apple-system,'Helvetica Neue',Arial,'DejaVu Sans',sans-serif}
  .page{fill:#fff} .title{font-size:17px;font-weight:600;fill:#1f2328} .label{font-size:13px;font-weight:600;fill:#1f2328}
  .note{font-size:11px;font-weight:400;fill:#59636e} .box{fill:#f6f8fa;stroke:#d1d9e0} .deep{fill:#fff}
  .card{fill:#fff;stroke:#c8d1da} .read{stroke-dasharray:4 3} .edge{fill:none;stroke:#818b98;stroke-width:1.4}
  .tip{fill:#818b98} .c0{fill:#59636e} .c1{fill:#0969da} .c2{fill:#8250df} .c3{fill:#bf3989} .c4{fill:#1a7f37}
  .c5{fill:#bc4c00} .c6{fill:#0a7ea4} .c7{fill:#9a6700} .c8{fill:#cf222e}
  @media (prefers-color-scheme:dark){
  .page{fill:#0d1117} .title,.label{fill:#f0f6fc} .note{fill:#9198a1} .box{fill:#151b23;stroke:#3d444d}
  .deep{fill:#0d1117} .card{fill:#212830;stroke:#3d444d} .edge{stroke:#767e88} .tip{fill:#767e88}
  .c0{fill:#9198a1} .c1{fill:#4493f8} .c2{fill:#ab7df8} .c3{fill:#db61a2} .c4{fill:#3fb950} .c5{fill:#f0883e}
  .c6{fill:#39c5cf} .c7{fill:#d29922} .c8{fill:#f85149} }
";

/// The graph as an SVG document: the constructs of the program, or with
/// `detail` every node inside them. Arrows run from what comes first to what
/// comes after it; an arrow that others imply is left out. Every text is
/// escaped.
#[must_use]
pub fn graph_svg(graph: &Graph, detail: bool) -> String {
    let level = model(graph, detail);
    let drawn = lay_out(&level, true);
    let w = drawn.w.max(NARROWEST) + 2.0 * MARGIN;
    let h = drawn.h + 2.0 * MARGIN + HEADER;
    let title = escape(&plan_rows::title(graph));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w:.0} {h:.0}\" width=\"{w:.0}\" height=\"{h:.0}\" role=\"img\" aria-label=\"{title}\">\n<style>{STYLE}</style>\n\
         <defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path class=\"tip\" d=\"M0 .6 7.4 4 0 7.4 1.6 4z\"/></marker></defs>\n\
         <rect class=\"page\" width=\"100%\" height=\"100%\" rx=\"12\"/>\n"
    );
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "<text class=\"title\" x=\"{MARGIN}\" y=\"{:.0}\">{title}</text><text class=\"note\" x=\"{MARGIN}\" y=\"{:.0}\">{}</text>",
        MARGIN + 12.0,
        MARGIN + 31.0,
        subtitle(graph, level.items.len())
    );
    let left = MARGIN + ((w - 2.0 * MARGIN) - drawn.w) / 2.0;
    level_svg(&mut out, &drawn, (left, MARGIN + HEADER), 0);
    out.push_str("</svg>\n");
    out
}

fn subtitle(graph: &Graph, constructs: usize) -> String {
    let resources = graph
        .nodes()
        .iter()
        .filter(|node| matches!(node.kind, NodeKind::Resource));
    format!(
        "{} in {}; arrows run from what comes first",
        count(resources.count(), "resource"),
        count(constructs, "construct")
    )
}

fn level_svg(out: &mut String, drawn: &Drawn<'_>, (left, top): (f64, f64), depth: usize) {
    for curve in &drawn.curves {
        let _ = writeln!(
            out,
            "<path class=\"edge\" marker-end=\"url(#tip)\" d=\"{}\"/>",
            path(curve, left, top)
        );
    }
    for placed in &drawn.boxes {
        if placed.inside.boxes.is_empty() {
            card(out, placed, left + placed.x, top + placed.y);
        } else {
            construct(out, placed, left + placed.x, top + placed.y, depth);
            let (x, y) = placed.origin();
            level_svg(out, &placed.inside, (left + x, top + y), depth + 1);
        }
    }
}

fn card(out: &mut String, placed: &Placed<'_>, x: f64, y: f64) {
    let (w, h, item) = (placed.w, placed.h, placed.item);
    let read = if item.read_only { " read" } else { "" };
    let _ = writeln!(
        out,
        "<rect class=\"card{read}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" rx=\"7\"/>\
         <rect class=\"c{}\" x=\"{:.1}\" y=\"{:.1}\" width=\"4\" height=\"{:.1}\" rx=\"2\"/>\
         <text class=\"label\" x=\"{:.1}\" y=\"{:.1}\">{}</text><text class=\"note\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
        colour(&item.service),
        x + 8.0,
        y + 9.0,
        h - 18.0,
        x + 20.0,
        y + 20.0,
        escape(&item.label),
        x + 20.0,
        y + 36.0,
        escape(&item.note)
    );
}

fn construct(out: &mut String, placed: &Placed<'_>, x: f64, y: f64, depth: usize) {
    let deep = if depth % 2 == 1 { " deep" } else { "" };
    let _ = writeln!(
        out,
        "<rect class=\"box{deep}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"10\"/>\
         <text x=\"{:.1}\" y=\"{:.1}\" class=\"label\">{}<tspan class=\"note\" dx=\"8\">{}</tspan></text>",
        placed.w,
        placed.h,
        x + 14.0,
        y + 22.0,
        escape(&placed.item.label),
        escape(&placed.item.note)
    );
}

/// Straight through layers, curved between them.
fn path(curve: &Curve, left: f64, top: f64) -> String {
    let at = |point: (f64, f64)| (point.0 + left, point.1 + top);
    let mut d = String::new();
    let mut last: Option<(f64, f64)> = None;
    for point in &curve.points {
        let (x, y) = at(*point);
        let _ = match last {
            None => write!(d, "M{x:.1} {y:.1}"),
            Some((lx, ly)) if (lx - x).abs() < 0.5 || (ly - y).abs() < 0.5 => {
                write!(d, "L{x:.1} {y:.1}")
            }
            Some((lx, ly)) if curve.down => {
                let mid = f64::midpoint(ly, y);
                write!(d, "C{lx:.1} {mid:.1} {x:.1} {mid:.1} {x:.1} {y:.1}")
            }
            Some((lx, ly)) => {
                let mid = f64::midpoint(lx, x);
                write!(d, "C{mid:.1} {ly:.1} {mid:.1} {y:.1} {x:.1} {y:.1}")
            }
        };
        last = Some((x, y));
    }
    d
}

/// A colour for each service; services without one of their own share grey.
fn colour(service: &str) -> usize {
    match service {
        "ec2" | "elbv2" | "route53" => 1,
        "eks" | "ecr" => 2,
        "iam" | "kms" | "acm" => 3,
        "s3" | "efs" => 4,
        "rds" | "elasticache" => 5,
        "k8s" | "core" | "apps" | "rbac" => 6,
        "helm" | "logs" => 7,
        "secretsmanager" => 8,
        _ => 0,
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn text_cannot_leave_its_element() {
        assert_eq!(
            escape("</text><script>\"'&\u{0}"),
            "&lt;/text&gt;&lt;script&gt;&quot;&#39;&amp;\\u{0}"
        );
    }

    #[test]
    fn constructs_are_cards_and_detail_opens_them() {
        let graph = fixture::graph();
        let closed = graph_svg(&graph, false);
        assert_eq!(closed.matches("class=\"card").count(), 3);
        assert_eq!(closed.matches("class=\"edge\"").count(), 1);
        let open = graph_svg(&graph, true);
        assert_eq!(open.matches("class=\"card").count(), 5);
        assert_eq!(open.matches("class=\"box").count(), 1);
        assert!(open.contains(">private-a<"));
    }
}
