//! Real files are read to the same numbers as PyTorch reads, and to the right description of the network.

mod checkpoint_support;

use checkpoint_support::{data, fingerprint, fingerprints, fixture, read_all};
use dragfx_export::checkpoint::random::RandomGenerator;
use dragfx_export::checkpoint::{Checkpoint, Format, write_safetensors};
use dragfx_export::spec::{Activation, Architecture, Generator};
use ndarray::ArrayD;

/// A fixture, and what the cases beside it say of it: (file, z, w, c, architecture, clamp).
type Fixture = (&'static str, usize, usize, usize, Architecture, Option<f32>);

const FIXTURES: [Fixture; 3] = [
    ("sg2-64.pkl", 512, 128, 0, Architecture::Skip, Some(256.0)),
    ("sg2-64-resnet.pkl", 512, 128, 0, Architecture::Resnet, Some(256.0)),
    ("sg2-64-conditional.pkl", 64, 96, 3, Architecture::Skip, None),
];

/// The same network told by its few numbers, which is how the fixtures were made.
fn expected(case: &Fixture) -> Generator {
    let &(_, z_dim, w_dim, c_dim, architecture, conv_clamp) = case;
    let channels = (1024, 32);
    let random = RandomGenerator {
        resolution: 64,
        channel_base: channels.0,
        channel_max: channels.1,
        mapping_layers: 2,
        architecture,
        z_dim,
        w_dim,
        c_dim,
        conv_clamp,
        ..RandomGenerator::default()
    };
    random.generator()
}

#[test]
fn fixtures_have_the_right_spec() {
    for case in &FIXTURES {
        let checkpoint = Checkpoint::open(&fixture(case.0)).unwrap();
        assert_eq!(checkpoint.format(), Format::NvidiaPickle);
        assert_eq!(checkpoint.network(), "G_ema");
        assert_eq!(*checkpoint.generator(), expected(case), "{}", case.0);
        let bytes = std::fs::read(fixture(case.0)).unwrap();
        assert_eq!(checkpoint.blake3().unwrap(), blake3::hash(&bytes));
    }
}

#[test]
fn fixtures_have_the_tensors_that_pytorch_reads() {
    let all = fingerprints();
    for case in &FIXTURES {
        let checkpoint = Checkpoint::open(&fixture(case.0)).unwrap();
        let generator = &all[case.0];
        for (name, shape) in checkpoint.tensors() {
            let tensor = checkpoint.read(name).unwrap();
            assert_eq!((shape.to_vec(), fingerprint(&tensor)), generator[name], "{} {name}", case.0);
        }
        // What is not in the list of tensors is a filter, which the spec holds.
        let listed: Vec<&str> = checkpoint.tensors().map(|(name, _)| name).collect();
        for name in generator.keys() {
            assert!(listed.contains(&name.as_str()) || name.ends_with("resample_filter"), "{} lacks {name}", case.0);
        }
        let discriminator = &all[&format!("{} D", case.0)];
        let found: Vec<&str> = checkpoint.discriminator_tensors().map(|(name, _)| name).collect();
        assert_eq!(found, discriminator.keys().map(String::as_str).collect::<Vec<_>>());
        for (name, shape) in checkpoint.discriminator_tensors() {
            let tensor = checkpoint.read_discriminator(name).unwrap();
            assert_eq!((shape.to_vec(), fingerprint(&tensor)), discriminator[name], "{} D {name}", case.0);
        }
    }
}

#[test]
fn networks_saved_with_torch_save_have_the_tensors_that_pytorch_reads() {
    let all = fingerprints();
    for (file, network) in [("nvidia-zip.pt", "G"), ("nvidia-legacy.pt", "G_ema")] {
        let checkpoint = Checkpoint::open(&data(file)).unwrap();
        assert_eq!((checkpoint.format(), checkpoint.network()), (Format::NvidiaPt, network));
        assert_eq!((checkpoint.generator().resolution, checkpoint.generator().w_dim), (8, 2));
        for (name, shape) in checkpoint.tensors() {
            let tensor = checkpoint.read(name).unwrap();
            assert_eq!((shape.to_vec(), fingerprint(&tensor)), all[file][name], "{file} {name}");
        }
    }
}

/// NVIDIA names, rosinality's names, for a few tensors of each kind.
const ROSINALITY_NAMES: [(&str, &str); 18] = [
    ("mapping.fc0.weight", "style.1.weight"),
    ("mapping.fc1.bias", "style.2.bias"),
    ("synthesis.b4.const", "input.input"),
    ("synthesis.b4.conv1.weight", "conv1.conv.weight"),
    ("synthesis.b4.conv1.bias", "conv1.activate.bias"),
    ("synthesis.b4.conv1.noise_strength", "conv1.noise.weight"),
    ("synthesis.b4.conv1.affine.weight", "conv1.conv.modulation.weight"),
    ("synthesis.b4.conv1.noise_const", "noises.noise_0"),
    ("synthesis.b4.torgb.weight", "to_rgb1.conv.weight"),
    ("synthesis.b4.torgb.bias", "to_rgb1.bias"),
    ("synthesis.b4.torgb.affine.weight", "to_rgb1.conv.modulation.weight"),
    ("synthesis.b8.conv0.weight", "convs.0.conv.weight"),
    ("synthesis.b8.conv0.noise_const", "noises.noise_1"),
    ("synthesis.b8.conv1.weight", "convs.1.conv.weight"),
    ("synthesis.b8.conv1.noise_const", "noises.noise_2"),
    ("synthesis.b8.torgb.bias", "to_rgbs.0.bias"),
    ("synthesis.b16.conv0.affine.bias", "convs.2.conv.modulation.bias"),
    ("synthesis.b16.conv1.noise_strength", "convs.3.noise.weight"),
];

#[test]
fn rosinality_files_have_the_tensors_that_pytorch_reads() {
    let all = fingerprints();
    // (file, resolution, image channels, latent_avg, noise)
    let cases = [
        ("rosinality-zip.pt", 16, 3, false, true),
        ("rosinality-legacy.pt", 16, 3, true, true),
        ("rosinality-half.pt", 8, 1, false, false),
        ("rosinality-double.pt", 8, 3, true, true),
    ];
    for (file, resolution, img_channels, w_avg, noise) in cases {
        let checkpoint = Checkpoint::open(&data(file)).unwrap();
        assert_eq!((checkpoint.format(), checkpoint.network()), (Format::RosinalityPt, "g_ema"));
        let generator = checkpoint.generator();
        assert_eq!((generator.resolution, generator.img_channels), (resolution, img_channels), "{file}");
        assert_eq!(generator.mapping.has_w_avg, w_avg);
        let theirs = &all[file];
        for (name, their_name) in ROSINALITY_NAMES {
            if !theirs.contains_key(their_name) {
                assert!(name.contains("b16") || !noise && name.ends_with("noise_const"), "{file} {their_name}");
                continue;
            }
            let tensor = checkpoint.read(name).unwrap();
            assert_eq!(fingerprint(&tensor), theirs[their_name].1, "{file} {name}");
        }
        // Nothing is left over and nothing is read twice: as many values as PyTorch has, filters aside.
        let used = |name: &String| !name.ends_with("kernel");
        let values = |shape: &[usize]| shape.iter().product::<usize>();
        let there: usize = theirs.iter().filter(|(name, _)| used(name)).map(|(_, (shape, _))| values(shape)).sum();
        let made_up = if noise { 0 } else { 16 + 64 + 64 };
        assert_eq!(checkpoint.tensors().map(|(_, shape)| values(shape)).sum::<usize>(), there + made_up, "{file}");
        read_all(&checkpoint).unwrap();
        assert_eq!(checkpoint.discriminator_tensors().count(), usize::from(file == "rosinality-zip.pt"));
    }
}

#[test]
fn rosinality_scales_before_it_demodulates() {
    let checkpoint = Checkpoint::open(&data("rosinality-legacy.pt")).unwrap();
    let generator = checkpoint.generator();
    assert_eq!((generator.z_dim, generator.w_dim, generator.num_ws, generator.c_dim), (8, 8, 6, 0));
    let [b4, b8, b16] = &generator.blocks[..] else { panic!("three blocks") };
    assert_eq!([b4, b8, b16].map(|block| block.out_channels), [6, 5, 4]);
    let conv0 = b8.conv0.as_ref().unwrap();
    assert_eq!(conv0.weight_gain, (1.0 / f64::sqrt(6.0 * 9.0)) as f32);
    assert_eq!((conv0.activation, conv0.gain, conv0.conv_clamp, conv0.up), (Activation::LRelu, 1.0, None, 2));
    assert_eq!(conv0.resample_filter, expected(&FIXTURES[0]).blocks[0].resample_filter);
    let fc = &generator.mapping.layers[0];
    assert_eq!((fc.weight_gain, fc.bias_gain), ((0.01 / f64::sqrt(8.0)) as f32, 0.01));
    assert_eq!(b4.torgb.as_ref().unwrap().weight_gain, (1.0 / f64::sqrt(6.0)) as f32);
}

#[test]
fn noise_that_a_file_leaves_out_is_always_the_same() {
    let read =
        || Checkpoint::open(&data("rosinality-half.pt")).unwrap().read("synthesis.b8.conv0.noise_const").unwrap();
    let noise = read();
    assert_eq!(noise, read());
    let variance = noise.iter().map(|value| value * value).sum::<f32>() / noise.len() as f32;
    assert!((0.5..2.0).contains(&variance), "{variance}");
}

#[test]
fn safetensors_give_back_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let sources = [
        fixture("sg2-64.pkl"),
        fixture("sg2-64-resnet.pkl"),
        fixture("sg2-64-conditional.pkl"),
        data("rosinality-zip.pt"),
    ];
    for source in sources {
        let original = Checkpoint::open(&source).unwrap();
        let path = folder.path().join("copy.bin");
        write_safetensors(&path, original.generator(), |name| original.read(name)).unwrap();
        let copy = Checkpoint::open(&path).unwrap();
        assert_eq!(copy.format(), Format::Safetensors);
        assert_eq!(copy.generator(), original.generator());
        for (name, _) in original.tensors() {
            assert_eq!(copy.read(name).unwrap(), original.read(name).unwrap(), "{name}");
        }
        // Plain keys suffice for NVIDIA's networks; rosinality's scaled weights need the whole description.
        let header = String::from_utf8_lossy(&std::fs::read(&path).unwrap()[8..2000]).into_owned();
        assert_eq!(header.contains("\"generator\""), original.format() == Format::RosinalityPt, "{header}");
    }
}

#[test]
fn random_generators_are_the_same_everywhere_and_come_in_all_shapes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("random.safetensors");
    let architectures = [Architecture::Skip, Architecture::Resnet, Architecture::Orig];
    for (index, architecture) in architectures.into_iter().enumerate() {
        let random = RandomGenerator {
            resolution: 8 << index,
            channel_base: 64,
            channel_max: 6,
            mapping_layers: 1 + index,
            architecture,
            z_dim: 7,
            w_dim: 5,
            c_dim: index,
            img_channels: 1 + index,
            conv_clamp: None,
            seed: 3,
            ..RandomGenerator::default()
        };
        random.write(&path).unwrap();
        let checkpoint = Checkpoint::open(&path).unwrap();
        assert_eq!(*checkpoint.generator(), random.generator());
        let all_ones = |tensor: ArrayD<f32>| tensor.iter().all(|&value| value == 1.0);
        assert!(all_ones(checkpoint.read("synthesis.b4.conv1.affine.bias").unwrap()));
        let first = checkpoint.read("synthesis.b4.const").unwrap()[[0, 0, 0]];
        assert_eq!(first, checkpoint.read("synthesis.b4.const").unwrap()[[0, 0, 0]]);
        assert_eq!(first, RANDOM_CONST_FIRST);
    }
}

/// The first number of `synthesis.b4.const` for seed 3: it must never change, or benchmarks stop being comparable.
const RANDOM_CONST_FIRST: f32 = -1.377_151_5;

/// The header that `docs/checkpoints.md` tells people to write.
#[test]
fn a_header_written_by_hand_is_enough() {
    let original = Checkpoint::open(&fixture("sg2-64-resnet.pkl")).unwrap();
    let keys = r#""format":"stylegan2","version":"1","architecture":"resnet","resolution":"64","img_channels":"3",
        "z_dim":"512","w_dim":"128","c_dim":"0","mapping_lr_multiplier":"0.01","activation":"lrelu","conv_clamp":"256",
        "resample_filter":"1,3,3,1""#;
    let write = |keys: &str| {
        let mut data = Vec::new();
        let mut header = format!(r#"{{"__metadata__":{{{keys}}}"#);
        for (name, shape) in original.tensors() {
            let start = data.len();
            data.extend(original.read(name).unwrap().iter().flat_map(|value| value.to_le_bytes()));
            header +=
                &format!(r#","{name}":{{"dtype":"F32","shape":{shape:?},"data_offsets":[{start},{}]}}"#, data.len());
        }
        header += "}";
        let bytes = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &data].concat();
        Checkpoint::from_bytes("by-hand.safetensors", bytes)
    };
    assert_eq!(write(keys).unwrap().generator(), original.generator());
    // (what is changed, to what, what the error says)
    let cases = [
        ("\"architecture\":\"resnet\",", "", "header key architecture is missing, expected skip, resnet or orig"),
        ("\"resnet\"", "\"tower\"", "header key architecture is tower, expected skip, resnet or orig"),
        ("\"resnet\"", "\"skip\"", "tensor synthesis.b4.torgb.affine.weight is missing"),
        ("\"64\"", "\"96\"", "header key resolution is 96, expected a power of two from 8 to 2048"),
        ("\"64\"", "\"128\"", "tensor synthesis.b128.conv1.weight is missing"),
        ("\"512\"", "\"500\"", "tensor mapping.fc0.weight has shape [128, 512], expected [128, 500]"),
        ("\"version\":\"1\"", "\"version\":\"2\"", "header key version is 2, expected 1"),
        ("\"256\"", "\"wide\"", "header key conv_clamp is wide, expected a number"),
        ("1,3,3,1", "1,-1", "resample_filter"),
    ];
    for (from, to, expected) in cases {
        let Err(error) = write(&keys.replace(from, to)) else { panic!("{from} became {to} and nothing happened") };
        let error = error.to_string();
        assert!(error.contains(expected), "{error:?} should say {expected:?}");
    }
}
