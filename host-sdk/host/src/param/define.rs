//! The properties of each kind of parameter, with the defaults that the standard gives them.

use std::ffi::{CStr, c_int, c_void};
use std::ptr::null_mut;

use ofx_sys::*;

use super::kind::{Holds, ParamKind};
use crate::property::Access::{Host, Plugin};
use crate::property::{PropertySet, Values};

/// The properties of a parameter that was just declared.
pub(crate) fn properties(name: &CStr, kind: ParamKind) -> PropertySet {
    let set = PropertySet::new(format!("parameter {}", name.to_string_lossy()))
        .with(kOfxPropType, Host, kOfxTypeParameter)
        .with(kOfxParamPropType, Host, kind.ofx_name())
        .with(kOfxPropName, Host, name)
        .with(kOfxPropLabel, Plugin, name)
        .with(kOfxPropShortLabel, Plugin, name)
        .with(kOfxPropLongLabel, Plugin, name)
        .with(kOfxParamPropHint, Plugin, c"")
        .with(kOfxParamPropScriptName, Plugin, name)
        .with(kOfxParamPropParent, Plugin, c"")
        .with(kOfxPropIcon, Plugin, [c"", c""].into_iter().collect::<Values>())
        .with(kOfxParamPropSecret, Plugin, false)
        .with(kOfxParamPropEnabled, Plugin, true)
        .with(kOfxParamPropDataPtr, Plugin, null_mut::<c_void>());
    match kind {
        ParamKind::Group => set.define(kOfxParamPropGroupOpen, Plugin, true),
        ParamKind::Page => set.define(kOfxParamPropPageChild, Plugin, Values::String(Vec::new())),
        _ => define_interact(&set),
    }
    match kind.holds() {
        Holds::Nothing => {}
        holds => define_value(&set, kind, holds),
    }
    match kind {
        ParamKind::Choice | ParamKind::StrChoice => define_options(&set, kind),
        ParamKind::String => {
            set.define(kOfxParamPropStringMode, Plugin, kOfxParamStringIsSingleLine);
            set.define(kOfxParamPropStringFilePathExists, Plugin, true);
        }
        ParamKind::Custom => set.define(kOfxParamPropCustomInterpCallbackV1, Plugin, null_mut::<c_void>()),
        ParamKind::Parametric => define_parametric(&set),
        _ if kind.is_numeric() => define_numeric(&set, kind),
        _ => {}
    }
    set
}

fn define_interact(set: &PropertySet) {
    set.define(kOfxParamPropInteractV1, Plugin, null_mut::<c_void>());
    set.define(kOfxParamPropInteractSize, Host, [0.0; 2]);
    set.define(kOfxParamPropInteractSizeAspect, Plugin, 1.0);
    set.define(kOfxParamPropInteractMinimumSize, Plugin, [10.0; 2]);
    set.define(kOfxParamPropInteractPreferedSize, Plugin, [10; 2]);
    set.define(kOfxParamPropHasHostOverlayHandle, Host, false);
    set.define(kOfxParamPropUseHostOverlayHandle, Plugin, false);
}

fn define_value(set: &PropertySet, kind: ParamKind, holds: Holds) {
    // What a host need not animate does not animate unless the plugin asks for it; curves cannot.
    let animates = kind.is_numeric();
    let animates_access = if kind == ParamKind::Parametric { Host } else { Plugin };
    set.define(kOfxParamPropAnimates, animates_access, animates);
    set.define(kOfxParamPropIsAnimating, Host, false);
    // A host's by the headers; the examples of the standard write it all the same.
    set.define(kOfxParamPropIsAutoKeying, Plugin, false);
    set.define(kOfxParamPropPersistant, Plugin, true);
    set.define(kOfxParamPropEvaluateOnChange, Plugin, true);
    set.define(kOfxParamPropPluginMayWrite, Plugin, false);
    set.define(kOfxParamPropCanUndo, Plugin, true);
    set.define(kOfxParamPropCacheInvalidation, Plugin, kOfxParamInvalidateValueChange);
    match holds {
        Holds::Integers(count) => set.define_fixed(kOfxParamPropDefault, Plugin, vec![0 as c_int; count]),
        Holds::Doubles(count) => set.define_fixed(kOfxParamPropDefault, Plugin, vec![0.0; count]),
        Holds::Text => set.define_fixed(kOfxParamPropDefault, Plugin, c""),
        Holds::Bytes => set.define_fixed(kOfxParamPropDefault, Plugin, null_mut::<c_void>()),
        Holds::Curves | Holds::Nothing => {}
    }
}

fn define_numeric(set: &PropertySet, kind: ParamKind) {
    let limits = |integers: c_int, doubles: f64| match kind.holds() {
        Holds::Integers(count) => Values::Int(vec![integers; count]),
        Holds::Doubles(count) => Values::Double(vec![doubles; count]),
        _ => unreachable!("{kind:?} is numeric"),
    };
    let (lowest, highest) = (limits(c_int::MIN, f64::MIN), limits(c_int::MAX, f64::MAX));
    set.define_fixed(kOfxParamPropMin, Plugin, lowest.clone());
    set.define_fixed(kOfxParamPropMax, Plugin, highest.clone());
    let (display_lowest, display_highest) =
        if kind.is_colour() { (limits(0, 0.0), limits(1, 1.0)) } else { (lowest, highest) };
    set.define_fixed(kOfxParamPropDisplayMin, Plugin, display_lowest);
    set.define_fixed(kOfxParamPropDisplayMax, Plugin, display_highest);
    let labels: &[&'static CStr] = match kind {
        ParamKind::Integer2D | ParamKind::Double2D => &[c"x", c"y"],
        ParamKind::Integer3D | ParamKind::Double3D => &[c"x", c"y", c"z"],
        ParamKind::Rgb => &[c"r", c"g", c"b"],
        ParamKind::Rgba => &[c"r", c"g", c"b", c"a"],
        _ => &[],
    };
    if !labels.is_empty() {
        set.define_fixed(kOfxParamPropDimensionLabel, Plugin, labels.iter().copied().collect::<Values>());
    }
    set.define(kOfxParamInterpType, Plugin, kOfxParamInterpTypeLinear);
    if matches!(kind.holds(), Holds::Doubles(_)) {
        set.define(kOfxParamPropIncrement, Plugin, 1.0);
        set.define(kOfxParamPropDigits, Plugin, 2);
        if !kind.is_colour() {
            set.define(kOfxParamPropDoubleType, Plugin, kOfxParamDoubleTypePlain);
            set.define(kOfxParamPropDefaultCoordinateSystem, Plugin, kOfxParamCoordinatesCanonical);
        }
        if kind == ParamKind::Double {
            set.define(kOfxParamPropShowTimeMarker, Plugin, false);
        }
    }
}

fn define_options(set: &PropertySet, kind: ParamKind) {
    set.define(kOfxParamPropChoiceOption, Plugin, Values::String(Vec::new()));
    set.define(kOfxParamPropChoiceOrder, Plugin, Values::Int(Vec::new()));
    if kind == ParamKind::StrChoice {
        set.define_any(kOfxParamPropChoiceEnum, Plugin, Values::String(Vec::new()));
    }
}

fn define_parametric(set: &PropertySet) {
    set.define(kOfxParamPropParametricDimension, Plugin, 1);
    set.define(kOfxParamPropParametricRange, Plugin, [0.0, 1.0]);
    set.define(kOfxParamPropParametricUIColour, Plugin, Values::Double(Vec::new()));
    set.define(kOfxParamPropParametricInteractBackground, Plugin, null_mut::<c_void>());
    set.define_any(kOfxParamPropDimensionLabel, Plugin, Values::String(Vec::new()));
}
