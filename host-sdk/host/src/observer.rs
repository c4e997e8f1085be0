//! Who hears what plugins tell a host.

use crate::names::MessageKind;

/// The host application's side of messages, progress and the time line. Calls come from any thread, inside of actions.
///
/// By default nothing is shown, questions are answered with no, nothing is cancelled, and there is no time line.
pub trait Observer: Send + Sync {
    /// A message. A [question](MessageKind::Question) is answered by true for yes; else the answer is not used.
    fn message(&self, _message: &Message) -> bool {
        false
    }

    /// A plugin asks whether its render is still wanted. Who does not want it sets the request's flag.
    fn abort_asked(&self) {}

    /// The persistent message of an instance is taken back.
    fn clear_message(&self, _plugin: &str) {}

    /// Something long begins.
    fn progress_start(&self, _plugin: &str, _label: &str) {}

    /// A part from 0 to 1 of it is done; false asks the plugin to stop.
    fn progress_update(&self, _plugin: &str, _done: f64) -> bool {
        true
    }

    /// It is over.
    fn progress_end(&self, _plugin: &str) {}

    /// A plugin begins changes of its parameters that a user takes back in one step, or with none ends them.
    fn edit(&self, _plugin: &str, _name: Option<&str>) {}

    /// The frame that a person looks at; none if there is no time line.
    fn time(&self) -> Option<f64> {
        None
    }

    /// A plugin wants to show another frame; false if that cannot be.
    fn go_to_time(&self, _time: f64) -> bool {
        false
    }

    /// The first and the last frame of the time line; none if there is none.
    fn time_bounds(&self) -> Option<(f64, f64)> {
        None
    }
}

/// Something that a plugin says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The plugin's identifier; empty if it did not say.
    pub plugin: String,
    /// What it is about.
    pub kind: MessageKind,
    /// A name for the message, so that translations can be found; often empty.
    pub id: String,
    /// What is said.
    pub text: String,
    /// Whether it is to be shown until it is taken back.
    pub persistent: bool,
}

/// Shows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl Observer for Quiet {}
