//! What is going on in this thread: which plugin is in which action. Suite functions are bare C functions, so this is how
//! they know whom to answer and whom to blame.

use std::any::Any;
use std::cell::RefCell;
use std::ffi::{CStr, CString};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};

use crate::complaint::{Ledger, Misuse};
use crate::host::HostShared;
use crate::instance::Job;
use crate::sync::lock;

/// A plugin in an action.
pub(crate) struct Scope {
    /// Where complaints about the plugin go.
    pub(crate) ledger: Arc<Ledger>,
    /// The action's name; empty while the binary itself is opened.
    pub(crate) action: &'static CStr,
    /// A number of its own.
    pub(crate) id: u64,
    /// The host that the plugin was given.
    pub(crate) host: Weak<HostShared>,
    /// What is being rendered, in actions that render.
    pub(crate) job: Option<Arc<Job>>,
    /// What the plugin may still hold a pointer to, until the action ends.
    kept: Mutex<Vec<Box<dyn Any + Send + Sync>>>,
}

thread_local! {
    static STACK: RefCell<Vec<Arc<Scope>>> = const { RefCell::new(Vec::new()) };
}

/// The scope entered last in any thread. A thread that a plugin has made itself has no scope; what it does wrong is said of
/// the plugin that entered an action last, which is right unless several plugins are at work.
static LATEST: Mutex<Option<Arc<Scope>>> = Mutex::new(None);

/// Leaves the scope when dropped.
pub(crate) struct Entered(());

impl Scope {
    /// A scope without a host.
    #[cfg(test)]
    pub(crate) fn new(ledger: Arc<Ledger>, action: &'static CStr) -> Arc<Self> {
        Self::of(Weak::new(), ledger, action, None)
    }

    /// The scope of an action of an effect.
    pub(crate) fn of(
        host: Weak<HostShared>,
        ledger: Arc<Ledger>,
        action: &'static CStr,
        job: Option<Arc<Job>>,
    ) -> Arc<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        Arc::new(Self { ledger, action, id, host, job, kept: Mutex::default() })
    }

    /// Makes this thread be in the scope, until what is returned is dropped.
    pub(crate) fn enter(self: Arc<Self>) -> Entered {
        *lock(&LATEST) = Some(self.clone());
        STACK.with_borrow_mut(|stack| stack.push(self));
        Entered(())
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let left = STACK.with_borrow_mut(Vec::pop);
        drop(left);
    }
}

/// The innermost scope of this thread, or the latest of any.
pub(crate) fn current() -> Option<Arc<Scope>> {
    STACK.with_borrow(|stack| stack.last().cloned()).or_else(|| lock(&LATEST).clone())
}

/// The action that this thread is in.
pub(crate) fn action() -> Option<&'static CStr> {
    STACK.with_borrow(|stack| stack.last().map(|scope| scope.action))
}

/// Whether this thread is in that action, at any depth.
pub(crate) fn is_in(action: &CStr) -> bool {
    STACK.with_borrow(|stack| stack.iter().any(|scope| scope.action == action))
}

/// How often this thread is in that action, one inside of the other.
pub(crate) fn depth(action: &CStr) -> usize {
    STACK.with_borrow(|stack| stack.iter().filter(|scope| scope.action == action).count())
}

/// Whether the host at work hides a property from its plugins.
pub(crate) fn hides(property: &CStr) -> bool {
    let Some(host) = current().and_then(|scope| scope.host.upgrade()) else { return false };
    let hidden = &host.settings.hidden_properties;
    !hidden.is_empty() && hidden.contains(&*property.to_string_lossy())
}

/// The jobs of this thread's scopes, the innermost first.
pub(crate) fn jobs() -> Vec<Arc<Job>> {
    STACK.with_borrow(|stack| stack.iter().rev().filter_map(|scope| scope.job.clone()).collect())
}

/// Remembers what the plugin at work did wrong.
pub(crate) fn complain(misuse: Misuse, text: impl Into<String>) {
    if let Some(scope) = current() {
        scope.ledger.add(misuse, &scope.action.to_string_lossy(), text.into());
    }
}

/// Keeps a string that is being replaced alive until the outermost action of this thread ends, because the plugin may have
/// been given a pointer to it.
pub(crate) fn retire(string: CString) {
    STACK.with_borrow(|stack| {
        if let Some(scope) = stack.first() {
            lock(&scope.kept).push(Box::new(string));
        }
    });
}

/// Keeps what the plugin was given a pointer to alive until the outermost action of this thread ends. In a thread that the
/// plugin has made itself, until another action is entered and this one has ended.
pub(crate) fn keep(what: impl Any + Send + Sync) {
    let outermost = STACK.with_borrow(|stack| stack.first().cloned()).or_else(|| lock(&LATEST).clone());
    if let Some(scope) = outermost {
        lock(&scope.kept).push(Box::new(what));
    }
}
