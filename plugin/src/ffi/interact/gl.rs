//! Drawing with OpenGL 1.1, in hosts whose overlays are drawn so.

use std::sync::OnceLock;

use libloading::Library;

use super::Canvas;

const LINE_STRIP: u32 = 0x0003;
const LINE_LOOP: u32 = 0x0002;
const POLYGON: u32 = 0x0009;
const LINE_STIPPLE: u32 = 0x0B24;
const BLEND: u32 = 0x0BE2;
const LINE_SMOOTH: u32 = 0x0B20;
const SRC_ALPHA: u32 = 0x0302;
const ONE_MINUS_SRC_ALPHA: u32 = 0x0303;
const ALL_ATTRIB_BITS: u32 = 0x000F_FFFF;

/// The functions that are used, of the library that the host has loaded already.
struct Functions {
    begin: unsafe extern "system" fn(u32),
    end: unsafe extern "system" fn(),
    vertex: unsafe extern "system" fn(f64, f64),
    colour: unsafe extern "system" fn(f32, f32, f32, f32),
    line_width: unsafe extern "system" fn(f32),
    line_stipple: unsafe extern "system" fn(i32, u16),
    enable: unsafe extern "system" fn(u32),
    disable: unsafe extern "system" fn(u32),
    blend: unsafe extern "system" fn(u32, u32),
    push: unsafe extern "system" fn(u32),
    pop: unsafe extern "system" fn(),
    /// Tells the context of the thread: null for none.
    context: unsafe extern "system" fn() -> *mut std::ffi::c_void,
    /// Keeps the functions where they are.
    _library: Library,
}

const LIBRARY: (&str, &[u8]) = if cfg!(windows) {
    ("opengl32.dll", b"wglGetCurrentContext\0")
} else if cfg!(target_os = "macos") {
    ("/System/Library/Frameworks/OpenGL.framework/OpenGL", b"CGLGetCurrentContext\0")
} else {
    ("libGL.so.1", b"glXGetCurrentContext\0")
};

fn functions() -> Option<&'static Functions> {
    static FUNCTIONS: OnceLock<Option<Functions>> = OnceLock::new();
    FUNCTIONS.get_or_init(|| load().ok()).as_ref()
}

fn load() -> Result<Functions, libloading::Error> {
    // SAFETY: the system's own library, which runs nothing of note when it is loaded; each symbol has the type that
    // OpenGL 1.1 and the window system give it.
    unsafe {
        let library = Library::new(LIBRARY.0)?;
        Ok(Functions {
            begin: *library.get(b"glBegin\0")?,
            end: *library.get(b"glEnd\0")?,
            vertex: *library.get(b"glVertex2d\0")?,
            colour: *library.get(b"glColor4f\0")?,
            line_width: *library.get(b"glLineWidth\0")?,
            line_stipple: *library.get(b"glLineStipple\0")?,
            enable: *library.get(b"glEnable\0")?,
            disable: *library.get(b"glDisable\0")?,
            blend: *library.get(b"glBlendFunc\0")?,
            push: *library.get(b"glPushAttrib\0")?,
            pop: *library.get(b"glPopAttrib\0")?,
            context: *library.get(LIBRARY.1)?,
            _library: library,
        })
    }
}

/// The canvas of the thread's OpenGL context. It leaves the context's settings as they were.
pub(super) struct Drawing(&'static Functions);

impl Drawing {
    /// `None` where the thread has no context.
    pub(super) fn current() -> Option<Self> {
        let gl = functions()?;
        // SAFETY: it takes nothing and may be called at any time.
        if unsafe { (gl.context)() }.is_null() {
            return None;
        }
        // SAFETY: there is a context.
        unsafe {
            (gl.push)(ALL_ATTRIB_BITS);
            (gl.enable)(BLEND);
            (gl.enable)(LINE_SMOOTH);
            (gl.blend)(SRC_ALPHA, ONE_MINUS_SRC_ALPHA);
        }
        Some(Self(gl))
    }

    fn primitive(&self, primitive: u32, points: &[[f64; 2]]) {
        // SAFETY: there is a context, and only vertices come between begin and end.
        unsafe {
            (self.0.begin)(primitive);
            for &[x, y] in points {
                (self.0.vertex)(x, y);
            }
            (self.0.end)();
        }
    }
}

impl Drop for Drawing {
    fn drop(&mut self) {
        // SAFETY: there is a context, and it was pushed once.
        unsafe { (self.0.pop)() };
    }
}

impl Canvas for Drawing {
    fn pen(&mut self, [r, g, b, a]: [f32; 4], width: f32, dashed: bool) {
        // SAFETY: there is a context.
        unsafe {
            (self.0.colour)(r, g, b, a);
            (self.0.line_width)(width);
            if dashed {
                (self.0.line_stipple)(2, 0x3333);
                (self.0.enable)(LINE_STIPPLE);
            } else {
                (self.0.disable)(LINE_STIPPLE);
            }
        }
    }

    fn lines(&mut self, points: &[[f64; 2]], closed: bool) {
        self.primitive(if closed { LINE_LOOP } else { LINE_STRIP }, points);
    }

    fn fill(&mut self, points: &[[f64; 2]]) {
        self.primitive(POLYGON, points);
    }

    /// OpenGL has no letters.
    fn text(&mut self, _at: [f64; 2], _text: &str) {}
}
