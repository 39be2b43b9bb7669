//! Linear equations.

/// Returns the solution of eight equations, each with its right side last (Gauss, with the largest pivot of each column);
/// `None` where they have no single one.
pub(super) fn solve(mut rows: [[f64; 9]; 8]) -> Option<[f64; 8]> {
    for column in 0..8 {
        let largest =
            |&p: &usize, &q: &usize| rows[p][column].abs().total_cmp(&rows[q][column].abs());
        let pivot = (column..8).max_by(largest)?;
        rows.swap(column, pivot);
        let own = rows[column];
        if own[column].abs() < 1e-12 || !own[column].is_finite() {
            return None;
        }
        for row in &mut rows[column + 1..] {
            let factor = row[column] / own[column];
            for (value, own) in row.iter_mut().zip(own) {
                *value -= factor * own;
            }
        }
    }
    let mut found = [0.0; 8];
    for column in (0..8).rev() {
        let known: f64 = (column + 1..8).map(|k| rows[column][k] * found[k]).sum();
        found[column] = (rows[column][8] - known) / rows[column][column];
    }
    found.iter().all(|v| v.is_finite()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_gives_its_solution_back_and_a_singular_one_none() {
        let wanted = [1.0, -2.0, 3.0, 0.5, 0.0, -7.0, 2.0, 4.0];
        let mut rows = [[0.0; 9]; 8];
        for (i, row) in rows.iter_mut().enumerate() {
            for j in 0..8 {
                row[j] = ((i * 7 + j * 13) % 11) as f64 - if i == j { 20.0 } else { 0.0 };
                row[8] += row[j] * wanted[j];
            }
        }
        let found = solve(rows).unwrap();
        assert!(
            found.iter().zip(wanted).all(|(f, w)| (f - w).abs() < 1e-9),
            "{found:?}"
        );
        assert_eq!(solve([[1.0; 9]; 8]), None);
    }
}
