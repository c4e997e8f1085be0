//! What plugins say while they work, on the terminal.

use std::sync::Mutex;

use ofx_host::{Complaint, Message, MessageKind, Observer};

use crate::printable;

/// Prints messages and progress to the error output.
#[derive(Debug, Default)]
pub(crate) struct Console {
    /// The percentage that was printed last, so that a line is printed for every tenth only.
    printed: Mutex<Option<u32>>,
}

impl Observer for Console {
    fn message(&self, message: &Message) -> bool {
        let question = if message.kind == MessageKind::Question { " (answered: no)" } else { "" };
        eprintln!("{}: {}: {}{question}", message.plugin, message.kind, printable(&message.text));
        false
    }

    fn progress_start(&self, plugin: &str, label: &str) {
        eprintln!("{plugin}: {}", printable(label));
    }

    fn progress_update(&self, plugin: &str, done: f64) -> bool {
        let percent = (done * 10.0) as u32 * 10;
        let mut printed = self.printed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if *printed != Some(percent) {
            *printed = Some(percent);
            eprintln!("{plugin}: {percent} %");
        }
        true
    }

    fn progress_end(&self, _plugin: &str) {
        *self.printed.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = None;
    }
}

/// Prints what a plugin did against the standard.
pub(crate) fn complain(complaints: &[Complaint]) {
    for complaint in complaints {
        eprintln!("{:?}: {:?}: {}", complaint.misuse.severity(), complaint.misuse, printable(&complaint.to_string()));
    }
}
