//! What an effect is: its description, and its answers to a host's actions.

use std::any::Any;
use std::ffi::{CStr, CString};

use ofx_sys as ofx;

use crate::failure::Failure;
use crate::ffi::effect::{Descriptor, Instance};
use crate::ffi::host::Host;
use crate::ffi::interact::{Canvas, Key, Pen, View};
use crate::ffi::property::{IfKnown as _, Properties};
use crate::geometry::{Rect, Window};

/// An effect of the plugin. It keeps nothing between actions: what it is asked for follows from the parameters and clips
/// of the instance, and what is expensive is shared by all instances ([`crate::shared`]).
pub trait Effect: Send + Sync {
    /// What hosts and projects know it by: reverse domain name, small letters, digits, dots and underscores. For ever.
    fn identifier(&self) -> &str;

    /// Major and minor. The major one changes with incompatible parameters only, the minor one with every change of the
    /// description, because hosts cache that.
    fn version(&self) -> [u32; 2];

    /// Says what it is.
    ///
    /// # Errors
    /// The host refuses something that it must have.
    fn describe(&self, descriptor: &Descriptor<'_>, host: &Host) -> Result<(), Failure>;

    /// Says which clips and parameters it has in a context.
    ///
    /// # Errors
    /// As [`describe`](Self::describe).
    fn describe_in(&self, context: Context, descriptor: &Descriptor<'_>, host: &Host) -> Result<(), Failure>;

    /// An instance was made. Hosts make one for every frame, so this is quick.
    ///
    /// # Errors
    /// The host does not answer.
    fn created(&self, _instance: &Instance<'_>) -> Result<(), Failure> {
        Ok(())
    }

    /// Something of an instance was changed.
    ///
    /// # Errors
    /// What the user should know, too.
    fn changed(&self, _instance: &Instance<'_>, _change: &Change) -> Result<(), Failure> {
        Ok(())
    }

    /// What the effect wishes its clips to be.
    ///
    /// # Errors
    /// The host does not answer.
    fn clip_preferences(&self, instance: &Instance<'_>, wishes: &Wishes<'_>) -> Result<(), Failure>;

    /// Where it makes pixels, canonical, at full size; `None` for where the host thinks.
    ///
    /// # Errors
    /// The host does not answer.
    fn region_of_definition(&self, instance: &Instance<'_>, time: f64) -> Result<Option<Rect>, Failure>;

    /// Which part of which clip it needs to make a part.
    ///
    /// # Errors
    /// The host does not answer.
    fn regions_of_interest(&self, instance: &Instance<'_>, time: f64) -> Result<Vec<(String, Rect)>, Failure>;

    /// Which frames of which clip it needs to make one, each as first and last.
    ///
    /// # Errors
    /// As [`render`](Self::render).
    fn frames_needed(&self, instance: &Instance<'_>, time: f64) -> Result<Vec<(String, [f64; 2])>, Failure>;

    /// At which times it has pictures; `None` for where the host thinks.
    ///
    /// # Errors
    /// The host does not answer.
    fn time_domain(&self, _instance: &Instance<'_>) -> Result<Option<[f64; 2]>, Failure> {
        Ok(None)
    }

    /// The clip that it would pass on unchanged at a time.
    ///
    /// # Errors
    /// The host does not answer.
    fn identity(&self, _instance: &Instance<'_>, _time: f64) -> Result<Option<String>, Failure> {
        Ok(None)
    }

    /// The colour space of its pictures, of those that the host would like, if it can choose; `None` for the host's way.
    ///
    /// # Errors
    /// The host does not answer.
    fn output_colourspace(&self, _instance: &Instance<'_>, _preferred: &[String]) -> Result<Option<String>, Failure> {
        Ok(None)
    }

    /// Makes a picture.
    ///
    /// # Errors
    /// What the user should know; [`Failure::Cancelled`] where the host no longer wants it.
    fn render(&self, instance: &Instance<'_>, request: &Request) -> Result<(), Failure>;

    /// The overlay, if it has one.
    fn overlay(&self) -> Option<&dyn Overlay> {
        None
    }
}

/// What an effect draws over the picture in the host's viewer, and how it takes the mouse. `state` belongs to one viewer.
pub trait Overlay: Send + Sync {
    /// The state of a new viewer.
    fn start(&self) -> Box<dyn Any + Send>;

    /// Draws.
    ///
    /// # Errors
    /// The host does not answer.
    fn draw(
        &self,
        instance: &Instance<'_>,
        view: &View,
        state: &dyn Any,
        canvas: &mut dyn Canvas,
    ) -> Result<(), Failure>;

    /// The pen moved, or was pressed or lifted. Gives whether that was for the overlay.
    ///
    /// # Errors
    /// The host does not answer.
    fn pen(&self, instance: &Instance<'_>, view: &View, state: &mut dyn Any, pen: &Pen) -> Result<bool, Failure>;

    /// A key was pressed. Gives whether that was for the overlay.
    ///
    /// # Errors
    /// The host does not answer.
    fn key(&self, instance: &Instance<'_>, view: &View, state: &mut dyn Any, key: &Key) -> Result<bool, Failure>;
}

/// What an effect is used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// A source of pictures: no clip is needed.
    Generator,
    /// Something that changes the pictures of one clip, Source.
    Filter,
    /// Anything: all clips are optional.
    General,
}

/// What was changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The parameter, if it is one; otherwise a clip, or the instance as a whole.
    pub param: Option<String>,
    /// Whether the user did it, and not the plugin itself or time passing.
    pub by_user: bool,
    /// The time at which.
    pub time: f64,
}

/// What a host asks to be rendered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Request {
    /// The time, in frames.
    pub time: f64,
    /// The pixels, at the scale.
    pub window: Window,
    /// The size of pixels: 0.5 for a proxy of half the size.
    pub scale: [f64; 2],
    /// Whether it is meant for a thumbnail.
    pub thumbnail: bool,
}

/// What an effect can wish its clips to be.
#[derive(Clone, Copy, Debug)]
pub struct Wishes<'a> {
    pub(crate) properties: Properties<'a>,
    /// Whether the host has pictures with all four components.
    pub(crate) rgba: bool,
}

impl Wishes<'_> {
    /// Pixels of the output: red, green, blue and alpha where the host has them, premultiplied as compositors expect, of
    /// the host's depth.
    ///
    /// # Errors
    /// The host does not take them.
    pub fn output_rgba(&self) -> Result<(), Failure> {
        if self.rgba {
            self.properties.set_texts(c"OfxImageClipPropComponents_Output", &[ofx::kOfxImageComponentRGBA]).if_known();
        }
        self.properties.set_texts(ofx::kOfxImageEffectPropPreMultiplication, &[ofx::kOfxImagePreMultiplied])?;
        Ok(())
    }

    /// Whether pictures differ from frame to frame though nothing is animated.
    ///
    /// # Errors
    /// The host does not take it.
    pub fn varies(&self, varies: bool) -> Result<(), Failure> {
        self.properties.set_flag(ofx::kOfxImageEffectFrameVarying, varies)?;
        Ok(())
    }

    /// The colour spaces that a clip had better have, the best first.
    pub fn colourspaces(&self, clip: &str, spaces: &[&CStr]) {
        let name = CString::new(format!("OfxImageClipPropPreferredColourspaces_{clip}")).unwrap_or_default();
        self.properties.set_texts(&name, spaces).if_known();
    }
}
