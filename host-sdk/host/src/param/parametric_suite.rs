//! The ParametricParameter suite. Curves do not animate here, as the host tells plugins: times are not looked at.

use std::ffi::c_int;
use std::sync::Arc;

use ofx_sys::*;

use super::kind::ParamKind;
use super::parameter::Param;
use super::parametric::ControlCurve;
use super::suite::{changed, changing};
use crate::complaint::Misuse;
use crate::guard::{guard, write};
use crate::handle::find;
use crate::scope::complain;
use crate::status::{Answer, Status};

/// All of its functions.
pub(crate) static SUITE: OfxParametricParameterSuiteV1 = OfxParametricParameterSuiteV1 {
    parametricParamGetValue: Some(get_value),
    parametricParamGetNControlPoints: Some(get_n_control_points),
    parametricParamGetNthControlPoint: Some(get_nth_control_point),
    parametricParamSetNthControlPoint: Some(set_nth_control_point),
    parametricParamAddControlPoint: Some(add_control_point),
    parametricParamDeleteControlPoint: Some(delete_control_point),
    parametricParamDeleteAllControlPoints: Some(delete_all_control_points),
};

unsafe extern "C" fn get_value(
    param: OfxParamHandle,
    curve: c_int,
    _time: OfxTime,
    position: f64,
    value: *mut f64,
) -> OfxStatus {
    const FUNCTION: &str = "parametricParamGetValue";
    guard(FUNCTION, || {
        let (param, curve) = (parametric(FUNCTION, param)?, curve);
        let [from, to] = param.parametric_range();
        let found = of_curve(FUNCTION, &param, curve)?.value(position.max(from).min(to));
        // SAFETY: there is room for the number, as the suite says.
        unsafe { write(FUNCTION, value, found) }
    })
}

unsafe extern "C" fn get_n_control_points(
    param: OfxParamHandle,
    curve: c_int,
    _time: f64,
    count: *mut c_int,
) -> OfxStatus {
    const FUNCTION: &str = "parametricParamGetNControlPoints";
    guard(FUNCTION, || {
        let curve = of_curve(FUNCTION, &*parametric(FUNCTION, param)?, curve)?;
        // SAFETY: there is room for the number, as the suite says.
        unsafe { write(FUNCTION, count, curve.points().len() as c_int) }
    })
}

unsafe extern "C" fn get_nth_control_point(
    param: OfxParamHandle,
    curve: c_int,
    _time: f64,
    index: c_int,
    key: *mut f64,
    value: *mut f64,
) -> OfxStatus {
    const FUNCTION: &str = "parametricParamGetNthControlPoint";
    guard(FUNCTION, || {
        let curve = of_curve(FUNCTION, &*parametric(FUNCTION, param)?, curve)?;
        let point = curve.points().get(point_index(index)?).ok_or(Status::BAD_INDEX)?;
        // SAFETY: there is room for the numbers, as the suite says.
        unsafe {
            write(FUNCTION, key, point[0])?;
            write(FUNCTION, value, point[1])
        }
    })
}

unsafe extern "C" fn set_nth_control_point(
    param: OfxParamHandle,
    curve: c_int,
    _time: f64,
    index: c_int,
    key: f64,
    value: f64,
    _add_animation_key: bool,
) -> OfxStatus {
    const FUNCTION: &str = "parametricParamSetNthControlPoint";
    guard(FUNCTION, || {
        let index = point_index(index)?;
        check(FUNCTION, [key, value])?;
        change(FUNCTION, param, curve, |curve, range| curve.set(index, [key, value], range))
    })
}

unsafe extern "C" fn add_control_point(
    param: OfxParamHandle,
    curve: c_int,
    _time: f64,
    key: f64,
    value: f64,
    _add_animation_key: bool,
) -> OfxStatus {
    const FUNCTION: &str = "parametricParamAddControlPoint";
    guard(FUNCTION, || {
        check(FUNCTION, [key, value])?;
        change(FUNCTION, param, curve, |curve, range| curve.add([key, value], range))
    })
}

unsafe extern "C" fn delete_control_point(param: OfxParamHandle, curve: c_int, index: c_int) -> OfxStatus {
    const FUNCTION: &str = "parametricParamDeleteControlPoint";
    guard(FUNCTION, || {
        let index = point_index(index)?;
        change(FUNCTION, param, curve, |curve, _| curve.remove(index))
    })
}

unsafe extern "C" fn delete_all_control_points(param: OfxParamHandle, curve: c_int) -> OfxStatus {
    const FUNCTION: &str = "parametricParamDeleteAllControlPoints";
    guard(FUNCTION, || {
        change(FUNCTION, param, curve, |curve, _| {
            curve.clear();
            true
        })
    })
}

/// The parametric parameter of a handle.
fn parametric(function: &str, param: OfxParamHandle) -> Answer<Arc<Param>> {
    let param: Arc<Param> = find(function, param)?;
    if param.kind != ParamKind::Parametric {
        let name = param.name.to_string_lossy();
        complain(Misuse::ParameterValue, format!("{function} of `{name}`, which is a {:?}", param.kind));
        return Err(Status::BAD_HANDLE);
    }
    Ok(param)
}

fn of_curve(function: &str, param: &Param, index: c_int) -> Answer<ControlCurve> {
    let curve = usize::try_from(index).ok().and_then(|index| param.curves().into_iter().nth(index));
    curve.ok_or_else(|| no_curve(function, param, index))
}

/// Changes a curve, of a description too: there it becomes the default. The code says whether the point that it is about
/// exists.
fn change(
    function: &str,
    param: OfxParamHandle,
    index: c_int,
    code: impl FnOnce(&mut ControlCurve, [f64; 2]) -> bool,
) -> Answer {
    let param = parametric(function, param)?;
    changing(function, &param);
    let range = param.parametric_range();
    let done = param.with_curve(index, |curve| code(curve, range)).ok_or_else(|| no_curve(function, &param, index))?;
    if !done {
        return Err(Status::BAD_INDEX);
    }
    changed(&param);
    Ok(())
}

fn no_curve(function: &str, param: &Param, index: c_int) -> Status {
    complain(Misuse::ParameterValue, format!("{function} of curve {index} of `{}`", param.name.to_string_lossy()));
    Status::BAD_INDEX
}

fn point_index(index: c_int) -> Answer<usize> {
    usize::try_from(index).map_err(|_| Status::BAD_INDEX)
}

fn check(function: &str, point: [f64; 2]) -> Answer {
    if point.iter().all(|number| number.is_finite()) {
        return Ok(());
    }
    complain(Misuse::ParameterValue, format!("{function} with the point {point:?}"));
    Err(Status::VALUE)
}
