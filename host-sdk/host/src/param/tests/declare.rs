//! What is declared is what is described.

use super::*;

#[test]
fn every_kind_is_declared_and_described() {
    let stage = Stage::of_all_kinds();
    let described = stage.declared.describe();
    assert_eq!(described.iter().map(|param| param.kind).collect::<Vec<_>>(), all_kinds());
    for param in &described {
        assert_eq!((param.label.as_str(), param.script_name.as_str()), (param.name.as_str(), param.name.as_str()));
        assert!(param.enabled && !param.secret, "{}", param.name);
        let again: ParamDescription = serde_json::from_str(&serde_json::to_string(param).unwrap()).unwrap();
        assert_eq!(&again, param);
    }
    let animating = described.iter().filter(|param| param.animates).map(|param| param.name.as_str());
    let numbers = ["Integer", "Integer2D", "Integer3D", "Double", "Double2D", "Double3D", "Rgb", "Rgba"];
    assert_eq!(animating.collect::<Vec<_>>(), numbers);
    assert_eq!(stage.misuses(), []);
}

#[test]
fn wrong_declarations_are_refused_and_complained_of() {
    let stage = Stage::of_all_kinds();
    let (integer, name) = (kOfxParamTypeInteger, c"Integer");
    let mut properties = null_mut();
    // SAFETY: strings and places are good where they are not null.
    let rows = unsafe {
        let define = SUITE.paramDefine.unwrap();
        let set = stage.declared.handle();
        [
            ("twice", define(set, integer.as_ptr(), name.as_ptr(), &mut properties), kOfxStatErrExists),
            ("type", define(set, c"Nothing".as_ptr(), c"x".as_ptr(), &mut properties), kOfxStatErrUnknown),
            ("null", define(set, std::ptr::null(), c"x".as_ptr(), &mut properties), kOfxStatErrBadHandle),
            ("instance", define(stage.set.handle(), integer.as_ptr(), c"x".as_ptr(), null_mut()), kOfxStatErrBadHandle),
            ("no properties wanted", define(set, integer.as_ptr(), c"x".as_ptr(), null_mut()), kOfxStatOK),
        ]
    };
    let wrong: Vec<_> = rows.into_iter().filter(|(_, found, expected)| found != expected).collect();
    assert_eq!(wrong, []);
    use Misuse::{Declaration, NullArgument, WrongMoment};
    assert_eq!(stage.misuses(), [Declaration, Declaration, NullArgument, WrongMoment]);
}

#[test]
fn a_limit_moves_the_display_along_unless_that_is_set() {
    let stage = Stage::new(|set| {
        for name in [c"a", c"b"] {
            let (_, properties) = define(set, kOfxParamTypeDouble2D, name);
            put_doubles(properties, kOfxParamPropMin, &[-1.0, -2.0]);
            put_doubles(properties, kOfxParamPropMax, &[1.0, 2.0]);
        }
        put_doubles(properties(set, c"b"), kOfxParamPropDisplayMax, &[0.5, 0.5]);
    });
    let [a, b] = [0, 1].map(|index| stage.set.describe()[index].clone());
    assert_eq!((a.display_minimum, a.display_maximum), (vec![-1.0, -2.0], vec![1.0, 2.0]));
    assert_eq!((b.display_minimum, b.display_maximum), (vec![-1.0, -2.0], vec![0.5, 0.5]));
    assert_eq!(a.dimension_labels, ["x", "y"]);
}

#[test]
fn normalised_defaults_are_of_the_project() {
    // The project lies at (10, 20) and is of 200 by 100.
    let cases: [(&CStr, &CStr, &[f64], &[f64]); 7] = [
        (kOfxParamTypeDouble, kOfxParamDoubleTypeX, &[0.5], &[100.0]),
        (kOfxParamTypeDouble, kOfxParamDoubleTypeY, &[0.5], &[50.0]),
        (kOfxParamTypeDouble, kOfxParamDoubleTypeXAbsolute, &[0.5], &[110.0]),
        (kOfxParamTypeDouble2D, kOfxParamDoubleTypeXY, &[0.5, 0.5], &[100.0, 50.0]),
        (kOfxParamTypeDouble2D, kOfxParamDoubleTypeXYAbsolute, &[0.5, 0.5], &[110.0, 70.0]),
        (kOfxParamTypeDouble2D, kOfxParamDoubleTypePlain, &[0.5, 0.5], &[0.5, 0.5]),
        // Old plugins work with parts of the size themselves.
        (kOfxParamTypeDouble2D, kOfxParamDoubleTypeNormalisedXYAbsolute, &[0.5, 0.5], &[0.5, 0.5]),
    ];
    let mut wrong = Vec::new();
    for (kind, measures, default, expected) in cases {
        for normalised in [true, false] {
            let stage = Stage::new(|set| {
                let (_, properties) = define(set, kind, c"p");
                put_string(properties, kOfxParamPropDoubleType, measures);
                put_doubles(properties, kOfxParamPropDefault, default);
                if normalised {
                    put_string(properties, kOfxParamPropDefaultCoordinateSystem, kOfxParamCoordinatesNormalised);
                }
            });
            let found = stage.set.value("p", None).unwrap();
            if found != ParamValue::Doubles(if normalised { expected } else { default }.to_vec()) {
                wrong.push(format!("{measures:?}, normalised: {normalised}: {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_instance_is_described_by_what_has_become_of_it() {
    let stage = Stage::of_all_kinds();
    put_ints(properties(&stage.set, c"Double"), kOfxParamPropSecret, &[1]);
    put_string(properties(&stage.set, c"Double"), kOfxPropLabel, c"another");
    let find = |set: &ParamSet| set.describe().into_iter().find(|param| param.name == "Double").unwrap();
    assert_eq!((find(&stage.set).label, find(&stage.set).secret), ("another".into(), true));
    assert_eq!((find(&stage.declared).label, find(&stage.declared).secret), ("Double".into(), false));
}

#[test]
fn the_property_set_of_a_set_is_the_one_of_its_effect() {
    let stage = Stage::of_all_kinds();
    let mut handle: OfxPropertySetHandle = null_mut();
    // SAFETY: the place is good.
    assert_eq!(unsafe { SUITE.paramSetGetPropertySet.unwrap()(stage.set.handle(), &mut handle) }, kOfxStatOK);
    assert_eq!(handle.addr(), 2);
}
