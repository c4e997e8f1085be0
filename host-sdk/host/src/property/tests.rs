//! The suite, called as a plugin calls it.

use std::ffi::{CStr, c_char, c_int};
use std::ptr::{null, null_mut};

use ofx_sys::*;

use super::*;
use crate::complaint::Ledger;
use crate::handle::Owned;
use crate::scope::Scope;

fn sample() -> Owned<PropertySet> {
    let set = PropertySet::new("the sample")
        .with(kOfxPropLabel, Access::Plugin, "label")
        .with(kOfxPropType, Access::Host, "type")
        .with(kOfxParamPropChoiceOption, Access::Plugin, Values::String(Vec::new()))
        .with(kOfxImageEffectPropRenderScale, Access::Plugin, [1.0, 2.0]);
    Owned::new(set)
}

fn text(set: &Owned<PropertySet>, name: &CStr, index: c_int) -> Result<(String, *const c_char), c_int> {
    let mut value = null_mut();
    // SAFETY: name and place are good, and the string is alive until it is changed.
    unsafe {
        match SUITE.propGetString.unwrap()(set.handle(), name.as_ptr(), index, &mut value) {
            kOfxStatOK => Ok((CStr::from_ptr(value).to_str().unwrap().to_owned(), value)),
            status => Err(status),
        }
    }
}

#[test]
fn each_misuse_has_its_status_and_is_remembered() {
    let ledger = std::sync::Arc::new(Ledger::default());
    let _scope = Scope::new(ledger.clone(), c"OfxActionDescribe").enter();
    let set = sample();
    let (h, stale) = (set.handle(), sample().handle());
    let (label, scale) = (kOfxPropLabel.as_ptr(), kOfxImageEffectPropRenderScale.as_ptr());
    let mut number = 0.0;
    // SAFETY: all strings and places are good where they are not null.
    let rows = unsafe {
        let (set_double, set_string) = (SUITE.propSetDouble.unwrap(), SUITE.propSetString.unwrap());
        let get_double = SUITE.propGetDouble.unwrap();
        [
            ("stale handle", Misuse::StaleHandle, set_double(stale, scale, 0, 1.0), kOfxStatErrBadHandle),
            ("null handle", Misuse::NullArgument, set_double(null_mut(), scale, 0, 1.0), kOfxStatErrBadHandle),
            ("null name", Misuse::NullArgument, set_double(h, null(), 0, 1.0), kOfxStatErrBadHandle),
            ("null value", Misuse::NullArgument, set_string(h, label, 0, null()), kOfxStatErrBadHandle),
            ("null place", Misuse::NullArgument, get_double(h, scale, 0, null_mut()), kOfxStatErrBadHandle),
            ("unknown", Misuse::UnknownProperty, set_double(h, c"nothing".as_ptr(), 0, 1.0), kOfxStatErrUnknown),
            ("type", Misuse::PropertyType, set_double(h, label, 0, 1.0), kOfxStatErrValue),
            ("beyond", Misuse::PropertyIndex, set_double(h, scale, 2, 1.0), kOfxStatErrBadIndex),
            ("before", Misuse::PropertyIndex, get_double(h, scale, -1, &mut number), kOfxStatErrBadIndex),
            (
                "too many",
                Misuse::PropertyIndex,
                SUITE.propSetDoubleN.unwrap()(h, scale, 3, [0.0; 3].as_ptr()),
                kOfxStatErrBadIndex,
            ),
            ("the host's", Misuse::ReadOnlyProperty, set_string(h, kOfxPropType.as_ptr(), 0, label), kOfxStatErrValue),
            (
                "reset of it",
                Misuse::ReadOnlyProperty,
                SUITE.propReset.unwrap()(h, kOfxPropType.as_ptr()),
                kOfxStatErrValue,
            ),
        ]
    };
    let wrong: Vec<_> = rows.iter().filter(|(_, _, got, wanted)| got != wanted).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let list = ledger.list();
    let unsaid: Vec<_> = rows.iter().filter(|(_, misuse, ..)| list.iter().all(|said| said.misuse != *misuse)).collect();
    assert!(unsaid.is_empty(), "{unsaid:#?}");
    assert_eq!(set.doubles(kOfxImageEffectPropRenderScale), [1.0, 2.0]);
}

#[test]
fn strings_stay_where_they_are_until_they_change_and_then_until_the_action_ends() {
    let _scope = Scope::new(std::sync::Arc::default(), c"").enter();
    let set = sample();
    let (_, before) = text(&set, kOfxPropLabel, 0).unwrap();
    set.define(kOfxPropName, Access::Plugin, "another");
    assert_eq!(text(&set, kOfxPropLabel, 0), Ok(("label".to_owned(), before)));
    // SAFETY: good strings; the one that was replaced lives on in the scope.
    unsafe {
        SUITE.propSetString.unwrap()(set.handle(), kOfxPropLabel.as_ptr(), 0, c"new".as_ptr());
        assert_eq!(CStr::from_ptr(before), c"label");
    }
    assert_eq!(set.string(kOfxPropLabel), "new");
    set.reset(kOfxPropLabel).unwrap();
    assert_eq!(set.string(kOfxPropLabel), "label");
}

#[test]
fn a_property_of_any_length_grows_and_is_replaced_as_a_whole() {
    let set = sample();
    let (handle, name) = (set.handle(), kOfxParamPropChoiceOption.as_ptr());
    // SAFETY: good strings and places.
    unsafe {
        let set_string = SUITE.propSetString.unwrap();
        assert_eq!(set_string(handle, name, 1, c"second".as_ptr()), kOfxStatOK);
        assert_eq!(set_string(handle, name, 0, c"first".as_ptr()), kOfxStatOK);
        assert_eq!(set_string(handle, name, 1 << 20, c"far".as_ptr()), kOfxStatErrBadIndex);
        assert_eq!(set.strings(kOfxParamPropChoiceOption), ["first", "second"]);
        let one = [c"only".as_ptr()];
        assert_eq!(SUITE.propSetStringN.unwrap()(handle, name, 1, one.as_ptr()), kOfxStatOK);
        let mut count = 0;
        assert_eq!(SUITE.propGetDimension.unwrap()(handle, name, &mut count), kOfxStatOK);
        assert_eq!(count, 1);
    }
    assert_eq!(text(&set, kOfxParamPropChoiceOption, 1), Err(kOfxStatErrBadIndex));
}
