//! By what a result is known again.

use std::fmt;

use crate::declare::NodeDecl;
use crate::param::ParamValue;

/// A hash of all that a result reads: kind and version of its node, the output, its parameters at the frame, the
/// fingerprints of its inputs, hashes of files and models, the kind of device where that matters, and the version of
/// DragFX.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; 32]);

/// Another version may compute otherwise; what it has kept on the disk is not taken for ours.
const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// Puts a fingerprint together. Each part is hashed with its name and its length, so that no two lists of parts look alike.
pub(crate) struct Builder(blake3::Hasher);

impl Builder {
    pub(crate) fn new(decl: &NodeDecl, output: &str) -> Self {
        let mut builder = Self(blake3::Hasher::new());
        builder.part("program", PROGRAM.as_bytes());
        builder.part("node", decl.id.as_bytes());
        builder.part("version", &decl.version.to_le_bytes());
        builder.part("output", output.as_bytes());
        builder
    }

    pub(crate) fn part(&mut self, name: &str, bytes: &[u8]) {
        for piece in [name.as_bytes(), bytes] {
            self.0.update(&(piece.len() as u64).to_le_bytes());
            self.0.update(piece);
        }
    }

    pub(crate) fn param(&mut self, name: &str, value: &ParamValue) {
        let value = serde_json::to_vec(value).expect("parameters are finite numbers and texts");
        self.part(name, &value);
    }

    pub(crate) fn finish(&self) -> Fingerprint {
        Fingerprint(*self.0.finalize().as_bytes())
    }
}

impl Fingerprint {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        blake3::Hash::from_bytes(self.0).to_hex().fmt(f)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
