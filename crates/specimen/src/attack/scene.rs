//! A person (or a puppet of one) in a room, lit by the room and by the screen before it.

use super::actor::Stance;
use super::canvas::{Canvas, Light, Spot, each};
use super::head::Puppet;
use super::landmarks::{EYES, POINTS};
use super::room::Room;
use crate::rng::Rng;

/// Size of the frames, in pixels: what the client sends.
pub(super) const SIZE: [usize; 2] = [640, 480];

/// Light of one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lighting {
    /// Of the room: 1 is usual.
    pub ambient: Light,
    /// Of the screen, on a surface square to it where the face is.
    pub screen: Light,
}

/// The face of somebody else laid over the one in the scene.
#[derive(Clone, Copy, Debug)]
pub(super) struct Swap<'a> {
    /// Whose.
    pub other: &'a Puppet,
    /// How much of it shows, 0..=1.
    pub part: f32,
}

/// What stays the same over a session.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    room: Room,
    centre: [f32; 2],
    towards: Light,
    /// Part of the screen's light that the wall gets: it is farther away by the square.
    wall_part: f32,
    /// The same of clothes.
    body_part: f32,
    /// Strength of the screen's reflection in glasses; 0 without.
    glasses: f32,
    /// Light that is painted: the same on every part of the face.
    pub flat_light: bool,
}

/// A laptop's or phone's colours are not the camera's: part of each that its neighbours see.
const CROSSTALK: f32 = 0.08;

impl Scene {
    /// Returns a room and a place in it.
    pub fn any(seed: u64) -> Self {
        let mut rng = Rng::new(seed, 304);
        let glasses = rng.below(7) == 0;
        let from = rng.between(-0.7, 0.7);
        Self {
            room: Room::any(seed, SIZE),
            centre: [
                SIZE[0] as f32 / 2.0 + rng.between(-24.0, 24.0),
                SIZE[1] as f32 / 2.0 + rng.between(-16.0, 10.0),
            ],
            towards: [
                from,
                -0.6,
                -(1.0 - 0.36 - from * from * 0.5f32).max(0.05).sqrt(),
            ],
            wall_part: rng.between(0.015, 0.1),
            body_part: rng.between(0.3, 0.6),
            glasses: if glasses { rng.between(0.3, 1.2) } else { 0.0 },
            flat_light: false,
        }
    }

    /// Returns what the camera sees, in linear light.
    pub fn draw(
        &self,
        who: &Puppet,
        stance: &Stance,
        light: &Lighting,
        swap: Option<Swap<'_>>,
    ) -> Canvas {
        let mut canvas = self.behind(who, stance, light);
        let corners = who.corners(stance, self.centre, self.towards);
        let lit = |colour: Light, spot: &Spot| -> Light {
            let part = if self.flat_light { 1.0 } else { spot.screen };
            each(|k| colour[k] * (light.ambient[k] * spot.ambient + light.screen[k] * part))
        };
        let open = (stance.mouth * 1.6).clamp(0.0, 1.0);
        canvas.paint(&corners, who.triangles(), |spot| {
            let colour = lit(who.colour(spot.texture), spot);
            // The darkness behind the lips.
            let dark = if spot.hollow > 0.999 { open } else { 0.0 };
            let inside = [0.035, 0.008, 0.008];
            each(|k| colour[k] + (inside[k] * light.ambient[k] - colour[k]) * dark)
        });
        if let Some(swap) = swap {
            self.lay_over(&mut canvas, who, swap, stance.blink, &corners, &lit);
        }
        if self.glasses > 0.0 {
            self.reflections(&mut canvas, &corners, who.width(), light);
        }
        canvas
    }

    /// Paints somebody else's face over this one's, matched in mean colour, soft at the edge.
    fn lay_over(
        &self,
        canvas: &mut Canvas,
        who: &Puppet,
        Swap { other, part }: Swap<'_>,
        blink: f32,
        corners: &[super::canvas::Corner],
        lit: &impl Fn(Light, &Spot) -> Light,
    ) {
        let tint: Light = each(|k| who.skin()[k] / other.skin()[k].max(1e-3));
        let places = other.places(blink);
        let mut corners = corners.to_vec();
        for (i, corner) in corners.iter_mut().enumerate() {
            let edge = i >= POINTS || super::landmarks::OVAL.contains(&i);
            corner.cover = if edge { 0.0 } else { part };
            if i < POINTS {
                corner.texture = places[i];
            }
        }
        let face: Vec<[usize; 3]> = (who.triangles().iter().copied())
            .filter(|t| t.iter().all(|&i| i < POINTS))
            .collect();
        canvas.paint(&corners, &face, |spot| {
            let colour = other.colour(spot.texture);
            lit(each(|k| colour[k] * tint[k]), spot)
        });
    }

    /// Room and body, at half the size: what lies behind the face is out of focus.
    fn behind(&self, who: &Puppet, stance: &Stance, light: &Lighting) -> Canvas {
        let [width, height] = SIZE.map(|side| side / 2);
        let mut half = Canvas::new(width, height, [0.0; 3]);
        let [dx, dy] = stance.shift;
        let on = |part: f32| -> Light {
            let part = if self.flat_light { 0.0 } else { part };
            each(|k| light.ambient[k] + light.screen[k] * part)
        };
        let (wall, body) = (on(self.wall_part), on(self.body_part));
        // The body comes along, less than the head does.
        let near = 1.0 + (stance.near - 1.0) * 0.8;
        for y in 0..height {
            for x in 0..width {
                let at = [2.0 * x as f32 + 1.0, 2.0 * y as f32 + 1.0];
                // The wall is far: the hand's tremor moves it, the head's own movement does not.
                let behind = self.room.wall([at[0] - dx * 0.3, at[1] - dy * 0.3]);
                let place = [
                    (at[0] - self.centre[0] - dx * 0.8) / near,
                    (at[1] - self.centre[1] - dy * 0.8) / near,
                ];
                let (front, cover) = match place[1] > 0.0 {
                    true => self.room.body(place, who.chin(), who.width(), who.skin()),
                    false => ([0.0; 3], 0.0),
                };
                let pixel = &mut half.pixels[y * width + x];
                for k in 0..3 {
                    let far = behind[k] * wall[k];
                    pixel[k] = far + (front[k] * body[k] - far) * cover;
                }
            }
        }
        half.doubled()
    }

    /// Soft spots of window and screen on a pair of glasses.
    fn reflections(
        &self,
        canvas: &mut Canvas,
        corners: &[super::canvas::Corner],
        width: f32,
        light: &Lighting,
    ) {
        let radius = width * 0.045;
        for [outer, inner] in EYES {
            let [a, b] = [corners[outer].at, corners[inner].at];
            let at = [
                (a[0] + b[0]) / 2.0 + width * 0.05,
                (a[1] + b[1]) / 2.0 - width * 0.05,
            ];
            let strength: Light =
                each(|k| self.glasses * (0.25 * light.ambient[k] + 1.5 * light.screen[k]));
            add_spot(canvas, at, [radius * 1.4, radius * 0.8], strength);
        }
    }
}

/// Adds a soft spot of light.
pub(super) fn add_spot(canvas: &mut Canvas, at: [f32; 2], radius: [f32; 2], light: Light) {
    let span = |k: usize, most: usize| {
        let low = (at[k] - 3.0 * radius[k]).clamp(0.0, most as f32) as usize;
        low..((at[k] + 3.0 * radius[k]).clamp(0.0, most as f32) as usize)
    };
    for y in span(1, canvas.height) {
        for x in span(0, canvas.width) {
            let (u, v) = (
                (x as f32 - at[0]) / radius[0],
                (y as f32 - at[1]) / radius[1],
            );
            let part = (-(u * u + v * v)).exp();
            let pixel = &mut canvas.pixels[y * canvas.width + x];
            for k in 0..3 {
                pixel[k] += light[k] * part;
            }
        }
    }
}

/// Returns a screen's colour as a camera's channels see it.
pub(super) fn seen_by_camera(colour: Light) -> Light {
    let sum: f32 = colour.iter().sum();
    colour.map(|c| c * (1.0 - 2.0 * CROSSTALK) + (sum - c) * CROSSTALK)
}
