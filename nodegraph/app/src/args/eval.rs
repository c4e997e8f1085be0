//! The options of `dragfx eval`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::{ModelArgs, SettingsArgs, seed};

/// See [`crate::commands::eval`].
#[derive(Debug, Args)]
pub(crate) struct EvalArgs {
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    /// What finds landmarks: an ONNX graph, picture [n, 3, r, r] to landmarks [n, l, 2] and visibility [n, l]. By default
    /// the bundled one, for the bundled generator.
    #[arg(long, value_name = "FILE.onnx")]
    pub(crate) landmarks: Option<PathBuf>,
    /// Pairs of pictures with points that are known in both, for the reconstruction. By default the bundled ones, for the
    /// bundled generator.
    #[arg(long, value_name = "FILE.json")]
    pub(crate) benchmark: Option<PathBuf>,
    /// What to measure.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Test::Landmarks, Test::Mask, Test::Reconstruction])]
    pub(crate) tests: Vec<Test>,
    /// How many landmarks to drag at once: numbers, or all.
    #[arg(long, value_name = "N,N", value_delimiter = ',', default_values_t = [Points::Some(1), Points::Some(5), Points::All])]
    pub(crate) points: Vec<Points>,
    /// Pairs of pictures.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) pairs: u32,
    /// Seed of the first picture; each picture has the next one.
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = seed)]
    pub(crate) first_seed: u32,
    /// Truncation psi of the landmarks' pictures. The reconstruction's are not truncated.
    #[arg(long, default_value_t = 0.7, allow_hyphen_values = true)]
    pub(crate) psi: f64,
    #[command(flatten)]
    pub(crate) settings: SettingsArgs,
    /// Folder for eval.json, eval.md and pictures of the first pairs, eval.png.
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Test {
    /// Landmarks of one picture are dragged to where another one has them.
    Landmarks,
    /// The same with a mask around the head: what changes outside.
    Mask,
    /// A picture is dragged to become another one that is near it.
    Reconstruction,
}

/// A number of points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Points {
    Some(usize),
    All,
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Some(count) => count.fmt(f),
            Self::All => f.write_str("all"),
        }
    }
}

impl FromStr for Points {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim() {
            "all" => Ok(Self::All),
            number => match number.parse() {
                Ok(count) if count > 0 => Ok(Self::Some(count)),
                _ => Err(format!("`{text}` is neither a number above 0 nor `all`")),
            },
        }
    }
}
