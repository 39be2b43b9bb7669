//! Two halves of the people, by a seed.

/// A deterministic stream of numbers: SplitMix64 (Steele, Lea, Flood 2014), so that a seed resamples the same people for good.
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Returns a number in `0..limit` (D. Lemire, 2019, without the correction: the bias is below 2^-32).
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        ((u128::from(self.next()) * limit as u128) >> 64) as usize
    }
}

/// Returns the numbers below `people` in an order of the seed (R. Durstenfeld, 1964).
pub fn shuffled(people: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..people).collect();
    let mut rng = Rng::new(seed);
    for last in (1..people).rev() {
        order.swap(last, rng.below(last + 1));
    }
    order
}

/// Returns for each of `people` in which half it is: 0 or 1; the two differ by one person at most.
pub fn halves(people: usize, seed: u64) -> Vec<u32> {
    let order = shuffled(people, seed);
    let mut half = vec![0; people];
    for person in order.into_iter().skip(people.div_ceil(2)) {
        half[person] = 1;
    }
    half
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_even_and_the_seeds() {
        for people in [0, 1, 2, 101] {
            let ones = halves(people, 7).iter().sum::<u32>() as usize;
            assert_eq!(ones, people / 2);
        }
        assert_eq!(halves(101, 7), halves(101, 7));
        assert_ne!(halves(101, 7), halves(101, 8));
    }
}
