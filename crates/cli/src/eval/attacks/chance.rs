//! Seeded chance: the same arguments print the same table.

/// A stream of numbers (SplitMix64; Steele, Lea, Flood 2014). Not for secrets.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// Returns the stream of a seed; `purpose` keeps streams of one seed apart.
    pub fn new(seed: u64, purpose: u64) -> Self {
        let mut chance = Self(
            seed.wrapping_mul(0xD134_2543_DE82_EF95) ^ purpose.wrapping_mul(0xA24B_AED4_963E_E407),
        );
        chance.next();
        chance
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Returns a number in `0..limit`, 0 for a limit of 0.
    pub fn below(&mut self, limit: u32) -> u32 {
        (self.next() >> 32) as u32 % limit.max(1)
    }

    /// Returns a number in `low..high`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * (self.next() >> 40) as f32 / (1u64 << 24) as f32
    }

    /// Returns a number around 0, bell-shaped, of deviation 1.
    pub fn bell(&mut self) -> f32 {
        // The sum of twelve even numbers has a variance of 1.
        (0..12).map(|_| self.between(-0.5, 0.5)).sum()
    }
}
