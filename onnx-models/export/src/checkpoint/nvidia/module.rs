//! A pickled `torch.nn.Module`: its attributes, its tensors and its children.

use super::super::error::{Kind, Result};
use super::super::pickle::{Heap, Id, Node};

/// The function that NVIDIA's networks are unpickled with; it would execute the source code in its argument.
pub(super) const PERSISTENT: &str = "torch_utils.persistence._reconstruct_persistent_obj";

/// Entries of one module's dictionaries: a network has some dozens.
const MAX_ENTRIES: usize = 1024;

/// A module inside a pickle.
#[derive(Clone)]
pub(super) struct Module {
    /// Dotted path, for messages and for tensor names.
    pub(super) path: String,
    pub(super) class: String,
    state: Id,
}

impl Module {
    /// `None` if the object is no module.
    pub(super) fn new(heap: &Heap, id: Id, path: &str) -> Option<Self> {
        let (class, state) = match heap.call(id) {
            Some((PERSISTENT, [meta])) => {
                (heap.get(*meta, "class_name").and_then(|id| heap.text(id))?.to_owned(), heap.get(*meta, "state")?)
            }
            // A class that pickles by itself, such as torch.nn's.
            _ => match heap.node(id) {
                Node::Call { callee, state: Some(state), .. } => (heap.global(*callee)?.to_owned(), *state),
                _ => return None,
            },
        };
        let short =
            |key| heap.get(state, key).and_then(|id| heap.dict(id)).is_some_and(|items| items.len() <= MAX_ENTRIES);
        let fits = heap.dict(state).is_some_and(|items| items.len() <= MAX_ENTRIES);
        (fits && ["_parameters", "_buffers", "_modules"].into_iter().all(short)).then(|| Self {
            path: path.to_owned(),
            class,
            state,
        })
    }

    /// The same module, as the root of its tensors' names.
    pub(super) fn at_root(self) -> Self {
        Self { path: String::new(), ..self }
    }

    fn name(&self, of: &str) -> String {
        if self.path.is_empty() { of.to_owned() } else { format!("{}.{of}", self.path) }
    }

    pub(super) fn has_child(&self, heap: &Heap, name: &str) -> bool {
        self.entry(heap, "_modules", name).is_some()
    }

    /// The child of that name; an error names it.
    pub(super) fn child(&self, heap: &Heap, name: &str) -> Result<Self> {
        let path = self.name(name);
        let id = self.entry(heap, "_modules", name);
        let id = id.ok_or_else(|| Kind::unexpected(format!("module {path}"), "missing", "there"))?;
        Self::new(heap, id, &path)
            .ok_or_else(|| Kind::unexpected(format!("module {path}"), heap.describe(id), "a network module"))
    }

    /// Names of all children.
    pub(super) fn children<'h>(&self, heap: &'h Heap) -> impl Iterator<Item = &'h str> {
        let modules = heap.get(self.state, "_modules").and_then(|id| heap.dict(id)).unwrap_or(&[]);
        modules.iter().filter_map(|(key, _)| heap.text(*key))
    }

    /// A parameter or buffer that is not None.
    pub(super) fn tensor(&self, heap: &Heap, name: &str) -> Option<Id> {
        let there = |id: &Id| !matches!(heap.node(*id), Node::None);
        self.entry(heap, "_parameters", name).filter(there).or_else(|| self.entry(heap, "_buffers", name).filter(there))
    }

    fn entry(&self, heap: &Heap, kind: &str, name: &str) -> Option<Id> {
        heap.get(heap.get(self.state, kind)?, name)
    }

    /// An attribute, if the object has it.
    pub(super) fn get(&self, heap: &Heap, name: &str) -> Option<Id> {
        heap.get(self.state, name)
    }

    fn attribute<T>(&self, heap: &Heap, name: &str, expected: &str, read: impl Fn(Id) -> Option<T>) -> Result<T> {
        let what = || format!("attribute {}", self.name(name));
        let id = self.get(heap, name).ok_or_else(|| Kind::unexpected(what(), "missing", expected))?;
        read(id).ok_or_else(|| Kind::unexpected(what(), heap.describe(id), expected))
    }

    pub(super) fn text<'h>(&self, heap: &'h Heap, name: &str, expected: &str) -> Result<&'h str> {
        self.attribute(heap, name, expected, |id| heap.text(id))
    }

    pub(super) fn number(&self, heap: &Heap, name: &str) -> Result<f64> {
        self.attribute(heap, name, "a number", |id| number(heap, id))
    }

    pub(super) fn flag(&self, heap: &Heap, name: &str) -> Result<bool> {
        self.attribute(heap, name, "True or False", |id| match heap.node(id) {
            Node::Bool(value) => Some(*value),
            _ => None,
        })
    }

    pub(super) fn count(&self, heap: &Heap, name: &str) -> Result<usize> {
        self.attribute(heap, name, "a count", |id| {
            let value = number(heap, id)?;
            (value >= 0.0 && value.fract() == 0.0 && value <= 65_536.0).then_some(value as usize)
        })
    }

    /// A number, or None.
    pub(super) fn optional(&self, heap: &Heap, name: &str) -> Result<Option<f32>> {
        self.attribute(heap, name, "a number or None", |id| match heap.node(id) {
            Node::None => Some(None),
            _ => number(heap, id).map(|value| Some(value as f32)),
        })
    }
}

/// A Python or NumPy number.
fn number(heap: &Heap, id: Id) -> Option<f64> {
    match heap.node(id) {
        Node::Int(value) => Some(*value as f64),
        Node::Float(value) => Some(*value),
        _ => {
            let (callee, args) = heap.call(id)?;
            if !matches!(callee, "numpy.core.multiarray.scalar" | "numpy._core.multiarray.scalar") {
                return None;
            }
            let &[dtype, bytes] = args else { return None };
            let Node::Bytes(bytes) = heap.node(bytes) else { return None };
            scalar(&dtype_code(heap, dtype)?, bytes)
        }
    }
}

/// `<f8` and so on: the byte order is in the state of the dtype object.
fn dtype_code(heap: &Heap, id: Id) -> Option<String> {
    let Node::Call { state, .. } = heap.node(id) else { return None };
    let ("numpy.dtype", [code, ..]) = heap.call(id)? else { return None };
    let order = state.and_then(|state| heap.items(state)?.get(1).copied()).and_then(|id| heap.text(id)).unwrap_or("<");
    Some(format!("{}{}", if order == ">" { '>' } else { '<' }, heap.text(*code)?))
}

fn scalar(code: &str, bytes: &[u8]) -> Option<f64> {
    Some(match code {
        "<f8" => f64::from_le_bytes(bytes.try_into().ok()?),
        "<f4" => f64::from(f32::from_le_bytes(bytes.try_into().ok()?)),
        "<f2" => half::f16::from_le_bytes(bytes.try_into().ok()?).to_f64(),
        "<i8" => i64::from_le_bytes(bytes.try_into().ok()?) as f64,
        "<i4" => f64::from(i32::from_le_bytes(bytes.try_into().ok()?)),
        "<i2" => f64::from(i16::from_le_bytes(bytes.try_into().ok()?)),
        _ => return None,
    })
}

/// Every tensor in a tree of modules, by dotted name.
pub(super) fn all_tensors(heap: &Heap, id: Id) -> Vec<(String, Id)> {
    let mut found = Vec::new();
    // A discriminator is three levels deep and has some dozens of modules; the counts stop a cycle.
    let mut open: Vec<(Module, usize)> = Module::new(heap, id, "").map(|module| (module, 0)).into_iter().collect();
    for _ in 0..MAX_ENTRIES {
        let Some((module, depth)) = open.pop() else { break };
        for kind in ["_parameters", "_buffers"] {
            let entries = heap.get(module.state, kind).and_then(|id| heap.dict(id)).unwrap_or(&[]);
            for (key, value) in entries {
                if let (Some(key), Node::Call { .. }) = (heap.text(*key), heap.node(*value)) {
                    found.push((module.name(key), *value));
                }
            }
        }
        if depth < 6 && open.len() < MAX_ENTRIES {
            let children = module.children(heap).take(MAX_ENTRIES / 4);
            open.extend(children.filter_map(|name| Some((module.child(heap, name).ok()?, depth + 1))));
        }
    }
    found
}
