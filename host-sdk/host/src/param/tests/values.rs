//! Values go in and come out by C's variadic functions.

use super::*;

#[test]
fn every_kind_takes_and_gives_its_values() {
    let stage = Stage::of_all_kinds();
    let param = |kind| stage.handle(&name_of(kind));
    // SAFETY: each parameter is given what it holds, and places for that.
    unsafe {
        let (set, get) = (SUITE.paramSetValue.unwrap(), SUITE.paramGetValue.unwrap());
        let (mut a, mut b, mut c) = (0, 0, 0);
        let (mut w, mut x, mut y, mut z) = (0.0, 0.0, 0.0, 0.0);
        for (kind, value) in [(ParamKind::Integer, -7), (ParamKind::Boolean, 1), (ParamKind::Choice, 1)] {
            assert_eq!((set(param(kind), value), get(param(kind), &raw mut a)), (0, 0));
            assert_eq!(a, value, "{kind:?}");
        }
        assert_eq!(
            (set(param(ParamKind::Integer2D), 1, c_int::MIN), get(param(ParamKind::Integer2D), &raw mut a, &raw mut b)),
            (0, 0)
        );
        assert_eq!((a, b), (1, c_int::MIN));
        assert_eq!(set(param(ParamKind::Integer3D), 1, 2, c_int::MAX), 0);
        assert_eq!(get(param(ParamKind::Integer3D), &raw mut a, &raw mut b, &raw mut c), 0);
        assert_eq!((a, b, c), (1, 2, c_int::MAX));
        assert_eq!((set(param(ParamKind::Double), 0.1), get(param(ParamKind::Double), &raw mut x)), (0, 0));
        assert_eq!(x, 0.1);
        assert_eq!(
            (set(param(ParamKind::Double2D), 0.2, 0.3), get(param(ParamKind::Double2D), &raw mut x, &raw mut y)),
            (0, 0)
        );
        assert_eq!((x, y), (0.2, 0.3));
        for kind in [ParamKind::Double3D, ParamKind::Rgb] {
            assert_eq!((set(param(kind), 0.4, 0.5, 0.6), get(param(kind), &raw mut x, &raw mut y, &raw mut z)), (0, 0));
            assert_eq!((x, y, z), (0.4, 0.5, 0.6));
        }
        assert_eq!(set(param(ParamKind::Rgba), 1.0, 2.0, 3.0, 4.0), 0);
        assert_eq!(get(param(ParamKind::Rgba), &raw mut w, &raw mut x, &raw mut y, &raw mut z), 0);
        assert_eq!((w, x, y, z), (1.0, 2.0, 3.0, 4.0));
        for (kind, value) in [(ParamKind::String, c"größer"), (ParamKind::Custom, c"c"), (ParamKind::StrChoice, c"b")]
        {
            let mut text: *const c_char = std::ptr::null();
            assert_eq!((set(param(kind), value.as_ptr()), get(param(kind), &raw mut text)), (0, 0));
            assert_eq!(CStr::from_ptr(text), value, "{kind:?}");
        }
        let bytes = OfxBytes { data: b"\x01\0\x02".as_ptr(), length: 3 };
        let mut found = OfxBytes { data: std::ptr::null(), length: 0 };
        let handle = param(ParamKind::Bytes);
        assert_eq!((set(handle, &raw const bytes), get(handle, &raw mut found)), (0, 0));
        assert_eq!(std::slice::from_raw_parts(found.data, found.length), [1, 0, 2]);
        let none = OfxBytes { data: std::ptr::null(), length: 0 };
        assert_eq!((set(handle, &raw const none), get(handle, &raw mut found)), (0, 0));
        assert!(found.data.is_null() && found.length == 0);
    }
    assert_eq!(stage.told().len(), 15, "each change is told");
    assert_eq!(stage.misuses(), []);
}

#[test]
fn misuse_is_answered_by_a_status_and_remembered() {
    let stage = Stage::of_all_kinds();
    let param = |kind| stage.handle(&name_of(kind));
    let stale = Stage::of_all_kinds().handle(c"Double");
    put_doubles(properties(&stage.set, c"Double"), kOfxParamPropMax, &[1.0]);
    use Misuse::*;
    // SAFETY: each parameter is given what it holds, places are good where they are not null.
    let rows = unsafe {
        let (set, get) = (SUITE.paramSetValue.unwrap(), SUITE.paramGetValue.unwrap());
        let (get_at, set_at) = (SUITE.paramGetValueAtTime.unwrap(), SUITE.paramSetValueAtTime.unwrap());
        let (derive, integrate) = (SUITE.paramGetDerivative.unwrap(), SUITE.paramGetIntegral.unwrap());
        let (mut number, mut int) = (0.0, 0);
        let (number, int) = (&raw mut number, &raw mut int);
        let double = param(ParamKind::Double);
        let declared = handle(&stage.declared, c"Double");
        [
            ("stale", StaleHandle, get(stale, number), kOfxStatErrBadHandle),
            ("null handle", NullArgument, get(null_mut(), number), kOfxStatErrBadHandle),
            ("null place", NullArgument, get(double, std::ptr::null::<f64>()), kOfxStatErrBadHandle),
            (
                "null string",
                NullArgument,
                set(param(ParamKind::String), std::ptr::null::<c_char>()),
                kOfxStatErrBadHandle,
            ),
            (
                "null bytes",
                NullArgument,
                set(param(ParamKind::Bytes), std::ptr::null::<OfxBytes>()),
                kOfxStatErrBadHandle,
            ),
            ("described only", WrongMoment, get(declared, number), kOfxStatErrBadHandle),
            ("not a number", ParameterValue, set(double, f64::NAN), kOfxStatErrValue),
            ("no such option", ParameterValue, set(param(ParamKind::Choice), 2), kOfxStatErrValue),
            ("no such word", ParameterValue, set(param(ParamKind::StrChoice), c"c".as_ptr()), kOfxStatErrValue),
            ("out of range", ParameterValue, set(double, 2.0), kOfxStatOK),
            ("a group", ParameterValue, get(param(ParamKind::Group), int), kOfxStatErrUnsupported),
            ("a button", ParameterValue, set(param(ParamKind::PushButton), 1), kOfxStatErrUnsupported),
            ("curves", ParameterValue, get(param(ParamKind::Parametric), number), kOfxStatErrUnsupported),
            ("no time", ParameterValue, get_at(double, f64::INFINITY, number), kOfxStatErrValue),
            ("not animated", ParameterValue, set_at(param(ParamKind::Boolean), 1.0, 1), kOfxStatErrUnsupported),
            ("of an integer", ParameterValue, derive(param(ParamKind::Integer), 0.0, int), kOfxStatErrUnsupported),
            ("of text", ParameterValue, integrate(param(ParamKind::String), 0.0, 1.0, int), kOfxStatErrUnsupported),
            ("not UTF-8", Encoding, set(param(ParamKind::String), c"\xff".as_ptr()), kOfxStatOK),
        ]
    };
    let wrong: Vec<_> = rows.iter().filter(|(_, _, found, expected)| found != expected).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(stage.misuses(), rows.map(|(_, misuse, ..)| misuse));
    assert_eq!(stage.set.value("Double", None), Ok(1.0.into()), "it is moved into the range");
}

#[test]
fn a_string_lives_until_it_changes_and_until_the_action_ends() {
    let stage = Stage::of_all_kinds();
    let param = stage.handle(c"String");
    stage.set.set_value("String", None, "first".into()).unwrap();
    let text = get_text(param, 0.0);
    std::thread::scope(|scope| {
        // By another thread, outside of any action.
        scope.spawn(|| stage.set.set_value("String", None, "second".into()).unwrap());
    });
    // SAFETY: the plugin is still in the action in which it was given the string.
    assert_eq!(unsafe { CStr::from_ptr(text) }, c"first");
    let second = get_text(param, 0.0);
    drop(Scope::new(stage.instance.ledger.clone(), c"another").enter());
    // SAFETY: the value has not changed.
    assert_eq!(unsafe { CStr::from_ptr(second) }, c"second");
}

#[test]
fn a_parameter_that_is_set_while_rendering_is_set_and_complained_of() {
    for action in [kOfxImageEffectActionRender, kOfxImageEffectActionIsIdentity] {
        let stage = Stage::in_action(action, |set| {
            define(set, kOfxParamTypeDouble, c"p");
        });
        // SAFETY: the parameter is a double.
        assert_eq!(unsafe { SUITE.paramSetValue.unwrap()(stage.handle(c"p"), 3.0) }, kOfxStatOK);
        assert_eq!(stage.misuses(), [Misuse::ParameterInRender]);
        assert_eq!(stage.set.value("p", None), Ok(3.0.into()));
    }
}

#[test]
fn edits_are_told_and_have_to_be_ended() {
    let stage = Stage::of_all_kinds();
    let (begin, end) = (SUITE.paramEditBegin.unwrap(), SUITE.paramEditEnd.unwrap());
    let handle = stage.set.handle();
    // SAFETY: the name is a string.
    let statuses = unsafe { [begin(handle, c"a".as_ptr()), end(handle), end(handle), begin(handle, c"b".as_ptr())] };
    assert_eq!(statuses, [kOfxStatOK, kOfxStatOK, kOfxStatFailed, kOfxStatOK]);
    assert_eq!(stage.told(), ["begin a", "end", "begin b"]);
    assert_eq!(stage.misuses(), [Misuse::WrongMoment]);
    let ledger = stage.instance.ledger.clone();
    let Stage { set, _scope: scope, .. } = stage;
    drop(set);
    assert!(ledger.list().iter().any(|complaint| complaint.text.contains("`b`")), "{:?}", ledger.list());
    drop(scope);
}

#[test]
fn a_user_sets_what_a_parameter_takes() {
    let stage = Stage::of_all_kinds();
    put_doubles(properties(&stage.set, c"Double2D"), kOfxParamPropMax, &[1.0, 2.0]);
    let doubles = |numbers: &[f64]| Ok(ParamValue::Doubles(numbers.to_vec()));
    let cases: [(&str, ParamValue, Result<ParamValue, &str>); 17] = [
        ("Integer", 3.0.into(), Ok(3.into())),
        ("Integer", 3.5.into(), Err("takes a whole number, not a number")),
        ("Double", 3.into(), doubles(&[3.0])),
        ("Double", f64::INFINITY.into(), doubles(&[f64::MAX])),
        ("Double", f64::NAN.into(), Err("cannot be something that is not a number")),
        ("Double2D", [5, 1].into(), doubles(&[1.0, 1.0])),
        ("Double2D", 5.0.into(), Err("takes 2 numbers, not a number")),
        ("Boolean", 5.into(), Ok(true.into())),
        ("Choice", "b".into(), Ok(1.into())),
        ("Choice", 2.into(), Err("no option `2`; it has `a`, `b`")),
        ("StrChoice", "b".into(), Ok("b".into())),
        ("StrChoice", "c".into(), Err("no option `c`")),
        ("String", "a\0b".into(), Err("zero character")),
        ("Bytes", vec![1, 2].into(), Ok(vec![1, 2].into())),
        ("Group", 1.into(), Err("holds no value")),
        ("Nothing", 1.into(), Err("no parameter `Nothing`")),
        ("string", "a".into(), Err("but one `String`")),
    ];
    let mut wrong = Vec::new();
    for (name, value, expected) in cases {
        let found = stage.set.set_value(name, None, value.clone()).and_then(|()| stage.set.value(name, None));
        let right = match (&found, &expected) {
            (Ok(found), Ok(expected)) => found == expected,
            (Err(error), Err(words)) => error.to_string().contains(words),
            _ => false,
        };
        if !right {
            wrong.push(format!("{name} = {value:?}: {found:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(stage.told(), Vec::<String>::new(), "only what the plugin does is told");
    let curves = stage.set.value("Parametric", None).unwrap();
    stage.set.set_value("Parametric", None, ParamValue::Curves(vec![ControlCurve::default()])).unwrap();
    for (name, default) in [("Integer", 0.into()), ("Parametric", curves)] {
        stage.set.reset(name).unwrap();
        assert_eq!(stage.set.value(name, None), Ok(default));
    }
}

#[test]
fn values_are_read_from_text() {
    let stage = Stage::of_all_kinds();
    let describe = |name: &str| stage.set.find(name).unwrap().describe();
    let cases: [(&str, &str, Option<ParamValue>); 9] = [
        ("Double2D", "1, 2.5", Some([1.0, 2.5].into())),
        ("Integer", "12", Some(12.into())),
        ("Integer", "twelve", None),
        ("Boolean", "true", Some(true.into())),
        ("Boolean", "0", Some(false.into())),
        ("Choice", "b", Some(1.into())),
        ("Choice", "0", Some(0.into())),
        ("String", "1", Some("1".into())),
        ("Bytes", "1", None),
    ];
    let wrong = cases.iter().filter(|(name, text, expected)| describe(name).parse(text).ok() != *expected);
    assert_eq!(wrong.collect::<Vec<_>>(), Vec::<&(&str, &str, Option<ParamValue>)>::new());
}
