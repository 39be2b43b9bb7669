//! A grey picture of numbers.

use image::RgbImage;

/// Luma, 0..=1, sRGB-encoded with Rec. 601 weights.
#[derive(Clone, Debug)]
pub(super) struct Plane {
    pub data: Vec<f32>,
    pub width: usize,
    pub height: usize,
}

impl Plane {
    pub fn luma(picture: &RgbImage) -> Self {
        let data = picture.pixels().map(|p| luma(p.0)).collect();
        Self {
            data,
            width: picture.width() as usize,
            height: picture.height() as usize,
        }
    }

    pub fn at(&self, x: usize, y: usize) -> f32 {
        self.data[y * self.width + x]
    }

    /// Returns the mean of the square of side `2 * radius + 1` around every pixel, cut at the borders.
    pub fn box_mean(&self, radius: usize) -> Self {
        let (w, h) = (self.width, self.height);
        let mut sums = vec![0.0_f64; (w + 1) * (h + 1)];
        for y in 0..h {
            let mut row = 0.0;
            for x in 0..w {
                row += f64::from(self.at(x, y));
                sums[(y + 1) * (w + 1) + x + 1] = sums[y * (w + 1) + x + 1] + row;
            }
        }
        let mut data = Vec::with_capacity(w * h);
        for y in 0..h {
            let (y0, y1) = (y.saturating_sub(radius), (y + radius + 1).min(h));
            for x in 0..w {
                let (x0, x1) = (x.saturating_sub(radius), (x + radius + 1).min(w));
                let sum =
                    sums[y1 * (w + 1) + x1] - sums[y0 * (w + 1) + x1] - sums[y1 * (w + 1) + x0]
                        + sums[y0 * (w + 1) + x0];
                data.push((sum / ((x1 - x0) * (y1 - y0)) as f64) as f32);
            }
        }
        Self {
            data,
            width: w,
            height: h,
        }
    }
}

/// Returns the luma of a pixel, 0..=1.
pub(super) fn luma(rgb: [u8; 3]) -> f32 {
    let [r, g, b] = rgb.map(f32::from);
    (0.299 * r + 0.587 * g + 0.114 * b) / 255.0
}

/// Returns the value below which `part` (0..=1) of the values lie; `None` for no values.
pub(super) fn percentile(values: &mut [f32], part: f32) -> Option<f32> {
    if values.is_empty() {
        return None;
    }
    let place = ((values.len() - 1) as f32 * part.clamp(0.0, 1.0)).round() as usize;
    Some(*values.select_nth_unstable_by(place, f32::total_cmp).1)
}
