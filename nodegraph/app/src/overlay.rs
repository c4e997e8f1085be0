//! Points drawn over a picture: handles red, targets blue, arrows between them, as the official tool shows them.

use anyhow::{Result, anyhow};
use dragfx_engine::{ImagePoint, PointPair};
use image::RgbImage;
use tiny_skia::{Color, FillRule, LineCap, Paint, PathBuilder, Pixmap, Stroke, Transform};

const HANDLE: [u8; 3] = [235, 51, 51];
const TARGET: [u8; 3] = [51, 102, 235];
const ARROW: [u8; 3] = [255, 255, 255];
const OUTLINE: [u8; 3] = [20, 20, 20];

/// Draws the enabled points over `picture`.
pub(crate) fn draw(picture: &RgbImage, points: &[PointPair]) -> Result<RgbImage> {
    let (width, height) = picture.dimensions();
    let mut canvas = Pixmap::new(width, height).ok_or_else(|| anyhow!("an empty picture"))?;
    for (to, from) in canvas.data_mut().chunks_exact_mut(4).zip(picture.pixels()) {
        to.copy_from_slice(&[from[0], from[1], from[2], 255]);
    }
    // Sizes follow the picture, so that points look the same whatever its resolution.
    let unit = (height.min(width) as f32 / 256.0).max(0.5);
    for point in points.iter().filter(|point| point.enabled) {
        for (color, thick) in [(OUTLINE, 3.0), (ARROW, 1.5)] {
            line(&mut canvas, point.handle, point.target, unit * thick, color);
        }
        for (at, color) in [(point.target, TARGET), (point.handle, HANDLE)] {
            disc(&mut canvas, at, unit * 4.5, OUTLINE);
            disc(&mut canvas, at, unit * 3.5, color);
        }
    }
    let pixels = canvas.data().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    RgbImage::from_raw(width, height, pixels).ok_or_else(|| anyhow!("the picture has another size than its pixels"))
}

fn paint(color: [u8; 3]) -> Paint<'static> {
    let [r, g, b] = color;
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color(Color::from_rgba8(r, g, b, 255));
    paint
}

/// The canvas's coordinates have pixel centres at halves.
fn on_canvas(point: ImagePoint) -> (f32, f32) {
    (point.x as f32 + 0.5, point.y as f32 + 0.5)
}

fn disc(canvas: &mut Pixmap, at: ImagePoint, radius: f32, color: [u8; 3]) {
    let (x, y) = on_canvas(at);
    if let Some(circle) = PathBuilder::from_circle(x, y, radius) {
        canvas.fill_path(&circle, &paint(color), FillRule::Winding, Transform::identity(), None);
    }
}

fn line(canvas: &mut Pixmap, from: ImagePoint, to: ImagePoint, width: f32, color: [u8; 3]) {
    let mut path = PathBuilder::new();
    let ((x0, y0), (x1, y1)) = (on_canvas(from), on_canvas(to));
    path.move_to(x0, y0);
    path.line_to(x1, y1);
    if let Some(path) = path.finish() {
        let stroke = Stroke { width, line_cap: LineCap::Round, ..Stroke::default() };
        canvas.stroke_path(&path, &paint(color), &stroke, Transform::identity(), None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handle_and_target_are_where_they_should_be() {
        let black = RgbImage::new(64, 64);
        let point = PointPair::new(ImagePoint { x: 16.0, y: 20.0 }, ImagePoint { x: 48.0, y: 20.0 });
        let drawn = draw(&black, std::slice::from_ref(&point)).expect("drawn");
        assert_eq!(drawn.get_pixel(16, 20).0, HANDLE);
        assert_eq!(drawn.get_pixel(48, 20).0, TARGET);
        assert_eq!(drawn.get_pixel(32, 40).0, [0, 0, 0]);
        let disabled = PointPair { enabled: false, ..point };
        assert_eq!(draw(&black, &[disabled]).expect("drawn"), black);
    }
}
