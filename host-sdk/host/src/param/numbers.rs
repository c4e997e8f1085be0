//! One to four numbers: what a numeric parameter is worth at a time.

/// One to four numbers. Whole numbers of 32 bits are kept in them exactly.
#[derive(Clone, Copy, Default)]
pub(crate) struct Numbers {
    length: usize,
    numbers: [f64; Self::MOST],
}

impl Numbers {
    /// How many numbers there can be: no parameter has more.
    pub(crate) const MOST: usize = 4;

    /// The same number of numbers, each made of the old one.
    pub(crate) fn map(mut self, number: impl Fn(f64) -> f64) -> Self {
        self.iter_mut().for_each(|slot| *slot = number(*slot));
        self
    }

    /// Each made of the numbers at the same place in both.
    pub(crate) fn zip(mut self, other: Self, number: impl Fn(f64, f64) -> f64) -> Self {
        self.iter_mut().zip(other.iter()).for_each(|(slot, &other)| *slot = number(*slot, other));
        self
    }

    /// As whole numbers, the nearest ones.
    pub(crate) fn integers(&self) -> impl Iterator<Item = i32> + '_ {
        // A cast saturates, which is what is wanted of numbers that do not fit.
        self.iter().map(|number| number.round() as i32)
    }
}

impl std::ops::Deref for Numbers {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        &self.numbers[..self.length]
    }
}

impl std::ops::DerefMut for Numbers {
    fn deref_mut(&mut self) -> &mut [f64] {
        &mut self.numbers[..self.length]
    }
}

impl PartialEq for Numbers {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl std::fmt::Debug for Numbers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

impl FromIterator<f64> for Numbers {
    /// The first four, if there are more.
    fn from_iter<I: IntoIterator<Item = f64>>(numbers: I) -> Self {
        let mut made = Self::default();
        for (slot, number) in made.numbers.iter_mut().zip(numbers) {
            *slot = number;
            made.length += 1;
        }
        made
    }
}

impl<const N: usize> From<[f64; N]> for Numbers {
    fn from(numbers: [f64; N]) -> Self {
        const { assert!(N <= Self::MOST) };
        numbers.into_iter().collect()
    }
}
