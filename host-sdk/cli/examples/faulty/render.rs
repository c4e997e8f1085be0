//! What is rendered.

use std::ffi::c_int;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use half::f16;
use ofx_sys::*;

use crate::sdk::{self, Set, suites};
use crate::{crash, fault, instance};

static RENDERS: AtomicUsize = AtomicUsize::new(0);
/// The time of the last render, as bits.
static TIME: AtomicU64 = AtomicU64::new(0);

/// An image, with what is to be known of it.
#[derive(Clone, Copy)]
struct Image {
    set: Set,
    bounds: [c_int; 4],
    row: isize,
    count: usize,
    bytes: usize,
    float: bool,
}

impl Image {
    fn new(set: Set) -> Self {
        let count = match set.string(kOfxImageEffectPropComponents).as_str() {
            "OfxImageComponentRGBA" => 4,
            "OfxImageComponentRGB" => 3,
            _ => 1,
        };
        let depth = set.string(kOfxImageEffectPropPixelDepth);
        let bytes = [("OfxBitDepthByte", 1), ("OfxBitDepthFloat", 4)].iter().find(|(name, _)| depth == *name);
        let [row] = set.ints(kOfxImagePropRowBytes);
        let row = if fault("rows go up") { row.abs() } else { row } as isize;
        let bytes = bytes.map_or(2, |(_, bytes)| *bytes);
        let float = matches!(depth.as_str(), "OfxBitDepthHalf" | "OfxBitDepthFloat");
        Self { set, bounds: set.ints(kOfxImagePropBounds), row, count, bytes, float }
    }

    fn contains(&self, x: c_int, y: c_int) -> bool {
        let [x1, y1, x2, y2] = self.bounds;
        (x1..x2).contains(&x) && (y1..y2).contains(&y)
    }

    fn place(&self, x: c_int, y: c_int, component: usize) -> *mut u8 {
        let size = (self.bytes * self.count) as isize;
        let offset = (y - self.bounds[1]) as isize * self.row + (x - self.bounds[0]) as isize * size;
        let start = self.set.pointer(kOfxImagePropData).cast::<u8>();
        start.wrapping_offset(offset + (component * self.bytes) as isize)
    }

    /// A number, 0 outside of the bounds.
    fn read(&self, x: c_int, y: c_int, component: usize) -> f32 {
        if !self.contains(x, y) {
            return 0.0;
        }
        let place = self.place(x, y, component);
        unsafe {
            match (self.bytes, self.float) {
                (1, _) => f32::from(place.read()) / 255.0,
                (2, false) => f32::from(place.cast::<u16>().read()) / 65535.0,
                (2, true) => place.cast::<f16>().read().to_f32(),
                _ => place.cast::<f32>().read(),
            }
        }
    }

    fn write(&self, x: c_int, y: c_int, component: usize, value: f32) {
        let place = self.place(x, y, component);
        unsafe {
            match (self.bytes, self.float) {
                (1, _) => place.write((value * 255.0).round() as u8),
                (2, false) => place.cast::<u16>().write((value * 65535.0).round() as u16),
                (2, true) => place.cast::<f16>().write(f16::from_f32(value)),
                _ => place.cast::<f32>().write(value),
            }
        }
    }
}

pub(crate) fn render(effect: OfxImageEffectHandle, arguments: Set) -> OfxStatus {
    let time = arguments.double(kOfxPropTime);
    if let Some(status) = refusal(effect, arguments, time) {
        return status;
    }
    let Some(output) = sdk::image(effect, c"Output", time) else { return kOfxStatFailed };
    let source = sdk::is_connected(effect, c"Source").then(|| sdk::image(effect, c"Source", time));
    if source.is_some_and(|source| source.is_none()) {
        crash("crashes without a picture");
        sdk::release(output);
        return kOfxStatFailed;
    }
    let source = source.flatten();
    if let Some(mask) = sdk::is_connected(effect, c"Mask").then(|| sdk::image(effect, c"Mask", time)).flatten() {
        let [x1, y1, x2, y2] = arguments.ints(kOfxImageEffectPropRenderWindow);
        let bounds = Image::new(mask);
        if !(bounds.contains(x1, y1) && bounds.contains(x2 - 1, y2 - 1)) {
            crash("reads beyond the mask");
        }
        sdk::release(mask);
    }
    let status = fill(effect, arguments, time, Image::new(output), source.map(Image::new));
    if !fault("keeps an image") {
        sdk::release(output);
    }
    if let Some(source) = source {
        sdk::release(source);
    }
    if fault("uses an image after its release") {
        output.ints::<4>(kOfxImagePropBounds);
    }
    instance::misuse(effect, source);
    status
}

/// Where the plugin does not render, or does not come back.
fn refusal(effect: OfxImageEffectHandle, arguments: Set, time: f64) -> Option<OfxStatus> {
    let gain = sdk::gain(effect, time);
    let scale: [f64; 2] = arguments.doubles(kOfxImageEffectPropRenderScale);
    let (_, output) = sdk::clip(effect, c"Output");
    let (_, source) = sdk::clip(effect, c"Source");
    if !arguments.has(kOfxImageEffectPropThumbnailRender) {
        crash("crashes without a property");
    }
    if unsafe { suites().effect.abort.unwrap()(effect) } != 0 {
        crash("crashes when aborted");
    }
    if gain >= 4.0 {
        crash("crashes at the highest gain");
    }
    if gain.fract() != 0.0 {
        crash("crashes between whole gains");
    }
    let sequence = instance::data(effect).is_some_and(|data| data.in_sequence.load(Ordering::Relaxed));
    let is_generator = Set::of(effect).string(kOfxImageEffectPropContext).ends_with("Generator");
    let mut keys: std::ffi::c_uint = 0;
    unsafe { suites().param.paramGetNumKeys.unwrap()(sdk::param(effect, c"gain"), &raw mut keys) };
    let depth = output.string(kOfxImageEffectPropPixelDepth);
    let components = output.string(kOfxImageEffectPropComponents);
    let straight = source.string(kOfxImageEffectPropPreMultiplication) == "OfxImageAlphaUnPremultiplied";
    let aspect = output.double(kOfxImagePropPixelAspectRatio);
    let unmapped = source.string(kOfxImageClipPropUnmappedPixelDepth);
    [
        ("needs a sequence", !sequence),
        ("fails as a generator", is_generator),
        ("fails with keyframes", keys > 0),
        ("fails in drafts", arguments.ints(kOfxImageEffectPropRenderQualityDraft) == [1]),
        ("fails in half alpha", depth == "OfxBitDepthHalf" && components == "OfxImageComponentAlpha"),
        ("fails at other scales", scale != [1.0, 1.0]),
        ("fails with wide pixels", aspect != 1.0),
        ("fails with bytes", unmapped == "OfxBitDepthByte"),
        ("fails with a mask", sdk::is_connected(effect, c"Mask")),
        ("fails with straight alpha", straight),
    ]
    .iter()
    .any(|(name, is)| *is && fault(name))
    .then_some(kOfxStatFailed)
}

fn fill(effect: OfxImageEffectHandle, arguments: Set, time: f64, output: Image, source: Option<Image>) -> OfxStatus {
    let [x1, y1, x2, y2] = arguments.ints(kOfxImageEffectPropRenderWindow);
    let renders = RENDERS.fetch_add(1, Ordering::Relaxed);
    if x1 < 0 {
        crash("crashes left of the origin");
    }
    if fault("keeps its time in a static") {
        TIME.store(time.to_bits(), Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(3));
    }
    let mut cpus: std::ffi::c_uint = 1;
    if fault("needs a function") || fault("picture of the processors") {
        let count = suites().threads.and_then(|threads| threads.multiThreadNumCPUs);
        unsafe { count.unwrap_or_else(|| std::process::abort())(&raw mut cpus) };
    }
    let before = f64::from_bits(TIME.swap(time.to_bits(), Ordering::Relaxed));
    let offset = match () {
        () if fault("another picture each time") => renders as f32 * 0.01,
        () if fault("picture of the frame before") => before as f32 * 0.01,
        () if fault("keeps its time in a static") => before as f32 * 0.01,
        () if fault("picture of what it was told") => instance::changes(effect) as f32 * 0.01,
        () if fault("picture of the processors") => cpus as f32 * 0.01,
        () => 0.0,
    };
    let gain = sdk::gain(effect, time) as f32;
    let reach = |x: c_int| if fault("writes outside of the window") { x + 1 } else { x };
    for y in y1..y2 {
        for x in x1..reach(x2) {
            if fault("leaves a pixel out") && (x, y) == (x1, y1) {
                continue;
            }
            for component in 0..output.count {
                let from = source.filter(|source| source.count == output.count);
                let from = from.map_or(1.0, |from| from.read(x, y, component));
                if from.is_nan() {
                    crash("crashes at what is no number");
                }
                output.write(x, y, component, from * gain + offset);
            }
        }
    }
    if let Some(source) = source.filter(|_| fault("writes into the source")) {
        source.write(source.bounds[0], source.bounds[1], 0, 0.625);
    }
    kOfxStatOK
}
