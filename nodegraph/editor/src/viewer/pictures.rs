//! Pictures on the graphics card: uploaded when there is another one, and not before.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use eframe::egui::{
    self, Color32, ColorImage, Mesh, Painter, Pos2, Rect, TextureFilter, TextureHandle, TextureId, TextureOptions,
    pos2, vec2,
};

use super::camera::Placement;
use crate::compute::Shown;

/// From this size of a pixel on, in pixels of the screen, pixels are seen as they are.
const SHARP: f32 = 2.0;
/// Side of a field of the pattern behind transparent pixels, points.
const FIELD: f32 = 10.0;
/// What spans a whole texture.
const WHOLE: Rect = Rect { min: Pos2::ZERO, max: pos2(1.0, 1.0) };

/// A picture on the graphics card.
#[derive(Default)]
pub(super) struct Picture {
    uploaded: Option<Uploaded>,
}

struct Uploaded {
    texture: TextureHandle,
    /// What was uploaded last.
    serial: Option<u64>,
    options: TextureOptions,
    is_opaque: bool,
}

impl Picture {
    /// Draws the pixels at a place, as far as `clip` shows it.
    pub(super) fn draw(&mut self, painter: &Painter, shown: &Shown, placement: &Placement, clip: Rect) {
        let painter = painter.with_clip_rect(clip.intersect(painter.clip_rect()));
        let uploaded = self.upload(painter.ctx(), shown, options(placement));
        if !uploaded.is_opaque {
            checkers(&painter, placement.rect().intersect(painter.clip_rect()));
        }
        image(&painter, uploaded.texture.id(), placement);
    }

    fn upload(&mut self, context: &egui::Context, shown: &Shown, options: TextureOptions) -> &Uploaded {
        let uploaded = self.uploaded.get_or_insert_with(|| Uploaded {
            texture: context.load_texture("picture", ColorImage::filled([1, 1], Color32::TRANSPARENT), options),
            serial: None,
            options,
            is_opaque: true,
        });
        if uploaded.serial != Some(shown.serial) || uploaded.options != options {
            uploaded.is_opaque = shown.pixels.pixels.iter().all(|pixel| pixel.is_opaque());
            uploaded.texture.set(Arc::clone(&shown.pixels), options);
            (uploaded.serial, uploaded.options) = (Some(shown.serial), options);
        }
        uploaded
    }
}

/// Draws a texture where the picture is.
pub(super) fn image(painter: &Painter, texture: TextureId, placement: &Placement) {
    painter.image(texture, placement.rect(), WHOLE, Color32::WHITE);
}

/// How a picture is sampled: from twice its size on pixel by pixel, below smoothly.
fn options(placement: &Placement) -> TextureOptions {
    if placement.zoom() >= SHARP {
        return TextureOptions::NEAREST;
    }
    TextureOptions { mipmap_mode: Some(TextureFilter::Linear), ..TextureOptions::LINEAR }
}

/// The pattern that shows through what is transparent.
fn checkers(painter: &Painter, rect: Rect) {
    painter.rect_filled(rect, 0.0, Color32::from_gray(70));
    let (columns, rows) = ((rect.width() / FIELD).ceil() as usize, (rect.height() / FIELD).ceil() as usize);
    let mut mesh = Mesh::default();
    for field in (0..columns * rows).filter(|field| (field % columns + field / columns) % 2 == 0) {
        let corner = rect.min + vec2((field % columns) as f32, (field / columns) as f32) * FIELD;
        let field = Rect::from_min_size(corner, vec2(FIELD, FIELD)).intersect(rect);
        mesh.add_colored_rect(field, Color32::from_gray(95));
    }
    painter.add(mesh);
}

/// A picture that is made of others, in the background: of a large one it takes longer than a frame.
#[derive(Default)]
pub(super) struct Derived {
    made: Option<(Key, TextureHandle)>,
    making: Option<(Key, Receiver<ColorImage>)>,
}

/// The pictures that one is made of, and how it is sampled.
type Key = ([u64; 2], TextureOptions);

impl Derived {
    /// Whether one is being made.
    pub(super) fn is_making(&self) -> bool {
        self.making.is_some()
    }

    /// The texture of what `make` gives, or of what it gave for other pictures before. `of` are the numbers of those that
    /// it is made of.
    pub(super) fn get(
        &mut self,
        context: &egui::Context,
        placement: &Placement,
        of: [u64; 2],
        make: impl FnOnce() -> ColorImage + Send + 'static,
    ) -> Option<TextureId> {
        self.take(context);
        let key = (of, options(placement));
        if self.making.is_none() && self.made.as_ref().is_none_or(|(made, _)| *made != key) {
            let (sender, receiver) = channel();
            let context = context.clone();
            std::thread::spawn(move || {
                // Nobody waits any more for what is not wanted.
                let _ = sender.send(make());
                context.request_repaint();
            });
            self.making = Some((key, receiver));
        }
        self.made.as_ref().map(|(_, texture)| texture.id())
    }

    fn take(&mut self, context: &egui::Context) {
        let Some((key, receiver)) = &self.making else { return };
        match receiver.try_recv() {
            Ok(image) => {
                let texture = match self.made.take() {
                    Some((_, mut texture)) => {
                        texture.set(image, key.1);
                        texture
                    }
                    None => context.load_texture("derived", image, key.1),
                };
                self.made = Some((*key, texture));
                self.making = None;
            }
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => self.making = None,
        }
    }
}

/// How far two pictures are apart, `times` as much as it is. Where only one of them is, that one.
pub(super) fn difference(a: &ColorImage, b: &ColorImage, times: u16) -> ColorImage {
    let [width, _] = a.size;
    let apart = |a: u8, b: u8| (u16::from(a.abs_diff(b)) * times).min(255) as u8;
    let pixels = a.pixels.iter().enumerate().map(|(index, a)| {
        let (x, y) = (index % width, index / width);
        let inside = x < b.width() && y < b.height();
        let b = if inside { b.pixels[y * b.width() + x] } else { Color32::BLACK };
        Color32::from_rgb(apart(a.r(), b.r()), apart(a.g(), b.g()), apart(a.b(), b.b()))
    });
    ColorImage::new(a.size, pixels.collect())
}

/// What a mask keeps from changing, in a colour.
pub(super) fn tinted(mask: &ColorImage, color: Color32) -> ColorImage {
    let kept = |weight: &Color32| color.gamma_multiply(1.0 - f32::from(weight.r()) / 255.0);
    ColorImage::new(mask.size, mask.pixels.iter().map(kept).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_amplified_and_cut() {
        let a = ColorImage::new([2, 1], vec![Color32::from_rgb(10, 20, 30), Color32::from_rgb(200, 0, 0)]);
        let b = ColorImage::new([1, 1], vec![Color32::from_rgb(13, 20, 25)]);
        let found = difference(&a, &b, 4);
        assert_eq!(found.pixels, [Color32::from_rgb(12, 0, 20), Color32::from_rgb(255, 0, 0)]);
    }

    #[test]
    fn what_may_change_is_left_clear() {
        let mask = ColorImage::new([2, 1], vec![Color32::WHITE, Color32::BLACK]);
        let color = Color32::from_rgba_unmultiplied(20, 40, 160, 115);
        assert_eq!(tinted(&mask, color).pixels, [Color32::TRANSPARENT, color]);
    }
}
