//! What works on this machine, for people who wonder why something doesn't.

use std::fmt;

use crate::probe::probe;
use crate::{Device, Environment, Library, Result, provider};

/// GPUs of one kind to try; more than this in one machine are not listed.
const MOST_GPUS: u32 = 16;

/// A piece of hardware that ONNX Runtime sees by itself. GPUs of the CUDA provider are usually not among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hardware {
    /// The provider that would use it.
    pub provider: String,
    /// `CPU`, `GPU` or `NPU`.
    pub kind: String,
    /// Who made it.
    pub vendor: String,
}

/// A device, tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceCheck {
    /// The device.
    pub device: Device,
    /// Where the nodes of a small convolution ran, or why it didn't run.
    pub outcome: std::result::Result<String, String>,
}

/// What [`doctor`] found.
#[derive(Clone, Debug)]
pub struct Doctor {
    /// The library in use.
    pub library: Library,
    /// How it was built, in its own words.
    pub build: String,
    /// The providers compiled into it, which doesn't mean that they work here.
    pub providers: Vec<String>,
    /// Threads of the shared pool.
    pub threads: usize,
    /// What ONNX Runtime lists as hardware.
    pub hardware: Vec<Hardware>,
    /// Each kind of device, tried.
    pub devices: Vec<DeviceCheck>,
}

/// Looks at the library and tries the devices. Starts the environment.
pub fn doctor() -> Result<Doctor> {
    let environment = Environment::get()?;
    let hardware = environment.ort().devices().map(|device| Hardware {
        provider: device.ep().unwrap_or("?").to_owned(),
        kind: format!("{:?}", device.hardware_device().ty()),
        vendor: device.hardware_device().vendor().unwrap_or("?").to_owned(),
    });
    let mut devices = Vec::new();
    for kind in [Device::Cuda, Device::DirectMl] {
        // Numbers have no gaps, so the first failure after the first device is the end of the list.
        for id in 0..MOST_GPUS {
            let check = check(kind(id));
            let works = check.outcome.is_ok();
            if works || id == 0 {
                devices.push(check);
            }
            if !works {
                break;
            }
        }
    }
    devices.push(check(Device::Cpu));
    Ok(Doctor {
        library: environment.library().clone(),
        build: environment.build().to_owned(),
        providers: provider::compiled_providers().into_iter().map(str::to_owned).collect(),
        threads: environment.threads(),
        hardware: hardware.collect(),
        devices,
    })
}

fn check(device: Device) -> DeviceCheck {
    DeviceCheck { device, outcome: probe(device) }
}

impl fmt::Display for Doctor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = self.library.version.as_deref().unwrap_or("(version not known)");
        writeln!(f, "ONNX Runtime {version}: {}", self.library.path.display())?;
        writeln!(f, "  {}", self.build)?;
        writeln!(f, "  providers compiled in: {}", self.providers.join(", "))?;
        writeln!(f, "  threads: {}", self.threads)?;
        for hardware in &self.hardware {
            writeln!(f, "  hardware: {} {} ({})", hardware.vendor, hardware.kind, hardware.provider)?;
        }
        for DeviceCheck { device, outcome } in &self.devices {
            match outcome {
                Ok(placement) => writeln!(f, "  {device}: works ({placement})")?,
                Err(reason) => writeln!(f, "  {device}: {reason}")?,
            }
        }
        Ok(())
    }
}
