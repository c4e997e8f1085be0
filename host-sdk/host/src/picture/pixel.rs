//! Pixels in memory from and to four floats.

use half::f16;

use crate::names::{Components, Depth};

/// Reads a pixel as red, green, blue and alpha. Without alpha it is opaque; alpha alone is white.
pub(super) fn read(bytes: &[u8], components: Components, depth: Depth) -> [f32; 4] {
    let at = |index: usize| component(bytes, index, depth);
    match components {
        Components::Rgba => [at(0), at(1), at(2), at(3)],
        Components::Rgb => [at(0), at(1), at(2), 1.0],
        Components::Alpha => [1.0, 1.0, 1.0, at(0)],
    }
}

/// Writes a pixel. What the components have no place for is left out.
pub(super) fn write(bytes: &mut [u8], components: Components, depth: Depth, pixel: [f32; 4]) {
    let from = if components == Components::Alpha { 3 } else { 0 };
    for (index, value) in pixel[from..from + components.count()].iter().enumerate() {
        set_component(bytes, index, depth, *value);
    }
}

fn component(bytes: &[u8], index: usize, depth: Depth) -> f32 {
    let two = || [bytes[2 * index], bytes[2 * index + 1]];
    match depth {
        Depth::Byte => f32::from(bytes[index]) / 255.0,
        Depth::Short => f32::from(u16::from_ne_bytes(two())) / 65535.0,
        Depth::Half => f16::from_ne_bytes(two()).to_f32(),
        Depth::Float => f32::from_ne_bytes(std::array::from_fn(|at| bytes[4 * index + at])),
    }
}

fn set_component(bytes: &mut [u8], index: usize, depth: Depth, value: f32) {
    // Rounds to the nearest; what is out of range, or no number, saturates.
    match depth {
        Depth::Byte => bytes[index] = (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8,
        Depth::Short => {
            let value = (value.clamp(0.0, 1.0) * 65535.0 + 0.5) as u16;
            bytes[2 * index..][..2].copy_from_slice(&value.to_ne_bytes());
        }
        Depth::Half => bytes[2 * index..][..2].copy_from_slice(&f16::from_f32(value).to_ne_bytes()),
        Depth::Float => bytes[4 * index..][..4].copy_from_slice(&value.to_ne_bytes()),
    }
}
