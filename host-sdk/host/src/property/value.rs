//! The values of a property.

use std::ffi::{CStr, CString, c_int, c_void};

use ofx_sys::property::Kind;

/// The values of one property, all of the same type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Values {
    Int(Vec<c_int>),
    Double(Vec<f64>),
    String(Vec<CString>),
    Pointer(Vec<Pointer>),
}

/// A pointer that somebody keeps in a property. Properties only hand it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pointer(pub(crate) *mut c_void);

// SAFETY: nothing here follows the pointer; whoever does answers for the thread in which it is done.
unsafe impl Send for Pointer {}
// SAFETY: as above.
unsafe impl Sync for Pointer {}

impl Values {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Int(_) => Kind::Int,
            Self::Double(_) => Kind::Double,
            Self::String(_) => Kind::String,
            Self::Pointer(_) => Kind::Pointer,
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Int(values) => values.len(),
            Self::Double(values) => values.len(),
            Self::String(values) => values.len(),
            Self::Pointer(values) => values.len(),
        }
    }

    /// Makes it as long as said, new places being zero or empty.
    pub(crate) fn resize(&mut self, len: usize) {
        match self {
            Self::Int(values) => values.resize(len, 0),
            Self::Double(values) => values.resize(len, 0.0),
            Self::String(values) => values.resize(len, CString::default()),
            Self::Pointer(values) => values.resize(len, Pointer(std::ptr::null_mut())),
        }
    }
}

/// A C type that properties have values of.
pub(crate) trait Element: Clone + Sized + 'static {
    const KIND: Kind;
    fn of(values: &Values) -> Option<&Vec<Self>>;
    fn of_mut(values: &mut Values) -> Option<&mut Vec<Self>>;
    /// Takes a value that is being replaced; strings live a little longer.
    fn retire(self) {}
}

macro_rules! element {
    ($type:ty, $kind:ident $(, $retire:item)?) => {
        impl Element for $type {
            const KIND: Kind = Kind::$kind;
            fn of(values: &Values) -> Option<&Vec<Self>> {
                if let Values::$kind(list) = values { Some(list) } else { None }
            }
            fn of_mut(values: &mut Values) -> Option<&mut Vec<Self>> {
                if let Values::$kind(list) = values { Some(list) } else { None }
            }
            $($retire)?
        }

        impl From<$type> for Values {
            fn from(value: $type) -> Self {
                Self::$kind(vec![value])
            }
        }

        impl<const N: usize> From<[$type; N]> for Values {
            fn from(values: [$type; N]) -> Self {
                Self::$kind(values.into())
            }
        }

        impl From<Vec<$type>> for Values {
            fn from(values: Vec<$type>) -> Self {
                Self::$kind(values)
            }
        }
    };
}

element!(c_int, Int);
element!(f64, Double);
element!(
    CString,
    String,
    fn retire(self) {
        crate::scope::retire(self);
    }
);
element!(Pointer, Pointer);

impl From<bool> for Values {
    fn from(value: bool) -> Self {
        Self::Int(vec![c_int::from(value)])
    }
}

impl From<&CStr> for Values {
    fn from(value: &CStr) -> Self {
        Self::String(vec![value.to_owned()])
    }
}

impl From<&str> for Values {
    fn from(value: &str) -> Self {
        Self::String(vec![c_string(value)])
    }
}

impl From<&String> for Values {
    fn from(value: &String) -> Self {
        Self::from(value.as_str())
    }
}

impl FromIterator<&'static CStr> for Values {
    fn from_iter<I: IntoIterator<Item = &'static CStr>>(iter: I) -> Self {
        Self::String(iter.into_iter().map(CStr::to_owned).collect())
    }
}

impl<T> From<*mut T> for Values {
    fn from(value: *mut T) -> Self {
        Self::Pointer(vec![Pointer(value.cast())])
    }
}

/// Text for C, which ends at the first zero byte.
pub(crate) fn c_string(text: &str) -> CString {
    let end = text.find('\0').unwrap_or(text.len());
    CString::new(&text[..end]).unwrap_or_default()
}
