//! Progress without a terminal: a line for each step that ends, or events as
//! JSON, one on each line.

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use mlplat_core::deploy::{Sink, Stamped};

use super::board::Board;
use super::lines;

/// One line for each ended step. What it writes to takes the colours out.
pub(crate) struct Quiet<W> {
    inner: Mutex<(Board, W)>,
}

impl<W: Write + Send> Quiet<W> {
    pub(crate) fn new(to: W) -> Self {
        Self {
            inner: Mutex::new((Board::default(), to)),
        }
    }
}

impl<W: Write + Send> Sink for Quiet<W> {
    fn event(&self, event: &Stamped) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let (board, to) = &mut *inner;
        let ended = board.apply(event);
        if let Some(line) = lines::finished(&event.event, ended.as_ref(), usize::MAX) {
            // A reader that went away must not stop a deployment.
            let _ = writeln!(to, "{line}");
        }
    }
}

/// Events as JSON lines.
pub(crate) struct Json<W> {
    to: Mutex<W>,
}

impl<W: Write + Send> Json<W> {
    pub(crate) fn new(to: W) -> Self {
        Self { to: Mutex::new(to) }
    }
}

impl<W: Write + Send> Sink for Json<W> {
    fn event(&self, event: &Stamped) {
        let mut to = self.to.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(line) = serde_json::to_string(event) {
            let _ = writeln!(to, "{line}");
            let _ = to.flush();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlplat_core::deploy::Event;

    #[test]
    fn events_are_one_json_object_on_each_line() {
        let json = Json::new(Vec::new());
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
        let written = json.to.into_inner().unwrap();
        assert_eq!(
            String::from_utf8(written).unwrap(),
            "{\"v\":1,\"t_s\":3.5,\"type\":\"summary\",\"done\":2,\"failed\":0,\"skipped\":1,\"elapsed_s\":3.5,\"critical_path_s\":3.0}\n"
        );
    }
}
