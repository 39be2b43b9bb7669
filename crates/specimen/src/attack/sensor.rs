//! A camera: exposure and white balance that follow the picture late, a lens, a sensor's noise, JPEG.

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};

use super::canvas::{Canvas, Light, each, encoded};
use crate::SpecimenError;
use crate::rng::{Rng, mix};

/// A camera with its state from frame to frame.
#[derive(Clone, Debug)]
pub(super) struct Sensor {
    /// Linear mean that automatic exposure aims at.
    target: f32,
    /// Gain of exposure; the larger it has to be, the more noise is seen.
    exposure: Option<f32>,
    /// Most that it can amplify.
    exposure_max: f32,
    /// White balance: gain of each channel.
    balance: Light,
    /// Time constants of exposure and of white balance, in seconds.
    lag: [f32; 2],
    /// How far white balance goes towards grey, 0..=1.
    grey: f32,
    /// Part of each neighbour in the lens's and demosaicing's blur.
    blur: f32,
    /// Noise of light and of reading, as parts of white at exposure 1.
    noise: [f32; 2],
    /// JPEG quality of the client.
    quality: u8,
    seed: u64,
    frames: u64,
    /// The same noise in every frame: painted, not measured.
    pub painted: bool,
}

impl Sensor {
    /// Returns one of the cameras that people have: phones, laptops.
    pub fn any(seed: u64) -> Self {
        let mut rng = Rng::new(seed, 302);
        Self {
            target: rng.between(0.15, 0.26),
            exposure: None,
            exposure_max: rng.between(3.0, 6.0),
            balance: [1.0; 3],
            lag: [rng.between(0.4, 1.6), rng.between(1.5, 6.0)],
            grey: rng.between(0.1, 0.5),
            blur: rng.between(0.08, 0.2),
            // Deviations of one to four levels in the middle of the scale, as webcams and front cameras show indoors.
            noise: [rng.between(0.000_25, 0.001_2), rng.between(0.002, 0.006)],
            quality: *rng.pick(&[80, 85, 90, 92]),
            seed,
            frames: 0,
            painted: false,
        }
    }

    /// Returns pictures that no sensor has seen: no noise, no blur, nothing automatic.
    pub fn none(seed: u64) -> Self {
        Self {
            lag: [1e9, 1e9],
            grey: 0.0,
            blur: 0.0,
            noise: [0.0, 0.0],
            ..Self::any(seed)
        }
    }

    /// Takes a picture, `seconds` after the one before.
    pub fn shoot(&mut self, mut canvas: Canvas, seconds: f32) -> RgbImage {
        self.adapt(&canvas, seconds);
        let gain = self.exposure.unwrap_or(1.0);
        let gains = self.balance.map(|b| b * gain);
        soften(&mut canvas, self.blur);
        let frame = if self.painted { 0 } else { self.frames };
        let seed = mix(self.seed ^ frame.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        let [shot, read] = [self.noise[0] * gain, (self.noise[1] * gain).powi(2)];
        let clean = self.noise == [0.0, 0.0];
        let tones = Tones::get();
        let mut picture = RgbImage::new(canvas.width as u32, canvas.height as u32);
        for (i, (pixel, light)) in picture.pixels_mut().zip(&canvas.pixels).enumerate() {
            let bells = if clean {
                [0.0; 3]
            } else {
                bells(seed, i as u64)
            };
            let level = |k: usize| {
                let value = (light[k] * gains[k]).max(0.0);
                tones.level(value + bells[k] * (shot * value + read).sqrt())
            };
            *pixel = Rgb([level(0), level(1), level(2)]);
        }
        self.frames += 1;
        picture
    }

    /// Writes the picture as the client does.
    pub fn jpeg(&self, picture: &RgbImage) -> Result<Vec<u8>, SpecimenError> {
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, self.quality)
            .encode_image(picture)
            .map_err(SpecimenError::Encode)?;
        Ok(jpeg)
    }

    /// Lets exposure and white balance follow what the middle of the picture shows.
    fn adapt(&mut self, canvas: &Canvas, seconds: f32) {
        let mut sums = [0.0f32; 3];
        let mut n = 0.0f32;
        let (w, h) = (canvas.width, canvas.height);
        for y in (h / 8..h * 7 / 8).step_by(7) {
            for x in (w / 5..w * 4 / 5).step_by(7) {
                let light = canvas.pixels[y * w + x];
                for k in 0..3 {
                    sums[k] += light[k].min(2.0);
                }
                n += 1.0;
            }
        }
        let means = sums.map(|sum| (sum / n.max(1.0)).max(1e-4));
        let mean = (means[0] + 2.0 * means[1] + means[2]) / 4.0;
        let wanted = (self.target / mean).clamp(0.2, self.exposure_max);
        let balance = each(|k| (means[1] / means[k]).clamp(0.3, 3.0).powf(self.grey));
        match &mut self.exposure {
            // It has had time to settle before the session.
            None => {
                self.exposure = Some(wanted);
                self.balance = balance;
            }
            Some(exposure) => {
                let [fast, slow] = self.lag.map(|lag| 1.0 - (-seconds / lag).exp());
                *exposure *= (wanted / *exposure).powf(fast);
                for (now, wanted) in self.balance.iter_mut().zip(balance) {
                    *now *= (wanted / *now).powf(slow);
                }
            }
        }
    }
}

/// The lens: three pixels across, then three down.
fn soften(canvas: &mut Canvas, part: f32) {
    if part < 0.01 {
        return;
    }
    let (w, h) = (canvas.width, canvas.height);
    let blend = |a: Light, b: Light, c: Light| -> Light {
        let mix = |k: usize| b[k] + part * (a[k] + c[k] - 2.0 * b[k]);
        [mix(0), mix(1), mix(2)]
    };
    for row in canvas.pixels.chunks_exact_mut(w) {
        let mut before = row[0];
        for x in 0..w - 1 {
            let here = row[x];
            row[x] = blend(before, here, row[x + 1]);
            before = here;
        }
    }
    let mut above: Vec<Light> = canvas.pixels[..w].to_vec();
    for y in 0..h - 1 {
        for (x, above) in above.iter_mut().enumerate() {
            let here = canvas.pixels[y * w + x];
            canvas.pixels[y * w + x] = blend(*above, here, canvas.pixels[(y + 1) * w + x]);
            *above = here;
        }
    }
}

/// Three bell-shaped numbers of deviation 1 for a pixel of a frame: each the sum of three even ones.
fn bells(seed: u64, pixel: u64) -> [f32; 3] {
    let hash = mix(seed.wrapping_add(pixel.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
    each(|k| {
        let bits = hash >> (21 * k);
        let sum = (bits & 127) + (bits >> 7 & 127) + (bits >> 14 & 127);
        // Mean 190.5; three even numbers of 0..=127 have a variance of 3 * (128^2 - 1) / 12.
        (sum as f32 - 190.5) / 64.0
    })
}

/// A camera's curve: sRGB with a soft shoulder, so that bright skin does not burn out at once. A table over the square root of
/// linear light, because a frame asks for a million of them.
struct Tones(Vec<u8>);

impl Tones {
    /// Steps for a square root of 1.
    const STEPS: f32 = 2048.0;
    /// Light beyond this is white.
    const BRIGHTEST: f32 = 4.0;

    fn get() -> &'static Self {
        static TONES: std::sync::LazyLock<Tones> = std::sync::LazyLock::new(|| {
            let last = (Tones::BRIGHTEST.sqrt() * Tones::STEPS) as usize;
            let at = |i: usize| shoulder((i as f32 / Tones::STEPS).powi(2));
            Tones((0..=last).map(|i| encoded(at(i)).round() as u8).collect())
        });
        &TONES
    }

    fn level(&self, light: f32) -> u8 {
        let at = light.clamp(0.0, Self::BRIGHTEST).sqrt() * Self::STEPS;
        self.0[at as usize]
    }
}

fn shoulder(value: f32) -> f32 {
    const KNEE: f32 = 0.6;
    match value > KNEE {
        true => KNEE + (1.0 - KNEE) * (1.0 - (-(value - KNEE) / (1.0 - KNEE)).exp()),
        false => value,
    }
}
