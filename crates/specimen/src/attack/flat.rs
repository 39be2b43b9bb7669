//! A flat thing before the camera: a printed photo, or a screen that shows a picture.

use super::actor::Stance;
use super::canvas::{Canvas, Corner, Light, each};
use super::room::Room;
use super::scene::{Lighting, SIZE, add_spot};
use crate::rng::Rng;

/// Distance of the camera from the sheet at rest, in pixels of a frame.
const CAMERA: f32 = 560.0;
/// Cells of the sheet's surface, across and down: enough for a bend to look round.
const CELLS: [usize; 2] = [18, 12];

/// What the sheet is.
#[derive(Clone, Copy, Debug)]
enum Medium {
    /// Paper reflects whatever light falls on it.
    Paper {
        /// What white paper and black ink reflect.
        range: [f32; 2],
        /// Saturation that the inks reach.
        gamut: f32,
        /// Strength of the printer's raster, and its period in pixels of the picture.
        raster: [f32; 2],
    },
    /// A screen shines by itself, whatever falls on it.
    Screen {
        /// Light of its white, as a part of the room's light on white paper.
        white: f32,
        /// Light of its black.
        black: f32,
        /// Saturation that its colours reach.
        gamut: f32,
        /// Its pixels for one pixel of the frame at rest: below 1 its raster is coarser than the camera's.
        pitch: f32,
        /// Part of its raster that a pixel of the camera leaves.
        seen: f32,
        /// Strength, number and speed (a second) of bands that dimming leaves on a rolling shutter.
        bands: [f32; 3],
    },
}

/// A sheet with a way of holding it.
#[derive(Clone, Debug)]
pub(super) struct Flat {
    medium: Medium,
    room: Room,
    /// Width of the picture in pixels of a frame at rest.
    width: f32,
    /// Border around the picture, over its width.
    border: f32,
    /// Degrees by which it is not held square.
    lean: [f32; 3],
    /// Bend about a vertical axis: 1 over its radius, in widths of the picture.
    bend: f32,
    /// Place and strength of a reflection of a lamp.
    gloss: Option<([f32; 2], f32)>,
}

impl Flat {
    /// Returns a printed photo. `bend` is how far it is bent, 0..=1.
    pub fn paper(seed: u64, bend: f32) -> Self {
        let mut rng = Rng::new(seed, 305);
        let medium = Medium::Paper {
            range: [rng.between(0.74, 0.88), rng.between(0.02, 0.06)],
            gamut: rng.between(0.75, 0.95),
            raster: [rng.between(0.0, 0.08), rng.between(1.3, 2.6)],
        };
        Self::new(&mut rng, seed, medium, bend)
    }

    /// Returns a screen: phone, tablet or monitor.
    pub fn screen(seed: u64) -> Self {
        let mut rng = Rng::new(seed, 306);
        let steady = rng.below(5) < 2;
        let pitch = rng.between(0.45, 1.7);
        let medium = Medium::Screen {
            white: rng.between(0.6, 1.5),
            black: rng.between(0.001, 0.008),
            gamut: rng.between(0.85, 1.05),
            pitch,
            seen: left_of_raster(pitch),
            bands: match steady {
                true => [0.0; 3],
                false => [
                    rng.between(0.01, 0.07),
                    rng.between(1.0, 4.0),
                    rng.between(-2.0, 2.0),
                ],
            },
        };
        Self::new(&mut rng, seed, medium, 0.0)
    }

    fn new(rng: &mut Rng, seed: u64, medium: Medium, bend: f32) -> Self {
        let edges = rng.below(5) < 2;
        let glossy = rng.below(2) == 0;
        Self {
            medium,
            room: Room::any(seed ^ 0xB0, SIZE),
            width: if edges {
                rng.between(460.0, 560.0)
            } else {
                rng.between(690.0, 780.0)
            },
            border: rng.between(0.02, 0.07),
            lean: [
                rng.between(-6.0, 6.0),
                rng.between(-5.0, 5.0),
                rng.between(-2.5, 2.5),
            ],
            bend: bend * rng.between(0.8, 1.5) * if rng.below(2) == 0 { 1.0 } else { -1.0 },
            gloss: glossy.then(|| {
                let at = [rng.between(0.1, 0.9), rng.between(0.05, 0.6)];
                (at, rng.between(0.05, 0.35))
            }),
        }
    }

    /// Returns what the camera sees, `time` seconds from the beginning.
    pub fn draw(&self, picture: &Canvas, held: &Stance, light: &Lighting, time: f32) -> Canvas {
        let [w, h] = SIZE;
        let mut half = Canvas::new(w / 2, h / 2, [0.0; 3]);
        for y in 0..h / 2 {
            for x in 0..w / 2 {
                let wall = self.room.wall([2.0 * x as f32 + 1.0, 2.0 * y as f32 + 1.0]);
                let pixel = &mut half.pixels[y * (w / 2) + x];
                for k in 0..3 {
                    pixel[k] = wall[k] * (light.ambient[k] + 0.05 * light.screen[k]);
                }
            }
        }
        let mut canvas = half.doubled();
        let (corners, triangles) = self.surface(picture, held);
        let zoom = self.width * held.near / picture.width as f32;
        let size = [picture.width as f32, picture.height as f32];
        canvas.paint(&corners, &triangles, |spot| {
            let [u, v] = spot.texture;
            let inside = (0.0..size[0]).contains(&u) && (0.0..size[1]).contains(&v);
            let gain = each(|k| light.ambient[k] * spot.ambient + light.screen[k] * spot.screen);
            match inside {
                true => self.shine(picture.sample([u, v]), [u, v], zoom, spot.pixel, gain, time),
                false => self.edge(gain),
            }
        });
        if let Some((at, strength)) = self.gloss {
            let at = [
                at[0] * w as f32 + held.yaw * 6.0,
                at[1] * h as f32 - held.pitch * 6.0,
            ];
            let lamp = light.ambient.map(|a| a * strength);
            add_spot(&mut canvas, at, [90.0, 28.0], lamp);
        }
        canvas
    }

    /// The sheet's surface: corners carry the place in the picture.
    fn surface(&self, picture: &Canvas, held: &Stance) -> (Vec<Corner>, Vec<[usize; 3]>) {
        let scale = self.width / picture.width as f32;
        let reach = self.border * picture.width as f32;
        let [w, h] = [picture.width as f32, picture.height as f32];
        let [yaw, pitch, roll] = [
            held.yaw + self.lean[0],
            held.pitch + self.lean[1],
            held.roll + self.lean[2],
        ]
        .map(|degrees: f32| degrees.to_radians().sin_cos());
        let away = CAMERA / held.near - CAMERA;
        let mut corners = Vec::with_capacity((CELLS[0] + 1) * (CELLS[1] + 1));
        for j in 0..=CELLS[1] {
            for i in 0..=CELLS[0] {
                let u = -reach + (w + 2.0 * reach) * i as f32 / CELLS[0] as f32;
                let v = -reach + (h + 2.0 * reach) * j as f32 / CELLS[1] as f32;
                let (x, y) = ((u - w / 2.0) * scale, (v - h / 2.0) * scale);
                // Bent into a piece of a cylinder.
                let turn = x / self.width * self.bend;
                let (x, z, lean) = match self.bend.abs() > 0.01 {
                    true => {
                        let radius = self.width / self.bend;
                        (radius * turn.sin(), radius * (1.0 - turn.cos()), turn)
                    }
                    false => (x, 0.0, 0.0),
                };
                let (y, z) = (y * pitch.1 + z * pitch.0, z * pitch.1 - y * pitch.0);
                let (x, z) = (x * yaw.1 - z * yaw.0, x * yaw.0 + z * yaw.1);
                let (x, y) = (x * roll.1 - y * roll.0, x * roll.0 + y * roll.1);
                let depth = (CAMERA + z + away).max(CAMERA * 0.2);
                let seen = CAMERA / depth;
                let facing = (yaw.1 * pitch.1 * lean.cos()).max(0.0);
                corners.push(Corner {
                    at: [
                        SIZE[0] as f32 / 2.0 + held.shift[0] * 2.0 + x * seen,
                        SIZE[1] as f32 / 2.0 + held.shift[1] * 2.0 + y * seen,
                    ],
                    depth,
                    texture: [u, v],
                    ambient: (1.0 - 0.5 * (yaw.0 + lean.sin())).clamp(0.5, 1.4),
                    screen: facing * seen * seen,
                    cover: 1.0,
                    hollow: 0.0,
                });
            }
        }
        let across = CELLS[0] + 1;
        let cells = (0..CELLS[1]).flat_map(|j| (0..CELLS[0]).map(move |i| j * across + i));
        let triangles = cells
            .flat_map(|a| [[a, a + 1, a + across], [a + 1, a + across + 1, a + across]])
            .collect();
        (corners, triangles)
    }

    /// What one place of the picture sends to the camera.
    fn shine(
        &self,
        colour: Light,
        place: [f32; 2],
        zoom: f32,
        pixel: [usize; 2],
        gain: Light,
        time: f32,
    ) -> Light {
        let grey = 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2];
        match self.medium {
            Medium::Paper {
                range: [white, black],
                gamut,
                raster: [strength, period],
            } => {
                let wave =
                    |v: f32, k: usize| (v / period * std::f32::consts::TAU + k as f32 * 1.1).sin();
                each(|k| {
                    let ink = grey + (colour[k] - grey) * gamut;
                    let dots = 1.0 + strength * wave(place[0], k) * wave(place[1], k);
                    (black + (white - black) * ink.clamp(0.0, 1.0) * dots) * gain[k]
                })
            }
            Medium::Screen {
                white,
                black,
                gamut,
                pitch,
                seen,
                bands: [strength, count, speed],
            } => {
                let y = pixel[1] as f32 / SIZE[1] as f32;
                let band =
                    1.0 + strength * ((y * count + time * speed) * std::f32::consts::TAU).sin();
                each(|k| {
                    let shown = (grey + (colour[k] - grey) * gamut).clamp(0.0, 1.0);
                    let raster = raster(place, zoom, [pitch * zoom, seen], pixel, k);
                    // Glass gives back a little of what falls on it.
                    (white * shown * raster + black) * band + 0.012 * gain[k]
                })
            }
        }
    }

    /// Paper's white margin, a screen's dark frame.
    fn edge(&self, gain: Light) -> Light {
        match self.medium {
            Medium::Paper { range, .. } => gain.map(|g| g * range[0]),
            Medium::Screen { .. } => gain.map(|g| g * 0.03),
        }
    }
}

/// What the raster of a screen's sub-pixels leaves after a pixel of the camera has averaged over its own area: sampled at the
/// camera's pixels it beats against them, and that is moire. `pitch` is the screen's pixels for one of the picture's, `seen` what is left of the raster. Red
/// and blue are sampled at every second pixel, as by a Bayer mosaic.
fn raster(
    place: [f32; 2],
    zoom: f32,
    [pitch, seen]: [f32; 2],
    pixel: [usize; 2],
    channel: usize,
) -> f32 {
    /// First harmonics over the mean, of stripes a third of a pixel wide, and of rows that leave 15 % dark.
    const STRIPES: [f32; 2] = [1.65, 0.34];
    let back = |k: usize| match channel {
        1 => 0.0,
        _ => (pixel[k] % 2) as f32 / zoom,
    };
    let across = (place[0] - back(0)) * pitch + channel as f32 / 3.0;
    let down = (place[1] - back(1)) * pitch;
    1.0 + seen * (STRIPES[0] * wave(across) + STRIPES[1] * wave(down))
}

/// What a pixel of the camera, and a sharp lens's blur of a third of a pixel, leave of a raster of `step` periods a pixel.
fn left_of_raster(step: f32) -> f32 {
    let t = std::f32::consts::PI * step;
    (t.sin() / t.max(1e-3)).abs() * (-2.0 * (std::f32::consts::PI * 0.33 * step).powi(2)).exp()
}

/// Cosine of a number of whole turns, by a table of 1,024: a frame asks for two million of them.
fn wave(turns: f32) -> f32 {
    const STEPS: usize = 1024;
    static TABLE: std::sync::LazyLock<Vec<f32>> = std::sync::LazyLock::new(|| {
        let at = |i: usize| i as f32 / STEPS as f32 * std::f32::consts::TAU;
        (0..STEPS).map(|i| at(i).cos()).collect()
    });
    let part = turns - turns.floor();
    TABLE[(part * STEPS as f32) as usize % STEPS]
}
