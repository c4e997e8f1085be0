//! The window that an interact is seen through.

use ofx_sys as ofx;

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
    /// Colours that plugins may ask for.
    pub palette: Palette,
    /// What becomes of what is drawn with OpenGL.
    pub opengl: OpenGl,
}

/// What an interact that draws with OpenGL finds when it draws.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OpenGl {
    /// Nothing: it is not drawn.
    #[default]
    None,
    /// A context of the caller's, which is current in this thread, with the projection of the view.
    Current,
    /// No context. With the libraries of GLVND and Mesa such calls do nothing, so that what the interact draws with the
    /// Draw suite can be seen. Elsewhere they may crash.
    Nowhere,
}

/// Colours that plugins may ask for: red, green, blue and alpha, 0 to 1, not premultiplied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Palette {
    /// Behind something.
    pub background: [f32; 4],
    /// What the user is working with.
    pub active: [f32; 4],
    /// What the user has selected.
    pub selected: [f32; 4],
    /// What the user has not selected.
    pub deselected: [f32; 4],
    /// The frame of a selection.
    pub marquee_foreground: [f32; 4],
    /// What is within that frame.
    pub marquee_background: [f32; 4],
    /// Text.
    pub text: [f32; 4],
}

impl Default for Palette {
    fn default() -> Self {
        Self {
            background: [0.0, 0.0, 0.0, 0.6],
            active: [1.0, 0.85, 0.2, 1.0],
            selected: [1.0, 1.0, 1.0, 1.0],
            deselected: [0.65, 0.65, 0.65, 1.0],
            marquee_foreground: [1.0, 1.0, 1.0, 1.0],
            marquee_background: [1.0, 1.0, 1.0, 0.2],
            text: [1.0, 1.0, 1.0, 1.0],
        }
    }
}

impl Palette {
    /// The colour of that number in the interface; nothing if it has none.
    pub(super) fn colour(&self, which: ofx::OfxStandardColour) -> Option<[f32; 4]> {
        Some(match which {
            ofx::OfxStandardColour_kOfxStandardColourOverlayBackground => self.background,
            ofx::OfxStandardColour_kOfxStandardColourOverlayActive => self.active,
            ofx::OfxStandardColour_kOfxStandardColourOverlaySelected => self.selected,
            ofx::OfxStandardColour_kOfxStandardColourOverlayDeselected => self.deselected,
            ofx::OfxStandardColour_kOfxStandardColourOverlayMarqueeFG => self.marquee_foreground,
            ofx::OfxStandardColour_kOfxStandardColourOverlayMarqueeBG => self.marquee_background,
            ofx::OfxStandardColour_kOfxStandardColourOverlayText => self.text,
            _ => return None,
        })
    }
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
            palette: Palette::default(),
            opengl: OpenGl::None,
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
