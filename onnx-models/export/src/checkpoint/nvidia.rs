//! Networks of NVIDIA's PyTorch repositories, from the state that they were pickled with.
//!
//! Each layer's attributes say what it does; keyword arguments and defaults differ between the repositories and
//! are not looked at, and neither is the source code that the pickle carries.

mod module;

use std::collections::BTreeMap;

use super::error::{Kind, Result};
use super::pickle::{Heap, Id, Node};
use super::plan::{HALF_SQRT, activation_of, architecture_of};
use super::torch::Torch;
use super::{Network, Slot, read_filter};
use crate::spec::{Activation, Architecture, Block, Dense, Filter, Generator, Mapping, SkipConv, StyledConv, ToRgb};
use module::Module;

/// Finds the generator (G_ema, else G) and the discriminator.
pub(super) fn network(torch: &mut Torch<'_>) -> Result<Network> {
    let root = torch.heap.root();
    let (name, id) = choose(&torch.heap, root)?;
    let module = Module::new(&torch.heap, id, name).ok_or_else(|| refuse(&torch.heap, id, name))?;
    let mut tensors = BTreeMap::new();
    let generator = Builder { torch, tensors: &mut tensors }.generator(&module)?;
    let mut discriminator = BTreeMap::new();
    if let Some(id) = torch.heap.get(root, "D") {
        // D is kept for later; one that cannot be read is no reason to refuse G.
        for (name, tensor) in module::all_tensors(&torch.heap, id) {
            match torch.tensor(tensor, &name) {
                Ok(stored) => drop(discriminator.insert(name, stored)),
                Err(limit @ Kind::Limit { .. }) => return Err(limit),
                Err(_) => {}
            }
        }
    }
    Ok(Network { name: name.to_owned(), generator, tensors, discriminator })
}

/// Whether the root of a `.pt` file is a network of this kind, or a dictionary of them.
pub(super) fn is_network(heap: &Heap) -> bool {
    let persistent = |id| heap.call(id).is_some_and(|(callee, _)| callee == module::PERSISTENT);
    let root = heap.root();
    persistent(root) || ["G_ema", "G"].iter().any(|key| heap.get(root, key).is_some_and(persistent))
}

fn choose(heap: &Heap, root: Id) -> Result<(&'static str, Id)> {
    for name in ["G_ema", "G"] {
        if let Some(id) = heap.get(root, name).filter(|id| !matches!(heap.node(*id), Node::None)) {
            return Ok((name, id));
        }
    }
    match heap.node(root) {
        Node::Call { .. } => Ok(("G", root)),
        Node::Tuple(items) if items.first().is_some_and(|id| is_tensorflow(heap, *id)) => Err(tensorflow()),
        Node::Dict(_) => Err(Kind::unsupported(format!("{} without G_ema or G", heap.describe(root)))),
        _ => Err(Kind::unsupported(format!("a pickle whose root is {}", heap.describe(root)))),
    }
}

fn tensorflow() -> Kind {
    Kind::unsupported(
        "networks of the TensorFlow StyleGAN repositories; convert them with legacy.py of stylegan2-ada-pytorch, then import the result",
    )
}

fn is_tensorflow(heap: &Heap, id: Id) -> bool {
    matches!(heap.node(id), Node::Call { callee, .. }
        if heap.global(*callee).is_some_and(|name| name.contains("tflib")))
}

fn refuse(heap: &Heap, id: Id, name: &str) -> Kind {
    if is_tensorflow(heap, id) {
        return tensorflow();
    }
    Kind::unexpected(name, heap.describe(id), "a network object of torch_utils.persistence")
}

/// Reads modules into a [`Generator`], and notes each tensor's place.
struct Builder<'t, 'a, 'n> {
    torch: &'t mut Torch<'a>,
    tensors: &'n mut BTreeMap<String, Slot>,
}

impl Builder<'_, '_, '_> {
    fn generator(mut self, module: &Module) -> Result<Generator> {
        let heap = &self.torch.heap;
        let named = module.clone().at_root();
        is_stylegan2(heap, &named)?;
        let mapping = named.child(heap, "mapping")?;
        let synthesis = named.child(heap, "synthesis")?;
        let resolution = named.count(heap, "img_resolution")?;
        let numbers = ["z_dim", "c_dim", "w_dim", "num_ws", "img_channels"].map(|key| named.count(heap, key));
        let [z_dim, c_dim, w_dim, num_ws, img_channels] = numbers;
        let (z_dim, c_dim, w_dim) = (z_dim?, c_dim?, w_dim?);
        let mapping = self.mapping(&mapping, c_dim)?;
        let mut blocks = Vec::new();
        let mut size = 4;
        while size <= resolution.min(2048) {
            let block = synthesis.child(&self.torch.heap, &format!("b{size}"))?;
            blocks.push(self.block(&block, size, size == resolution)?);
            size *= 2;
        }
        Ok(Generator { z_dim, c_dim, w_dim, num_ws: num_ws?, resolution, img_channels: img_channels?, mapping, blocks })
    }

    fn mapping(&mut self, module: &Module, c_dim: usize) -> Result<Mapping> {
        let embed = (c_dim > 0).then(|| self.dense(module, "embed")).transpose()?;
        let layers = module.count(&self.torch.heap, "num_layers")?.min(64);
        let layers = (0..layers).map(|index| self.dense(module, &format!("fc{index}"))).collect::<Result<_>>()?;
        let has_w_avg = module.tensor(&self.torch.heap, "w_avg").is_some();
        if has_w_avg {
            self.tensor(module, "w_avg")?;
        }
        Ok(Mapping { embed, layers, has_w_avg })
    }

    fn block(&mut self, module: &Module, resolution: usize, last: bool) -> Result<Block> {
        let heap = &self.torch.heap;
        let architecture = module.text(heap, "architecture", "skip, resnet or orig")?;
        let architecture = architecture_of(architecture).ok_or_else(|| {
            Kind::unexpected(format!("{}.architecture", module.path), architecture, "skip, resnet or orig")
        })?;
        let first = resolution == 4;
        let in_channels = module.count(heap, "in_channels")?;
        let residual = architecture == Architecture::Resnet && !first;
        if first {
            self.tensor(module, "const")?;
        }
        let conv0 = (!first).then(|| self.conv(module, "conv0", 1.0)).transpose()?;
        let conv1 = self.conv(module, "conv1", if residual { HALF_SQRT } else { 1.0 })?;
        let picture = architecture == Architecture::Skip || last;
        let torgb = picture.then(|| self.torgb(module)).transpose()?;
        let skip = residual.then(|| self.skip(module)).transpose()?;
        let resample_filter = self.filter(module)?;
        let out_channels = conv1.out_channels;
        Ok(Block { resolution, in_channels, out_channels, architecture, conv0, conv1, torgb, skip, resample_filter })
    }

    fn conv(&mut self, block: &Module, name: &str, gain: f32) -> Result<StyledConv> {
        let module = block.child(&self.torch.heap, name)?;
        let affine = self.dense(&module, "affine")?;
        let [out_channels, in_channels, kernel, kernel_width] = self.shape(&module, "weight")?;
        self.tensor(&module, "bias")?;
        let heap = &self.torch.heap;
        let use_noise = module.flag(heap, "use_noise")?;
        if use_noise {
            self.tensor(&module, "noise_const")?;
            self.tensor(&module, "noise_strength")?;
        }
        let heap = &self.torch.heap;
        let activation = activation(heap, &module)?;
        expect(heap, &module, "act_gain", f64::from(activation.gain()))?;
        if module.get(heap, "padding").is_some() {
            expect(heap, &module, "padding", (kernel / 2) as f64)?;
        }
        if kernel != kernel_width {
            return Err(Kind::unsupported(format!("a {kernel} x {kernel_width} kernel ({}.weight)", module.path)));
        }
        Ok(StyledConv {
            in_channels,
            out_channels,
            kernel,
            up: module.count(heap, "up")?,
            // Demodulation follows; NVIDIA's layer has no gain before it.
            weight_gain: 1.0,
            affine,
            use_noise,
            activation,
            gain,
            conv_clamp: module.optional(heap, "conv_clamp")?,
            resample_filter: self.filter(&module)?,
        })
    }

    fn torgb(&mut self, block: &Module) -> Result<ToRgb> {
        let module = block.child(&self.torch.heap, "torgb")?;
        let affine = self.dense(&module, "affine")?;
        let [_, in_channels, _, _] = self.shape(&module, "weight")?;
        self.tensor(&module, "bias")?;
        let heap = &self.torch.heap;
        let weight_gain = module.number(heap, "weight_gain")? as f32;
        Ok(ToRgb { in_channels, weight_gain, affine, conv_clamp: module.optional(heap, "conv_clamp")? })
    }

    fn skip(&mut self, block: &Module) -> Result<SkipConv> {
        let module = block.child(&self.torch.heap, "skip")?;
        self.tensor(&module, "weight")?;
        let heap = &self.torch.heap;
        expect(heap, &module, "up", 2.0)?;
        expect(heap, &module, "act_gain", 1.0)?;
        let weight_gain = module.number(heap, "weight_gain")? as f32;
        if activation(heap, &module)? != Activation::Linear || module.optional(heap, "conv_clamp")?.is_some() {
            return Err(Kind::unsupported(format!("a residual branch with activation or clamp ({})", module.path)));
        }
        if module.tensor(heap, "bias").is_some() {
            return Err(Kind::unsupported(format!("a residual branch with bias ({})", module.path)));
        }
        Ok(SkipConv { weight_gain, gain: HALF_SQRT, resample_filter: self.filter(&module)? })
    }

    fn dense(&mut self, parent: &Module, name: &str) -> Result<Dense> {
        let module = parent.child(&self.torch.heap, name)?;
        let [outputs, inputs] = self.shape(&module, "weight")?;
        self.tensor(&module, "bias")?;
        let heap = &self.torch.heap;
        Ok(Dense {
            inputs,
            outputs,
            weight_gain: module.number(heap, "weight_gain")? as f32,
            bias_gain: module.number(heap, "bias_gain")? as f32,
            activation: activation(heap, &module)?,
        })
    }

    fn filter(&mut self, module: &Module) -> Result<Filter> {
        let name = format!("{}.resample_filter", module.path);
        let id = module.tensor(&self.torch.heap, "resample_filter");
        let id = id.ok_or_else(|| Kind::MissingTensor { tensor: name.clone() })?;
        read_filter(&self.torch.tensor(id, &name)?, self.torch.source, &name, 1.0)
    }

    /// Notes a tensor under its dotted name.
    fn tensor(&mut self, module: &Module, name: &str) -> Result<Vec<usize>> {
        let full = format!("{}.{name}", module.path);
        let id = module.tensor(&self.torch.heap, name).ok_or_else(|| Kind::MissingTensor { tensor: full.clone() })?;
        let stored = self.torch.tensor(id, &full)?;
        let shape = stored.shape().to_vec();
        if name == "const" && matches!(shape[..], [_, height, width] if height != width) {
            let found = format!("a network of non-square pictures (StyleGAN-Human?): {full} has shape {shape:?}");
            return Err(Kind::unsupported(found));
        }
        self.tensors.insert(full, Slot::Stored(stored));
        Ok(shape)
    }

    /// Notes a tensor that must have `N` axes, and returns them.
    fn shape<const N: usize>(&mut self, module: &Module, name: &str) -> Result<[usize; N]> {
        let found = self.tensor(module, name)?;
        <[usize; N]>::try_from(found).map_err(|found| {
            Kind::tensor(&format!("{}.{name}", module.path), format!("shape {found:?}, expected {N} axes"))
        })
    }
}

/// Names the networks that are not StyleGAN2 but come in the same files.
fn is_stylegan2(heap: &Heap, module: &Module) -> Result<()> {
    let has = |name| module.has_child(heap, name);
    if module.class == "TriPlaneGenerator" || (has("backbone") && has("decoder")) {
        return Err(Kind::unsupported("an EG3D generator (TriPlaneGenerator)"));
    }
    if !has("synthesis") || !has("mapping") {
        let parts: Vec<&str> = module.children(heap).take(6).collect();
        let found =
            format!("a network of class {} with parts {}, not a StyleGAN2 generator", module.class, parts.join(", "));
        return Err(Kind::unsupported(found));
    }
    let synthesis = module.child(heap, "synthesis")?;
    if synthesis.has_child(heap, "b4") {
        return Ok(());
    }
    if synthesis.has_child(heap, "input") {
        return Err(Kind::unsupported("a StyleGAN3 generator"));
    }
    let parts: Vec<&str> = synthesis.children(heap).take(6).collect();
    Err(Kind::unsupported(format!("a synthesis network with parts {}, not StyleGAN2's", parts.join(", "))))
}

fn activation(heap: &Heap, module: &Module) -> Result<Activation> {
    let expected = "an activation of bias_act";
    let name = module.text(heap, "activation", expected)?;
    activation_of(name).ok_or_else(|| Kind::unexpected(format!("attribute {}.activation", module.path), name, expected))
}

/// An attribute that the graph takes for granted.
fn expect(heap: &Heap, module: &Module, name: &str, expected: f64) -> Result<()> {
    let found = module.number(heap, name)?;
    if (found - expected).abs() <= 1e-4 * expected.abs() {
        return Ok(());
    }
    Err(Kind::unexpected(format!("attribute {}.{name}", module.path), found.to_string(), expected.to_string()))
}
