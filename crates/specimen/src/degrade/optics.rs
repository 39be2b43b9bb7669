//! Lens, shutter and sensor. Lengths are picture pixels here.

use image::RgbImage;

use crate::page::level;
use crate::rng::mix;

/// Blurs with a Gaussian.
pub fn blur(pixels: &mut RgbImage, sigma: f32) {
    if sigma > 0.05 {
        *pixels = imageproc::filter::gaussian_blur_f32(pixels, sigma);
    }
}

/// Averages along a line of this length, 25 degrees from level.
pub fn motion(pixels: &mut RgbImage, length: f32) {
    let steps = length.ceil() as i32;
    if steps < 1 {
        return;
    }
    let (sin, cos) = 25.0_f32.to_radians().sin_cos();
    let offsets: Vec<[i32; 2]> = (0..=steps)
        .map(|step| (step as f32 / steps as f32 - 0.5) * length)
        .map(|t| [(t * cos).round() as i32, (t * sin).round() as i32])
        .collect();
    let source = pixels.clone();
    let (right, bottom) = (source.width() as i32 - 1, source.height() as i32 - 1);
    for (x, y, pixel) in pixels.enumerate_pixels_mut() {
        let mut sum = [0u32; 3];
        for [dx, dy] in &offsets {
            let (px, py) = (
                (x as i32 + dx).clamp(0, right),
                (y as i32 + dy).clamp(0, bottom),
            );
            for (total, channel) in sum.iter_mut().zip(source.get_pixel(px as u32, py as u32).0) {
                *total += u32::from(channel);
            }
        }
        pixel.0 = sum.map(|total| level(total as f32 / offsets.len() as f32));
    }
}

/// Lays the raster of a screen over the picture, with the slow coloured bands of its beat.
pub fn moire(pixels: &mut RgbImage, strength: f32) {
    /// Period of the screen's pixels in picture pixels, and its turn against the sensor.
    const PERIOD: f32 = 3.3;
    let (sin, cos) = 4.0_f32.to_radians().sin_cos();
    let tau = std::f32::consts::TAU;
    for (x, y, pixel) in pixels.enumerate_pixels_mut() {
        let (x, y) = (x as f32, y as f32);
        let (a, b) = ((x * cos + y * sin) / PERIOD, (y * cos - x * sin) / PERIOD);
        let bend = ((x * 0.004).sin() + (y * 0.005).cos()) * 1.4;
        for (index, channel) in pixel.0.iter_mut().enumerate() {
            let phase = index as f32 / 3.0;
            let raster = (((a + phase) * tau).sin() + (b * tau).sin()) * 0.25 + 0.5;
            let beat = (((x + 0.6 * y) / 74.0 + bend + phase * 0.7) * tau).sin();
            let factor = 1.0 - strength * (0.42 * raster + 0.13 * (0.5 + 0.5 * beat));
            *channel = level(f32::from(*channel) * factor);
        }
    }
}

/// Adds noise of this standard deviation in levels, independent in every channel.
pub fn noise(pixels: &mut RgbImage, sigma: f32, seed: u64) {
    let channels = pixels.pixels_mut().flat_map(|pixel| pixel.0.iter_mut());
    for (index, channel) in channels.enumerate() {
        let hash = mix(seed.wrapping_add((index as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)));
        // Four uniform 16-bit numbers: their sum is a bell of variance 4 / 12.
        let sum: u64 = (0..4).map(|part| (hash >> (16 * part)) & 0xFFFF).sum();
        let bell = (sum as f32 / 65_536.0 - 2.0) * 3.0_f32.sqrt();
        *channel = level(f32::from(*channel) + bell * sigma);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_has_the_asked_deviation() {
        let mut grey = RgbImage::from_pixel(200, 200, image::Rgb([128; 3]));
        noise(&mut grey, 6.0, 3);
        let values: Vec<f32> = grey.iter().map(|v| f32::from(*v) - 128.0).collect();
        let mean = values.iter().sum::<f32>() / values.len() as f32;
        let sigma = (values.iter().map(|v| v * v).sum::<f32>() / values.len() as f32).sqrt();
        assert!(
            mean.abs() < 0.1 && (sigma - 6.0).abs() < 0.15,
            "{mean} {sigma}"
        );
    }
}
