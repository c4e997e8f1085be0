//! Model packs: a folder of ONNX graphs, the one file of weights that they share, and `model.json`.

mod import;
mod manifest;
mod validate;
mod weights;
mod write;

pub use import::{Progress, cache_folder, import, import_cached, is_pack};
pub use manifest::{
    DragFiles, GraphFile, MANIFEST, Manifest, PACK_FORMAT, Port, Size, SourceInfo, StageFiles, TensorPlace, WEIGHTS,
    WindowFiles,
};
pub use write::{PackError, TensorReader, write};
