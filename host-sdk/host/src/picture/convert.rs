//! Pictures of other components, depth, layout, place and scale.

use super::{Picture, PictureError, RowLayout, RowOrder, pixel};
use crate::geometry::{PointD, RectI};
use crate::names::{Components, Depth, Premultiplication};

impl Picture {
    /// The same picture in other components and depth, and laid out otherwise.
    ///
    /// Alpha alone becomes white of that alpha; alpha that is missing is one; colours that there is no place for are left
    /// out. Numbers outside of [0, 1] are kept by half and float only.
    ///
    /// # Errors
    /// [`PictureError::TooLarge`].
    pub fn convert(&self, components: Components, depth: Depth, layout: RowLayout) -> Result<Self, PictureError> {
        self.part(self.bounds, components, depth, layout)
    }

    /// Another rectangle of the picture, black and transparent where it has no pixels.
    ///
    /// # Errors
    /// [`PictureError::TooLarge`].
    pub fn crop(&self, bounds: RectI) -> Result<Self, PictureError> {
        let order = if self.row_bytes < 0 { RowOrder::TopDown } else { RowOrder::BottomUp };
        self.part(bounds, self.components, self.depth, RowLayout { order, padding: 0 })
    }

    /// Another rectangle, in other components and depth, laid out otherwise.
    pub(crate) fn part(
        &self,
        bounds: RectI,
        components: Components,
        depth: Depth,
        layout: RowLayout,
    ) -> Result<Self, PictureError> {
        let mut new = Self::new(bounds, components, depth, layout)?;
        let common = bounds.intersection(self.bounds);
        let (from, to) = (self.pixel_bytes(), new.pixel_bytes());
        // White that alpha alone stands for is multiplied with it, where colours are.
        let white = self.components == Components::Alpha && components != Components::Alpha;
        let premultiply = white && self.premultiplication == Premultiplication::Premultiplied;
        for y in common.y1..common.y2.max(common.y1) {
            let skip = (common.x1 - self.bounds.x1) as usize * from;
            let source = &self.row(y)[skip..][..common.width() * from];
            let skip = (common.x1 - bounds.x1) as usize * to;
            let target = &mut new.row_mut(y)[skip..][..common.width() * to];
            if (components, depth) == (self.components, self.depth) {
                target.copy_from_slice(source);
                continue;
            }
            for (source, target) in source.chunks_exact(from).zip(target.chunks_exact_mut(to)) {
                let mut value = pixel::read(source, self.components, self.depth);
                if premultiply {
                    value = [value[3]; 4];
                }
                pixel::write(target, components, depth, value);
            }
        }
        new.scale = self.scale;
        new.pixel_aspect = self.pixel_aspect;
        new.region_of_definition = self.region_of_definition;
        new.premultiplication = match (components, self.premultiplication) {
            (Components::Rgb, _) => Premultiplication::Opaque,
            (_, kept) => kept,
        };
        Ok(new)
    }

    /// The picture with alpha meaning what is asked. An opaque one stays opaque.
    ///
    /// # Errors
    /// [`PictureError::TooLarge`].
    pub fn with_premultiplication(&self, wanted: Premultiplication) -> Result<Self, PictureError> {
        let mut new = self.crop(self.bounds)?;
        if self.components != Components::Rgba || self.premultiplication == Premultiplication::Opaque {
            return Ok(new);
        }
        let change: fn([f32; 4]) -> [f32; 4] = match (self.premultiplication, wanted) {
            (Premultiplication::Premultiplied, Premultiplication::Unpremultiplied) => {
                |[r, g, b, a]| if a == 0.0 { [r, g, b, a] } else { [r / a, g / a, b / a, a] }
            }
            (Premultiplication::Unpremultiplied, Premultiplication::Premultiplied) => {
                |[r, g, b, a]| [r * a, g * a, b * a, a]
            }
            _ => return Ok(new),
        };
        let (components, depth, size) = (self.components, self.depth, self.pixel_bytes());
        for y in new.rows(RowOrder::BottomUp) {
            for bytes in new.row_mut(y).chunks_exact_mut(size) {
                pixel::write(bytes, components, depth, change(pixel::read(bytes, components, depth)));
            }
        }
        new.premultiplication = wanted;
        Ok(new)
    }

    /// The picture at another scale, each pixel the mean of what it covers.
    ///
    /// # Errors
    /// [`PictureError::TooLarge`].
    pub fn rescale(&self, scale: PointD) -> Result<Self, PictureError> {
        let canonical = self.bounds.to_canonical(self.scale, self.pixel_aspect);
        let bounds = canonical.to_pixels(scale, self.pixel_aspect);
        let order = if self.row_bytes < 0 { RowOrder::TopDown } else { RowOrder::BottomUp };
        let mut new = Self::new(bounds, self.components, self.depth, RowLayout { order, padding: 0 })?;
        let columns = spans(bounds.x1..bounds.x2, self.scale.x / scale.x, self.bounds.x1..self.bounds.x2);
        let rows = spans(bounds.y1..bounds.y2, self.scale.y / scale.y, self.bounds.y1..self.bounds.y2);
        let size = self.pixel_bytes();
        for (y, row) in (bounds.y1..).zip(&rows) {
            let mut bytes = new.row_mut(y).chunks_exact_mut(size);
            for column in &columns {
                let mut sum = [0.0_f32; 4];
                for (y, part) in row {
                    for (x, share) in column {
                        let pixel = self.pixel(*x, *y);
                        sum = std::array::from_fn(|at| sum[at] + pixel[at] * part * share);
                    }
                }
                pixel::write(bytes.next().expect("a pixel for each column"), self.components, self.depth, sum);
            }
        }
        new.scale = scale;
        new.pixel_aspect = self.pixel_aspect;
        new.premultiplication = self.premultiplication;
        let defined = self.region_of_definition.to_canonical(self.scale, self.pixel_aspect);
        new.region_of_definition = defined.to_pixels(scale, self.pixel_aspect);
        Ok(new)
    }
}

/// For each new pixel of one direction, the old ones that it covers and how much of it each of them makes up. `factor` is
/// how many old pixels a new one is wide.
fn spans(new: std::ops::Range<i32>, factor: f64, old: std::ops::Range<i32>) -> Vec<Vec<(i32, f32)>> {
    let span = |at: i32| {
        let low = (f64::from(at) * factor).max(f64::from(old.start));
        let high = (f64::from(at + 1) * factor).min(f64::from(old.end));
        let covered = (low.floor() as i32..high.ceil() as i32).map(|pixel| {
            let share = f64::from(pixel + 1).min(high) - f64::from(pixel).max(low);
            (pixel, (share / (high - low)) as f32)
        });
        covered.filter(|(_, share)| *share > 0.0).collect()
    };
    new.map(span).collect()
}
