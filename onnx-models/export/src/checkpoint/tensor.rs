//! A tensor that lies in the file: where, of which type and how strided; and how it is read.

use half::{bf16, f16};
use ndarray::{ArrayD, IxDyn};

use super::error::{Kind, Result};
use super::source::{Reader, Source, View};

/// Values of one tensor: 128 MiB as 32-bit floats. The widest layer of the 1024x1024 networks has 2.4 million.
const MAX_VALUES: u64 = 32 << 20;

/// Values of a tensor that is stored in another order: its storage is held beside the result.
const MAX_STRIDED: u64 = 12 << 20;

/// Bytes converted at once.
const CHUNK: usize = 8192;

/// The type of stored numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dtype {
    F16,
    Bf16,
    F32,
    F64,
    /// Something else, with its size in bytes: it can be skipped but not read.
    Other(u64),
}

impl Dtype {
    pub(crate) fn size(self) -> u64 {
        match self {
            Self::F16 | Self::Bf16 => 2,
            Self::F32 => 4,
            Self::F64 => 8,
            Self::Other(size) => size,
        }
    }
}

/// Where a tensor lies. It is checked when it is made: reading cannot leave the storage.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    storage: View,
    dtype: Dtype,
    /// First element, in elements of the storage.
    offset: u64,
    shape: Vec<usize>,
    strides: Vec<u64>,
    values: usize,
    /// Elements from the first to the last, both included.
    span: u64,
}

impl Stored {
    /// `shape` and `strides` are the file's claims.
    pub(crate) fn new(
        storage: View,
        dtype: Dtype,
        offset: i64,
        shape: &[i64],
        strides: &[i64],
    ) -> Result<Self, String> {
        let bad = |what: &str| format!("{what} (shape {shape:?}, strides {strides:?}, offset {offset})");
        if shape.len() != strides.len() || shape.len() > 8 {
            return Err(bad("a shape and strides that do not fit"));
        }
        let unsigned =
            |values: &[i64]| values.iter().map(|&value| u64::try_from(value).ok()).collect::<Option<Vec<_>>>();
        let offset = u64::try_from(offset).map_err(|_| bad("a negative offset"))?;
        let strides = unsigned(strides).ok_or_else(|| bad("a negative stride"))?;
        let sizes = unsigned(shape).ok_or_else(|| bad("a negative size"))?;
        let values = sizes.iter().try_fold(1u64, |all, &size| all.checked_mul(size)).filter(|&all| all <= MAX_VALUES);
        let values = values.ok_or_else(|| bad("too many values"))?;
        let last = sizes
            .iter()
            .zip(&strides)
            .try_fold(0u64, |last, (&size, &stride)| last.checked_add(size.saturating_sub(1).checked_mul(stride)?));
        let span = last.map(|last| if values == 0 { 0 } else { last.saturating_add(1) });
        let end = span.and_then(|span| span.checked_add(offset)).and_then(|end| end.checked_mul(dtype.size()));
        let (Some(span), Some(end)) = (span, end) else { return Err(bad("values outside of the storage")) };
        if end > storage.len() {
            return Err(bad(&format!("values outside of the storage of {} bytes", storage.len())));
        }
        let usize_of = |value: u64| usize::try_from(value).map_err(|_| bad("too many values"));
        let shape = sizes.iter().map(|&size| usize_of(size)).collect::<Result<Vec<_>, _>>()?;
        let stored = Self { storage, dtype, offset, values: usize_of(values)?, shape, strides, span };
        if !stored.contiguous() && stored.span.max(values) > MAX_STRIDED {
            return Err(bad("too many strided values"));
        }
        Ok(stored)
    }

    /// A tensor that lies in one piece, row by row.
    pub(crate) fn contiguous_at(data: View, dtype: Dtype, shape: &[usize]) -> Result<Self, String> {
        let sizes: Vec<i64> = shape.iter().map(|&size| i64::try_from(size).unwrap_or(i64::MAX)).collect();
        let mut strides = vec![1i64; sizes.len()];
        for axis in (1..sizes.len()).rev() {
            strides[axis - 1] = strides[axis].saturating_mul(sizes[axis].max(1));
        }
        Self::new(data, dtype, 0, &sizes, &strides)
    }

    pub(crate) fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Calls it another shape of as many values, as `view` does.
    pub(crate) fn reshaped(self, shape: &[usize]) -> Option<Self> {
        // Only axes of size 1 come or go, so the other axes keep their strides.
        let mut axes = self.shape.iter().zip(&self.strides).filter(|(size, _)| **size != 1);
        let mut strides = Vec::with_capacity(shape.len());
        for &size in shape {
            strides.push(if size == 1 {
                0
            } else {
                let (found, stride) = axes.next()?;
                if *found != size {
                    return None;
                }
                *stride
            });
        }
        if axes.next().is_some() {
            return None;
        }
        Some(Self { shape: shape.to_vec(), strides, ..self })
    }

    fn contiguous(&self) -> bool {
        let mut expected = 1u64;
        for (&size, &stride) in self.shape.iter().zip(&self.strides).rev() {
            if size != 1 && stride != expected {
                return false;
            }
            expected = expected.saturating_mul(size as u64);
        }
        true
    }

    /// Reads and converts the values.
    pub(crate) fn read(&self, source: &Source<'_>) -> Result<ArrayD<f32>> {
        let size = self.dtype.size();
        if self.values == 0 {
            return Ok(ArrayD::zeros(IxDyn(&self.shape)));
        }
        let view = self.storage.sub(self.offset * size, self.span * size)?;
        let stored = convert(source, view, self.dtype)?;
        let values = if self.contiguous() { stored } else { self.gather(&stored) };
        ArrayD::from_shape_vec(IxDyn(&self.shape), values).map_err(|error| Kind::limit(error.to_string()))
    }

    /// Puts strided values in row order.
    fn gather(&self, stored: &[f32]) -> Vec<f32> {
        let strides: Vec<usize> = self.strides.iter().map(|&stride| usize::try_from(stride).unwrap_or(0)).collect();
        let mut index = vec![0; self.shape.len()];
        let mut at = 0;
        let mut values = Vec::with_capacity(self.values);
        for _ in 0..self.values {
            values.push(stored[at]);
            for axis in (0..index.len()).rev() {
                index[axis] += 1;
                at += strides[axis];
                if index[axis] < self.shape[axis] {
                    break;
                }
                at -= index[axis] * strides[axis];
                index[axis] = 0;
            }
        }
        values
    }
}

/// All numbers of a view, whose length was checked against the file and the limits.
fn convert(source: &Source<'_>, view: View, dtype: Dtype) -> Result<Vec<f32>> {
    let mut reader = Reader::new(source, view)?;
    let mut values = Vec::with_capacity(usize::try_from(view.len() / dtype.size()).unwrap_or(0));
    let mut chunk = [0; CHUNK];
    while reader.remaining() > 0 {
        let len = usize::try_from(reader.remaining()).unwrap_or(CHUNK).min(CHUNK);
        let chunk = &mut chunk[..len];
        reader.read(chunk)?;
        match dtype {
            Dtype::F16 => values.extend(chunk.as_chunks().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32())),
            Dtype::Bf16 => values.extend(chunk.as_chunks().0.iter().map(|bytes| bf16::from_le_bytes(*bytes).to_f32())),
            Dtype::F32 => values.extend(chunk.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes))),
            // Narrowing is the point: the graphs compute in 32 bits.
            Dtype::F64 => values.extend(chunk.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes) as f32)),
            Dtype::Other(size) => {
                return Err(Kind::damaged(view.start(), format!("{size}-byte integers where floats are needed")));
            }
        }
    }
    Ok(values)
}
