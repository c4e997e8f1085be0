//! The definitions, spelled out at image size in double precision.

use dragfx_engine::seed::RandomState;
use dragfx_engine::{FeatureMap, Geometry, ImagePoint, Tap, Window};
use ndarray::{Array3, ArrayRef3};

/// A generator geometry with a tap of `tap` and an image of `image`, each (height, width).
pub(crate) fn geometry(image: (usize, usize), tap: (usize, usize), channels: usize) -> Geometry {
    Geometry {
        image_height: image.0,
        image_width: image.1,
        num_ws: 4,
        w_dim: 5,
        rows: 3,
        tap: Tap { index: 3, height: tap.0, width: tap.1, channels },
    }
}

/// Image and tap sizes that differ in scale, shape and divisibility.
pub(crate) fn geometries() -> Vec<Geometry> {
    [((32, 32), (8, 8)), ((30, 42), (8, 9)), ((16, 16), (16, 16)), ((24, 48), (3, 24)), ((40, 40), (39, 1))]
        .into_iter()
        .map(|(image, tap)| geometry(image, tap, 3))
        .collect()
}

/// Normal deviates of a shape.
pub(crate) fn random(seed: u32, shape: (usize, usize, usize)) -> Array3<f32> {
    let mut random = RandomState::new(seed);
    Array3::from_shape_simple_fn(shape, || random.randn() as f32)
}

/// Random features on the whole tap.
pub(crate) fn features(geometry: &Geometry, seed: u32) -> Array3<f32> {
    random(seed, (geometry.tap.channels, geometry.tap.height, geometry.tap.width))
}

/// A map of the whole tap.
pub(crate) fn whole<'a>(geometry: &Geometry, data: &'a Array3<f32>) -> FeatureMap<'a> {
    FeatureMap { window: Window::whole(&geometry.tap), data: data.view() }
}

/// `interpolate(mode="bilinear", align_corners=False)` of a CHW map to (height, width).
pub(crate) fn resize(map: &ArrayRef3<f64>, height: usize, width: usize) -> Array3<f64> {
    let (channels, rows, columns) = map.dim();
    let source = |index: usize, size: usize, tap: usize| {
        let at = ((index as f64 + 0.5) * tap as f64 / size as f64 - 0.5).max(0.0);
        let first = (at.floor() as usize).min(tap - 1);
        (first, (first + 1).min(tap - 1), at - first as f64)
    };
    Array3::from_shape_fn((channels, height, width), |(c, y, x)| {
        let (y0, y1, v) = source(y, height, rows);
        let (x0, x1, u) = source(x, width, columns);
        (1.0 - v) * ((1.0 - u) * map[[c, y0, x0]] + u * map[[c, y0, x1]])
            + v * ((1.0 - u) * map[[c, y1, x0]] + u * map[[c, y1, x1]])
    })
}

/// `grid_sample(align_corners=True, padding_mode="zeros")` of an image-size map, at a pixel position.
pub(crate) fn grid_sample(image: &Array3<f64>, channel: usize, y: f64, x: f64) -> f64 {
    let (_, height, width) = image.dim();
    let pixel = |y: f64, x: f64| {
        let inside = y >= 0.0 && x >= 0.0 && y < height as f64 && x < width as f64;
        if inside { image[[channel, y as usize, x as usize]] } else { 0.0 }
    };
    let (y0, x0) = (y.floor(), x.floor());
    let (v, u) = (y - y0, x - x0);
    (1.0 - v) * ((1.0 - u) * pixel(y0, x0) + u * pixel(y0, x0 + 1.0))
        + v * ((1.0 - u) * pixel(y0 + 1.0, x0) + u * pixel(y0 + 1.0, x0 + 1.0))
}

/// The official motion loss of one point, `fixed` being the resized features behind the detached term.
pub(crate) fn reference_motion(
    moving: &Array3<f64>,
    fixed: &Array3<f64>,
    handle: ImagePoint,
    target: ImagePoint,
    radius: f64,
) -> f64 {
    let (channels, height, width) = fixed.dim();
    let length = handle.distance(target) + 1e-7;
    let (dx, dy) = ((target.x - handle.x) / length, (target.y - handle.y) / length);
    let (mut sum, mut count) = (0.0, 0);
    for y in 0..height {
        for x in 0..width {
            let stretched_y = y as f64 * height as f64 / (height as f64 - 1.0);
            let stretched_x = x as f64 * width as f64 / (width as f64 - 1.0);
            if (stretched_y - handle.y).hypot(stretched_x - handle.x) < radius {
                count += channels;
                for c in 0..channels {
                    sum += (grid_sample(moving, c, y as f64 + dy, x as f64 + dx) - fixed[[c, y, x]]).abs();
                }
            }
        }
    }
    sum / f64::from(u32::try_from(count).expect("a small patch"))
}

/// The published motion loss of one point.
pub(crate) fn paper_motion(
    moving: &Array3<f64>,
    fixed: &Array3<f64>,
    handle: ImagePoint,
    target: ImagePoint,
    radius: i32,
) -> f64 {
    let (channels, height, width) = fixed.dim();
    let length = handle.distance(target);
    let (dx, dy) = ((target.x - handle.x) / length, (target.y - handle.y) / length);
    let mut sum = 0.0;
    for i in -radius..=radius {
        for j in -radius..=radius {
            let q = ImagePoint::new(handle.x + f64::from(j), handle.y + f64::from(i));
            let moved = ImagePoint::new(q.x + dx, q.y + dy);
            if i * i + j * j < radius * radius && q.is_inside(width, height) && moved.is_inside(width, height) {
                for c in 0..channels {
                    sum += (grid_sample(moving, c, moved.y, moved.x) - grid_sample(fixed, c, q.y, q.x)).abs();
                }
            }
        }
    }
    sum
}

/// Central differences of `loss` with respect to each element of `at`.
pub(crate) fn finite_differences(at: &Array3<f64>, loss: impl Fn(&Array3<f64>) -> f64) -> Array3<f64> {
    const STEP: f64 = 1e-6;
    let mut point = at.clone();
    Array3::from_shape_fn(at.dim(), |index| {
        let value = at[index];
        point[index] = value + STEP;
        let above = loss(&point);
        point[index] = value - STEP;
        let below = loss(&point);
        point[index] = value;
        (above - below) / (2.0 * STEP)
    })
}

/// The largest absolute difference of two arrays.
pub(crate) fn largest_difference<'a>(
    a: impl IntoIterator<Item = &'a f32>,
    b: impl IntoIterator<Item = &'a f64>,
) -> f64 {
    a.into_iter().zip(b).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max)
}
