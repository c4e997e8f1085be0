//! A process that chooses its threads before the first use: alone in its file, because there is one environment each.

use dragfx_runtime::{Device, Environment, EnvironmentOptions, Request, Session, SessionOptions};

#[test]
fn threads_are_chosen_before_the_first_use() {
    let options = EnvironmentOptions { threads: Some(1), ..EnvironmentOptions::default() };
    let environment = Environment::start(&options).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(environment.threads(), 1);
    assert_eq!(Environment::get().unwrap().threads(), 1);

    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/models/forward.onnx");
    let mut session = Session::open(file, &SessionOptions::on(Device::Cpu)).unwrap();
    let x = ndarray::Array2::<f32>::ones((2, 3));
    let outputs = session.run(Request::new().input("x", &x).input("w", &x).to_host("loss")).unwrap();
    assert_eq!(outputs.array("loss").unwrap().sum(), 6.0);
}
