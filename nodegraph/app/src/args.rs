//! The command line.

mod edit;
mod eval;
mod graph;
pub(crate) mod render;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use dragfx_engine::{ImagePoint, NoiseMode};
use dragfx_runtime::Device;

use crate::exit::EXIT_CODES;

pub(crate) use edit::EditArgs;
pub(crate) use eval::{EvalArgs, Points, Test};
pub(crate) use graph::{
    Address, Assignment, GraphCommand, InterpolationArg, NamedModel, NodesArgs, Port, PublishArgs, SetArgs, Setting,
    ValidateArgs,
};

/// Drag points of a StyleGAN2 picture. Without a command, the editor opens.
#[derive(Debug, Parser)]
#[command(version, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Open the node editor: drag a picture's points, and build graphs around it.
    Edit(EditArgs),
    /// Import, inspect and check models.
    #[command(subcommand)]
    Model(ModelCommand),
    /// Make a picture of a seed or a latent, or a grid of several seeds.
    Generate(GenerateArgs),
    /// Save the w+ latent of a seed, or convert a latent file.
    Latent(LatentArgs),
    /// Drag points of a picture to where they should be.
    Drag(Box<DragArgs>),
    /// Make, change, show and draw presets: graphs of nodes.
    #[command(subcommand)]
    Graph(Box<GraphCommand>),
    /// Render a preset to files, frame by frame; files that are up to date are left as they are.
    Render(Box<render::RenderArgs>),
    /// List the nodes that graphs are made of, or tell everything about one.
    Nodes(NodesArgs),
    /// Check presets: their form, their models, what is missing.
    Validate(ValidateArgs),
    /// Measure what drags do: how near points come to their targets, and what becomes of everything else.
    Eval(Box<EvalArgs>),
    /// Measure drag steps and pictures on this machine, with random weights of the official configuration F.
    Bench(BenchArgs),
    /// Tell what DragFX finds on this machine: ONNX Runtime, devices, cache.
    Doctor(DoctorArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum ModelCommand {
    /// Export a checkpoint as a model pack: ONNX graphs and their weights.
    Import {
        /// An NVIDIA .pkl, a rosinality .pt, or .safetensors with NVIDIA tensor names.
        file: PathBuf,
        /// The pack's folder; without it the pack goes into the cache.
        #[arg(short, long, value_name = "DIR")]
        output: Option<PathBuf>,
        #[command(flatten)]
        cache: CacheArgs,
    },
    /// Tell what a checkpoint or a pack holds.
    Info {
        /// A checkpoint or a model pack.
        model: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Check a pack's files against their hashes, and that every graph opens.
    Verify {
        /// A model pack, or a checkpoint (its cached pack is checked).
        model: PathBuf,
        #[command(flatten)]
        cache: CacheArgs,
    },
    /// Make a generator with random weights, for tests and benchmarks.
    Random {
        /// The checkpoint to write, .safetensors.
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// Width and height of its picture: a power of two from 8 to 2048.
        #[arg(long, default_value_t = 256)]
        resolution: usize,
        /// Channels times resolution, up to --channel-max.
        #[arg(long, default_value_t = 8192)]
        channel_base: usize,
        /// Most channels of a layer.
        #[arg(long, default_value_t = 256)]
        channel_max: usize,
        /// The same seed gives the same weights on every machine.
        #[arg(long, default_value_t = 0)]
        seed: u64,
    },
}

#[derive(Debug, Args)]
pub(crate) struct GenerateArgs {
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    /// Seeds, 0 to 4294967295: one (7), a range (0-15) or a list (1,4,9-12). Several make a grid.
    #[arg(long, value_name = "N|A-B", value_parser = seeds, allow_hyphen_values = true, required_unless_present = "latent", conflicts_with = "latent")]
    pub(crate) seed: Option<Seeds>,
    /// A latent file in place of a seed: .npy, .npz, .pt or .safetensors, w or w+.
    #[arg(long, value_name = "FILE")]
    pub(crate) latent: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) look: LookArgs,
    #[command(flatten)]
    pub(crate) noise: NoiseArgs,
    /// Columns of a grid; by default about as many as rows.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) columns: Option<u32>,
    /// The picture, .png or .jpg.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Also save what the network returned: float32 NCHW, before any clamping.
    #[arg(long, value_name = "FILE.npy")]
    pub(crate) raw: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct LatentArgs {
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    #[command(flatten)]
    pub(crate) look: LookArgs,
    /// The latent, [1, num_ws, w_dim] float32: .npy, .npz (key w) or .safetensors (key w).
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct DragArgs {
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    #[command(flatten)]
    pub(crate) look: LookArgs,
    #[command(flatten)]
    pub(crate) noise: NoiseArgs,
    /// What to drag, in image pixels: x to the right, y down, centres at integers. Repeat for more points.
    #[arg(long, value_name = "X,Y", value_parser = point, required = true, allow_hyphen_values = true)]
    pub(crate) handle: Vec<ImagePoint>,
    /// Where to: one for each handle, in the same order.
    #[arg(long, value_name = "X,Y", value_parser = point, required = true, allow_hyphen_values = true)]
    pub(crate) target: Vec<ImagePoint>,
    /// A picture of the image's size: white may change, black must stay.
    #[arg(long, value_name = "FILE")]
    pub(crate) mask: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) settings: SettingsArgs,
    /// The dragged picture, .png or .jpg.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Also make a film of the way there, .gif or .webp.
    #[arg(long, value_name = "FILE")]
    pub(crate) animation: Option<PathBuf>,
    /// Most pictures in the film, spread evenly over the steps.
    #[arg(long, value_name = "N", default_value_t = 48, value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub(crate) frames: u32,
    /// Draw handles, targets and arrows into the film.
    #[arg(long)]
    pub(crate) overlay: bool,
    /// Also save the dragged latent: .npy, .npz or .safetensors.
    #[arg(long, value_name = "FILE")]
    pub(crate) save_latent: Option<PathBuf>,
    /// Also save points, latents, stop condition, first gradient and loss of each step.
    #[arg(long, value_name = "FILE.npz")]
    pub(crate) trace: Option<PathBuf>,
    /// Print what happened as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// How to drag.
#[derive(Debug, Args)]
pub(crate) struct SettingsArgs {
    /// The official code's arithmetic, or the published loss.
    #[arg(long, value_enum, default_value_t = MethodArg::Reference)]
    pub(crate) method: MethodArg,
    /// Optimise one w for all coarse rows, or each row by itself.
    #[arg(long, value_enum, default_value_t = SpaceArg::WPlus)]
    pub(crate) space: SpaceArg,
    /// Steps after which the drag gives up. [default: 300]
    #[arg(long, value_name = "N")]
    pub(crate) steps: Option<usize>,
    /// Adam's step size, above 0 and at most 1. [default: 0.001 for reference, 0.002 for paper]
    #[arg(long, value_name = "RATE", allow_hyphen_values = true)]
    pub(crate) lr: Option<f64>,
    /// Weight of the mask term, 0 to 1000. [default: 20]
    #[arg(long, value_name = "WEIGHT", allow_hyphen_values = true)]
    pub(crate) lambda: Option<f64>,
    /// Weight of the distance from the starting latent, 0 to 1000. [default: 0]
    #[arg(long, value_name = "WEIGHT", allow_hyphen_values = true)]
    pub(crate) reg: Option<f64>,
    /// Radius of the supervised patch, in pixels of a 512-pixel image. [default: 3]
    #[arg(long, value_name = "PIXELS", allow_hyphen_values = true)]
    pub(crate) r1: Option<f64>,
    /// Reach of the tracking search, in pixels of a 512-pixel image. [default: 12]
    #[arg(long, value_name = "PIXELS", allow_hyphen_values = true)]
    pub(crate) r2: Option<f64>,
    /// Block whose features are compared; 0 is 4x4, 5 is 128x128. [default: 5, or the last]
    #[arg(long, value_name = "I")]
    pub(crate) tap: Option<usize>,
}

#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// Widths and heights to measure: powers of two from 8 to 2048.
    #[arg(long, value_delimiter = ',', default_values_t = [256, 512, 1024])]
    pub(crate) resolution: Vec<usize>,
    /// Steps measured in each case, after two that are not.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) steps: u32,
    /// Where to run: auto, cpu, cuda or directml, or cuda:1 for the second GPU.
    #[arg(long, default_value = "auto")]
    pub(crate) device: Device,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Measure only this case, in this process: what the benchmark starts for each row of its table.
    #[arg(long, hide = true)]
    pub(crate) case: Option<String>,
    #[command(flatten)]
    pub(crate) cache: CacheArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    pub(crate) cache: CacheArgs,
}

/// A model and where it runs.
#[derive(Debug, Args)]
pub(crate) struct ModelArgs {
    /// A checkpoint, or a model pack. [default: the bundled generator of toy animals]
    #[arg(short, long, value_name = "M")]
    pub(crate) model: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) on: DeviceArgs,
    #[command(flatten)]
    pub(crate) cache: CacheArgs,
}

/// Where graphs run.
#[derive(Debug, Args)]
pub(crate) struct DeviceArgs {
    /// Where to run: auto, cpu, cuda or directml, or cuda:1 for the second GPU.
    #[arg(long, default_value = "auto")]
    pub(crate) device: Device,
    /// Most GPU memory for tensors, in MiB (CUDA).
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) gpu_memory: Option<u64>,
}

/// Where imported checkpoints are kept.
#[derive(Debug, Args)]
pub(crate) struct CacheArgs {
    /// Folder of imported models, by default below the user's cache folder.
    #[arg(long, env = "DRAGFX_CACHE_DIR", value_name = "DIR")]
    pub(crate) cache_dir: Option<PathBuf>,
}

/// Where a latent comes from.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct SourceArgs {
    /// Seed of z, 0 to 4294967295: the same picture as in the official tools.
    #[arg(long, value_name = "N", value_parser = seed, allow_hyphen_values = true)]
    pub(crate) seed: Option<u32>,
    /// A latent file: .npy, .npz, .pt or .safetensors, w or w+.
    #[arg(long, value_name = "FILE")]
    pub(crate) latent: Option<PathBuf>,
}

/// What makes a latent of a seed.
#[derive(Debug, Args)]
pub(crate) struct LookArgs {
    /// Truncation psi: 1 is what the network learned, 0 its average. For seeds. [default: 0.7]
    #[arg(long, allow_hyphen_values = true)]
    pub(crate) psi: Option<f64>,
    /// Truncate only the first K rows of w+.
    #[arg(long, value_name = "K")]
    pub(crate) cutoff: Option<usize>,
    /// Class of a conditional model; none means a label of zeros.
    #[arg(long, value_name = "C")]
    pub(crate) class: Vec<usize>,
}

/// The synthesis network's noise.
#[derive(Debug, Args)]
pub(crate) struct NoiseArgs {
    /// The network's own noise (const), none, or random numbers (random:SEED).
    #[arg(long, value_name = "MODE", default_value = "const")]
    pub(crate) noise: NoiseMode,
}

/// See [`dragfx_engine::Method`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MethodArg {
    Reference,
    Paper,
}

/// See [`dragfx_engine::Space`].
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SpaceArg {
    #[value(name = "w")]
    W,
    #[value(name = "w+")]
    WPlus,
}

/// Seeds of a grid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seeds(pub(crate) Vec<u32>);

/// Most pictures of a grid: more would be no overview, and at 1024² a grid of them fills memory.
const MOST_SEEDS: usize = 400;

fn seeds(text: &str) -> Result<Seeds, String> {
    let mut seeds = Vec::new();
    for part in text.split(',') {
        let (first, last) = match part.split_once('-') {
            Some((first, last)) => (seed(first)?, seed(last)?),
            None => (seed(part)?, seed(part)?),
        };
        if first > last {
            return Err(format!("`{part}` runs backwards"));
        }
        if seeds.len() + (last - first) as usize >= MOST_SEEDS {
            return Err(format!("there are at most {MOST_SEEDS} seeds"));
        }
        seeds.extend(first..=last);
    }
    Ok(Seeds(seeds))
}

fn seed(text: &str) -> Result<u32, String> {
    text.trim().parse().map_err(|_| format!("`{text}` is no seed: 0 to {}", u32::MAX))
}

fn point(text: &str) -> Result<ImagePoint, String> {
    let wrong = || format!("`{text}` is no point: two numbers X,Y in image pixels");
    let (x, y) = text.split_once(',').ok_or_else(wrong)?;
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|n| n.is_finite()).ok_or_else(wrong);
    Ok(ImagePoint { x: number(x)?, y: number(y)? })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn seeds_and_points_are_read_or_refused() {
        assert_eq!(seeds("1,4, 9-11"), Ok(Seeds(vec![1, 4, 9, 10, 11])));
        for wrong in ["", "x", "5-3", "0-4294967295", "0-398,0-398", "-1"] {
            assert!(seeds(wrong).is_err(), "{wrong}");
        }
        assert_eq!(point("3.5, -2"), Ok(ImagePoint { x: 3.5, y: -2.0 }));
        for wrong in ["", "3", "3,", "3,nan", "3,4,5"] {
            assert!(point(wrong).is_err(), "{wrong}");
        }
    }
}
