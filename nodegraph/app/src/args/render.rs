//! The options of `dragfx render`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{CacheArgs, DeviceArgs, Seeds, seeds};

/// See [`crate::commands::render`].
#[derive(Debug, Args)]
pub(crate) struct RenderArgs {
    /// A preset: a .dragfx file, or a PNG or EXR that it travels in.
    pub(crate) preset: PathBuf,
    /// The file to write, from the current folder on; by default those that the preset's Write nodes name. #### stands
    /// for the frame, {seed} and {preset} for what they say. .png, .jpg, .jpeg or .exr for a picture; .gif or .webp for
    /// a film; .npy, .npz or .safetensors for a latent; .json for points; .csv, .nk or .txt for tracks.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// What --output holds: the output of a node. By default the only Write node's, or the picture that no node takes.
    #[arg(long, value_name = "NODE[.OUTPUT]")]
    pub(crate) node: Option<String>,
    /// Frames: one (7), a range (1-48), every other one of it (1-48x2), or a list (1,5,9-12). By default the preset's.
    #[arg(long, value_name = "A-B[xN]", value_parser = frames, allow_hyphen_values = true)]
    pub(crate) frames: Option<Frames>,
    /// Set a parameter, or a published one by its name. Repeat for more of them.
    #[arg(long, value_name = "NODE.PARAM=VALUE", allow_hyphen_values = true)]
    pub(crate) set: Vec<String>,
    /// Render each of these seeds: 0-15, or 1,4,9-12. File names get the seed.
    #[arg(long, value_name = "A-B", value_parser = seeds)]
    pub(crate) seeds: Option<Seeds>,
    /// What to do with files that are there: leave them; write those again that are out of date, and refuse to touch
    /// what DragFX did not render; or write all again.
    #[arg(long, value_enum, default_value_t = OverwriteArg::Stale)]
    pub(crate) overwrite: OverwriteArg,
    /// Leave the graph out of the files.
    #[arg(long)]
    pub(crate) no_embed: bool,
    /// Print what was done as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) on: DeviceArgs,
    #[command(flatten)]
    pub(crate) cache: CacheArgs,
}

/// See [`dragfx_graph::render::Overwrite`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OverwriteArg {
    Never,
    Stale,
    Always,
}

/// Frames to render, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frames(pub(crate) Vec<i64>);

/// Most frames of a render, two hours of film at 24 a second and more: beyond it somebody mistyped.
pub(crate) const MOST_FRAMES: usize = 200_000;

fn frames(text: &str) -> Result<Frames, String> {
    let number = |text: &str| text.trim().parse::<i64>().map_err(|_| format!("`{text}` is no frame"));
    let mut frames = Vec::new();
    for part in text.split(',') {
        let (range, step) = match part.split_once('x') {
            Some((range, step)) => (range, step.trim().parse().ok().filter(|&step: &usize| step > 0)),
            None => (part, Some(1)),
        };
        let step = step.ok_or_else(|| format!("`{part}` has no step: write 1-48x2 for every other frame"))?;
        // A minus sign may stand before either number.
        let dash = range.trim().char_indices().skip(1).find(|(_, c)| *c == '-');
        let range = range.trim();
        let (first, last) = match dash {
            Some((at, _)) => (number(&range[..at])?, number(&range[at + 1..])?),
            None => (number(range)?, number(range)?),
        };
        if first > last {
            return Err(format!("`{part}` runs backwards"));
        }
        if (last.saturating_sub(first) as usize / step).saturating_add(frames.len()) >= MOST_FRAMES {
            return Err(format!("there are at most {MOST_FRAMES} frames"));
        }
        frames.extend((first..=last).step_by(step));
    }
    Ok(Frames(frames))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_or_refused() {
        for (text, expected) in [
            ("7", vec![7]),
            ("1-5", vec![1, 2, 3, 4, 5]),
            ("1-6x2", vec![1, 3, 5]),
            ("-2-1", vec![-2, -1, 0, 1]),
            ("-3--1, 9", vec![-3, -2, -1, 9]),
        ] {
            assert_eq!(frames(text), Ok(Frames(expected)), "{text}");
        }
        for wrong in ["", "x", "1-", "5-3", "1-5x0", "1-5x", "1.5", "0-9223372036854775807", "1-5x-2"] {
            assert!(frames(wrong).is_err(), "{wrong}");
        }
    }
}
