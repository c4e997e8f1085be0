//! Keyframes, derivatives and integrals, by the suite and by the host.

use super::*;

/// One double with keys of these times and values.
fn keyed(keys: &[(f64, f64)], interpolation: &CStr) -> Stage {
    let stage = Stage::new(|set| {
        let (_, properties) = define(set, kOfxParamTypeDouble, c"p");
        put_string(properties, kOfxParamInterpType, interpolation);
        define(set, kOfxParamTypeDouble, c"q");
        define(set, kOfxParamTypeInteger, c"i");
    });
    for &(time, value) in keys {
        // SAFETY: the parameter is a double.
        assert_eq!(unsafe { SUITE.paramSetValueAtTime.unwrap()(stage.handle(c"p"), time, value) }, kOfxStatOK);
    }
    stage
}

#[test]
fn values_slopes_and_areas_come_through_the_suite() {
    let cases = [
        // how keys go on, value at 5, slope at 5, area from 0 to 10
        (kOfxParamInterpTypeConstantStep, 1.0, 0.0, 10.0),
        (kOfxParamInterpTypeLinear, 2.0, 0.2, 20.0),
        (kOfxParamInterpTypeSmooth, 2.0, 0.3, 20.0),
    ];
    let mut wrong = Vec::new();
    for (interpolation, value, slope, area) in cases {
        let stage = keyed(&[(0.0, 1.0), (10.0, 3.0)], interpolation);
        let param = stage.handle(c"p");
        let (mut a, mut b, mut c) = (0.0, 0.0, 0.0);
        // SAFETY: there is room for each number.
        let statuses = unsafe {
            [
                SUITE.paramGetValueAtTime.unwrap()(param, 5.0, &raw mut a),
                SUITE.paramGetDerivative.unwrap()(param, 5.0, &raw mut b),
                SUITE.paramGetIntegral.unwrap()(param, 0.0, 10.0, &raw mut c),
            ]
        };
        let near =
            [(a, value), (b, slope), (c, area)].iter().all(|(found, expected)| f64::abs(found - expected) < 1e-12);
        if statuses != [kOfxStatOK; 3] || !near {
            wrong.push(format!("{interpolation:?}: {statuses:?} {a} {b} {c}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_has_no_keys_has_no_slope_and_the_area_of_a_rectangle() {
    let stage = keyed(&[], kOfxParamInterpTypeLinear);
    stage.set.set_value("p", None, 4.0.into()).unwrap();
    let (mut slope, mut area) = (1.0, 0.0);
    // SAFETY: there is room for each number.
    unsafe {
        assert_eq!(SUITE.paramGetDerivative.unwrap()(stage.handle(c"p"), 5.0, &raw mut slope), kOfxStatOK);
        assert_eq!(SUITE.paramGetIntegral.unwrap()(stage.handle(c"p"), 5.0, 2.0, &raw mut area), kOfxStatOK);
    }
    assert_eq!((slope, area), (0.0, -12.0));
}

#[test]
fn keys_are_counted_found_and_deleted() {
    let stage = keyed(&[(3.0, 30.0), (1.0, 10.0), (2.0, 20.0)], kOfxParamInterpTypeLinear);
    let param = stage.handle(c"p");
    let count = || {
        let mut count = 0;
        // SAFETY: there is room for the number.
        assert_eq!(unsafe { SUITE.paramGetNumKeys.unwrap()(param, &mut count) }, kOfxStatOK);
        count
    };
    let index = |time, direction| {
        let mut index = 7;
        // SAFETY: there is room for the number.
        (unsafe { SUITE.paramGetKeyIndex.unwrap()(param, time, direction, &mut index) }, index)
    };
    assert_eq!(count(), 3);
    let mut time = 0.0;
    // SAFETY: there is room for the number.
    unsafe {
        assert_eq!((SUITE.paramGetKeyTime.unwrap()(param, 2, &mut time), time), (kOfxStatOK, 3.0));
        assert_eq!(SUITE.paramGetKeyTime.unwrap()(param, 3, &mut time), kOfxStatErrBadIndex);
    }
    assert_eq!([index(2.0, 0), index(2.0, 1), index(2.0, -1)], [(kOfxStatOK, 1), (kOfxStatOK, 2), (kOfxStatOK, 0)]);
    assert_eq!([index(2.5, 0), index(3.0, 1), index(1.0, -1)], [(kOfxStatFailed, -1); 3]);
    let animating = || properties(&stage.set, c"p");
    let flag = |set: OfxPropertySetHandle| {
        let mut flag = 7;
        let get = property::SUITE.propGetInt.unwrap();
        // SAFETY: name and place are good.
        assert_eq!(unsafe { get(set, kOfxParamPropIsAnimating.as_ptr(), 0, &mut flag) }, kOfxStatOK);
        flag
    };
    assert_eq!(flag(animating()), 1);
    // SAFETY: these take numbers alone.
    unsafe {
        let delete = SUITE.paramDeleteKey.unwrap();
        assert_eq!((delete(param, 2.0), delete(param, 2.0), count()), (kOfxStatOK, kOfxStatErrBadIndex, 2));
        *lock(&stage.instance.time) = 2.0;
        assert_eq!((SUITE.paramDeleteAllKeys.unwrap()(param), count()), (kOfxStatOK, 0));
    }
    assert_eq!(
        (flag(animating()), stage.set.value("p", None)),
        (0, Ok(20.0.into())),
        "it keeps what it was at that time"
    );
    assert_eq!(stage.told().len(), 5);
}

#[test]
fn what_has_keys_gets_another_when_it_is_set() {
    let stage = keyed(&[(0.0, 1.0)], kOfxParamInterpTypeLinear);
    *lock(&stage.instance.time) = 10.0;
    // SAFETY: the parameter is a double.
    assert_eq!(unsafe { SUITE.paramSetValue.unwrap()(stage.handle(c"p"), 2.0) }, kOfxStatOK);
    assert_eq!(stage.set.value("p", Some(5.0)), Ok(1.5.into()));
    assert_eq!(stage.set.keys("p").unwrap().len(), 2);
    assert_eq!(stage.set.delete_keys("p", Some(10.0)), Ok(1));
    assert_eq!(stage.set.delete_keys("p", Some(0.0)), Ok(1));
    assert_eq!(stage.set.value("p", None), Ok(1.0.into()), "the last key leaves its value behind");
}

#[test]
fn integers_are_the_nearest_ones_on_their_way() {
    let stage = keyed(&[], kOfxParamInterpTypeLinear);
    stage.set.set_value("i", Some(0.0), 0.into()).unwrap();
    stage.set.set_value("i", Some(10.0), 3.into()).unwrap();
    let found: Vec<_> = [0.0, 1.0, 2.0, 5.0, 10.0].map(|time| stage.set.value("i", Some(time)).unwrap()).into();
    assert_eq!(found, [0, 0, 1, 2, 3].map(ParamValue::from));
}

#[test]
fn copies_take_the_keys_of_a_range_and_move_them() {
    let stage = keyed(&[(0.0, 1.0), (5.0, 2.0), (9.0, 3.0)], kOfxParamInterpTypeLinear);
    let (p, q, i) = (stage.handle(c"p"), stage.handle(c"q"), stage.handle(c"i"));
    let range = |min, max| OfxRangeD { min, max };
    let times = |name| stage.set.keys(name).unwrap().iter().map(|key| key.time).collect::<Vec<_>>();
    let copy = SUITE.paramCopy.unwrap();
    // SAFETY: ranges are good where they are not null.
    unsafe {
        assert_eq!(copy(q, p, 10.0, &range(5.0, 9.0)), kOfxStatOK);
        assert_eq!(times("q"), [15.0, 19.0]);
        assert_eq!(copy(q, p, 0.0, &range(0.0, 0.0)), kOfxStatOK);
        assert_eq!(times("q"), [0.0, 5.0, 9.0]);
        assert_eq!(copy(q, q, 1.0, std::ptr::null()), kOfxStatOK);
        assert_eq!(times("q"), [1.0, 6.0, 10.0]);
        assert_eq!(copy(i, p, 0.0, std::ptr::null()), kOfxStatErrValue);
    }
    assert_eq!(stage.misuses(), [Misuse::ParameterValue]);
}

#[test]
fn keys_need_a_parameter_that_animates_and_a_finite_time() {
    let stage = Stage::of_all_kinds();
    let error = |name, time, value| stage.set.set_value(name, Some(time), value).unwrap_err().to_string();
    assert!(error("Boolean", 0.0, true.into()).contains("does not animate"));
    assert!(error("Double", f64::NAN, 1.0.into()).contains("at the time NaN"));
}
