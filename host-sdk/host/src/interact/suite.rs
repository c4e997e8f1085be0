//! The Interact suite.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use ofx_sys::*;

use super::Interact;
use crate::guard::{guard, write};
use crate::handle::find;

/// All of its functions.
pub(crate) static SUITE: OfxInteractSuiteV1 = OfxInteractSuiteV1 {
    interactSwapBuffers: Some(swap_buffers),
    interactRedraw: Some(redraw),
    interactGetPropertySet: Some(get_property_set),
};

unsafe extern "C" fn swap_buffers(interact: OfxInteractHandle) -> OfxStatus {
    guard("interactSwapBuffers", || {
        let interact: Arc<Interact> = find("interactSwapBuffers", interact)?;
        interact.swaps.fetch_add(1, Ordering::Relaxed);
        Ok(())
    })
}

unsafe extern "C" fn redraw(interact: OfxInteractHandle) -> OfxStatus {
    guard("interactRedraw", || {
        let interact: Arc<Interact> = find("interactRedraw", interact)?;
        interact.wants_redraw.store(true, Ordering::Relaxed);
        Ok(())
    })
}

unsafe extern "C" fn get_property_set(interact: OfxInteractHandle, properties: *mut OfxPropertySetHandle) -> OfxStatus {
    guard("interactGetPropertySet", || {
        let interact: Arc<Interact> = find("interactGetPropertySet", interact)?;
        // SAFETY: there is room for a handle, as the suite says.
        unsafe { write("interactGetPropertySet", properties, interact.properties.handle()) }
    })
}
