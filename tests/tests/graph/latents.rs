//! Latent, Mix and Generate give what the engine gives.

use dragfx_engine::{Cancel, NoiseMode, Truncation};
use dragfx_graph::param::ParamValue;
use dragfx_graph::value::Image;

use crate::support::{Bench, animated, generator};

const TOY: &str = "sg2-64.pkl";

#[test]
fn a_seed_is_the_engines_picture() {
    let mut bench = Bench::new(TOY);
    let (latent, generate) = (bench.add("latent"), bench.add("generate"));
    bench.wire(latent, "latent", generate);
    bench.set(latent, "seed", "7");
    bench.set(latent, "psi", "0.5");
    bench.set(latent, "cutoff", "4");
    bench.set(generate, "noise", "random");
    bench.set(generate, "noise_seed", "3");
    let mut engine = generator(TOY);
    let truncation = Truncation { psi: 0.5, cutoff: Some(4) };
    let expected = engine.latent(7, truncation, &[], &Cancel::new()).expect("a latent");
    assert_eq!(bench.numbers(latent, "latent", 1.0), expected.ws().iter().copied().collect::<Vec<_>>());
    let picture = engine.picture(&expected, NoiseMode::Random(3), &Cancel::new()).expect("a picture");
    let expected = Image::from_network(&picture.view()).expect("RGB");
    assert_eq!(bench.numbers(generate, "image", 1.0), expected.pixels().iter().copied().collect::<Vec<_>>());
}

#[test]
fn what_does_not_count_is_not_computed_again() {
    let mut bench = Bench::new(TOY);
    let (latent, generate) = (bench.add("latent"), bench.add("generate"));
    bench.wire(latent, "latent", generate);
    assert_eq!(bench.ask(generate, "image", 1.0).1, ["generate1.image", "latent1.latent"]);
    // The seed of noise that is not random, another name for the same model.
    bench.set(generate, "noise_seed", "9");
    bench.set(latent, "model", "toy");
    assert!(bench.ask(generate, "image", 1.0).1.is_empty());
    bench.set(generate, "noise", "none");
    assert_eq!(bench.ask(generate, "image", 1.0).1, ["generate1.image"]);
}

#[test]
fn styles_are_mixed_by_rows() {
    let mut bench = Bench::new(TOY);
    let [a, b, mix] = ["latent", "latent", "mix"].map(|kind| bench.add(kind));
    bench.set(b, "seed", "5");
    bench.wire(a, "latent>a", mix);
    bench.wire(b, "latent>b", mix);
    bench.set(mix, "weight", "1");
    bench.set(mix, "first_row", "4");
    let (from_a, from_b) = (bench.numbers(a, "latent", 1.0), bench.numbers(b, "latent", 1.0));
    let mixed = bench.numbers(mix, "latent", 1.0);
    let row = mixed.len() / generator(TOY).spec().num_ws;
    assert_eq!(mixed[..4 * row], from_a[..4 * row]);
    assert_eq!(mixed[4 * row..], from_b[4 * row..]);
    assert_ne!(from_a, from_b);
}

#[test]
fn interpolation_in_z_goes_over_latents_of_the_network() {
    let mut bench = Bench::new(TOY);
    let [a, b, mix] = ["latent", "latent", "mix"].map(|kind| bench.add(kind));
    bench.set(b, "seed", "5");
    bench.set(b, "psi", "0.3");
    bench.wire(a, "latent>a", mix);
    bench.wire(b, "latent>b", mix);
    bench.set(mix, "space", "z");
    bench.param(mix, "weight", animated([(1.0, ParamValue::Float(0.0)), (3.0, ParamValue::Float(1.0))]));
    let close = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-4);
    assert!(close(&bench.numbers(mix, "latent", 1.0), &bench.numbers(a, "latent", 1.0)));
    assert!(close(&bench.numbers(mix, "latent", 3.0), &bench.numbers(b, "latent", 1.0)));
    let half = bench.numbers(mix, "latent", 2.0);
    assert!(!close(&half, &bench.numbers(a, "latent", 1.0)) && !close(&half, &bench.numbers(b, "latent", 1.0)));
    // What was dragged or mixed by rows has no z.
    let again = bench.add("mix");
    bench.wire(mix, "latent>a", again);
    bench.wire(b, "latent>b", again);
    bench.set(again, "space", "z");
    bench.value(again, "latent", 2.0);
    bench.set(mix, "last_row", "3");
    assert!(bench.error(again, "latent").contains("only latents of seeds can be mixed in z"));
}

#[test]
fn what_cannot_be_made_is_said() {
    let mut bench = Bench::new(TOY);
    let (latent, invert) = (bench.add("latent"), bench.add("invert"));
    let read = bench.add("generate");
    assert_eq!(bench.error(read, "image"), "generate1.image at frame 1: its input `latent` is not connected");
    bench.wire(latent, "latent", read);
    bench.wire(read, "image", invert);
    assert!(bench.error(invert, "latent").contains("this version cannot invert pictures yet"));
    bench.set(latent, "class", "3");
    let message = bench.error(read, "image");
    assert!(message.starts_with("latent1.latent at frame 1: there is no class 3"), "{message}");
    bench.set(latent, "class", "-1");
    bench.set(latent, "file", "nothing.npy");
    let message = bench.error(read, "image");
    assert!(message.contains("can't read") && message.contains("nothing.npy"), "{message}");
    bench.set(latent, "file", "sg2-64.pkl");
    assert!(bench.error(read, "image").contains("can't use the latent"));
    bench.set(latent, "model", "other");
    assert!(bench.error(read, "image").contains("the preset has no model `other`; it has toy"));
}

#[test]
fn a_missing_model_is_named_and_never_replaced() {
    let mut bench = Bench::new(TOY);
    let latent = bench.add("latent");
    let model = |bench: &Bench, hash: Option<String>, path: &str| {
        let known = bench.document.models()["toy"].clone();
        dragfx_graph::models::ModelRef { blake3: hash.or(known.blake3), path: Some(path.to_owned()), ..known }
    };
    let hash = "ab".repeat(32);
    // Another file of the same name is where the model was.
    let other = model(&bench, Some(hash.clone()), TOY);
    let set = |model| dragfx_graph::document::Edit::SetModel { name: "toy".to_owned(), model: Some(model) };
    bench.document.apply(set(other)).expect("a model");
    let message = bench.error(latent, "latent");
    assert!(message.contains("is another model than sg2-64.pkl") && message.contains(&hash), "{message}");
    let missing = dragfx_graph::models::ModelRef {
        file: "gone.pkl".to_owned(),
        ..model(&bench, Some(hash.clone()), "folder/gone.pkl")
    };
    bench.document.apply(set(missing)).expect("a model");
    let message = bench.error(latent, "latent");
    for part in ["the model gone.pkl", &hash, "is missing; looked at", "folder/gone.pkl"] {
        assert!(message.contains(part), "{part} in {message}");
    }
}
