//! What is seen behind a head: a room that does not turn with it, and the body below it.

use super::canvas::{Canvas, Light, each};
use crate::rng::{Rng, mix};

/// The room is larger than a frame by this many pixels on every side: the hand that holds the phone trembles.
pub(super) const MARGIN: usize = 48;

/// A room and the clothes of whoever sits in it: what they reflect, 0..=1 of each channel.
#[derive(Clone, Debug)]
pub(super) struct Room {
    wall: Canvas,
    cloth: Light,
    folds: f32,
}

impl Room {
    /// Returns a room with a few edges of furniture, out of focus, for frames of a size.
    pub fn any(seed: u64, [width, height]: [usize; 2]) -> Self {
        let mut rng = Rng::new(seed, 303);
        let walls = [
            [0.62, 0.60, 0.55],
            [0.40, 0.44, 0.50],
            [0.52, 0.44, 0.36],
            [0.30, 0.36, 0.30],
            [0.70, 0.70, 0.72],
        ];
        let cloths = [
            [0.05, 0.06, 0.10],
            [0.35, 0.08, 0.07],
            [0.10, 0.20, 0.12],
            [0.45, 0.43, 0.40],
            [0.08, 0.14, 0.33],
        ];
        let (w, h) = (width + 2 * MARGIN, height + 2 * MARGIN);
        let base: Light = *rng.pick(&walls);
        let mut wall = Canvas::new(w, h, base);
        let slope = [rng.between(-0.4, 0.4), rng.between(-0.25, 0.15)];
        for y in 0..h {
            for x in 0..w {
                let (u, v) = (x as f32 / w as f32 - 0.5, y as f32 / h as f32 - 0.5);
                let plaster = 0.96 + 0.08 * grain(seed, x as f32 / 23.0, y as f32 / 23.0);
                let light = (1.0 + slope[0] * u + slope[1] * v) * plaster;
                wall.pixels[y * w + x] = base.map(|c: f32| c * light);
            }
        }
        for _ in 0..4 + rng.below(5) {
            furniture(&mut wall, &mut rng);
        }
        for _ in 0..2 {
            average(&mut wall, 2);
        }
        Self {
            wall,
            cloth: *rng.pick(&cloths),
            folds: rng.between(0.0, 6.0),
        }
    }

    /// What the wall reflects at a pixel of a frame.
    pub fn wall(&self, at: [f32; 2]) -> Light {
        self.wall.sample(at.map(|v| v + MARGIN as f32))
    }

    /// What neck and clothes reflect at a place: pixels from the face's middle at rest, the chin's height, the face's width.
    /// The last number is how much of the wall they hide, 0..=1.
    pub fn body(&self, [x, y]: [f32; 2], chin: f32, width: f32, skin: Light) -> (Light, f32) {
        let across = x.abs() / width;
        let shoulder =
            chin + width * (0.34 + 0.16 * across.powf(2.6) - 0.16 * (0.42 - across).max(0.0));
        let cover = ((y - shoulder) / 3.0 + 0.5).clamp(0.0, 1.0);
        let neck = ((0.37 + 0.03 * ((y - chin) / width).max(0.0) - across) * width / 5.0)
            .clamp(0.0, 1.0)
            * ((y - chin + width * 0.42) / 6.0).clamp(0.0, 1.0);
        // Under the chin it is darker, and a neck is round.
        let shade =
            (0.42 + 0.9 * ((y - chin) / width).clamp(0.0, 0.4)) * (1.0 - 0.9 * across * across);
        let fold = 1.0 + 0.14 * (x / width * 7.0 + self.folds + (y / width * 3.0).sin()).sin();
        let cloth = self.cloth.map(|c| c * fold * (1.0 - 0.2 * across).max(0.3));
        let light = each(|k| {
            let neck = skin[k] * shade;
            neck + (cloth[k] - neck) * cover
        });
        (light, cover.max(neck))
    }
}

/// A shelf, a frame, a lamp: a box of one colour.
fn furniture(wall: &mut Canvas, rng: &mut Rng) {
    let (w, h) = (wall.width as f32, wall.height as f32);
    let size = [rng.between(0.05, 0.3) * w, rng.between(0.04, 0.5) * h];
    let at = [rng.between(-0.05, 0.95) * w, rng.between(-0.05, 0.8) * h];
    let value = rng.between(0.04, 0.9);
    let hue = [
        rng.between(0.7, 1.3),
        rng.between(0.8, 1.2),
        rng.between(0.7, 1.3),
    ];
    let colour: Light = hue.map(|h| (h * value).min(0.95));
    let range = |k: usize, most: usize| {
        (at[k].max(0.0) as usize)..(((at[k] + size[k]).max(0.0) as usize).min(most))
    };
    let width = wall.width;
    for y in range(1, wall.height) {
        for x in range(0, wall.width) {
            wall.pixels[y * width + x] = colour;
        }
    }
}

/// Averages over a box, rows then columns: what is behind is out of focus.
fn average(canvas: &mut Canvas, radius: usize) {
    let (w, h) = (canvas.width, canvas.height);
    for (n, step, lines, line_step) in [(w, 1, h, w), (h, w, w, 1)] {
        for line in 0..lines {
            let at = |i: usize| line * line_step + i * step;
            let old: Vec<Light> = (0..n).map(|i| canvas.pixels[at(i)]).collect();
            for i in 0..n {
                let near = &old[i.saturating_sub(radius)..(i + radius + 1).min(n)];
                canvas.pixels[at(i)] =
                    each(|k| near.iter().map(|l| l[k]).sum::<f32>() / near.len() as f32);
            }
        }
    }
}

/// Smooth noise, 0..=1, one cell a unit.
pub(super) fn grain(seed: u64, x: f32, y: f32) -> f32 {
    let (cell_x, cell_y) = (x.floor(), y.floor());
    let smooth = |t: f32| t * t * (3.0 - 2.0 * t);
    let (u, v) = (smooth(x - cell_x), smooth(y - cell_y));
    let at = |dx: f32, dy: f32| {
        let (i, j) = ((cell_x + dx) as i64 as u64, (cell_y + dy) as i64 as u64);
        let hash = mix(seed
            ^ i.wrapping_mul(0x9E37_79B9_7F4A_7C15)
            ^ j.wrapping_mul(0xC2B2_AE3D_27D4_EB4F));
        (hash >> 40) as f32 / (1u64 << 24) as f32
    };
    let upper = at(0.0, 0.0) * (1.0 - u) + at(1.0, 0.0) * u;
    let lower = at(0.0, 1.0) * (1.0 - u) + at(1.0, 1.0) * u;
    upper * (1.0 - v) + lower * v
}
