//! How far the replay is, on standard error: a bar on a terminal, a line a day elsewhere.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Where the bar's template cannot be read the usual one is shown.
const TEMPLATE: &str = "{bar:30} {pos}/{len} h  {msg}";
/// Hours between two lines where there is no terminal.
const LINE_EVERY: u64 = 24;

/// Tells people how far the replay is.
pub struct Progress {
    bar: Option<ProgressBar>,
    hours: u64,
}

impl Progress {
    /// Progress over so many hours.
    pub fn new(hours: u64) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(hours), ProgressDrawTarget::stderr_with_hz(10));
            bar.with_style(ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self { bar, hours }
    }

    /// A line of its own, above the bar.
    pub fn say(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{line}")),
            None => eprintln!("{line}"),
        }
    }

    /// So many hours are done; `message` makes the text only where it is shown.
    pub fn hour(&self, done: u64, message: impl FnOnce() -> String) {
        match &self.bar {
            Some(bar) => {
                bar.set_message(message());
                bar.set_position(done);
            }
            None if done.is_multiple_of(LINE_EVERY) || done == self.hours => {
                eprintln!("{done}/{} h  {}", self.hours, message());
            }
            None => {}
        }
    }

    /// The replay has ended, well or not.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
