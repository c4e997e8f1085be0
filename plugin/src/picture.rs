//! Pictures between host and graph.

use std::sync::Arc;

use dragfx_graph::raster::resample::{Area, Filter, resize_image};
use dragfx_graph::value::{Image, MAX_SIDE, Transfer};
use ndarray::{Array3, Axis};
use ofx_sys as ofx;

use crate::effect::Request;
use crate::failure::Failure;
use crate::ffi::HostError;
use crate::ffi::clip::Clip;
use crate::ffi::effect::Instance;
use crate::ffi::image::HostImage;
use crate::geometry::{Rect, Window};
use crate::pixels::{read_row, write_row};
use crate::placement::{Fit, Placement};

/// A clip's picture at a time as the graph takes it, encoded as told, and where it lies, canonical; `None` where there is
/// none. Whatever the render scale, its pixels are those of the project at full size: numbers in graphs mean pixels, and a
/// proxy shows what the film will.
///
/// # Errors
/// The host does not give what it should.
pub fn from_clip(
    instance: &Instance<'_>,
    clip: &str,
    time: f64,
    transfer: Transfer,
) -> Result<Option<(Arc<Image>, Rect)>, Failure> {
    let clip = instance.clip(clip)?;
    if !clip.is_connected() {
        return Ok(None);
    }
    let Some(picture) = clip.image(time, None)? else { return Ok(None) };
    let bounds = picture.bounds();
    if bounds.is_empty() {
        return Ok(None);
    }
    let format = picture.format();
    let pixels =
        (bounds.y1..bounds.y2).rev().flat_map(|y| read_row(picture.row(y), format).flatten().collect::<Vec<_>>());
    let shape = (bounds.height(), bounds.width(), 4);
    let pixels = Array3::from_shape_vec(shape, pixels.collect()).expect("a pixel for each place");
    let image = Image::new(pixels, transfer);
    let [across, down] = [aspect(&clip) / picture.scale()[0], 1.0 / picture.scale()[1]];
    let Rect { x1, y1, x2, y2 } = bounds.to_rect();
    let rect = Rect { x1: x1 * across, y1: y1 * down, x2: x2 * across, y2: y2 * down };
    let side = |side: f64| (side.round() as usize).clamp(1, MAX_SIDE);
    let size = (side(rect.height()), side(rect.width()));
    let image = if image.size() == size {
        image
    } else {
        resize_image(&image, Area::whole(image.size()), size, Filter::Bilinear)
    };
    Ok(Some((Arc::new(image), rect)))
}

/// The width of a clip's pixels to their height.
fn aspect(clip: &Clip<'_>) -> f64 {
    let aspect = clip.properties().double(ofx::kOfxImagePropPixelAspectRatio, 0).unwrap_or(1.0);
    if aspect.is_finite() && aspect > 0.0 { aspect } else { 1.0 }
}

/// The frame that pictures are put in: where the source is, if there is one, else the project.
///
/// # Errors
/// The host knows neither.
pub fn frame(instance: &Instance<'_>, source: Option<&str>, time: f64) -> Result<Rect, Failure> {
    source.and_then(|name| region(instance, name, time)).map_or_else(|| project(instance, time), Ok)
}

/// Where a clip has pixels, canonical; `None` if it has none.
#[must_use]
pub fn region(instance: &Instance<'_>, clip: &str, time: f64) -> Option<Rect> {
    let clip = instance.clip(clip).ok().filter(|clip| clip.is_connected())?;
    clip.region_of_definition(time).ok().filter(|rect| !rect.is_empty())
}

/// The window of the project, canonical; its extent where that is all that the host knows. Hosts without projects have at
/// least a source.
///
/// # Errors
/// The host knows none of them.
pub fn project(instance: &Instance<'_>, time: f64) -> Result<Rect, Failure> {
    let about = instance.properties()?;
    let [x1, y1] = about.doubles(ofx::kOfxImageEffectPropProjectOffset).unwrap_or_default();
    let sizes = [ofx::kOfxImageEffectPropProjectSize, ofx::kOfxImageEffectPropProjectExtent];
    let rects = sizes.into_iter().filter_map(|name| about.doubles::<2>(name).ok());
    let mut rects = rects.map(|[width, height]| Rect { x1, y1, x2: x1 + width, y2: y1 + height });
    let rect = rects.find(|rect| !rect.is_empty()).or_else(|| region(instance, "Source", time));
    rect.ok_or_else(|| HostError::Nonsense("the project has no size".to_owned()).into())
}

/// How a picture is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Showing {
    /// How it fills the frame.
    pub fit: Fit,
    /// The frame, canonical.
    pub frame: Rect,
    /// How its colours are encoded.
    pub transfer: Transfer,
}

/// Writes a picture to the output, over the picture of a clip if one is named and connected, else over nothing.
///
/// # Errors
/// The host does not give what it should.
pub fn show(
    instance: &Instance<'_>,
    request: &Request,
    image: &Image,
    showing: Showing,
    under: Option<&str>,
) -> Result<(), Failure> {
    let output = instance.clip("Output")?;
    let Some(mut target) = output.image(request.time, None)? else { return Err(no_output(instance)) };
    let aspect = aspect(&output);
    let (height, width) = image.size();
    let placement = Placement::new(showing.fit, showing.frame, [width, height]);
    // Some hosts give pictures of another scale than they ask for.
    let place = placement.window(target.scale(), aspect);
    let image = resize(image, place);
    let image = image.encoded(showing.transfer);
    let under = under.and_then(|name| instance.clip(name).ok()).filter(|clip| clip.is_connected());
    let under = under.map(|clip| clip.image(request.time, None)).transpose()?.flatten();
    fill(&mut target, request.window, Some((&image, place)), under.as_ref());
    Ok(())
}

/// Writes the picture of a clip to the output, or nothing but transparent black.
///
/// # Errors
/// The host does not give what it should.
pub fn pass(instance: &Instance<'_>, request: &Request, clip: Option<&str>) -> Result<(), Failure> {
    let Some(mut target) = instance.clip("Output")?.image(request.time, None)? else { return Err(no_output(instance)) };
    let under = clip.and_then(|name| instance.clip(name).ok()).filter(|clip| clip.is_connected());
    let under = under.map(|clip| clip.image(request.time, None)).transpose()?.flatten();
    fill(&mut target, request.window, None, under.as_ref());
    Ok(())
}

/// There is nothing to write to: the host has lost interest, or breaks its word.
fn no_output(instance: &Instance<'_>) -> Failure {
    if instance.aborted() { Failure::Cancelled } else { HostError::Null("picture to write to").into() }
}

/// The picture in the size of its place.
fn resize(image: &Image, place: Window) -> Image {
    let size = image.size();
    resize_image(image, Area::whole(size), (place.height(), place.width()), Filter::Lanczos)
}

/// Writes the pixels of a window: the picture where it lies, over what is under it.
fn fill(target: &mut HostImage<'_>, window: Window, picture: Option<(&Image, Window)>, under: Option<&HostImage<'_>>) {
    let bounds = target.bounds();
    let window = window.intersect(bounds);
    let format = target.format();
    let start = usize::try_from(i64::from(window.x1) - i64::from(bounds.x1)).unwrap_or(0) * format.pixel_bytes();
    let length = window.width() * format.pixel_bytes();
    for y in window.y1..window.y2 {
        let mut row = vec![[0.0_f32; 4]; window.width()];
        if let Some(under) = under.filter(|under| (under.bounds().y1..under.bounds().y2).contains(&y)) {
            let first = under.bounds().x1;
            for (x, [r, g, b, alpha]) in (first..).zip(read_row(under.row(y), under.format())) {
                if let Some(pixel) = place_in(&mut row, window, x) {
                    // Light without coverage stays.
                    let by = if alpha > 0.0 { alpha } else { 1.0 };
                    *pixel = [r * by, g * by, b * by, alpha];
                }
            }
        }
        if let Some((image, place)) = picture.filter(|(_, place)| (place.y1..place.y2).contains(&y)) {
            let line = usize::try_from(place.y2 - 1 - y).unwrap_or(0);
            let pixels = image.pixels();
            for (x, pixel) in (place.x1..place.x2).zip(pixels.index_axis(Axis(0), line).rows()) {
                if let Some(to) = place_in(&mut row, window, x) {
                    // Where nothing shines through, what lies behind does not count, whatever it is. Light without coverage
                    // is added.
                    let (alpha, behind) = (pixel[3], *to);
                    let by = if alpha == 0.0 { 1.0 } else { alpha };
                    let front = [pixel[0] * by, pixel[1] * by, pixel[2] * by, alpha];
                    let seen = |channel: usize| front[channel] + behind[channel] * (1.0 - alpha);
                    *to = if alpha == 1.0 { front } else { [seen(0), seen(1), seen(2), seen(3)] };
                }
            }
        }
        write_row(row, &mut target.row_mut(y)[start..start + length], format);
    }
}

/// The pixel of a row at `x`, if the window has it.
fn place_in(row: &mut [[f32; 4]], window: Window, x: i32) -> Option<&mut [f32; 4]> {
    row.get_mut(usize::try_from(i64::from(x) - i64::from(window.x1)).ok()?)
}
