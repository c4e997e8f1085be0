//! Parameters and keyframes: `graph set`.

use anyhow::{Result, anyhow};
use dragfx_graph::curve::Interpolation;
use dragfx_graph::document::{Document, Edit, Node};

use super::{apply, change};
use crate::args::{Address, Assignment, InterpolationArg, SetArgs, Setting};
use crate::exit::Invalid;

/// Gives parameters their defaults back, and sets others.
pub(super) fn run(args: &SetArgs) -> Result<()> {
    change(&args.file, |document| {
        args.unset.iter().try_for_each(|address| {
            let edit = unset(document, address, args.frame)?;
            apply(document, [edit])
        })?;
        args.assignments.iter().try_for_each(|Assignment { node, setting }| {
            let node = document.named(node)?;
            let edit = match args.frame {
                Some(frame) => {
                    let interpolation = args.interpolation.map(Interpolation::from);
                    node.keyframe(&setting.path, frame, &setting.value, interpolation)?
                }
                None => constant(node, setting)?,
            };
            apply(document, [edit])
        })
    })
}

/// The edit that sets a parameter, or a part of a list of points, for every frame.
pub(super) fn constant(node: &Node, setting: &Setting) -> Result<Edit> {
    if let Some(curve) = node.curve(&setting.path) {
        let (name, param) = (&node.name, &setting.path.param);
        let keys = match curve.keys().len() {
            1 => "1 keyframe".to_owned(),
            several => format!("{several} keyframes"),
        };
        return Err(anyhow!(Invalid(format!("{name}.{param} has {keys}; give --frame, or --unset it first"))));
    }
    Ok(node.setting(&setting.path, &setting.value)?)
}

/// The edit that gives a parameter its default back, or takes one of its keyframes away.
fn unset(document: &Document, Address { node, path }: &Address, frame: Option<f64>) -> Result<Edit> {
    if path.item.is_some() {
        return Err(anyhow!(Invalid(format!("--unset {node}.{path}: only a whole parameter has a default"))));
    }
    let node = document.named(node)?;
    match frame {
        Some(frame) => Ok(node.without_keyframe(path, frame)?),
        None => Ok(Edit::SetParam { node: node.id, param: path.param.clone(), value: None }),
    }
}

impl From<InterpolationArg> for Interpolation {
    fn from(arg: InterpolationArg) -> Self {
        match arg {
            InterpolationArg::Hold => Self::Hold,
            InterpolationArg::Linear => Self::Linear,
            InterpolationArg::Bezier => Self::Bezier { leave: None, arrive: None },
        }
    }
}
