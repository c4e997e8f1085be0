//! The command line of graphs: `graph`, `nodes` and `validate`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use dragfx_graph::document::ParamPath;

use super::CacheArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum GraphCommand {
    /// Begin an empty preset.
    New {
        /// The preset to write, .dragfx.
        file: PathBuf,
        /// What it is called.
        #[arg(long, default_value = "")]
        title: String,
        /// A checkpoint or pack, and the name that nodes use for it; `bundled` alone is the generator of toy animals. Repeat
        /// for more models.
        #[arg(long, value_name = "NAME=PATH", value_parser = named_model)]
        model: Vec<NamedModel>,
    },
    /// Tell what a preset holds: models, nodes, wires, settings, published parameters.
    Show {
        /// A preset, or a PNG or OpenEXR picture with one in it.
        file: PathBuf,
        /// Print the preset itself.
        #[arg(long)]
        json: bool,
    },
    /// Add a node; prints its name.
    Add {
        /// The preset to change.
        file: PathBuf,
        /// The kind of node; `dragfx nodes` lists them.
        #[arg(value_name = "TYPE")]
        kind: String,
        /// What to call it: letters, digits, _ and -. Without it the kind and a number.
        #[arg(long)]
        name: Option<String>,
        /// Parameters to set.
        #[arg(value_name = "PARAM=VALUE", value_parser = setting)]
        settings: Vec<Setting>,
    },
    /// Remove nodes, with their wires and what they publish.
    Remove {
        /// The preset to change.
        file: PathBuf,
        /// Names of nodes.
        #[arg(value_name = "NODE", required = true)]
        nodes: Vec<String>,
    },
    /// Make a wire. A wire that is in the way gives way; an input for many wires gets it last.
    Connect {
        /// The preset to change.
        file: PathBuf,
        /// What gives.
        #[arg(value_name = "NODE.OUTPUT", value_parser = port)]
        from: Port,
        /// What takes.
        #[arg(value_name = "NODE.INPUT", value_parser = port)]
        to: Port,
    },
    /// Take a wire away.
    Disconnect {
        /// The preset to change.
        file: PathBuf,
        /// What takes.
        #[arg(value_name = "NODE.INPUT", value_parser = port)]
        input: Port,
        /// Which of several wires, from 1.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        order: Option<u32>,
    },
    /// Set parameters, or keyframes of them.
    Set(SetArgs),
    /// Give a node another name.
    Rename {
        /// The preset to change.
        file: PathBuf,
        /// The node.
        node: String,
        /// Its new name: letters, digits, _ and -.
        name: String,
    },
    /// Let a parameter stand for the whole graph: in `render`, in plugins, in the editor.
    Publish(PublishArgs),
    /// Take a published parameter back.
    Unpublish {
        /// The preset to change.
        file: PathBuf,
        /// The name it was published under.
        name: String,
    },
    /// Let a node pass its input on instead of working.
    Bypass {
        /// The preset to change.
        file: PathBuf,
        /// The node.
        node: String,
        /// Let it work again.
        #[arg(long)]
        off: bool,
    },
    /// Say something of a node.
    Note {
        /// The preset to change.
        file: PathBuf,
        /// The node.
        node: String,
        /// What; an empty text takes the note away.
        text: String,
    },
    /// Set title and description.
    Title {
        /// The preset to change.
        file: PathBuf,
        /// What it is called.
        title: String,
        /// What it does and how it is used; without it as it was.
        #[arg(long)]
        description: Option<String>,
    },
    /// Add a model, say where one has gone, or take one away.
    Model {
        /// The preset to change.
        file: PathBuf,
        /// What nodes call it: letters, digits, _ and -.
        name: String,
        /// A checkpoint or pack.
        #[arg(required_unless_present = "remove")]
        path: Option<PathBuf>,
        /// Take it even if it is another model than the one of that name.
        #[arg(long)]
        replace: bool,
        /// Take the model of that name away.
        #[arg(long, conflicts_with_all = ["path", "replace"])]
        remove: bool,
    },
    /// Set the frames of the timeline.
    Frames {
        /// The preset to change.
        file: PathBuf,
        /// First and last frame.
        #[arg(value_name = "FIRST-LAST", value_parser = frames, allow_hyphen_values = true)]
        range: (i64, i64),
        /// Frames a second; without it as it was.
        #[arg(long, value_name = "FPS")]
        rate: Option<f64>,
    },
    /// Draw a preset: SVG or Mermaid into a file, or Mermaid on standard output.
    Diagram {
        /// A preset, or a PNG or OpenEXR picture with one in it.
        file: PathBuf,
        /// The diagram, .svg or .mmd.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Print the JSON Schema of presets.
    Schema,
}

#[derive(Debug, Args)]
pub(crate) struct SetArgs {
    /// The preset to change.
    pub(crate) file: PathBuf,
    /// What to set: `latent1.seed=7`, or for a part of a point `points1.points.2.target=120,90`.
    #[arg(value_name = "NODE.PARAM=VALUE", value_parser = assignment, required_unless_present = "unset")]
    pub(crate) assignments: Vec<Assignment>,
    /// Set a keyframe at this frame, or remove it with --unset, and leave the others as they are.
    #[arg(long, allow_hyphen_values = true)]
    pub(crate) frame: Option<f64>,
    /// How the value goes on to the next keyframe. [default: as before; linear for a new one that has numbers]
    #[arg(long, value_enum, requires = "frame")]
    pub(crate) interpolation: Option<InterpolationArg>,
    /// Give a parameter its default back before others are set; with --frame only remove the keyframe there. Repeat for
    /// more.
    #[arg(long, value_name = "NODE.PARAM", value_parser = address)]
    pub(crate) unset: Vec<Address>,
}

#[derive(Debug, Args)]
pub(crate) struct PublishArgs {
    /// The preset to change.
    pub(crate) file: PathBuf,
    /// The parameter, or a part of a point: `points1.points.1.target`.
    #[arg(value_name = "NODE.PARAM", value_parser = address)]
    pub(crate) param: Address,
    /// What to call it: letters, digits, _ and -. Without it the parameter's id.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// What people call it; without it the parameter's own label.
    #[arg(long, default_value = "")]
    pub(crate) label: String,
    /// Least and most that is offered; without it the parameter's own range.
    #[arg(long, value_name = "A,B", value_parser = range, allow_hyphen_values = true)]
    pub(crate) range: Option<[f64; 2]>,
    /// What it does; without it the parameter's own documentation.
    #[arg(long, default_value = "")]
    pub(crate) doc: String,
}

#[derive(Debug, Args)]
pub(crate) struct NodesArgs {
    /// Tell everything about this kind of node.
    #[arg(value_name = "TYPE")]
    pub(crate) kind: Option<String>,
    /// Print JSON.
    #[arg(long, conflicts_with = "markdown")]
    pub(crate) json: bool,
    /// Print a page about all nodes.
    #[arg(long, conflicts_with = "kind")]
    pub(crate) markdown: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ValidateArgs {
    /// Presets, or PNG or OpenEXR pictures with one in them.
    #[arg(value_name = "PRESET", required = true)]
    pub(crate) presets: Vec<PathBuf>,
    /// Fail on warnings too.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) cache: CacheArgs,
}

/// See [`dragfx_graph::curve::Interpolation`].
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum InterpolationArg {
    Hold,
    Linear,
    Bezier,
}

/// `NAME=PATH`, or `bundled`.
#[derive(Clone, Debug)]
pub(crate) enum NamedModel {
    At { name: String, path: PathBuf },
    Bundled,
}

/// `NODE.PORT`.
#[derive(Clone, Debug)]
pub(crate) struct Port {
    pub(crate) node: String,
    pub(crate) port: String,
}

/// `NODE.PARAM`, or `NODE.PARAM.N.PART`.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    pub(crate) node: String,
    pub(crate) path: ParamPath,
}

/// `PARAM=VALUE`.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) path: ParamPath,
    pub(crate) value: String,
}

/// `NODE.PARAM=VALUE`.
#[derive(Clone, Debug)]
pub(crate) struct Assignment {
    pub(crate) node: String,
    pub(crate) setting: Setting,
}

fn named_model(text: &str) -> Result<NamedModel, String> {
    if text == "bundled" {
        return Ok(NamedModel::Bundled);
    }
    let parts = text.split_once('=').filter(|(name, path)| !name.is_empty() && !path.is_empty());
    let (name, path) = parts.ok_or_else(|| format!("`{text}` is no model: write NAME=PATH, or bundled"))?;
    Ok(NamedModel::At { name: name.to_owned(), path: path.into() })
}

fn port(text: &str) -> Result<Port, String> {
    let (node, port) = of_node(text, "NODE.PORT")?;
    Ok(Port { node: node.to_owned(), port: port.to_owned() })
}

fn address(text: &str) -> Result<Address, String> {
    let (node, path) = of_node(text, "NODE.PARAM")?;
    Ok(Address { node: node.to_owned(), path: path.parse()? })
}

fn setting(text: &str) -> Result<Setting, String> {
    let (path, value) = text.split_once('=').ok_or_else(|| format!("`{text}` sets nothing: write PARAM=VALUE"))?;
    Ok(Setting { path: path.parse()?, value: value.to_owned() })
}

fn assignment(text: &str) -> Result<Assignment, String> {
    let (target, _) = text.split_once('=').ok_or_else(|| format!("`{text}` sets nothing: write NODE.PARAM=VALUE"))?;
    let (node, _) = of_node(target, "NODE.PARAM=VALUE")?;
    Ok(Assignment { node: node.to_owned(), setting: setting(&text[node.len() + 1..])? })
}

fn of_node<'t>(text: &'t str, form: &str) -> Result<(&'t str, &'t str), String> {
    let parts = text.split_once('.').filter(|(node, rest)| !node.is_empty() && !rest.is_empty());
    parts.ok_or_else(|| format!("`{text}` must be {form}"))
}

fn frames(text: &str) -> Result<(i64, i64), String> {
    // The sign of a first frame is not what parts it from the last.
    let dash = text.char_indices().skip(1).find(|&(_, c)| c == '-').map(|(at, _)| at);
    let (first, last) = dash.map_or((text, text), |at| (&text[..at], &text[at + 1..]));
    let wrong = |_| format!("`{text}` is no range of frames: write FIRST-LAST");
    Ok((first.parse().map_err(wrong)?, last.parse().map_err(wrong)?))
}

fn range(text: &str) -> Result<[f64; 2], String> {
    let wrong = || format!("`{text}` is no range: write A,B");
    let (least, most) = text.split_once(',').ok_or_else(wrong)?;
    let number = |text: &str| text.trim().parse().map_err(|_| wrong());
    Ok([number(least)?, number(most)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_graphs_are_read_or_refused() {
        let assignment = assignment("points1.points.2.target=1,2=3").expect("an assignment");
        let Setting { path, value } = &assignment.setting;
        assert_eq!((&*assignment.node, &*path.to_string(), &**value), ("points1", "points.2.target", "1,2=3"));
        for wrong in ["", "a", "a=1", ".a=1", "a.=1", "a.b.0.target=1", "=a.b"] {
            assert!(super::assignment(wrong).is_err(), "{wrong}");
        }
        for (text, expected) in [("1-48", (1, 48)), ("7", (7, 7)), ("-10-20", (-10, 20)), ("-10--5", (-10, -5))] {
            assert_eq!(frames(text), Ok(expected), "{text}");
        }
        for wrong in ["", "-", "1-", "a-b", "1.5-2", "é-2"] {
            assert!(frames(wrong).is_err(), "{wrong}");
        }
        assert_eq!(range("-1, 2.5"), Ok([-1.0, 2.5]));
        for wrong in ["", "1", "1,", "a,b"] {
            assert!(range(wrong).is_err(), "{wrong}");
        }
    }
}
