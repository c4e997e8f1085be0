//! Point tracks.

use serde::Serialize;

/// Tracks of points over frames.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tracks {
    /// Width of the pictures, pixels.
    pub width: usize,
    /// Height of the pictures, pixels.
    pub height: usize,
    /// A track for each point.
    pub tracks: Vec<Track>,
}

/// Where a point is, frame by frame.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Track {
    /// What the point is called.
    pub name: String,
    /// In the order of the frames.
    pub samples: Vec<Sample>,
}

/// Where a point is in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Sample {
    /// The frame.
    pub frame: f64,
    /// Column, image pixels: 0 is the centre of the leftmost.
    pub x: f64,
    /// Row, image pixels: 0 is the centre of the topmost.
    pub y: f64,
    /// From 0, lost, to 1, the same as in the first frame.
    pub confidence: f64,
}

impl Tracks {
    /// About how many bytes of memory they take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.tracks.iter().map(|track| track.name.len() + track.samples.len() * size_of::<Sample>()).sum()
    }
}
