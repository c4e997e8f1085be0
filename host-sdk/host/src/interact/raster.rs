//! Paints a display list: for pictures of an overlay, for tests, and for hosts without a canvas of their own.

use font8x8::UnicodeFonts;
use tiny_skia::{
    FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, PremultipliedColorU8, Rect, Stroke, StrokeDash,
    Transform,
};

use super::View;
use super::display::{Alignment, DisplayList, Horizontal, Item, Point, Shape, Stipple, Style, Vertical};

/// A picture to paint on: RGBA of 8 bits each, not premultiplied, the top row first, no gaps between rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bitmap {
    /// In pixels; at least 1.
    pub width: u32,
    /// In pixels; at least 1.
    pub height: u32,
    /// `4 * width * height` bytes.
    pub pixels: Vec<u8>,
}

impl Bitmap {
    /// A transparent picture of the size of the view.
    #[must_use]
    pub fn transparent(view: &View) -> Self {
        let [width, height] = view.size.map(|side| side.max(1));
        Self { width, height, pixels: vec![0; width as usize * height as usize * 4] }
    }
}

/// Paints a display list over a picture: its lower left corner is that of the view, its pixels are those of the view.
/// Nothing of the list that lies outside is painted. A picture without pixels, or whose bytes do not fit its size, is
/// left as it is.
pub fn paint(list: &DisplayList, view: &View, bitmap: &mut Bitmap) {
    let bytes = bitmap.width as usize * bitmap.height as usize * 4;
    let Some(mut pixmap) = Pixmap::new(bitmap.width, bitmap.height).filter(|_| bytes == bitmap.pixels.len()) else {
        return;
    };
    for item in &list.items {
        paint_item(item, view, &mut pixmap);
    }
    for (under, &over) in bitmap.pixels.chunks_exact_mut(4).zip(pixmap.pixels()) {
        blend(under, over);
    }
}

/// Text is set in a font of fixed cells of this many pixels, of which the lowest lies below the baseline.
const CELL: f32 = 8.0;
const BELOW_BASELINE: f32 = 1.0;

fn paint_item(item: &Item, view: &View, pixmap: &mut Pixmap) {
    let height = f64::from(pixmap.height());
    let place = |point: &Point| to_pixels(view, height, point);
    let style = &item.style;
    match &item.shape {
        Shape::Lines(points) => {
            for line in points.chunks_exact(2) {
                stroke(open_path(line.iter().map(place)), style, view, pixmap);
            }
        }
        Shape::LineStrip(points) => stroke(open_path(points.iter().map(place)), style, view, pixmap),
        Shape::LineLoop(points) => stroke(closed_path(points.iter().map(place)), style, view, pixmap),
        Shape::Polygon(points) => fill(closed_path(points.iter().map(place)), style, pixmap),
        Shape::Rectangle(corners) => {
            fill(between(corners.each_ref().map(place)).map(PathBuilder::from_rect), style, pixmap);
        }
        Shape::Ellipse(corners) => {
            let path = between(corners.each_ref().map(place)).and_then(PathBuilder::from_oval);
            stroke(path, style, view, pixmap);
        }
        Shape::Text { text, at, alignment } => write(text, place(at), *alignment, style, view, pixmap),
    }
}

/// From canonical coordinates to those of the bitmap, whose y goes down.
fn to_pixels(view: &View, height: f64, point: &Point) -> (f32, f32) {
    let x = (point[0] - view.origin[0]) / view.pixel_scale[0];
    let y = height - (point[1] - view.origin[1]) / view.pixel_scale[1];
    (x as f32, y as f32)
}

fn builder(points: impl Iterator<Item = (f32, f32)>) -> PathBuilder {
    let mut builder = PathBuilder::new();
    for (x, y) in points {
        if builder.is_empty() {
            builder.move_to(x, y);
        } else {
            builder.line_to(x, y);
        }
    }
    builder
}

fn open_path(points: impl Iterator<Item = (f32, f32)>) -> Option<Path> {
    builder(points).finish()
}

fn closed_path(points: impl Iterator<Item = (f32, f32)>) -> Option<Path> {
    let mut builder = builder(points);
    builder.close();
    builder.finish()
}

fn between([(x1, y1), (x2, y2)]: [(f32, f32); 2]) -> Option<Rect> {
    Rect::from_ltrb(x1.min(x2), y1.min(y2), x1.max(x2), y1.max(y2))
}

fn paint_of(style: &Style, anti_alias: bool) -> Paint<'static> {
    let [red, green, blue, alpha] = style.colour.map(|part| if part.is_nan() { 0.0 } else { part.clamp(0.0, 1.0) });
    let mut paint = Paint { anti_alias, ..Paint::default() };
    if let Some(colour) = tiny_skia::Color::from_rgba(red, green, blue, alpha) {
        paint.set_color(colour);
    }
    paint
}

fn fill(path: Option<Path>, style: &Style, pixmap: &mut Pixmap) {
    let Some(path) = path else { return };
    pixmap.fill_path(&path, &paint_of(style, true), FillRule::Winding, Transform::identity(), None);
}

fn stroke(path: Option<Path>, style: &Style, view: &View, pixmap: &mut Pixmap) {
    let Some(path) = path else { return };
    let width = if style.line_width.is_finite() { style.line_width.max(0.0) * view.density } else { 0.0 };
    let dash = dashes(style.stipple, width.max(view.density));
    let stroke = Stroke { width, line_cap: LineCap::Butt, line_join: LineJoin::Round, dash, ..Stroke::default() };
    pixmap.stroke_path(&path, &paint_of(style, width > 0.0), &stroke, Transform::identity(), None);
}

/// Dashes and gaps in turn, in widths of the line.
fn dashes(stipple: Stipple, unit: f32) -> Option<StrokeDash> {
    let (pattern, start): (&[f32], f32) = match stipple {
        Stipple::Solid => return None,
        Stipple::Dot => (&[1.0, 2.0], 0.0),
        Stipple::Dash => (&[4.0, 4.0], 0.0),
        Stipple::AltDash => (&[4.0, 4.0], 4.0),
        Stipple::DotDash => (&[1.0, 2.0, 4.0, 2.0], 0.0),
    };
    StrokeDash::new(pattern.iter().map(|part| part * unit).collect(), start * unit)
}

fn write(text: &str, (x, y): (f32, f32), alignment: Alignment, style: &Style, view: &View, pixmap: &mut Pixmap) {
    // Whole pixels, and whole multiples of the font's dots, keep it sharp.
    let dot = view.density.round().max(1.0);
    let width = text.chars().count() as f32 * CELL;
    let left = match alignment.horizontal {
        Horizontal::Left => 0.0,
        Horizontal::Centre => width / 2.0,
        Horizontal::Right => width,
    };
    let above = match alignment.vertical {
        Vertical::Top => 0.0,
        Vertical::Centre => (CELL - BELOW_BASELINE) / 2.0,
        Vertical::Baseline => CELL - BELOW_BASELINE,
        Vertical::Bottom => CELL,
    };
    let (x, y) = ((x - left * dot).round(), (y - above * dot).round());
    let paint = paint_of(style, false);
    for (place, character) in text.chars().enumerate() {
        let x = x + place as f32 * CELL * dot;
        for (row, dots) in glyph(character).into_iter().enumerate() {
            for column in (0..8u8).filter(|column| dots >> column & 1 == 1) {
                let corner = (x + f32::from(column) * dot, y + row as f32 * dot);
                if let Some(rect) = Rect::from_xywh(corner.0, corner.1, dot, dot) {
                    pixmap.fill_rect(rect, &paint, Transform::identity(), None);
                }
            }
        }
    }
}

/// Rows of dots from the top, the lowest bit to the left. A character that the font lacks is an empty box.
fn glyph(character: char) -> [u8; 8] {
    let fonts: [&dyn Fn(char) -> Option<[u8; 8]>; 4] = [
        &|character| font8x8::BASIC_FONTS.get(character),
        &|character| font8x8::LATIN_FONTS.get(character),
        &|character| font8x8::GREEK_FONTS.get(character),
        &|character| font8x8::BOX_FONTS.get(character),
    ];
    fonts.iter().find_map(|font| font(character)).unwrap_or([0, 0x7e, 0x42, 0x42, 0x42, 0x42, 0x7e, 0])
}

/// Lays a premultiplied pixel over one that is not.
fn blend(under: &mut [u8], over: PremultipliedColorU8) {
    let alpha = f32::from(over.alpha()) / 255.0;
    if alpha == 0.0 {
        return;
    }
    let below = f32::from(under[3]) / 255.0 * (1.0 - alpha);
    let sum = alpha + below;
    for (part, over) in under.iter_mut().zip([over.red(), over.green(), over.blue()]) {
        *part = ((f32::from(over) + f32::from(*part) * below) / sum).round() as u8;
    }
    under[3] = (sum * 255.0).round() as u8;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view() -> View {
        View { size: [20, 10], origin: [100.0, 50.0], pixel_scale: [2.0, 2.0], ..View::default() }
    }

    /// The picture of one shape, one letter a pixel: `#` where it is opaque, `.` where nothing is.
    fn picture(shape: Shape, style: Style) -> Vec<String> {
        let (view, list) = (view(), DisplayList { items: vec![Item { style, shape }] });
        let mut bitmap = Bitmap::transparent(&view);
        paint(&list, &view, &mut bitmap);
        let letter = |pixel: &[u8]| match pixel[3] {
            0..64 => '.',
            64..192 => '+',
            192.. => '#',
        };
        bitmap.pixels.chunks(4 * 20).map(|row| row.chunks(4).map(letter).collect()).collect()
    }

    #[test]
    fn a_rectangle_lies_where_its_corners_say() {
        // Canonical 104..108 by 52..56: pixels 2 and 3 from the left, 1 and 2 from below.
        let rows = picture(Shape::Rectangle([[108.0, 52.0], [104.0, 56.0]]), Style::default());
        let mut expected = vec![".".repeat(20); 10];
        for row in [7, 8] {
            expected[row] = format!("..##{}", ".".repeat(16));
        }
        assert_eq!(rows, expected);
    }

    #[test]
    fn each_shape_and_pattern_leaves_a_trace_of_its_own() {
        let points = || vec![[104.0, 54.0], [130.0, 54.0], [130.0, 66.0], [104.0, 60.0]];
        let corners = [[104.0, 54.0], [130.0, 66.0]];
        let text = |text: &str| Shape::Text { text: text.into(), at: [102.0, 55.0], alignment: Alignment::from_ofx(0) };
        let shapes = [
            Shape::Lines(points()),
            Shape::LineStrip(points()),
            Shape::LineLoop(points()),
            Shape::Rectangle(corners),
            Shape::Polygon(points()),
            Shape::Ellipse(corners),
            text("A"),
            text("ß"),
            text("\u{10ffff}"),
        ];
        let mut pictures: Vec<_> = shapes.into_iter().map(|shape| picture(shape, Style::default())).collect();
        for stipple in [Stipple::Dot, Stipple::Dash, Stipple::AltDash, Stipple::DotDash] {
            pictures.push(picture(Shape::LineLoop(points()), Style { stipple, ..Style::default() }));
        }
        for (index, picture) in pictures.iter().enumerate() {
            assert!(picture.concat().contains(['#', '+']), "number {index} is empty");
            assert!(!pictures[..index].contains(picture), "number {index} looks like another:\n{}", picture.join("\n"));
        }
    }

    #[test]
    fn a_line_of_width_0_is_of_single_opaque_pixels() {
        let style = Style { line_width: 0.0, ..Style::default() };
        let rows = picture(Shape::LineStrip(vec![[100.0, 51.0], [140.0, 69.0]]), style).concat();
        assert!(!rows.contains('+') && rows.matches('#').count() >= 19, "{rows}");
    }

    #[test]
    fn colours_are_laid_over_what_is_there() {
        let view = view();
        let mut bitmap = Bitmap::transparent(&view);
        bitmap.pixels.chunks_exact_mut(4).for_each(|pixel| pixel.copy_from_slice(&[0, 0, 255, 255]));
        let style = Style { colour: [1.0, 0.0, 0.0, 0.5], ..Style::default() };
        let shape = Shape::Rectangle([[100.0, 50.0], [140.0, 70.0]]);
        paint(&DisplayList { items: vec![Item { style, shape }] }, &view, &mut bitmap);
        assert_eq!(bitmap.pixels[..4], [128, 0, 127, 255]);
    }

    #[test]
    fn numbers_without_sense_paint_nothing_and_do_no_harm() {
        let strange = [f64::NAN, f64::INFINITY, 1e300, -1e300, 1e9];
        for a in strange {
            for b in strange {
                for stipple in [Stipple::Solid, Stipple::Dot] {
                    let style = Style { colour: [f32::NAN; 4], line_width: b as f32, stipple };
                    for shape in [
                        Shape::Ellipse([[a, b], [b, a]]),
                        Shape::LineLoop(vec![[a, b], [b, a]]),
                        Shape::Text { text: "x".into(), at: [a, b], alignment: Alignment::from_ofx(0) },
                    ] {
                        picture(shape, style);
                    }
                }
            }
        }
    }
}
