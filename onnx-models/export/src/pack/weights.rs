//! Streams the weights of graphs into one file, one tensor of the checkpoint at a time.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{PackError, TensorReader, WEIGHTS};
use crate::ir::{Data, Graph, Layout, Source, Value, rearranged};
use crate::onnx::{Placement, Placements};

/// Large weights start at a page, so that a runtime can map them; small ones at a cache line.
const PAGE: u64 = 4096;
const LINE: u64 = 64;

/// A weight to write: its data and the sizes that graphs declare for it.
struct Wanted {
    data: Data,
    shape: Vec<usize>,
}

/// Writes every weight that `graphs` read, each form once, and tells where it lies.
///
/// # Errors
/// If a tensor cannot be read, has another number of elements than the graphs declare, or the file cannot be written.
pub(super) fn stream(
    graphs: &[&Graph],
    read: TensorReader<'_>,
    to: &mut impl Write,
    progress: &mut dyn FnMut(f32),
) -> Result<Placements, PackError> {
    let mut places = Placements { file: WEIGHTS.to_owned(), ..Placements::default() };
    let mut position = 0;
    let wanted = collect(graphs);
    let total = wanted.len() as f32;
    for (done, (tensor, forms)) in wanted.into_iter().enumerate() {
        let stored = match &tensor {
            Some(name) => read(name).map_err(|source| PackError::Tensor { name: name.clone(), source })?,
            None => Vec::new(),
        };
        for (key, form) in forms {
            let numbers = laid_out(&stored, &form)?;
            let bytes: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
            let align = if bytes.len() as u64 >= PAGE { PAGE } else { LINE };
            let write = |to: &mut dyn Write, position: &mut u64| -> io::Result<Placement> {
                let offset = position.next_multiple_of(align);
                to.write_all(&vec![0; (offset - *position) as usize])?;
                to.write_all(&bytes)?;
                *position = offset + bytes.len() as u64;
                Ok(Placement { offset, length: bytes.len() as u64 })
            };
            let place = write(to, &mut position).map_err(|error| PackError::io(WEIGHTS.as_ref(), error))?;
            places.places.insert(key, place);
        }
        progress((done + 1) as f32 / total);
    }
    Ok(places)
}

/// The forms wanted of each tensor of the checkpoint (`None` for large constants), in a fixed order.
fn collect(graphs: &[&Graph]) -> BTreeMap<Option<String>, BTreeMap<String, Wanted>> {
    let mut wanted: BTreeMap<Option<String>, BTreeMap<String, Wanted>> = BTreeMap::new();
    for Value { shape, source, .. } in graphs.iter().flat_map(|g| g.used_values()) {
        let (Source::Weight(data) | Source::Input { default: Some(data) }) = source else { continue };
        let Some(key) = Placements::key(data) else { continue };
        let tensor = match data {
            Data::Tensor { name, .. } => Some(name.clone()),
            Data::Constant(_) => None,
        };
        let shape = shape.iter().filter_map(|d| d.known()).collect();
        wanted.entry(tensor).or_default().entry(key).or_insert_with(|| Wanted { data: data.clone(), shape });
    }
    wanted
}

/// A stored tensor in the form that graphs want.
fn laid_out(stored: &[f32], form: &Wanted) -> Result<Vec<f32>, PackError> {
    let (name, scale, layout) = match &form.data {
        Data::Constant(numbers) => return Ok(numbers.to_vec()),
        Data::Tensor { name, scale, layout } => (name, *scale, *layout),
    };
    let count: usize = form.shape.iter().product();
    let fits = match layout {
        Layout::SquareSum => count > 0 && stored.len().is_multiple_of(count),
        _ => stored.len() == count,
    };
    if !fits {
        let (name, expected) = (name.clone(), form.shape.clone());
        return Err(PackError::Size { name, expected, found: stored.len() });
    }
    Ok(match layout {
        Layout::Stored => stored.iter().map(|n| n * scale).collect(),
        Layout::SquareSum => {
            let squares = |kernel: &[f32]| kernel.iter().map(|n| f64::from(n * scale).powi(2)).sum::<f64>() as f32;
            stored.chunks_exact(stored.len() / count).map(squares).collect()
        }
        Layout::Swapped | Layout::SwappedFlipped => {
            // The declared shape is that of the result, [I, O, k, k].
            let flip = layout == Layout::SwappedFlipped;
            let mut numbers = rearranged(stored, [form.shape[1], form.shape[0]], true, flip);
            numbers.iter_mut().for_each(|n| *n *= scale);
            numbers
        }
    })
}
