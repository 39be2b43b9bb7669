//! Printed grounds: plain sine waves and a plain disc. Nothing here imitates a real guilloche or
//! emblem, and no colour is that of a document in use.

use crate::page::{Ink, Page};

/// Paints thin waves over the whole page: `period` millimetres apart, `depth` of the ink's strength.
pub fn waves(page: &mut Page, inks: [Ink; 2], period: f32, depth: f32) {
    page.paint(|x, y, colour| {
        let first = y + 1.1 * (x * 0.21).sin() + 0.4 * (x * 0.67).cos();
        let second = x * 0.35 + y + 1.6 * (y * 0.17 + x * 0.09).sin();
        let amounts = [line(first / period), line(second / (period * 1.7))];
        let mut painted = colour;
        for (ink, amount) in inks.iter().zip(amounts) {
            for (channel, target) in painted.iter_mut().zip(ink) {
                *channel += (f32::from(*target) - *channel) * amount * depth;
            }
        }
        painted
    });
}

/// A soft line at every whole number, 0..=1.
fn line(phase: f32) -> f32 {
    let distance = (phase - phase.round()).abs();
    (1.0 - distance * 6.0).max(0.0)
}

/// Lets the paper's colour run from `left` to `right` across the page.
pub fn gradient(page: &mut Page, left: Ink, right: Ink) {
    let width = page.size[0];
    page.paint(|x, _, _| {
        let part = x / width;
        std::array::from_fn(|i| {
            f32::from(left[i]) + (f32::from(right[i]) - f32::from(left[i])) * part
        })
    });
}

/// Paints a placeholder seal: two rings and a sun of straight rays, centred on `centre` (mm).
pub fn seal(page: &mut Page, centre: [f32; 2], radius: f32, ink: Ink, opacity: f32) {
    page.paint(|x, y, colour| {
        let (dx, dy) = (x - centre[0], y - centre[1]);
        let distance = (dx * dx + dy * dy).sqrt() / radius;
        if distance > 1.05 {
            return colour;
        }
        let ring = |at: f32, width: f32| (1.0 - ((distance - at).abs() / width).powi(2)).max(0.0);
        let rays = if (0.28..0.68).contains(&distance) {
            ((dy.atan2(dx) * 12.0).sin() * 3.0).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let disc = if distance < 0.2 { 1.0 } else { 0.0 };
        let amount = ring(0.95, 0.05).max(ring(0.8, 0.03)).max(rays).max(disc) * opacity;
        std::array::from_fn(|i| colour[i] + (f32::from(ink[i]) - colour[i]) * amount)
    });
}
