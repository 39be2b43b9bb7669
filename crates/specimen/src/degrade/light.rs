//! Things over the page, and light.

use image::RgbImage;

use crate::camera::Shot;
use crate::page::level;

/// Width of a fingertip over the page's width: 15 mm on a card.
const FINGER: f32 = 0.17;

/// Lays a finger over the lower edge, right of the middle; it covers `reach` of the page's height.
pub fn finger(shot: &mut Shot, reach: f32) {
    let [width, height] = shot.flat_size();
    let radius = FINGER * width / 2.0;
    let tip = [0.6 * width, height * (1.0 - reach) + radius];
    let root = [0.72 * width, height * 2.2];
    let axis = [root[0] - tip[0], root[1] - tip[1]];
    let length = (axis[0] * axis[0] + axis[1] * axis[1]).sqrt();
    let (along, across) = (
        [axis[0] / length, axis[1] / length],
        [axis[1] / length, -axis[0] / length],
    );
    shot.paint(|u, v, colour| {
        let (du, dv) = (u - tip[0], v - tip[1]);
        let (t, s) = (
            du * along[0] + dv * along[1],
            du * across[0] + dv * across[1],
        );
        let distance = if t > 0.0 {
            s.abs()
        } else {
            (t * t + s * s).sqrt()
        } / radius;
        skin(distance, t / radius, s / radius, colour)
    });
}

/// Colour of a finger's pixel: `distance` from the axis, `t` along and `s` across it, in radii.
fn skin(distance: f32, t: f32, s: f32, under: [f32; 3]) -> [f32; 3] {
    if distance > 1.25 {
        return under;
    }
    if distance > 1.0 {
        // Contact shadow.
        let shade = 0.6 + 0.4 * (distance - 1.0) / 0.25;
        return under.map(|channel| channel * shade);
    }
    let round = (1.0 - distance * distance).max(0.0).sqrt();
    let light = 0.58 + 0.42 * round;
    let nail = (s / 0.58).powi(2) + ((t + 0.1) / 0.72).powi(2);
    let tone = if nail < 1.0 {
        [236.0, 190.0, 178.0]
    } else {
        [214.0, 158.0, 132.0]
    };
    let rim = if (0.86..1.0).contains(&nail) {
        0.9
    } else {
        1.0
    };
    let crease = if t > 1.6 {
        1.0 - 0.06 * ((t - 2.2) * 9.0).sin().max(0.0)
    } else {
        1.0
    };
    tone.map(|channel: f32| channel * light * rim * crease)
}

/// Lays a soft-edged slanting band of shadow over the right half: `depth` of the light is gone in its
/// middle third.
pub fn shadow(shot: &mut Shot, depth: f32) {
    let [width, height] = shot.flat_size();
    shot.paint(|u, v, colour| {
        let across = (u / width - 0.62) + (v / height - 0.5) * 0.12;
        // Full within 0.1 of the page's width, nothing beyond 0.3.
        let inner = ((0.3 - across.abs()) / 0.2).clamp(0.0, 1.0);
        let smooth = inner * inner * (3.0 - 2.0 * inner);
        colour.map(|channel| channel * (1.0 - depth * smooth))
    });
}

/// Leaves `rest` of every sRGB-encoded value.
pub fn dark(pixels: &mut RgbImage, rest: f32) {
    for channel in pixels.pixels_mut().flat_map(|pixel| pixel.0.iter_mut()) {
        *channel = level(f32::from(*channel) * rest);
    }
}

/// Burns out an ellipse whose core is `strength` of the page's width wide and 0.6 of that high.
pub fn glare(shot: &mut Shot, strength: f32, at: [f32; 2]) {
    /// Levels that the core adds: more than 255, so that black ink burns out, too.
    const CORE: f32 = 270.0;
    /// Width of the soft edge in radii of the core.
    const EDGE: f32 = 0.6;
    let [width, height] = shot.flat_size();
    let radius = strength * width / 2.0;
    if radius <= 0.0 {
        return;
    }
    shot.paint(|u, v, colour| {
        let (du, dv) = (
            (u - at[0] * width) / radius,
            (v - at[1] * height) / (radius * 0.6),
        );
        let beyond = ((du * du + dv * dv).sqrt() - 1.0).max(0.0) / EDGE;
        let light = CORE * (-beyond * beyond * 2.0).exp();
        colour.map(|channel| channel + light)
    });
}

/// Lays a veil of pale stray light over everything; `part` of each pixel is veil.
pub fn haze(pixels: &mut RgbImage, part: f32) {
    const VEIL: [f32; 3] = [214.0, 216.0, 218.0];
    for pixel in pixels.pixels_mut() {
        for (channel, veil) in pixel.0.iter_mut().zip(VEIL) {
            let value = f32::from(*channel);
            *channel = level(value + (veil - value) * part);
        }
    }
}
