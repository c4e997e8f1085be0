//! The window that an interact is seen through.

/// What a host shows an interact in: which part of the canonical plane, on how many pixels, at which time.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// Width and height in pixels.
    pub size: [u32; 2],
    /// The canonical coordinates of the lower left corner.
    pub origin: [f64; 2],
    /// Width and height of a pixel in canonical coordinates. Above 0.
    pub pixel_scale: [f64; 2],
    /// Pixels to a pixel of a screen of ordinary density: 2 for one of twice as many pixels to the inch. Above 0.
    pub density: f32,
    /// What lies behind: red, green and blue, 0 to 1.
    pub background: [f64; 3],
    /// The colour that the user chose for overlays, if there is one.
    pub suggested_colour: Option<[f64; 3]>,
    /// The effect's time, in frames.
    pub time: f64,
    /// The render scale of the pictures shown.
    pub render_scale: [f64; 2],
}

impl Default for View {
    /// 640 by 480 pixels, each of one canonical unit, at time 0.
    fn default() -> Self {
        Self {
            size: [640, 480],
            origin: [0.0; 2],
            pixel_scale: [1.0; 2],
            density: 1.0,
            background: [0.0; 3],
            suggested_colour: None,
            time: 0.0,
            render_scale: [1.0; 2],
        }
    }
}

impl View {
    /// The canonical coordinates of a place in the window, in pixels from its lower left corner.
    #[must_use]
    pub fn canonical(&self, pixel: [f64; 2]) -> [f64; 2] {
        [0, 1].map(|axis| self.origin[axis] + pixel[axis] * self.pixel_scale[axis])
    }

    /// The pixel at canonical coordinates, counted from the lower left corner; outside of the window too.
    #[must_use]
    pub fn pixel(&self, canonical: [f64; 2]) -> [i32; 2] {
        [0, 1].map(|axis| ((canonical[axis] - self.origin[axis]) / self.pixel_scale[axis]).floor() as i32)
    }
}
