//! Custom parameters between keys.

use super::*;

/// Answers `NAME:FROM-TO@AMOUNT`, and fails from time 8 on.
unsafe extern "C" fn interpolate(
    set: OfxParamSetHandle,
    asked: OfxPropertySetHandle,
    answer: OfxPropertySetHandle,
) -> OfxStatus {
    let (mut from, mut to, mut name) = (null_mut(), null_mut(), null_mut());
    let (mut amount, mut time) = (0.0, 0.0);
    let (get_string, get_double) = (property::SUITE.propGetString.unwrap(), property::SUITE.propGetDouble.unwrap());
    // SAFETY: names and places are good, and the strings live until this returns.
    let text = unsafe {
        get_string(asked, kOfxPropName.as_ptr(), 0, &mut name);
        get_string(asked, kOfxParamPropCustomValue.as_ptr(), 0, &mut from);
        get_string(asked, kOfxParamPropCustomValue.as_ptr(), 1, &mut to);
        get_double(asked, kOfxParamPropInterpolationAmount.as_ptr(), 0, &mut amount);
        get_double(asked, kOfxPropTime.as_ptr(), 0, &mut time);
        [name, from, to].map(|text| CStr::from_ptr(text).to_str().unwrap().to_owned())
    };
    let mut param = null_mut();
    // SAFETY: the string is good.
    let found = unsafe { SUITE.paramGetHandle.unwrap()(set, c"p".as_ptr(), &mut param, null_mut()) };
    if time >= 8.0 || found != kOfxStatOK {
        return kOfxStatFailed;
    }
    let made = CString::new(format!("{}:{}-{}@{amount}", text[0], text[1], text[2])).unwrap();
    // SAFETY: both are strings.
    unsafe { property::SUITE.propSetString.unwrap()(answer, kOfxParamPropCustomValue.as_ptr(), 0, made.as_ptr()) }
}

#[test]
fn the_plugin_says_what_is_between_two_keys() {
    let stage = Stage::new(|set| {
        let (_, properties) = define(set, kOfxParamTypeCustom, c"p");
        put_ints(properties, kOfxParamPropAnimates, &[1]);
        put_pointer(properties, kOfxParamPropCustomInterpCallbackV1, interpolate as *mut c_void);
    });
    for (time, value) in [(0.0, "a"), (10.0, "b")] {
        stage.set.set_value("p", Some(time), value.into()).unwrap();
    }
    let cases = [(-1.0, "a"), (0.0, "a"), (2.5, "p:a-b@0.25"), (9.0, "a"), (10.0, "b"), (11.0, "b")];
    let param = stage.handle(c"p");
    let texts: Vec<_> = cases.iter().map(|&(time, _)| get_text(param, time)).collect();
    for ((time, expected), text) in cases.into_iter().zip(texts) {
        // SAFETY: the action in which it was read has not ended.
        assert_eq!(unsafe { CStr::from_ptr(text) }.to_str(), Ok(expected), "at {time}");
    }
    assert_eq!(stage.misuses(), [Misuse::Answer], "of the time at which it failed");
}
