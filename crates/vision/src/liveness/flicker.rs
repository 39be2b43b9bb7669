//! Exposure that changes from frame to frame: a screen before the camera, or frames of different origin.

use menshen_core::live::{Colour, Shown, Timed};

use super::picture::SIDE;
use super::signal::quantile;

/// Longest time between neighbours in seconds.
const NEIGHBOURS: f32 = 0.35;
/// Seconds around the colours of the screen that do not count: they are meant to change the light, late cameras later.
const AROUND: [f32; 2] = [0.2, 1.2];
/// Fewest pairs of frames.
const PAIRS: usize = 5;
/// Added to every grey value, so that noise in the dark is no change.
const DARK: f32 = 8.0;
/// What a grey value's logarithm is to the light's (sRGB is about the light to the power of 1/2.2).
const GAMMA: f32 = 2.2;

/// Returns the median change of the exposure between neighbouring frames, as a part of the light. The change of two frames
/// is the median over the thumbnail's cells, so that whoever moves in the picture changes nothing.
pub(super) fn flicker(frames: &[&Timed], colours: &[Shown<Option<Colour>>]) -> Option<f32> {
    let lit = colours.first().zip(colours.last()).map(|(first, last)| {
        let [from, to] = [first, last].map(|shown| shown.at_ms as f32 / 1000.0);
        [from - AROUND[0], to + AROUND[1]]
    });
    let dark = |time: f32| lit.is_none_or(|[from, to]| time < from || time > to);
    let pairs = frames
        .windows(2)
        .filter(|w| w[1].time - w[0].time <= NEIGHBOURS && dark(w[0].time) && dark(w[1].time));
    let mut found: Vec<f32> = pairs
        .filter_map(|w| change(&w[0].frame.thumbnail, &w[1].frame.thumbnail))
        .map(f32::abs)
        .collect();
    (found.len() >= PAIRS).then(|| quantile(&mut found, 0.5))
}

fn change(a: &[u8], b: &[u8]) -> Option<f32> {
    if a.len() != SIDE * SIDE || b.len() != SIDE * SIDE {
        return None;
    }
    let light = |value: u8| GAMMA * (f32::from(value) + DARK).ln();
    let mut cells: Vec<f32> = a
        .iter()
        .zip(b)
        .map(|(&p, &q)| light(q) - light(p))
        .collect();
    cells.sort_unstable_by(f32::total_cmp);
    // The middle third: the median of whole grey levels would nearly always be exactly none.
    let middle = &cells[cells.len() / 3..cells.len() * 2 / 3];
    Some(middle.iter().sum::<f32>() / middle.len().max(1) as f32)
}
