//! What a parameter is, as data: what a host shows, saves and caches.

use std::ffi::{CStr, CString, c_int};

use ofx_sys::*;
use serde::{Deserialize, Serialize};

use super::keys::Interpolation;
use super::kind::ParamKind;
use super::parametric::ControlCurve;
use super::value::ParamValue;
use crate::property::PropertySet;

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

const MEASURES: [(&CStr, Measures); 17] = [
    (kOfxParamDoubleTypePlain, Measures::Plain),
    (kOfxParamDoubleTypeScale, Measures::Scale),
    (kOfxParamDoubleTypeAngle, Measures::Angle),
    (kOfxParamDoubleTypeTime, Measures::Time),
    (kOfxParamDoubleTypeAbsoluteTime, Measures::AbsoluteTime),
    (kOfxParamDoubleTypeX, Measures::X),
    (kOfxParamDoubleTypeY, Measures::Y),
    (kOfxParamDoubleTypeXY, Measures::XY),
    (kOfxParamDoubleTypeXAbsolute, Measures::XAbsolute),
    (kOfxParamDoubleTypeYAbsolute, Measures::YAbsolute),
    (kOfxParamDoubleTypeXYAbsolute, Measures::XYAbsolute),
    (kOfxParamDoubleTypeNormalisedX, Measures::NormalisedX),
    (kOfxParamDoubleTypeNormalisedY, Measures::NormalisedY),
    (kOfxParamDoubleTypeNormalisedXY, Measures::NormalisedXY),
    (kOfxParamDoubleTypeNormalisedXAbsolute, Measures::NormalisedXAbsolute),
    (kOfxParamDoubleTypeNormalisedYAbsolute, Measures::NormalisedYAbsolute),
    (kOfxParamDoubleTypeNormalisedXYAbsolute, Measures::NormalisedXYAbsolute),
];

const STRING_MODES: [(&CStr, StringMode); 6] = [
    (kOfxParamStringIsSingleLine, StringMode::SingleLine),
    (kOfxParamStringIsMultiLine, StringMode::MultiLine),
    (kOfxParamStringIsFilePath, StringMode::FilePath),
    (kOfxParamStringIsDirectoryPath, StringMode::DirectoryPath),
    (kOfxParamStringIsLabel, StringMode::Label),
    (kOfxParamStringIsRichTextFormat, StringMode::RichText),
];

const INVALIDATES: [(&CStr, Invalidates); 3] = [
    (kOfxParamInvalidateValueChange, Invalidates::Change),
    (kOfxParamInvalidateValueChangeToEnd, Invalidates::ChangeToEnd),
    (kOfxParamInvalidateAll, Invalidates::All),
];

const INTERPOLATIONS: [(&CStr, Interpolation); 3] = [
    (kOfxParamInterpTypeConstantStep, Interpolation::Constant),
    (kOfxParamInterpTypeLinear, Interpolation::Linear),
    (kOfxParamInterpTypeSmooth, Interpolation::Smooth),
];

/// Reads what a parameter is from its properties, but for its default. `curves` are those of a parametric one.
pub(crate) fn describe(kind: ParamKind, set: &PropertySet, curves: &[ControlCurve]) -> ParamDescription {
    let parent = set.string(kOfxParamPropParent);
    let [lowest, highest] = display_limits(kind, set);
    ParamDescription {
        name: set.string(kOfxPropName),
        kind,
        label: set.string(kOfxPropLabel),
        short_label: set.string(kOfxPropShortLabel),
        long_label: set.string(kOfxPropLongLabel),
        hint: set.string(kOfxParamPropHint),
        script_name: set.string(kOfxParamPropScriptName),
        parent: (!parent.is_empty()).then_some(parent),
        icons: set.strings(kOfxPropIcon),
        secret: set.flag(kOfxParamPropSecret),
        enabled: set.flag(kOfxParamPropEnabled),
        animates: set.flag(kOfxParamPropAnimates),
        persistent: set.flag(kOfxParamPropPersistant),
        evaluate_on_change: set.flag(kOfxParamPropEvaluateOnChange),
        can_undo: set.flag(kOfxParamPropCanUndo),
        invalidates: named(set, kOfxParamPropCacheInvalidation, &INVALIDATES).unwrap_or_default(),
        default: None,
        minimum: numbers(set, kOfxParamPropMin),
        maximum: numbers(set, kOfxParamPropMax),
        display_minimum: lowest,
        display_maximum: highest,
        increment: set.all::<f64>(kOfxParamPropIncrement).first().copied(),
        digits: set.all::<c_int>(kOfxParamPropDigits).first().copied(),
        dimension_labels: set.strings(kOfxParamPropDimensionLabel),
        measures: named(set, kOfxParamPropDoubleType, &MEASURES),
        normalised_default: set.string(kOfxParamPropDefaultCoordinateSystem).as_bytes()
            == kOfxParamCoordinatesNormalised.to_bytes(),
        interpolation: interpolation(kind, set),
        options: options(kind, set),
        string_mode: named(set, kOfxParamPropStringMode, &STRING_MODES),
        file_must_exist: set.flag(kOfxParamPropStringFilePathExists),
        children: set.strings(kOfxParamPropPageChild),
        open: set.flag(kOfxParamPropGroupOpen),
        parametric_range: set.doubles(kOfxParamPropParametricRange),
        curve_colours: set.all(kOfxParamPropParametricUIColour).chunks_exact(3).map(|c| [c[0], c[1], c[2]]).collect(),
        curves: curves.to_vec(),
        has_interpolation: !set.pointer(kOfxParamPropCustomInterpCallbackV1).is_null(),
        has_interact: !set.pointer(kOfxParamPropInteractV1).is_null(),
        wants_host_handle: set.flag(kOfxParamPropUseHostOverlayHandle),
        shows_time_marker: set.flag(kOfxParamPropShowTimeMarker),
    }
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

/// Moves numbers into a range; where it has no limit, to what is finite.
pub(crate) fn clamp(numbers: &mut [f64], minimum: &[f64], maximum: &[f64]) {
    for (index, number) in numbers.iter_mut().enumerate() {
        let limit =
            |limits: &[f64], none: f64| limits.get(index).copied().filter(|limit| !limit.is_nan()).unwrap_or(none);
        // `max` and `min` rather than `clamp`: a plugin may give its limits the wrong way round.
        *number = number.max(limit(minimum, f64::MIN)).min(limit(maximum, f64::MAX));
    }
}

/// The range of a slider. A limit that the plugin sets moves the slider's with it, unless that is set too.
pub(crate) fn display_limits(kind: ParamKind, set: &PropertySet) -> [Vec<f64>; 2] {
    let limits = [(kOfxParamPropDisplayMin, kOfxParamPropMin), (kOfxParamPropDisplayMax, kOfxParamPropMax)];
    limits.map(|(display, limit)| {
        let follows = !kind.is_colour() && set.is_changed(limit) && !set.is_changed(display);
        numbers(set, if follows { limit } else { display })
    })
}

/// Numbers of whichever type the property has.
pub(crate) fn numbers(set: &PropertySet, name: &CStr) -> Vec<f64> {
    let integers = set.all::<c_int>(name);
    if integers.is_empty() { set.all(name) } else { integers.into_iter().map(f64::from).collect() }
}

fn named<T: Copy>(set: &PropertySet, name: &CStr, table: &[(&CStr, T)]) -> Option<T> {
    let value = set.all::<CString>(name);
    table
        .iter()
        .find(|(known, _)| value.first().is_some_and(|value| value.as_c_str() == *known))
        .map(|(_, value)| *value)
}

/// How keyframes of a parameter go on to the next one.
pub(crate) fn interpolation(kind: ParamKind, set: &PropertySet) -> Interpolation {
    if kind.is_numeric() {
        named(set, kOfxParamInterpType, &INTERPOLATIONS).unwrap_or_default()
    } else {
        Interpolation::Constant
    }
}

fn options(kind: ParamKind, set: &PropertySet) -> Vec<ParamOption> {
    let labels = set.strings(kOfxParamPropChoiceOption);
    let values = if kind == ParamKind::StrChoice { set.strings(kOfxParamPropChoiceEnum) } else { Vec::new() };
    let order = set.all::<c_int>(kOfxParamPropChoiceOrder);
    let option = |(at, label): (usize, String)| ParamOption {
        value: values.get(at).unwrap_or(&label).clone(),
        order: order.get(at).copied().unwrap_or(at as c_int),
        label,
    };
    labels.into_iter().enumerate().map(option).collect()
}
