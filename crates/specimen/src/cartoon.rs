//! A cartoon face for tests, drawn by code.

use image::{Rgb, RgbImage};

/// Returns a cartoon portrait of 420 x 540 pixels.
pub fn face() -> RgbImage {
    RgbImage::from_fn(420, 540, |x, y| {
        let (x, y) = (x as f32 - 210.0, y as f32 - 250.0);
        let ellipse = |cx: f32, cy: f32, rx: f32, ry: f32| {
            ((x - cx) / rx).powi(2) + ((y - cy) / ry).powi(2) < 1.0
        };
        let eye = |cx: f32| ellipse(cx, -20.0, 16.0, 9.0);
        if eye(-45.0) || eye(45.0) || ellipse(0.0, 75.0, 38.0, 9.0) {
            Rgb([70, 40, 40])
        } else if ellipse(0.0, 20.0, 10.0, 22.0) {
            Rgb([206, 150, 124])
        } else if ellipse(0.0, 0.0, 105.0, 140.0) {
            Rgb([226, 178, 150])
        } else if ellipse(0.0, -35.0, 122.0, 150.0) {
            Rgb([52, 40, 34])
        } else if ellipse(0.0, 330.0, 190.0, 190.0) {
            Rgb([60, 84, 130])
        } else {
            Rgb([236, 236, 240])
        }
    })
}
