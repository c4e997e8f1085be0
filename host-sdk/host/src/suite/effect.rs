//! The ImageEffect suite.

use std::ffi::{c_char, c_int, c_void};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use ofx_sys::*;

use super::kept::Kept;
use crate::clip::Clip;
use crate::complaint::{Ledger, Misuse};
use crate::effect::{Effect, Role};
use crate::geometry::RectD;
use crate::guard::{guard, guard_with, text, write};
use crate::handle::{HandleKind, Handled, Owned, Table, find};
use crate::image;
use crate::picture::Buffer;
use crate::scope::{self, complain};
use crate::status::{Answer, Status};

/// All of its functions.
pub(super) static SUITE: OfxImageEffectSuiteV1 = OfxImageEffectSuiteV1 {
    getPropertySet: Some(get_property_set),
    getParamSet: Some(get_param_set),
    clipDefine: Some(clip_define),
    clipGetHandle: Some(clip_get_handle),
    clipGetPropertySet: Some(clip_get_property_set),
    clipGetImage: Some(clip_get_image),
    clipReleaseImage: Some(clip_release_image),
    clipGetRegionOfDefinition: Some(clip_get_region_of_definition),
    abort: Some(abort),
    imageMemoryAlloc: Some(image_memory_alloc),
    imageMemoryFree: Some(image_memory_free),
    imageMemoryLock: Some(image_memory_lock),
    imageMemoryUnlock: Some(image_memory_unlock),
};

/// The effect of a handle, for the suites that take it as any pointer.
pub(super) fn effect_of(function: &str, handle: *mut c_void) -> Answer<Arc<Effect>> {
    find(function, handle)
}

/// Memory for pictures. It stays where it is, locked or not; locks are counted to see whether a plugin keeps to the rules.
struct ImageMemory {
    buffer: Buffer,
    locks: AtomicI32,
}

static MEMORY: Table<ImageMemory> = Table::new();
static KEPT: Kept<Owned<ImageMemory>> = Kept::new();

impl Handled for ImageMemory {
    const NAME: &'static str = "image memory";
    const KIND: HandleKind = HandleKind::Memory;
    fn table() -> &'static Table<Self> {
        &MEMORY
    }
}

/// Frees the image memory that a plugin has left, and says so.
pub(super) fn close(ledger: &Arc<Ledger>) {
    let left = KEPT.take_all(ledger);
    if !left.is_empty() {
        let bytes: usize = left.iter().map(|memory| memory.buffer.len()).sum();
        complain(Misuse::Memory, format!("imageMemoryFree was not called for {} blocks of {bytes} bytes", left.len()));
    }
}

unsafe extern "C" fn get_property_set(effect: OfxImageEffectHandle, place: *mut OfxPropertySetHandle) -> OfxStatus {
    guard("getPropertySet", || {
        let effect: Arc<Effect> = find("getPropertySet", effect)?;
        // SAFETY: the plugin passes room for the handle, as the suite says.
        unsafe { write("getPropertySet", place, effect.properties.handle()) }
    })
}

unsafe extern "C" fn get_param_set(effect: OfxImageEffectHandle, place: *mut OfxParamSetHandle) -> OfxStatus {
    guard("getParamSet", || {
        let effect: Arc<Effect> = find("getParamSet", effect)?;
        // SAFETY: the plugin passes room for the handle, as the suite says.
        unsafe { write("getParamSet", place, effect.params.handle()) }
    })
}

unsafe extern "C" fn clip_define(
    effect: OfxImageEffectHandle,
    name: *const c_char,
    place: *mut OfxPropertySetHandle,
) -> OfxStatus {
    guard("clipDefine", || {
        let effect: Arc<Effect> = find("clipDefine", effect)?;
        // SAFETY: the plugin passes a string, as the suite says.
        let name = unsafe { text("clipDefine", name) }?;
        if !matches!(effect.role, Role::InContext) || !scope::is_in(kOfxImageEffectActionDescribeInContext) {
            complain(Misuse::WrongMoment, "clipDefine was called outside of kOfxImageEffectActionDescribeInContext");
            return Err(Status::BAD_HANDLE);
        }
        let Some(clip) = effect.add_clip(Clip::declare(name)) else {
            complain(Misuse::Declaration, format!("clipDefine: there is a clip {name:?} already"));
            return Err(Status::EXISTS);
        };
        // SAFETY: the plugin passes room for the handle, as the suite says; some that do not want it pass null.
        if place.is_null() { Ok(()) } else { unsafe { write("clipDefine", place, clip.properties.handle()) } }
    })
}

unsafe extern "C" fn clip_get_handle(
    effect: OfxImageEffectHandle,
    name: *const c_char,
    place: *mut OfxImageClipHandle,
    properties: *mut OfxPropertySetHandle,
) -> OfxStatus {
    guard("clipGetHandle", || {
        let effect: Arc<Effect> = find("clipGetHandle", effect)?;
        // SAFETY: the plugin passes a string, as the suite says.
        let name = unsafe { text("clipGetHandle", name) }?;
        // Plugins ask for optional clips of other contexts to see whether there are any: not a mistake.
        let clip = effect.clip(name).ok_or(Status::UNKNOWN)?;
        if !properties.is_null() {
            // SAFETY: the plugin passes room for the handle, or null if it does not want it, as the suite says.
            unsafe { write("clipGetHandle", properties, clip.properties.handle()) }?;
        }
        // SAFETY: the plugin passes room for the handle, as the suite says.
        unsafe { write("clipGetHandle", place, clip.handle()) }
    })
}

unsafe extern "C" fn clip_get_property_set(clip: OfxImageClipHandle, place: *mut OfxPropertySetHandle) -> OfxStatus {
    guard("clipGetPropertySet", || {
        let clip: Arc<Clip> = find("clipGetPropertySet", clip)?;
        // SAFETY: the plugin passes room for the handle, as the suite says.
        unsafe { write("clipGetPropertySet", place, clip.properties.handle()) }
    })
}

unsafe extern "C" fn clip_get_image(
    clip: OfxImageClipHandle,
    time: OfxTime,
    region: *const OfxRectD,
    place: *mut OfxPropertySetHandle,
) -> OfxStatus {
    guard("clipGetImage", || {
        let clip: Arc<Clip> = find("clipGetImage", clip)?;
        // SAFETY: the plugin passes a rectangle, or null for all that there is, as the suite says.
        let region = if region.is_null() { None } else { Some(RectD::from(unsafe { region.read_unaligned() })) };
        let Some(instance) = clip.instance.upgrade() else {
            complain(Misuse::WrongMoment, "clipGetImage was called for a clip without an instance");
            return Err(Status::BAD_HANDLE);
        };
        let picture = instance.picture(&clip, time, region)?;
        let scope = scope::current().map_or(0, |scope| scope.id);
        let image = image::open(&clip.name.to_string_lossy(), clip.is_output(), picture, scope);
        // SAFETY: the plugin passes room for the handle, as the suite says.
        unsafe { write("clipGetImage", place, image) }
    })
}

unsafe extern "C" fn clip_release_image(image: OfxPropertySetHandle) -> OfxStatus {
    guard("clipReleaseImage", || image::release(image))
}

unsafe extern "C" fn clip_get_region_of_definition(
    clip: OfxImageClipHandle,
    time: OfxTime,
    place: *mut OfxRectD,
) -> OfxStatus {
    guard("clipGetRegionOfDefinition", || {
        let clip: Arc<Clip> = find("clipGetRegionOfDefinition", clip)?;
        let instance = clip.instance.upgrade().ok_or(Status::BAD_HANDLE)?;
        let region = instance.clip_region(&clip, time).ok_or(Status::FAILED)?;
        // SAFETY: the plugin passes room for the rectangle, as the suite says.
        unsafe { write("clipGetRegionOfDefinition", place, region.into()) }
    })
}

unsafe extern "C" fn abort(effect: OfxImageEffectHandle) -> c_int {
    guard_with("abort", 0, || {
        let instance = find::<Effect, _>("abort", effect).ok().and_then(|effect| effect.instance());
        if let Some(instance) = &instance {
            instance.effect.host.settings().observer.abort_asked();
        }
        c_int::from(instance.is_some_and(|instance| instance.is_cancelled()))
    })
}

unsafe extern "C" fn image_memory_alloc(
    effect: OfxImageEffectHandle,
    len: usize,
    place: *mut OfxImageMemoryHandle,
) -> OfxStatus {
    guard("imageMemoryAlloc", || {
        // SAFETY: the plugin passes room for the handle, as the suite says. It is null if anything fails.
        unsafe { write("imageMemoryAlloc", place, std::ptr::null_mut()) }?;
        // No instance, for memory that is shared by all, is allowed.
        if !effect.is_null() {
            find::<Effect, _>("imageMemoryAlloc", effect)?;
        }
        let buffer = Buffer::zeroed(len).ok_or(Status::MEMORY)?;
        let memory = Owned::new(ImageMemory { buffer, locks: AtomicI32::new(0) });
        let handle: OfxImageMemoryHandle = memory.handle();
        KEPT.add(handle.addr(), memory);
        // SAFETY: as above.
        unsafe { write("imageMemoryAlloc", place, handle) }
    })
}

unsafe extern "C" fn image_memory_free(memory: OfxImageMemoryHandle) -> OfxStatus {
    guard("imageMemoryFree", || {
        // Locked or not: the suite says that locks are ignored.
        let found: Arc<ImageMemory> = find("imageMemoryFree", memory)?;
        if !found.buffer.is_whole() {
            complain(Misuse::Memory, "something was written before or behind memory of imageMemoryAlloc");
        }
        drop(KEPT.take(memory.addr()));
        Ok(())
    })
}

unsafe extern "C" fn image_memory_lock(memory: OfxImageMemoryHandle, place: *mut *mut c_void) -> OfxStatus {
    guard("imageMemoryLock", || {
        // SAFETY: the plugin passes room for the pointer, as the suite says. It is null if anything fails.
        unsafe { write("imageMemoryLock", place, std::ptr::null_mut()) }?;
        let memory: Arc<ImageMemory> = find("imageMemoryLock", memory)?;
        memory.locks.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { write("imageMemoryLock", place, memory.buffer.pointer().cast()) }
    })
}

unsafe extern "C" fn image_memory_unlock(memory: OfxImageMemoryHandle) -> OfxStatus {
    guard("imageMemoryUnlock", || {
        let memory: Arc<ImageMemory> = find("imageMemoryUnlock", memory)?;
        if memory.locks.fetch_sub(1, Ordering::Relaxed) <= 0 {
            memory.locks.store(0, Ordering::Relaxed);
            complain(Misuse::Memory, "imageMemoryUnlock was given memory that is not locked");
        }
        Ok(())
    })
}
