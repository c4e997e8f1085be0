//! What can go wrong, and at whose door it lies.

use std::path::PathBuf;

use crate::interact::InteractError;
use crate::names::Context;
use crate::param::ValueError;
use crate::picture::PictureError;
use crate::status::Status;

/// Who is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This library, or the machine it runs on.
    Host,
    /// The plugin.
    Plugin,
    /// Whoever asked: a name that does not exist, a value out of range, a file that is missing.
    User,
}

/// An error of a host.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// Not a bundle, or not there.
    #[error("{path:?} is no OpenFX bundle: it should be a folder NAME.ofx.bundle or a file NAME.ofx")]
    NoBundle {
        /// What was asked for.
        path: PathBuf,
    },
    /// A bundle for other machines.
    #[error("{bundle:?} has no binary for this machine in Contents/{architecture}")]
    NoBinary {
        /// The bundle.
        bundle: PathBuf,
        /// The folder that it should be in.
        architecture: String,
    },
    /// A binary that cannot be loaded.
    #[error("{path:?} cannot be loaded")]
    Load {
        /// The binary.
        path: PathBuf,
        /// Why, in the words of the system.
        source: libloading::Error,
    },
    /// A binary that is loaded already, for another host. Plugins keep one host for all their instances.
    #[error("{path:?} is in use by another host of this process")]
    OtherHost {
        /// The binary.
        path: PathBuf,
    },
    /// A binary that does not want this host.
    #[error("{path:?} refused this host: OfxSetHost answered {status}")]
    Refused {
        /// The binary.
        path: PathBuf,
        /// What it answered.
        status: Status,
    },
    /// A plugin that cannot be used as it is.
    #[error("plugin {index} of {path:?} {why}")]
    BadPlugin {
        /// The binary.
        path: PathBuf,
        /// Its number in there.
        index: usize,
        /// What is wrong with it.
        why: String,
    },
    /// No plugin of that name.
    #[error("there is no plugin {identifier:?} in {path:?}")]
    NoPlugin {
        /// Where it was looked for.
        path: PathBuf,
        /// Its identifier.
        identifier: String,
    },
    /// An action failed.
    #[error("{plugin} answered {action} with {status}{}", message.as_ref().map(|text| format!(": {text}")).unwrap_or_default())]
    ActionFailed {
        /// The plugin's identifier.
        plugin: String,
        /// The action.
        action: String,
        /// What it answered.
        status: Status,
        /// What the plugin said about it.
        message: Option<String>,
    },
    /// A description that says too little or what cannot be.
    #[error("{plugin} {why}")]
    BadDescription {
        /// The plugin's identifier.
        plugin: String,
        /// What is wrong with it.
        why: String,
    },
    /// A context that plugin and host do not share.
    #[error("{plugin} cannot be used as a {context}")]
    Context {
        /// The plugin's identifier.
        plugin: String,
        /// The context.
        context: Context,
    },
    /// No clip of that name.
    #[error("{plugin} has no clip {clip:?} to connect")]
    NoClip {
        /// The plugin's identifier.
        plugin: String,
        /// The name.
        clip: String,
    },
    /// A clip that the effect needs and that has no pictures.
    #[error("{plugin} needs the clip {clip:?}, which is not connected")]
    NotConnected {
        /// The plugin's identifier.
        plugin: String,
        /// The name.
        clip: String,
    },
    /// No common components or depth.
    #[error("{plugin} and the host have no {what} in common for clip {clip:?}")]
    NothingInCommon {
        /// The plugin's identifier.
        plugin: String,
        /// The clip.
        clip: String,
        /// Of what there is none: components or depth.
        what: &'static str,
    },
    /// A parameter that does not exist, or a value that it cannot have.
    #[error("{plugin}: {source}")]
    Parameter {
        /// The plugin's identifier.
        plugin: String,
        /// What is wrong with it.
        source: ValueError,
    },
    /// Nothing to render: the effect is defined nowhere, or not in the window.
    #[error("{plugin} has nothing to render at time {time}")]
    Nothing {
        /// The plugin's identifier.
        plugin: String,
        /// The time.
        time: f64,
    },
    /// A picture that the effect is without.
    #[error("clip {clip:?} has no picture at time {time}")]
    NoPicture {
        /// The clip.
        clip: String,
        /// The time.
        time: f64,
    },
    /// A scale, window or time that nothing can be rendered at.
    #[error("{what} cannot be rendered")]
    BadRequest {
        /// What it was.
        what: String,
    },
    /// The render was cancelled.
    #[error("the render was cancelled")]
    Cancelled,
    /// Something that this library does not do.
    #[error("{0} is not supported")]
    Unsupported(&'static str),
    /// An overlay that does not do what it is asked for.
    #[error("{plugin}: {source}")]
    Interact {
        /// The plugin's identifier.
        plugin: String,
        /// Why.
        source: InteractError,
    },
    /// A picture that cannot be.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The cache of descriptions cannot be read or written.
    #[error("the cache {path:?} cannot be used")]
    Cache {
        /// Its file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A binary that could not be loaded before, and has not changed since.
    #[error("{path:?} could not be loaded before: {why}")]
    Known {
        /// The binary.
        path: PathBuf,
        /// What it was then.
        why: String,
    },
    /// A plugin that ended the process when it was described the last time.
    #[error("{path:?} ended the process while it was being described; it is left alone until it changes")]
    Crashed {
        /// The binary.
        path: PathBuf,
    },
}

impl HostError {
    /// Who is to blame.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Load { .. }
            | Self::BadPlugin { .. }
            | Self::ActionFailed { .. }
            | Self::BadDescription { .. }
            | Self::NothingInCommon { .. }
            | Self::Nothing { .. }
            | Self::Refused { .. }
            | Self::Known { .. }
            | Self::Crashed { .. }
            | Self::Interact { source: InteractError::Action { .. }, .. } => Fault::Plugin,
            Self::NoBundle { .. }
            | Self::NoBinary { .. }
            | Self::OtherHost { .. }
            | Self::NoPlugin { .. }
            | Self::Context { .. }
            | Self::NoClip { .. }
            | Self::NotConnected { .. }
            | Self::Parameter { .. }
            | Self::NoPicture { .. }
            | Self::BadRequest { .. }
            | Self::Cancelled => Fault::User,
            Self::Unsupported(_) | Self::Picture(_) | Self::Cache { .. } | Self::Interact { .. } => Fault::Host,
        }
    }
}
