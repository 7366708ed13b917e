//! Progress without a terminal: a line for each step that ends, and on request
//! for each that starts, waits or is tried again; or events as JSON, one on
//! each line.

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use mlplat_core::deploy::{Event, Sink, Stamped};

use super::board::Board;
use super::lines;

/// One line for each ended step. What it writes to takes the colours out.
pub(crate) struct Quiet<W> {
    inner: Mutex<(Board, W)>,
    /// Says more.
    more: bool,
}

impl<W: Write + Send> Quiet<W> {
    pub(crate) fn new(to: W, more: bool) -> Self {
        Self {
            inner: Mutex::new((Board::default(), to)),
            more,
        }
    }
}

impl<W: Write + Send> Sink for Quiet<W> {
    fn event(&self, event: &Stamped) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let (board, to) = &mut *inner;
        let more = self.more.then(|| lines::under_way(&event.event, board));
        let ended = board.apply(event);
        if let Some(line) = more.flatten() {
            let _ = writeln!(to, "{line}");
        }
        if let Some(line) = lines::finished(&event.event, ended.as_ref(), usize::MAX) {
            // A reader that went away must not stop a deployment.
            let _ = writeln!(to, "{line}");
        }
    }
}

/// Events as JSON lines. The last one is always a summary: a run that has
/// nothing to do, or stops before it begins, tells none itself.
pub(crate) struct Json<W: Write> {
    inner: Mutex<Lines<W>>,
}

struct Lines<W> {
    to: W,
    summed_up: bool,
}

impl<W: Write> Lines<W> {
    fn write(&mut self, event: &Stamped) {
        self.summed_up |= matches!(event.event, Event::Summary { .. });
        if let Ok(line) = serde_json::to_string(event) {
            let _ = writeln!(self.to, "{line}");
            let _ = self.to.flush();
        }
    }
}

impl<W: Write> Json<W> {
    pub(crate) fn new(to: W) -> Self {
        let summed_up = false;
        Self {
            inner: Mutex::new(Lines { to, summed_up }),
        }
    }
}

impl<W: Write + Send> Sink for Json<W> {
    fn event(&self, event: &Stamped) {
        let mut lines = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        lines.write(event);
    }
}

impl<W: Write> Drop for Json<W> {
    fn drop(&mut self) {
        let lines = self.inner.get_mut().unwrap_or_else(PoisonError::into_inner);
        if !lines.summed_up {
            let event = Event::Summary {
                done: 0,
                failed: 0,
                skipped: 0,
                elapsed_s: 0.0,
                critical_path_s: 0.0,
            };
            lines.write(&Stamped {
                v: 1,
                t_s: 0.0,
                event,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlplat_core::deploy::Verb;

    #[test]
    fn events_are_one_json_object_on_each_line() {
        let mut written = Vec::new();
        let json = Json::new(&mut written);
        let event = Event::Summary {
            done: 2,
            failed: 0,
            skipped: 1,
            elapsed_s: 3.5,
            critical_path_s: 3.0,
        };
        json.event(&Stamped {
            v: 1,
            t_s: 3.5,
            event,
        });
        drop(json);
        assert_eq!(
            String::from_utf8(written).unwrap(),
            "{\"v\":1,\"t_s\":3.5,\"type\":\"summary\",\"done\":2,\"failed\":0,\"skipped\":1,\"elapsed_s\":3.5,\"critical_path_s\":3.0}\n"
        );
    }

    #[test]
    fn a_stream_ends_with_a_summary_whatever_happens() {
        let mut written = Vec::new();
        drop(Json::new(&mut written));
        let text = String::from_utf8(written).unwrap();
        assert!(text.contains("\"type\":\"summary\",\"done\":0"), "{text}");
    }

    #[test]
    fn more_is_what_starts_waits_and_is_tried_again() {
        let path: mlplat_core::NodePath = "cluster/control-plane".parse().unwrap();
        let waiting = |status: &str| Event::Waiting {
            path: path.clone(),
            status: status.into(),
        };
        let events = [
            Event::Started {
                path: path.clone(),
                ty: "eks.Cluster".into(),
                action: Verb::Create,
                expected_s: 617,
            },
            Event::Retrying {
                path: path.clone(),
                why: "rate exceeded".into(),
                in_s: 2.5,
                tries: 2,
            },
            waiting("CREATING"),
            waiting("CREATING"),
            Event::Done {
                path: path.clone(),
                action: Verb::Create,
                id: None,
                took_s: 600.0,
            },
        ];
        let shown = |more: bool| {
            let mut written = Vec::new();
            let quiet = Quiet::new(&mut written, more);
            for event in &events {
                quiet.event(&Stamped {
                    v: 1,
                    t_s: 0.0,
                    event: event.clone(),
                });
            }
            drop(quiet);
            let text = String::from_utf8(written).unwrap();
            anstream::adapter::strip_str(&text).to_string()
        };
        assert_eq!(shown(false).lines().count(), 1);
        insta::assert_snapshot!(shown(true), @r#"
        ›  cluster/control-plane  eks.Cluster  creating, about 10m 17s
        ↻  cluster/control-plane  try 3 in 2.5 s: rate exceeded
        …  cluster/control-plane  CREATING
        ✓  cluster/control-plane  eks.Cluster  created in 10m 00s
        "#);
    }
}
