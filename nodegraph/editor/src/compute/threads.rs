//! Threads that do the newest of what they are given.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Where a thread gets its work: one letter, the newest, and a bell.
pub(super) struct Mailbox<T> {
    mail: Mutex<Mail<T>>,
    arrived: Condvar,
}

struct Mail<T> {
    letter: Option<T>,
    is_rung: bool,
    is_closed: bool,
    /// Whether the thread does what it has found.
    is_working: bool,
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
    /// end the thread; one that is done says for how long the bell is not heard then, while letters are.
    pub(super) fn spawn(name: &str, mut work: impl FnMut(Found<T>) -> Duration + Send + 'static) -> Arc<Self> {
        let mail = Mail { letter: None, is_rung: false, is_closed: false, is_working: false };
        let mailbox = Arc::new(Self { mail: Mutex::new(mail), arrived: Condvar::new() });
        let inbox = Arc::clone(&mailbox);
        let run = move || {
            let mut rest = Duration::ZERO;
            while let Some(found) = inbox.wait(rest) {
                // The hook that prints panics has told it; what was to be computed stays undone.
                rest = catch_unwind(AssertUnwindSafe(|| work(found))).unwrap_or_default();
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
        lock(&self.mail).is_rung = true;
        self.arrived.notify_one();
    }

    /// Whether there is nothing to do, and nothing is being done.
    pub(super) fn is_idle(&self) -> bool {
        let mail = lock(&self.mail);
        mail.letter.is_none() && !mail.is_rung && !mail.is_working
    }

    /// Ends the thread after what it is doing.
    pub(super) fn close(&self) {
        lock(&self.mail).is_closed = true;
        self.arrived.notify_one();
    }

    fn wait(&self, rest: Duration) -> Option<Found<T>> {
        let end = Instant::now() + rest;
        let mut mail = lock(&self.mail);
        loop {
            if mail.is_closed {
                return None;
            }
            let rest = if mail.is_rung && mail.letter.is_none() { end - Instant::now() } else { Duration::ZERO };
            if !rest.is_zero() {
                mail.is_working = false;
                mail = self.arrived.wait_timeout(mail, rest).unwrap_or_else(PoisonError::into_inner).0;
                continue;
            }
            let is_rung = std::mem::take(&mut mail.is_rung);
            let found = mail.letter.take().map(Found::Letter).or(is_rung.then_some(Found::Bell));
            mail.is_working = found.is_some();
            if found.is_some() {
                return found;
            }
            mail = self.arrived.wait(mail).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Does a piece of work whose end somebody waits for, even if it panics.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| "it failed unexpectedly".to_owned())
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
            let number = if let Found::Letter(number) = found { number } else { 0 };
            started.send(number).expect("somebody hears");
            gate.recv().expect("somebody opens");
            assert_ne!(number, 1, "the first one panics");
            Duration::ZERO
        });
        assert!(mailbox.is_idle());
        mailbox.put(1);
        assert_eq!(starts.recv(), Ok(1));
        mailbox.put(2);
        mailbox.put(3);
        mailbox.ring();
        assert!(!mailbox.is_idle());
        go.send(()).expect("it waits");
        assert_eq!(starts.recv(), Ok(3), "what was overtaken is not done");
        mailbox.ring();
        go.send(()).expect("it waits");
        assert_eq!(starts.recv(), Ok(0), "the bell that rang before the letter was fetched is not heard twice");
        go.send(()).expect("it waits");
        mailbox.close();
        assert!(starts.recv().is_err(), "and the thread has ended");
    }

    #[test]
    fn a_thread_that_rests_hears_letters_and_not_the_bell() {
        let (started, starts) = channel();
        let mailbox = Mailbox::spawn("test", move |found| {
            let number = if let Found::Letter(number) = found { number } else { 0 };
            started.send(number).expect("somebody hears");
            Duration::from_secs(if number == 1 { 3600 } else { 0 })
        });
        mailbox.put(1);
        assert_eq!(starts.recv(), Ok(1));
        mailbox.ring();
        assert!(starts.recv_timeout(Duration::from_millis(50)).is_err(), "it rests");
        assert!(!mailbox.is_idle(), "the bell will be heard");
        mailbox.put(2);
        assert_eq!(starts.recv(), Ok(2));
        mailbox.ring();
        assert_eq!(starts.recv(), Ok(0));
        mailbox.close();
    }
}
