//! Reads what a parameter is from its properties.

use std::ffi::{CStr, CString, c_int};

use ofx_sys::*;

use super::description::{Invalidates, Measures, ParamDescription, ParamOption, StringMode};
use super::keys::Interpolation;
use super::kind::ParamKind;
use super::parametric::ControlCurve;
use crate::property::PropertySet;

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
