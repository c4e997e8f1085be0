//! What a parameter is, as data: what a host shows, saves and caches.

use serde::{Deserialize, Serialize};

use super::keys::Interpolation;
use super::kind::ParamKind;
use super::parametric::ControlCurve;
use super::value::ParamValue;

/// What a parameter is. Of a description it is what the plugin declared, of an instance what it has become since.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParamDescription {
    /// Its name, by which values are set and saved.
    pub name: String,
    /// Its kind.
    pub kind: ParamKind,
    /// What users see.
    pub label: String,
    /// The same, where there is little room.
    pub short_label: String,
    /// The same, where there is more.
    pub long_label: String,
    /// What it does, in a sentence or more.
    pub hint: String,
    /// Its name in scripts.
    pub script_name: String,
    /// The group that it is in.
    pub parent: Option<String>,
    /// Files with its icon in the bundle's resources: an SVG, then a PNG. Empty where there is none.
    pub icons: Vec<String>,
    /// Whether users never see it.
    pub secret: bool,
    /// Whether users can change it.
    pub enabled: bool,
    /// Whether it may have keyframes.
    pub animates: bool,
    /// Whether its value is saved.
    pub persistent: bool,
    /// Whether the picture depends on it.
    pub evaluate_on_change: bool,
    /// Whether a change can be taken back by the user.
    pub can_undo: bool,
    /// Which frames a change makes invalid.
    pub invalidates: Invalidates,
    /// The value of a new instance; nothing of what holds none. See [`normalised_default`](Self::normalised_default).
    pub default: Option<ParamValue>,
    /// Of each of its numbers the lowest, if they are limited.
    pub minimum: Vec<f64>,
    /// Of each of its numbers the highest, if they are limited.
    pub maximum: Vec<f64>,
    /// Of each of its numbers the lowest on a slider.
    pub display_minimum: Vec<f64>,
    /// Of each of its numbers the highest on a slider.
    pub display_maximum: Vec<f64>,
    /// The least step of a slider; only of doubles and colours.
    pub increment: Option<f64>,
    /// How many digits after the point are shown; only of doubles and colours.
    pub digits: Option<i32>,
    /// A label for each of several numbers or curves.
    pub dimension_labels: Vec<String>,
    /// What a double measures.
    pub measures: Option<Measures>,
    /// Whether the default is a part of the project's size rather than in canonical coordinates.
    pub normalised_default: bool,
    /// How keyframes go on to the next one, unless they say otherwise.
    pub interpolation: Interpolation,
    /// The options of a choice.
    pub options: Vec<ParamOption>,
    /// What a string is.
    pub string_mode: Option<StringMode>,
    /// Whether the file that a string names has to exist.
    pub file_must_exist: bool,
    /// What is on a page, in order: names of parameters, and `OfxParamPageSkipRow` and `OfxParamPageSkipColumn`.
    pub children: Vec<String>,
    /// Whether a group is open at first.
    pub open: bool,
    /// Where a parametric parameter begins and ends.
    pub parametric_range: [f64; 2],
    /// The colours of parametric curves: red, green and blue, 0 to 1.
    pub curve_colours: Vec<[f64; 3]>,
    /// The curves of a new instance.
    pub curves: Vec<ControlCurve>,
    /// Whether the plugin computes what lies between keyframes of a custom parameter.
    pub has_interpolation: bool,
    /// Whether the plugin has a user interface of its own for it.
    pub has_interact: bool,
    /// Whether the host is asked to show a handle of its own in the viewer.
    pub wants_host_handle: bool,
    /// Whether a time line is asked to show the time that it holds.
    pub shows_time_marker: bool,
}

/// An option of a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParamOption {
    /// What users see.
    pub label: String,
    /// The word that a string choice holds; the label of other choices.
    pub value: String,
    /// Options are shown in this order.
    pub order: i32,
}

/// Which frames a changed value makes invalid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Invalidates {
    /// Those where the value is another one.
    #[default]
    Change,
    /// Those, and all that follow.
    ChangeToEnd,
    /// All.
    All,
}

/// What a double measures. Sizes and positions are in canonical coordinates, of old plugins parts of the project's size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measures {
    /// Nothing in particular.
    #[default]
    Plain,
    /// A factor.
    Scale,
    /// Degrees.
    Angle,
    /// Frames.
    Time,
    /// A frame.
    AbsoluteTime,
    /// A width.
    X,
    /// A height.
    Y,
    /// A size.
    XY,
    /// A position from left to right.
    XAbsolute,
    /// A position from bottom to top.
    YAbsolute,
    /// A position.
    XYAbsolute,
    /// A width, as a part of the project's.
    NormalisedX,
    /// A height, as a part of the project's.
    NormalisedY,
    /// A size, as a part of the project's.
    NormalisedXY,
    /// A position from left to right, 0 to 1 within the project.
    NormalisedXAbsolute,
    /// A position from bottom to top, 0 to 1 within the project.
    NormalisedYAbsolute,
    /// A position, 0 to 1 within the project.
    NormalisedXYAbsolute,
}

/// What a string is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StringMode {
    /// A line.
    #[default]
    SingleLine,
    /// Text of any number of lines.
    MultiLine,
    /// The path of a file.
    FilePath,
    /// The path of a folder.
    DirectoryPath,
    /// Text that is shown and not edited.
    Label,
    /// Text with marks for its look.
    RichText,
}

impl ParamDescription {
    /// The default of an instance in a project of that place and size, in canonical coordinates.
    #[must_use]
    pub fn default_in(&self, project: ([f64; 2], [f64; 2])) -> Option<ParamValue> {
        let Some(ParamValue::Doubles(numbers)) = self.default.as_ref().filter(|_| self.normalised_default) else {
            return self.default.clone();
        };
        let (offset, size) = project;
        let (axes, absolute): (&[usize], bool) = match self.measures {
            Some(Measures::X) => (&[0], false),
            Some(Measures::Y) => (&[1], false),
            Some(Measures::XY) => (&[0, 1], false),
            Some(Measures::XAbsolute) => (&[0], true),
            Some(Measures::YAbsolute) => (&[1], true),
            Some(Measures::XYAbsolute) => (&[0, 1], true),
            _ => return self.default.clone(),
        };
        let place = |(&number, &axis): (&f64, &usize)| number * size[axis] + if absolute { offset[axis] } else { 0.0 };
        Some(ParamValue::Doubles(numbers.iter().zip(axes).map(place).collect()))
    }
}
