//! What the renderer knows of its pictures, as data: `recipe/benchmark.py` writes it.

use serde::Deserialize;

/// Pictures that nothing was trained on, and what is true of them.
///
/// Points are pixels of a picture of [`resolution`](Self::resolution): x to the right, y down, pixel centres at integers.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Benchmark {
    /// Version of this form: 1.
    pub version: u32,
    /// Width and height of the pictures.
    pub resolution: usize,
    /// Names of the landmarks.
    pub landmarks: Vec<String>,
    /// Where the landmarks of some pictures are.
    pub truth: Vec<Truth>,
    /// Pairs of pictures with points of the one that are known in the other.
    pub pairs: Vec<Pair>,
}

/// The landmarks of the picture of a seed, untruncated.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Truth {
    /// Its z is `RandomState(seed).randn(1, 512)`.
    pub seed: u32,
    /// x and y of each landmark; some lie behind something, or outside.
    pub points: Vec<[f64; 2]>,
    /// 1 for a landmark that can be seen, else 0.
    pub visible: Vec<u8>,
}

/// Two pictures that are a little apart.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// Seed of the first picture's z.
    pub seed: u32,
    /// Seed of the z that the second picture's is turned to.
    pub other: u32,
    /// How far, in radians: the second z is cos(angle) times the first plus sin(angle) times the other.
    pub angle: f64,
    /// Places of the same spots of the surface: x and y in the first picture, then in the second one.
    pub points: Vec<[f64; 4]>,
}

/// Why a text is no benchmark.
#[derive(Debug, thiserror::Error)]
pub enum BenchmarkError {
    /// It is not of this form.
    #[error("no benchmark: {0}")]
    Form(#[from] serde_json::Error),
    /// It contradicts itself, or is of a version that is not known.
    #[error("{0}")]
    Content(String),
}

impl Benchmark {
    /// That of the bundled generator.
    ///
    /// # Errors
    /// None, unless this crate was damaged.
    pub fn bundled() -> Result<Self, BenchmarkError> {
        Self::from_json(include_str!("../benchmark.json"))
    }

    /// Reads a benchmark.
    ///
    /// # Errors
    /// See [`BenchmarkError`].
    pub fn from_json(text: &str) -> Result<Self, BenchmarkError> {
        let read: Self = serde_json::from_str(text)?;
        let marks = read.landmarks.len();
        let wrong = |what: String| Err(BenchmarkError::Content(what));
        if read.version != 1 {
            return wrong(format!("version {} is not known; this program reads version 1", read.version));
        }
        if let Some(odd) = read.truth.iter().find(|truth| truth.points.len() != marks || truth.visible.len() != marks) {
            return wrong(format!("seed {} has not {marks} landmarks", odd.seed));
        }
        if let Some(odd) = read.pairs.iter().find(|pair| pair.points.is_empty() || !pair.angle.is_finite()) {
            return wrong(format!("the pair of seed {} has no points, or no angle", odd.seed));
        }
        Ok(read)
    }
}
