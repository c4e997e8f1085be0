//! The gradient of a drag's whole loss against central finite differences.

use dragfx_engine::mask_term::MaskTerm;
use dragfx_engine::model::FeatureMap;
use dragfx_engine::sample::{BoundGrid, Grid};
use dragfx_engine::seed::RandomState;
use dragfx_engine::supervise::{Patch, Reduction};
use dragfx_engine::{
    DragModel, Generator, Geometry, ImagePoint, Method, NoiseMode, PointPair, Regions, Truncation, Window,
};
use dragfx_runtime::{CancelToken, Device, SessionOptions};
use dragfx_tests::{Table, relative_l2};
use ndarray::{Array2, Array3, ArrayView3, s};

use crate::support::Packs;

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
        // Below the cut there are none; above it, three small windows are less than the map.
        let windowed = model.prefers_windows(&windows);
        assert_eq!(windowed, model.geometry().tap.height >= 32, "{case}: {what}: whether windows pay off");
        if windowed {
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
