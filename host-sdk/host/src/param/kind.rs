//! The kinds of parameters and what values they hold.

use std::ffi::CStr;

use ofx_sys as ofx;
use serde::{Deserialize, Serialize};

/// A kind of parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParamKind {
    /// A whole number.
    Integer,
    /// Two whole numbers.
    Integer2D,
    /// Three whole numbers.
    Integer3D,
    /// A number.
    Double,
    /// Two numbers, often a point or a size.
    Double2D,
    /// Three numbers.
    Double3D,
    /// True or false.
    Boolean,
    /// One of several options, by its number.
    Choice,
    /// One of several options, by a word that stands for it.
    StrChoice,
    /// Red, green and blue.
    Rgb,
    /// Red, green, blue and alpha.
    Rgba,
    /// Text.
    String,
    /// Text that only the plugin understands.
    Custom,
    /// Bytes that only the plugin understands.
    Bytes,
    /// A group of parameters. Holds nothing.
    Group,
    /// A page of parameters. Holds nothing.
    Page,
    /// A button. Holds nothing.
    PushButton,
    /// Curves over a range, drawn by the user.
    Parametric,
}

/// What a parameter holds, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    Integers(usize),
    Doubles(usize),
    Text,
    Bytes,
    Curves,
    Nothing,
}

const KINDS: [(ParamKind, &CStr, Holds); 18] = [
    (ParamKind::Integer, ofx::kOfxParamTypeInteger, Holds::Integers(1)),
    (ParamKind::Integer2D, ofx::kOfxParamTypeInteger2D, Holds::Integers(2)),
    (ParamKind::Integer3D, ofx::kOfxParamTypeInteger3D, Holds::Integers(3)),
    (ParamKind::Double, ofx::kOfxParamTypeDouble, Holds::Doubles(1)),
    (ParamKind::Double2D, ofx::kOfxParamTypeDouble2D, Holds::Doubles(2)),
    (ParamKind::Double3D, ofx::kOfxParamTypeDouble3D, Holds::Doubles(3)),
    (ParamKind::Boolean, ofx::kOfxParamTypeBoolean, Holds::Integers(1)),
    (ParamKind::Choice, ofx::kOfxParamTypeChoice, Holds::Integers(1)),
    (ParamKind::StrChoice, ofx::kOfxParamTypeStrChoice, Holds::Text),
    (ParamKind::Rgb, ofx::kOfxParamTypeRGB, Holds::Doubles(3)),
    (ParamKind::Rgba, ofx::kOfxParamTypeRGBA, Holds::Doubles(4)),
    (ParamKind::String, ofx::kOfxParamTypeString, Holds::Text),
    (ParamKind::Custom, ofx::kOfxParamTypeCustom, Holds::Text),
    (ParamKind::Bytes, ofx::kOfxParamTypeBytes, Holds::Bytes),
    (ParamKind::Group, ofx::kOfxParamTypeGroup, Holds::Nothing),
    (ParamKind::Page, ofx::kOfxParamTypePage, Holds::Nothing),
    (ParamKind::PushButton, ofx::kOfxParamTypePushButton, Holds::Nothing),
    (ParamKind::Parametric, ofx::kOfxParamTypeParametric, Holds::Curves),
];

impl ParamKind {
    /// The kind of that name in the interface.
    #[must_use]
    pub fn from_ofx(name: &CStr) -> Option<Self> {
        KINDS.iter().find(|(_, other, _)| *other == name).map(|(kind, ..)| *kind)
    }

    /// Its name in the interface.
    #[must_use]
    pub fn ofx_name(self) -> &'static CStr {
        self.entry().1
    }

    pub(crate) fn holds(self) -> Holds {
        self.entry().2
    }

    /// Whether its values are numbers with a range.
    pub(crate) fn is_numeric(self) -> bool {
        !matches!(self, Self::Boolean | Self::Choice) && matches!(self.holds(), Holds::Integers(_) | Holds::Doubles(_))
    }

    /// Whether it holds a colour.
    pub(crate) fn is_colour(self) -> bool {
        matches!(self, Self::Rgb | Self::Rgba)
    }

    fn entry(self) -> &'static (Self, &'static CStr, Holds) {
        // The table has them in the order of their declaration, which a test makes sure of.
        &KINDS[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_kind_at_its_place() {
        for (index, &(kind, name, _)) in KINDS.iter().enumerate() {
            assert_eq!((kind as usize, ParamKind::from_ofx(name)), (index, Some(kind)));
        }
        assert_eq!(ParamKind::from_ofx(c"OfxParamTypeNothing"), None);
    }
}
