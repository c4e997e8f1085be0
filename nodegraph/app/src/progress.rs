//! Progress bars on standard error; none where it is not a terminal. Measured times, and Ctrl-C.

use std::time::Duration;

use anyhow::{Context, Result};
use dragfx_engine::Cancel;
use indicatif::{ProgressBar, ProgressStyle};

/// A bar in thousandths, for work that tells which part is done.
pub(crate) fn part(label: &str) -> ProgressBar {
    styled(1000, label, "{prefix} {bar:30} {percent:>3} %")
}

/// A bar that counts to `length` and shows a message.
pub(crate) fn count(length: usize, label: &str) -> ProgressBar {
    styled(length as u64, label, "{prefix} {bar:30} {pos}/{len}  {msg}")
}

fn styled(length: u64, label: &str, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(length).with_style(style).with_prefix(label.to_owned());
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// The middle one of measured times; `None` of none.
pub(crate) fn median(mut times: Vec<f64>) -> Option<f64> {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied()
}

/// A token that Ctrl-C cancels, or a farm that asks the program to end (SIGTERM); a second time ends the program at once.
pub(crate) fn cancel_on_ctrl_c() -> Result<Cancel> {
    let cancel = Cancel::new();
    let token = cancel.clone();
    ctrlc::set_handler(move || {
        if token.is_cancelled() {
            std::process::exit(130);
        }
        token.cancel();
    })
    .context("can't listen to Ctrl-C")?;
    Ok(cancel)
}
