//! Networks of rosinality's stylegan2-pytorch, from their state dictionaries.
//!
//! The files hold tensors only, so what they do not say is rosinality's code: skip architecture, leaky ReLU, no
//! clamp, learning rate multiplier 0.01 in the mapping network, and convolution weights scaled by 1 / √fan-in
//! *before* they are demodulated (which NVIDIA does not do; it matters to the 1e-8 only, and is kept exact).

use std::collections::BTreeMap;

use super::error::{Kind, Result};
use super::pickle::{Heap, Id, Node};
use super::plan::{Plan, separable};
use super::source::Source;
use super::tensor::Stored;
use super::torch::Torch;
use super::{Network, Slot, layout, read_filter};
use crate::spec::{Activation, Architecture, Generator};

/// Entries of a state dictionary: 1024x1024 has some 200.
const MAX_ENTRIES: usize = 4096;

/// `lr_mlp` of rosinality's training code; the file does not hold it.
const MAPPING_LR_MULTIPLIER: f64 = 0.01;

/// Finds the generator (g_ema, else g, else the file itself) and the discriminator.
pub(super) fn network(torch: &mut Torch<'_>) -> Result<Network> {
    let root = torch.heap.root();
    let is_generator = |id: &Id| torch.heap.get(*id, "style.1.weight").is_some();
    let named = ["g_ema", "g"].into_iter().find_map(|key| Some((key, torch.heap.get(root, key).filter(is_generator)?)));
    let (name, id) = match named {
        Some(found) => found,
        None if is_generator(&root) => ("state_dict", root),
        None => return Err(refuse(&torch.heap)),
    };
    let mut found = dictionary(torch, id)?;
    if let Some(id) = torch.heap.get(root, "latent_avg").filter(|id| torch.is_tensor(*id)) {
        let stored = torch.tensor(id, "latent_avg")?;
        found.insert("latent_avg".to_owned(), stored);
    }
    let (generator, tensors) = Names { found, source: torch.source }.generator()?;
    let discriminator = match torch.heap.get(root, "d") {
        // D is kept for later; one that cannot be read is no reason to refuse G.
        Some(id) => dictionary(torch, id).unwrap_or_default(),
        None => BTreeMap::new(),
    };
    Ok(Network { name: name.to_owned(), generator, tensors, discriminator })
}

fn dictionary(torch: &mut Torch<'_>, id: Id) -> Result<BTreeMap<String, Stored>> {
    let entries = torch.heap.dict(id).unwrap_or(&[]);
    if entries.len() > MAX_ENTRIES {
        return Err(Kind::limit(format!("a state dictionary of {} entries", entries.len())));
    }
    let named = |(key, value): &(Id, Id)| Some((torch.heap.text(*key)?.to_owned(), *value));
    let named: Vec<(String, Id)> = entries.iter().filter_map(named).collect();
    named.into_iter().map(|(name, value)| torch.tensor(value, &name).map(|stored| (name, stored))).collect()
}

fn refuse(heap: &Heap) -> Kind {
    let root = heap.root();
    let found = match heap.node(root) {
        Node::Dict(_) if heap.get(root, "mapping.fc0.weight").is_some() => {
            "a state dictionary of an NVIDIA network without its attributes (import the .pkl, or write .safetensors)"
                .to_owned()
        }
        Node::Dict(_) => format!("{} of torch.save, without a rosinality generator in g_ema or g", heap.describe(root)),
        Node::Call { .. } if heap.call(root).is_some_and(|(name, _)| name.contains("_rebuild_")) => {
            "one tensor (a latent?)".to_owned()
        }
        _ => format!("an object of torch.save that is {}", heap.describe(root)),
    };
    Kind::unsupported(found)
}

/// The state dictionary, from which tensors move to their NVIDIA names.
struct Names<'a> {
    found: BTreeMap<String, Stored>,
    source: &'a Source<'a>,
}

impl Names<'_> {
    fn generator(mut self) -> Result<(Generator, BTreeMap<String, Slot>)> {
        let plan = self.plan()?;
        let generator = plan.generator();
        let mut tensors = BTreeMap::new();
        for (name, shape) in layout::tensors(&generator) {
            let slot = self.slot(&name, &shape)?;
            tensors.insert(name, slot);
        }
        Ok((generator, tensors))
    }

    fn plan(&self) -> Result<Plan> {
        let mapping: Vec<usize> =
            (1..=64).map_while(|i| self.found.get(&format!("style.{i}.weight"))?.shape().first().copied()).collect();
        let z_dim = self.axis("style.1.weight", 1)?;
        let mut channels = vec![self.axis("conv1.conv.weight", 1)?];
        for index in 0..9 {
            let name = format!("convs.{}.conv.weight", 2 * index + 1);
            if !self.found.contains_key(&name) {
                break;
            }
            channels.push(self.axis(&name, 1)?);
        }
        let kernel = self.axis("conv1.conv.weight", 3)?;
        let filter = match self.found.get("convs.0.conv.blur.kernel") {
            // Stored times the square of the factor 2, which makes up for the zeros of up-sampling.
            Some(kernel) => read_filter(kernel, self.source, "convs.0.conv.blur.kernel", 0.25)?,
            None => separable(&[1.0, 3.0, 3.0, 1.0]),
        };
        Ok(Plan {
            architecture: Architecture::Skip,
            z_dim,
            c_dim: 0,
            w_dim: mapping.last().copied().unwrap_or(0),
            img_channels: self.axis("to_rgb1.conv.weight", 1)?,
            embed: 0,
            mapping,
            mapping_activation: Activation::LRelu,
            mapping_lr_multiplier: MAPPING_LR_MULTIPLIER,
            has_w_avg: self.found.contains_key("latent_avg"),
            channels,
            kernel,
            use_noise: true,
            activation: Activation::LRelu,
            conv_clamp: None,
            filter,
            scaled_convs: true,
        })
    }

    fn axis(&self, name: &str, axis: usize) -> Result<usize> {
        let stored = self.found.get(name).ok_or_else(|| Kind::MissingTensor { tensor: name.to_owned() })?;
        let size = stored.shape().get(axis).copied();
        size.ok_or_else(|| Kind::tensor(name, format!("shape {:?} has no axis {axis}", stored.shape())))
    }

    /// The tensor that goes by `name` at NVIDIA, with the axes of size 1 that `shape` has.
    fn slot(&mut self, name: &str, shape: &[usize]) -> Result<Slot> {
        let theirs = rosinality_name(name).ok_or_else(|| Kind::MissingTensor { tensor: name.to_owned() })?;
        let Some(stored) = self.found.remove(&theirs) else {
            if let [size, _] = *shape
                && name.ends_with(".noise_const")
            {
                // Older files leave it out: noise was drawn anew for each picture, so any sample is as good.
                return Ok(Slot::Noise { size });
            }
            return Err(Kind::MissingTensor { tensor: format!("{theirs} ({name})") });
        };
        let found = stored.shape().to_vec();
        let tensor = format!("{theirs} ({name})");
        stored.reshaped(shape).map(Slot::Stored).ok_or(Kind::Shape { tensor, found, expected: shape.to_vec() })
    }
}

/// rosinality's name of a tensor that NVIDIA calls `name`.
fn rosinality_name(name: &str) -> Option<String> {
    if name == "mapping.w_avg" {
        return Some("latent_avg".to_owned());
    }
    if let Some(layer) = name.strip_prefix("mapping.fc") {
        let (index, rest) = layer.split_once('.')?;
        return Some(format!("style.{}.{rest}", index.parse::<usize>().ok()? + 1));
    }
    let (block, rest) = name.strip_prefix("synthesis.b")?.split_once('.')?;
    if rest == "const" {
        return Some("input.input".to_owned());
    }
    // 0 for 4x4, 1 for 8x8, ...
    let level = block.parse::<usize>().ok()?.checked_ilog2()? as usize - 2;
    let (layer, tensor) = rest.split_once('.')?;
    let index = match layer {
        "conv0" => 2 * level - 1,
        _ => 2 * level,
    };
    let prefix = match (layer, level) {
        ("conv0" | "conv1", 0) => "conv1".to_owned(),
        ("conv0" | "conv1", _) => format!("convs.{}", index - 1),
        (_, 0) => "to_rgb1".to_owned(),
        (_, _) => format!("to_rgbs.{}", level - 1),
    };
    Some(match (tensor, layer) {
        ("weight", _) => format!("{prefix}.conv.weight"),
        ("bias", "torgb") => format!("{prefix}.bias"),
        ("bias", _) => format!("{prefix}.activate.bias"),
        ("noise_const", _) => format!("noises.noise_{index}"),
        ("noise_strength", _) => format!("{prefix}.noise.weight"),
        (affine, _) => format!("{prefix}.conv.modulation.{}", affine.strip_prefix("affine.")?),
    })
}
