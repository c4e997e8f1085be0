//! The ParametricParameter suite.

use super::*;

const PARAMETRIC: &OfxParametricParameterSuiteV1 = &PARAMETRIC_SUITE;

fn value(param: OfxParamHandle, curve: c_int, position: f64) -> (c_int, f64) {
    let mut value = -1.0;
    // SAFETY: there is room for the number.
    (unsafe { PARAMETRIC.parametricParamGetValue.unwrap()(param, curve, 0.0, position, &mut value) }, value)
}

fn count(param: OfxParamHandle, curve: c_int) -> c_int {
    let mut count = -1;
    // SAFETY: there is room for the number.
    let status = unsafe { PARAMETRIC.parametricParamGetNControlPoints.unwrap()(param, curve, 0.0, &mut count) };
    assert_eq!(status, kOfxStatOK);
    count
}

#[test]
fn points_of_a_description_are_the_default_and_other_curves_the_identity() {
    let stage = Stage::new(|set| {
        let (_, properties) = define(set, kOfxParamTypeParametric, c"p");
        put_ints(properties, kOfxParamPropParametricDimension, &[2]);
        put_doubles(properties, kOfxParamPropParametricRange, &[0.0, 4.0]);
        let add = PARAMETRIC.parametricParamAddControlPoint.unwrap();
        for [key, value] in [[0.0, 1.0], [4.0, 3.0]] {
            // SAFETY: it takes numbers alone.
            assert_eq!(unsafe { add(handle(set, c"p"), 1, 0.0, key, value, false) }, kOfxStatOK);
        }
    });
    let param = stage.handle(c"p");
    let cases = [(0, 1.5, 1.5), (0, 9.0, 4.0), (0, -1.0, 0.0), (1, 0.0, 1.0), (1, 2.0, 2.0), (1, 4.0, 3.0)];
    let wrong = cases.iter().filter(|(curve, position, expected)| value(param, *curve, *position) != (0, *expected));
    assert_eq!(wrong.collect::<Vec<_>>(), Vec::<&(c_int, f64, f64)>::new());
    assert_eq!(value(param, 2, 0.0).0, kOfxStatErrBadIndex);
    assert_eq!(stage.told(), Vec::<String>::new());
}

#[test]
fn points_are_added_moved_read_and_deleted() {
    let stage = Stage::of_all_kinds();
    let param = stage.handle(c"Parametric");
    let suite = PARAMETRIC;
    let (mut key, mut value) = (0.0, 0.0);
    // SAFETY: there is room for the numbers.
    unsafe {
        assert_eq!(suite.parametricParamAddControlPoint.unwrap()(param, 0, 0.0, 0.5, 0.9, false), kOfxStatOK);
        assert_eq!(count(param, 0), 3);
        let get = suite.parametricParamGetNthControlPoint.unwrap();
        assert_eq!((get(param, 0, 0.0, 1, &mut key, &mut value), key, value), (kOfxStatOK, 0.5, 0.9));
        assert_eq!(get(param, 0, 0.0, 3, &mut key, &mut value), kOfxStatErrBadIndex);
        assert_eq!(get(param, 0, 0.0, -1, &mut key, &mut value), kOfxStatErrBadIndex);
        let set = suite.parametricParamSetNthControlPoint.unwrap();
        assert_eq!(set(param, 0, 0.0, 0, 0.75, 0.1, true), kOfxStatOK);
        assert_eq!((get(param, 0, 0.0, 1, &mut key, &mut value), key, value), (kOfxStatOK, 0.75, 0.1));
        assert_eq!(set(param, 0, 0.0, 3, 0.0, 0.0, false), kOfxStatErrBadIndex);
        assert_eq!(set(param, 0, 0.0, 0, f64::NAN, 0.0, false), kOfxStatErrValue);
        let delete = suite.parametricParamDeleteControlPoint.unwrap();
        assert_eq!((delete(param, 0, 0), delete(param, 0, 2), count(param, 0)), (kOfxStatOK, kOfxStatErrBadIndex, 2));
        assert_eq!(suite.parametricParamDeleteAllControlPoints.unwrap()(param, 0), kOfxStatOK);
        assert_eq!(count(param, 0), 0, "and the identity does not come back");
        assert_eq!(delete(stage.handle(c"Double"), 0, 0), kOfxStatErrBadHandle);
    }
    assert_eq!(stage.told(), ["Parametric"; 4]);
    assert_eq!(stage.misuses(), [Misuse::ParameterValue; 2]);
}
