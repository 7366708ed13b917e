//! From nested boxes to coordinates, inside out.
//!
//! Each level is laid out on its own once the sizes of its boxes are known.
//! The outermost runs from top to bottom, the next from left to right, and so
//! on in turn, which keeps the whole near the shape of a page. Boxes without
//! any edge stand in rows below the others.

use super::layers::{Layered, layer};
use super::model::{Item, Level};
use super::place::place;

/// A point, in pixels.
pub(super) type Point = (f64, f64);

/// A box with its place relative to the box around it.
#[derive(Debug)]
pub(super) struct Placed<'a> {
    pub(super) item: &'a Item,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) w: f64,
    pub(super) h: f64,
    pub(super) inside: Drawn<'a>,
}

/// A level with coordinates.
#[derive(Debug, Default)]
pub(super) struct Drawn<'a> {
    pub(super) boxes: Vec<Placed<'a>>,
    pub(super) curves: Vec<Curve>,
    pub(super) w: f64,
    pub(super) h: f64,
}

/// An edge: straight within layers, curved between them.
#[derive(Debug)]
pub(super) struct Curve {
    pub(super) points: Vec<Point>,
    /// Whether it runs downwards; else to the right.
    pub(super) down: bool,
}

/// Space between layers, between boxes of one layer, between edge and box.
const LAYER_GAP: f64 = 54.0;
const GAP: f64 = 22.0;
/// Space around the inside of a construct, and its title.
const PADDING: f64 = 18.0;
const TITLE: f64 = 34.0;
/// Height of a card, and its space beside the text.
const CARD: f64 = 46.0;
const CARD_SIDES: f64 = 38.0;
/// Widest row of boxes without edges.
const ROW: f64 = 760.0;

/// Lays out a level and everything inside.
pub(super) fn lay_out(level: &Level, down: bool) -> Drawn<'_> {
    let mut boxes: Vec<Placed<'_>> = level.items.iter().map(|item| size(item, down)).collect();
    let mut joined: Vec<bool> = vec![false; boxes.len()];
    for (from, to) in &level.edges {
        joined[*from] = true;
        joined[*to] = true;
    }
    let members: Vec<usize> = (0..boxes.len()).filter(|at| joined[*at]).collect();
    let (curves, mut w, mut h) = flow(level, &members, &mut boxes, down);
    let lone: Vec<usize> = (0..boxes.len()).filter(|at| !joined[*at]).collect();
    if !lone.is_empty() {
        let top = if members.is_empty() { 0.0 } else { h + GAP };
        let (row_w, row_h) = rows(&lone, &mut boxes, top, w.max(ROW));
        (w, h) = (w.max(row_w), row_h);
    }
    Drawn {
        boxes,
        curves,
        w,
        h,
    }
}

fn size(item: &Item, down: bool) -> Placed<'_> {
    let inside = lay_out(&item.inside, !down);
    let text = text_width(&item.label, 13.0).max(text_width(&item.note, 11.0));
    let (w, h) = if inside.boxes.is_empty() {
        (text + CARD_SIDES, CARD)
    } else {
        let title = text_width(&item.label, 13.0) + text_width(&item.note, 11.0) + 12.0;
        (
            inside.w.max(title) + 2.0 * PADDING,
            inside.h + TITLE + PADDING,
        )
    };
    Placed {
        item,
        x: 0.0,
        y: 0.0,
        w,
        h,
        inside,
    }
}

impl Placed<'_> {
    /// Where the inside starts.
    pub(super) fn origin(&self) -> Point {
        (self.x + (self.w - self.inside.w) / 2.0, self.y + TITLE)
    }
}

/// The width of text in pixels, from the mean widths of common sans fonts.
pub(super) fn text_width(text: &str, font: f64) -> f64 {
    let widths = text.chars().map(|c| match c {
        'i' | 'j' | 'l' | '.' | ',' | '\'' | '|' | ':' | ';' | '!' => 0.32,
        'f' | 'r' | 't' | '-' | '/' | '(' | ')' | '[' | ']' | ' ' | 'I' => 0.44,
        'm' | 'w' | 'M' | 'W' | '@' => 0.88,
        'A'..='Z' | '0'..='9' => 0.68,
        c if c.is_ascii() => 0.60,
        _ => 1.0,
    });
    widths.sum::<f64>() * font
}

/// Boxes with edges, in layers.
fn flow(
    level: &Level,
    members: &[usize],
    boxes: &mut [Placed<'_>],
    down: bool,
) -> (Vec<Curve>, f64, f64) {
    let number = |at: &usize| members.binary_search(at).ok();
    let edges: Vec<(usize, usize)> = level
        .edges
        .iter()
        .filter_map(|(from, to)| Some((number(from)?, number(to)?)))
        .collect();
    let layered = layer(members.len(), &edges);
    let extents: Vec<(f64, f64)> = members
        .iter()
        .map(|at| {
            if down {
                (boxes[*at].w, boxes[*at].h)
            } else {
                (boxes[*at].h, boxes[*at].w)
            }
        })
        .collect();
    let across = |at: usize| extents.get(at).map_or(4.0, |extent| extent.0);
    let centre = place(&layered, &across, GAP);
    let spans = spans(&layered, &extents);
    for (index, at) in members.iter().enumerate() {
        let (start, end) = spans[layered.layer_of[index]];
        let (side, along) = (centre[index] - extents[index].0 / 2.0, extents[index].1);
        // Boxes thinner than their layer stand in its middle.
        let main = start + (end - start - along) / 2.0;
        (boxes[*at].x, boxes[*at].y) = if down { (side, main) } else { (main, side) };
    }
    let curves = curves(&layered, &centre, &extents, &spans, down);
    let main = spans.last().map_or(0.0, |(_, end)| *end);
    let side = (0..centre.len())
        .map(|at| centre[at] + across(at) / 2.0)
        .fold(0.0, f64::max);
    let (w, h) = if down { (side, main) } else { (main, side) };
    (curves, w, h)
}

/// Start and end of each layer.
fn spans(layered: &Layered, extents: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut start = 0.0;
    let each = layered.layers.iter().map(|layer| {
        let thick = layer
            .iter()
            .filter_map(|at| extents.get(*at))
            .map(|extent| extent.1);
        let end = start + thick.fold(0.0, f64::max);
        let span = (start, end);
        start = end + LAYER_GAP;
        span
    });
    each.collect()
}

fn curves(
    layered: &Layered,
    centre: &[f64],
    extents: &[(f64, f64)],
    spans: &[(f64, f64)],
    down: bool,
) -> Vec<Curve> {
    let ports = Ports::new(layered, centre, extents);
    let thin = |at: usize| {
        let (start, end) = spans[layered.layer_of[at]];
        let spare = extents
            .get(at)
            .map_or(0.0, |extent| (end - start - extent.1) / 2.0);
        (start + spare, end - spare)
    };
    let each = layered
        .ways
        .iter()
        .enumerate()
        .map(|(index, (way, turned))| {
            let mut points = Vec::with_capacity(way.len() * 2);
            let last = way.len() - 1;
            for (step, at) in way.iter().enumerate() {
                let (layer_start, layer_end) = spans[layered.layer_of[*at]];
                let (start, end) = thin(*at);
                if step == 0 {
                    points.extend([(ports.leave[index], end), (ports.leave[index], layer_end)]);
                } else if step == last {
                    points.extend([
                        (ports.arrive[index], layer_start),
                        (ports.arrive[index], start),
                    ]);
                } else {
                    points.extend([(centre[*at], layer_start), (centre[*at], layer_end)]);
                }
            }
            if *turned {
                points.reverse();
            }
            if !down {
                points
                    .iter_mut()
                    .for_each(|point| *point = (point.1, point.0));
            }
            Curve { points, down }
        });
    each.collect()
}

/// Where edges touch their boxes: side by side in the order of where they come
/// from or go to.
struct Ports {
    leave: Vec<f64>,
    arrive: Vec<f64>,
}

impl Ports {
    fn new(layered: &Layered, centre: &[f64], extents: &[(f64, f64)]) -> Self {
        let ways = &layered.ways;
        let spread = |end: &dyn Fn(&[usize]) -> (usize, usize)| {
            let mut of: Vec<Vec<usize>> = vec![Vec::new(); layered.real];
            for (index, (way, _)) in ways.iter().enumerate() {
                of[end(way).0].push(index);
            }
            let mut ports = vec![0.0; ways.len()];
            for (at, mut touching) in of.into_iter().enumerate() {
                touching.sort_by(|a, b| {
                    let other = |index: usize| centre[end(&ways[index].0).1];
                    other(*a).total_cmp(&other(*b))
                });
                let count = touching.len() as f64;
                let room = (extents[at].0 - 24.0).max(0.0);
                let step = if count > 1.0 {
                    (room / (count - 1.0)).min(16.0)
                } else {
                    0.0
                };
                // Lines too near to be told apart leave as one.
                let step = if step < 5.0 { 0.0 } else { step };
                for (place, index) in touching.into_iter().enumerate() {
                    ports[index] = centre[at] + (place as f64 - (count - 1.0) / 2.0) * step;
                }
            }
            ports
        };
        Self {
            leave: spread(&|way| (way[0], way[1])),
            arrive: spread(&|way| (way[way.len() - 1], way[way.len() - 2])),
        }
    }
}

/// Boxes without edges, in rows; returns their width and where they end.
fn rows(lone: &[usize], boxes: &mut [Placed<'_>], top: f64, widest: f64) -> (f64, f64) {
    let (mut x, mut y, mut tallest, mut w) = (0.0, top, 0.0f64, 0.0f64);
    for at in lone {
        let item = &mut boxes[*at];
        if x > 0.0 && x + item.w > widest {
            (x, y, tallest) = (0.0, y + tallest + GAP, 0.0);
        }
        (item.x, item.y) = (x, y);
        x += item.w + GAP;
        w = w.max(x - GAP);
        tallest = tallest.max(item.h);
    }
    (w, y + tallest)
}
