//! A finished drag as a text that a project keeps: what rendering needs of it, and what it was made of.
//!
//! After `dragfx1_` comes, in Base64, a zlib stream, which knows whether it is damaged: the length of a header (4 bytes,
//! little endian), the header (MessagePack, with names), and the latents, float32 to the bit: the whole one of the start,
//! then the rows that the drag changes of each state, packed as [`planes`] says.

mod planes;

use std::io::{Read as _, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dragfx_engine::{ImagePoint, Latent, PointPair};
use dragfx_graph::models::ModelRef;
use dragfx_graph::value::{Stop, Trajectory};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use ndarray::{Array2, Axis, Slice};
use serde::{Deserialize, Serialize};

/// How a text begins that has a drag in it, and the version of its form. None of its signs means anything to the languages
/// that projects are written in.
const PREFIX: &str = "dragfx1_";

/// Most states that are kept: with those of long drags in between left out, a project stays small, and what lies between
/// two of them is nearly on a line.
const MOST_STATES: usize = 64;

/// Largest block that is unpacked: far more than any drag has.
const MOST_BYTES: u64 = 256 << 20;

/// No latent has larger numbers.
const LARGEST: f32 = 1e30;

/// A finished drag.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bake {
    pub(super) about: About,
    /// The latent of the start, `[num_ws, w_dim]`.
    start: Array2<f32>,
    /// The leading rows of the states that are kept, `[rows, w_dim]`.
    states: Vec<Array2<f32>>,
    /// A hash of all of it.
    pub(super) hash: String,
}

/// What is said of a drag.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct About {
    /// The model's file name, for people.
    pub(super) file: String,
    /// BLAKE3 of the model.
    pub(super) model: String,
    /// Hash of the settings that it was made with, but for the points.
    pub(super) inputs: String,
    /// The points that it was made with, pixels of the picture.
    pub(super) given: Vec<PointPair>,
    /// Width and height of the picture, pixels.
    pub(super) size: [usize; 2],
    /// Steps of the drag.
    pub(super) steps: u32,
    /// Whether all handles arrived.
    pub(super) arrived: bool,
    /// The steps whose states are kept: the first is 0 and the last is that of the end.
    kept: Vec<u32>,
    /// Where the handles are at these steps.
    handles: Vec<Vec<ImagePoint>>,
    /// Rows and columns of the start, and rows of the states.
    shape: [usize; 3],
}

/// Why a text has no drag in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BakeError {
    /// Another version wrote it.
    #[error("the baked drag was made by another version of DragFX: press Drag to make it again")]
    Version,
    /// It is not what was written.
    #[error("the baked drag is damaged: press Drag to make it again")]
    Damaged,
}

impl Bake {
    /// What is to be kept of a trajectory that was made with `inputs`.
    pub(super) fn of(way: &Trajectory, inputs: String) -> Self {
        let steps = way.steps();
        let kept: Vec<usize> = if steps < MOST_STATES {
            (0..=steps).collect()
        } else {
            // Evenly, and both ends among them.
            (0..MOST_STATES).map(|place| (place * steps + (MOST_STATES - 1) / 2) / (MOST_STATES - 1)).collect()
        };
        let states: Vec<_> = kept.iter().map(|&step| way.states[step].clone()).collect();
        let handles = |&step: &usize| way.points[step].iter().map(|point| point.handle).collect();
        let about = About {
            file: way.model.file.clone(),
            model: way.model.blake3.clone().unwrap_or_default(),
            inputs,
            given: way.given.clone(),
            size: [way.width, way.height],
            steps: steps as u32,
            arrived: way.stop == Stop::Reached,
            handles: kept.iter().map(handles).collect(),
            kept: kept.into_iter().map(|step| step as u32).collect(),
            shape: [way.start.nrows(), way.start.ncols(), states[0].nrows()],
        };
        let mut bake = Self { about, start: way.start.clone(), states, hash: String::new() };
        bake.hash = hash(&bake.header(), &bake.planes());
        bake
    }

    fn header(&self) -> Vec<u8> {
        rmp_serde::to_vec_named(&self.about).expect("texts and numbers")
    }

    /// As a text.
    pub(super) fn to_text(&self) -> String {
        let header = self.header();
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        let written = encoder
            .write_all(&(header.len() as u32).to_le_bytes())
            .and_then(|()| encoder.write_all(&header))
            .and_then(|()| encoder.write_all(&self.planes()))
            .and_then(|()| encoder.finish());
        format!("{PREFIX}{}", STANDARD.encode(written.expect("memory takes what is written")))
    }

    /// Reads a text that [`to_text`](Self::to_text) made. The last ones are remembered: every frame asks again.
    ///
    /// # Errors
    /// It is no such text.
    pub(super) fn read(text: &str) -> Result<Arc<Self>, BakeError> {
        static KNOWN: Mutex<Vec<(blake3::Hash, Arc<Bake>)>> = Mutex::new(Vec::new());
        const MOST_KNOWN: usize = 8;
        let hash = blake3::hash(text.as_bytes());
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = known.iter().position(|(known, _)| *known == hash) {
            let entry = known.remove(place);
            let bake = Arc::clone(&entry.1);
            known.push(entry);
            return Ok(bake);
        }
        let bake = Arc::new(Self::from_text(text)?);
        if known.len() == MOST_KNOWN {
            known.remove(0);
        }
        known.push((hash, Arc::clone(&bake)));
        Ok(bake)
    }

    fn from_text(text: &str) -> Result<Self, BakeError> {
        let block = text.trim().strip_prefix(PREFIX).ok_or(BakeError::Version)?;
        let block = STANDARD.decode(block).map_err(|_| BakeError::Damaged)?;
        let mut bytes = Vec::new();
        ZlibDecoder::new(&*block).take(MOST_BYTES).read_to_end(&mut bytes).map_err(|_| BakeError::Damaged)?;
        Self::from_bytes(&bytes).ok_or(BakeError::Damaged)
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let (header, planes) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        let about: About = rmp_serde::from_slice(header).ok()?;
        let [num_ws, w_dim, rows] = about.shape;
        let whole = num_ws.checked_mul(w_dim)?;
        let count = rows.checked_mul(w_dim)?.checked_mul(about.kept.len())?.checked_add(whole)?;
        let sound = about.kept.first() == Some(&0)
            && about.kept.last() == Some(&about.steps)
            && about.kept.is_sorted_by(|a, b| a < b)
            && about.handles.len() == about.kept.len()
            && about.handles.iter().all(|handles| handles.len() == about.given.len())
            && about.size.iter().all(|&side| (1..=1 << 16).contains(&side))
            && (1..=num_ws).contains(&rows)
            && w_dim > 0
            && count.checked_mul(4) == Some(planes.len());
        if !sound {
            return None;
        }
        let each = rows * w_dim;
        let numbers = planes::unpack(planes, whole, each);
        // Between larger ones there would be no finite numbers.
        if !numbers.iter().all(|number| number.abs() < LARGEST) {
            return None;
        }
        let start = Array2::from_shape_vec((num_ws, w_dim), numbers[..whole].to_vec()).ok()?;
        let states = numbers[whole..].chunks_exact(each);
        let states = states.map(|state| Array2::from_shape_vec((rows, w_dim), state.to_vec()).ok());
        Some(Self { about, start, states: states.collect::<Option<_>>()?, hash: hash(header, planes) })
    }

    fn planes(&self) -> Vec<u8> {
        let numbers: Vec<f32> = self.start.iter().chain(self.states.iter().flatten()).copied().collect();
        planes::pack(&numbers, self.start.len(), self.states[0].len())
    }

    /// The latent at `progress`, from 0, the start, to 1, the end. Where all states are kept it is the trajectory's, to the
    /// bit.
    pub(super) fn latent_at(&self, progress: f64) -> Latent {
        let (before, after, part) = self.place(progress);
        let (before, after) = (&self.states[before], &self.states[after]);
        let rows = if part == 0.0 { before.clone() } else { before + &((after - before) * part as f32) };
        let mut ws = self.start.clone();
        ws.slice_axis_mut(Axis(0), Slice::from(..rows.nrows())).assign(&rows);
        let (num_ws, w_dim) = ws.dim();
        Latent::from_array(ws.into_dyn().view(), num_ws, w_dim).expect("finite numbers in the shape of a latent")
    }

    /// Where the handles are at `progress`, pixels of the picture, in the order of the points that it was made with.
    pub(super) fn handles_at(&self, progress: f64) -> Vec<ImagePoint> {
        let (before, after, part) = self.place(progress);
        let mix = |a: f64, b: f64| a + part * (b - a);
        let ends = self.about.handles[before].iter().zip(&self.about.handles[after]);
        ends.map(|(a, b)| ImagePoint::new(mix(a.x, b.x), mix(a.y, b.y))).collect()
    }

    /// The states around `progress`, and how far it is from the first to the second.
    fn place(&self, progress: f64) -> (usize, usize, f64) {
        let kept = &self.about.kept;
        let place = progress.clamp(0.0, 1.0) * f64::from(self.about.steps);
        let before = kept.partition_point(|&step| f64::from(step) <= place).saturating_sub(1);
        let after = (before + 1).min(kept.len() - 1);
        let [from, to] = [before, after].map(|place| f64::from(kept[place]));
        (before, after, if to > from { (place - from) / (to - from) } else { 0.0 })
    }

    /// The model, as it is known.
    pub(super) fn model(&self) -> ModelRef {
        ModelRef { file: self.about.file.clone(), blake3: Some(self.about.model.clone()), path: None }
    }
}

fn hash(header: &[u8], planes: &[u8]) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(header).update(planes);
    hasher.finalize().to_hex().to_string()
}

#[cfg(test)]
pub(super) mod tests {
    use dragfx_graph::value::TrajectoryParts;
    use proptest::prelude::*;

    use super::*;

    /// A way of so many steps with numbers of all kinds in its latents.
    pub(crate) fn way(steps: usize, points: usize, numbers: &[f32]) -> Trajectory {
        let (num_ws, w_dim, rows) = (4, 3, 2);
        let number = |place: usize| numbers[place % numbers.len()];
        let array = |rows: usize, from: usize| Array2::from_shape_fn((rows, w_dim), |(y, x)| number(from + y * 7 + x));
        let start = array(num_ws, 0);
        let mut states = vec![start.slice_axis(Axis(0), Slice::from(..rows)).to_owned()];
        states.extend((1..=steps).map(|step| array(rows, step * 5)));
        let given: Vec<_> = (0..points)
            .map(|n| PointPair::new(ImagePoint::new(n as f64 / 3.0, 1.5), ImagePoint::new(9.25, n as f64)))
            .collect();
        let at = |step: usize| {
            let moved = |point: &PointPair| PointPair {
                handle: ImagePoint::new(point.handle.x + step as f64 * 0.125, point.handle.y),
                ..point.clone()
            };
            given.iter().map(moved).collect()
        };
        let parts = TrajectoryParts {
            model: Arc::new(ModelRef { file: "toy.pkl".into(), blake3: Some("ab".repeat(32)), path: None }),
            width: 16,
            height: 16,
            given: given.clone(),
            others: String::new(),
            start,
            states,
            points: (0..=steps).map(at).collect(),
            matches: vec![vec![None; points]; steps + 1],
            losses: vec![0.0; steps],
            stop: Stop::MaxSteps,
            end: None,
        };
        Trajectory::try_from(parts).expect("parts that fit")
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            steps in 0_usize..200,
            points in 0_usize..4,
            numbers in prop::collection::vec(-1e29_f32..1e29, 1..40),
            progress in 0.0_f64..=1.0,
        ) {
            let way = way(steps, points, &numbers);
            let bake = Bake::of(&way, "inputs".to_owned());
            let read = Bake::read(&bake.to_text()).expect("what was written");
            prop_assert_eq!(&*read, &bake);
            prop_assert!(bake.states.len() <= MOST_STATES);
            for end in [0.0, 1.0] {
                prop_assert_eq!(read.latent_at(end).ws().to_owned(), way.latent_at(end).ws().to_owned());
                let handles: Vec<_> = way.points_at(end).iter().map(|point| point.handle).collect();
                prop_assert_eq!(read.handles_at(end), handles);
            }
            if steps < MOST_STATES {
                prop_assert_eq!(read.latent_at(progress).ws().to_owned(), way.latent_at(progress).ws().to_owned());
            }
        }

        #[test]
        fn what_was_not_written_is_refused(text in ".{0,80}", cut in 0_usize..400, flipped in 0_usize..400) {
            prop_assert!(Bake::read(&text).is_err());
            let sound = Bake::of(&way(3, 2, &[0.5, -1.0, 0.25]), String::new()).to_text();
            let cut = cut.min(sound.len() - 1);
            prop_assert!(Bake::read(&sound[..cut]).is_err(), "cut after {}", cut);
            let mut bytes = sound.clone().into_bytes();
            let place = flipped % bytes.len();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            // Some signs have bits that say nothing.
            if let Ok(read) = Bake::read(&String::from_utf8(bytes).expect("ASCII")) {
                prop_assert_eq!(read.to_text(), sound);
            }
        }
    }

    #[test]
    fn kept_states_are_even_and_have_both_ends() {
        for steps in [0, 1, 62, 63, 64, 65, 126, 127, 300, 1999] {
            let kept = Bake::of(&way(steps, 1, &[0.0, 1.0]), String::new()).about.kept;
            assert_eq!(kept.first(), Some(&0), "{steps}");
            assert_eq!(kept.last(), Some(&(steps as u32)), "{steps}");
            let gaps: Vec<_> = kept.windows(2).map(|pair| pair[1] - pair[0]).collect();
            let (least, most) = (gaps.iter().min().copied().unwrap_or(1), gaps.iter().max().copied().unwrap_or(1));
            assert!(least >= 1 && most - least <= 1, "{steps}: {gaps:?}");
        }
    }

    #[test]
    fn texts_have_signs_that_no_language_of_projects_minds() {
        let text = Bake::of(&way(9, 1, &[0.1, 0.2]), String::new()).to_text();
        assert!(text.chars().all(|c| c.is_ascii_alphanumeric() || "_+/=".contains(c)), "{text}");
        assert_eq!(Bake::read("dragfx9_AAAA"), Err(BakeError::Version));
        assert_eq!(Bake::read("dragfx1_AAAA"), Err(BakeError::Damaged));
    }
}
