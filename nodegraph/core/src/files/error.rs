//! Why a file cannot be read or written.

use std::io;
use std::path::{Path, PathBuf};

/// A file that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The file system refuses.
    #[error("can't {action} {}: {cause}", path.display())]
    Io {
        /// What was tried: `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// The file is damaged, of another type, or too large.
    #[error("can't use {}: {reason}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The picture does not fit into a file of this format.
    #[error("can't write {}: {reason}", path.display())]
    Picture {
        /// The file.
        path: PathBuf,
        /// What is wrong with the picture.
        reason: String,
    },
    /// No picture is written under such a name.
    #[error("{}: the file name must end in .{}", path.display(), known.join(", ."))]
    Format {
        /// The file.
        path: PathBuf,
        /// The endings there are.
        known: &'static [&'static str],
    },
    /// The format of a file has no such depth.
    #[error("{}: the depth `{depth}` does not exist there; there are {}", path.display(), known.join(", "))]
    Depth {
        /// The file.
        path: PathBuf,
        /// The depth that was asked for.
        depth: &'static str,
        /// The depths of the format.
        known: &'static [&'static str],
    },
    /// A file name pattern that stands for no file name.
    #[error("the file name `{pattern}`: {reason}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Why a reader or an encoder stopped; which file it was, the caller knows.
#[derive(Debug)]
pub(super) enum Fault {
    /// The file system refuses.
    Io(io::Error),
    /// Something is wrong with the content of the file or the picture.
    Content(String),
}

impl Fault {
    pub(super) fn reading(self, path: &Path) -> FileError {
        let path = path.to_owned();
        match self {
            Self::Io(cause) => FileError::Io { action: "read", path, cause },
            Self::Content(reason) => FileError::Content { path, reason },
        }
    }

    pub(super) fn writing(self, path: &Path) -> FileError {
        let path = path.to_owned();
        match self {
            Self::Io(cause) => FileError::Io { action: "write", path, cause },
            Self::Content(reason) => FileError::Picture { path, reason },
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        // Readers of formats report what is wrong with a file as these kinds; the file system does not use them.
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Content("it ends too early".to_owned()),
            io::ErrorKind::InvalidData | io::ErrorKind::Other => Self::Content(error.to_string()),
            _ => Self::Io(error),
        }
    }
}

impl From<image::ImageError> for Fault {
    fn from(error: image::ImageError) -> Self {
        match error {
            image::ImageError::IoError(error) => error.into(),
            other => Self::Content(other.to_string()),
        }
    }
}

impl From<png::DecodingError> for Fault {
    fn from(error: png::DecodingError) -> Self {
        match error {
            png::DecodingError::IoError(error) => error.into(),
            other => Self::Content(other.to_string()),
        }
    }
}

impl From<png::EncodingError> for Fault {
    fn from(error: png::EncodingError) -> Self {
        match error {
            png::EncodingError::IoError(error) => error.into(),
            other => Self::Content(other.to_string()),
        }
    }
}

impl From<exr::error::Error> for Fault {
    fn from(error: exr::error::Error) -> Self {
        match error {
            exr::error::Error::Io(error) => error.into(),
            other => Self::Content(other.to_string()),
        }
    }
}
