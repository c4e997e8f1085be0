//! Pictures and what plugins see of them: layouts, depths, bounds.

use super::*;
use crate::geometry::RectI;

const BOUNDS: RectI = RectI::new(-1, 2, 2, 4);

/// Three pixels by two, whose numbers all differ.
fn sample(order: RowOrder) -> Picture {
    let numbers: Vec<f32> = (0..24).map(|at| at as f32 / 32.0).collect();
    Picture::from_f32(BOUNDS, Components::Rgba, order, &numbers).unwrap()
}

#[test]
fn rows_are_found_in_either_order() {
    assert_eq!(sample(RowOrder::BottomUp).pixel(-1, 2)[0], 0.0);
    assert_eq!(sample(RowOrder::TopDown).pixel(-1, 2)[0], 12.0 / 32.0);
    assert_eq!(sample(RowOrder::TopDown).pixel(2, 2), [0.0; 4]);
    for order in [RowOrder::BottomUp, RowOrder::TopDown] {
        let numbers: Vec<f32> = sample(order).to_rgba(order).into_iter().flatten().collect();
        assert_eq!(numbers, (0..24).map(|at| at as f32 / 32.0).collect::<Vec<_>>());
    }
}

#[test]
fn every_depth_components_and_layout_keep_what_they_can() {
    let original = sample(RowOrder::BottomUp);
    let mut wrong = Vec::new();
    for &components in Components::ALL {
        for &depth in Depth::ALL {
            for order in [RowOrder::BottomUp, RowOrder::TopDown] {
                for padding in [0, 1, 16] {
                    let other = original.convert(components, depth, RowLayout { order, padding }).unwrap();
                    let tolerance = if depth == Depth::Byte { 0.500_01 / 255.0 } else { 1e-3 };
                    for (old, new) in original.to_rgba(order).into_iter().zip(other.to_rgba(order)) {
                        let old = match components {
                            Components::Rgba => old,
                            Components::Rgb => [old[0], old[1], old[2], 1.0],
                            Components::Alpha => [1.0, 1.0, 1.0, old[3]],
                        };
                        if (0..4).any(|at| (old[at] - new[at]).abs() > tolerance) {
                            wrong.push(format!("{components} {depth} {order:?} {padding}: {old:?} {new:?}"));
                        }
                    }
                    assert!(other.is_whole());
                    assert_eq!(other.row_bytes() < 0, order == RowOrder::TopDown);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn numbers_out_of_range_saturate_and_round() {
    let numbers = [-1.0, 0.5, 7.0, f32::NAN];
    let picture = Picture::from_f32(RectI::new(0, 0, 1, 1), Components::Rgba, RowOrder::BottomUp, &numbers).unwrap();
    let bytes = picture.convert(Components::Rgba, Depth::Byte, RowLayout::default()).unwrap();
    assert_eq!(bytes.row(0), [0, 128, 255, 0]);
    let half = picture.convert(Components::Rgba, Depth::Half, RowLayout::default()).unwrap();
    assert_eq!(half.pixel(0, 0)[..3], numbers[..3]);
}

#[test]
fn a_part_is_black_where_there_are_no_pixels() {
    let part = sample(RowOrder::TopDown).crop(RectI::new(1, 3, 4, 6)).unwrap();
    assert_eq!(part.pixel(1, 3), sample(RowOrder::TopDown).pixel(1, 3));
    assert_eq!(part.pixel(2, 3), [0.0; 4]);
    assert_eq!(part.region_of_definition, BOUNDS);
}

#[test]
fn half_the_scale_is_the_mean_of_four() {
    let numbers: Vec<f32> = (0..16).map(|at| at as f32).collect();
    let picture = Picture::from_f32(RectI::new(0, 0, 4, 4), Components::Alpha, RowOrder::BottomUp, &numbers).unwrap();
    let half = picture.rescale(PointD::new(0.5, 0.5)).unwrap();
    let found: Vec<f32> = half.to_rgba(RowOrder::BottomUp).iter().map(|pixel| pixel[3]).collect();
    assert_eq!((half.bounds(), found), (RectI::new(0, 0, 2, 2), vec![2.5, 4.5, 10.5, 12.5]));
}

#[test]
fn pictures_that_cannot_be_are_refused() {
    let huge = RectI::new(i32::MIN, i32::MIN, i32::MAX, i32::MAX);
    let error = Picture::new(huge, Components::Rgba, Depth::Float, RowLayout::default()).unwrap_err();
    assert!(matches!(error, PictureError::TooLarge { .. }));
    let error = Picture::from_u8(RectI::new(0, 0, 2, 2), Components::Rgb, RowOrder::TopDown, &[0; 11]).unwrap_err();
    assert_eq!(error, PictureError::Length { expected: 12, found: 11 });
}

#[test]
fn what_is_written_around_a_picture_is_seen() {
    let bounds = BOUNDS;
    for (order, padding) in [(RowOrder::BottomUp, 0), (RowOrder::TopDown, 0), (RowOrder::TopDown, 5)] {
        let make = || Picture::new(bounds, Components::Rgb, Depth::Byte, RowLayout { order, padding }).unwrap();
        let len = make().buffer.len() as isize;
        for (offset, is_whole) in [(-1, false), (0, true), (8, true), (len - 1, padding == 0), (len, false)] {
            let picture = make();
            assert!(picture.is_whole());
            // SAFETY: the guards reach further than one byte around the buffer.
            unsafe { picture.buffer.pointer().offset(offset).write(1) };
            assert_eq!(picture.is_whole(), is_whole, "{order:?} {padding} {offset}");
        }
    }
    let mut picture = Picture::new(bounds, Components::Rgb, Depth::Short, RowLayout::default()).unwrap();
    picture.fill(7);
    let window = RectI::new(0, 2, 9, 3);
    assert!(picture.is_filled_outside(window, 7));
    picture.row_mut(2)[6] = 0;
    assert!(picture.is_filled_outside(window, 7) && !picture.is_filled_outside(RectI::new(1, 2, 2, 4), 7));
    picture.row_mut(3)[17] = 0;
    assert!(!picture.is_filled_outside(window, 7));
}
