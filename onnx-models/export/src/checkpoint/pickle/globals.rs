//! Which imported names a pickle may call.
//!
//! Nothing is ever executed, so this is not what keeps the reader safe; it is what keeps it honest. A call of a
//! function that no checkpoint needs (`os.system`, `builtins.eval`) is refused by name, instead of being ignored
//! in a file that then looks harmless and is dangerous to everybody who opens it with Python. The rule:
//!
//! - a few constructors are interpreted: dictionaries, sets, bytes, tensors, persistent network objects;
//! - classes and functions of the modules that occur in such files (optimisers, options, paths) are kept as opaque
//!   objects: data that matters only if something needs it;
//! - instances of any other *class* (NEWOBJ, which runs no code but `__new__`) are opaque too;
//! - a call (REDUCE) of anything else is an error that names it.

/// What the interpreter does with an imported name when the pickle calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Makes a dictionary.
    Dict,
    /// Makes a set.
    Set,
    /// Makes a list or tuple of its argument.
    Sequence,
    /// `_codecs.encode`: bytes that protocol 2 writes as text.
    Encode,
    /// `bytearray` or `bytes` of bytes.
    Bytes,
    /// Kept as a call: interpreted above, or opaque.
    Keep,
    /// Nothing that a checkpoint calls.
    Refuse,
}

/// Names with a meaning of their own; NumPy and PyTorch have each moved some.
const KNOWN: &[(&str, Role)] = &[
    ("collections.OrderedDict", Role::Dict),
    ("collections.Counter", Role::Dict),
    ("builtins.dict", Role::Dict),
    ("__builtin__.dict", Role::Dict),
    ("dnnlib.EasyDict", Role::Dict),
    ("dnnlib.util.EasyDict", Role::Dict),
    ("easydict.EasyDict", Role::Dict),
    ("builtins.set", Role::Set),
    ("builtins.frozenset", Role::Set),
    ("__builtin__.set", Role::Set),
    ("__builtin__.frozenset", Role::Set),
    ("builtins.list", Role::Sequence),
    ("builtins.tuple", Role::Sequence),
    ("__builtin__.list", Role::Sequence),
    ("__builtin__.tuple", Role::Sequence),
    ("torch.Size", Role::Sequence),
    ("_codecs.encode", Role::Encode),
    ("builtins.bytearray", Role::Bytes),
    ("builtins.bytes", Role::Bytes),
    ("__builtin__.bytearray", Role::Bytes),
    ("__builtin__.bytes", Role::Bytes),
    ("builtins.complex", Role::Keep),
    ("builtins.slice", Role::Keep),
    ("builtins.range", Role::Keep),
    ("builtins.object", Role::Keep),
    ("__builtin__.object", Role::Keep),
    ("collections.defaultdict", Role::Keep),
    ("collections.deque", Role::Keep),
    ("argparse.Namespace", Role::Keep),
    ("types.SimpleNamespace", Role::Keep),
    ("copyreg._reconstructor", Role::Keep),
    ("copy_reg._reconstructor", Role::Keep),
    ("datetime.datetime", Role::Keep),
    ("datetime.timedelta", Role::Keep),
    ("decimal.Decimal", Role::Keep),
    ("torch_utils.persistence._reconstruct_persistent_obj", Role::Keep),
    ("torch._utils._rebuild_tensor", Role::Keep),
    ("torch._utils._rebuild_tensor_v2", Role::Keep),
    ("torch._utils._rebuild_tensor_v3", Role::Keep),
    ("torch._utils._rebuild_parameter", Role::Keep),
    ("torch._utils._rebuild_parameter_with_state", Role::Keep),
    ("torch._utils._rebuild_qtensor", Role::Keep),
    ("torch._utils._rebuild_sparse_tensor", Role::Keep),
    ("torch._utils._rebuild_device_tensor_from_numpy", Role::Keep),
    ("torch._tensor._rebuild_from_type_v2", Role::Keep),
    ("torch.storage._load_from_bytes", Role::Keep),
    ("torch.device", Role::Keep),
    ("torch.Generator", Role::Keep),
    ("numpy.dtype", Role::Keep),
    ("numpy.ndarray", Role::Keep),
    ("numpy.core.multiarray.scalar", Role::Keep),
    ("numpy.core.multiarray._reconstruct", Role::Keep),
    ("numpy._core.multiarray.scalar", Role::Keep),
    ("numpy._core.multiarray._reconstruct", Role::Keep),
    ("numpy.core.numeric._frombuffer", Role::Keep),
    ("numpy._core.numeric._frombuffer", Role::Keep),
];

/// Modules of training code and options: everything in them is an opaque object.
const OPAQUE_MODULES: &[&str] = &[
    "torch.nn",
    "torch.optim",
    "torch.cuda.amp",
    "torch.amp",
    "torch.utils.data",
    "torch_utils",
    "torchvision.transforms",
    "dnnlib",
    "training",
    "metrics",
    "pathlib",
    "numpy.random",
    "omegaconf",
    "yacs.config",
];

/// The role of `module.name`.
pub(super) fn role(module: &str, name: &str) -> Role {
    let full = format!("{module}.{name}");
    if let Some((_, role)) = KNOWN.iter().find(|(known, _)| *known == full) {
        return *role;
    }
    let inside =
        |outer: &&str| module.strip_prefix(*outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    if OPAQUE_MODULES.iter().any(inside) { Role::Keep } else { Role::Refuse }
}
