//! A picture of one `f32` value a pixel.

use image::RgbImage;

/// Values in rows, top first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plane {
    pub width: usize,
    pub height: usize,
    pub data: Vec<f32>,
}

impl Plane {
    /// Returns luma, 0..=1 (sRGB-encoded, Rec. 601 weights).
    pub fn luma(image: &RgbImage) -> Self {
        Self {
            width: image.width() as usize,
            height: image.height() as usize,
            data: image.pixels().map(|p| luma(p.0)).collect(),
        }
    }

    /// Returns the value at a pixel; edge pixels repeat outside.
    pub fn at(&self, x: i64, y: i64) -> f32 {
        let x = x.clamp(0, self.width as i64 - 1) as usize;
        let y = y.clamp(0, self.height as i64 - 1) as usize;
        self.data[y * self.width + x]
    }

    /// Returns the picture blurred by a Gaussian of this standard deviation in pixels.
    pub fn blurred(&self, sigma: f32) -> Self {
        let radius = (3.0 * sigma).ceil() as i64;
        let raw = (-radius..=radius).map(|d| (-(d * d) as f32 / (2.0 * sigma * sigma)).exp());
        let raw: Vec<f32> = raw.collect();
        let total: f32 = raw.iter().sum();
        if self.data.is_empty() {
            return self.clone();
        }
        let mut across = self.clone();
        let mut padded = Vec::with_capacity(self.width + raw.len());
        for (row, out) in self.rows().zip(across.data.chunks_exact_mut(self.width)) {
            padded.clear();
            padded.extend((-radius..self.width as i64 + radius).map(|x| {
                let x = x.clamp(0, self.width as i64 - 1);
                row[x as usize]
            }));
            let taps = raw.iter().enumerate().map(|(k, w)| (*w, &padded[k..]));
            weigh(out, taps, total);
        }
        let mut blurred = across.clone();
        let last = self.height as i64 - 1;
        for (y, out) in (0..).zip(blurred.data.chunks_exact_mut(self.width)) {
            let taps = raw.iter().zip(-radius..).map(|(w, d)| {
                let y = (y + d).clamp(0, last) as usize;
                (*w, &across.data[y * self.width..])
            });
            weigh(out, taps, total);
        }
        blurred
    }

    fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.data.chunks_exact(self.width.max(1))
    }

    /// Returns the length of the gradient (central differences), a pixel.
    pub fn gradient(&self) -> Self {
        self.map(|x, y| {
            let dx = (self.at(x + 1, y) - self.at(x - 1, y)) / 2.0;
            let dy = (self.at(x, y + 1) - self.at(x, y - 1)) / 2.0;
            dx.hypot(dy)
        })
    }

    fn map(&self, value: impl Fn(i64, i64) -> f32) -> Self {
        let (width, height) = (self.width as i64, self.height as i64);
        let rows = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Self {
            width: self.width,
            height: self.height,
            data: rows.map(|(x, y)| value(x, y)).collect(),
        }
    }
}

/// Sets each value to the weighed mean of the values at its place in some rows.
fn weigh<'a>(out: &mut [f32], taps: impl Iterator<Item = (f32, &'a [f32])>, total: f32) {
    out.fill(0.0);
    for (weight, values) in taps {
        for (sum, value) in out.iter_mut().zip(values) {
            *sum += weight * value;
        }
    }
    out.iter_mut().for_each(|sum| *sum /= total);
}

/// Returns luma, 0..=1.
pub(crate) fn luma([r, g, b]: [u8; 3]) -> f32 {
    (0.299 * f32::from(r) + 0.587 * f32::from(g) + 0.114 * f32::from(b)) / 255.0
}

/// Returns the value below which `part` (0..=1) of the values lie; 0 for none.
pub(crate) fn quantile(values: &mut [f32], part: f32) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let rank = ((values.len() - 1) as f32 * part).round() as usize;
    *values.select_nth_unstable_by(rank, f32::total_cmp).1
}

/// Returns the mean; 0 for no value.
pub(crate) fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len().max(1) as f32
}
