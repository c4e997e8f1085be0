//! Tensor shapes with known or symbolic sizes.

use std::fmt;

/// The sizes of a tensor, outermost first.
pub type Shape = Vec<Dim>;

/// One size: a number, or `scale · symbol + offset` for a size that is only known when the graph runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dim {
    symbol: Option<&'static str>,
    scale: i64,
    offset: i64,
}

impl Dim {
    /// A known size.
    #[must_use]
    pub fn fixed(size: usize) -> Self {
        Self { symbol: None, scale: 0, offset: size as i64 }
    }

    /// A size that the caller of the graph chooses; the same name is the same size everywhere in a graph.
    #[must_use]
    pub fn symbol(name: &'static str) -> Self {
        Self { symbol: Some(name), scale: 1, offset: 0 }
    }

    /// The size, where it is known.
    #[must_use]
    pub fn known(self) -> Option<usize> {
        match self.symbol {
            None => usize::try_from(self.offset).ok(),
            Some(_) => None,
        }
    }

    /// The size itself; `None` where it is known to be below 0, which no tensor has.
    #[must_use]
    pub fn possible(self) -> Option<Self> {
        (self.symbol.is_some() || self.offset >= 0).then_some(self)
    }

    /// The size plus a number.
    #[must_use]
    pub fn plus(self, offset: i64) -> Self {
        Self { offset: self.offset + offset, ..self }
    }

    /// The size times a number.
    #[must_use]
    pub fn times(self, factor: i64) -> Self {
        Self { symbol: self.symbol, scale: self.scale * factor, offset: self.offset * factor }
    }

    /// The size divided by a number, rounded down; `None` where a symbolic size does not divide evenly.
    #[must_use]
    pub fn divided(self, divisor: i64) -> Option<Self> {
        let even = self.scale % divisor == 0 && self.offset.rem_euclid(divisor) == 0;
        (self.symbol.is_none() || even).then(|| Self {
            symbol: self.symbol,
            scale: self.scale / divisor,
            offset: self.offset.div_euclid(divisor),
        })
    }

    /// The sum of two sizes, of which one at most is symbolic.
    #[must_use]
    pub fn joined(self, other: Self) -> Option<Self> {
        match (self.symbol, other.symbol) {
            (_, None) => Some(self.plus(other.offset)),
            (None, _) => Some(other.plus(self.offset)),
            _ => None,
        }
    }

    /// Whether this is the known size `size`.
    #[must_use]
    pub fn is(self, size: usize) -> bool {
        self.known() == Some(size)
    }
}

impl From<usize> for Dim {
    fn from(size: usize) -> Self {
        Self::fixed(size)
    }
}

impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(symbol) = self.symbol else { return write!(f, "{}", self.offset) };
        if self.scale != 1 {
            write!(f, "{}*", self.scale)?;
        }
        f.write_str(symbol)?;
        match self.offset {
            0 => Ok(()),
            offset => write!(f, "{offset:+}"),
        }
    }
}

/// A shape for people: `[1, 512, 4*height-26, 16]`.
#[must_use]
pub fn display(shape: &[Dim]) -> String {
    let sizes: Vec<_> = shape.iter().map(ToString::to_string).collect();
    format!("[{}]", sizes.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbolic_sizes_follow_the_arithmetic_of_convolutions() {
        let window = Dim::symbol("height");
        let up = window.plus(-2).times(2).plus(-6);
        assert_eq!(up.to_string(), "2*height-10");
        assert_eq!(up.plus(10).divided(2), Some(window));
        assert_eq!(up.plus(1).divided(2), None);
        assert_eq!(Dim::fixed(7).divided(2), Some(Dim::fixed(3)));
        assert_eq!(window.known(), None);
        assert_eq!(window.plus(-9).possible(), Some(window.plus(-9)));
        assert_eq!(Dim::fixed(2).plus(-2).possible(), Some(Dim::fixed(0)));
        assert_eq!(Dim::fixed(2).plus(-3).possible(), None);
    }
}
