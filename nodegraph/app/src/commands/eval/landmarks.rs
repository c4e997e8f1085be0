//! Landmarks of one picture dragged to where another one has them, with and without a mask.

use anyhow::Result;
use dragfx_engine::seed::RandomState;
use dragfx_engine::{ImagePoint, Latent, Mask, PointPair, Truncation};
use ndarray::Array2;

use super::metrics::change_where;
use super::reader::{Landmark, Reader};
use super::report::{DragRow, MaskRow, Report};
use super::sheet::Sheet;
use super::studio::{Dragged, Studio, pixels};
use crate::args::{EvalArgs, Points, Test};

/// How many landmarks are dragged under a mask.
const MASKED: usize = 5;
/// How far the mask leaves free what is around a landmark, as a part of the picture's height: all of the head.
const AROUND: f64 = 0.125;

/// What pairs of pictures are made with.
pub(super) struct Heads<'s> {
    pub(super) studio: &'s mut Studio,
    pub(super) reader: Reader,
    pub(super) truncation: Truncation,
}

/// A picture of a seed, and what is found in it.
struct Head {
    latent: Latent,
    picture: image::RgbImage,
    landmarks: Vec<Landmark>,
}

impl Heads<'_> {
    /// Measures one pair: a row in each of the report's tables.
    pub(super) fn pair(&mut self, args: &EvalArgs, pair: u32, report: &mut Report, sheet: &mut Sheet) -> Result<()> {
        let seed = args.first_seed.wrapping_add(2 * pair);
        let (start, goal) = (self.head(seed)?, self.head(seed.wrapping_add(1))?);
        let order = shuffled(seed, candidates(&start, &goal, self.studio.resolution()));
        let (mut pictures, mut unmasked) = (Vec::new(), None);
        if args.tests.contains(&Test::Landmarks) {
            for &count in &args.points {
                let chosen = chosen(&order, count);
                let (dragged, after) = self.drag(&start, &goal, chosen, None)?;
                pictures.push(after.picture.clone());
                report.landmarks(count).push(row(seed, chosen, &start, &goal, &after, &dragged));
                if count == Points::Some(MASKED) {
                    unmasked = Some(after);
                }
            }
        }
        let chosen = chosen(&order, Points::Some(MASKED));
        if args.tests.contains(&Test::Mask) {
            let free = match unmasked {
                Some(after) => after,
                None => self.drag(&start, &goal, chosen, None)?.1,
            };
            let fixed = outside(&start, &goal, self.studio.resolution());
            let mask = Mask::from_weights(&fixed.mapv(|fixed| 1.0 - fixed))?;
            let (_, held) = self.drag(&start, &goal, chosen, Some(mask))?;
            pictures.push(held.picture.clone());
            let change = |after: &Head| change_where(&fixed, &start.picture, &after.picture);
            if let (Some(without), Some(with)) = (change(&free), change(&held)) {
                report.mask.get_or_insert_default().push(MaskRow {
                    seed,
                    change_without: without,
                    change_with: with,
                    distance_start: distance(chosen, &start, &goal),
                    distance_without: distance(chosen, &free, &goal),
                    distance_with: distance(chosen, &held, &goal),
                });
            }
        }
        sheet.add(&start.picture, &pairs(chosen, &start, &goal), &pictures, &goal.picture)
    }

    fn head(&mut self, seed: u32) -> Result<Head> {
        let truncation = self.truncation;
        let (generator, cancel) = self.studio.generator();
        let latent = generator.latent(seed, truncation, &[], cancel)?;
        self.look(latent)
    }

    fn look(&mut self, latent: Latent) -> Result<Head> {
        let picture = self.studio.picture(&latent)?;
        let landmarks = self.reader.read(&picture, self.studio.generator().1)?;
        Ok(Head { latent, picture: pixels(&picture)?, landmarks })
    }

    fn drag(&mut self, start: &Head, goal: &Head, chosen: &[usize], mask: Option<Mask>) -> Result<(Dragged, Head)> {
        let dragged = self.studio.drag(&start.latent, pairs(chosen, start, goal), mask)?;
        let after = self.look(dragged.latent.clone())?;
        Ok((dragged, after))
    }
}

/// Landmarks that both pictures show.
fn candidates(start: &Head, goal: &Head, size: usize) -> Vec<usize> {
    let shown = |mark: &Landmark| mark.seen && mark.at.is_inside(size, size);
    let both = start.landmarks.iter().zip(&goal.landmarks).enumerate();
    both.filter(|(_, (a, b))| shown(a) && shown(b)).map(|(index, _)| index).collect()
}

/// In an order that the seed decides, so that fewer points are the first ones of more.
fn shuffled(seed: u32, mut marks: Vec<usize>) -> Vec<usize> {
    let mut random = RandomState::new(seed);
    for last in (1..marks.len()).rev() {
        marks.swap(last, (random.random_sample() * (last + 1) as f64) as usize);
    }
    marks
}

fn chosen(order: &[usize], count: Points) -> &[usize] {
    match count {
        Points::Some(count) => &order[..count.min(order.len())],
        Points::All => order,
    }
}

fn pairs(chosen: &[usize], start: &Head, goal: &Head) -> Vec<PointPair> {
    chosen.iter().map(|&mark| PointPair::new(start.landmarks[mark].at, goal.landmarks[mark].at)).collect()
}

/// The mean distance of landmarks in two pictures, pixels.
fn distance(chosen: &[usize], a: &Head, b: &Head) -> f64 {
    let apart = chosen.iter().map(|&mark| a.landmarks[mark].at.distance(b.landmarks[mark].at));
    apart.sum::<f64>() / chosen.len().max(1) as f64
}

fn row(seed: u32, chosen: &[usize], start: &Head, goal: &Head, after: &Head, dragged: &Dragged) -> DragRow {
    DragRow {
        seed,
        landmarks: chosen.to_vec(),
        distance_start: distance(chosen, start, goal),
        distance_end: distance(chosen, after, goal),
        steps: dragged.steps,
        seconds: dragged.seconds,
        arrived: dragged.arrived,
    }
}

/// 1 where neither picture has a landmark near, 0 elsewhere.
fn outside(start: &Head, goal: &Head, size: usize) -> Array2<f32> {
    let marks = start.landmarks.iter().chain(&goal.landmarks).filter(|mark| mark.seen);
    let marks: Vec<ImagePoint> = marks.map(|mark| mark.at).collect();
    let reach = AROUND * size as f64;
    Array2::from_shape_fn((size, size), |(y, x)| {
        let here = ImagePoint::new(x as f64, y as f64);
        f32::from(u8::from(marks.iter().all(|mark| mark.distance(here) > reach)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_points_are_the_first_of_more_and_all_are_there() {
        let order = shuffled(7, (0..20).collect());
        assert_eq!(order, shuffled(7, (0..20).collect()));
        assert_ne!(order, shuffled(8, (0..20).collect()));
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..20).collect::<Vec<_>>());
        assert_eq!(chosen(&order, Points::Some(5)), &order[..5]);
        assert_eq!(chosen(&order, Points::Some(50)), &order[..]);
        assert_eq!(chosen(&order, Points::All), &order[..]);
    }
}
