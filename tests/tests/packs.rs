//! Every graph of packs of varied shape: that it opens, is what `model.json` says, and computes what its siblings do.
//! And the gradient of a drag's whole loss, from the latent to the number, against finite differences.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use dragfx_engine::mask_term::MaskTerm;
use dragfx_engine::model::FeatureMap;
use dragfx_engine::sample::{BoundGrid, Grid};
use dragfx_engine::seed::RandomState;
use dragfx_engine::supervise::{Patch, Reduction};
use dragfx_engine::{
    DragModel, Generator, Geometry, ImagePoint, Method, NoiseMode, PointPair, Regions, Truncation, Window,
};
use dragfx_export::checkpoint::random::RandomGenerator;
use dragfx_export::pack::{GraphFile, Manifest, Port, Size, import};
use dragfx_export::spec::Architecture;
use dragfx_runtime::{
    CancelToken, DType, Device, Dim, DragProgram, Model, Noise, Rect, Session, SessionOptions, TensorInfo,
};
use dragfx_tests::{Table, fixtures, range_error, relative_l2};
use ndarray::{Array, Array1, Array2, Array3, Array4, ArrayView3, Axis, Dimension, concatenate, s};
use tempfile::TempDir;

/// Packs made for one test, from the exporter as it is now; and the folder that holds them.
struct Packs {
    packs: Vec<(String, PathBuf)>,
    _folder: TempDir,
}

impl Packs {
    /// Of the fixtures' checkpoints, and of random generators that differ in all that a generator can differ in.
    fn new() -> Self {
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

    fn models(&self) -> impl Iterator<Item = (&str, Model)> {
        let open = |path: &Path| Model::open(path, &SessionOptions::on(Device::Cpu)).expect("the pack opens");
        self.packs.iter().map(move |(name, path)| (name.as_str(), open(path)))
    }
}

fn random_generators() -> Vec<(&'static str, RandomGenerator)> {
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

#[test]
fn every_graph_opens_and_is_what_the_manifest_says() {
    let packs = Packs::new();
    for (name, folder) in &packs.packs {
        let manifest = Manifest::read(folder).expect("a manifest");
        assert!(manifest.damaged(folder).is_empty(), "{name}");
        let graphs = graphs(&manifest);
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

fn graphs(manifest: &Manifest) -> Vec<&GraphFile> {
    let stages = manifest.drags.iter().flat_map(|drag| {
        let windows = drag.windows.as_ref().map(|windows| &windows.stage);
        [&drag.head].into_iter().chain(&drag.tail).chain(windows)
    });
    let graphs = stages.flat_map(|stage| [&stage.forward, &stage.backward]);
    [&manifest.mapping, &manifest.synthesis].into_iter().chain(graphs).collect()
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

/// As many z, and labels where the model takes them: classes in turn.
fn latents(model: &Model, count: usize) -> (Array2<f32>, Option<Array2<f32>>) {
    let spec = &model.manifest().generator;
    let mut random = RandomState::new(5);
    let z = Array2::from_shape_simple_fn((count, spec.z_dim), || random.randn() as f32);
    let one_hot = |(row, class)| if (row + 1) % spec.c_dim == class { 1.0 } else { 0.0 };
    (z, (spec.c_dim > 0).then(|| Array2::from_shape_fn((count, spec.c_dim), one_hot)))
}

fn random_maps(like: &BTreeMap<String, Array4<f32>>, seed: u32) -> BTreeMap<String, Array4<f32>> {
    let mut random = RandomState::new(seed);
    let maps = like.iter();
    maps.map(|(name, map)| (name.clone(), Array4::from_shape_simple_fn(map.dim(), || random.randn() as f32))).collect()
}

/// Distance of the two evaluations of a central difference along a random direction, in units of a latent's N(0, 1)
/// numbers. Smaller ones drown in float32, larger ones cross more kinks of the layers' activations.
const STEP: f32 = 1e-4;
/// The same uphill, where the loss changes so much faster that less of a step is seen as well.
const UPHILL_STEP: f32 = 1e-5;
/// Accepted difference, relative; along random directions their mean over the mean derivative.
const TOLERANCE: f64 = 2e-2;

/// The loss of a drag by its definition, in the test's own words: a mean or a sum over discs, and over the image.
struct Loss<'a> {
    geometry: &'a Geometry,
    method: Method,
    points: &'a [PointPair],
    radius: usize,
    /// 1 where the image must stay.
    fixed: &'a Array2<f32>,
    lambda: f64,
    /// Whether each term takes part.
    terms: [bool; 2],
}

/// A loss with what it compares with held fixed: features of the patches at the base latent, and the mask's of another.
struct Frozen<'a> {
    loss: &'a Loss<'a>,
    /// For each patch pixel the features there at the base, where it looks for them, and its weight.
    pixels: Vec<(Vec<f32>, BoundGrid, f64)>,
    start: &'a Array3<f32>,
}

/// A loss as its terms: what the absolute value is taken of, and the weight.
type Terms = Vec<(f64, f64)>;

fn total(terms: &Terms) -> f64 {
    terms.iter().map(|(value, weight)| weight * value.abs()).sum()
}

/// The loss of `terms` where each absolute value goes on straight from where it was at the `base`: the same number, but
/// for the terms that a step carried over their kink. Those have no derivative that a difference could measure.
fn continued(terms: &Terms, base: &Terms) -> f64 {
    terms.iter().zip(base).map(|((value, weight), (at_base, _))| weight * value * at_base.signum()).sum()
}

impl Loss<'_> {
    /// The pixels of a patch, and the step that they should take.
    fn patch(&self, point: &PointPair) -> (Vec<ImagePoint>, ImagePoint) {
        let (p, t, radius) = (point.handle, point.target, self.radius as f64);
        let length = p.distance(t) + if self.method == Method::Reference { 1e-7 } else { 0.0 };
        let step = ImagePoint::new((t.x - p.x) / length, (t.y - p.y) / length);
        let (width, height) = (self.geometry.image_width, self.geometry.image_height);
        let pixels = match self.method {
            // Pixels of the image, on a grid stretched by h / (h - 1).
            Method::Reference => {
                let stretched = |index: usize, size: usize| index as f64 * size as f64 / (size - 1) as f64;
                let all = (0..height).flat_map(|y| (0..width).map(move |x| (y, x)));
                let near = all.filter(|&(y, x)| (stretched(x, width) - p.x).hypot(stretched(y, height) - p.y) < radius);
                near.map(|(y, x)| ImagePoint::new(x as f64, y as f64)).collect()
            }
            // Whole distances from the handle, on and off the pixels, as long as nothing of it leaves the image.
            _ => {
                let reach = self.radius as i32;
                let all =
                    (-reach..=reach).flat_map(|dy| (-reach..=reach).map(move |dx| (f64::from(dy), f64::from(dx))));
                let near = all.filter(|(dy, dx)| dx.hypot(*dy) < radius);
                let places = near.map(|(dy, dx)| ImagePoint::new(p.x + dx, p.y + dy));
                let further = |q: &ImagePoint| ImagePoint::new(q.x + step.x, q.y + step.y);
                places.filter(|q| q.is_inside(width, height) && further(q).is_inside(width, height)).collect()
            }
        };
        (pixels, step)
    }

    /// Weight of the mask term in the units of its sum.
    fn scale(&self) -> f64 {
        let elements = self.geometry.tap.channels * self.geometry.image_height * self.geometry.image_width;
        if self.method == Method::Reference { self.lambda / elements as f64 } else { self.lambda }
    }

    fn frozen<'a>(&'a self, base: &Array3<f32>, start: &'a Array3<f32>) -> Frozen<'a> {
        let whole = Window::whole(&self.geometry.tap);
        let at = |q: ImagePoint| Grid::new(self.geometry, &[q.y], &[q.x]).on(&whole).expect("inside the map");
        let mut pixels = Vec::new();
        for point in self.points {
            let (patch, step) = self.patch(point);
            let weight = match self.method {
                Method::Reference => 1.0 / (patch.len() * self.geometry.tap.channels) as f64,
                _ => 1.0,
            };
            for q in patch {
                let further = at(ImagePoint::new(q.x + step.x, q.y + step.y));
                pixels.push((samples(&at(q), base.view()).concat(), further, weight));
            }
        }
        Frozen { loss: self, pixels, start }
    }

    /// The engine's loss on the maps of the last forward, and its gradient with respect to them.
    fn engine(&self, maps: &[FeatureMap<'_>], start: &Array3<f32>) -> (f64, Vec<Array3<f32>>) {
        let mut gradients: Vec<_> = maps.iter().map(|map| Array3::zeros(map.data.raw_dim())).collect();
        let mut sum = 0.0;
        for (index, point) in self.points.iter().enumerate().filter(|_| self.terms[0]) {
            let (patch, reduction) = match self.method {
                Method::Reference => {
                    (Patch::reference(self.geometry, point.handle, point.target, self.radius), Reduction::Mean)
                }
                _ => (Patch::paper(self.geometry, point.handle, point.target, self.radius), Reduction::Sum),
            };
            assert_eq!(patch.pixels(), self.patch(point).0.len(), "pixels of patch {index}");
            // One map for all, or one for each.
            let map = index.min(maps.len() - 1);
            let supervised = patch.supervise(self.geometry, &maps[map], reduction, &mut gradients[map]);
            sum += supervised.expect("the map covers the patch");
        }
        if self.terms[1] {
            let term = MaskTerm::new(self.geometry, self.fixed);
            sum += term.add(&maps[0].data, start, self.scale(), &mut gradients[0]);
        }
        (sum, gradients)
    }
}

impl Frozen<'_> {
    fn at(&self, features: &Array3<f32>) -> Terms {
        let Loss { geometry, fixed, terms: [motion, mask], .. } = self.loss;
        let mut terms = Vec::new();
        for (here, further, weight) in self.pixels.iter().filter(|_| *motion) {
            let moved = samples(further, features.view()).concat();
            terms.extend(here.iter().zip(&moved).map(|(&a, &b)| (f64::from(b - a), *weight)));
        }
        if *mask {
            let whole = Window::whole(&geometry.tap);
            let line = |size: usize| (0..size).map(|index| index as f64).collect::<Vec<_>>();
            let image = Grid::new(geometry, &line(geometry.image_height), &line(geometry.image_width));
            let image = image.on(&whole).expect("inside the map");
            for plane in samples(&image, (features - self.start).view()) {
                let held = plane.iter().zip(*fixed).filter(|(_, fixed)| **fixed > 0.0);
                terms.extend(held.map(|(&d, &fixed)| (f64::from(d), self.loss.scale() * f64::from(fixed))));
            }
        }
        terms
    }
}

/// What a grid reads from each channel.
fn samples(grid: &BoundGrid, map: ArrayView3<'_, f32>) -> Vec<Vec<f32>> {
    let mut scratch = Vec::new();
    let sample = |plane: ndarray::ArrayView2<'_, f32>| {
        let mut values = vec![0.0; grid.len()];
        grid.sample(&plane, &mut scratch, &mut values);
        values
    };
    map.outer_iter().map(sample).collect()
}

#[test]
fn the_gradient_of_the_whole_loss_agrees_with_finite_differences() {
    let packs = Packs::new();
    let mut table = Table::default();
    let chosen = ["sg2-64", "sg2-64-resnet", "sg2-64-conditional", "skip-64-clamped", "resnet-128"];
    for (name, folder) in packs.packs.iter().filter(|(name, _)| chosen.contains(&name.as_str())) {
        let mut generator = Generator::open(folder, &SessionOptions::on(Device::Cpu)).expect("the pack opens");
        let last = generator.spec().blocks.len() - 1;
        let mut ws = |seed| {
            let latent = generator.latent(seed, Truncation::NONE, &[], &CancelToken::new()).expect("a latent");
            latent.into_ws()
        };
        let (base, other) = (ws(3), ws(4));
        for tap in [2, 3, last] {
            let mut model = generator.drag(tap, NoiseMode::Const).expect("every block is a tap");
            let geometry = model.geometry().clone();
            let start = features(&mut model, &other);
            let size = geometry.image_height as f64 / 64.0;
            let at = |x: f64, y: f64| ImagePoint::new((size * x).round(), (size * y).round());
            // The second one goes over the border; the discs of the first and the third share pixels.
            let whole = [
                PointPair::new(at(24.0, 32.0), at(44.0, 29.0)),
                PointPair::new(at(62.0, 10.0), at(80.0, 14.0)),
                PointPair::new(at(27.0, 34.0), at(10.0, 60.0)),
            ];
            // The published method keeps handles between pixels.
            let between = whole.clone().map(|mut point| {
                point.handle = ImagePoint::new(point.handle.x - 0.375, point.handle.y + 0.25);
                point
            });
            // Soft in a band, free on the right.
            let fixed = Array2::from_shape_fn((geometry.image_height, geometry.image_width), |(_, x)| {
                (1.0 - (x as f32 / geometry.image_width as f32 - 0.3) * 5.0).clamp(0.0, 1.0)
            });
            let profiles = [(Method::Reference, &whole, 10.0), (Method::Paper, &between, 0.02)];
            for (method, points, lambda) in profiles {
                for (what, terms) in [("motion", [true, false]), ("mask", [false, true]), ("both", [true, true])] {
                    let loss = Loss { geometry: &geometry, method, points, radius: 4, fixed: &fixed, lambda, terms };
                    let what = format!("{method:?} b{} {what}", geometry.tap.height).to_lowercase();
                    check(name, &what, &loss, &mut model, &base, &start, &mut table);
                }
            }
        }
    }
    table.check("whole-loss-gradient");
}

fn check(
    case: &str,
    what: &str,
    loss: &Loss<'_>,
    model: &mut dyn DragModel,
    base: &Array2<f32>,
    start: &Array3<f32>,
    table: &mut Table,
) {
    let cancel = CancelToken::new();
    let there = features(model, base);
    let frozen = loss.frozen(&there, start);
    // `features` left the whole map's values for the backward.
    let (value, gradients) = loss.engine(&model.maps(), start);
    let base_terms = frozen.at(&there);
    assert!((value - total(&base_terms)).abs() < 1e-5 * value, "{case}: {what}: {value}, {}", total(&base_terms));
    let gradient = model.backward(&gradients, &cancel).expect("backward runs");

    if !loss.terms[1] {
        let windows: Vec<Window> = loss.points.iter().map(|point| around(loss, point)).collect();
        if model.prefers_windows(&windows) {
            model.forward(base.view(), &Regions::Windows(windows), &cancel).expect("forward runs");
            let (_, gradients) = loss.engine(&model.maps(), start);
            let windowed = model.backward(&gradients, &cancel).expect("backward runs");
            let error = relative_l2(&windowed.into_dyn(), &gradient.clone().into_dyn());
            table.note(case, format!("{what}, windows"), error, 1e-4);
        }
    }

    let norm = |x: &Array2<f32>| x.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>().sqrt();
    let length = norm(&gradient);
    assert!(length > 0.0, "{case}: {what}: no gradient");
    let mut differences = |step: f32, direction: &Array2<f32>| {
        let mut at = |sign: f32| {
            let mut moved = base.clone();
            moved.slice_mut(s![..gradient.nrows(), ..]).scaled_add(sign * step, direction);
            frozen.at(&features(model, &moved))
        };
        let (plus, minus) = (at(1.0), at(-1.0));
        let crossed = plus.iter().zip(&minus).filter(|((plus, _), (minus, _))| plus * minus < 0.0).count();
        let slope = |loss: &dyn Fn(&Terms) -> f64| (loss(&plus) - loss(&minus)) / (2.0 * f64::from(step));
        (slope(&total), slope(&|terms| continued(terms, &base_terms)), crossed as f64 / plus.len() as f64)
    };
    // Uphill, as long as a random direction is.
    let uphill = &gradient * ((gradient.len() as f64).sqrt() / length) as f32;
    let (measured, _, _) = differences(UPHILL_STEP, &uphill);
    let claimed = length * (gradient.len() as f64).sqrt();
    table.note(case, format!("{what}, uphill"), (measured - claimed).abs() / claimed, TOLERANCE);

    let mut random = RandomState::new(17);
    let (mut apart, mut expected, mut most): (f64, f64, f64) = (0.0, 0.0, 0.0);
    for _ in 0..6 {
        let direction = Array2::from_shape_simple_fn(gradient.dim(), || random.randn() as f32);
        let (_, measured, crossed) = differences(STEP, &direction);
        let claimed: f64 = gradient.iter().zip(&direction).map(|(&g, &d)| f64::from(g) * f64::from(d)).sum();
        apart += (measured - claimed).powi(2);
        expected += claimed.powi(2);
        most = most.max(crossed);
    }
    table.note(case, format!("{what}, random"), (apart / expected).sqrt(), TOLERANCE);
    assert!(most < 1e-2, "{case}: {what}: a part of {most} crossed its kink");
}

/// The whole map of a latent.
fn features(model: &mut dyn DragModel, ws: &Array2<f32>) -> Array3<f32> {
    model.forward(ws.view(), &Regions::Whole, &CancelToken::new()).expect("forward runs");
    model.maps()[0].data.to_owned()
}

/// A window of the tap that holds all that a patch reads, with some to spare.
fn around(loss: &Loss<'_>, point: &PointPair) -> Window {
    let (image, tap) = (loss.geometry.image_height as f64, loss.geometry.tap.height as f64);
    let span = |centre: f64| {
        let reach = loss.radius as f64 + 2.0;
        let [low, high] = [centre - reach, centre + reach].map(|place| (place + 0.5) / image * tap);
        let begin = (low.floor() - 1.0).max(0.0);
        (begin as usize, ((high.ceil() + 1.0).min(tap) - begin) as usize)
    };
    let ((y, height), (x, width)) = (span(point.handle.y), span(point.handle.x));
    Window { y, x, height, width }
}
