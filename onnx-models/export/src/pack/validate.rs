//! Whether a manifest agrees with itself, so that nobody after its reader needs to ask.

use std::path::{Component, Path};

use super::manifest::{DragFiles, Manifest, TensorPlace, WEIGHTS};
use crate::checkpoint::layout;
use crate::spec::Generator;
use crate::stylegan2::{OPTIMISED_ROWS, WindowLayer};

/// Far above what any generator of at most 2048 pixels needs, and far from overflow.
const MAX_SCALE: usize = 1024;
const MAX_MARGIN: usize = 4096;
const MAX_NOISE: usize = 2048;

/// What is wrong with the manifest, if anything is.
pub(super) fn validate(manifest: &Manifest) -> Result<(), String> {
    let generator = &manifest.generator;
    layout::validate(generator).map_err(|kind| kind.to_string())?;
    let [low, high] = manifest.value_range;
    ensure(low.is_finite() && high.is_finite() && low < high, || format!("value_range is {low} to {high}"))?;
    for name in manifest.files.keys() {
        ensure(is_plain(name), || format!("{name:?} is no file beside the manifest"))?;
    }
    for name in manifest.graphs().map(|graph| graph.file.as_str()).chain([WEIGHTS]) {
        ensure(manifest.files.contains_key(name), || format!("{name:?} is not among its files"))?;
    }
    for (name, place) in &manifest.noise {
        ensure(is_noise(name, place), || format!("{name} is a noise map of shape {:?}", place.shape))?;
    }
    let (found, expected) = (manifest.drags.len(), generator.blocks.len());
    ensure(found == expected, || format!("it has {found} drags for {expected} blocks"))?;
    for (tap, files) in manifest.drags.iter().enumerate() {
        drag(files, tap, generator).map_err(|what| format!("drags[{tap}]: {what}"))?;
    }
    Ok(())
}

fn ensure(ok: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if ok { Ok(()) } else { Err(what()) }
}

/// Whether the name leads to a file in the folder itself, and nowhere else.
fn is_plain(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    matches!((parts.next(), parts.next()), (Some(Component::Normal(part)), None) if part == name)
}

fn is_noise(name: &str, place: &TensorPlace) -> bool {
    let [1, 1, height, width] = place.shape[..] else { return false };
    height == width
        && width.is_power_of_two()
        && width <= MAX_NOISE
        && name.starts_with(&format!("synthesis.b{width}."))
        && place.length == 4 * (width * width) as u64
        && place.offset.checked_add(place.length).is_some()
}

fn drag(files: &DragFiles, tap: usize, generator: &Generator) -> Result<(), String> {
    let block = &generator.blocks[tap];
    let found = (files.tap, files.resolution, files.channels, files.rows);
    let expected = (tap, block.resolution, block.out_channels, OPTIMISED_ROWS.min(generator.num_ws));
    ensure(found == expected, || format!("tap, resolution, channels and rows are {found:?}, expected {expected:?}"))?;
    ensure(files.tail.is_some() != files.cuts.is_empty(), || "there must be a cut where there is a tail".to_owned())?;
    for cut in &files.cuts {
        let sizes = (cut.resolution, cut.channels);
        let known = generator.blocks.iter().any(|block| (block.resolution, block.out_channels) == sizes)
            && cut.resolution == files.cuts[0].resolution;
        ensure(known, || format!("no block gives {}, {} channels of {} pixels", cut.name, sizes.1, sizes.0))?;
    }
    match (&files.windows, files.cuts.first()) {
        (Some(windows), Some(cut)) => layers(&windows.layers, cut.resolution, files.resolution),
        (Some(_), None) => Err("there are windows of nothing".to_owned()),
        (None, _) => Ok(()),
    }
}

/// Checks the windows' layers, from a cut to features of these resolutions.
fn layers(layers: &[WindowLayer], cut: usize, features: usize) -> Result<(), String> {
    for layer in layers {
        let bounded = layer.scale.is_power_of_two() && layer.scale <= MAX_SCALE && layer.margin <= MAX_MARGIN;
        ensure(bounded && cut * layer.scale == layer.resolution, || {
            format!("{} has scale {}, margin {}, {} pixels", layer.name, layer.scale, layer.margin, layer.resolution)
        })?;
    }
    // On its way up a window only loses, in pixels of the cut too: one with room for the last margin has room for all.
    for (below, above) in layers.iter().zip(layers.iter().skip(1)) {
        let grows = below.scale <= above.scale
            && below.margin <= above.margin
            && below.margin * above.scale <= above.margin * below.scale;
        ensure(grows, || format!("the margin of {} is less than that of {}", above.name, below.name))?;
    }
    let last = layers.last().map(|layer| layer.resolution);
    ensure(last == Some(features), || format!("the last layer of the windows has {} pixels", last.unwrap_or(0)))
}
