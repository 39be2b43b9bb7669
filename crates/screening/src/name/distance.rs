//! How many typing errors lie between two words.

/// Longest word that is compared letter by letter; longer ones are cut.
const MAX: usize = 32;

/// Returns the optimal string alignment distance (a letter more, less, other, or two swapped), or `None`
/// when it is above `limit`.
pub(crate) fn distance(a: &[u8], b: &[u8], limit: usize) -> Option<usize> {
    let (a, b) = (&a[..a.len().min(MAX)], &b[..b.len().min(MAX)]);
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let mut before = [0u8; MAX + 1];
    let mut last = [0u8; MAX + 1];
    let mut row = [0u8; MAX + 1];
    for (place, cell) in (0u8..).zip(last.iter_mut()) {
        *cell = place;
    }
    for i in 1..=a.len() {
        row[0] = last[0] + 1;
        let mut least = row[0];
        for j in 1..=b.len() {
            let same = a[i - 1] == b[j - 1];
            let mut cost = (last[j] + 1)
                .min(row[j - 1] + 1)
                .min(last[j - 1] + u8::from(!same));
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cost = cost.min(before[j - 2] + 1);
            }
            row[j] = cost;
            least = least.min(cost);
        }
        if usize::from(least) > limit {
            return None;
        }
        (before, last) = (last, row);
    }
    Some(usize::from(last[b.len()])).filter(|found| *found <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swap_counts_once_and_the_limit_holds() {
        let cases: [(&str, &str, usize, Option<usize>); 6] = [
            ("MARTA", "MARTA", 0, Some(0)),
            ("MARTA", "MATRA", 2, Some(1)),
            ("MARTA", "MARIAN", 2, Some(2)),
            ("MARTA", "PETER", 2, None),
            ("", "AB", 2, Some(2)),
            ("ABCDEF", "A", 2, None),
        ];
        for (a, b, limit, expected) in cases {
            assert_eq!(
                distance(a.as_bytes(), b.as_bytes(), limit),
                expected,
                "{a} {b}"
            );
        }
    }
}
