//! The Message suites.

use std::ffi::{c_char, c_int, c_void};

use ofx_sys::{OfxMessageSuiteV1, OfxMessageSuiteV2, OfxStatus};

use super::effect::effect_of;
use crate::complaint::Misuse;
use crate::guard::{guard, guard_with, text};
use crate::names::MessageKind;
use crate::observer::Message;
use crate::scope::{self, complain};
use crate::status::{Answer, Status};

unsafe extern "C" {
    fn ofx_host_shim_message(
        handle: *mut c_void,
        kind: *const c_char,
        id: *const c_char,
        format: *const c_char,
        ...
    ) -> OfxStatus;
    fn ofx_host_shim_set_persistent_message(
        handle: *mut c_void,
        kind: *const c_char,
        id: *const c_char,
        format: *const c_char,
        ...
    ) -> OfxStatus;
}

/// All functions of the first version.
pub(super) static SUITE_1: OfxMessageSuiteV1 = OfxMessageSuiteV1 { message: Some(ofx_host_shim_message) };

/// All functions of the second version.
pub(super) static SUITE_2: OfxMessageSuiteV2 = OfxMessageSuiteV2 {
    message: Some(ofx_host_shim_message),
    setPersistentMessage: Some(ofx_host_shim_set_persistent_message),
    clearPersistentMessage: Some(clear_persistent_message),
};

/// What the shim calls with the finished text.
///
/// # Safety
/// Each string is null or ends with a zero byte.
#[unsafe(no_mangle)]
unsafe extern "C" fn ofx_host_message(
    persistent: c_int,
    handle: *mut c_void,
    kind: *const c_char,
    id: *const c_char,
    words: *const c_char,
) -> OfxStatus {
    guard_with("message", Status::FATAL, || {
        // SAFETY: as our caller says.
        unsafe { message(persistent != 0, handle, kind, id, words) }.unwrap_or_else(|status| status)
    })
    .0
}

/// Tells the observer.
///
/// # Safety
/// Each string is null or ends with a zero byte.
unsafe fn message(
    persistent: bool,
    handle: *mut c_void,
    kind: *const c_char,
    id: *const c_char,
    words: *const c_char,
) -> Answer<Status> {
    let function = if persistent { "setPersistentMessage" } else { "message" };
    // SAFETY: as our caller says.
    let (kind, words) = unsafe { (text(function, kind)?, text(function, words)?) };
    // SAFETY: as our caller says. Many plugins have no name for their messages.
    let id = if id.is_null() { String::new() } else { unsafe { text(function, id)? }.to_string_lossy().into_owned() };
    let kind = MessageKind::from_ofx(&kind.to_string_lossy()).unwrap_or_else(|| {
        complain(Misuse::PropertyValue, format!("{function}: there is no message of type {kind:?}"));
        MessageKind::Message
    });
    let effect = if handle.is_null() { None } else { Some(effect_of(function, handle)?) };
    let plugin = effect.as_ref().map(|effect| effect.plugin.clone()).unwrap_or_default();
    let message = Message { plugin, kind, id, text: words.to_string_lossy().into_owned(), persistent };
    let host = match &effect {
        Some(effect) => Some(effect.host.0.clone()),
        None => scope::current().and_then(|scope| scope.host.upgrade()),
    };
    let yes = host.is_some_and(|host| host.settings.observer.message(&message));
    if let Some(effect) = effect {
        effect.said(message);
    }
    Ok(match (kind, yes) {
        (MessageKind::Question, true) => Status::YES,
        (MessageKind::Question, false) => Status::NO,
        _ => Status::OK,
    })
}

unsafe extern "C" fn clear_persistent_message(handle: *mut c_void) -> OfxStatus {
    guard("clearPersistentMessage", || {
        let effect = effect_of("clearPersistentMessage", handle)?;
        effect.forget_message();
        effect.host.0.settings.observer.clear_message(&effect.plugin);
        Ok(())
    })
}
