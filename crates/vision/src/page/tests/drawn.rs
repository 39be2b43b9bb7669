//! Cards drawn by code, photographed by code.

use image::{Rgb, RgbImage};
use menshen_core::geometry::{Point, Quad};

use crate::page::homography::Homography;

/// Width and height of a drawn card in pixels: two to a page pixel, ID-1.
pub const CARD: [u32; 2] = [2000, 1261];

/// A card with rows of block letters, a portrait-like patch and a tinted ground.
pub fn card() -> RgbImage {
    let mut card = RgbImage::from_fn(CARD[0], CARD[1], |x, y| {
        let wave = ((x as f32 / 37.0).sin() + (y as f32 / 29.0 + x as f32 / 90.0).cos()) * 2.5;
        let tint = |base: f32| (base + wave) as u8;
        Rgb([tint(222.0), tint(226.0), tint(236.0)])
    });
    for row in 0..9 {
        for letter in 0..26 {
            // Printed lines are proportional and unevenly spaced; an exact lattice would be a raster.
            let (left, top) = ((letter * 7 + row * 13) % 11, row * row * 5 % 23);
            let kind = letter * letter + 3 * row;
            draw_letter(
                &mut card,
                120 + row * 5 + letter * 44 + left,
                140 + row * 113 + top,
                kind,
            );
        }
    }
    // A face-like patch: skin, dark hair, away from the edge.
    for (x, y, pixel) in card.enumerate_pixels_mut() {
        let (dx, dy) = ((x as f32 - 1620.0) / 200.0, (y as f32 - 640.0) / 280.0);
        let distance = dx * dx + dy * dy;
        if distance < 1.0 {
            let shade = 1.0 - 0.25 * distance;
            *pixel = if dy < -0.5 {
                Rgb([52, 40, 34])
            } else {
                Rgb([214.0 * shade, 160.0 * shade, 134.0 * shade].map(|v: f32| v as u8))
            };
        }
    }
    card
}

/// Height of the drawn letters in card pixels.
pub const LETTER: u32 = 48;

/// Draws one of five block letters of bars 8 pixels thick.
fn draw_letter(card: &mut RgbImage, left: u32, top: u32, kind: u32) {
    let bar = |card: &mut RgbImage, x: u32, y: u32, w: u32, h: u32| {
        for y in y..y + h {
            for x in x..x + w {
                card.put_pixel(left + x, top + y, Rgb([34, 34, 42]));
            }
        }
    };
    bar(card, 0, 0, 8, LETTER);
    match kind % 5 {
        0 => bar(card, 0, 20, 30, 8),
        1 => bar(card, 0, 0, 30, 8),
        2 => bar(card, 0, LETTER - 8, 30, 8),
        3 => bar(card, 22, 0, 8, LETTER),
        _ => bar(card, 8, 20, 14, 8),
    }
    if kind.is_multiple_of(3) {
        bar(card, 22, 0, 8, LETTER);
    }
}

/// Grounds that a card is photographed on.
#[derive(Clone, Copy, Debug)]
pub enum Ground {
    Dark,
    White,
    Wood,
    Checks,
}

pub fn ground(kind: Ground, x: f32, y: f32) -> [f32; 3] {
    match kind {
        Ground::Dark => [52.0, 56.0, 60.0],
        Ground::White => [246.0, 245.0, 242.0],
        Ground::Wood => {
            let grain = ((y / 9.0 + (x / 160.0).sin() * 3.0).sin() + (y / 4.3).cos()) * 9.0;
            [134.0 + grain, 96.0 + grain, 62.0 + grain]
        }
        Ground::Checks => {
            let light = (((x / 61.0) as i32 + (y / 61.0) as i32) % 2) as f32;
            [
                90.0 + 14.0 * light,
                104.0 + 12.0 * light,
                96.0 + 10.0 * light,
            ]
        }
    }
}

/// A photograph of the card with its corners at `quad`.
pub fn photograph(card: &RgbImage, quad: &Quad, kind: Ground, size: [u32; 2]) -> RgbImage {
    let to_photo = Homography::from_rect(card.width() as f32, card.height() as f32, quad);
    let back = to_photo
        .and_then(|map| map.inverse())
        .expect("the test's quad is one");
    RgbImage::from_fn(size[0], size[1], |x, y| {
        let mut sum = [0.0; 3];
        for (dx, dy) in [(-0.25, -0.25), (0.25, -0.25), (-0.25, 0.25), (0.25, 0.25)] {
            let (x, y) = (x as f32 + dx, y as f32 + dy);
            let p = back.map(Point { x, y });
            let on =
                p.x >= 0.0 && p.y >= 0.0 && p.x < card.width() as f32 && p.y < card.height() as f32;
            let colour = if on {
                card.get_pixel(p.x as u32, p.y as u32).0.map(f32::from)
            } else {
                ground(kind, x, y)
            };
            (0..3).for_each(|k| sum[k] += colour[k] / 4.0);
        }
        // Sensor noise of about one level, from a hash of the place.
        let mut hash = (y * size[0] + x).wrapping_mul(0x9e37_79b1);
        for factor in [0x85eb_ca6b_u32, 0xc2b2_ae35] {
            hash = (hash ^ (hash >> 15)).wrapping_mul(factor);
        }
        let noise = ((hash ^ (hash >> 16)) & 0xff) as f32 / 64.0 - 2.0;
        Rgb(sum.map(|value: f32| (value + noise).round().clamp(0.0, 255.0) as u8))
    })
}

/// The corners of a card of this width, turned by degrees about the picture's middle, its far edge shorter.
pub fn placed(size: [u32; 2], width: f32, degrees: f32, tilt: f32) -> Quad {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let half = (width / 2.0, width * CARD[1] as f32 / CARD[0] as f32 / 2.0);
    [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)].map(|(sx, sy): (f32, f32)| {
        let squeeze = if sy < 0.0 { 1.0 - tilt } else { 1.0 };
        let (x, y) = (sx * half.0 * squeeze, sy * half.1 * (1.0 - tilt / 3.0));
        Point {
            x: size[0] as f32 / 2.0 + x * cos - y * sin,
            y: size[1] as f32 / 2.0 + x * sin + y * cos,
        }
    })
}
