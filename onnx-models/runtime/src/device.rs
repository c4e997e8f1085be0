//! Where graphs run: the names a person types and the order in which `auto` tries them.

use std::fmt;
use std::str::FromStr;

/// A device to run on, written `auto`, `cpu`, `cuda`, `cuda:1`, `directml` or `directml:1`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Device {
    /// The first of CUDA, DirectML and the CPU that works.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// An NVIDIA GPU, by its CUDA index.
    Cuda(u32),
    /// A DirectX 12 GPU (Windows), by its adapter index.
    DirectMl(u32),
}

impl Device {
    /// What `auto` tries, in order; another device is itself.
    #[must_use]
    pub fn candidates(self) -> Vec<Device> {
        match self {
            Device::Auto => vec![Device::Cuda(0), Device::DirectMl(0), Device::Cpu],
            device => vec![device],
        }
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Device::Auto => f.write_str("auto"),
            Device::Cpu => f.write_str("cpu"),
            Device::Cuda(0) => f.write_str("cuda"),
            Device::Cuda(id) => write!(f, "cuda:{id}"),
            Device::DirectMl(0) => f.write_str("directml"),
            Device::DirectMl(id) => write!(f, "directml:{id}"),
        }
    }
}

/// A device name that isn't one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a device: write auto, cpu, cuda, cuda:1, directml or directml:1")]
pub struct ParseDeviceError(String);

impl FromStr for Device {
    type Err = ParseDeviceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || ParseDeviceError(text.to_owned());
        let lower = text.trim().to_ascii_lowercase();
        let (name, id) = match lower.split_once(':') {
            // ONNX Runtime takes device numbers as C ints.
            Some((name, id)) => {
                (name, Some(id.parse::<u32>().ok().filter(|&id| i32::try_from(id).is_ok()).ok_or_else(wrong)?))
            }
            None => (lower.as_str(), None),
        };
        match (name, id) {
            ("auto", None) => Ok(Device::Auto),
            ("cpu", None) => Ok(Device::Cpu),
            ("cuda", id) => Ok(Device::Cuda(id.unwrap_or(0))),
            ("directml" | "dml", id) => Ok(Device::DirectMl(id.unwrap_or(0))),
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Device;

    #[test]
    fn names_round_trip() {
        for (text, device) in [
            ("auto", Device::Auto),
            ("cpu", Device::Cpu),
            ("cuda", Device::Cuda(0)),
            ("cuda:1", Device::Cuda(1)),
            ("directml", Device::DirectMl(0)),
            ("directml:2", Device::DirectMl(2)),
        ] {
            assert_eq!(text.parse(), Ok(device), "{text}");
            assert_eq!(device.to_string(), text);
        }
        assert_eq!("CUDA:0".parse(), Ok(Device::Cuda(0)));
    }

    #[test]
    fn other_names_are_refused() {
        for text in ["", "gpu", "cpu:0", "auto:1", "cuda:", "cuda:-1", "cuda:x", "cuda:4294967295", "cuda:0:0"] {
            assert!(text.parse::<Device>().is_err(), "{text}");
        }
    }
}
