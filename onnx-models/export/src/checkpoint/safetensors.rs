//! The interchange format: safetensors with NVIDIA's tensor names and a header that says the rest.
//!
//! `docs/checkpoints.md` tells how to write such a file by hand.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::Path;

use ndarray::ArrayD;
use safetensors::Dtype as FileDtype;
use safetensors::tensor::{Metadata, TensorInfo};

use super::error::{CheckpointError, Kind, Result};
use super::plan::{Plan, activation_of, architecture_of, separable};
use super::source::Source;
use super::tensor::{Dtype, Stored};
use super::{Network, Slot, layout};
use crate::file;
use crate::spec::{Filter, Generator};

/// A header this long describes some ten thousand tensors; a generator has two hundred.
const MAX_HEADER: u64 = 2 << 20;

/// Writes a generator, tensor by tensor; `tensors` gives each by its canonical name (see [`crate::spec`]).
///
/// The file appears under its name only when it is complete. Missing folders are created.
///
/// # Errors
/// If the generator's parts do not fit together, a tensor has the wrong shape, or the file cannot be written.
pub fn write_safetensors(
    path: &Path,
    generator: &Generator,
    tensors: impl FnMut(&str) -> Result<ArrayD<f32>, CheckpointError>,
) -> Result<(), CheckpointError> {
    let mut tensors = tensors;
    let fail = |kind| CheckpointError::new(path, kind);
    layout::validate(generator).map_err(fail)?;
    let layout = layout::tensors(generator);
    let header = header(generator, &layout).map_err(fail)?;
    /// A failure to write the file, which stands with its name, or one to read what goes into it.
    enum Failure {
        Here(Kind),
        There(CheckpointError),
    }
    impl From<std::io::Error> for Failure {
        fn from(error: std::io::Error) -> Self {
            Self::Here(error.into())
        }
    }
    let written = file::replace(path, |out| {
        out.write_all(&(header.len() as u64).to_le_bytes())?;
        out.write_all(&header)?;
        for (name, shape) in layout {
            let tensor = tensors(&name).map_err(Failure::There)?;
            if tensor.shape() != shape {
                let found = tensor.shape().to_vec();
                return Err(Failure::Here(Kind::Shape { tensor: name, found, expected: shape }));
            }
            for value in &tensor {
                out.write_all(&value.to_le_bytes())?;
            }
        }
        Ok(())
    });
    written.map_err(|failure| match failure {
        Failure::Here(kind) => fail(kind),
        Failure::There(error) => error,
    })
}

fn header(generator: &Generator, layout: &[(String, Vec<usize>)]) -> Result<Vec<u8>> {
    let mut at = 0;
    let infos = layout.iter().map(|(name, shape)| {
        let start = at;
        at += 4 * shape.iter().product::<usize>();
        (name.clone(), TensorInfo { dtype: FileDtype::F32, shape: shape.clone(), data_offsets: (start, at) })
    });
    let metadata = Metadata::new(Some(keys(generator)?), infos.collect());
    let metadata = metadata.map_err(|error| Kind::damaged(0, error.to_string()))?;
    // The keys are sorted, for they come in the order of a hash map: the same generator is the same file.
    let header = serde_json::to_value(&metadata).and_then(|mut value| {
        value.sort_all_objects();
        serde_json::to_vec(&value)
    });
    let mut header = header.map_err(|error| Kind::damaged(0, error.to_string()))?;
    // The numbers begin at a multiple of 8.
    header.resize(header.len().next_multiple_of(8), b' ');
    Ok(header)
}

/// The plain keys; and, where those few cannot tell this generator, all of it.
fn keys(generator: &Generator) -> Result<HashMap<String, String>> {
    let (first, layer) = match (generator.blocks.first(), generator.mapping.layers.first()) {
        (Some(block), Some(layer)) => (block, layer),
        _ => return Err(Kind::unexpected("the generator", "without layers", "complete")),
    };
    let taps: Vec<String> = taps(&first.resample_filter).iter().map(f32::to_string).collect();
    let keys = HashMap::from(
        [
            ("format", "stylegan2".to_owned()),
            ("version", "1".to_owned()),
            ("architecture", name_of(first.architecture)),
            ("resolution", generator.resolution.to_string()),
            ("z_dim", generator.z_dim.to_string()),
            ("w_dim", generator.w_dim.to_string()),
            ("c_dim", generator.c_dim.to_string()),
            ("img_channels", generator.img_channels.to_string()),
            ("mapping_lr_multiplier", layer.bias_gain.to_string()),
            ("mapping_activation", name_of(layer.activation)),
            ("activation", name_of(first.conv1.activation)),
            ("conv_clamp", first.conv1.conv_clamp.map_or("none".to_owned(), |clamp| clamp.to_string())),
            ("resample_filter", taps.join(",")),
        ]
        .map(|(key, value)| (key.to_owned(), value)),
    );
    let shapes: HashMap<String, Vec<usize>> = layout::tensors(generator).into_iter().collect();
    let told = plan(&keys, &|name| shapes.get(name).cloned()).map(|plan| plan.generator());
    let mut keys = keys;
    if told.ok().as_ref() != Some(generator) {
        let all = serde_json::to_string(generator).map_err(|error| Kind::damaged(0, error.to_string()))?;
        keys.insert("generator".to_owned(), all);
    }
    Ok(keys)
}

/// The official code's name of an activation or architecture.
fn name_of(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The row of taps that a separable filter is the outer product of: its row sums.
fn taps(filter: &Filter) -> Vec<f32> {
    filter.0.iter().map(|row| row.iter().sum()).collect()
}

/// Finds the generator of a safetensors file.
pub(super) fn network(source: &Source<'_>) -> Result<Network> {
    let (data_start, metadata) = metadata(source)?;
    let no_keys = HashMap::new();
    let keys = metadata.metadata().as_ref().unwrap_or(&no_keys);
    let shape = |name: &str| metadata.info(name).map(|info| info.shape.clone());
    let generator = match keys.get("generator") {
        Some(json) => {
            check_format(keys)?;
            serde_json::from_str(json).map_err(|error| Kind::damaged(8, format!("header key generator: {error}")))?
        }
        None => plan(keys, &shape)?.generator(),
    };
    // Before the tensors are listed, so that a strange header cannot make the list long.
    layout::validate(&generator)?;
    let mut tensors = BTreeMap::new();
    for (name, _) in layout::tensors(&generator) {
        if let Some(info) = metadata.info(&name) {
            tensors.insert(name.clone(), Slot::Stored(stored(source, data_start, &name, info)?));
        }
    }
    Ok(Network { name: "G".to_owned(), generator, tensors, discriminator: BTreeMap::new() })
}

/// The header, and where the numbers begin.
pub(crate) fn metadata(source: &Source<'_>) -> Result<(u64, Metadata)> {
    let mut length = [0; 8];
    source.read_at(0, &mut length)?;
    let length = u64::from_le_bytes(length);
    if length > MAX_HEADER {
        return Err(Kind::limit(format!("a safetensors header of {length} bytes (at most {MAX_HEADER})")));
    }
    let data_start = 8 + length;
    let view = source.whole().sub(8, length)?;
    let mut header = vec![0; usize::try_from(length).unwrap_or(0)];
    source.read_at(view.start(), &mut header)?;
    let metadata = serde_json::from_slice(&header);
    let metadata = metadata.map_err(|error| Kind::damaged(8, format!("safetensors header: {error}")))?;
    Ok((data_start, metadata))
}

/// Where a tensor of the header lies.
pub(crate) fn stored(source: &Source<'_>, data_start: u64, name: &str, info: &TensorInfo) -> Result<Stored> {
    let dtype = match info.dtype {
        FileDtype::F16 => Dtype::F16,
        FileDtype::BF16 => Dtype::Bf16,
        FileDtype::F32 => Dtype::F32,
        FileDtype::F64 => Dtype::F64,
        other => return Err(Kind::tensor(name, format!("its type is {other:?}, not F16, BF16, F32 or F64"))),
    };
    let (start, end) = info.data_offsets;
    let len = end.checked_sub(start).ok_or_else(|| Kind::tensor(name, "it ends before it begins"))?;
    let view = source.whole().sub(data_start.saturating_add(start as u64), len as u64)?;
    Stored::contiguous_at(view, dtype, &info.shape).map_err(|reason| Kind::tensor(name, reason))
}

fn check_format(keys: &HashMap<String, String>) -> Result<()> {
    for (key, expected) in [("format", "stylegan2"), ("version", "1")] {
        let found = keys.get(key).map_or("missing", String::as_str);
        if found != expected {
            return Err(Kind::unexpected(
                format!("header key {key}"),
                found,
                format!("{expected} (see docs/checkpoints.md)"),
            ));
        }
    }
    Ok(())
}

/// The generator that the plain keys and the shapes tell.
fn plan(keys: &HashMap<String, String>, shape: &dyn Fn(&str) -> Option<Vec<usize>>) -> Result<Plan> {
    check_format(keys)?;
    let key = |name: &str, expected: &str| {
        let found =
            keys.get(name).ok_or_else(|| Kind::unexpected(format!("header key {name}"), "missing", expected))?;
        Ok::<&str, Kind>(found)
    };
    let bad = |name: &str, found: &str, expected: &str| Kind::unexpected(format!("header key {name}"), found, expected);
    let count = |name: &str| {
        let found = key(name, "a count")?;
        found
            .parse::<usize>()
            .ok()
            .filter(|value| *value <= layout::MAX_WIDTH)
            .ok_or_else(|| bad(name, found, "a count"))
    };
    let number = |name: &str| {
        let found = key(name, "a number")?;
        found.parse::<f64>().ok().filter(|value| value.is_finite()).ok_or_else(|| bad(name, found, "a number"))
    };
    let activation = |name: &str| {
        let found = key(name, "an activation")?;
        activation_of(found)
            .ok_or_else(|| bad(name, found, "linear, relu, lrelu, tanh, sigmoid, elu, selu, softplus or swish"))
    };
    let found = key("architecture", "skip, resnet or orig")?;
    let architecture = architecture_of(found).ok_or_else(|| bad("architecture", found, "skip, resnet or orig"))?;
    let filter = key("resample_filter", "numbers with commas")?;
    let taps = filter.split(',').map(|tap| tap.trim().parse::<f32>().ok()).collect::<Option<Vec<_>>>();
    let taps = taps.ok_or_else(|| bad("resample_filter", filter, "numbers with commas"))?;
    let resolution = count("resolution")?;
    if !resolution.is_power_of_two() {
        return Err(bad("resolution", &resolution.to_string(), "a power of two from 8 to 2048"));
    }
    let width = |name: &str| shape(name).and_then(|shape| shape.first().copied());
    let mapping: Vec<usize> = (0..64).map_while(|index| width(&format!("mapping.fc{index}.weight"))).collect();
    let levels = (2..=11).map(|log2| 1usize << log2).take_while(|size| *size <= resolution);
    let channels = levels.map(|size| {
        let name = format!("synthesis.b{size}.conv1.weight");
        width(&name).ok_or(Kind::MissingTensor { tensor: name })
    });
    let kernel = shape("synthesis.b4.conv1.weight").and_then(|shape| shape.get(2).copied());
    let mapping_activation = if keys.contains_key("mapping_activation") { "mapping_activation" } else { "activation" };
    let plan = Plan {
        architecture,
        z_dim: count("z_dim")?,
        c_dim: count("c_dim")?,
        w_dim: count("w_dim")?,
        img_channels: count("img_channels")?,
        embed: width("mapping.embed.weight").unwrap_or(0),
        mapping,
        mapping_activation: activation(mapping_activation)?,
        mapping_lr_multiplier: number("mapping_lr_multiplier")?,
        has_w_avg: shape("mapping.w_avg").is_some(),
        channels: channels.collect::<Result<_>>()?,
        kernel: kernel.unwrap_or(0),
        use_noise: shape("synthesis.b4.conv1.noise_const").is_some(),
        activation: activation("activation")?,
        conv_clamp: if key("conv_clamp", "a number or none")? == "none" {
            None
        } else {
            Some(number("conv_clamp")? as f32)
        },
        filter: separable(&taps),
        scaled_convs: false,
    };
    Ok(plan)
}
