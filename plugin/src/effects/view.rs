//! How an effect's picture is shown, and what computes it: parameters that all effects have.

use dragfx_runtime::Device;

use crate::ffi::Result;
use crate::ffi::param::Params;
use crate::params::{Kind, Spec};
use crate::placement::Fit;

/// How the picture fills the frame.
pub const FIT: &str = "fit";
/// Whether it lies over the source.
pub const OVER: &str = "overSource";
/// Where models run.
pub const DEVICE: &str = "device";

/// Choices, in an order that only ever grows at its end: hosts know them by their places.
const FITS: [(&str, Fit); 4] =
    [("fit", Fit::Fit), ("fill", Fit::Fill), ("stretch", Fit::Stretch), ("actual size", Fit::Actual)];
const DEVICES: [(&str, Device); 4] =
    [("auto", Device::Auto), ("cpu", Device::Cpu), ("cuda", Device::Cuda(0)), ("directml", Device::DirectMl(0))];

/// The parameter [`FIT`].
#[must_use]
pub fn fit_spec() -> Spec {
    let hint = "How the picture fills the frame.\nfit: the whole picture is seen.\nfill: the whole frame is filled, and \
                what stands out is cut off.\nstretch: to the frame's proportions.\nactual size: a pixel of the picture is \
                a pixel of the project.";
    choice(FIT, "Fit", FITS.map(|(name, _)| name), hint)
}

/// The parameter [`OVER`].
#[must_use]
pub fn over_spec(default: bool) -> Spec {
    let hint = "Lays the picture over the source; without it there is nothing around the picture.";
    Spec::new(OVER, "Over source", Kind::Bool { default }, hint)
}

/// The parameter [`DEVICE`].
#[must_use]
pub fn device_spec() -> Spec {
    let hint = "Where models run. Results of one kind of device differ a little from those of another.";
    choice(DEVICE, "Device", DEVICES.map(|(name, _)| name), hint)
}

fn choice<const N: usize>(name: &str, label: &str, options: [&str; N], hint: &str) -> Spec {
    let options = options.map(str::to_owned).to_vec();
    Spec::new(name, label, Kind::Choice { default: 0, options }, hint)
}

/// How the picture fills the frame. Some hosts have no choices, or no parameters at all: there, as in the others, it is the
/// usual.
#[must_use]
pub fn fit(params: Params<'_>, time: f64) -> Fit {
    chosen(&FITS, params.get(FIT).and_then(|param| param.int(time)))
}

/// Whether the picture lies over the source; not where the effect has none.
#[must_use]
pub fn is_over_source(params: Params<'_>, time: f64) -> bool {
    params.get(OVER).and_then(|param| param.int(time)).is_ok_and(|over| over != 0)
}

/// Where models run.
#[must_use]
pub fn device(params: Params<'_>, time: f64) -> Device {
    chosen(&DEVICES, params.get(DEVICE).and_then(|param| param.int(time)))
}

/// What stands at a place; the first where there is none.
fn chosen<T: Copy>(choices: &[(&str, T)], place: Result<i32>) -> T {
    let place = place.ok().and_then(|place| usize::try_from(place).ok());
    place.and_then(|place| choices.get(place)).unwrap_or(&choices[0]).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffi::HostError;

    #[test]
    fn choices_mean_what_they_say() {
        for (place, (name, device)) in (0..).zip(DEVICES) {
            assert_eq!((chosen(&DEVICES, Ok(place)), device.to_string()), (device, name.to_owned()));
        }
        assert_eq!([-1, 0, 3, 4].map(|place| chosen(&FITS, Ok(place))), [Fit::Fit, Fit::Fit, Fit::Actual, Fit::Fit]);
        assert_eq!(chosen(&FITS, Err(HostError::Missing("paramGetValueAtTime"))), Fit::Fit);
    }
}
