//! Images that plugins hold: each a property set and the picture that it points into.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use ofx_sys::*;

use crate::complaint::Misuse;
use crate::handle::Owned;
use crate::names::Field;
use crate::picture::Picture;
use crate::property::{Access, PropertySet};
use crate::scope::complain;
use crate::status::{Answer, Status};
use crate::sync::lock;

struct Image {
    properties: Owned<PropertySet>,
    /// Keeps the pixels alive for as long as the plugin holds the image.
    picture: Arc<Picture>,
    /// Whether the plugin may write to it.
    output: bool,
    /// The scope in which it was fetched.
    scope: u64,
}

/// All images that plugins hold, by their handles.
static HELD: Mutex<BTreeMap<usize, Image>> = Mutex::new(BTreeMap::new());

/// Gives a plugin an image of the picture, to be given back before the scope is left.
pub(crate) fn open(clip: &str, output: bool, picture: Arc<Picture>, scope: u64) -> OfxPropertySetHandle {
    let host = Access::Host;
    let row_bytes = i32::try_from(picture.row_bytes()).expect("a picture's rows are no longer than an int says");
    let properties = PropertySet::new(format!("an image of clip {clip}"))
        .with(kOfxPropType, host, kOfxTypeImage)
        .with(kOfxImageEffectPropPixelDepth, host, picture.depth().ofx())
        .with(kOfxImageEffectPropComponents, host, picture.components().ofx())
        .with(kOfxImageEffectPropPreMultiplication, host, picture.premultiplication.ofx())
        .with(kOfxImageEffectPropRenderScale, host, [picture.scale.x, picture.scale.y])
        .with(kOfxImagePropPixelAspectRatio, host, picture.pixel_aspect)
        .with(kOfxImagePropData, host, picture.data())
        .with(kOfxImagePropBounds, host, picture.bounds().to_array())
        .with(kOfxImagePropRegionOfDefinition, host, picture.region_of_definition.to_array())
        .with(kOfxImagePropRowBytes, host, row_bytes)
        .with(kOfxImagePropField, host, Field::None.ofx())
        .with(kOfxImagePropUniqueIdentifier, host, &picture.id().to_string());
    let properties = Owned::new(properties);
    let handle: OfxPropertySetHandle = properties.handle();
    lock(&HELD).insert(handle.addr(), Image { properties, picture, output, scope });
    handle
}

/// Takes an image back from a plugin.
pub(crate) fn release(handle: OfxPropertySetHandle) -> Answer {
    let image = lock(&HELD).remove(&handle.addr());
    match image {
        Some(image) => {
            image.check();
            Ok(())
        }
        None => {
            complain(Misuse::Image, "clipReleaseImage was given what is no image, or was released before");
            Err(Status::BAD_HANDLE)
        }
    }
}

/// Takes back what a plugin still holds of a scope that is being left, and says so.
pub(crate) fn close(scope: u64) {
    let mut held = lock(&HELD);
    let left: Vec<usize> = held.iter().filter(|(_, image)| image.scope == scope).map(|(handle, _)| *handle).collect();
    let left: Vec<Image> = left.iter().filter_map(|handle| held.remove(handle)).collect();
    drop(held);
    for image in left {
        complain(Misuse::Image, format!("clipReleaseImage was not called for {}", image.properties.owner()));
        image.check();
    }
}

impl Image {
    /// Whether somebody has written around a picture that is only to be read. That of the output is looked at when all
    /// of it is done: until then another thread may be writing to it.
    fn check(&self) {
        if !self.output && !self.picture.is_whole() {
            let owner = self.properties.owner();
            complain(Misuse::Image, format!("something was written before or behind a row of {owner}"));
        }
    }
}
