//! A picture in linear light, and triangles painted on it.

use image::RgbImage;

/// Red, green and blue in linear light, 1 is what a camera exposed for white paper shows as white.
pub(super) type Light = [f32; 3];

/// Returns what `of` says of red, green and blue. Spelled out: `array::from_fn` is a call for each channel of each pixel.
#[inline(always)]
pub(super) fn each(of: impl Fn(usize) -> f32) -> Light {
    [of(0), of(1), of(2)]
}

/// A picture in linear light.
#[derive(Clone, Debug)]
pub(super) struct Canvas {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Row by row.
    pub pixels: Vec<Light>,
}

/// A corner of a triangle: where it is seen in pixels, how far away, and what it carries.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Corner {
    /// Pixels of the canvas.
    pub at: [f32; 2],
    /// Distance from the camera; the farthest triangles are painted first.
    pub depth: f32,
    /// Where it lies in the texture, in the texture's pixels.
    pub texture: [f32; 2],
    /// Ambient light that it gets, 1 is usual.
    pub ambient: f32,
    /// Light of the screen that it gets, 1 is a surface square to it at the usual distance.
    pub screen: f32,
    /// How much of what lies behind it hides, 0..=1.
    pub cover: f32,
    /// Darkness of an opening, 0..=1.
    pub hollow: f32,
}

/// What a triangle carries at one pixel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    /// Position in the texture.
    pub texture: [f32; 2],
    /// Ambient light.
    pub ambient: f32,
    /// Light of the screen.
    pub screen: f32,
    /// Cover.
    pub cover: f32,
    /// Darkness of an opening.
    pub hollow: f32,
    /// Pixel of the canvas.
    pub pixel: [usize; 2],
}

impl Canvas {
    /// Returns a canvas of one colour.
    pub fn new(width: usize, height: usize, light: Light) -> Self {
        Self {
            width,
            height,
            pixels: vec![light; width * height],
        }
    }

    /// Returns a picture in linear light.
    pub fn of(picture: &RgbImage) -> Self {
        let table: Vec<f32> = (0..=255u8).map(linear).collect();
        let pixels = picture.pixels();
        Self {
            width: picture.width() as usize,
            height: picture.height() as usize,
            pixels: pixels
                .map(|p| p.0.map(|level| table[usize::from(level)]))
                .collect(),
        }
    }

    /// Returns the light between pixels; outside, the border is repeated.
    pub fn sample(&self, [x, y]: [f32; 2]) -> Light {
        let x = (x - 0.5).clamp(0.0, self.width as f32 - 1.001);
        let y = (y - 0.5).clamp(0.0, self.height as f32 - 1.001);
        let (column, row) = (x as usize, y as usize);
        let (u, v) = (x - column as f32, y - row as f32);
        let right = (column + 1).min(self.width - 1);
        let below = (row + 1).min(self.height - 1);
        let at = |x: usize, y: usize| self.pixels[y * self.width + x];
        let (a, b, c, d) = (
            at(column, row),
            at(right, row),
            at(column, below),
            at(right, below),
        );
        each(|i| {
            let upper = a[i] + (b[i] - a[i]) * u;
            let lower = c[i] + (d[i] - c[i]) * u;
            upper + (lower - upper) * v
        })
    }

    /// Returns it at twice the size, new pixels between their nearest old ones.
    pub fn doubled(&self) -> Self {
        let (width, height) = (2 * self.width, 2 * self.height);
        let mut canvas = Self::new(width, height, [0.0; 3]);
        // A new pixel lies a quarter of an old one from the nearer of its two neighbours.
        let pair = |i: usize, most: usize| {
            let near = i / 2;
            let far = match i % 2 {
                0 => near.saturating_sub(1),
                _ => (near + 1).min(most - 1),
            };
            (near, far)
        };
        for y in 0..height {
            let (y0, y1) = pair(y, self.height);
            let (row, next) = (
                &self.pixels[y0 * self.width..],
                &self.pixels[y1 * self.width..],
            );
            for x in 0..width {
                let (x0, x1) = pair(x, self.width);
                let pixel = &mut canvas.pixels[y * width + x];
                for k in 0..3 {
                    let here = 0.75 * row[x0][k] + 0.25 * row[x1][k];
                    let there = 0.75 * next[x0][k] + 0.25 * next[x1][k];
                    pixel[k] = 0.75 * here + 0.25 * there;
                }
            }
        }
        canvas
    }

    /// Paints triangles, the farthest first. `colour` says what is seen at a spot.
    pub fn paint(
        &mut self,
        corners: &[Corner],
        triangles: &[[usize; 3]],
        colour: impl Fn(&Spot) -> Light,
    ) {
        let mut order: Vec<([usize; 3], f32)> = (triangles.iter())
            .map(|t| (*t, t.iter().map(|&i| corners[i].depth).sum()))
            .collect();
        order.sort_by(|a, b| b.1.total_cmp(&a.1));
        for (triangle, _) in order {
            self.triangle(triangle.map(|i| &corners[i]), &colour);
        }
    }

    fn triangle(&mut self, [a, b, c]: [&Corner; 3], colour: &impl Fn(&Spot) -> Light) {
        let area = cross(a.at, b.at, c.at);
        if area.abs() < 1e-4 || !area.is_finite() {
            return;
        }
        let span = |k: usize, size: usize| {
            let low = a.at[k].min(b.at[k]).min(c.at[k]) - 0.5;
            let high = a.at[k].max(b.at[k]).max(c.at[k]) - 0.5;
            let last = size as f32;
            (low.ceil().clamp(0.0, last) as usize)..((high.floor() + 1.0).clamp(0.0, last) as usize)
        };
        for y in span(1, self.height) {
            for x in span(0, self.width) {
                let at = [x as f32 + 0.5, y as f32 + 0.5];
                let p = cross(at, b.at, c.at) / area;
                let q = cross(a.at, at, c.at) / area;
                let r = 1.0 - p - q;
                if p < 0.0 || q < 0.0 || r < 0.0 {
                    continue;
                }
                let mix = |f: fn(&Corner) -> f32| f(a) * p + f(b) * q + f(c) * r;
                let spot = Spot {
                    texture: [mix(|c| c.texture[0]), mix(|c| c.texture[1])],
                    ambient: mix(|c| c.ambient),
                    screen: mix(|c| c.screen),
                    cover: mix(|c| c.cover),
                    hollow: mix(|c| c.hollow),
                    pixel: [x, y],
                };
                let new = colour(&spot);
                let old = &mut self.pixels[y * self.width + x];
                for (old, new) in old.iter_mut().zip(new) {
                    *old += (new - *old) * spot.cover;
                }
            }
        }
    }
}

/// Twice the signed area of a triangle.
fn cross(a: [f32; 2], b: [f32; 2], c: [f32; 2]) -> f32 {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

/// Returns linear light of an sRGB level (IEC 61966-2-1).
pub(super) fn linear(level: u8) -> f32 {
    let v = f32::from(level) / 255.0;
    match v <= 0.04045 {
        true => v / 12.92,
        false => ((v + 0.055) / 1.055).powf(2.4),
    }
}

/// Returns the sRGB level of linear light, 0..=255, not rounded.
pub(super) fn encoded(light: f32) -> f32 {
    let v = light.clamp(0.0, 1.0);
    255.0
        * match v <= 0.003_130_8 {
            true => v * 12.92,
            false => 1.055 * v.powf(1.0 / 2.4) - 0.055,
        }
}
