//! NumPy's array format: a magic number, a Python dictionary in text, and the numbers.

use ndarray::{ArrayD, IxDyn, ShapeBuilder};

use super::Result;
use crate::checkpoint::CheckpointErrorKind as Kind;

/// Decodes a whole `.npy` file of floats (`f2`, `f4`, `f8`, either byte order, C or Fortran order).
pub(super) fn decode(bytes: &[u8]) -> Result<ArrayD<f32>> {
    let (header, data) = split(bytes).ok_or_else(|| Kind::damaged(0, "NumPy array: its header is cut short"))?;
    let damaged = |what: &str| Kind::damaged(10, format!("NumPy array: {what} in its header {:?}", header.trim_end()));
    let code = field(header, "descr").and_then(|text| text.strip_prefix('\'')?.split('\'').next());
    let code = code.ok_or_else(|| damaged("no descr"))?;
    let fortran = match field(header, "fortran_order") {
        Some(text) if text.starts_with("True") => true,
        Some(text) if text.starts_with("False") => false,
        _ => return Err(damaged("no fortran_order").into()),
    };
    let shape = field(header, "shape").and_then(shape).ok_or_else(|| damaged("no shape"))?;
    let values = values(code, data)
        .ok_or_else(|| Kind::unexpected("the array's type of number", code, "a float: '<f2', '<f4' or '<f8'"))?;
    // The product cannot overflow before it is compared: each size was capped.
    let expected = shape.iter().try_fold(1usize, |all, &size| all.checked_mul(size));
    if expected != Some(values.len()) {
        let reason = format!("NumPy array: shape {shape:?} with {} numbers", values.len());
        return Err(Kind::damaged(10, reason).into());
    }
    let array = ArrayD::from_shape_vec(IxDyn(&shape).set_f(fortran), values);
    let array = array.map_err(|error| Kind::damaged(10, format!("NumPy array: {error}")))?;
    // Row order, whatever the file's.
    Ok(array.as_standard_layout().into_owned())
}

fn split(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let rest = bytes.strip_prefix(b"\x93NUMPY")?;
    let (version, rest) = rest.split_first_chunk::<2>()?;
    let (len, rest) = if version[0] == 1 {
        let (len, rest) = rest.split_first_chunk::<2>()?;
        (usize::from(u16::from_le_bytes(*len)), rest)
    } else {
        let (len, rest) = rest.split_first_chunk::<4>()?;
        (usize::try_from(u32::from_le_bytes(*len)).ok()?, rest)
    };
    let (header, data) = rest.split_at_checked(len)?;
    Some((std::str::from_utf8(header).ok()?, data))
}

/// What stands behind `'name':`.
fn field<'h>(header: &'h str, name: &str) -> Option<&'h str> {
    let (_, rest) = header.split_once(&format!("'{name}':"))?;
    Some(rest.trim_start())
}

fn shape(text: &str) -> Option<Vec<usize>> {
    let (inside, _) = text.strip_prefix('(')?.split_once(')')?;
    let sizes = inside.split(',').map(str::trim).filter(|size| !size.is_empty());
    let sizes: Vec<usize> =
        sizes.map(|size| size.parse().ok().filter(|&size| size <= 1 << 28)).collect::<Option<_>>()?;
    (sizes.len() <= 8).then_some(sizes)
}

fn values(code: &str, data: &[u8]) -> Option<Vec<f32>> {
    let big = code.starts_with('>');
    Some(match code.trim_start_matches(['<', '>', '=', '|']) {
        "f2" => numbers(data, big, |bytes| half::f16::from_le_bytes(bytes).to_f32()),
        "f4" => numbers(data, big, f32::from_le_bytes),
        // Narrowing is the point: the graphs compute in 32 bits.
        "f8" => numbers(data, big, |bytes| f64::from_le_bytes(bytes) as f32),
        _ => return None,
    })
}

fn numbers<const N: usize>(data: &[u8], big: bool, number: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    let swap = |mut bytes: [u8; N]| {
        if big {
            bytes.reverse();
        }
        bytes
    };
    data.as_chunks::<N>().0.iter().map(|bytes| number(swap(*bytes))).collect()
}
