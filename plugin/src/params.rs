//! Parameters of effects, said as data, and told to the host in its way.

use std::ffi::CStr;

use ofx_sys as ofx;

use crate::ffi::Result;
use crate::ffi::effect::Descriptor;
use crate::ffi::host::Host;
use crate::ffi::property::{IfKnown as _, Properties};

/// A parameter as hosts show it.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    /// What projects call it, for ever.
    pub name: String,
    /// What people call it. Hosts take offence at some signs; it has letters, digits and spaces.
    pub label: String,
    /// What it does.
    pub hint: String,
    /// Its values.
    pub kind: Kind,
    /// The group that it is in, or none.
    pub parent: Option<String>,
    /// Whether it can have keyframes.
    pub animates: bool,
    /// Whether it is kept from the user.
    pub secret: bool,
    /// Whether pictures depend on it.
    pub renders: bool,
}

/// The values of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A number.
    Double {
        /// Where it is not set.
        default: f64,
        /// Least and most.
        range: [f64; 2],
        /// Least and most of a slider.
        slider: [f64; 2],
    },
    /// A place in the picture, canonical.
    Point {
        /// Where it is not set, in fractions of the project's size from its lower left corner.
        default: [f64; 2],
        /// Whether the effect draws it in the viewer itself; otherwise the host may.
        own_handle: bool,
    },
    /// A whole number.
    Int {
        /// Where it is not set.
        default: i32,
        /// Least and most.
        range: [i32; 2],
    },
    /// Yes or no.
    Bool {
        /// Where it is not set.
        default: bool,
    },
    /// One of several.
    Choice {
        /// The place of the one where it is not set.
        default: usize,
        /// What there is to choose.
        options: Vec<String>,
    },
    /// A text of one line.
    Text {
        /// Where it is not set.
        default: String,
    },
    /// A text that is there to be read.
    Label {
        /// What it says.
        text: String,
    },
    /// The path of a file that is read.
    File,
    /// Something to press.
    Button,
    /// Parameters that belong together.
    Group {
        /// Whether they are seen at first.
        open: bool,
    },
}

impl Spec {
    /// A parameter that pictures depend on, in no group.
    #[must_use]
    pub fn new(name: impl Into<String>, label: impl Into<String>, kind: Kind, hint: impl Into<String>) -> Self {
        let renders = !matches!(kind, Kind::Button | Kind::Group { .. } | Kind::Label { .. });
        let (name, label, hint) = (name.into(), label.into(), hint.into());
        Self { name, label, hint, kind, parent: None, animates: false, secret: false, renders }
    }

    /// In a group.
    #[must_use]
    pub fn within(mut self, parent: impl Into<String>) -> Self {
        self.parent = Some(parent.into());
        self
    }

    /// Can have keyframes.
    #[must_use]
    pub fn animates(mut self) -> Self {
        self.animates = true;
        self
    }

    /// Is kept from the user.
    #[must_use]
    pub fn secret(mut self) -> Self {
        self.secret = true;
        self
    }
}

/// The page that lists all parameters.
pub const PAGE: &str = "controls";

/// Tells a host the parameters, and a page that lists them.
///
/// # Errors
/// The host does not have one of the types, or refuses something that it must know.
pub fn define(specs: &[Spec], descriptor: &Descriptor<'_>, host: &Host) -> Result<()> {
    let params = descriptor.params()?;
    for spec in specs {
        let about = params.define(kind_name(&spec.kind), &spec.name)?;
        about.set_text(ofx::kOfxPropLabel, 0, &spec.label)?;
        about.set_text(ofx::kOfxParamPropScriptName, 0, &spec.name).if_known();
        about.set_text(ofx::kOfxParamPropHint, 0, &spec.hint).if_known();
        if let Some(parent) = &spec.parent {
            about.set_text(ofx::kOfxParamPropParent, 0, parent)?;
        }
        about.set_flag(ofx::kOfxParamPropSecret, spec.secret).if_known();
        if !matches!(spec.kind, Kind::Group { .. } | Kind::Button) {
            about.set_flag(ofx::kOfxParamPropAnimates, spec.animates).if_known();
            about.set_flag(ofx::kOfxParamPropEvaluateOnChange, spec.renders).if_known();
        }
        describe(&spec.kind, about, host)?;
    }
    let page = params.define(ofx::kOfxParamTypePage, PAGE)?;
    page.set_text(ofx::kOfxPropLabel, 0, "Controls")?;
    // Groups have no place on a page: what is in them has.
    let listed = specs.iter().filter(|spec| !spec.secret && !matches!(spec.kind, Kind::Group { .. }));
    (0..).zip(listed).try_for_each(|(place, spec)| page.set_text(ofx::kOfxParamPropPageChild, place, &spec.name))
}

fn kind_name(kind: &Kind) -> &'static CStr {
    match kind {
        Kind::Double { .. } => ofx::kOfxParamTypeDouble,
        Kind::Point { .. } => ofx::kOfxParamTypeDouble2D,
        Kind::Int { .. } => ofx::kOfxParamTypeInteger,
        Kind::Bool { .. } => ofx::kOfxParamTypeBoolean,
        Kind::Choice { .. } => ofx::kOfxParamTypeChoice,
        Kind::Text { .. } | Kind::Label { .. } | Kind::File => ofx::kOfxParamTypeString,
        Kind::Button => ofx::kOfxParamTypePushButton,
        Kind::Group { .. } => ofx::kOfxParamTypeGroup,
    }
}

/// Range and display range are always both told: one host takes a missing one for (0, 0).
fn describe(kind: &Kind, about: Properties<'_>, host: &Host) -> Result<()> {
    let text_mode = |mode: &CStr| about.set_texts(ofx::kOfxParamPropStringMode, &[mode]);
    match kind {
        Kind::Double { default, range, slider } => {
            about.set_doubles(ofx::kOfxParamPropDefault, &[*default])?;
            about.set_doubles(ofx::kOfxParamPropMin, &range[..1])?;
            about.set_doubles(ofx::kOfxParamPropMax, &range[1..])?;
            about.set_doubles(ofx::kOfxParamPropDisplayMin, &slider[..1])?;
            about.set_doubles(ofx::kOfxParamPropDisplayMax, &slider[1..])?;
        }
        Kind::Point { default, own_handle } => {
            about.set_texts(ofx::kOfxParamPropDoubleType, &[ofx::kOfxParamDoubleTypeXYAbsolute])?;
            if host.normalised_defaults {
                let system = [ofx::kOfxParamCoordinatesNormalised];
                about.set_texts(ofx::kOfxParamPropDefaultCoordinateSystem, &system).if_known();
            }
            about.set_flag(ofx::kOfxParamPropUseHostOverlayHandle, !own_handle).if_known();
            about.set_doubles(ofx::kOfxParamPropDefault, default)?;
            for (name, side) in [
                (ofx::kOfxParamPropMin, -FAR),
                (ofx::kOfxParamPropDisplayMin, -FAR),
                (ofx::kOfxParamPropMax, FAR),
                (ofx::kOfxParamPropDisplayMax, FAR),
            ] {
                about.set_doubles(name, &[side; 2]).if_known();
            }
        }
        Kind::Int { default, range } => {
            about.set_int(ofx::kOfxParamPropDefault, 0, *default)?;
            let shown = range.map(|side| side.clamp(-MOST_SHOWN, MOST_SHOWN));
            for (name, side) in [
                (ofx::kOfxParamPropMin, range[0]),
                (ofx::kOfxParamPropDisplayMin, shown[0]),
                (ofx::kOfxParamPropMax, range[1]),
                (ofx::kOfxParamPropDisplayMax, shown[1]),
            ] {
                about.set_int(name, 0, side)?;
            }
        }
        Kind::Bool { default } => about.set_int(ofx::kOfxParamPropDefault, 0, i32::from(*default))?,
        Kind::Choice { default, options } => {
            for (place, option) in (0..).zip(options) {
                about.set_text(ofx::kOfxParamPropChoiceOption, place, option)?;
            }
            about.set_int(ofx::kOfxParamPropDefault, 0, i32::try_from(*default).unwrap_or(0))?;
        }
        Kind::Text { default } => {
            text_mode(ofx::kOfxParamStringIsSingleLine)?;
            about.set_text(ofx::kOfxParamPropDefault, 0, default)?;
        }
        Kind::Label { text } => {
            text_mode(ofx::kOfxParamStringIsLabel)?;
            about.set_text(ofx::kOfxParamPropDefault, 0, text)?;
        }
        Kind::File => {
            text_mode(ofx::kOfxParamStringIsFilePath)?;
            about.set_flag(ofx::kOfxParamPropStringFilePathExists, true).if_known();
            about.set_text(ofx::kOfxParamPropDefault, 0, "")?;
        }
        Kind::Button => {}
        Kind::Group { open } => about.set_flag(ofx::kOfxParamPropGroupOpen, *open).if_known(),
    }
    Ok(())
}

/// A slider over all whole numbers, for a seed, would have no places between its ends.
const MOST_SHOWN: i32 = 10_000;

/// Points may lie outside of the picture, but somewhere.
const FAR: f64 = 1_000_000.0;
