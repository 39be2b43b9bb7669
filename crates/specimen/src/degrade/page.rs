//! The page as a copy of a page.

use image::RgbImage;

use crate::page::level;

/// Side of a halftone cell over the page's width: 4 page pixels.
const CELL: f32 = 0.004;

/// Screen angles of the three inks in degrees, apart by 30 so that dots form rosettes, as printers set
/// them.
const ANGLES: [f32; 3] = [15.0, 75.0, 45.0];

/// Replaces `strength` of every pixel by dots whose size carries the tone.
pub fn halftone(pixels: &mut RgbImage, strength: f32) {
    let cell = pixels.width() as f32 * CELL;
    let turns = ANGLES.map(|degrees: f32| degrees.to_radians().sin_cos());
    for (x, y, pixel) in pixels.enumerate_pixels_mut() {
        for (channel, (sin, cos)) in pixel.0.iter_mut().zip(turns) {
            let a = (x as f32 * cos + y as f32 * sin) / cell;
            let b = (-(x as f32) * sin + y as f32 * cos) / cell;
            let tau = std::f32::consts::TAU;
            let screen = 0.5 + 0.25 * ((a * tau).cos() + (b * tau).cos());
            let tone = f32::from(*channel) / 255.0;
            let dot = ((tone - screen) * 4.0 + 0.5).clamp(0.0, 1.0) * 255.0;
            let mixed = f32::from(*channel) + (dot - f32::from(*channel)) * strength;
            *channel = level(mixed);
        }
    }
}

/// Takes all colour away (Rec. 601 luma).
pub fn grey(pixels: &mut RgbImage) {
    for pixel in pixels.pixels_mut() {
        let [r, g, b] = pixel.0.map(f32::from);
        pixel.0 = [level(0.299 * r + 0.587 * g + 0.114 * b); 3];
    }
}
