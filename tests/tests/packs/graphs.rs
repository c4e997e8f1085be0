//! Every graph opens, is what the manifest says, and agrees with its siblings.

use std::collections::BTreeMap;

use dragfx_engine::seed::RandomState;
use dragfx_export::pack::{Manifest, Port, Size};
use dragfx_runtime::{CancelToken, DType, Device, Dim, DragProgram, Noise, Rect, Session, SessionOptions, TensorInfo};
use dragfx_tests::{Table, range_error, relative_l2};
use ndarray::{Array, Array1, Array2, Array3, Array4, Axis, Dimension, concatenate, s};

use crate::support::{Packs, latents};

#[test]
fn every_graph_opens_and_is_what_the_manifest_says() {
    let packs = Packs::new();
    for (name, folder) in &packs.packs {
        let manifest = Manifest::read(folder).expect("a manifest");
        assert!(manifest.damaged(folder).is_empty(), "{name}");
        let graphs: Vec<_> = manifest.graphs().collect();
        let onnx = manifest.files.keys().filter(|file| file.ends_with(".onnx")).count();
        assert_eq!(graphs.len(), onnx, "{name}: a graph that no entry of the manifest names");
        for graph in graphs {
            let session = Session::open(folder.join(&graph.file), &SessionOptions::on(Device::Cpu));
            let session = session.unwrap_or_else(|error| panic!("{name}: {error}"));
            let (optional, given): (Vec<&Port>, Vec<&Port>) = graph.inputs.iter().partition(|port| port.optional);
            let place = format!("{name}: {}", graph.file);
            same_ports(&place, &given, session.inputs());
            same_ports(&place, &optional, session.optional_inputs());
            same_ports(&place, &graph.outputs.iter().collect::<Vec<_>>(), session.outputs());
        }
    }
}

/// Names, types and shapes, in whatever order.
fn same_ports(place: &str, declared: &[&Port], reported: &[TensorInfo]) {
    let dim = |size: &Size| match size {
        Size::Known(size) => Dim::Fixed(*size),
        Size::Chosen(name) => Dim::Any(name.clone()),
    };
    let declared: BTreeMap<&str, Vec<Dim>> =
        declared.iter().map(|port| (port.name.as_str(), port.shape.iter().map(dim).collect())).collect();
    assert!(reported.iter().all(|info| info.dtype == DType::F32), "{place}: {reported:?}");
    let reported: BTreeMap<&str, Vec<Dim>> =
        reported.iter().map(|info| (info.name.as_str(), info.shape.clone())).collect();
    assert_eq!(declared, reported, "{place}");
}

/// A batch is its parts; what random noise maps do; and that the constant ones are what a graph takes by itself.
#[test]
fn pictures_do_not_depend_on_how_they_are_asked_for() {
    let packs = Packs::new();
    let mut table = Table::default();
    let cancel = CancelToken::new();
    for (name, mut model) in packs.models() {
        let spec = model.manifest().generator.clone();
        let (z, labels) = latents(&model, 2);
        let psi = Array1::from_shape_fn(spec.num_ws, |row| if row < 3 { 0.6 } else { 1.0 });
        let mut map = |rows: std::ops::Range<usize>| {
            let labels = labels.as_ref().map(|labels| labels.slice(s![rows.clone(), ..]));
            model.map(z.slice(s![rows, ..]), labels, Some(psi.view()), &cancel).expect("mapping runs")
        };
        let ws = map(0..2);
        assert_eq!(ws.dim(), (2, spec.num_ws, spec.w_dim), "{name}");
        let single = concatenate![Axis(0), map(0..1), map(1..2)];
        table.note(name, "ws, batch", range(&ws, &single), 1e-6);
        assert!(ws.index_axis(Axis(0), 0) != ws.index_axis(Axis(0), 1), "{name}: another z is another latent");

        let constant = model.noise_maps().expect("the noise maps");
        assert_eq!(constant.len(), spec.num_ws - 1, "{name}: each convolution has noise");
        let random = Noise::Maps(random_maps(&constant, 7));
        for (kind, noise) in [("const", &Noise::Constant), ("none", &Noise::None), ("random", &random)] {
            let mut picture = |rows: std::ops::Range<usize>| {
                model.synthesize(ws.slice(s![rows, .., ..]), noise, &cancel).expect("synthesis runs")
            };
            let pictures = picture(0..2);
            assert_eq!(pictures.dim(), (2, spec.img_channels, spec.resolution, spec.resolution), "{name}");
            let single = concatenate![Axis(0), picture(0..1), picture(1..2)];
            table.note(name, format!("picture, {kind}, batch"), range(&pictures, &single), 1e-5);
        }
        let mut picture = |noise: &Noise| model.synthesize(ws.view(), noise, &cancel).expect("synthesis runs");
        let own = picture(&Noise::Constant);
        assert!(own.iter().all(|value| value.is_finite()), "{name}");
        table.note(name, "constant maps given", range(&picture(&Noise::Maps(constant)), &own), 1e-6);
        for (what, other) in [("random", &random), ("no", &Noise::None)] {
            assert!(range(&picture(other), &own) > 1e-3, "{name}: {what} noise makes another picture");
        }
    }
    table.check("packs-pictures");
}

/// A tap's features and gradients, on the whole map, in windows, and with noise given as maps.
#[test]
fn every_tap_runs_whole_and_in_windows() {
    let packs = Packs::new();
    let mut table = Table::default();
    let cancel = CancelToken::new();
    for (name, mut model) in packs.models() {
        let spec = model.manifest().generator.clone();
        let (z, labels) = latents(&model, 1);
        let ws = model.map(z.view(), labels.as_ref().map(|labels| labels.view()), None, &cancel).expect("mapping runs");
        let ws = ws.index_axis_move(Axis(0), 0);
        let constant = model.noise_maps().expect("the noise maps");
        let noises = [
            ("const", Noise::Constant),
            ("const maps", Noise::Maps(constant.clone())),
            ("none", Noise::None),
            ("random", Noise::Maps(random_maps(&constant, 11))),
        ];
        for (tap, block) in spec.blocks.iter().enumerate() {
            let size = block.resolution;
            let mut whole_of = BTreeMap::new();
            let (mut features_off, mut gradient_off): (f64, f64) = (0.0, 0.0);
            for (kind, noise) in &noises {
                let mut program = model.drag(tap, noise.clone()).expect("every block is a tap");
                let whole = forward(&mut program, &ws, None).remove(0).1;
                assert_eq!(whole.dim(), (block.out_channels, size, size), "{name}");
                assert!(whole.iter().all(|value| value.is_finite()), "{name}");
                let rects = rects(size);
                let windowed = program.files().windows.is_some();
                assert_eq!(windowed, size >= 32, "{name}: b{size} has windows");

                // The windows overlap, so that gradients add up.
                let mut random = RandomState::new(tap as u32);
                let gradients: Vec<Array3<f32>> = rects
                    .iter()
                    .map(|r| {
                        Array3::from_shape_simple_fn((block.out_channels, r.height, r.width), || random.randn() as f32)
                    })
                    .collect();
                let mut spread = Array3::zeros(whole.dim());
                for (rect, gradient) in rects.iter().zip(&gradients) {
                    let mut place = spread.slice_mut(s![.., rect.y..rect.y + rect.height, rect.x..rect.x + rect.width]);
                    place += gradient;
                }
                let expected = program.backward(&[spread], &cancel).expect("backward runs");
                assert_eq!(expected.dim(), (spec.num_ws.min(6), spec.w_dim), "{name}: b{size}");
                for (row, gradient) in expected.outer_iter().enumerate() {
                    // Blocks above the tap, and what makes pictures, are not looked at.
                    let read = row < 2 * tap + 1;
                    let any = gradient.iter().any(|&value| value != 0.0);
                    assert_eq!(any, read, "{name}: b{size}: whether row {row} has a gradient");
                }
                whole_of.insert(*kind, (whole.clone(), expected.clone()));
                if !windowed {
                    continue;
                }

                let windows = forward(&mut program, &ws, Some(&rects));
                assert_eq!(windows.len(), rects.len());
                let mut padded = Vec::new();
                for (((rect, map), asked), gradient) in windows.iter().zip(&rects).zip(&gradients) {
                    let (y, x) = (asked.y - rect.y, asked.x - rect.x);
                    let all = whole.slice(s![.., rect.y..rect.y + rect.height, rect.x..rect.x + rect.width]);
                    features_off = features_off.max(range(map, &all.to_owned()));
                    let mut full = Array3::zeros(map.dim());
                    full.slice_mut(s![.., y..y + asked.height, x..x + asked.width]).assign(gradient);
                    padded.push(full);
                }
                let found = program.backward(&padded, &cancel).expect("backward runs");
                gradient_off = gradient_off.max(relative_l2(&found.into_dyn(), &expected.into_dyn()));
            }
            if size >= 32 {
                table.note(name, format!("b{size} windows"), features_off, 1e-5);
                table.note(name, format!("b{size} windows, gradient"), gradient_off, 1e-4);
            }
            let (own, given) = (&whole_of["const"], &whole_of["const maps"]);
            let gradient = relative_l2(&given.1.clone().into_dyn(), &own.1.clone().into_dyn());
            table.note(name, format!("b{size} maps given"), range(&given.0, &own.0).max(gradient), 1e-6);
            for kind in ["none", "random"] {
                assert!(whole_of[kind].0 != own.0, "{name}: b{size}: {kind} noise makes other features");
            }
        }
    }
    table.check("packs-taps");
}

/// Windows in corners, over each other, one inside another, and all that fits.
fn rects(size: usize) -> Vec<Rect> {
    let (height, width) = (size.min(5), size.min(7));
    let corner = |y, x| Rect { y, x, height, width };
    vec![
        corner(0, 0),
        corner(size - height, size - width),
        corner((size - height) / 2, (size - width) / 3),
        corner((size - height) / 2, (size - width) / 3),
        Rect { y: size / 2, x: size / 2, height: 1, width: 1 },
        Rect { y: size - 1, x: 0, height: 1, width },
    ]
}

fn range<D: Dimension>(found: &Array<f32, D>, expected: &Array<f32, D>) -> f64 {
    range_error(&found.clone().into_dyn(), &expected.clone().into_dyn())
}

fn forward(program: &mut DragProgram, ws: &Array2<f32>, windows: Option<&[Rect]>) -> Vec<(Rect, Array3<f32>)> {
    program.forward(ws.view(), windows, &CancelToken::new()).expect("forward runs");
    let features = program.features().expect("there are features");
    features.into_iter().map(|(rect, map)| (rect, map.to_owned())).collect()
}

fn random_maps(like: &BTreeMap<String, Array4<f32>>, seed: u32) -> BTreeMap<String, Array4<f32>> {
    let mut random = RandomState::new(seed);
    let maps = like.iter();
    maps.map(|(name, map)| (name.clone(), Array4::from_shape_simple_fn(map.dim(), || random.randn() as f32))).collect()
}
