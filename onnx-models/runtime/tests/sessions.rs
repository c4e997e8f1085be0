//! Sessions on the CPU: values between sessions, shapes, devices, cancelling, and mistakes reported by name.
//!
//! These need ONNX Runtime: `ORT_DYLIB_PATH`, or `cargo xtask setup`.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use dragfx_runtime::{
    CancelToken, CpuArena, DType, Device, Environment, EnvironmentOptions, Optimisation, Request, RuntimeError,
    Session, SessionOptions, Value, doctor,
};
use ndarray::{Array1, Array2, Array3, Axis, array};

fn model(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/models").join(name)
}

fn open(name: &str) -> Session {
    Session::open(model(name), &SessionOptions::on(Device::Cpu)).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn values_pass_between_sessions() {
    let mut forward = open("forward.onnx");
    let mut backward = open("backward.onnx");
    let x = Array2::from_shape_fn((2, 1000), |(i, j)| (i * 1000 + j) as f32 - 1000.0);
    let w = Array2::from_elem((2, 1000), 2.0f32);

    let request = Request::new().input("x", &x).input("w", &w).keep("product").to_host("loss");
    let mut outputs = forward.run(request).unwrap();
    assert_eq!(outputs.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["product", "loss"]);
    let product = outputs.take("product").unwrap();
    assert!(outputs.get("loss").unwrap().shape().is_empty());
    // The sum of 2j for j in 0..1000.
    assert_eq!(outputs.array("loss").unwrap().sum(), 999_000.0);

    let w = Value::from_f32(w).unwrap();
    let request = Request::new().input("product", &product).input("w", &w).to_host("grad_x");
    let outputs = backward.run(request).unwrap();
    let grad = outputs.get("grad_x").unwrap().view().unwrap();
    assert_eq!(grad, (&x * 2.0).mapv(|product| if product > 0.0 { 2.0 } else { 0.0 }).into_dyn());

    // A later run must not write over what an earlier one gave.
    let before = product.to_array().unwrap();
    let w = Array2::from_elem((2, 1000), -7.0f32);
    let again = forward.run(Request::new().input("x", &x).input("w", &w).keep("product")).unwrap();
    assert_ne!(again.get("product").unwrap().view().unwrap(), before);
    assert_eq!(product.view().unwrap(), before);
    drop((forward, again));
    assert_eq!(product.view().unwrap(), before, "a value outlives its session");
}

#[test]
fn arrays_become_values_without_a_copy_where_they_can() {
    let array = Array3::<f32>::from_shape_fn((2, 3, 4), |(i, j, k)| (i * 12 + j * 4 + k) as f32);
    let expected = array.clone().into_dyn();
    let address = array.as_ptr();
    let value = Value::from_f32(array.clone()).unwrap();
    assert_eq!(value.view().unwrap(), expected);
    assert_eq!((value.dtype(), value.shape(), value.device()), (DType::F32, vec![2, 3, 4], Device::Cpu));
    let value = Value::from_f32(array).unwrap();
    assert_eq!(value.view().unwrap().as_ptr(), address);
    assert_eq!(value.clone().to_host().unwrap().view().unwrap().as_ptr(), address);

    let turned = expected.clone().reversed_axes();
    assert_eq!(Value::from_f32(turned.clone()).unwrap().view().unwrap(), turned, "another layout");
    let mut part = expected.clone();
    part.slice_axis_inplace(Axis(0), (1..).into());
    assert_eq!(Value::from_f32(part.clone()).unwrap().view().unwrap(), part, "a part of an array");

    let integers = Value::from_i64(array![1i64, 2]).unwrap();
    assert!(integers.view().is_none());
    assert_eq!(integers.to_array_i64().unwrap(), array![1i64, 2].into_dyn());
    let error = integers.to_array().unwrap_err();
    assert!(matches!(error, RuntimeError::ValueType { expected: DType::F32, found: DType::I64, .. }), "{error}");
}

#[test]
fn outputs_of_unknown_shape() {
    let mut session = open("dynamic.onnx");
    for (rows, columns) in [(2, 3), (1, 1), (5, 4), (3, 0)] {
        let x = Array2::from_shape_fn((rows, columns), |(i, j)| ((i + j) % 2) as f32);
        let times = array![1i64, 2];
        let request = Request::new().input("x", &x).input("times", &times).to_host("places").keep("tiled");
        let outputs = session.run(request).unwrap();
        let places = outputs.get("places").unwrap().view_i64().unwrap();
        assert_eq!(places.shape(), [2, x.iter().filter(|&&value| value > 0.0).count()]);
        assert_eq!(outputs.array("tiled").unwrap().shape(), [rows, 2 * columns]);
    }
}

#[test]
fn graphs_are_described() {
    let session = open("dynamic.onnx");
    let inputs: Vec<String> = session.inputs().iter().map(ToString::to_string).collect();
    let outputs: Vec<String> = session.outputs().iter().map(ToString::to_string).collect();
    assert_eq!(inputs, ["x: f32 [a, b]", "times: i64 [2]"]);
    assert_eq!(outputs, ["places: i64 [2, found]", "tiled: f32 [c, d]"]);
    assert_eq!(session.device(), Device::Cpu);
    let nodes: usize = session.placement().nodes().map(|(_, nodes)| nodes).sum();
    assert!(nodes >= 3, "{}", session.placement());
    assert!(session.placement().to_string().starts_with("CPU "), "{}", session.placement());
}

#[test]
fn inputs_with_a_value_in_the_file_may_be_left_out() {
    let mut session = open("optional.onnx");
    assert_eq!(session.inputs().len(), 1);
    assert_eq!(session.optional_inputs()[0].to_string(), "scale: f32 [1]");
    let x = array![1f32, 2.0, 3.0];
    let outputs = session.run(Request::new().input("x", &x).to_host("y")).unwrap();
    assert_eq!(outputs.array("y").unwrap(), array![10f32, 20.0, 30.0].into_dyn());
    let scale = array![2f32];
    let outputs = session.run(Request::new().input("x", &x).input("scale", &scale).to_host("y")).unwrap();
    assert_eq!(outputs.array("y").unwrap(), array![2f32, 4.0, 6.0].into_dyn());
}

#[test]
fn settings_do_not_change_the_numbers() {
    let x = array![[1f32, -2.0], [3.0, 4.0]];
    for optimisation in [Optimisation::None, Optimisation::Basic, Optimisation::Extended, Optimisation::All] {
        for cpu_arena in [CpuArena::Keep, CpuArena::Shrink, CpuArena::Off] {
            let dimensions = vec![("n".to_owned(), 2)];
            let options = SessionOptions { optimisation, cpu_arena, dimensions, ..SessionOptions::on(Device::Cpu) };
            let mut session = Session::open(model("forward.onnx"), &options).unwrap();
            assert_eq!(session.inputs()[0].to_string(), "x: f32 [2, 2]");
            let outputs = session.run(Request::new().input("x", &x).input("w", &x).to_host("y")).unwrap();
            assert_eq!(outputs.array("y").unwrap(), x.mapv(|v| v * v).into_dyn(), "{options:?}");
        }
    }
}

#[test]
fn a_long_run_is_cancelled() {
    let mut session = open("long.onnx");
    let x = Array2::<f32>::eye(2048);
    let cancel = CancelToken::new();
    let other = cancel.clone();
    let canceller = thread::spawn(move || {
        // Long enough for the run to begin, and the run takes half a minute. A token cancelled too early stops it too.
        thread::sleep(Duration::from_millis(300));
        other.cancel();
    });
    let result = session.run(Request::new().input("x", &x).to_host("y").cancel(&cancel));
    canceller.join().unwrap();
    assert!(matches!(result, Err(RuntimeError::Cancelled)), "{result:?}");

    let x = Array2::<f32>::eye(2);
    let request = Request::new().input("x", &x).to_host("y").cancel(&cancel);
    assert!(matches!(session.run(request.clone()), Err(RuntimeError::Cancelled)), "still cancelled");
    cancel.reset();
    session.run(request).expect("the session works after a cancelled run");
}

#[test]
fn mistakes_are_reported_by_name() {
    let mut session = open("forward.onnx");
    let good = Array2::<f32>::ones((2, 3));
    let integers = Array2::<i64>::ones((2, 3));
    let wrong = Array2::<f32>::ones((4, 3));
    let flat = Array1::<f32>::ones(6);
    let base = || Request::new().input("x", &good);
    let mut message = |request| session.run(request).unwrap_err().to_string();

    let cases = [
        (base().to_host("y"), "needs the input `w`"),
        (base().input("v", &good).to_host("y"), "no input `v`; its inputs are `x`, `w`"),
        (base().input("w", &integers).to_host("y"), "input `w` of"),
        (base().input("w", &integers).to_host("y"), "is f32, got i64"),
        (base().input("w", &wrong).to_host("y"), "has shape [2, n], got [4, 3]"),
        (base().input("w", &flat).to_host("y"), "has shape [2, n], got [6]"),
        (base().input("w", &good).to_host("z"), "no output `z`; its outputs are `y`, `product`, `loss`"),
        (base().input("x", &good).to_host("y"), "`x` is in the request"),
        (base().input("w", &good).to_host("y").keep("y"), "`y` is in the request"),
    ];
    for (request, expected) in cases {
        let found = message(request);
        assert!(found.contains(expected) && found.contains("forward.onnx"), "{found}");
    }
    // Sizes that must agree are only known to ONNX Runtime.
    let longer = Array2::<f32>::ones((2, 5));
    let found = message(base().input("w", &longer).to_host("y"));
    assert!(found.contains("running `") && found.contains("on cpu failed"), "{found}");

    let mut outputs = session.run(base().input("w", &good).to_host("y")).unwrap();
    outputs.take("y").unwrap();
    assert!(matches!(outputs.take("y"), Err(RuntimeError::NotRequested { .. })));
}

#[test]
fn files_that_are_no_graphs() {
    let options = SessionOptions::default();
    let missing = Session::open("nowhere.onnx", &options).unwrap_err();
    assert!(matches!(missing, RuntimeError::FileMissing { .. }), "{missing}");
    let not_a_graph = Session::open(model("make.py"), &options).unwrap_err();
    assert!(matches!(not_a_graph, RuntimeError::Open { .. }), "{not_a_graph}");
}

/// This runs on machines with and without a GPU: what is checked is that the report is whole either way.
#[test]
fn auto_ends_somewhere_and_says_why_not_elsewhere() {
    let mut session = Session::open(model("forward.onnx"), &SessionOptions::default()).unwrap();
    let tried: Vec<Device> = session.skipped().iter().map(|skipped| skipped.device).collect();
    let expected: Vec<Device> =
        Device::Auto.candidates().into_iter().take_while(|&device| device != session.device()).collect();
    assert_eq!(tried, expected);
    assert!(session.skipped().iter().all(|skipped| !skipped.reason.is_empty()));
    let x = Array2::<f32>::ones((2, 3));
    let outputs = session.run(Request::new().input("x", &x).input("w", &x).keep("y")).unwrap();
    assert_eq!(outputs.array("y").unwrap(), x.into_dyn());
}

#[test]
fn a_device_that_is_asked_for_and_fails_is_an_error() {
    for device in [Device::Cuda(0), Device::DirectMl(0)] {
        match Session::open(model("forward.onnx"), &SessionOptions::on(device)) {
            Ok(session) => assert_eq!(session.device(), device),
            Err(error) => {
                assert!(matches!(error, RuntimeError::Device { .. }), "{error}");
                let text = error.to_string();
                assert!(text.contains(&device.to_string()) && text.contains("forward.onnx"), "{text}");
            }
        }
    }
}

#[test]
fn the_doctor_tries_the_devices() {
    let report = doctor().unwrap();
    assert!(report.library.path.is_absolute());
    assert!(report.providers.iter().any(|provider| provider == "CPU"));
    assert_eq!(report.threads, Environment::get().unwrap().threads());
    let cpu = report.devices.last().unwrap();
    assert_eq!(cpu.device, Device::Cpu);
    assert!(cpu.outcome.as_deref().is_ok_and(|placement| placement.starts_with("CPU ")), "{report}");
    assert!(report.devices.len() >= 3, "{report}");
    assert!(report.to_string().contains("cpu: works"), "{report}");
}

#[test]
fn options_are_for_before_the_first_use() {
    Environment::get().unwrap();
    let late = Environment::start(&EnvironmentOptions { threads: Some(1), ..EnvironmentOptions::default() });
    assert!(matches!(late, Err(RuntimeError::AlreadyStarted { .. })), "{late:?}");
}
