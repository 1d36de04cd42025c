use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::print;

/// A bar with rate and time to go, on a terminal; nothing otherwise.
pub(crate) struct Progress {
    bar: ProgressBar,
    started: Instant,
}

impl Progress {
    /// Counts bytes; `total` is 0 when nobody knows it.
    pub(crate) fn bytes(total: u64) -> Progress {
        match total {
            0 => Progress::new(None, "{spinner} {decimal_bytes} {msg} {decimal_bytes_per_sec}"),
            _ => Progress::new(Some(total), "{bar:32.cyan/dim} {percent:>3} %  {msg}  {decimal_bytes_per_sec}  {eta} to go"),
        }
    }

    /// Counts records.
    pub(crate) fn records(total: u64) -> Progress {
        Progress::new(Some(total), "{bar:32.cyan/dim} {percent:>3} %  {msg}  {per_sec}  {eta} to go")
    }

    fn new(total: Option<u64>, template: &str) -> Progress {
        let bar = total.map_or_else(ProgressBar::no_length, ProgressBar::new);
        let style = ProgressStyle::with_template(template).expect("BUG: template of the progress bar");
        bar.set_style(style.progress_chars("##."));
        Progress { bar, started: Instant::now() }
    }

    /// Where the bar stands.
    pub(crate) fn position(&self) -> u64 {
        self.bar.position()
    }

    /// Moves the bar.
    pub(crate) fn at(&self, bytes: u64, records: u64) {
        self.bar.set_message(format!("{} records", print::count(records)));
        self.bar.set_position(bytes);
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// Since the start.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}
