//! Why an effect of a plugin could not be computed.

use dragfx_graph::error::NodeError;
use dragfx_graph::value::MAX_SIDE;
use ofx_host::{Fault, HostError};

use crate::host::Listener;

/// Why an effect of a plugin could not be computed, and at whose door it lies.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EffectError {
    /// Something between host and plugin failed.
    #[error("{}{}", blame(.source), said(.messages))]
    Failed {
        /// What failed.
        source: Box<HostError>,
        /// What the plugin said before, beside what the error tells.
        messages: Vec<String>,
    },
    /// The plugin wants to see more frames than anybody can have computed.
    #[error("the plugin needs {count} frames of its input `{input}`, at most {most} are possible")]
    Frames {
        /// The input.
        input: String,
        /// How many frames.
        count: f64,
        /// How many there may be.
        most: usize,
    },
    /// A picture that would be larger than pictures are.
    #[error("a picture of {width} x {height} pixels is too large: a side has at most {MAX_SIDE}")]
    Size {
        /// Pixels from left to right.
        width: usize,
        /// Pixels from top to bottom.
        height: usize,
    },
}

impl EffectError {
    /// Who is to blame.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Failed { source, .. } => source.fault(),
            Self::Frames { .. } => Fault::Plugin,
            Self::Size { .. } => Fault::User,
        }
    }

    /// With what the plugin said to the listener of something going wrong, if the error does not tell it already.
    pub(crate) fn with(self, listener: &Listener) -> Self {
        match self {
            Self::Failed { source, mut messages } => {
                let told = source.to_string();
                messages.extend(listener.errors().into_iter().filter(|message| !told.contains(message)));
                Self::Failed { source, messages }
            }
            other => other,
        }
    }
}

impl From<EffectError> for NodeError {
    fn from(error: EffectError) -> Self {
        match error {
            EffectError::Failed { source, .. } if matches!(*source, HostError::Cancelled) => Self::Cancelled,
            error => Self::Foreign(Box::new(error)),
        }
    }
}

impl From<HostError> for EffectError {
    fn from(source: HostError) -> Self {
        Self::Failed { source: source.into(), messages: Vec::new() }
    }
}

fn blame(error: &HostError) -> &'static str {
    match error.fault() {
        Fault::Plugin => "the plugin is at fault",
        Fault::Host => "DragFX is at fault, as the plugin's host",
        Fault::User => "the plugin cannot be used so",
    }
}

fn said(messages: &[String]) -> String {
    if messages.is_empty() { String::new() } else { format!(", and says: {}", messages.join("; ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_whose_they_are() {
        let failed = |source: HostError, messages: &[&str]| {
            let messages = messages.iter().map(|&text| text.to_owned()).collect();
            EffectError::Failed { source: source.into(), messages }
        };
        let nothing = || HostError::Nothing { plugin: "a.b".to_owned(), time: 1.0 };
        let rows = [
            (failed(nothing(), &[]), "the plugin is at fault"),
            (failed(nothing(), &["no licence"]), "the plugin is at fault, and says: no licence"),
            (failed(HostError::Unsupported("it"), &[]), "DragFX is at fault, as the plugin's host"),
            (failed(HostError::BadRequest { what: "it".to_owned() }, &[]), "the plugin cannot be used so"),
        ];
        let wrong: Vec<_> = rows.iter().filter(|(error, text)| error.to_string() != *text).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
        assert!(matches!(NodeError::from(failed(HostError::Cancelled, &[])), NodeError::Cancelled));
        assert!(matches!(NodeError::from(failed(nothing(), &[])), NodeError::Foreign(_)));
    }
}
