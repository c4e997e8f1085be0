//! The enumerations of the standard, which cross as strings.

use std::ffi::CStr;
use std::fmt;

use ofx_sys::*;
use serde::{Deserialize, Serialize};

macro_rules! names {
    ($(#[$doc:meta])* $type:ident { $($(#[$variant_doc:meta])* $variant:ident = $constant:ident, $word:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $type {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $type {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// As the standard writes it.
            #[must_use]
            pub fn ofx(self) -> &'static CStr {
                match self { $(Self::$variant => $constant,)+ }
            }

            /// The one that the standard writes so.
            #[must_use]
            pub fn from_ofx(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|this| this.ofx().to_bytes() == name.as_bytes())
            }

            /// As people write it.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }

        impl std::str::FromStr for $type {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|this| this.word() == text).ok_or_else(|| {
                    let words: Vec<_> = Self::ALL.iter().map(|this| this.word()).collect();
                    format!("`{text}` is none of {}", words.join(", "))
                })
            }
        }
    };
}

names! {
    /// What an effect is used for; it decides which clips it has.
    Context {
        /// Makes pictures from nothing.
        Generator = kOfxImageEffectContextGenerator, "generator";
        /// Changes the picture of one clip, `Source`.
        Filter = kOfxImageEffectContextFilter, "filter";
        /// Goes from `SourceFrom` to `SourceTo` by the parameter `Transition`.
        Transition = kOfxImageEffectContextTransition, "transition";
        /// Changes `Source` where the clip `Brush` says.
        Paint = kOfxImageEffectContextPaint, "paint";
        /// Any clips.
        General = kOfxImageEffectContextGeneral, "general";
        /// Shows `Source` at the time of the parameter `SourceTime`.
        Retimer = kOfxImageEffectContextRetimer, "retimer";
    }
}

names! {
    /// What a pixel is made of.
    Components {
        /// Red, green, blue, alpha.
        Rgba = kOfxImageComponentRGBA, "rgba";
        /// Red, green, blue.
        Rgb = kOfxImageComponentRGB, "rgb";
        /// Alpha alone.
        Alpha = kOfxImageComponentAlpha, "alpha";
    }
}

names! {
    /// How a component is stored, the poorest first.
    Depth {
        /// 8 bits; 255 is one.
        Byte = kOfxBitDepthByte, "byte";
        /// 16 bits; 65535 is one.
        Short = kOfxBitDepthShort, "short";
        /// 16-bit floating point.
        Half = kOfxBitDepthHalf, "half";
        /// 32-bit floating point.
        Float = kOfxBitDepthFloat, "float";
    }
}

names! {
    /// What alpha means for the colours.
    Premultiplication {
        /// There is no alpha, or it is one everywhere.
        Opaque = kOfxImageOpaque, "opaque";
        /// Colours are multiplied with alpha.
        Premultiplied = kOfxImagePreMultiplied, "premultiplied";
        /// Colours are as if alpha were one.
        Unpremultiplied = kOfxImageUnPreMultiplied, "unpremultiplied";
    }
}

names! {
    /// From how many threads a plugin may be asked to render.
    ThreadSafety {
        /// One at a time, whatever the instance.
        Unsafe = kOfxImageEffectRenderUnsafe, "unsafe";
        /// One for each instance.
        InstanceSafe = kOfxImageEffectRenderInstanceSafe, "instance safe";
        /// Any number.
        FullySafe = kOfxImageEffectRenderFullySafe, "fully safe";
    }
}

names! {
    /// Which lines of an interlaced picture.
    Field {
        /// Not interlaced: all lines.
        None = kOfxImageFieldNone, "none";
        /// The lower field first.
        Lower = kOfxImageFieldLower, "lower";
        /// The upper field first.
        Upper = kOfxImageFieldUpper, "upper";
        /// Both fields at once.
        Both = kOfxImageFieldBoth, "both";
    }
}

names! {
    /// How much host and plugin agree on colour spaces, in the order of what they can say.
    ColourManagement {
        /// Nothing.
        None = kOfxImageEffectColourManagementNone, "none";
        /// Five generic spaces.
        Basic = kOfxImageEffectColourManagementBasic, "basic";
        /// The well-known spaces by name.
        Core = kOfxImageEffectColourManagementCore, "core";
        /// All spaces of the native configuration.
        Full = kOfxImageEffectColourManagementFull, "full";
        /// An OpenColorIO configuration.
        Ocio = kOfxImageEffectColourManagementOCIO, "ocio";
    }
}

names! {
    /// What a message is about.
    MessageKind {
        /// Something went very wrong.
        Fatal = kOfxMessageFatal, "fatal";
        /// Something went wrong.
        Error = kOfxMessageError, "error";
        /// Something may be wrong.
        Warning = kOfxMessageWarning, "warning";
        /// Something worth knowing.
        Message = kOfxMessageMessage, "message";
        /// Something for a log.
        Log = kOfxMessageLog, "log";
        /// A question to be answered with yes or no.
        Question = kOfxMessageQuestion, "question";
    }
}

impl Components {
    /// How many numbers a pixel has.
    #[must_use]
    pub fn count(self) -> usize {
        match self {
            Self::Rgba => 4,
            Self::Rgb => 3,
            Self::Alpha => 1,
        }
    }
}

impl Depth {
    /// Bytes of a component.
    #[must_use]
    pub fn bytes(self) -> usize {
        match self {
            Self::Byte => 1,
            Self::Short | Self::Half => 2,
            Self::Float => 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back() {
        for context in Context::ALL {
            assert_eq!(Context::from_ofx(context.ofx().to_str().unwrap()), Some(*context));
            assert_eq!(context.word().parse(), Ok(*context));
        }
        assert_eq!("rbga".parse::<Components>(), Err("`rbga` is none of rgba, rgb, alpha".to_owned()));
        assert!(Depth::Byte < Depth::Float);
    }
}
