//! Bands across the rows: a camera that reads row by row sees a screen's refresh as bright and dark stripes.
//!
//! A stripe goes through the whole width, what is shown does not: the rows of the left and the right side of the frame
//! agree in it.

use super::grey::Grey;

/// Part of the width at each side.
const SIDE: f32 = 0.25;
/// Stripes wider than this part of the height are taken for shading.
const WIDEST: f32 = 0.25;
/// Rows are taken together up to so many over the height.
const ROWS: usize = 120;
/// Rows below which nothing is told.
const FEWEST: usize = 16;
/// Added to every grey value, so that noise in the dark is no stripe.
const DARK: f32 = 8.0;
/// What a grey value's logarithm is to the light's (sRGB is about the light to the power of 1/2.2).
const GAMMA: f32 = 2.2;

/// Returns the strength of stripes as a part of the light: the square root of the covariance of both sides' rows, each the
/// logarithm of its light without what is broader than a quarter of the height. 0 where the sides disagree.
pub(super) fn bands(grey: &Grey) -> f32 {
    let side = (grey.width as f32 * SIDE) as usize;
    let each = grey.height.div_ceil(ROWS).max(1);
    let rows = grey.height / each;
    if side == 0 || rows < FEWEST {
        return 0.0;
    }
    let left = profile(grey, 0, side, each, rows);
    let right = profile(grey, grey.width - side, side, each, rows);
    let together: f32 = left.iter().zip(&right).map(|(l, r)| l * r).sum();
    (together / rows as f32).max(0.0).sqrt()
}

fn profile(grey: &Grey, x: usize, width: usize, each: usize, rows: usize) -> Vec<f32> {
    let light: Vec<f32> = (0..rows)
        .map(|row| {
            let values = (0..each).flat_map(|k| grey.row(x, row * each + k, width));
            let sum: u32 = values.map(|&v| u32::from(v)).sum();
            GAMMA * (sum as f32 / (each * width) as f32 + DARK).ln()
        })
        .collect();
    let reach = ((rows as f32 * WIDEST / 2.0) as usize).max(1);
    let broad = |row: usize| {
        let around = &light[row.saturating_sub(reach)..(row + reach + 1).min(rows)];
        around.iter().sum::<f32>() / around.len() as f32
    };
    (0..rows).map(|row| light[row] - broad(row)).collect()
}
