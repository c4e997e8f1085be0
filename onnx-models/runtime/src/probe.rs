//! Whether a device really runs: GPU providers load parts of themselves only when they first compute.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::{Device, Request, Result, RuntimeError, Session, SessionOptions};

/// A convolution of two by two ones over a 1x1x4x4 input: enough to load what a GPU provider loads lazily.
const PROBE: &[u8] = include_bytes!("probe.onnx");

/// Where the nodes of a small convolution run on `device`, or why it doesn't run.
pub(crate) fn probe(device: Device) -> Result<String, String> {
    let outcome = (|| -> Result<String> {
        let mut session = Session::open_bytes("a small convolution", PROBE, &SessionOptions::on(device))?;
        let image = ndarray::Array4::<f32>::ones((1, 1, 4, 4));
        session.run(Request::new().input("image", &image).to_host("sums"))?.array("sums")?;
        Ok(session.placement().to_string())
    })();
    outcome.map_err(|error| match error {
        // The graph's name and the device's would be said twice.
        RuntimeError::Device { reason, .. } | RuntimeError::Run { reason, .. } => reason,
        error => error.to_string(),
    })
}

impl Device {
    /// The device that sessions run on: for `auto` the first one that works, else the device itself.
    #[must_use]
    pub fn resolved(self) -> Device {
        match self {
            Device::Auto => self.candidates().into_iter().find(|&device| works(device).is_ok()).unwrap_or(Device::Cpu),
            device => device,
        }
    }
}

/// [`probe`], once for each device and process.
pub(crate) fn works(device: Device) -> Result<(), String> {
    static KNOWN: Mutex<Option<HashMap<Device, Result<(), String>>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.get_or_insert_default().entry(device).or_insert_with(|| probe(device).map(drop)).clone()
}
