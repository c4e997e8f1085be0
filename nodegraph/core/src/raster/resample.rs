//! Pictures and masks in other sizes.

use std::ops::Range;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{F32x4, InnerPixel};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use ndarray::{Array3, s};

use crate::value::Image;

/// How pixels are made of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// The nearest pixel: hard edges, no new values.
    Nearest,
    /// Linear between two pixels; the average of all that are covered where the picture shrinks, as for the next two.
    Bilinear,
    /// Catmull-Rom's cubic over four pixels: sharp, with slight rings at edges.
    Cubic,
    /// Lanczos's over six pixels: sharpest, with rings at edges.
    Lanczos,
}

/// A rectangle of a picture in pixels from its left and upper edge, which are 0; not only whole ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Distance from the left edge.
    pub left: f64,
    /// Distance from the upper edge.
    pub top: f64,
    /// Width, above 0.
    pub width: f64,
    /// Height, above 0.
    pub height: f64,
}

impl Area {
    /// The whole of a picture `(height, width)`.
    #[must_use]
    pub fn whole((height, width): (usize, usize)) -> Self {
        Self { left: 0.0, top: 0.0, width: width as f64, height: height as f64 }
    }
}

/// The least alpha whose colour is believed. Filters with negative lobes leave traces of alpha beside edges, and a
/// colour divided by a trace would be noise.
const LEAST_ALPHA: f32 = 1.0 / 4096.0;

/// Resizes an area of an image to `size`, (height, width), in the encoding that it has.
///
/// Colours are weighted by alpha (premultiplied, and divided again); where nothing of an opaque pixel is left the
/// colour is made of the colours alone, as [`Image`] keeps it there. Values outside 0 to 1 are kept; alpha stays in the
/// range that it has. Pixels outside the area, rounded out to whole pixels, have no influence. An area of whole pixels
/// that keeps its size is copied to the bit. The same input gives the same bits on the same machine.
///
/// # Panics
/// If the area is empty or not inside the image, or a size is 0.
#[must_use]
pub fn resize_image(image: &Image, area: Area, size: (usize, usize), filter: Filter) -> Image {
    let window = Window::of(area, image.size());
    let pixels = image.pixels();
    let pixels = pixels.slice(s![window.rows(), window.columns(), ..]);
    if window.is_whole(size) {
        return Image::new(pixels.to_owned(), image.transfer());
    }
    let straight: Vec<_> =
        pixels.rows().into_iter().map(|pixel| F32x4::new([pixel[0], pixel[1], pixel[2], pixel[3]])).collect();
    let (low, high) = straight
        .iter()
        .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), pixel| (low.min(pixel.0[3]), high.max(pixel.0[3])));
    let mut resized = resize(&straight, &window, size, filter);
    // The nearest pixel is no mixture, and alike alpha weighs alike.
    if filter != Filter::Nearest && low < high {
        let premultiplied: Vec<_> = straight.iter().map(|pixel| F32x4::new(scaled(pixel.0, pixel.0[3]))).collect();
        for (to, weighed) in resized.iter_mut().zip(resize(&premultiplied, &window, size, filter)) {
            let alpha = weighed.0[3];
            if alpha >= LEAST_ALPHA {
                *to = F32x4::new(scaled(weighed.0, 1.0 / alpha));
            }
        }
    }
    let numbers = resized.iter().flat_map(|pixel| {
        let [r, g, b, alpha] = pixel.0;
        [r, g, b, alpha.max(low).min(high)]
    });
    let (height, width) = size;
    let pixels = Array3::from_shape_vec((height, width, 4), numbers.collect()).expect("a pixel for each place");
    Image::new(pixels, image.transfer())
}

/// A colour, not its alpha, times a factor.
fn scaled([r, g, b, alpha]: [f32; 4], by: f32) -> [f32; 4] {
    [r * by, g * by, b * by, alpha]
}

/// The whole pixels that an area touches, and the area within them.
struct Window {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
    area: Area,
}

impl Window {
    fn of(area: Area, (height, width): (usize, usize)) -> Self {
        let (left, width, start, across) = span(area.left, area.width, width);
        let (top, height, above, down) = span(area.top, area.height, height);
        Self { left, top, width, height, area: Area { left: start, top: above, width: across, height: down } }
    }

    fn rows(&self) -> Range<usize> {
        self.top..self.top + self.height
    }

    fn columns(&self) -> Range<usize> {
        self.left..self.left + self.width
    }

    /// Whether nothing has to be computed to give the area `size`.
    fn is_whole(&self, size: (usize, usize)) -> bool {
        self.area == Area::whole(size) && (self.height, self.width) == size
    }
}

/// Of an area's extent along one side: the first whole pixel, how many there are, and start and length within them.
fn span(start: f64, length: f64, count: usize) -> (usize, usize, f64, f64) {
    // What is computed may end a rounding error beyond the picture.
    let slack = 1e-6;
    let end = start + length;
    assert!(
        length > 0.0 && start >= -slack && end <= count as f64 + slack,
        "the area from {start} to {end} is not one of {count} pixels"
    );
    let start = start.clamp(0.0, count as f64 - slack);
    let first = start.floor() as usize;
    let pixels = (end.ceil() as usize).clamp(first + 1, count) - first;
    let within = start - first as f64;
    (first, pixels, within, length.min(pixels as f64 - within))
}

fn resize<P: PixelTrait + InnerPixel>(
    pixels: &[P],
    window: &Window,
    (height, width): (usize, usize),
    filter: Filter,
) -> Vec<P> {
    assert!(height > 0 && width > 0, "a picture of {width}x{height} pixels");
    let side = |pixels: usize| u32::try_from(pixels).expect("pictures have sides below 2³² pixels");
    let source = TypedImageRef::new(side(window.width), side(window.height), pixels).expect("as many pixels as places");
    let mut resized = vec![P::default(); height * width];
    let mut target = TypedImage::from_pixels_slice(side(width), side(height), &mut resized).expect("likewise");
    let algorithm = match filter {
        Filter::Nearest => ResizeAlg::Nearest,
        Filter::Bilinear => ResizeAlg::Convolution(FilterType::Bilinear),
        Filter::Cubic => ResizeAlg::Convolution(FilterType::CatmullRom),
        Filter::Lanczos => ResizeAlg::Convolution(FilterType::Lanczos3),
    };
    let Area { left, top, width, height } = window.area;
    // Alpha is ours: the library's way of dividing loses colours where alpha is 0.
    let options = ResizeOptions::new().resize_alg(algorithm).crop(left, top, width, height).use_alpha(false);
    Resizer::new().resize_typed(&source, &mut target, &options).expect("the area is inside the picture");
    resized
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Transfer;

    const FILTERS: [Filter; 4] = [Filter::Nearest, Filter::Bilinear, Filter::Cubic, Filter::Lanczos];

    /// A picture with every value different, some outside 0 to 1, and alpha from 0 to 1.
    fn picture(height: usize, width: usize) -> Image {
        let count = (height * width - 1) as f32;
        let pixels = Array3::from_shape_fn((height, width, 4), |(y, x, channel)| {
            let place = (y * width + x) as f32 / count;
            if channel == 3 { place } else { place * 3.0 - 1.0 + channel as f32 }
        });
        Image::new(pixels, Transfer::Linear)
    }

    #[test]
    fn whole_pixels_are_copied_to_the_bit() {
        let image = picture(7, 9);
        let area = Area { left: 2.0, top: 1.0, width: 5.0, height: 4.0 };
        for filter in FILTERS {
            assert_eq!(resize_image(&image, Area::whole((7, 9)), (7, 9), filter), image);
            let part = resize_image(&image, area, (4, 5), filter);
            assert_eq!(part.pixels(), image.pixels().slice(s![1..5, 2..7, ..]));
        }
    }

    #[test]
    fn flat_colours_stay_whatever_their_alpha() {
        // The left half has no coverage, but a colour of its own, which is more than white.
        let pixels = Array3::from_shape_fn((8, 8, 4), |(_, x, channel)| match (channel, x < 4) {
            (3, left) => f32::from(u8::from(!left)),
            (_, true) => 2.5,
            (_, false) => 0.25,
        });
        let image = Image::new(pixels, Transfer::Srgb);
        for filter in FILTERS {
            for (size, area) in [
                ((5, 16), Area::whole((8, 8))),
                ((3, 3), Area::whole((8, 8))),
                ((6, 6), Area { left: 0.5, top: 0.25, width: 7.25, height: 7.5 }),
            ] {
                let resized = resize_image(&image, area, size, filter);
                for pixel in resized.pixels().rows() {
                    // Where nothing is covered, the colours alone are mixed, with the filter's rings.
                    let (expected, slack) = if pixel[3] >= LEAST_ALPHA { (0.25, 1e-3) } else { (2.5, 0.5) };
                    assert!((0.0..=1.0).contains(&pixel[3]), "{filter:?} {size:?}: {pixel}");
                    assert!((pixel[0] - expected).abs() < slack, "{filter:?} {size:?}: {pixel}");
                }
            }
        }
    }

    #[test]
    fn shrinking_averages() {
        let image = picture(6, 6);
        let opaque = Image::new(
            Array3::from_shape_fn((6, 6, 4), |(y, x, c)| if c == 3 { 1.0 } else { image.pixels()[(y, x, c)] }),
            Transfer::Linear,
        );
        let mean = opaque.pixels().mean_axis(ndarray::Axis(0)).and_then(|rows| rows.mean_axis(ndarray::Axis(0)));
        for filter in [Filter::Bilinear, Filter::Cubic, Filter::Lanczos] {
            let pixel = resize_image(&opaque, Area::whole((6, 6)), (1, 1), filter).into_pixels();
            let worst = pixel.iter().zip(mean.iter().flatten()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 1e-4, "{filter:?}: {worst}");
        }
    }

    #[test]
    fn what_is_outside_of_the_area_has_no_influence() {
        let mut pixels = Array3::ones((10, 10, 4));
        pixels.slice_mut(s![.., ..3, ..3]).fill(0.0);
        let image = Image::new(pixels, Transfer::Srgb);
        let area = Area { left: 3.0, top: 0.0, width: 7.0, height: 10.0 };
        for filter in FILTERS {
            let resized = resize_image(&image, area, (23, 17), filter);
            assert!(resized.pixels().iter().all(|value| (value - 1.0).abs() < 1e-5), "{filter:?}");
        }
    }
}
