//! Pixels as hosts store them, and as the graph has them: straight RGBA in floats.

use half::f16;
use ofx_sys as ofx;

/// How the pixels of a host's picture are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// Which numbers a pixel has.
    pub components: Components,
    /// How each is stored.
    pub depth: Depth,
    /// What its colours are in relation to its alpha.
    pub alpha: Premultiplication,
}

/// Which numbers a pixel has, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Components {
    /// Red, green, blue, alpha.
    Rgba,
    /// Red, green, blue.
    Rgb,
    /// Alpha alone: a mask.
    Alpha,
}

/// How a number is stored. Integers go from 0 to their greatest value for 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// 8 bits.
    Byte,
    /// 16 bits.
    Short,
    /// IEEE 754 in 16 bits.
    Half,
    /// IEEE 754 in 32 bits.
    Float,
}

/// What colours are in relation to alpha.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Premultiplication {
    /// There is no alpha to speak of.
    Opaque,
    /// Colours have been multiplied by alpha.
    Premultiplied,
    /// Colours are straight.
    Unpremultiplied,
}

impl Format {
    /// By the names that hosts use; `None` for one that is unknown. Hosts that say nothing of alpha premultiply.
    #[must_use]
    pub fn named(components: &str, depth: &str, alpha: &str) -> Option<Self> {
        let is = |name: &std::ffi::CStr, text: &str| name.to_bytes() == text.as_bytes();
        let components = match () {
            () if is(ofx::kOfxImageComponentRGBA, components) => Components::Rgba,
            () if is(ofx::kOfxImageComponentRGB, components) => Components::Rgb,
            () if is(ofx::kOfxImageComponentAlpha, components) => Components::Alpha,
            () => return None,
        };
        let depth = match () {
            () if is(ofx::kOfxBitDepthByte, depth) => Depth::Byte,
            () if is(ofx::kOfxBitDepthShort, depth) => Depth::Short,
            () if is(ofx::kOfxBitDepthHalf, depth) => Depth::Half,
            () if is(ofx::kOfxBitDepthFloat, depth) => Depth::Float,
            () => return None,
        };
        let alpha = match () {
            () if is(ofx::kOfxImageOpaque, alpha) => Premultiplication::Opaque,
            () if is(ofx::kOfxImageUnPreMultiplied, alpha) => Premultiplication::Unpremultiplied,
            () => Premultiplication::Premultiplied,
        };
        Some(Self { components, depth, alpha })
    }

    /// Bytes of a pixel.
    #[must_use]
    pub fn pixel_bytes(self) -> usize {
        self.components.count() * self.depth.bytes()
    }
}

impl Components {
    /// How many numbers a pixel has.
    #[must_use]
    pub fn count(self) -> usize {
        match self {
            Self::Rgba => 4,
            Self::Rgb => 3,
            Self::Alpha => 1,
        }
    }
}

impl Depth {
    /// Bytes of a number.
    #[must_use]
    pub fn bytes(self) -> usize {
        match self {
            Self::Byte => 1,
            Self::Short | Self::Half => 2,
            Self::Float => 4,
        }
    }

    fn read(self, bytes: &[u8]) -> f32 {
        match (self, bytes) {
            (Self::Byte, &[a]) => f32::from(a) / 255.0,
            (Self::Short, &[a, b]) => f32::from(u16::from_ne_bytes([a, b])) / 65535.0,
            (Self::Half, &[a, b]) => f16::from_ne_bytes([a, b]).to_f32(),
            (Self::Float, &[a, b, c, d]) => f32::from_ne_bytes([a, b, c, d]),
            _ => unreachable!("a number has the bytes of its depth"),
        }
    }

    fn write(self, value: f32, bytes: &mut [u8]) {
        match self {
            // What is no number becomes 0.
            Self::Byte => bytes[0] = (value * 255.0).round() as u8,
            Self::Short => bytes.copy_from_slice(&((value * 65535.0).round() as u16).to_ne_bytes()),
            Self::Half => bytes.copy_from_slice(&f16::from_f32(value.clamp(-65504.0, 65504.0)).to_ne_bytes()),
            Self::Float => bytes.copy_from_slice(&value.to_ne_bytes()),
        }
    }
}

/// The pixels of a row as straight RGBA. Where alpha is 0 colours stay as they are, so that light without coverage is not
/// lost. Alpha alone becomes a grey of that alpha, so that it is found whichever channel is looked at.
pub fn read_row(row: &[u8], format: Format) -> impl Iterator<Item = [f32; 4]> {
    let size = format.depth.bytes();
    row.chunks_exact(format.pixel_bytes()).map(move |pixel| {
        let number = |index: usize| format.depth.read(&pixel[index * size..(index + 1) * size]);
        match format.components {
            Components::Rgb => [number(0), number(1), number(2), 1.0],
            Components::Alpha => [number(0); 4],
            Components::Rgba => {
                let (colour, alpha) = ([number(0), number(1), number(2)], number(3));
                let by = match format.alpha {
                    Premultiplication::Premultiplied if alpha > 0.0 => 1.0 / alpha,
                    _ => 1.0,
                };
                let alpha = if format.alpha == Premultiplication::Opaque { 1.0 } else { alpha };
                let [r, g, b] = colour.map(|value| value * by);
                [r, g, b, alpha]
            }
        }
    })
}

/// Writes premultiplied RGBA to the pixels of a row. Without a place for alpha what lies behind is black; integers are cut
/// to their range.
pub fn write_row(pixels: impl IntoIterator<Item = [f32; 4]>, row: &mut [u8], format: Format) {
    let size = format.depth.bytes();
    for (to, [r, g, b, alpha]) in row.chunks_exact_mut(format.pixel_bytes()).zip(pixels) {
        let by = match format.alpha {
            Premultiplication::Unpremultiplied if alpha > 0.0 => 1.0 / alpha,
            _ => 1.0,
        };
        let numbers = match format.components {
            Components::Rgba => [r * by, g * by, b * by, alpha],
            Components::Rgb => [r, g, b, 1.0],
            Components::Alpha => [alpha; 4],
        };
        for (number, bytes) in numbers.into_iter().zip(to.chunks_exact_mut(size)) {
            format.depth.write(number, bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEPTHS: [Depth; 4] = [Depth::Byte, Depth::Short, Depth::Half, Depth::Float];
    const COMPONENTS: [Components; 3] = [Components::Rgba, Components::Rgb, Components::Alpha];
    const ALPHAS: [Premultiplication; 3] =
        [Premultiplication::Opaque, Premultiplication::Premultiplied, Premultiplication::Unpremultiplied];

    #[test]
    fn every_format_keeps_what_it_has_room_for() {
        let straight = [0.25, 0.5, 1.0, 0.5];
        let premultiplied = [0.125, 0.25, 0.5, 0.5];
        for depth in DEPTHS {
            for components in COMPONENTS {
                for alpha in ALPHAS {
                    let format = Format { components, depth, alpha };
                    let mut row = vec![0xAA; 3 * format.pixel_bytes() + 1];
                    write_row([premultiplied; 3], &mut row, format);
                    assert_eq!(row.last(), Some(&0xAA), "{format:?}");
                    let expected = match (components, alpha) {
                        (Components::Alpha, _) => [0.5; 4],
                        (Components::Rgb, _) | (_, Premultiplication::Opaque) => [0.125, 0.25, 0.5, 1.0],
                        (Components::Rgba, _) => straight,
                    };
                    for pixel in read_row(&row[..3 * format.pixel_bytes()], format) {
                        let near = pixel.iter().zip(expected).all(|(a, b)| (a - b).abs() <= 1.5 / 255.0);
                        assert!(near, "{format:?}: {pixel:?}, not {expected:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn values_that_integers_cannot_hold_are_cut() {
        let format =
            Format { components: Components::Rgb, depth: Depth::Byte, alpha: Premultiplication::Premultiplied };
        let mut row = [7; 6];
        write_row([[-1.0, 2.0, f32::NAN, 1.0], [0.5, 0.0, 1.0, 1.0]], &mut row, format);
        assert_eq!(row, [0, 255, 0, 128, 0, 255]);
    }

    #[test]
    fn light_without_coverage_is_kept() {
        let format =
            Format { components: Components::Rgba, depth: Depth::Float, alpha: Premultiplication::Premultiplied };
        let mut row = [0; 16];
        write_row([[3.0, 0.0, 0.0, 0.0]], &mut row, format);
        assert_eq!(read_row(&row, format).next(), Some([3.0, 0.0, 0.0, 0.0]));
    }
}
