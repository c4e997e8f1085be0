//! Every protocol and number type is read; what is not a StyleGAN2 checkpoint is refused in words that help.

mod checkpoint_support;

use checkpoint_support::pickle::{self, Module, Number, Py, call, dict, dumps, s, small_checkpoint, small_generator};
use checkpoint_support::{data, fixture, read_all};
use dragfx_export::checkpoint::{Checkpoint, CheckpointErrorKind};

#[test]
fn all_protocols_and_number_types_give_the_same_network() {
    let reference = Checkpoint::from_bytes("reference", dumps(&small_checkpoint(Number::Float), 4)).unwrap();
    let values = read_all(&reference).unwrap();
    assert_eq!(reference.read("synthesis.b4.conv1.weight").unwrap().into_raw_vec_and_offset().0, pickle::values(81));
    for protocol in 2..=5 {
        for number in [Number::Half, Number::Float, Number::Double] {
            let name = format!("protocol {protocol}, {number:?}");
            let checkpoint = Checkpoint::from_bytes(&name, dumps(&small_checkpoint(number), protocol)).unwrap();
            assert_eq!(checkpoint.generator(), reference.generator(), "{name}");
            assert_eq!(read_all(&checkpoint).unwrap(), values);
            for (tensor, _) in reference.tensors() {
                assert_eq!(checkpoint.read(tensor).unwrap(), reference.read(tensor).unwrap(), "{name} {tensor}");
            }
            assert_eq!(checkpoint.read_discriminator("weight").unwrap().shape(), [2, 3]);
        }
    }
}

#[test]
fn the_average_is_preferred_and_the_plain_generator_will_do() {
    let generator = small_generator(Number::Float);
    let cases = [
        (dict(vec![("G", generator.clone()), ("G_ema", generator.clone())]), "G_ema"),
        (dict(vec![("G", generator.clone()), ("G_ema", Py::None)]), "G"),
        (dict(vec![("G", generator.clone())]), "G"),
        (generator, "G"),
    ];
    for (object, network) in cases {
        let checkpoint = Checkpoint::from_bytes("test", dumps(&object, 3)).unwrap();
        assert_eq!(checkpoint.network(), network);
    }
}

/// What `open` says of these bytes.
fn refusal(bytes: Vec<u8>) -> String {
    match Checkpoint::from_bytes("test.bin", bytes) {
        Ok(_) => "opened".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn other_files_are_refused_by_name() {
    let start = |begin: &[u8]| {
        let mut bytes = begin.to_vec();
        bytes.resize(600, 0);
        bytes
    };
    let cases: [(Vec<u8>, &str); 15] = [
        (Vec::new(), "is an empty file"),
        (start(b"\xFF\xD8\xFF\xE0"), "is a JPEG picture"),
        (start(b"\x89PNG\r\n"), "is a PNG picture"),
        (start(b"\x08\x07\x12\x07pytorch"), "is an ONNX model"),
        (start(b"\n  <!DOCTYPE html><html>"), "is a web page, probably of a download that failed"),
        (start(b"version https://git-lfs.github.com/spec/v1"), "is a Git LFS pointer"),
        (start(b"\x1F\x8B\x08"), "is a gzip archive"),
        (start(b"\x93NUMPY"), "is a NumPy array"),
        (start(b"(dp0\nS'G'\n"), "perhaps a pickle of protocol 0 or 1"),
        (start(b"garbage!"), "of an unknown type (it begins with 67 61 72"),
        (std::fs::read(data("latent.npz")).unwrap(), "is a NumPy .npz archive"),
        (std::fs::read(data("latent-zip.pt")).unwrap(), "holds one tensor (a latent?)"),
        (std::fs::read(fixture("sg2-64.pkl")).unwrap()[..100_000].to_vec(), "is cut short"),
        (std::fs::read(data("rosinality-zip.pt")).unwrap()[..40_000].to_vec(), "is damaged"),
        (std::fs::read(data("rosinality-legacy.pt")).unwrap()[..17_000].to_vec(), "is cut short"),
    ];
    for (bytes, expected) in cases {
        let error = refusal(bytes);
        assert!(error.starts_with("test.bin: ") && error.contains(expected), "{error:?} should say {expected:?}");
    }
    let error = refusal(start(b"\x89PNG\r\n"));
    assert!(error.contains("supported are StyleGAN2 checkpoints: NVIDIA .pkl"), "{error}");
}

#[test]
fn other_networks_are_refused_by_name() {
    let module = |class: &'static str, children: Vec<(&str, Py)>| {
        let mut module = Module::new(class);
        module.children = children.into_iter().map(|(name, child)| (name.to_owned(), child)).collect();
        module.py()
    };
    let empty = |class| module(class, vec![]);
    let stylegan3 =
        module("SynthesisNetwork", vec![("input", empty("SynthesisInput")), ("L0_36_512", empty("SynthesisLayer"))]);
    let tensorflow = || {
        Py::Object(
            Box::new(Py::Global("dnnlib.tflib.network", "Network")),
            vec![],
            Box::new(dict(vec![("version", Py::Int(4))])),
        )
    };
    let mut tall = Module::new("SynthesisBlock");
    tall.parameters.push(("const".into(), pickle::filled(&[3, 4, 2], Number::Float)));
    tall.attributes = vec![("in_channels", Py::Int(0)), ("architecture", s("skip"))];
    let mut human = Module::new("Generator");
    let mut mapping = Module::new("MappingNetwork");
    mapping.attributes.push(("num_layers", Py::Int(0)));
    human.children = vec![
        ("synthesis".into(), module("SynthesisNetwork", vec![("b4", tall.py())])),
        ("mapping".into(), mapping.py()),
    ];
    let counts =
        [("z_dim", 5), ("c_dim", 0), ("w_dim", 4), ("img_resolution", 1024), ("img_channels", 3), ("num_ws", 18)];
    human.attributes = counts.into_iter().map(|(name, value)| (name, Py::Int(value))).collect();
    let cases = [
        (
            dict(vec![(
                "G_ema",
                module("Generator", vec![("synthesis", stylegan3), ("mapping", empty("MappingNetwork"))]),
            )]),
            "holds a StyleGAN3 generator",
        ),
        (
            dict(vec![("G_ema", module("TriPlaneGenerator", vec![("backbone", empty("Generator"))]))]),
            "holds an EG3D generator (TriPlaneGenerator)",
        ),
        (dict(vec![("G_ema", human.py())]), "StyleGAN-Human?"),
        (Py::Tuple(vec![tensorflow(), tensorflow(), tensorflow()]), "networks of the TensorFlow StyleGAN repositories"),
        (
            dict(vec![("G_ema", module("EDMPrecond", vec![("model", empty("UNet"))]))]),
            "a network of class EDMPrecond with parts model",
        ),
        (dict(vec![("epoch", Py::Int(3)), ("model", Py::None)]), "a dictionary (epoch, model) without G_ema or G"),
        (Py::List(vec![Py::Int(1)]), "a pickle whose root is a list of 1"),
        (
            dict(vec![("G_ema", call("training.networks", "secret_factory", vec![]))]),
            "G_ema is built by `training.networks.secret_factory`",
        ),
    ];
    for (object, expected) in cases {
        let error = refusal(dumps(&object, 4));
        assert!(error.contains(expected), "{error:?} should say {expected:?}");
    }
}

#[test]
fn needed_data_that_is_opaque_or_wrong_is_named() {
    let good = dumps(&small_checkpoint(Number::Float), 4);
    let swap = |from: &str, to: &str| {
        assert_eq!(from.len(), to.len());
        let at = good.windows(from.len()).rposition(|window| window == from.as_bytes()).unwrap();
        let mut bytes = good.clone();
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
        refusal(bytes)
    };
    let cases = [
        ("use_noise", "use_n_ise", "attribute synthesis.b8.conv1.use_noise is missing, expected True or False"),
        ("noise_const", "noise_conts", "tensor synthesis.b8.conv1.noise_const is missing"),
        ("lrelu", "lreul", "fc0.activation is lreul, expected an activation of bias_act"),
        ("skip", "skop", "architecture is skop, expected skip, resnet or orig"),
        ("num_ws", "num_wz", "attribute num_ws is missing, expected a count"),
        ("_rebuild_tensor_v2", "_rebuild_tensor_v9", "calls `torch._utils._rebuild_tensor_v9`"),
        ("dtype", "ctype", "calls `numpy.ctype`"),
    ];
    for (from, to, expected) in cases {
        let error = swap(from, to);
        assert!(error.contains(expected), "{error:?} should say {expected:?}");
    }
}

#[test]
fn an_unknown_tensor_is_an_error_not_a_panic() {
    let checkpoint = Checkpoint::from_bytes("test", dumps(&small_checkpoint(Number::Float), 4)).unwrap();
    let error = checkpoint.read("synthesis.b16.const").unwrap_err();
    assert!(matches!(error.kind(), CheckpointErrorKind::MissingTensor { tensor } if tensor == "synthesis.b16.const"));
}
