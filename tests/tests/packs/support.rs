//! Packs to test with: the fixtures, and random generators of varied shape.

use std::path::{Path, PathBuf};

use dragfx_engine::seed::RandomState;
use dragfx_export::checkpoint::random::RandomGenerator;
use dragfx_export::pack::import;
use dragfx_export::spec::Architecture;
use dragfx_runtime::{Device, Model, SessionOptions};
use dragfx_tests::fixtures;
use ndarray::Array2;
use tempfile::TempDir;

/// Packs made for one test, from the exporter as it is now; and the folder that holds them.
pub(crate) struct Packs {
    pub(crate) packs: Vec<(String, PathBuf)>,
    _folder: TempDir,
}

impl Packs {
    /// Of the fixtures' checkpoints, and of random generators that differ in all that a generator can differ in.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut packs = Vec::new();
        for name in ["sg2-64", "sg2-64-resnet", "sg2-64-conditional"] {
            packs.push((name.to_owned(), fixtures().join(name).with_extension("pkl")));
        }
        for (name, generator) in random_generators() {
            let checkpoint = folder.path().join(name).with_extension("safetensors");
            generator.write(&checkpoint).expect("the checkpoint is written");
            packs.push((name.to_owned(), checkpoint));
        }
        for (name, path) in &mut packs {
            let pack = folder.path().join(name.as_str());
            import(path, &pack, &mut |_| ()).expect("the checkpoint is imported");
            *path = pack;
        }
        Self { packs, _folder: folder }
    }

    pub(crate) fn models(&self) -> impl Iterator<Item = (&str, Model)> {
        let open = |path: &Path| Model::open(path, &SessionOptions::on(Device::Cpu)).expect("the pack opens");
        self.packs.iter().map(move |(name, path)| (name.as_str(), open(path)))
    }
}

pub(crate) fn random_generators() -> Vec<(&'static str, RandomGenerator)> {
    use Architecture::{Orig, Resnet, Skip};
    let small = RandomGenerator {
        channel_base: 512,
        channel_max: 24,
        mapping_layers: 2,
        z_dim: 20,
        w_dim: 28,
        noise_strength: 0.3,
        ..RandomGenerator::default()
    };
    let make = |architecture, resolution, img_channels, c_dim, conv_clamp| RandomGenerator {
        architecture,
        resolution,
        img_channels,
        c_dim,
        conv_clamp,
        ..small.clone()
    };
    vec![
        ("orig-8", make(Orig, 8, 1, 0, None)),
        ("resnet-8", make(Resnet, 8, 4, 3, Some(256.0))),
        ("skip-16", make(Skip, 16, 4, 0, Some(256.0))),
        ("resnet-16", make(Resnet, 16, 1, 3, None)),
        ("skip-32", make(Skip, 32, 1, 3, None)),
        ("orig-64", make(Orig, 64, 4, 3, Some(256.0))),
        // A clamp so low that it cuts, as does its gradient.
        ("skip-64-clamped", make(Skip, 64, 3, 0, Some(0.8))),
        ("resnet-128", make(Resnet, 128, 4, 0, None)),
        ("skip-256", RandomGenerator { channel_base: 1024, ..make(Skip, 256, 1, 3, Some(256.0)) }),
        ("orig-256", RandomGenerator { channel_base: 1024, ..make(Orig, 256, 3, 0, None) }),
    ]
}

/// As many z, and labels where the model takes them: classes in turn.
pub(crate) fn latents(model: &Model, count: usize) -> (Array2<f32>, Option<Array2<f32>>) {
    let spec = &model.manifest().generator;
    let mut random = RandomState::new(5);
    let z = Array2::from_shape_simple_fn((count, spec.z_dim), || random.randn() as f32);
    let one_hot = |(row, class)| if (row + 1) % spec.c_dim == class { 1.0 } else { 0.0 };
    (z, (spec.c_dim > 0).then(|| Array2::from_shape_fn((count, spec.c_dim), one_hot)))
}
