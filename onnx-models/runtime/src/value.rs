//! Tensors that live where a session left them, and the description of a graph's inputs and outputs.

use std::fmt;
use std::sync::Arc;

use ndarray::{ArrayD, ArrayViewD, Dimension, IxDyn};
use ort::memory::AllocationDevice;
use ort::value::{DynTensor, DynTensorValueType, Outlet, PrimitiveTensorElementType, TensorElementType, ValueType};

use crate::error::reason;
use crate::{Device, Environment, Result, RuntimeError};

/// The element type of a tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DType {
    /// 32-bit float.
    F32,
    /// 16-bit float.
    F16,
    /// 64-bit float.
    F64,
    /// 32-bit integer.
    I32,
    /// 64-bit integer.
    I64,
    /// Byte.
    U8,
    /// Truth value.
    Bool,
    /// Something that no graph of DragFX uses.
    Other,
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DType::F32 => "f32",
            DType::F16 => "f16",
            DType::F64 => "f64",
            DType::I32 => "i32",
            DType::I64 => "i64",
            DType::U8 => "u8",
            DType::Bool => "bool",
            DType::Other => "other",
        })
    }
}

impl From<TensorElementType> for DType {
    fn from(ty: TensorElementType) -> Self {
        match ty {
            TensorElementType::Float32 => DType::F32,
            TensorElementType::Float16 => DType::F16,
            TensorElementType::Float64 => DType::F64,
            TensorElementType::Int32 => DType::I32,
            TensorElementType::Int64 => DType::I64,
            TensorElementType::Uint8 => DType::U8,
            TensorElementType::Bool => DType::Bool,
            _ => DType::Other,
        }
    }
}

/// One dimension of a graph's input or output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dim {
    /// Always this size.
    Fixed(usize),
    /// Any size; the graph may have a name for it (else it is empty).
    Any(String),
}

impl Dim {
    /// Whether a tensor may have `size` here.
    #[must_use]
    pub fn accepts(&self, size: usize) -> bool {
        match self {
            Dim::Fixed(fixed) => *fixed == size,
            Dim::Any(_) => true,
        }
    }
}

impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Dim::Fixed(size) => size.fmt(f),
            Dim::Any(name) if name.is_empty() => f.write_str("?"),
            Dim::Any(name) => f.write_str(name),
        }
    }
}

/// An input or output of a graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorInfo {
    /// Its name.
    pub name: String,
    /// Its element type.
    pub dtype: DType,
    /// Its shape.
    pub shape: Vec<Dim>,
}

impl TensorInfo {
    pub(crate) fn new(name: &str, ty: &ValueType) -> Self {
        let (dtype, shape) = match ty {
            ValueType::Tensor { ty, shape, dimension_symbols } => {
                let names = dimension_symbols.iter().cloned().chain(std::iter::repeat(String::new()));
                let dims = shape.iter().zip(names);
                let dims = dims.map(|(&size, name)| usize::try_from(size).map_or(Dim::Any(name), Dim::Fixed));
                (DType::from(*ty), dims.collect())
            }
            _ => (DType::Other, Vec::new()),
        };
        Self { name: name.to_owned(), dtype, shape }
    }

    pub(crate) fn of(outlet: &Outlet) -> Self {
        Self::new(outlet.name(), outlet.dtype())
    }
}

impl fmt::Display for TensorInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} [{}]", self.name, self.dtype, crate::error::dims(&self.shape))
    }
}

/// A tensor on the device that computed it, or on the host. Clones share the data, which nothing changes.
#[derive(Clone)]
pub struct Value(Arc<DynTensor>);

impl Value {
    /// A host tensor that owns the array's data: no copy where the array is in standard (row-major) layout.
    pub fn from_f32<D: Dimension>(array: ndarray::Array<f32, D>) -> Result<Self> {
        Self::from_array(array)
    }

    /// As [`from_f32`](Self::from_f32), for integers.
    pub fn from_i64<D: Dimension>(array: ndarray::Array<i64, D>) -> Result<Self> {
        Self::from_array(array)
    }

    fn from_array<T, D>(array: ndarray::Array<T, D>) -> Result<Self>
    where
        T: PrimitiveTensorElementType + fmt::Debug + Clone + 'static,
        D: Dimension,
    {
        // Making a tensor needs the library.
        Environment::get()?;
        let shape = array.shape().to_vec();
        let size = array.len();
        let data = if array.is_standard_layout() {
            match array.into_raw_vec_and_offset() {
                (data, offset) if data.len() == size && offset.unwrap_or(0) == 0 => data,
                (data, offset) => data.into_iter().skip(offset.unwrap_or(0)).take(size).collect(),
            }
        } else {
            array.iter().cloned().collect()
        };
        let tensor = ort::value::Tensor::from_array((shape.clone(), data));
        let tensor =
            tensor.map_err(|error| RuntimeError::Transfer { shape, to: Device::Cpu, reason: reason(&error) })?;
        Ok(Self(Arc::new(tensor.upcast())))
    }

    /// Takes a session's output. `None` if it isn't a tensor.
    pub(crate) fn from_output(value: ort::value::DynValue) -> Option<Self> {
        value.downcast::<DynTensorValueType>().ok().map(|tensor| Self(Arc::new(tensor)))
    }

    pub(crate) fn tensor(&self) -> &DynTensor {
        &self.0
    }

    /// Its shape.
    #[must_use]
    pub fn shape(&self) -> Vec<usize> {
        self.0.shape().iter().map(|&size| usize::try_from(size).unwrap_or(0)).collect()
    }

    /// Its element type.
    #[must_use]
    pub fn dtype(&self) -> DType {
        DType::from(*self.0.data_type())
    }

    /// Where it is: `Cpu` also for GPU memory that the host can read.
    #[must_use]
    pub fn device(&self) -> Device {
        let memory = self.0.memory_info();
        let id = u32::try_from(memory.device_id()).unwrap_or(0);
        if memory.is_cpu_accessible() {
            Device::Cpu
        } else if memory.allocation_device() == AllocationDevice::CUDA {
            Device::Cuda(id)
        } else {
            Device::DirectMl(id)
        }
    }

    /// The floats, borrowed: `None` if the tensor is on a GPU or of another type.
    #[must_use]
    pub fn view(&self) -> Option<ArrayViewD<'_, f32>> {
        self.borrow()
    }

    /// The integers, borrowed: `None` if the tensor is on a GPU or of another type.
    #[must_use]
    pub fn view_i64(&self) -> Option<ArrayViewD<'_, i64>> {
        self.borrow()
    }

    /// The floats, copied to the host from wherever they are.
    pub fn to_array(&self) -> Result<ArrayD<f32>> {
        self.copied(DType::F32)
    }

    /// The integers, copied to the host from wherever they are.
    pub fn to_array_i64(&self) -> Result<ArrayD<i64>> {
        self.copied(DType::I64)
    }

    /// The tensor on the host: itself if it is there already.
    pub fn to_host(&self) -> Result<Self> {
        self.to(Device::Cpu)
    }

    /// The tensor on `device`: itself if it is there already. `Auto` leaves it where it is.
    pub(crate) fn to(&self, device: Device) -> Result<Self> {
        if device == Device::Auto || device == self.device() {
            return Ok(self.clone());
        }
        let (memory, id) = memory_of(device);
        let moved = self.0.to(memory, id).map_err(|error| RuntimeError::Transfer {
            shape: self.shape(),
            to: device,
            reason: reason(&error),
        })?;
        Ok(Self(Arc::new(moved)))
    }

    fn borrow<T: PrimitiveTensorElementType>(&self) -> Option<ArrayViewD<'_, T>> {
        let (_, data) = self.0.try_extract_tensor::<T>().ok()?;
        ArrayViewD::from_shape(IxDyn(&self.shape()), data).ok()
    }

    fn copied<T: PrimitiveTensorElementType + Clone>(&self, expected: DType) -> Result<ArrayD<T>> {
        let wrong = || RuntimeError::ValueType { expected, found: self.dtype(), shape: self.shape() };
        if self.dtype() != expected {
            return Err(wrong());
        }
        Ok(self.to_host()?.borrow::<T>().ok_or_else(wrong)?.to_owned())
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({} {:?} on {})", self.dtype(), self.shape(), self.device())
    }
}

/// ONNX Runtime's name and number of a device's memory.
pub(crate) fn memory_of(device: Device) -> (AllocationDevice<'static>, i32) {
    match device {
        Device::Auto | Device::Cpu => (AllocationDevice::CPU, 0),
        Device::Cuda(id) => (AllocationDevice::CUDA, i32::try_from(id).unwrap_or(i32::MAX)),
        Device::DirectMl(id) => (AllocationDevice::DIRECTML, i32::try_from(id).unwrap_or(i32::MAX)),
    }
}
