//! Random numbers bit for bit as NumPy's legacy `RandomState` gives them, so that a seed means the same image everywhere.
//!
//! The generator is MT19937 (Matsumoto and Nishimura, 1998) seeded by `init_genrand`; doubles take 53 bits from two outputs; normal deviates come in pairs by
//! Marsaglia's polar method, the second of each pair being kept for the next call. NumPy froze this stream in NEP 19.

const N: usize = 624;
const M: usize = 397;

/// `numpy.random.RandomState(seed)`.
///
/// The stream is exact up to the platform's natural logarithm, whose last bit may differ between C libraries.
#[derive(Clone)]
pub struct RandomState {
    state: [u32; N],
    next: usize,
    spare: Option<f64>,
}

impl RandomState {
    /// The stream of a 32-bit seed.
    #[must_use]
    pub fn new(seed: u32) -> Self {
        let mut state = [seed; N];
        for i in 1..N {
            let previous = state[i - 1];
            state[i] = (previous ^ (previous >> 30)).wrapping_mul(1_812_433_253).wrapping_add(i as u32);
        }
        Self { state, next: N, spare: None }
    }

    /// The next 32 random bits.
    pub fn next_u32(&mut self) -> u32 {
        if self.next == N {
            self.twist();
        }
        let mut y = self.state[self.next];
        self.next += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    /// `random_sample()`: uniform in [0, 1), 53 bits.
    pub fn random_sample(&mut self) -> f64 {
        let high = f64::from(self.next_u32() >> 5);
        let low = f64::from(self.next_u32() >> 6);
        (high * 67_108_864.0 + low) / 9_007_199_254_740_992.0
    }

    /// One value of `randn()`: normal, mean 0, variance 1.
    pub fn randn(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let x = 2.0 * self.random_sample() - 1.0;
            let y = 2.0 * self.random_sample() - 1.0;
            let r2 = x * x + y * y;
            if r2 < 1.0 && r2 != 0.0 {
                let factor = (-2.0 * r2.ln() / r2).sqrt();
                self.spare = Some(factor * x);
                return factor * y;
            }
        }
    }

    /// `randn(count)`.
    pub fn randn_vec(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| self.randn()).collect()
    }

    fn twist(&mut self) {
        for i in 0..N {
            let y = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % N] & 0x7fff_ffff);
            let odd = if y & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[i] = self.state[(i + M) % N] ^ (y >> 1) ^ odd;
        }
        self.next = 0;
    }
}

impl std::fmt::Debug for RandomState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RandomState").field("next", &self.next).field("spare", &self.spare).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_outputs_are_those_of_mt19937() {
        let mut random = RandomState::new(5489);
        assert_eq!(random.next_u32(), 3_499_211_612);
        assert_eq!(RandomState::new(5489).next_u32(), 3_499_211_612);
        let ten_thousandth = (1..10_000).fold(0, |_, _| random.next_u32());
        assert_eq!(ten_thousandth, 4_123_659_995, "the value that the C++ standard states for mt19937");
    }
}
