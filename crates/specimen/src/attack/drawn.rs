//! A portrait of nobody: drawn by code, shaded enough for a network to take it for a face.

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};

use super::canvas::encoded;
use super::room::grain;
use crate::SpecimenError;
use crate::rng::Rng;

/// Returns a portrait of 480 x 600 pixels of somebody who does not exist.
pub fn drawn_portrait(seed: u64) -> RgbImage {
    let mut rng = Rng::new(seed, 308);
    let skins = [
        [0.62, 0.38, 0.27],
        [0.45, 0.26, 0.17],
        [0.22, 0.12, 0.08],
        [0.66, 0.46, 0.36],
    ];
    let hairs = [
        [0.02, 0.015, 0.012],
        [0.10, 0.05, 0.02],
        [0.28, 0.17, 0.07],
        [0.2, 0.2, 0.2],
    ];
    let look = Looks {
        skin: *rng.pick(&skins),
        hair: *rng.pick(&hairs),
        eye: *rng.pick(&[[0.03, 0.02, 0.01], [0.05, 0.12, 0.2], [0.06, 0.1, 0.05]]),
        jaw: rng.between(0.88, 1.06),
        seed,
    };
    RgbImage::from_fn(480, 600, |x, y| {
        // Pixels from the middle of the face; a face is 150 wide and 200 high on either side.
        let (x, y) = ((x as f32 - 240.0) / 130.0, (y as f32 - 290.0) / 130.0);
        Rgb(look.at(x, y).map(|v| encoded(v).round() as u8))
    })
}

/// Returns the portrait of nobody as a JPEG file.
///
/// # Errors
/// A picture that cannot be encoded.
pub fn drawn_portrait_jpeg(seed: u64) -> Result<Vec<u8>, SpecimenError> {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 92)
        .encode_image(&drawn_portrait(seed))
        .map_err(SpecimenError::Encode)?;
    Ok(jpeg)
}

struct Looks {
    skin: [f32; 3],
    hair: [f32; 3],
    eye: [f32; 3],
    jaw: f32,
    seed: u64,
}

/// 1 inside of an ellipse, 0 outside, soft over `edge` of its size.
fn blob(x: f32, y: f32, at: [f32; 2], size: [f32; 2], edge: f32) -> f32 {
    let far = ((x - at[0]) / size[0]).hypot((y - at[1]) / size[1]);
    let t = ((1.0 - far) / edge + 0.5).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

fn lay(under: &mut [f32; 3], over: [f32; 3], part: f32) {
    for (u, o) in under.iter_mut().zip(over) {
        *u += (o - *u) * part.clamp(0.0, 1.0);
    }
}

impl Looks {
    fn at(&self, x: f32, y: f32) -> [f32; 3] {
        let ax = x.abs();
        let mut colour = [0.55, 0.57, 0.6];
        let times = |c: [f32; 3], f: f32| c.map(|v| v * f);
        // Behind: hair, neck, shoulders.
        lay(
            &mut colour,
            times(self.hair, 1.0 + 0.5 * grain(self.seed, x * 30.0, y * 5.0)),
            blob(x, y, [0.0, -0.35], [1.12, 1.35], 0.05),
        );
        lay(
            &mut colour,
            times(self.skin, 0.55),
            blob(x, y, [0.0, 1.5], [0.5, 0.9], 0.08),
        );
        lay(
            &mut colour,
            [0.06, 0.09, 0.16],
            blob(x, y, [0.0, 2.75], [1.75, 1.05], 0.04),
        );
        lay(
            &mut colour,
            times(self.skin, 0.75),
            blob(ax, y, [0.97, 0.05], [0.12, 0.27], 0.2),
        );
        let face = self.face(x, y);
        // Narrower towards the chin.
        let wide = if y > 0.2 {
            self.jaw * (1.0 - 0.16 * (y - 0.2))
        } else {
            self.jaw
        };
        lay(
            &mut colour,
            face,
            blob(x / wide, y, [0.0, 0.02], [0.95, 1.3], 0.05),
        );
        // A fringe that leaves the forehead free.
        let line = -0.86 + 0.22 * ax * ax + 0.03 * grain(self.seed, x * 14.0, 2.0);
        let fringe =
            ((line - y) / 0.05).clamp(0.0, 1.0) * blob(x, y, [0.0, -0.35], [1.12, 1.35], 0.05);
        lay(
            &mut colour,
            times(self.hair, 1.0 + 0.8 * grain(self.seed, x * 36.0, y * 6.0)),
            fringe,
        );
        colour
    }

    /// Skin with its light and features.
    fn face(&self, x: f32, y: f32) -> [f32; 3] {
        let ax = x.abs();
        // A round head lit from above: brow, cheeks and nose catch the light; sockets, sides and what is under lip and nose do not.
        let mut light = 1.06 - 0.42 * ax * ax - 0.10 * (y - 0.1).max(0.0);
        light += 0.12 * blob(ax, y, [0.46, 0.42], [0.3, 0.25], 1.6);
        light += 0.16 * blob(x, y, [0.0, 0.18], [0.09, 0.42], 1.2);
        light += 0.10 * blob(x, y, [0.0, 0.42], [0.15, 0.12], 1.2);
        light -= 0.26 * blob(ax, y, [0.40, -0.17], [0.30, 0.17], 1.3);
        light -= 0.16 * blob(ax, y, [0.19, 0.36], [0.06, 0.16], 1.4);
        light -= 0.22 * blob(x, y, [0.0, 0.56], [0.22, 0.06], 1.2);
        light -= 0.14 * blob(x, y, [0.0, 0.98], [0.26, 0.07], 1.3);
        light += 0.07 * blob(x, y, [0.0, 1.12], [0.2, 0.13], 1.4);
        light *= 0.97 + 0.06 * grain(self.seed ^ 5, x * 22.0, y * 22.0);
        let mut colour = self.skin.map(|v| v * light);
        let dark = [0.045, 0.025, 0.02];
        // Nostrils, brows, lips.
        lay(
            &mut colour,
            dark,
            0.75 * blob(ax, y, [0.10, 0.525], [0.055, 0.028], 0.9),
        );
        let brow = y + 0.37 - 0.16 * (ax - 0.4) * (ax - 0.4) * 4.0 + 0.05 * (ax - 0.4);
        lay(
            &mut colour,
            self.hair.map(|v| v * 1.2),
            0.85 * blob(ax, brow, [0.40, 0.0], [0.25, 0.045], 0.8),
        );
        let lip = [self.skin[0] * 0.78, self.skin[1] * 0.45, self.skin[2] * 0.5];
        let bow = 0.02 * (ax * 18.0).cos() * (1.0 - ax * 2.0).max(0.0);
        lay(
            &mut colour,
            lip,
            blob(x, y + bow, [0.0, 0.775], [0.31, 0.075], 0.35),
        );
        lay(
            &mut colour,
            lip.map(|v| v * 1.15),
            blob(x, y, [0.0, 0.845], [0.25, 0.07], 0.5),
        );
        lay(
            &mut colour,
            dark,
            0.85 * blob(
                x,
                y,
                [0.0, 0.79 + 0.02 * (1.0 - ax * 3.0)],
                [0.31, 0.014],
                0.8,
            ),
        );
        self.eye(&mut colour, ax, y);
        colour
    }

    fn eye(&self, colour: &mut [f32; 3], ax: f32, y: f32) {
        let dark = [0.03, 0.02, 0.018];
        let (cx, cy) = (0.40, -0.12);
        // An almond: two arcs that meet in the corners.
        let across = ((ax - cx) / 0.215).clamp(-1.0, 1.0);
        let arc = 1.0 - across * across;
        let (upper, lower) = (cy - 0.095 * arc, cy + 0.075 * arc);
        let inside = (((y - upper).min(lower - y)) / 0.012 + 0.5).clamp(0.0, 1.0)
            * f32::from(u8::from((ax - cx).abs() < 0.215));
        let white =
            [0.66, 0.62, 0.6].map(|v| v * (0.75 + 0.35 * ((y - upper) / 0.16).clamp(0.0, 1.0)));
        lay(colour, white, inside);
        let iris = blob(ax, y, [cx, cy - 0.012], [0.088, 0.088], 0.16);
        lay(colour, self.eye, inside * iris);
        lay(
            colour,
            [0.004; 3],
            inside * blob(ax, y, [cx, cy - 0.012], [0.04, 0.04], 0.25),
        );
        lay(
            colour,
            [0.9; 3],
            inside * blob(ax, y, [cx - 0.03, cy - 0.045], [0.018, 0.018], 0.6),
        );
        // Lashes and the fold above.
        let near = |line: f32, width: f32| (1.0 - (y - line).abs() / width).clamp(0.0, 1.0);
        let span = f32::from(u8::from((ax - cx).abs() < 0.23));
        lay(colour, dark, 0.9 * near(upper - 0.008, 0.022) * span);
        lay(colour, dark, 0.4 * near(lower + 0.006, 0.012) * span);
        lay(
            colour,
            self.skin.map(|v| v * 0.5),
            0.6 * near(upper - 0.06 - 0.012 * arc, 0.018) * span,
        );
    }
}
