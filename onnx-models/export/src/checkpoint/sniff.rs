//! Which kind of file it is, from its first bytes. File names are never asked.

use super::error::{Kind, Result};
use super::source::Source;

/// A container that may hold a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Container {
    /// A plain pickle, protocol 2 or later.
    Pickle,
    /// A zip archive, as `torch.save` writes them since PyTorch 1.6.
    Zip,
    /// Several pickles and raw storages, as `torch.save` wrote them before.
    TorchLegacy,
    /// Safetensors.
    Safetensors,
    /// A NumPy array.
    Npy,
}

/// How a legacy torch file begins: protocol 2, then the long integer 0x1950a86a20f9469cfc6c.
const TORCH_LEGACY: &[u8] = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";

/// Beginnings of files that people pass by mistake.
const OTHERS: &[(&[u8], &str)] = &[
    (b"\xFF\xD8\xFF", "a JPEG picture"),
    (b"\x89PNG", "a PNG picture"),
    (b"GIF8", "a GIF picture"),
    (b"RIFF", "a RIFF file (WebP, WAV or AVI)"),
    (b"\x89HDF", "an HDF5 file (Keras?)"),
    (b"\x1F\x8B", "a gzip archive: unpack it first"),
    (b"7z\xBC\xAF", "a 7-Zip archive: unpack it first"),
    (b"GGUF", "a GGUF language model"),
    (b"%PDF", "a PDF document"),
    (b"version https://git-lfs", "a Git LFS pointer: the file itself was never downloaded"),
];

/// Finds the container, or says what the file is instead.
pub(crate) fn container(source: &Source<'_>) -> Result<Container> {
    let head = source.head(512)?;
    let not = |found: &str| Err(Kind::NotACheckpoint { found: found.to_owned() });
    if head.is_empty() {
        return not("an empty file");
    }
    if head.starts_with(TORCH_LEGACY) {
        return Ok(Container::TorchLegacy);
    }
    if let [0x80, 2..=5, ..] = head[..] {
        return Ok(Container::Pickle);
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Ok(Container::Zip);
    }
    if head.starts_with(b"\x93NUMPY") {
        return Ok(Container::Npy);
    }
    if let Some((_, found)) = OTHERS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return not(found);
    }
    if let Some(length) = head.first_chunk::<8>()
        && head.get(8) == Some(&b'{')
        && u64::from_le_bytes(*length) <= source.len()
    {
        return Ok(Container::Safetensors);
    }
    if head.get(257..262) == Some(b"ustar") {
        return not("a tar archive (PyTorch before 0.1.10, or a packed folder)");
    }
    // ir_version, then producer_name or a graph: how ONNX exporters begin a model.
    if let [0x08, 1..=32, 0x12 | 0x1A | 0x22 | 0x3A | 0x42, ..] = head[..] {
        return not("an ONNX model; the reader needs the checkpoint that it was made from");
    }
    let text = String::from_utf8_lossy(&head).trim_start().to_ascii_lowercase();
    if text.starts_with("<!doctype html") || text.starts_with("<html") {
        return not("a web page, probably of a download that failed");
    }
    if text.starts_with("<?xml") || text.starts_with("{\"") {
        return not("a text file");
    }
    if matches!(head[0], b'(' | b'}' | b']' | b'c') && head.len() > 2 {
        return not("of no known type, perhaps a pickle of protocol 0 or 1 (protocols 2 to 5 are read)");
    }
    let first: Vec<String> = head.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    not(&format!("of an unknown type (it begins with {})", first.join(" ")))
}
