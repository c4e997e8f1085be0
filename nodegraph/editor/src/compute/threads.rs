//! Threads that do the newest of what they are given.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Where a thread gets its work: one letter, the newest, and a bell.
pub(super) struct Mailbox<T> {
    mail: Mutex<Mail<T>>,
    arrived: Condvar,
}

struct Mail<T> {
    letter: Option<T>,
    rung: bool,
    is_closed: bool,
}

/// What a thread finds in its mailbox.
pub(super) enum Found<T> {
    /// A letter.
    Letter(T),
    /// None, but the bell was rung.
    Bell,
}

impl<T: Send + 'static> Mailbox<T> {
    /// Starts a thread that does what it finds in the mailbox, until that is closed. A piece of work that panics does not
    /// end the thread.
    pub(super) fn spawn(name: &str, mut work: impl FnMut(Found<T>) + Send + 'static) -> Arc<Self> {
        let mail = Mutex::new(Mail { letter: None, rung: false, is_closed: false });
        let mailbox = Arc::new(Self { mail, arrived: Condvar::new() });
        let inbox = Arc::clone(&mailbox);
        let run = move || {
            while let Some(found) = inbox.wait() {
                // The hook that prints panics has told it; what was to be computed stays undone.
                let _ = catch_unwind(AssertUnwindSafe(|| work(found)));
            }
        };
        std::thread::Builder::new().name(name.to_owned()).spawn(run).expect("the system has threads");
        mailbox
    }

    /// Puts a letter in, in place of one that was not fetched yet.
    pub(super) fn put(&self, letter: T) {
        lock(&self.mail).letter = Some(letter);
        self.arrived.notify_one();
    }

    /// Rings the bell.
    pub(super) fn ring(&self) {
        lock(&self.mail).rung = true;
        self.arrived.notify_one();
    }

    /// Whether a letter waits.
    pub(super) fn has_letter(&self) -> bool {
        lock(&self.mail).letter.is_some()
    }

    /// Ends the thread after what it is doing.
    pub(super) fn close(&self) {
        lock(&self.mail).is_closed = true;
        self.arrived.notify_one();
    }

    fn wait(&self) -> Option<Found<T>> {
        let mut mail = lock(&self.mail);
        loop {
            if mail.is_closed {
                return None;
            }
            let rung = std::mem::take(&mut mail.rung);
            if let Some(letter) = mail.letter.take() {
                return Some(Found::Letter(letter));
            }
            if rung {
                return Some(Found::Bell);
            }
            mail = self.arrived.wait(mail).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Locks what stays whole whoever panicked while it was locked.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn a_thread_does_the_newest_and_outlives_a_panic() {
        let (started, starts) = channel();
        let (go, gate) = channel::<()>();
        let mailbox = Mailbox::spawn("test", move |found| {
            let Found::Letter(number) = found else { return };
            started.send(number).expect("somebody hears");
            gate.recv().expect("somebody opens");
            assert_ne!(number, 1, "the first one panics");
        });
        mailbox.put(1);
        assert_eq!(starts.recv(), Ok(1));
        mailbox.put(2);
        mailbox.put(3);
        assert!(mailbox.has_letter());
        go.send(()).expect("it waits");
        assert_eq!(starts.recv(), Ok(3), "what was overtaken is not done");
        go.send(()).expect("it waits");
        mailbox.close();
        assert!(starts.recv().is_err(), "and the thread has ended");
    }
}
