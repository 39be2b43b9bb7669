//! Writing that looks written: letters of a font, each leaning, turning and standing a little otherwise.

use image::GrayImage;

use crate::fonts::Typeface;
use crate::page::{Ink, Page, blend};
use crate::rng::Rng;

/// A pen and the hand that leads it.
pub struct Hand<'a> {
    /// The face whose letters are written.
    pub face: &'a Typeface,
    /// Size of an em in millimetres.
    pub em: f32,
    /// Colour of the ink.
    pub ink: Ink,
    /// How much all letters lean to the right: width over height.
    pub slant: f32,
}

/// Largest turn of a letter in degrees, and largest change of its size and height, in parts of an em.
const TURN: f32 = 3.5;
const SIZE: f32 = 0.06;
const RISE: f32 = 0.035;
/// The pen presses harder and softer: least part of the ink.
const PRESSURE: f32 = 0.78;
/// Space between letters in ems: nobody writes as close as print.
const TRACKING: f32 = 0.05;

impl Hand<'_> {
    /// Returns the width of a text in millimetres.
    pub fn width(&self, text: &str) -> f32 {
        self.face.width(text, TRACKING) * self.em
    }

    /// Writes a line from `at` (left end of the baseline, millimetres), rising or falling a little.
    pub fn write(&self, page: &mut Page, at: [f32; 2], text: &str, rng: &mut Rng) {
        let scale = page.scale();
        let em = self.em * scale;
        let (mut x, baseline) = (at[0] * scale, at[1] * scale);
        let climb = rng.between(-0.012, 0.012);
        for letter in text.chars() {
            let advance = (self.face.advance(letter) + TRACKING) * em;
            let y = baseline - climb * (x - at[0] * scale) + rng.between(-RISE, RISE) * em;
            self.letter(
                page,
                letter,
                [x, y],
                em * rng.between(1.0 - SIZE, 1.0 + SIZE),
                rng,
            );
            x += advance * rng.between(0.97, 1.05);
        }
    }

    fn letter(&self, page: &mut Page, letter: char, at: [f32; 2], em: f32, rng: &mut Rng) {
        let drawn = draw(self.face, letter, em);
        let origin = em * ROOM;
        let angle = rng.between(-TURN, TURN).to_radians();
        let (sin, cos) = angle.sin_cos();
        let pressure = rng.between(PRESSURE, 1.0);
        let reach = (em * 1.5) as i32;
        for dy in -reach..reach {
            for dx in -reach..reach {
                let (u, v) = (
                    dx as f32 * cos + dy as f32 * sin,
                    dy as f32 * cos - dx as f32 * sin,
                );
                // Up is negative: what stands higher is pushed to the right.
                let u = u + v * self.slant;
                let coverage = sample(&drawn, u + origin, v + origin);
                if coverage > 0.0 {
                    let (px, py) = (at[0] as i32 + dx, at[1] as i32 + dy);
                    blend(&mut page.pixels, px, py, self.ink, coverage * pressure);
                }
            }
        }
    }
}

/// Room around the pen's position in ems, so that every letter of every face fits.
const ROOM: f32 = 1.4;

fn draw(face: &Typeface, letter: char, em: f32) -> GrayImage {
    let side = (em * ROOM * 2.0).ceil() as u32 + 2;
    let mut picture = GrayImage::new(side, side);
    face.letter(letter, em, em * ROOM, em * ROOM, |px, py, coverage| {
        if let (Ok(px), Ok(py)) = (u32::try_from(px), u32::try_from(py))
            && let Some(pixel) = picture.get_pixel_mut_checked(px, py)
        {
            pixel.0[0] = pixel.0[0].max((coverage.min(1.0) * 255.0) as u8);
        }
    });
    picture
}

/// Bilinear, 0..=1; nothing outside.
fn sample(picture: &GrayImage, x: f32, y: f32) -> f32 {
    if x < 0.0 || y < 0.0 {
        return 0.0;
    }
    let (column, row) = (x as u32, y as u32);
    let at = |column: u32, row: u32| {
        let pixel = picture.get_pixel_checked(column, row);
        pixel.map_or(0.0, |pixel| f32::from(pixel.0[0]) / 255.0)
    };
    let (u, v) = (x.fract(), y.fract());
    let upper = at(column, row) * (1.0 - u) + at(column + 1, row) * u;
    let lower = at(column, row + 1) * (1.0 - u) + at(column + 1, row + 1) * u;
    upper * (1.0 - v) + lower * v
}
