//! The C interface of [OpenFX](https://openfx.readthedocs.io) 1.5: handles, suites, actions, properties and status codes.
//!
//! Everything at the root is made by bindgen from the headers of the OpenFX project, under their own names, and carries
//! their licence (BSD-3-Clause, see `LICENSE-OPENFX`). Strings are [`CStr`](core::ffi::CStr). Suites are structs of
//! optional functions, because hosts do leave functions out. How structs lie in memory is checked while compiling.
//!
//! [`property`] says which type and dimension each property has. How all that is made again is told in the README.

#![no_std]

#[allow(missing_docs, non_camel_case_types, non_snake_case, non_upper_case_globals)]
mod bindings;
mod properties;
pub mod property;

pub use bindings::*;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_that_are_easily_mistyped_are_those_of_the_headers() {
        assert_eq!(kOfxParamPropUseHostOverlayHandle, c"kOfxParamPropUseHostOverlayHandle");
        assert_eq!(kOfxActionOpenGLContextDetached, c"kOfxActionOpenGLContextDetached");
        assert_eq!(kOfxImageEffectPropSupportsMultipleClipDepths, c"OfxImageEffectPropMultipleClipDepths");
        assert_eq!((kOfxStatErrImageFormat, kOfxStatReplyDefault, kOfxStatUnlicensed), (1000, 14, 15));
        assert_eq!((kOfxFlagInfiniteMin, kOfxFlagInfiniteMax), (i32::MIN, i32::MAX));
    }

    #[test]
    fn every_property_is_found_by_its_name() {
        for property in property::all() {
            assert_eq!(property::find(property.name), Some(property));
            assert!(!property.kinds.is_empty(), "{}", property.name);
        }
        assert_eq!(property::find("OfxImagePropBounds").map(|property| property.dimension), Some(4));
        assert_eq!(property::find("OfxNothing"), None);
    }
}
