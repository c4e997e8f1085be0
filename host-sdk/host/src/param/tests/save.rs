//! What is saved comes back.

use super::*;

#[test]
fn values_and_keys_of_every_kind_come_back_from_json() {
    let stage = Stage::of_all_kinds();
    let set = |name: &str, value: ParamValue| stage.set.set_value(name, None, value).unwrap();
    set("Integer", (-3).into());
    set("Integer2D", [1, 2].into());
    set("Double3D", [0.1, f64::MAX, -0.0].into());
    set("Boolean", true.into());
    set("Choice", "b".into());
    set("StrChoice", "b".into());
    set("Rgba", [0.0, 0.25, 0.5, 1.0].into());
    set("String", "\"ü\n".into());
    set("Custom", "x".into());
    set("Bytes", vec![0, 255].into());
    let mut curve = ControlCurve::identity([0.0, 1.0]);
    curve.add([0.5, 0.7], [0.0, 1.0]);
    set("Parametric", ParamValue::Curves(vec![curve]));
    for (time, value) in [(1.0, 0.1), (2.5, 0.2)] {
        stage.set.set_value("Double", Some(time), value.into()).unwrap();
    }
    let json = serde_json::to_string_pretty(&stage.set.save()).unwrap();
    let saved: SavedParams = serde_json::from_str(&json).unwrap();
    let other = Stage::of_all_kinds();
    assert_eq!(other.set.load(&saved), []);
    assert_eq!(other.set.save(), stage.set.save());
    assert_eq!(other.set.value("Double", Some(1.75)), stage.set.value("Double", Some(1.75)));
    assert_eq!(saved.0.len(), 15, "all that hold something: {json}");
}

#[test]
fn only_what_persists_is_saved_and_what_does_not_fit_is_told() {
    let stage = Stage::of_all_kinds();
    put_ints(properties(&stage.set, c"Double"), kOfxParamPropPersistant, &[0]);
    let mut saved = stage.set.save();
    assert!(!saved.0.contains_key("Double"));
    let value = |value: ParamValue| SavedParam { kind: ParamKind::String, content: Content::Value(value) };
    let key = Key { time: 0.0, value: true.into(), interpolation: Interpolation::Constant };
    let keys = SavedParam { kind: ParamKind::Boolean, content: Content::Keys(vec![key]) };
    saved.0 = [
        ("gone".to_owned(), value("x".into())),
        ("Double".to_owned(), value("x".into())),
        ("Boolean".to_owned(), keys),
        ("StrChoice".to_owned(), value("an option of long ago".into())),
        ("String".to_owned(), value("fits".into())),
    ]
    .into();
    let problems: Vec<_> = stage.set.load(&saved).iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(problems.iter().any(|text| text.contains("`gone`")), "{problems:?}");
    assert_eq!(stage.set.value("String", None), Ok("fits".into()));
    assert_eq!(stage.set.value("StrChoice", None), Ok("an option of long ago".into()));
}
