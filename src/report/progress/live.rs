//! The live tree in a terminal.
//!
//! Ended steps scroll away above, steps under way are redrawn below, ten times
//! a second. The engine's clock may be a virtual one: between two events the
//! time shown runs on at `pace` virtual seconds for each real one.

use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mlplat_core::deploy::{Sink, Stamped};

use super::board::Board;
use super::lines;

const REDRAW: Duration = Duration::from_millis(100);

/// A live tree on standard error; it is gone when this is dropped.
pub(crate) struct Live {
    shared: Arc<Mutex<Shared>>,
    bar: ProgressBar,
    stop: Option<Sender<()>>,
    ticker: Option<JoinHandle<()>>,
}

struct Shared {
    board: Board,
    title: String,
    pace: f64,
    seen: Instant,
    colour: bool,
}

impl Live {
    /// Starts drawing. `pace` is how many seconds of the engine pass in a real
    /// one; 0 when it does not wait at all.
    pub(crate) fn new(title: String, pace: f64, colour: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{msg}") {
            bar.set_style(style);
        }
        let shared = Arc::new(Mutex::new(Shared {
            board: Board::default(),
            title,
            pace,
            seen: Instant::now(),
            colour,
        }));
        let (stop, stopped) = channel();
        let (drawn, drawing) = (Arc::clone(&shared), bar.clone());
        let ticker = std::thread::spawn(move || {
            while stopped
                .recv_timeout(REDRAW)
                .is_err_and(|why| why == std::sync::mpsc::RecvTimeoutError::Timeout)
            {
                draw(&lock(&drawn), &drawing);
            }
        });
        Self {
            shared,
            bar,
            stop: Some(stop),
            ticker: Some(ticker),
        }
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn draw(shared: &Shared, bar: &ProgressBar) {
    if shared.board.steps == 0 {
        return;
    }
    let (rows, columns) = Term::stderr().size();
    let now_s = shared.board.t_s + shared.seen.elapsed().as_secs_f64() * shared.pace;
    let lines = lines::tree(
        &shared.board,
        &shared.title,
        now_s,
        usize::from(columns),
        usize::from(rows),
    );
    bar.set_message(shared.coloured(lines.join("\n")));
    bar.tick();
}

impl Shared {
    fn coloured(&self, text: String) -> String {
        if self.colour {
            text
        } else {
            anstream::adapter::strip_str(&text).to_string()
        }
    }
}

impl Sink for Live {
    fn event(&self, event: &Stamped) {
        let mut shared = lock(&self.shared);
        shared.seen = Instant::now();
        let ended = shared.board.apply(event);
        let columns = usize::from(Term::stderr().size().1);
        if let Some(line) = lines::finished(&event.event, ended.as_ref(), columns) {
            self.bar.println(shared.coloured(line));
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(ticker) = self.ticker.take() {
            // The thread only draws; that it failed is not worth more.
            let _ = ticker.join();
        }
        self.bar.finish_and_clear();
    }
}
