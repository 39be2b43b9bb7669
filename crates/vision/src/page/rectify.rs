//! The document as if it lay flat under the lens.

use image::RgbImage;
use menshen_core::geometry::{Point, Quad, Rect};

use super::homography::Homography;

/// An axis-parallel rectangle on a rectified page, in page pixels: the page is 1,000 of them wide,
/// whatever the resolution of [`Page::pixels`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PageRect {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// Width of every page in page pixels.
pub const PAGE_WIDTH: f32 = 1000.0;

/// A rectified document.
#[derive(Clone, Debug)]
pub struct Page {
    /// The page, `zoom` pixels to a page pixel.
    pub pixels: RgbImage,
    /// Pixels of `pixels` in one page pixel.
    pub zoom: f32,
    /// From page pixels to pixels of the oriented image.
    pub to_image: Homography,
    /// Width of the page in source pixels (mean of its upper and lower edge).
    pub source_width: f32,
}

impl Page {
    /// Returns the page's height in page pixels.
    pub fn height(&self) -> f32 {
        self.pixels.height() as f32 / self.zoom
    }

    /// Returns how many source pixels a page pixel covers, on average along the width.
    pub fn source_scale(&self) -> f32 {
        self.source_width / PAGE_WIDTH
    }

    /// Returns the box around a page rectangle in the oriented image.
    pub fn to_image_rect(&self, rect: PageRect) -> Rect {
        let (right, bottom) = (rect.x + rect.width, rect.y + rect.height);
        let corners = [
            (rect.x, rect.y),
            (right, rect.y),
            (right, bottom),
            (rect.x, bottom),
        ]
        .map(|(x, y)| self.to_image.map(Point { x, y }));
        let low = |f: fn(&Point) -> f32| corners.iter().map(f).fold(f32::MAX, f32::min);
        let high = |f: fn(&Point) -> f32| corners.iter().map(f).fold(f32::MIN, f32::max);
        let (x, y) = (low(|p| p.x), low(|p| p.y));
        Rect {
            x,
            y,
            width: high(|p| p.x) - x,
            height: high(|p| p.y) - y,
        }
    }

    /// Returns the box around an image rectangle on the page; `None` where it lies beyond the horizon.
    pub fn to_page_rect(&self, rect: Rect) -> Option<PageRect> {
        let back = self.to_image.inverse()?;
        let (right, bottom) = (rect.x + rect.width, rect.y + rect.height);
        let corners = [
            (rect.x, rect.y),
            (right, rect.y),
            (right, bottom),
            (rect.x, bottom),
        ]
        .map(|(x, y)| back.map(Point { x, y }));
        let low = |f: fn(&Point) -> f32| corners.iter().map(f).fold(f32::MAX, f32::min);
        let high = |f: fn(&Point) -> f32| corners.iter().map(f).fold(f32::MIN, f32::max);
        let (x, y) = (low(|p| p.x), low(|p| p.y));
        Some(PageRect {
            x,
            y,
            width: high(|p| p.x) - x,
            height: high(|p| p.y) - y,
        })
    }

    /// Returns a page's part as pixels, `None` where the rectangle misses the page.
    pub fn crop(&self, rect: PageRect) -> Option<RgbImage> {
        let (width, height) = self.pixels.dimensions();
        let bound = |value: f32, most: u32| (value * self.zoom).clamp(0.0, most as f32);
        let (x, y) = (bound(rect.x, width).floor(), bound(rect.y, height).floor());
        let right = bound(rect.x + rect.width, width).ceil();
        let bottom = bound(rect.y + rect.height, height).ceil();
        let (w, h) = (right - x, bottom - y);
        (w >= 1.0 && h >= 1.0).then(|| {
            image::imageops::crop_imm(&self.pixels, x as u32, y as u32, w as u32, h as u32)
                .to_image()
        })
    }

    /// Returns the page turned clockwise by quarter turns. No pixel is resampled; a page that stood
    /// upright keeps its pixels and gets another `zoom`.
    pub fn rotated(&self, quarter_turns: u32) -> Self {
        let turns = quarter_turns % 4;
        let pixels = match turns {
            1 => image::imageops::rotate90(&self.pixels),
            2 => image::imageops::rotate180(&self.pixels),
            3 => image::imageops::rotate270(&self.pixels),
            _ => return self.clone(),
        };
        let (width, height) = (PAGE_WIDTH, self.height());
        let corners = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)]
            .map(|(x, y)| self.to_image.map(Point { x, y }));
        // Turning the page clockwise brings its lower left corner to the upper left.
        let first = 4 - turns as usize;
        let quad: Quad = std::array::from_fn(|i| corners[(first + i) % 4]);
        let zoom = pixels.width() as f32 / PAGE_WIDTH;
        let page_height = pixels.height() as f32 / zoom;
        Self {
            to_image: Homography::from_rect(PAGE_WIDTH, page_height, &quad)
                .expect("the corners of a page are no line, whichever comes first"),
            source_width: mean_length(&quad, [[0, 1], [3, 2]]),
            pixels,
            zoom,
        }
    }
}

/// Returns the mean length of two sides of a quad.
fn mean_length(quad: &Quad, sides: [[usize; 2]; 2]) -> f32 {
    let length = |[a, b]: [usize; 2]| (quad[b].x - quad[a].x).hypot(quad[b].y - quad[a].y);
    sides.into_iter().map(length).sum::<f32>() / 2.0
}

/// Rectifies the document to 1,000 pixels in width; `None` for a quad of no area.
pub fn rectify(photo: &RgbImage, quad: &Quad) -> Option<Page> {
    rectify_at(photo, quad, PAGE_WIDTH as u32)
}

/// Rectifies the document to `width` pixels (200 to 3,000), its height by the sides of the quad.
pub fn rectify_at(photo: &RgbImage, quad: &Quad, width: u32) -> Option<Page> {
    if quad.iter().any(|p| !p.x.is_finite() || !p.y.is_finite()) {
        return None;
    }
    let width = width.clamp(200, 3000);
    let source_width = mean_length(quad, [[0, 1], [3, 2]]);
    let source_height = mean_length(quad, [[1, 2], [0, 3]]);
    if source_width < 8.0 || source_height < 8.0 {
        return None;
    }
    let ratio = snapped(source_height / source_width).clamp(0.3, 3.0);
    let page_height = (PAGE_WIDTH * ratio).round();
    let to_image = Homography::from_rect(PAGE_WIDTH, page_height, quad)?;
    let zoom = width as f32 / PAGE_WIDTH;
    let height = (page_height * zoom).round() as u32;
    // Shrinking without averaging would alias: take as many samples as a page pixel covers.
    let samples = (source_width / width as f32).round().clamp(1.0, 4.0) as u32;
    let pixels = warp(photo, &to_image, [width, height], zoom, samples);
    Some(Page {
        pixels,
        zoom,
        to_image,
        source_width,
    })
}

/// Proportions of documents, height over width: ID-1 (ISO/IEC 7810), TD3 (ICAO Doc 9303-4), ID-2, upright too.
const SHAPES: [f32; 3] = [53.98 / 85.6, 88.0 / 125.0, 74.0 / 105.0];

/// Returns the nearest known proportion within 4 % (what perspective does to mean sides), or the ratio.
fn snapped(ratio: f32) -> f32 {
    SHAPES
        .iter()
        .flat_map(|&shape| [shape, 1.0 / shape])
        .map(|shape| ((ratio / shape).ln().abs(), shape))
        .filter(|(away, _)| *away < 0.04)
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map_or(ratio, |(_, shape)| shape)
}

/// Grey of page parts that lie outside the photo.
const OUTSIDE: [u8; 3] = [128; 3];

fn warp(
    photo: &RgbImage,
    to_image: &Homography,
    size: [u32; 2],
    zoom: f32,
    samples: u32,
) -> RgbImage {
    let mut out = RgbImage::new(size[0], size[1]);
    let m = &to_image.0;
    let count = samples * samples;
    // Places of the samples of a pixel, in page pixels from its own corner.
    let scale = 1.0 / f64::from(zoom);
    let places: Vec<f64> = (0..samples)
        .map(|sub| (f64::from(sub) + 0.5) / f64::from(samples) * scale)
        .collect();
    let sample = |px: f64, py: f64| {
        let w = 1.0 / (m[6] * px + m[7] * py + m[8]);
        let u = ((m[0] * px + m[1] * py + m[2]) * w) as f32;
        let v = ((m[3] * px + m[4] * py + m[5]) * w) as f32;
        bilinear(photo, u, v)
    };
    for (x, y, pixel) in out.enumerate_pixels_mut() {
        let (left, top) = (f64::from(x) * scale, f64::from(y) * scale);
        if let [place] = places[..] {
            pixel.0 = sample(left + place, top + place);
            continue;
        }
        let mut sum = [0_u32; 3];
        for py in places.iter().map(|place| top + place) {
            for px in places.iter().map(|place| left + place) {
                let [r, g, b] = sample(px, py).map(u32::from);
                sum = [sum[0] + r, sum[1] + g, sum[2] + b];
            }
        }
        pixel.0 = sum.map(|value| ((value + count / 2) / count) as u8);
    }
    out
}

/// Samples between pixel centres with 8-bit weights.
fn bilinear(photo: &RgbImage, x: f32, y: f32) -> [u8; 3] {
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let near = x > -1.0 && y > -1.0 && x < width as f32 && y < height as f32;
    if !near || width < 2 || height < 2 {
        return OUTSIDE;
    }
    let (x, y) = (
        x.clamp(0.0, (width - 1) as f32),
        y.clamp(0.0, (height - 1) as f32),
    );
    // The last pixel is the second of its pair, with all the weight.
    let (x0, y0) = ((x as usize).min(width - 2), (y as usize).min(height - 2));
    let (fx, fy) = (
        ((x - x0 as f32) * 256.0) as u32,
        ((y - y0 as f32) * 256.0) as u32,
    );
    let pair = |y: usize| photo.as_raw()[(y * width + x0) * 3..].first_chunk::<6>();
    let (Some(upper), Some(lower)) = (pair(y0), pair(y0 + 1)) else {
        return OUTSIDE;
    };
    let (a, b) = ((256 - fx) * (256 - fy), fx * (256 - fy));
    let (c, d) = ((256 - fx) * fy, fx * fy);
    std::array::from_fn(|k| {
        let above = u32::from(upper[k]) * a + u32::from(upper[k + 3]) * b;
        let below = u32::from(lower[k]) * c + u32::from(lower[k + 3]) * d;
        ((above + below + 32_768) >> 16) as u8
    })
}
