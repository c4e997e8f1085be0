//! Sessions on ONNX Runtime: finding the library, choosing the device, running graphs.
//!
//! This is the only crate that knows `ort`. Nothing in it knows checkpoints or nodes, and it links to nothing: ONNX
//! Runtime is loaded at run time from an absolute path (see [`library`]), once, into one [`Environment`] with one
//! thread pool that all sessions share.
//!
//! A [`Session`] takes named inputs and gives the outputs it is asked for, each either on the host or left where the
//! session computed it, as a [`Value`] that a later run takes without a copy:
//!
//! ```no_run
//! use dragfx_runtime::{CancelToken, Request, Session, SessionOptions};
//!
//! # fn main() -> dragfx_runtime::Result<()> {
//! let mut forward = Session::open("forward.onnx", &SessionOptions::default())?;
//! let mut backward = Session::open("backward.onnx", &SessionOptions::default())?;
//! let cancel = CancelToken::new();
//!
//! let w = ndarray::Array2::<f32>::zeros((1, 512));
//! let mut saved = forward.run(Request::new().input("w", w.view()).keep("features").cancel(&cancel))?;
//! let features = saved.take("features")?;
//! let grad = backward.run(Request::new().input("features", &features).to_host("grad_w"))?;
//! assert_eq!(grad.array("grad_w")?.shape(), [1, 512]);
//! # Ok(())
//! # }
//! ```

mod cancel;
mod check;
mod device;
mod doctor;
mod drag;
mod environment;
mod error;
pub mod library;
mod model;
mod probe;
mod provider;
mod request;
mod session;
mod value;
mod windows;

pub use cancel::CancelToken;
pub use device::{Device, ParseDeviceError};
pub use doctor::{DeviceCheck, Doctor, Hardware, doctor};
pub use drag::DragProgram;
pub use environment::{Environment, EnvironmentOptions};
pub use error::{Result, RuntimeError};
pub use library::Library;
pub use model::{Model, Noise};
pub use provider::{Placement, Skipped};
pub use request::{Input, Outputs, Request};
pub use session::{CpuArena, Optimisation, Session, SessionOptions};
pub use value::{DType, Dim, TensorInfo, Value};
pub use windows::Rect;
