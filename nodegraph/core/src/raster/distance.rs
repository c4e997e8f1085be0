//! How far pixels are from the outline of a mask, and what is made of it: growing, shrinking, feathering.
//!
//! The outline lies where the mask, taken as linear between neighbouring pixels of a row or a column, passes 0.5. The
//! distances to the points where it crosses rows and columns of pixel centres are exact: the squared distance along the
//! own column first, then the lower envelope of the columns' parabolas (Felzenszwalb and Huttenlocher, *Distance
//! Transforms of Sampled Functions*, 2012), in time linear in the number of pixels; the same for rows; and the lesser.

use ndarray::parallel::prelude::*;
use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut1, Axis, Zip};

/// Grows a mask by `grow` pixels (shrinks it where that is negative) and makes its edge `feather` pixels wide, half of
/// them outside, half inside.
///
/// With both 0 the mask comes back to the bit. Otherwise it is judged by its outline at 0.5 and its grey values are
/// replaced by clamp((d + grow) / max(feather, 1) + ½, 0, 1), d being the [`signed_distance`]. A mask without an
/// outline becomes 0 or 1 everywhere. The picture's border is no outline: a mask that reaches it is not feathered
/// there.
#[must_use]
pub fn soften(mask: Array2<f32>, grow: f64, feather: f64) -> Array2<f32> {
    if grow == 0.0 && feather == 0.0 {
        return mask;
    }
    let width = feather.max(1.0);
    signed_distance(mask.view()).mapv_into(|d| ((f64::from(d) + grow) / width + 0.5).clamp(0.0, 1.0) as f32)
}

/// Lets a mask fade out within `feather` pixels of the area where it is 0, on its own side only: no weight rises.
///
/// Next to that area the weight is at most ½ / `feather`, as the outline of the area runs between the pixels. With 0
/// the mask comes back to the bit, and so does a mask that is 0 nowhere.
#[must_use]
pub fn feather_inward(mut mask: Array2<f32>, feather: f64) -> Array2<f32> {
    if feather > 0.0 {
        let touched = mask.mapv(|weight| if weight > 0.0 { 1.0 } else { 0.0 });
        let distance = signed_distance(touched.view());
        mask.zip_mut_with(&distance, |weight, &d| {
            *weight = weight.min((f64::from(d) / feather).clamp(0.0, 1.0) as f32);
        });
    }
    mask
}

/// Distance of each pixel centre from the outline where the mask passes 0.5, in pixels: positive where the mask is at
/// least 0.5, negative elsewhere; infinite if there is no outline.
///
/// It is the distance to the nearest point where the outline crosses a row or column of pixel centres. For edges along
/// rows or columns that is the distance to the outline itself. Crossings of other edges are at most √2 apart, so a
/// pixel at d gets a distance from d to √(d² + ½). Edges with smooth coverage are found to a tenth of a pixel.
#[must_use]
pub fn signed_distance(mask: ArrayView2<'_, f32>) -> Array2<f32> {
    let mut distance = squared_to_crossings(mask);
    let other = squared_to_crossings(mask.t());
    Zip::from(&mut distance).and(other.t()).and(mask).par_for_each(|distance, &other, &weight| {
        let length = distance.min(other).sqrt();
        *distance = if is_inside(weight) { length } else { -length };
    });
    distance
}

fn is_inside(weight: f32) -> bool {
    weight >= 0.5
}

/// Squared distances to the points where the outline crosses the columns of pixel centres; infinite if there are none.
fn squared_to_crossings(mask: ArrayView2<'_, f32>) -> Array2<f32> {
    let mut squared = Array2::zeros(mask.dim());
    let columns = squared.axis_iter_mut(Axis(1)).into_par_iter().zip(mask.axis_iter(Axis(1)));
    columns.for_each_init(Vec::new, |crossings, (squared, mask)| along_column(mask, squared, crossings));
    let rows = squared.axis_iter_mut(Axis(0)).into_par_iter();
    rows.for_each_init(Vec::new, |hull, row| across_columns(row, hull));
    squared
}

/// Squared distances within one column.
fn along_column(mask: ArrayView1<'_, f32>, squared: ArrayViewMut1<'_, f32>, crossings: &mut Vec<f64>) {
    crossings.clear();
    let neighbours = mask.iter().zip(mask.iter().skip(1)).enumerate();
    crossings.extend(neighbours.filter(|(_, (a, b))| is_inside(**a) != is_inside(**b)).map(|(y, (&a, &b))| {
        let (a, b) = (f64::from(a), f64::from(b));
        y as f64 + (0.5 - a) / (b - a)
    }));
    let mut nearest = 0;
    for (y, squared) in squared.into_iter().enumerate() {
        let length = |crossing: f64| (y as f64 - crossing).abs();
        // Two crossings may share a place, in a pixel of exactly 0.5: a tie goes on.
        while nearest + 1 < crossings.len() && length(crossings[nearest + 1]) <= length(crossings[nearest]) {
            nearest += 1;
        }
        *squared = crossings.get(nearest).map_or(f32::INFINITY, |crossing| length(*crossing).powi(2) as f32);
    }
}

/// Replaces squared distances within columns by squared distances over all columns, along one row.
///
/// `hull` is room for the parabolas of the lower envelope: where each begins to be the lowest, and its vertex.
fn across_columns(mut row: ArrayViewMut1<'_, f32>, hull: &mut Vec<(f64, f64, f64)>) {
    hull.clear();
    for (x, &height) in row.iter().enumerate().filter(|(_, height)| height.is_finite()) {
        let (x, height) = (x as f64, f64::from(height));
        let begin = loop {
            let Some(&(begin, at, low)) = hull.last() else { break f64::NEG_INFINITY };
            let meeting = ((height + x * x) - (low + at * at)) / (2.0 * (x - at));
            if meeting > begin {
                break meeting;
            }
            hull.pop();
        };
        hull.push((begin, x, height));
    }
    let mut lowest = 0;
    for (x, squared) in row.iter_mut().enumerate() {
        let x = x as f64;
        while hull.get(lowest + 1).is_some_and(|(begin, ..)| *begin <= x) {
            lowest += 1;
        }
        if let Some((_, at, height)) = hull.get(lowest) {
            *squared = ((x - at).powi(2) + height) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All points where the outline crosses rows and columns, [x, y].
    fn crossings(mask: &Array2<f32>) -> Vec<[f64; 2]> {
        let mut found = Vec::new();
        for ((y, x), &a) in mask.indexed_iter() {
            for (dy, dx) in [(0, 1), (1, 0)] {
                if let Some(&b) = mask.get((y + dy, x + dx)).filter(|b| (**b >= 0.5) != (a >= 0.5)) {
                    let part = (0.5 - f64::from(a)) / (f64::from(b) - f64::from(a));
                    found.push([x as f64 + part * dx as f64, y as f64 + part * dy as f64]);
                }
            }
        }
        found
    }

    fn masks() -> impl Strategy<Value = Array2<f32>> {
        let weight = prop_oneof![3 => Just(0.0_f32), 3 => Just(1.0_f32), 1 => Just(0.5_f32), 2 => 0.0_f32..1.0];
        (1_usize..14, 1_usize..14).prop_flat_map(move |size| {
            proptest::collection::vec(weight.clone(), size.0 * size.1)
                .prop_map(move |weights| Array2::from_shape_vec(size, weights).expect("as many weights as pixels"))
        })
    }

    proptest! {
        #[test]
        fn distances_are_those_of_brute_force(mask in masks()) {
            let crossings = crossings(&mask);
            for ((y, x), &d) in signed_distance(mask.view()).indexed_iter() {
                let lengths = crossings.iter().map(|point| (point[0] - x as f64).hypot(point[1] - y as f64));
                let length = lengths.fold(f64::INFINITY, f64::min);
                let expected = if mask[(y, x)] >= 0.5 { length } else { -length };
                prop_assert!(f64::from(d) == expected || (f64::from(d) - expected).abs() < 1e-5, "{d} {expected}");
            }
        }

        #[test]
        fn growing_more_lowers_no_weight(mask in masks(), grow in -6.0..6.0, more in 0.0..3.0, feather in 0.0..5.0) {
            let (less, more) = (soften(mask.clone(), grow, feather), soften(mask, grow + more, feather));
            prop_assert!(less.iter().zip(&more).all(|(less, more)| less <= more));
        }

        #[test]
        fn inward_feathering_raises_no_weight(mask in masks(), feather in 0.0..8.0) {
            let feathered = feather_inward(mask.clone(), feather);
            prop_assert!(feathered.iter().zip(&mask).all(|(after, before)| after <= before));
            prop_assert_eq!(feather_inward(mask.clone(), 0.0), mask);
        }
    }

    #[test]
    fn a_straight_edge_moves_by_what_it_grows() {
        // Coverage of the half-plane left of x = 10.25.
        let covered =
            |edge: f64| Array2::from_shape_fn((4, 24), |(_, x)| (edge - x as f64 + 0.5).clamp(0.0, 1.0) as f32);
        let mask = covered(10.25);
        for grow in [-4.0, -0.5, 1.0, 6.0] {
            let grown = soften(mask.clone(), grow, 0.0);
            let worst = (&grown - &covered(10.25 + grow)).iter().fold(0.0, |worst: f32, d| worst.max(d.abs()));
            assert!(worst < 0.1, "{grow}: {worst}");
        }
        let soft = soften(mask.clone(), 0.0, 8.0);
        assert_eq!((soft[(1, 5)], soft[(1, 16)]), (1.0, 0.0));
        assert!((0.45..0.55).contains(&soft[(1, 10)]), "{}", soft[(1, 10)]);
        assert_eq!(soften(mask.clone(), 0.0, 0.0), mask);
    }

    #[test]
    fn a_slanted_edge_keeps_its_promise() {
        let (sin, cos) = 0.6_f64.sin_cos();
        let true_distance = |y: usize, x: usize| (x as f64 - 20.0) * cos + (y as f64 - 20.0) * sin;
        let mask = Array2::from_shape_fn((41, 41), |(y, x)| (true_distance(y, x) + 0.5).clamp(0.0, 1.0) as f32);
        for ((y, x), &found) in signed_distance(mask.view()).indexed_iter() {
            let expected = true_distance(y, x);
            // Pixels whose nearest outline point lies outside of the picture know another one.
            let foot = [x as f64 - expected * cos, y as f64 - expected * sin];
            if foot.iter().all(|place| (1.0..39.0).contains(place)) {
                let most = expected.mul_add(expected, 0.5).sqrt() + 0.1;
                let length = f64::from(found.abs());
                assert!(length > expected.abs() - 0.1 && length < most, "({x}, {y}): {found} {expected}");
                assert!(expected.abs() < 0.1 || f64::from(found) * expected > 0.0, "({x}, {y}): {found} {expected}");
            }
        }
    }

    #[test]
    fn masks_without_an_outline_stay() {
        for weight in [0.0, 1.0] {
            let mask = Array2::from_elem((3, 5), weight);
            assert_eq!(soften(mask.clone(), 3.0, 2.0), mask);
            assert_eq!(soften(mask.clone(), -3.0, 2.0), mask);
            assert_eq!(feather_inward(mask.clone(), 4.0), mask);
        }
        let grey = Array2::from_elem((3, 5), 0.3);
        assert_eq!(feather_inward(grey.clone(), 4.0), grey);
    }

    #[test]
    fn a_feather_is_as_wide_as_it_says() {
        let mask = Array2::from_shape_fn((1, 12), |(_, x)| f32::from(u8::from(x >= 2)));
        let expected = [0.0, 0.0, 0.125, 0.375, 0.625, 0.875, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0];
        assert_eq!(feather_inward(mask, 4.0).into_raw_vec_and_offset().0, expected);
    }
}
