//! PyTorch's tensors and storages, in the pickles that hold them.

mod archive;
mod legacy;

use std::collections::HashMap;

use super::error::{Kind, Result};
use super::pickle::{Heap, Id, Meter, Node};
use super::source::{Source, View};
use super::tensor::{Dtype, Stored};

pub(crate) use archive::open as open_archive;
pub(crate) use legacy::open as open_legacy;

/// A pickle whose tensors can be found.
pub(crate) struct Torch<'a> {
    pub(crate) source: &'a Source<'a>,
    pub(crate) heap: Heap,
    /// Storages by key, where the file is of `torch.save`.
    storages: HashMap<String, View>,
    /// Storages by the call that makes them, where each tensor holds its own legacy file.
    embedded: HashMap<Id, Storage>,
    meter: Meter,
}

/// Numbers in the file.
#[derive(Clone, Copy)]
struct Storage {
    view: View,
    /// `None` for an untyped storage; the tensor then says what it is.
    dtype: Option<Dtype>,
}

impl<'a> Torch<'a> {
    pub(crate) fn new(source: &'a Source<'a>, heap: Heap, storages: HashMap<String, View>, meter: Meter) -> Self {
        Self { source, heap, storages, embedded: HashMap::new(), meter }
    }

    /// Whether the object is a tensor or parameter.
    pub(crate) fn is_tensor(&self, id: Id) -> bool {
        self.heap.call(id).is_some_and(|(callee, _)| callee.starts_with("torch._utils._rebuild_"))
    }

    /// Finds the tensor that the object stands for; `name` is for messages.
    pub(crate) fn tensor(&mut self, id: Id, name: &str) -> Result<Stored> {
        let mut id = id;
        // A parameter is a tensor with a flag; more than two layers are no checkpoint's.
        for _ in 0..3 {
            match self.heap.call(id) {
                Some((
                    "torch._utils._rebuild_parameter" | "torch._utils._rebuild_parameter_with_state",
                    [inner, ..],
                )) => {
                    id = *inner;
                }
                _ => break,
            }
        }
        let unexpected =
            |heap: &Heap, id| Kind::unexpected(format!("tensor {name}"), heap.describe(id), "a dense PyTorch tensor");
        let Some((callee, args)) = self.heap.call(id) else { return Err(unexpected(&self.heap, id)) };
        let (parts, dtype) = match (callee, args) {
            (
                "torch._utils._rebuild_tensor" | "torch._utils._rebuild_tensor_v2",
                [storage, offset, size, stride, ..],
            ) => ([*storage, *offset, *size, *stride], None),
            ("torch._utils._rebuild_tensor_v3", [storage, offset, size, stride, _, _, dtype, ..]) => {
                ([*storage, *offset, *size, *stride], self.heap.global(*dtype).map(dtype_of_name))
            }
            _ => return Err(unexpected(&self.heap, id)),
        };
        let storage = self.storage(parts[0], name)?;
        let [_, offset, size, stride] = parts;
        let ints = |id| self.heap.items(id)?.iter().map(|item| self.heap.int(*item)).collect::<Option<Vec<_>>>();
        let (Some(offset), Some(size), Some(stride)) = (self.heap.int(offset), ints(size), ints(stride)) else {
            return Err(Kind::tensor(name, "its offset, size or strides are no integers"));
        };
        let dtype = dtype.or(storage.dtype).ok_or_else(|| Kind::tensor(name, "its type of number is not told"))?;
        Stored::new(storage.view, dtype, offset, &size, &stride).map_err(|reason| Kind::tensor(name, reason))
    }

    fn storage(&mut self, id: Id, name: &str) -> Result<Storage> {
        if let Node::Persistent(persistent) = self.heap.node(id) {
            let reference = Reference::of(&self.heap, *persistent).map_err(|reason| Kind::tensor(name, reason))?;
            let view = self
                .storages
                .get(reference.key)
                .ok_or_else(|| Kind::tensor(name, format!("its storage {:?} is not in the file", reference.key)))?;
            return reference.storage(*view).map_err(|reason| Kind::tensor(name, reason));
        }
        if let Some(storage) = self.embedded.get(&id) {
            return Ok(*storage);
        }
        let Some(("torch.storage._load_from_bytes", [bytes])) = self.heap.call(id) else {
            return Err(Kind::unexpected(
                format!("the storage of {name}"),
                self.heap.describe(id),
                "a PyTorch storage",
            ));
        };
        let storage = match self.heap.node(*bytes) {
            Node::LongBytes(view) => legacy::storage(self.source, **view, &mut self.meter)?,
            // Shorter than any storage with its header.
            Node::Bytes(_) => return Err(Kind::tensor(name, "its storage is cut short")),
            _ => return Err(Kind::unexpected(format!("the storage of {name}"), self.heap.describe(*bytes), "bytes")),
        };
        self.embedded.insert(id, storage);
        Ok(storage)
    }
}

/// What a persistent id of `torch.save` says: `("storage", type, key, location, numel, ...)`.
struct Reference<'h> {
    key: &'h str,
    dtype: Option<Dtype>,
    elements: u64,
}

impl<'h> Reference<'h> {
    fn of(heap: &'h Heap, id: Id) -> Result<Self, String> {
        let bad = || format!("its storage is {}, not the reference that torch.save writes", heap.describe(id));
        let Some([kind, class, key, _, elements, rest @ ..]) = heap.items(id) else { return Err(bad()) };
        if heap.text(*kind) != Some("storage") {
            return Err(bad());
        }
        if rest.first().is_some_and(|view| *view != Heap::NONE) {
            return Err("its storage is a view of another (PyTorch before 0.4)".to_owned());
        }
        let class = heap.global(*class).ok_or_else(bad)?;
        let dtype = match class.rsplit_once('.').map(|(_, name)| name) {
            Some("UntypedStorage" | "_UntypedStorage") => None,
            Some(name) => match name.strip_suffix("Storage") {
                Some(number) => Some(dtype_of_name(number)),
                None => return Err(bad()),
            },
            None => return Err(bad()),
        };
        let key = heap.text(*key).ok_or_else(bad)?;
        let elements = heap.int(*elements).and_then(|value| u64::try_from(value).ok()).ok_or_else(bad)?;
        Ok(Self { key, dtype, elements })
    }

    fn bytes(&self) -> Option<u64> {
        self.elements.checked_mul(self.dtype.map_or(1, Dtype::size))
    }

    fn storage(&self, view: View) -> Result<Storage, String> {
        let len = self.bytes().filter(|&len| len <= view.len());
        let view = len.and_then(|len| view.sub(0, len).ok());
        let view = view.ok_or_else(|| format!("its storage claims {} numbers and the file has less", self.elements))?;
        Ok(Storage { view, dtype: self.dtype })
    }
}

/// `Half` of `torch.HalfStorage`, or `torch.float16`.
fn dtype_of_name(name: &str) -> Dtype {
    match name.strip_prefix("torch.").unwrap_or(name) {
        "Half" | "float16" | "half" => Dtype::F16,
        "BFloat16" | "bfloat16" => Dtype::Bf16,
        "Float" | "float32" | "float" => Dtype::F32,
        "Double" | "float64" | "double" => Dtype::F64,
        "Long" | "int64" | "long" | "ComplexFloat" | "complex64" => Dtype::Other(8),
        "Int" | "int32" | "int" | "QInt32" => Dtype::Other(4),
        "Short" | "int16" | "short" => Dtype::Other(2),
        "ComplexDouble" | "complex128" => Dtype::Other(16),
        _ => Dtype::Other(1),
    }
}
