//! The host that plugins meet in this process, and what they tell it while a node is computed.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use dragfx_graph::operator::Job;
use ofx_host::{Host, HostSettings, Message, MessageKind, Observer};

/// The one host of this process: a plugin's binary serves one at a time.
pub(crate) static HOST: LazyLock<Host> = LazyLock::new(|| {
    Host::new(HostSettings {
        name: "org.dragfx.DragFX".to_owned(),
        label: "DragFX".to_owned(),
        version: env!("CARGO_PKG_VERSION").split('.').filter_map(|part| part.parse().ok()).collect(),
        version_label: env!("CARGO_PKG_VERSION").to_owned(),
        background: true,
        observer: Arc::new(Ear),
        ..HostSettings::default()
    })
});

thread_local! {
    /// Who is told what plugins say in this thread: a node is computed in one thread from begin to end.
    static LISTENER: RefCell<Option<Arc<Listener>>> = const { RefCell::new(None) };
}

/// What a node's plugin has said.
pub(crate) struct Listener {
    /// The frame that is computed, and the timeline.
    time: f64,
    range: (f64, f64),
    cancelled: Arc<AtomicBool>,
    heard: Mutex<Heard>,
}

#[derive(Default)]
struct Heard {
    /// What is going on, and the part of it that is done, since somebody last looked.
    progress: Option<(f64, String)>,
    label: String,
    messages: Vec<Message>,
}

impl Listener {
    pub(crate) fn new(time: f64, range: (f64, f64)) -> Arc<Self> {
        Arc::new(Self { time, range, cancelled: Arc::default(), heard: Mutex::default() })
    }

    /// Becomes true when the node is not wanted any more.
    pub(crate) fn cancelled(&self) -> Arc<AtomicBool> {
        self.cancelled.clone()
    }

    /// What the plugin has said so far about something that went wrong.
    pub(crate) fn errors(&self) -> Vec<String> {
        self.said(|kind| matches!(kind, MessageKind::Fatal | MessageKind::Error))
    }

    /// What the plugin has said so far that people should know.
    pub(crate) fn notes(&self) -> Vec<String> {
        self.said(|kind| !matches!(kind, MessageKind::Log | MessageKind::Question))
    }

    fn said(&self, wanted: impl Fn(MessageKind) -> bool) -> Vec<String> {
        self.with(|heard| {
            let messages = heard.messages.iter().filter(|message| wanted(message.kind));
            messages.map(|message| crate::text::line(&message.text)).collect()
        })
    }

    fn with<T>(&self, code: impl FnOnce(&mut Heard) -> T) -> T {
        code(&mut self.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Runs what calls a plugin; what it says meanwhile goes to the listener.
pub(crate) fn heard_by<T>(listener: &Arc<Listener>, code: impl FnOnce() -> T) -> T {
    /// Puts back who listened before, also after a panic.
    struct Before(Option<Arc<Listener>>);
    impl Drop for Before {
        fn drop(&mut self) {
            LISTENER.set(self.0.take());
        }
    }
    let _before = Before(LISTENER.replace(Some(listener.clone())));
    code()
}

/// Runs what calls a plugin for a node: it hears when the node is cancelled, and the node how far the plugin is.
pub(crate) fn watched<T>(listener: &Arc<Listener>, job: &Job<'_>, code: impl FnOnce() -> T) -> T {
    // Soon enough for people, and seldom enough to cost nothing.
    const PAUSE: Duration = Duration::from_millis(20);
    let (cancel, progress) = (job.cancel(), job.progress());
    thread::scope(|scope| {
        // Dropped when the code is done, or panics; that ends the watch.
        let (_running, ended) = mpsc::channel::<()>();
        scope.spawn(move || {
            while ended.recv_timeout(PAUSE) == Err(mpsc::RecvTimeoutError::Timeout) {
                if cancel.is_cancelled() {
                    listener.cancelled.store(true, Ordering::Relaxed);
                }
                if let Some((done, what)) = listener.with(|heard| heard.progress.take()) {
                    // With 1 a node tells what came of it, which is not known before the plugin returns.
                    progress.part(done.clamp(0.0, 0.99), &what);
                }
            }
        });
        heard_by(listener, code)
    })
}

/// Passes on what plugins say, to whoever listens in the same thread.
struct Ear;

fn listener() -> Option<Arc<Listener>> {
    LISTENER.with_borrow(Clone::clone)
}

impl Observer for Ear {
    fn message(&self, message: &Message) -> bool {
        if let Some(listener) = listener() {
            listener.with(|heard| heard.messages.push(message.clone()));
        }
        false
    }

    fn progress_start(&self, _plugin: &str, label: &str) {
        if let Some(listener) = listener() {
            listener.with(|heard| heard.label = crate::text::line(label));
        }
    }

    fn progress_update(&self, _plugin: &str, done: f64) -> bool {
        listener().is_none_or(|listener| {
            listener.with(|heard| heard.progress = Some((done, heard.label.clone())));
            !listener.cancelled.load(Ordering::Relaxed)
        })
    }

    fn time(&self) -> Option<f64> {
        Some(listener()?.time)
    }

    fn time_bounds(&self) -> Option<(f64, f64)> {
        Some(listener()?.range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plugins_are_heard_in_their_thread_only() {
        let outer = Listener::new(5.0, (1.0, 9.0));
        let inner = Listener::new(6.0, (1.0, 9.0));
        let say = |kind, text: &str| {
            let text = text.to_owned();
            Ear.message(&Message { plugin: String::new(), kind, id: String::new(), text, persistent: false });
        };
        heard_by(&outer, || {
            heard_by(&inner, || say(MessageKind::Error, "inside"));
            say(MessageKind::Message, "outside");
            say(MessageKind::Log, "for nobody");
            assert_eq!((Ear.time(), Ear.time_bounds()), (Some(5.0), Some((1.0, 9.0))));
            assert!(Ear.progress_update("", 0.5));
            outer.cancelled.store(true, Ordering::Relaxed);
            assert!(!Ear.progress_update("", 0.6));
            thread::scope(|scope| scope.spawn(|| assert_eq!(Ear.time(), None)).join().unwrap());
        });
        say(MessageKind::Error, "nobody listens");
        assert_eq!((inner.errors(), inner.notes()), (vec!["inside".to_owned()], vec!["inside".to_owned()]));
        assert_eq!((outer.errors(), outer.notes()), (vec![], vec!["outside".to_owned()]));
    }
}
