//! What hosts see of a preset: names, clips and parameters.

use std::collections::BTreeSet;

use dragfx_graph::param::ParamValue;

use crate::effect::Context;
use crate::effects::scene::SOURCE;
use crate::effects::{colour, view};
use crate::params::{self, Kind, Spec};
use crate::program::control::{Control, Shown, plain};
use crate::program::ground;
use crate::program::{Input, Program};

/// Which of several pictures is shown.
pub(super) const OUTPUT: &str = "output";
/// The group of what is not the preset's.
const VIEW: &str = "pictureGroup";

/// Our own names, which are not for published parameters.
const OWN: [&str; 8] =
    [OUTPUT, VIEW, view::FIT, view::OVER, view::DEVICE, colour::TRANSFER, ground::PLACED, params::PAGE];

/// What means something in Python, in which hosts are scripted, and is no name there.
const KEYWORDS: [&str; 33] = [
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
    "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise",
    "return", "try", "while", "with", "yield", "None",
];

/// Published parameters under the names that hosts know them by: letters, digits and `_`, each once.
pub(super) fn named(controls: &[Control]) -> Vec<(String, Control)> {
    let mut taken: BTreeSet<String> = OWN.iter().map(|&name| name.to_owned()).collect();
    let mut name = |control: &Control| free(&identifier(&control.name), &mut taken);
    controls.iter().map(|control| (name(control), control.clone())).collect()
}

/// The clips of Read nodes: the first one's is the source, the others have the nodes' names.
pub(super) fn clips(inputs: &[Input]) -> Vec<String> {
    let mut taken = BTreeSet::from(["Output".to_owned()]);
    let name = |(place, input): (usize, &Input)| {
        free(&if place == 0 { SOURCE.to_owned() } else { identifier(&input.name) }, &mut taken)
    };
    inputs.iter().enumerate().map(name).collect()
}

/// The clips that there are in a context, with what people call them. Whatever the preset reads, filters have a source.
pub(super) fn shown_clips(inputs: &[Input], clips: &[String], context: Context) -> Vec<(String, String)> {
    let source = (context != Context::Generator && clips.is_empty()).then(|| (SOURCE.to_owned(), SOURCE.to_owned()));
    source.into_iter().chain(clips.iter().cloned().zip(inputs.iter().map(|input| plain(&input.name)))).collect()
}

/// The parameters.
pub(super) fn specs(program: &Program, controls: &[(String, Control)], context: Context) -> Vec<Spec> {
    let mut specs: Vec<Spec> = controls.iter().map(|(name, control)| control.spec(name)).collect();
    specs.push(Spec::new(VIEW, "Picture", Kind::Group { open: false }, "How the picture is made and shown."));
    if program.outputs.len() > 1 {
        let options = program.outputs.iter().map(|output| output.label.clone()).collect();
        let hint = "Which of the preset's pictures is shown.";
        specs.push(Spec::new(OUTPUT, "Output", Kind::Choice { default: 0, options }, hint).within(VIEW));
    }
    specs.extend([view::fit_spec(), colour::spec()].map(|spec| spec.within(VIEW)));
    if context != Context::Generator || !program.inputs.is_empty() {
        // What reads the source has it in its picture as it wants to.
        specs.push(view::over_spec(program.inputs.is_empty()).within(VIEW));
    }
    specs.push(view::device_spec().within(VIEW));
    if controls.iter().any(|(_, control)| matches!(control.part, Shown::Place { .. })) {
        specs.push(ground::spec());
    }
    specs
}

/// Whether clips are asked for frames other than the one that is rendered: Read nodes with an offset, and warm starts, which
/// go back to what points and masks were.
pub(super) fn is_temporal(program: &Program) -> bool {
    const IDS: [&str; 2] = ["frame_offset", "warm_start"];
    let still = |value: ParamValue| matches!(value, ParamValue::Int(0) | ParamValue::Bool(false));
    let set = program
        .preset()
        .nodes()
        .any(|node| IDS.iter().any(|&id| node.params.get(id).is_some_and(|param| !still(param.at(0.0)))));
    let published = program.controls.iter().any(|control| IDS.contains(&&*control.path.param));
    !program.inputs.is_empty() && (set || published)
}

/// A name as scripts take it.
fn identifier(name: &str) -> String {
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    match () {
        () if name.starts_with(|c: char| c.is_ascii_digit()) => format!("_{name}"),
        () if KEYWORDS.contains(&&*name) => format!("{name}_"),
        () => name,
    }
}

/// The name, with a number if it is taken, which it is from now on.
fn free(name: &str, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2_u32..).map(|number| format!("{name}_{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(|name| taken.insert(name.clone())).expect("there is always a next number")
}
