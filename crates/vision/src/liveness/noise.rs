//! The noise of a sensor where the picture is smooth, and whether it is new in every frame.
//!
//! Coding takes most of a sensor's noise away, the finest first. So the noise is looked at in two ways: its size by the
//! second differences inside the coder's blocks, and its shape (`grain`) by patterns of 4 x 4 pixels, which survive better.

use menshen_core::live::Timed;

use super::grey::Grey;
use super::signal::quantile;

/// Side of the coder's blocks in pixels.
const BLOCK: usize = 8;
/// Greatest difference of means between the quarters of a smooth block, in grey levels.
const SMOOTH: i32 = 6;
/// Means outside of this range are burnt out or swallowed by black.
const LIT: std::ops::RangeInclusive<i32> = 12..=243;
/// Blocks of a frame that are looked at, about.
const BLOCKS: usize = 1500;

/// Returns the standard deviation of the noise in grey levels: the median over the smooth blocks of what Immerkaer's mask
/// (1996) gives inside the block, so that neither edges of the picture nor the coder's seams count. 0 without any.
pub(super) fn noise(grey: &Grey) -> f32 {
    let (columns, rows) = (grey.width / BLOCK, grey.height / BLOCK);
    let step = (((columns * rows) as f32 / BLOCKS as f32).sqrt().ceil() as usize).max(1);
    let mut found = Vec::new();
    for row in (0..rows).step_by(step) {
        for column in (0..columns).step_by(step) {
            let (x, y) = (column * BLOCK, row * BLOCK);
            if is_smooth(grey, x, y, BLOCK) {
                found.push(block_noise(grey, x, y));
            }
        }
    }
    quantile(&mut found, 0.5)
}

/// Mean of the mask [1 -2 1; -2 4 -2; 1 -2 1] over the block's inner pixels, as a standard deviation.
fn block_noise(grey: &Grey, x: usize, y: usize) -> f32 {
    let across: [[i32; BLOCK - 2]; BLOCK] = std::array::from_fn(|dy| {
        let row = grey.row(x, y + dy, BLOCK);
        std::array::from_fn(|i| {
            i32::from(row[i]) - 2 * i32::from(row[i + 1]) + i32::from(row[i + 2])
        })
    });
    let down = across
        .windows(3)
        .flat_map(|w| (0..BLOCK - 2).map(move |i| (w[0][i] - 2 * w[1][i] + w[2][i]).abs()));
    let sum: i32 = down.sum();
    // The mean of |N(0, s)| is s * sqrt(2 / pi); the mask's weights have length 6.
    sum as f32 / ((BLOCK - 2) * (BLOCK - 2)) as f32 * std::f32::consts::FRAC_PI_2.sqrt() / 6.0
}

/// Do the quarters of a square differ little, and is it neither burnt out nor black?
fn is_smooth(grey: &Grey, x: usize, y: usize, side: usize) -> bool {
    let half = side / 2;
    let area = (half * half) as i32;
    let quarter = |qx: usize, qy: usize| {
        let rows = (0..half).flat_map(|dy| grey.row(x + qx * half, y + qy * half + dy, half));
        rows.map(|&v| i32::from(v)).sum::<i32>() / area
    };
    let quarters = [quarter(0, 0), quarter(1, 0), quarter(0, 1), quarter(1, 1)];
    let (low, high) = quarters
        .iter()
        .fold((255, 0), |(low, high), &q| (low.min(q), high.max(q)));
    high - low <= SMOOTH && LIT.contains(&low) && LIT.contains(&high)
}

/// Places of the grain: columns and rows over the whole frame.
const PLACES: [usize; 2] = [8, 4];
/// Side of a place in pixels.
const PLACE: usize = 16;
/// Side of the pattern's squares in pixels.
const SQUARE: usize = 4;
/// What stands for a place that is not smooth.
const ROUGH: u8 = 0;

/// Returns the noise at 32 fixed places: the sum of a chequered pattern of 4 x 4 pixels over 16 x 16, scaled so that white
/// noise gives its own standard deviation, in 1/8 grey levels around 128; 0 where the picture is not smooth. Empty for a
/// picture that is too small.
pub(super) fn grain(grey: &Grey) -> Vec<u8> {
    let [columns, rows] = PLACES;
    if grey.width < columns * 2 * PLACE || grey.height < rows * 2 * PLACE {
        return Vec::new();
    }
    // On the coder's lattice, so that a place is made of whole blocks.
    let at = |k: usize, n: usize, length: usize| {
        ((2 * k + 1) * length / (2 * n) - PLACE / 2) / BLOCK * BLOCK
    };
    let places = (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row)));
    let of = |(column, row)| {
        let (x, y) = (at(column, columns, grey.width), at(row, rows, grey.height));
        if is_smooth(grey, x, y, PLACE) {
            pattern(grey, x, y)
        } else {
            ROUGH
        }
    };
    places.map(of).collect()
}

fn pattern(grey: &Grey, x: usize, y: usize) -> u8 {
    let mut sum = 0i32;
    for dy in 0..PLACE {
        for (dx, &value) in grey.row(x, y + dy, PLACE).iter().enumerate() {
            let sign = 1 - 2 * ((dx / SQUARE + dy / SQUARE) % 2) as i32;
            sum += sign * i32::from(value);
        }
    }
    let eighths = sum as f32 / PLACE as f32 * 8.0;
    // 0 is taken.
    (128.0 + eighths).round().clamp(1.0, 255.0) as u8
}

/// Fewest places that two frames must share.
const SHARED: usize = 6;
/// Fewest pairs of frames.
const PAIRS: usize = 5;
/// Longest time between neighbours in seconds.
const NEIGHBOURS: f32 = 0.35;
/// Weakest grain that is told from the coder's rounding, as a standard deviation in 1/8 grey levels: a still, clean picture
/// has none to compare, whoever made it.
const WEAKEST: f32 = 4.0;

/// Least noise of both frames in grey levels. Where a coder has taken the noise away, the places hold nothing but the scene,
/// which is the same in every frame: on films of living people (H.264, then JPEG), whose noise is 0 here, the likeness was
/// 0.4 to 1.0 without this.
const LEAST: f32 = 0.3;

/// Returns the likeness of the noise of neighbouring frames: the median over pairs of the correlation between their places,
/// -1..=1. `None` where too little noise is left to tell.
pub(super) fn likeness(frames: &[&Timed]) -> Option<f32> {
    let pairs = frames
        .windows(2)
        .filter(|w| w[1].time - w[0].time <= NEIGHBOURS)
        .filter(|w| w.iter().all(|timed| timed.frame.noise >= LEAST));
    let mut found: Vec<f32> = pairs
        .filter_map(|w| correlation(&w[0].frame.grain, &w[1].frame.grain))
        .collect();
    (found.len() >= PAIRS).then(|| quantile(&mut found, 0.5))
}

fn correlation(a: &[u8], b: &[u8]) -> Option<f32> {
    let both = a
        .iter()
        .zip(b)
        .filter(|(p, q)| **p != ROUGH && **q != ROUGH);
    let both: Vec<[f32; 2]> = both
        .map(|(&p, &q)| [f32::from(p) - 128.0, f32::from(q) - 128.0])
        .collect();
    if both.len() < SHARED {
        return None;
    }
    let n = both.len() as f32;
    let sum = |value: fn(&[f32; 2]) -> f32| both.iter().map(value).sum::<f32>() / n;
    let (pp, qq, pq) = (
        sum(|v| v[0] * v[0]),
        sum(|v| v[1] * v[1]),
        sum(|v| v[0] * v[1]),
    );
    let weakest = pp.min(qq).sqrt();
    (weakest >= WEAKEST).then(|| (pq / (pp * qq).sqrt()).clamp(-1.0, 1.0))
}
