//! What can be asked for.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use ofx_host::{Components, Context, Depth, RectI};

/// List, describe and render OpenFX plugins.
#[derive(Debug, Parser)]
#[command(name = "ofx", version, about)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What all commands have in common.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Look in this bundle or folder, instead of OFX_PLUGIN_PATH and the platform's folders. Can be given several times.
    #[arg(short, long, global = true, value_name = "PATH")]
    pub(crate) path: Vec<PathBuf>,
    /// Load every plugin, and forget what is known of them.
    #[arg(long, global = true)]
    pub(crate) no_cache: bool,
    /// Print what the plugins did against the standard, mere notes too.
    #[arg(long, global = true)]
    pub(crate) complaints: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the plugins that are installed.
    List(List),
    /// Tell what a plugin is, its clips and its parameters.
    Describe(Describe),
    /// Render frames with a plugin.
    Render(Render),
    /// Check that plugins keep to the standard.
    Validate(ofx_validate::Args),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Describe {
    /// The plugin's identifier or label, or a bundle that holds one plugin.
    pub(crate) plugin: String,
    /// Only as this: generator, filter, transition, paint, general, retimer.
    #[arg(long)]
    pub(crate) context: Option<Context>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Render {
    /// The plugin's identifier or label, or a bundle that holds one plugin.
    pub(crate) plugin: String,
    /// A picture for a clip, as FILE or CLIP=FILE; `####` in the name is the frame. Can be given several times.
    #[arg(short, long, value_name = "[CLIP=]FILE")]
    pub(crate) input: Vec<String>,
    /// The file to write; `####` in the name is the frame.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: String,
    /// Set a parameter, as NAME=VALUE, or a keyframe of it, as NAME@FRAME=VALUE. Can be given several times.
    #[arg(short, long, value_name = "NAME[@FRAME]=VALUE")]
    pub(crate) set: Vec<String>,
    /// Press a button before rendering. Can be given several times.
    #[arg(long, value_name = "NAME")]
    pub(crate) press: Vec<String>,
    /// The frames, as FIRST, FIRST-LAST or FIRST-LASTxSTEP.
    #[arg(short, long, default_value = "1", value_parser = frames)]
    pub(crate) frames: Frames,
    /// Use the plugin as this. By default a filter if there is an input, else a generator, else what it can.
    #[arg(long)]
    pub(crate) context: Option<Context>,
    /// The only depth that is offered to the plugin: byte, short, half, float.
    #[arg(long)]
    pub(crate) depth: Option<Depth>,
    /// The only components that are offered to the plugin: rgba, rgb, alpha.
    #[arg(long)]
    pub(crate) components: Option<Components>,
    /// The size of the project, as WIDTHxHEIGHT. By default that of the first input, else 512x512.
    #[arg(long, value_parser = size)]
    pub(crate) size: Option<(u32, u32)>,
    /// Pixels per unit of the project.
    #[arg(long, default_value_t = 1.0)]
    pub(crate) scale: f64,
    /// The pixels to render, as LEFT,BOTTOM,RIGHT,TOP with y going up. By default all that are defined.
    #[arg(long, value_parser = window, allow_hyphen_values = true)]
    pub(crate) window: Option<RectI>,
    /// Threads for the plugin.
    #[arg(long)]
    pub(crate) threads: Option<usize>,
    /// Render roughly.
    #[arg(long)]
    pub(crate) draft: bool,
    /// Give rows from the top to the bottom, with a negative distance between them.
    #[arg(long)]
    pub(crate) top_down: bool,
    /// Also render where the plugin says that it changes nothing.
    #[arg(long)]
    pub(crate) no_identity: bool,
    /// Print a line of JSON for each frame.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Frames from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Frames {
    pub(crate) first: i32,
    pub(crate) last: i32,
    pub(crate) step: i32,
}

fn frames(text: &str) -> Result<Frames, String> {
    let wrong = || format!("`{text}` is neither FIRST, FIRST-LAST nor FIRST-LASTxSTEP");
    let (range, step) = text.split_once('x').unwrap_or((text, "1"));
    // The first sign may belong to a negative frame.
    let dash = range.char_indices().skip(1).find(|(_, char)| *char == '-').map(|(at, _)| at);
    let (first, last) = dash.map_or((range, range), |at| (&range[..at], &range[at + 1..]));
    let number = |text: &str| text.parse::<i32>().map_err(|_| wrong());
    let frames = Frames { first: number(first)?, last: number(last)?, step: number(step)? };
    if frames.step < 1 || frames.first > frames.last { Err(wrong()) } else { Ok(frames) }
}

fn size(text: &str) -> Result<(u32, u32), String> {
    let sides = text.split_once('x').and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    let sides = sides.filter(|(width, height)| *width > 0 && *height > 0);
    sides.ok_or_else(|| format!("`{text}` is not WIDTHxHEIGHT"))
}

fn window(text: &str) -> Result<RectI, String> {
    let numbers: Vec<i32> = text.split(',').filter_map(|part| part.trim().parse().ok()).collect();
    match numbers[..] {
        [x1, y1, x2, y2] if x1 < x2 && y1 < y2 => Ok(RectI::new(x1, y1, x2, y2)),
        _ => Err(format!("`{text}` is not LEFT,BOTTOM,RIGHT,TOP with left before right and bottom before top")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn frames_are_ranges_with_steps() {
        let of = |first, last, step| Ok(Frames { first, last, step });
        let rows = [("5", of(5, 5, 1)), ("1-24", of(1, 24, 1)), ("-3--1x2", of(-3, -1, 2)), ("-3-9", of(-3, 9, 1))];
        let wrong: Vec<_> = rows.iter().filter(|(text, is)| frames(text) != *is).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
        let refused = ["", "-", "a", "5-1", "1-5x0", "1-5x", "1-2-3"];
        let taken: Vec<_> = refused.iter().filter(|text| frames(text).is_ok()).collect();
        assert!(taken.is_empty(), "{taken:?}");
    }
}
