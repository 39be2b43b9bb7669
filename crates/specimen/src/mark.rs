//! The SPECIMEN mark: there is no way to draw a page without it.
//!
//! A translucent band of large letters runs from corner to corner through field area and portrait
//! edge, and small print stands along two edges. Letters are darker and redder than light paper but
//! lighter than ink, so that text and face stay readable while the mark cannot be cut away.

use image::GrayImage;

use crate::fonts::Fonts;
use crate::page::{Ink, Page, Style, blend};

/// The large text.
pub const TEXT: &str = "SPECIMEN 样本";

/// The small print.
pub const SMALL_PRINT: &str =
    "SPECIMEN · FICTITIOUS · FOR TESTING ONLY · NOT A DOCUMENT · 样本 · 虚构 · 仅供测试 · 不是证件";

/// Colour of the mark.
pub const INK: Ink = [214, 40, 70];

/// Opacity of the large letters. At 0.26 white paper loses 40 of 255 levels of luma: plain to every
/// eye and to the test below, while OCR still sees dark ink on lighter ground.
pub const OPACITY: f32 = 0.26;

/// Part of the opacity that is left over the portrait: the mark crosses it, a face comparison still works.
const OVER_PORTRAIT: f32 = 0.6;

/// Length of the large text over the page's diagonal.
const SPAN: f32 = 0.8;

/// Height of an em of the small print in millimetres.
const SMALL_EM: f32 = 1.25;

/// Returns how much of each pixel the large letters cover, 0..=255, for a page of this size.
pub fn coverage(fonts: &Fonts, width: u32, height: u32) -> GrayImage {
    let diagonal = (width as f32).hypot(height as f32);
    let em = SPAN * diagonal / fonts.han_bold.width(TEXT, 0.0);
    let text = lay_out(fonts, em);
    let angle = -(height as f32 / width as f32).atan() * 0.92;
    let (sin, cos) = angle.sin_cos();
    let (half_w, half_h) = (width as f32 / 2.0, height as f32 / 2.0);
    let (text_w, text_h) = (text.width() as f32 / 2.0, text.height() as f32 / 2.0);
    GrayImage::from_fn(width, height, |x, y| {
        let (dx, dy) = (x as f32 - half_w, y as f32 - half_h);
        let (u, v) = (dx * cos + dy * sin + text_w, -dx * sin + dy * cos + text_h);
        image::Luma([sample(&text, u, v)])
    })
}

fn lay_out(fonts: &Fonts, em: f32) -> GrayImage {
    let width = (fonts.han_bold.width(TEXT, 0.0) * em).ceil() as u32 + 4;
    let height = (em * 1.2) as u32;
    let mut picture = GrayImage::new(width, height);
    let mut x = 2.0;
    for letter in TEXT.chars() {
        fonts
            .han_bold
            .letter(letter, em, x, em * 0.98, |px, py, coverage| {
                if let (Ok(px), Ok(py)) = (u32::try_from(px), u32::try_from(py))
                    && let Some(pixel) = picture.get_pixel_mut_checked(px, py)
                {
                    pixel.0[0] = pixel.0[0].max((coverage.min(1.0) * 255.0) as u8);
                }
            });
        x += fonts.han_bold.advance(letter) * em;
    }
    picture
}

fn sample(picture: &GrayImage, x: f32, y: f32) -> u8 {
    if x < 0.0 || y < 0.0 {
        return 0;
    }
    picture
        .get_pixel_checked(x.round() as u32, y.round() as u32)
        .map_or(0, |pixel| pixel.0[0])
}

/// Puts the mark over everything that was drawn.
pub fn stamp(page: &mut Page, fonts: &Fonts) {
    let (width, height) = page.pixels.dimensions();
    let large = coverage(fonts, width, height);
    let portrait = page.portrait.unwrap_or_default();
    for (x, y, pixel) in large.enumerate_pixels() {
        let across = x as f32 - portrait.x;
        let down = y as f32 - portrait.y;
        let over =
            (0.0..portrait.width).contains(&across) && (0.0..portrait.height).contains(&down);
        let opacity = if over {
            OPACITY * OVER_PORTRAIT
        } else {
            OPACITY
        };
        let amount = f32::from(pixel.0[0]) / 255.0 * opacity;
        blend(&mut page.pixels, x as i32, y as i32, INK, amount);
    }
    let small = Style {
        face: &fonts.han,
        em: SMALL_EM,
        ink: INK,
        tracking: 0.02,
    };
    let [page_w, page_h] = page.size;
    page.centred(small, [page_w / 2.0, 2.2], SMALL_PRINT);
    page.centred(small, [page_w / 2.0, page_h - 1.2], SMALL_PRINT);
}
