//! Which tensors a generator has, with their shapes, and whether its parts fit together.

use std::ops::RangeInclusive;

use super::error::{Kind, Result};
use crate::spec::{Architecture, Dense, Filter, Generator, StyledConv};

/// Wider layers are no generator's; the products of two widths stay far from overflow.
pub(crate) const MAX_WIDTH: usize = 1 << 14;

/// Taps of a filter, in each direction. One tap would leave the zeros of up-sampling as they are.
pub(crate) const TAPS: RangeInclusive<usize> = 2..=32;

/// The kernel size for which the graphs know the padding of the up-sampling layers.
const KERNEL: usize = 3;

/// All tensors of `generator` in the order of its layers.
pub(crate) fn tensors(generator: &Generator) -> Vec<(String, Vec<usize>)> {
    let mut all = Tensors(Vec::new());
    if let Some(embed) = &generator.mapping.embed {
        all.dense("mapping.embed", embed);
    }
    for (index, layer) in generator.mapping.layers.iter().enumerate() {
        all.dense(&format!("mapping.fc{index}"), layer);
    }
    if generator.mapping.has_w_avg {
        all.push("mapping.w_avg", &[generator.w_dim]);
    }
    for block in &generator.blocks {
        let size = block.resolution;
        let name = format!("synthesis.b{size}");
        if block.in_channels == 0 {
            all.push(&format!("{name}.const"), &[block.out_channels, size, size]);
        }
        if let Some(conv) = &block.conv0 {
            all.conv(&format!("{name}.conv0"), conv, size);
        }
        all.conv(&format!("{name}.conv1"), &block.conv1, size);
        if let Some(torgb) = &block.torgb {
            all.dense(&format!("{name}.torgb.affine"), &torgb.affine);
            all.push(&format!("{name}.torgb.weight"), &[generator.img_channels, torgb.in_channels, 1, 1]);
            all.push(&format!("{name}.torgb.bias"), &[generator.img_channels]);
        }
        if block.skip.is_some() {
            all.push(&format!("{name}.skip.weight"), &[block.out_channels, block.in_channels, 1, 1]);
        }
    }
    all.0
}

struct Tensors(Vec<(String, Vec<usize>)>);

impl Tensors {
    fn push(&mut self, name: &str, shape: &[usize]) {
        self.0.push((name.to_owned(), shape.to_vec()));
    }

    fn dense(&mut self, name: &str, dense: &Dense) {
        self.push(&format!("{name}.weight"), &[dense.outputs, dense.inputs]);
        self.push(&format!("{name}.bias"), &[dense.outputs]);
    }

    fn conv(&mut self, name: &str, conv: &StyledConv, size: usize) {
        self.dense(&format!("{name}.affine"), &conv.affine);
        self.push(&format!("{name}.weight"), &[conv.out_channels, conv.in_channels, conv.kernel, conv.kernel]);
        self.push(&format!("{name}.bias"), &[conv.out_channels]);
        if conv.use_noise {
            self.push(&format!("{name}.noise_const"), &[size, size]);
            self.push(&format!("{name}.noise_strength"), &[]);
        }
    }
}

/// Checks that the layers of `generator` fit together, so that nothing after this needs to.
pub(crate) fn validate(generator: &Generator) -> Result<()> {
    let g = generator;
    let check = |ok: bool, what: &str, found: &dyn std::fmt::Display, expected: &str| {
        if ok { Ok(()) } else { Err(Kind::unexpected(what, found.to_string(), expected)) }
    };
    let size_ok = g.resolution.is_power_of_two() && (8..=2048).contains(&g.resolution);
    check(size_ok, "the resolution", &g.resolution, "a power of two from 8 to 2048")?;
    check((1..=4).contains(&g.img_channels), "the number of image channels", &g.img_channels, "1 to 4")?;
    for (what, width) in [("z_dim", g.z_dim), ("w_dim", g.w_dim)] {
        check((1..=MAX_WIDTH).contains(&width), what, &width, "1 to 16384")?;
    }
    check(g.c_dim <= MAX_WIDTH, "c_dim", &g.c_dim, "at most 16384")?;
    mapping(g)?;

    let expected: Vec<usize> = (2..=g.resolution.ilog2()).map(|log2| 1 << log2).collect();
    let found: Vec<usize> = g.blocks.iter().map(|block| block.resolution).collect();
    check(found == expected, "the synthesis blocks", &format!("{found:?}"), &format!("{expected:?}"))?;
    let layers: usize = g.blocks.iter().map(|block| 1 + usize::from(block.conv0.is_some())).sum();
    check(g.num_ws == layers + 1, "num_ws", &g.num_ws, &(layers + 1).to_string())?;
    let mut below = 0;
    for (index, block) in g.blocks.iter().enumerate() {
        let name = format!("synthesis.b{}", block.resolution);
        check(block.in_channels == below, &format!("{name}.in_channels"), &block.in_channels, &below.to_string())?;
        check(
            block.conv0.is_some() == (index > 0),
            &format!("{name}.conv0"),
            &"not as expected",
            "in all blocks but the first",
        )?;
        if let Some(conv) = &block.conv0 {
            styled(&format!("{name}.conv0"), conv, (block.in_channels, block.out_channels, 2), g.w_dim)?;
        }
        styled(&format!("{name}.conv1"), &block.conv1, (block.out_channels, block.out_channels, 1), g.w_dim)?;
        let skip_architecture = block.architecture == Architecture::Skip;
        let picture = skip_architecture || index + 1 == g.blocks.len();
        check(
            block.torgb.is_some() == picture,
            &format!("{name}.torgb"),
            &"not as expected",
            "where the architecture has one",
        )?;
        if let Some(torgb) = &block.torgb {
            let width = block.out_channels;
            check(torgb.in_channels == width, &format!("{name}.torgb"), &torgb.in_channels, &width.to_string())?;
            dense(&format!("{name}.torgb.affine"), &torgb.affine, (g.w_dim, width))?;
            finite(&format!("{name}.torgb"), &[torgb.weight_gain])?;
            positive(&format!("the clamp of {name}.torgb"), torgb.conv_clamp)?;
        }
        let residual = block.architecture == Architecture::Resnet && index > 0;
        check(
            block.skip.is_some() == residual,
            &format!("{name}.skip"),
            &"not as expected",
            "in resnet blocks above the first",
        )?;
        filter(&format!("{name}.resample_filter"), &block.resample_filter)?;
        if let Some(skip) = &block.skip {
            filter(&format!("{name}.skip.resample_filter"), &skip.resample_filter)?;
            finite(&format!("{name}.skip"), &[skip.weight_gain])?;
            positive(&format!("the gain of {name}.skip"), Some(skip.gain))?;
        }
        below = block.out_channels;
    }
    Ok(())
}

fn mapping(g: &Generator) -> Result<()> {
    if g.mapping.embed.is_some() != (g.c_dim > 0) {
        return Err(Kind::unexpected("mapping.embed", "not as expected", "there if c_dim is not 0"));
    }
    let mut width = g.z_dim;
    if let Some(embed) = &g.mapping.embed {
        dense("mapping.embed", embed, (g.c_dim, embed.outputs))?;
        width += embed.outputs;
    }
    if g.mapping.layers.is_empty() || g.mapping.layers.len() > 64 {
        return Err(Kind::unexpected("the mapping network", format!("{} layers", g.mapping.layers.len()), "1 to 64"));
    }
    for (index, layer) in g.mapping.layers.iter().enumerate() {
        let last = index + 1 == g.mapping.layers.len();
        dense(&format!("mapping.fc{index}"), layer, (width, if last { g.w_dim } else { layer.outputs }))?;
        width = layer.outputs;
    }
    Ok(())
}

fn dense(name: &str, dense: &Dense, (inputs, outputs): (usize, usize)) -> Result<()> {
    if (dense.inputs, dense.outputs) != (inputs, outputs) || !(1..=MAX_WIDTH).contains(&outputs) {
        let found = format!("{} to {} features", dense.inputs, dense.outputs);
        return Err(Kind::unexpected(name, found, format!("{inputs} to {outputs}, at most {MAX_WIDTH}")));
    }
    finite(name, &[dense.weight_gain, dense.bias_gain])
}

fn styled(name: &str, conv: &StyledConv, (inputs, outputs, up): (usize, usize, usize), w_dim: usize) -> Result<()> {
    if (conv.in_channels, conv.out_channels, conv.up) != (inputs, outputs, up) || !(1..=MAX_WIDTH).contains(&outputs) {
        let found = format!("{} to {} channels, up {}", conv.in_channels, conv.out_channels, conv.up);
        return Err(Kind::unexpected(name, found, format!("{inputs} to {outputs}, up {up}")));
    }
    if conv.kernel != KERNEL {
        return Err(Kind::unexpected(format!("{name}.weight"), format!("{} wide", conv.kernel), "a 3 by 3 kernel"));
    }
    finite(name, &[conv.weight_gain])?;
    positive(&format!("the gain of {name}"), Some(conv.gain))?;
    positive(&format!("the clamp of {name}"), conv.conv_clamp)?;
    filter(&format!("{name}.resample_filter"), &conv.resample_filter)?;
    dense(&format!("{name}.affine"), &conv.affine, (w_dim, inputs))
}

fn finite(name: &str, numbers: &[f32]) -> Result<()> {
    match numbers.iter().find(|number| !number.is_finite()) {
        Some(number) => Err(Kind::unexpected(format!("a gain of {name}"), number.to_string(), "a finite number")),
        None => Ok(()),
    }
}

fn positive(what: &str, number: Option<f32>) -> Result<()> {
    match number.filter(|number| !number.is_finite() || *number <= 0.0) {
        Some(number) => Err(Kind::unexpected(what, number.to_string(), "a finite number above 0")),
        None => Ok(()),
    }
}

fn filter(name: &str, filter: &Filter) -> Result<()> {
    let size = filter.0.len();
    let square = TAPS.contains(&size) && filter.0.iter().all(|row| row.len() == size);
    let sum: f32 = filter.0.iter().flatten().sum();
    if square && (sum - 1.0).abs() < 1e-2 {
        return Ok(());
    }
    Err(Kind::unexpected(name, format!("{size} rows with sum {sum}"), "a square filter of 2 to 32 taps that sums to 1"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::plan::separable;
    use crate::checkpoint::random::RandomGenerator;

    #[test]
    fn numbers_that_the_graphs_cannot_take_are_refused() {
        let good = RandomGenerator { resolution: 8, architecture: Architecture::Resnet, ..RandomGenerator::default() };
        let good = good.generator();
        validate(&good).expect("a generator");
        type Damage = fn(&mut Generator);
        let cases: [(Damage, &str); 13] = [
            (|g| g.resolution = 100, "the resolution is 100, expected a power of two from 8 to 2048"),
            (|g| g.resolution = 4096, "the resolution is 4096"),
            (|g| g.resolution = 0, "the resolution is 0"),
            (|g| g.blocks[1].conv1.kernel = 5, "synthesis.b8.conv1.weight is 5 wide, expected a 3 by 3 kernel"),
            (|g| g.blocks[1].conv1.gain = 0.0, "the gain of synthesis.b8.conv1 is 0, expected a finite number above 0"),
            (|g| g.blocks[0].conv1.weight_gain = f32::NAN, "a gain of synthesis.b4.conv1 is NaN"),
            (|g| g.blocks[0].conv1.conv_clamp = Some(-1.0), "the clamp of synthesis.b4.conv1 is -1"),
            (|g| torgb(g).conv_clamp = Some(f32::INFINITY), "the clamp of synthesis.b8.torgb is inf"),
            (|g| torgb(g).weight_gain = f32::INFINITY, "a gain of synthesis.b8.torgb is inf"),
            (|g| skip(g).gain = -0.5, "the gain of synthesis.b8.skip is -0.5"),
            (|g| skip(g).weight_gain = f32::NAN, "a gain of synthesis.b8.skip is NaN"),
            (|g| skip(g).resample_filter = separable(&[1.0]), "1 rows with sum 1, expected a square filter of 2 to 32"),
            (|g| g.blocks[0].resample_filter = separable(&[1.0; 33]), "synthesis.b4.resample_filter is 33 rows"),
        ];
        for (damage, expected) in cases {
            let mut generator = good.clone();
            damage(&mut generator);
            let error = validate(&generator).expect_err(expected).to_string();
            assert!(error.contains(expected), "{error:?} should say {expected:?}");
        }
    }

    fn torgb(generator: &mut Generator) -> &mut crate::spec::ToRgb {
        generator.blocks[1].torgb.as_mut().expect("the last block makes the picture")
    }

    fn skip(generator: &mut Generator) -> &mut crate::spec::SkipConv {
        generator.blocks[1].skip.as_mut().expect("a resnet block")
    }
}
