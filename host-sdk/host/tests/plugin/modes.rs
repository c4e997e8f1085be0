//! What the plugin does: well, or as its mode says.

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::ptr::{null, null_mut};

use ofx_sys::*;

use crate::host::{Set, host, say, suites};
use crate::host_properties;

/// A parameter of an effect.
fn param(effect: OfxImageEffectHandle, name: &CStr) -> OfxParamHandle {
    let (mut set, mut param) = (null_mut(), null_mut());
    unsafe {
        suites().effect.getParamSet.unwrap()(effect, &raw mut set);
        suites().param.paramGetHandle.unwrap()(set, name.as_ptr(), &raw mut param, null_mut());
    }
    param
}

fn mode(effect: OfxImageEffectHandle) -> String {
    let mut text = null_mut::<c_char>();
    let status = unsafe { suites().param.paramGetValueAtTime.unwrap()(param(effect, c"mode"), 0.0, &raw mut text) };
    if status != kOfxStatOK || text.is_null() {
        return String::new();
    }
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}

fn clip(effect: OfxImageEffectHandle, name: &CStr) -> OfxImageClipHandle {
    let mut clip = null_mut();
    unsafe { suites().effect.clipGetHandle.unwrap()(effect, name.as_ptr(), &raw mut clip, null_mut()) };
    clip
}

fn image(effect: OfxImageEffectHandle, name: &CStr, time: f64) -> Option<Set> {
    let mut image = null_mut();
    let status = unsafe { suites().effect.clipGetImage.unwrap()(clip(effect, name), time, null(), &raw mut image) };
    (status == kOfxStatOK).then_some(Set(image))
}

fn release(image: Set) -> OfxStatus {
    unsafe { suites().effect.clipReleaseImage.unwrap()(image.0) }
}

pub(crate) fn act(action: &CStr, effect: OfxImageEffectHandle, arguments: Set, results: Set) -> OfxStatus {
    let mode = mode(effect);
    match mode.as_str() {
        "identity" if action == kOfxImageEffectActionIsIdentity => {
            results.set_string(kOfxPropName, 0, c"Source");
            results.set_double(kOfxPropTime, 0, arguments.double(kOfxPropTime) + 1.0);
            return kOfxStatOK;
        }
        "circle" if action == kOfxImageEffectActionIsIdentity => {
            results.set_string(kOfxPropName, 0, c"Output");
            return kOfxStatOK;
        }
        "infinite" if action == kOfxImageEffectActionGetRegionOfDefinition => {
            for (at, side) in [kOfxFlagInfiniteMin, kOfxFlagInfiniteMin, kOfxFlagInfiniteMax, kOfxFlagInfiniteMax]
                .into_iter()
                .enumerate()
            {
                results.set_double(kOfxImageEffectPropRegionOfDefinition, at as c_int, f64::from(side));
            }
            return kOfxStatOK;
        }
        "wide" if action == kOfxImageEffectActionGetRegionsOfInterest => {
            let sides = [-8.0, -8.0, 8.0, 8.0];
            (0..).zip(sides).for_each(|(at, side)| {
                results.set_double(c"OfxImageClipPropRoI_Source", at, side);
            });
            return kOfxStatOK;
        }
        "frames" if action == kOfxImageEffectActionGetFramesNeeded => {
            for (at, time) in (0..).zip([-1.0, 1.0, 5.0, 5.0]) {
                results.set_double(c"OfxImageClipPropFrameRange_Source", at, time);
            }
            return kOfxStatOK;
        }
        "domain" if action == kOfxImageEffectActionGetTimeDomain => {
            results.set_double(kOfxImageEffectPropFrameRange, 0, 3.0);
            results.set_double(kOfxImageEffectPropFrameRange, 1, 9.0);
            return kOfxStatOK;
        }
        "prefer" if action == kOfxImageEffectActionGetClipPreferences => {
            results.set_string(c"OfxImageClipPropComponents_Output", 0, kOfxImageComponentAlpha);
            results.set_string(kOfxImageEffectPropPreMultiplication, 0, kOfxImageUnPreMultiplied);
            results.set_double(kOfxImageEffectPropFrameRate, 0, 50.0);
            results.set_int(kOfxImageEffectFrameVarying, 0, 1);
            results.set_string(c"OfxImageClipPropPreferredColourspaces_Source", 0, kOfxColourspaceSrgbTx);
            return kOfxStatOK;
        }
        "prefer nonsense" if action == kOfxImageEffectActionGetClipPreferences => {
            results.set_string(c"OfxImageClipPropComponents_Output", 0, kOfxImageComponentYUVA);
            results.set_string(c"OfxImageClipPropDepth_Source", 0, kOfxBitDepthByte);
            return kOfxStatOK;
        }
        "colour" if action == kOfxImageEffectActionGetOutputColourspace => {
            results.set_string(kOfxImageClipPropColourspace, 0, kOfxColourspaceACEScg);
            return kOfxStatOK;
        }
        "colour of Source" if action == kOfxImageEffectActionGetOutputColourspace => {
            results.set_string(kOfxImageClipPropColourspace, 0, c"OfxColourspace_Source");
            return kOfxStatOK;
        }
        "odd status" if action == kOfxImageEffectActionRender => return 77,
        "fail" if action == kOfxImageEffectActionRender => {
            if let Some(set) = suites().message.and_then(|suite| suite.setPersistentMessage) {
                let (kind, format) = (kOfxMessageError.as_ptr(), c"%d of %s".as_ptr());
                unsafe { set(effect.cast(), kind, c"".as_ptr(), format, 7 as c_int, c"nine".as_ptr()) };
            }
            return kOfxStatFailed;
        }
        "does nothing" if action == kOfxImageEffectActionRender => return kOfxStatReplyDefault,
        _ => {}
    }
    if action == kOfxActionInstanceChanged && arguments.string(kOfxPropName) == "button" {
        return button(effect, &mode);
    }
    if action == kOfxActionInstanceChanged && mode == "for ever" {
        let echo = param(effect, c"echo");
        let mut value: c_int = 0;
        unsafe {
            suites().param.paramGetValue.unwrap()(echo, &raw mut value);
            suites().param.paramSetValue.unwrap()(echo, value + 1);
        }
    }
    if action == kOfxImageEffectActionRender {
        return render(effect, arguments, &mode);
    }
    if [kOfxActionCreateInstance, kOfxActionDestroyInstance].contains(&action) {
        kOfxStatOK
    } else {
        kOfxStatReplyDefault
    }
}

/// Something that takes long, with questions.
fn button(effect: OfxImageEffectHandle, mode: &str) -> OfxStatus {
    let suites = suites();
    unsafe { suites.param.paramSetValue.unwrap()(param(effect, c"echo"), 5 as c_int) };
    if let Some(message) = suites.message.and_then(|suite| suite.message) {
        let (kind, text) = (kOfxMessageQuestion.as_ptr(), c"Really?".as_ptr());
        let answer = unsafe { message(effect.cast(), kind, c"".as_ptr(), text) };
        say(effect, if answer == kOfxStatReplyYes { "yes" } else { "no" });
    }
    let Some(progress) = suites.progress else { return kOfxStatOK };
    let (Some(start), Some(update), Some(end)) =
        (progress.progressStart, progress.progressUpdate, progress.progressEnd)
    else {
        return kOfxStatOK;
    };
    unsafe {
        if mode != "update first" {
            start(effect.cast(), c"Working".as_ptr(), c"".as_ptr());
        }
        for tenth in 0..=10 {
            if update(effect.cast(), f64::from(tenth) / 10.0) == kOfxStatReplyNo {
                say(effect, &format!("stopped at {tenth}"));
                break;
            }
        }
        end(effect.cast());
    }
    kOfxStatOK
}

/// What each thread of a render is given.
struct Work {
    source: Option<(Set, [c_int; 4])>,
    output: Set,
    window: [c_int; 4],
    gain: f64,
}

fn render(effect: OfxImageEffectHandle, arguments: Set, mode: &str) -> OfxStatus {
    let time = arguments.double(kOfxPropTime);
    let suites = suites();
    if mode == "wait" {
        while unsafe { suites.effect.abort.unwrap()(effect) } == 0 {
            std::thread::yield_now();
        }
        return kOfxStatFailed;
    }
    let Some(output) = image(effect, c"Output", time) else { return kOfxStatFailed };
    let source = image(effect, c"Source", time);
    let mut gain = 1.0_f64;
    unsafe { suites.param.paramGetValueAtTime.unwrap()(param(effect, c"gain"), time, &raw mut gain) };
    let work = Work {
        source: source.map(|image| (image, image.ints(kOfxImagePropBounds))),
        output,
        window: arguments.ints(kOfxImageEffectPropRenderWindow),
        gain,
    };
    let argument = (&raw const work).cast_mut().cast::<c_void>();
    match suites.threads.and_then(|suite| suite.multiThread) {
        Some(multi_thread) => {
            unsafe { multi_thread(Some(part), 3, argument) };
        }
        None => unsafe { part(0, 1, argument) },
    }
    misbehave(effect, output, mode);
    if let Some(source) = source.filter(|_| mode != "keep image") {
        release(source);
    }
    release(output);
    if mode == "release twice" {
        release(output);
    }
    if mode == "stale image" {
        output.ints::<4>(kOfxImagePropBounds);
    }
    kOfxStatOK
}

fn misbehave(effect: OfxImageEffectHandle, output: Set, mode: &str) {
    let suites = suites();
    match mode {
        "wrong type" => drop(output.string(kOfxImagePropBounds)),
        "too far" => drop(output.ints::<5>(kOfxImagePropBounds)),
        "unknown property" => drop(output.string(c"test.nothing")),
        "write host's" => {
            output.set_int(kOfxImagePropRowBytes, 0, 1);
        }
        "null" => unsafe {
            suites.property.propGetInt.unwrap()(output.0, null(), 0, null_mut());
        },
        "foreign handle" => drop(Set(12345 as *mut _).string(kOfxPropName)),
        "other handle" => drop(Set(effect.cast()).string(kOfxPropName)),
        "set in render" => unsafe {
            suites.param.paramSetValue.unwrap()(param(effect, c"echo"), 1 as c_int);
        },
        "leave memory" => unsafe {
            let mut place = null_mut();
            suites.memory.unwrap().memoryAlloc.unwrap()(effect.cast(), 1000, &raw mut place);
            place.cast::<u8>().write_bytes(1, 1000);
        },
        "leave image memory" => unsafe {
            let mut memory = null_mut();
            suites.effect.imageMemoryAlloc.unwrap()(effect, 1000, &raw mut memory);
            let mut place = null_mut();
            suites.effect.imageMemoryLock.unwrap()(memory, &raw mut place);
            place.cast::<u8>().write_bytes(1, 1000);
        },
        "leave mutex" => unsafe {
            let mut mutex = null_mut();
            suites.threads.unwrap().mutexCreate.unwrap()(&raw mut mutex, 0);
        },
        "unlock what is free" => unsafe {
            let threads = suites.threads.unwrap();
            let mut mutex = null_mut();
            threads.mutexCreate.unwrap()(&raw mut mutex, 0);
            threads.mutexUnLock.unwrap()(mutex);
            threads.mutexDestroy.unwrap()(mutex);
        },
        "threads in threads" => unsafe {
            suites.threads.unwrap().multiThread.unwrap()(Some(again), 2, null_mut());
        },
        "free twice" => unsafe {
            let (memory, mut place) = (suites.memory.unwrap(), null_mut());
            memory.memoryAlloc.unwrap()(null_mut(), 8, &raw mut place);
            memory.memoryFree.unwrap()(place);
            memory.memoryFree.unwrap()(place);
        },
        "no suite" => unsafe {
            host().fetchSuite.unwrap()(host_properties().0, c"OfxNothingSuite".as_ptr(), 1);
        },
        "time line" => {
            if let Some(get) = suites.timeline.and_then(|suite| suite.getTime) {
                let mut time = 0.0;
                unsafe { get(effect.cast(), &raw mut time) };
                say(effect, &format!("time {time}"));
            }
        }
        "write beyond" => unsafe {
            let [x1, _, x2, _] = output.ints(kOfxImagePropBounds);
            let bytes = pixel_bytes(output) * (x2 - x1) as usize;
            output.pointer(kOfxImagePropData).cast::<u8>().add(bytes).write(0);
        },
        _ => {}
    }
}

unsafe extern "C" fn again(_part: c_uint, _parts: c_uint, _argument: *mut c_void) {
    unsafe { suites().threads.unwrap().multiThread.unwrap()(Some(again), 2, null_mut()) };
}

fn count(image: Set) -> usize {
    match image.string(kOfxImageEffectPropComponents).as_str() {
        "OfxImageComponentRGBA" => 4,
        "OfxImageComponentRGB" => 3,
        _ => 1,
    }
}

fn pixel_bytes(image: Set) -> usize {
    let bytes = match image.string(kOfxImageEffectPropPixelDepth).as_str() {
        "OfxBitDepthByte" => 1,
        "OfxBitDepthFloat" => 4,
        _ => 2,
    };
    bytes * count(image)
}

/// Inverts every third row. Without a source, rows are filled with the gain.
unsafe extern "C" fn part(part: c_uint, parts: c_uint, argument: *mut c_void) {
    let Work { source, output, window: [x1, y1, x2, y2], gain } = unsafe { &*argument.cast::<Work>() };
    let depth = output.string(kOfxImageEffectPropPixelDepth);
    let (bounds, size, count) = (output.ints::<4>(kOfxImagePropBounds), pixel_bytes(*output), count(*output));
    let place = |image: Set, bounds: [c_int; 4], x: c_int, y: c_int| {
        let [stride] = image.ints(kOfxImagePropRowBytes);
        let offset = (y - bounds[1]) as isize * stride as isize + (x - bounds[0]) as isize * size as isize;
        image.pointer(kOfxImagePropData).cast::<u8>().wrapping_offset(offset)
    };
    for y in (*y1..*y2).filter(|y| y.rem_euclid(parts as c_int) == part as c_int) {
        for x in *x1..*x2 {
            let to = place(*output, bounds, x, y);
            let inside = |b: &[c_int; 4]| (b[0]..b[2]).contains(&x) && (b[1]..b[3]).contains(&y);
            let from = source.filter(|(_, bounds)| inside(bounds)).map(|(image, bounds)| place(image, bounds, x, y));
            for at in 0..count {
                unsafe {
                    match depth.as_str() {
                        "OfxBitDepthByte" => to.add(at).write(from.map_or(255, |from| 255 - from.add(at).read())),
                        "OfxBitDepthShort" => {
                            let value = from.map_or(65535, |from| 65535 - from.cast::<u16>().add(at).read());
                            to.cast::<u16>().add(at).write(value);
                        }
                        "OfxBitDepthHalf" => {
                            let of = |from: *mut u8| from.cast::<half::f16>().add(at).read().to_f32();
                            let value = from.map_or(*gain as f32, |from| (1.0 - of(from)) * *gain as f32);
                            to.cast::<half::f16>().add(at).write(half::f16::from_f32(value));
                        }
                        _ => {
                            let of = |from: *mut u8| from.cast::<f32>().add(at).read();
                            let value = from.map_or(*gain as f32, |from| (1.0 - of(from)) * *gain as f32);
                            to.cast::<f32>().add(at).write(value);
                        }
                    }
                }
            }
        }
    }
}
