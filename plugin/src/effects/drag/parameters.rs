//! The parameters of the effect: their names, which stand in projects for ever, and how hosts show them.

use std::sync::OnceLock;

use dragfx_graph::declare::ParamDecl;
use dragfx_graph::param::ParamValue;

use crate::declared;
use crate::effect::Context;
use crate::effects::{colour, view};
use crate::params::{Kind, Spec};

/// Pairs of points that an effect has. No host can add parameters, so there are as many as one can wish for.
pub(super) const POINTS: usize = 16;

pub(super) const MODEL: &str = "model";
/// For which file the model was chosen, and its hash: the same model is found again elsewhere.
pub(super) const KNOWN_MODEL: &str = "knownModel";
pub(super) const AUTO: &str = "auto";
pub(super) const DRAG: &str = "drag";
pub(super) const FORGET: &str = "forget";
pub(super) const STATE: &str = "state";
pub(super) const BAKED: &str = "baked";
pub(super) const ADD: &str = "addPoint";
pub(super) const REMOVE: &str = "removePoint";
pub(super) const SHOWN: &str = "shownPoints";
pub(super) const USE_MASK: &str = "useMask";
const MASK_CHANNEL: &str = "maskChannel";

/// A parameter that a node declares.
#[derive(Clone, Copy, Debug)]
pub(super) struct Declared {
    /// What hosts call it. What means something in Python or Tcl, as `lambda` and `class` do, is no name there.
    pub(super) name: &'static str,
    /// The kind of node.
    pub(super) node: &'static str,
    /// The node's name for it.
    pub(super) id: &'static str,
    group: &'static str,
}

const fn declared(name: &'static str, node: &'static str, id: &'static str, group: &'static str) -> Declared {
    Declared { name, node, id, group }
}

const START: &str = "startGroup";
const WAY: &str = "dragGroup";
const PAIRS: &str = "pointsGroup";
const MASK: &str = "maskGroup";
const SETTINGS: &str = "settingsGroup";
const VIEW: &str = "pictureGroup";

/// All that nodes declare, in the order in which hosts show them within their groups.
pub(super) const DECLARED: [Declared; 23] = [
    declared("seed", "latent", "seed", START),
    declared("psi", "latent", "psi", START),
    declared("cutoff", "latent", "cutoff", START),
    declared("classIndex", "latent", "class", START),
    declared("noise", "drag", "noise", START),
    declared("noiseSeed", "drag", "noise_seed", START),
    declared("progress", "drag", "progress", WAY),
    declared(MASK_CHANNEL, "mask", "channel", MASK),
    declared("maskThreshold", "mask", "threshold", MASK),
    declared("maskGrow", "mask", "grow", MASK),
    declared("maskFeather", "mask", "feather", MASK),
    declared("maskInvert", "mask", "invert", MASK),
    declared("method", "drag", "method", SETTINGS),
    declared("space", "drag", "space", SETTINGS),
    declared("maxSteps", "drag", "max_steps", SETTINGS),
    declared("stepSize", "drag", "learning_rate", SETTINGS),
    declared("maskWeight", "drag", "lambda", SETTINGS),
    declared("regularisation", "drag", "regularisation", SETTINGS),
    declared("patchRadius", "drag", "r1", SETTINGS),
    declared("searchReach", "drag", "r2", SETTINGS),
    declared("featureBlock", "drag", "tap", SETTINGS),
    declared("warmStart", "drag", "warm_start", SETTINGS),
    declared("firstFrame", "drag", "first_frame", SETTINGS),
];

impl Declared {
    /// What the node says of it.
    pub(super) fn decl(&self) -> &'static ParamDecl {
        let node = declared::registry().get(self.node).expect("a node of the graph");
        node.decl().find_param(self.id).expect("a parameter of the node")
    }

    /// Its value where it is not set.
    pub(super) fn usual(&self) -> ParamValue {
        // Hosts' masks are in alpha.
        if self.name == MASK_CHANNEL { ParamValue::Text("alpha".to_owned()) } else { self.decl().default_value() }
    }
}

/// What is in a pair of points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Handle,
    Target,
}

/// The names of the pair at a place from 0; people count from 1.
pub(super) fn group_name(place: usize) -> String {
    format!("point{}Group", place + 1)
}

pub(super) fn enable_name(place: usize) -> String {
    format!("enable{}", place + 1)
}

pub(super) fn end_name(place: usize, end: End) -> String {
    match end {
        End::Handle => format!("handle{}", place + 1),
        End::Target => format!("target{}", place + 1),
    }
}

/// Where new points are, in fractions of the project: side by side in rows of four, each target right of its handle. They
/// are whole hundredths, which sums of fractions would miss by what projects and scripts then show.
pub(super) fn usual_place(place: usize, end: End) -> [f64; 2] {
    let aside = if end == End::Target { 6 } else { 0 };
    [32 + 10 * (place % 4) + aside, 65 - 10 * (place / 4)].map(|hundredths| hundredths as f64 / 100.0)
}

/// The parameters in a context. They are made once: hosts describe the effect more than once.
pub(super) fn specs(context: Context) -> &'static [Spec] {
    static SPECS: [OnceLock<Vec<Spec>>; 2] = [OnceLock::new(), OnceLock::new()];
    let has_source = context != Context::Generator;
    SPECS[usize::from(has_source)].get_or_init(|| {
        let groups = [start(), way(), pairs(), mask(), settings(), shown(has_source), hidden()];
        groups.into_iter().flatten().collect()
    })
}

/// What the nodes declare of a group.
fn of_group(group: &'static str) -> impl Iterator<Item = Spec> {
    let here = DECLARED.iter().filter(move |declared| declared.group == group);
    here.filter_map(|declared| {
        let mut spec = declared::spec(declared.name, declared.decl())?.within(declared.group);
        if let (Kind::Choice { default, options }, ParamValue::Text(usual)) = (&mut spec.kind, declared.usual()) {
            *default = options.iter().position(|option| *option == usual).unwrap_or(*default);
        }
        Some(spec)
    })
}

fn group(name: &str, label: &str, open: bool, hint: &str) -> Spec {
    Spec::new(name, label, Kind::Group { open }, hint)
}

fn start() -> Vec<Spec> {
    let model = Spec::new(
        MODEL,
        "Model",
        Kind::File,
        "A StyleGAN2 checkpoint or an imported pack. Empty for the one that comes with DragFX.",
    );
    let mut specs = vec![group(START, "Start", true, "The picture that is dragged."), model.within(START)];
    specs.extend(of_group(START));
    specs
}

fn way() -> Vec<Spec> {
    let auto = "Drags while rendering where no drag is baked, or where the settings have changed since: the picture \
                always is what the settings say. Without it a baked drag is shown until it is forgotten, whatever \
                changes, and the start where none is baked.";
    let drag = "Drags now and bakes the way into the project: from then on rendering needs no drag, and gives the \
                same picture everywhere. The values of this frame count, and the mask as it is now; later changes of \
                the mask's pixels do not unsettle what is baked.";
    let bools = [
        Spec::new(AUTO, "Drag while rendering", Kind::Bool { default: true }, auto),
        Spec::new(DRAG, "Drag", Kind::Button, drag),
        Spec::new(FORGET, "Forget drag", Kind::Button, "Takes the baked drag away."),
        Spec::new(STATE, "State", Kind::Label { text: super::state::NOTHING.to_owned() }, "What is baked."),
    ];
    let mut specs = vec![group(WAY, "Drag", true, "From the handles to the targets.")];
    specs.extend(of_group(WAY));
    specs.extend(bools.map(|spec| spec.within(WAY)));
    specs
}

fn pairs() -> Vec<Spec> {
    let mut specs = vec![
        group(PAIRS, "Points", true, "What to drag, and where it should go."),
        Spec::new(ADD, "Add point", Kind::Button, "Shows one pair more, and enables it.").within(PAIRS),
        Spec::new(REMOVE, "Remove last point", Kind::Button, "Disables the last pair, and hides it.").within(PAIRS),
    ];
    for place in 0..POINTS {
        let number = place + 1;
        let (own, hint) = (group_name(place), "What to drag, and where it should go.");
        specs.push(group(&own, &format!("Point {number}"), place < 2, hint).within(PAIRS));
        let enable = "Whether this pair counts.";
        specs.push(
            Spec::new(enable_name(place), format!("Enable {number}"), Kind::Bool { default: false }, enable)
                .within(&*own),
        );
        let ends = [
            (End::Handle, "Handle", "What is dragged: it must lie on the picture."),
            (End::Target, "Target", "Where it should go. It may lie outside of the picture."),
        ];
        specs.extend(ends.map(|(end, label, hint)| {
            let kind = Kind::Point { default: usual_place(place, end), own_handle: true };
            Spec::new(end_name(place, end), format!("{label} {number}"), kind, hint).within(&*own).animates()
        }));
    }
    specs
}

fn mask() -> Vec<Spec> {
    let used = "Uses the picture of the clip Mask, in the place of the picture: white may change, black should stay.";
    let used = Spec::new(USE_MASK, "Use mask", Kind::Bool { default: false }, used);
    let mut specs = vec![group(MASK, "Mask", false, "Which parts of the picture may change."), used.within(MASK)];
    specs.extend(of_group(MASK));
    specs
}

fn settings() -> Vec<Spec> {
    let mut specs = vec![group(SETTINGS, "Settings", false, "How the drag goes.")];
    specs.extend(of_group(SETTINGS));
    specs.push(view::device_spec().within(SETTINGS));
    specs
}

fn shown(has_source: bool) -> Vec<Spec> {
    let group = group(VIEW, "Picture", false, "How the picture is shown.");
    let mut specs = vec![group, view::fit_spec().within(VIEW), colour::spec().within(VIEW)];
    if has_source {
        specs.push(view::over_spec(true).within(VIEW));
    }
    specs
}

/// What projects keep and people do not see.
fn hidden() -> Vec<Spec> {
    let text = || Kind::Text { default: String::new() };
    let shown = Kind::Int { default: 0, range: [0, POINTS as i32] };
    let mut known = Spec::new(KNOWN_MODEL, "Known model", text(), "Hash and file of the model.").secret();
    let mut shown = Spec::new(SHOWN, "Shown points", shown, "How many pairs are shown.").secret();
    // They say nothing that others do not say, too.
    (known.renders, shown.renders) = (false, false);
    vec![known, shown, Spec::new(BAKED, "Baked drag", text(), "The way of the drag.").secret()]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unlike_each_other_and_groups_come_before_what_is_in_them() {
        for context in [Context::Generator, Context::Filter, Context::General] {
            let mut seen = BTreeSet::new();
            for spec in specs(context) {
                let Spec { name, label, parent, .. } = spec;
                assert!(parent.as_ref().is_none_or(|parent| seen.contains(parent)), "{name} comes before its group");
                assert!(seen.insert(name.clone()), "{name} is there twice");
                let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ');
                assert!(plain(name) && !name.contains(' ') && plain(label), "{name}: {label}");
            }
        }
    }

    #[test]
    fn all_that_nodes_declare_is_shown_once() {
        let names: Vec<_> = specs(Context::General).iter().map(|spec| &*spec.name).collect();
        for declared in DECLARED {
            assert_eq!(names.iter().filter(|name| **name == declared.name).count(), 1, "{}", declared.name);
        }
        let drag = declared::registry().get("drag").expect("a node").decl();
        let shown = |id: &str| DECLARED.iter().any(|declared| declared.node == "drag" && declared.id == id);
        let missing: Vec<_> = drag.params.iter().filter(|param| !shown(&param.id)).map(|param| &*param.id).collect();
        assert_eq!(missing, ["transfer"], "what is the output's is not the drag's");
    }

    #[test]
    fn new_points_are_at_whole_hundredths() {
        for place in 0..POINTS {
            for number in [End::Handle, End::Target].into_iter().flat_map(|end| usual_place(place, end)) {
                let text = number.to_string();
                assert!(text.len() <= "0.42".len() && number > 0.0 && number < 1.0, "point {place}: {text}");
            }
        }
    }

    #[test]
    fn choices_keep_their_places() {
        let choices = specs(Context::General).iter().filter_map(|spec| match &spec.kind {
            Kind::Choice { options, .. } => Some((&*spec.name, options.join(" "))),
            _ => None,
        });
        let expected = [
            ("noise", "const none random"),
            ("maskChannel", "none luminance red green blue alpha"),
            ("method", "reference paper"),
            ("space", "w+ w"),
            ("device", "auto cpu cuda directml"),
            ("fit", "fit fill stretch actual size"),
            ("transfer", "auto sRGB linear"),
        ];
        let expected = expected.map(|(name, options)| (name, options.to_owned()));
        assert_eq!(choices.collect::<Vec<_>>(), expected, "projects have the places of choices");
    }
}
