//! A flat page under the pen: millimetres in, pixels and boxes out.

use std::collections::BTreeMap;

use image::{Rgb, RgbImage};
use menshen_core::geometry::Rect;
use menshen_document::Field;

use crate::fonts::Typeface;

/// Width of every flat page in pixels. A 12-megapixel phone sees a card about this wide.
pub const WIDTH: u32 = 1600;

/// A colour, R G B.
pub type Ink = [u8; 3];

/// What a field says, where it stands on the flat page.
#[derive(Clone, Debug, PartialEq)]
pub struct Printed {
    /// The value as evidence carries it (dates as `YYYY-MM-DD`, sex as `M` or `F`).
    pub value: String,
    /// The letters on the page.
    pub printed: String,
    /// Their box in flat page pixels.
    pub region: Rect,
}

/// A page that is being drawn. All positions are millimetres from the top left corner.
#[derive(Clone)]
pub struct Page {
    /// The pixels so far.
    pub pixels: RgbImage,
    /// Width and height in millimetres.
    pub size: [f32; 2],
    /// Radius of the corners in millimetres.
    pub corner: f32,
    /// Fields drawn so far.
    pub fields: BTreeMap<Field, Printed>,
    /// The machine-readable lines and their box.
    pub mrz: Option<(Vec<String>, Rect)>,
    /// Where the portrait stands, in pixels.
    pub portrait: Option<Rect>,
}

/// How a text is set.
#[derive(Clone, Copy)]
pub struct Style<'a> {
    /// The face.
    pub face: &'a Typeface,
    /// Size of an em in millimetres.
    pub em: f32,
    /// The colour.
    pub ink: Ink,
    /// Space between letters in ems.
    pub tracking: f32,
}

impl Page {
    /// Returns an empty page of this size in millimetres.
    pub fn new(size: [f32; 2], corner: f32, paper: Ink) -> Self {
        let height = (WIDTH as f32 * size[1] / size[0]).round() as u32;
        Self {
            pixels: RgbImage::from_pixel(WIDTH, height, Rgb(paper)),
            size,
            corner,
            fields: BTreeMap::new(),
            mrz: None,
            portrait: None,
        }
    }

    /// Returns pixels per millimetre.
    pub fn scale(&self) -> f32 {
        WIDTH as f32 / self.size[0]
    }

    /// Writes a text from `at` (left end of the baseline); returns the box of its letters in pixels.
    pub fn text(&mut self, style: Style<'_>, at: [f32; 2], text: &str) -> Rect {
        let scale = self.scale();
        let em = style.em * scale;
        let (mut x, baseline) = (at[0] * scale, at[1] * scale);
        let mut bounds = Bounds::default();
        for letter in text.chars() {
            style
                .face
                .letter(letter, em, x, baseline, |px, py, coverage| {
                    blend(&mut self.pixels, px, py, style.ink, coverage);
                    bounds.add(px, py);
                });
            x += (style.face.advance(letter) + style.tracking) * em;
        }
        bounds.rect()
    }

    /// Writes a text centred on `centre[0]`.
    pub fn centred(&mut self, style: Style<'_>, centre: [f32; 2], text: &str) -> Rect {
        let width = style.face.width(text, style.tracking) * style.em;
        self.text(style, [centre[0] - width / 2.0, centre[1]], text)
    }

    /// Writes a text with one letter every `pitch` millimetres, each centred in its cell.
    pub fn pitched(&mut self, style: Style<'_>, at: [f32; 2], pitch: f32, text: &str) -> Rect {
        let mut all = Rect::default();
        for (index, letter) in text.chars().enumerate() {
            let margin = (pitch - style.face.advance(letter) * style.em) / 2.0;
            let x = at[0] + index as f32 * pitch + margin;
            all = union(
                all,
                self.text(style, [x, at[1]], letter.encode_utf8(&mut [0; 4])),
            );
        }
        all
    }

    /// Notes that a field was drawn here; a second part of a field widens its box.
    pub fn note(&mut self, field: Field, value: &str, printed: &str, region: Rect) {
        let entry = self.fields.entry(field).or_insert_with(|| Printed {
            value: value.to_owned(),
            printed: String::new(),
            region,
        });
        if !entry.printed.is_empty() {
            entry.printed.push('\n');
        }
        entry.printed.push_str(printed);
        entry.region = union(entry.region, region);
    }

    /// Returns the middle of the printed person's data, in parts of width and height; of the page where
    /// it prints none.
    pub fn text_centre(&self) -> [f32; 2] {
        let wanted = [
            Field::Name,
            Field::Surname,
            Field::GivenNames,
            Field::BirthDate,
            Field::Authority,
        ];
        let regions = wanted.iter().filter_map(|field| self.fields.get(field));
        let area = regions.fold(Rect::default(), |all, printed| union(all, printed.region));
        if area.width <= 0.0 {
            return [0.5; 2];
        }
        let (width, height) = self.pixels.dimensions();
        [
            (area.x + area.width / 2.0) / width as f32,
            (area.y + area.height / 2.0) / height as f32,
        ]
    }

    /// Fills a rectangle (x, y, width, height in millimetres) with this much of a colour.
    pub fn fill(&mut self, area: [f32; 4], ink: Ink, opacity: f32) {
        let scale = self.scale();
        let [x, y, width, height] = area.map(|v| v * scale);
        for py in y.round() as i32..(y + height).round() as i32 {
            for px in x.round() as i32..(x + width).round() as i32 {
                blend(&mut self.pixels, px, py, ink, opacity);
            }
        }
    }

    /// Pastes a picture so that it fills a rectangle (millimetres), and notes it as the portrait.
    pub fn paste_portrait(&mut self, picture: &RgbImage, area: [f32; 4]) {
        let scale = self.scale();
        let [x, y, width, height] = area.map(|v| (v * scale).round());
        let (w, h) = (width as u32, height as u32);
        let filter = image::imageops::FilterType::CatmullRom;
        let resized = image::imageops::resize(picture, w, h, filter);
        image::imageops::replace(&mut self.pixels, &resized, x as i64, y as i64);
        self.portrait = Some(Rect {
            x,
            y,
            width,
            height,
        });
    }

    /// Paints every pixel through `paint(x mm, y mm, colour so far)`.
    pub fn paint(&mut self, paint: impl Fn(f32, f32, [f32; 3]) -> [f32; 3]) {
        let scale = self.scale();
        for (x, y, pixel) in self.pixels.enumerate_pixels_mut() {
            let painted = paint(x as f32 / scale, y as f32 / scale, pixel.0.map(f32::from));
            pixel.0 = painted.map(level);
        }
    }
}

/// Returns the level of 0..=255 nearest to a value; what lies outside is clamped by the cast.
/// (`f32::round` is a library call here, a sixth of the whole drawing's time.)
pub fn level(value: f32) -> u8 {
    (value + 0.5) as u8
}

/// Puts `coverage` of a colour over a pixel; outside the picture nothing happens.
pub fn blend(pixels: &mut RgbImage, x: i32, y: i32, ink: Ink, coverage: f32) {
    if x < 0 || y < 0 {
        return;
    }
    if let Some(pixel) = pixels.get_pixel_mut_checked(x as u32, y as u32) {
        let amount = coverage.clamp(0.0, 1.0);
        for (old, new) in pixel.0.iter_mut().zip(ink) {
            let mixed = f32::from(*old) + (f32::from(new) - f32::from(*old)) * amount;
            *old = level(mixed);
        }
    }
}

/// Returns the smallest rectangle around two; an empty one adds nothing.
pub fn union(a: Rect, b: Rect) -> Rect {
    if a.width <= 0.0 {
        return b;
    }
    if b.width <= 0.0 {
        return a;
    }
    let (x, y) = (a.x.min(b.x), a.y.min(b.y));
    let right = (a.x + a.width).max(b.x + b.width);
    let bottom = (a.y + a.height).max(b.y + b.height);
    Rect {
        x,
        y,
        width: right - x,
        height: bottom - y,
    }
}

/// Returns a rectangle that reaches this much farther on every side.
pub fn grown(area: Rect, by: f32) -> Rect {
    Rect {
        x: area.x - by,
        y: area.y - by,
        width: area.width + 2.0 * by,
        height: area.height + 2.0 * by,
    }
}

#[derive(Default)]
struct Bounds(Option<[i32; 4]>);

impl Bounds {
    fn add(&mut self, x: i32, y: i32) {
        let [left, top, right, bottom] = self.0.unwrap_or([x, y, x, y]);
        self.0 = Some([left.min(x), top.min(y), right.max(x), bottom.max(y)]);
    }

    fn rect(&self) -> Rect {
        self.0
            .map_or_else(Rect::default, |[left, top, right, bottom]| Rect {
                x: left as f32,
                y: top as f32,
                width: (right - left + 1) as f32,
                height: (bottom - top + 1) as f32,
            })
    }
}
