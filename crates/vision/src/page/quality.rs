//! How good the picture of a page is: numbers with units, as `menshen_core::evidence` documents them.

mod blur;
mod cover;
mod glare;
mod light;
mod moire;
mod text;

use image::RgbImage;
use menshen_core::evidence::PageQuality;
use menshen_core::geometry::{Point, Rect};

use super::plane::{Plane, luma, percentile};
use super::rectify::{PAGE_WIDTH, Page, PageRect};
use crate::photo;
use glare::Glare;
use light::LightMap;
pub(crate) use moire::{SIDE as TILE, spectrum, tile};

/// Part of a page that is darker than its ink: the back of a card has no more than a fiftieth of ink, and with a larger part its
/// contrast would be that of its ground.
const INK: f32 = 0.01;
/// Part of a page that is darker than its paper.
const PAPER: f32 = 0.95;

/// A page prepared for measuring; measures of single fields share the work with those of the whole page.
pub struct Survey<'a> {
    page: &'a Page,
    photo: &'a RgbImage,
    /// The page at one pixel a page pixel.
    pixels: RgbImage,
    plane: Plane,
    /// The page at half a pixel a page pixel.
    half: RgbImage,
    /// The photo shows all of the page.
    whole: bool,
    glare: Glare,
}

impl<'a> Survey<'a> {
    /// Prepares a page that was rectified from `photo`.
    pub fn new(page: &'a Page, photo: &'a RgbImage) -> Self {
        let height = page.height().round().max(1.0) as u32;
        let pixels = sized(&page.pixels, PAGE_WIDTH as u32, height);
        let half = sized(&pixels, PAGE_WIDTH as u32 / 2, (height / 2).max(1));
        Self {
            page,
            photo,
            plane: Plane::luma(&pixels),
            glare: glare::find(&half),
            pixels,
            half,
            whole: is_whole(page, photo),
        }
    }

    /// Returns all measures of the page.
    pub fn quality(&self) -> PageQuality {
        let height = text::height(&self.plane);
        PageQuality {
            moire: moire::strength(self.page, self.photo),
            text_height: height.map(|height| height * self.page.source_scale()),
            ..self.legibility()
        }
    }

    /// Returns the measures that say how well the page can be seen: all but the height of its print, and patterns of screens
    /// and prints.
    pub fn legibility(&self) -> PageQuality {
        let inside = |x: usize, y: usize| self.in_photo(x, y);
        let shadow = LightMap::new(&self.pixels, &self.plane, inside).shadow();
        let mut levels = self.levels(None);
        let mut level = |part| percentile(&mut levels, part).unwrap_or(0.0);
        let (ink, middle, paper) = (level(INK), level(0.5), level(PAPER));
        let cover = cover::find(self.page, self.photo, &self.half);
        let whole = [0, 0, self.plane.width, self.plane.height];
        PageQuality {
            blur: self.blur_beyond_sampling(whole),
            glare: self.glare.part([0, 0, self.glare.width, self.glare.height]),
            glare_regions: self
                .glare
                .spots
                .iter()
                .map(|&spot| self.image_rect(spot, 2.0))
                .collect(),
            brightness: self.lit(shadow.area).unwrap_or(middle),
            contrast: paper - ink,
            shadow: shadow.depth,
            shadow_region: shadow
                .area
                .map(|area| self.image_rect(area, light::CELL as f32)),
            covered: cover.part,
            covered_regions: cover
                .areas
                .iter()
                .map(|&area| self.image_rect(area, 2.0))
                .collect(),
            chroma: LightMap::chroma(&self.pixels, inside),
            moire: 0.0,
            text_height: None,
            page_width: self.page.source_width,
        }
    }

    /// Returns the blur of a part of the page, in page pixels; `None` where no stroke is seen.
    pub fn blur_of(&self, rect: PageRect) -> Option<f32> {
        let area = clipped(rect, 1.0, self.plane.width, self.plane.height)?;
        self.blur_beyond_sampling(area)
    }

    /// Returns the blur that the number of source pixels does not explain: a page of few pixels was enlarged,
    /// and is small, not soft.
    fn blur_beyond_sampling(&self, area: [usize; 4]) -> Option<f32> {
        /// Blur of a sharp picture that was enlarged, in its own pixels (measured on drawn cards of 290 to
        /// 510 pixels in width: 0.9 to 1.1).
        const SAMPLED: f32 = 1.0;
        let enlarged = 1.0 / self.page.source_scale().max(1e-3);
        let sampling = SAMPLED * SAMPLED * (enlarged * enlarged - 1.0).max(0.0);
        let whole = blur::blur(&self.plane, area)?;
        Some((whole * whole - sampling).max(0.0).sqrt())
    }

    /// Returns the burnt-out part of a part of the page, 0..=1.
    pub fn glare_in(&self, rect: PageRect) -> f32 {
        clipped(rect, 0.5, self.glare.width, self.glare.height)
            .map_or(0.0, |area| self.glare.part(area))
    }

    /// Returns the median luma of what lies beside a shadow; `None` without one, or where it leaves too little to judge by.
    fn lit(&self, shadow: Option<[usize; 4]>) -> Option<f32> {
        /// Part of the page that must lie beside the shadow.
        const LEAST: f32 = 0.2;
        let mut lit = self.levels(Some(shadow?.map(|cell| cell * light::CELL)));
        let all = self.plane.width * self.plane.height / 4;
        let enough = lit.len() as f32 >= LEAST * all as f32;
        enough.then(|| percentile(&mut lit, 0.5)).flatten()
    }

    /// Returns luma of every other pixel that the photo shows, but for those in an area (left, top, right and bottom).
    fn levels(&self, without: Option<[usize; 4]>) -> Vec<f32> {
        let left_out = |x: usize, y: usize| {
            without.is_some_and(|[l, t, r, b]| (l..r).contains(&x) && (t..b).contains(&y))
        };
        let (width, height) = (self.plane.width, self.plane.height);
        let mut levels = Vec::with_capacity(width * height / 4);
        for y in (0..height).step_by(2) {
            for x in (0..width).step_by(2) {
                if !left_out(x, y) && self.in_photo(x, y) {
                    levels.push(self.plane.at(x, y));
                }
            }
        }
        levels
    }

    /// Tells whether a page pixel lies inside the photo.
    fn in_photo(&self, x: usize, y: usize) -> bool {
        let point = Point {
            x: x as f32,
            y: y as f32,
        };
        self.whole || shows(self.photo, self.page.to_image.map(point))
    }

    fn image_rect(&self, area: [usize; 4], cell: f32) -> Rect {
        let [left, top, right, bottom] = area.map(|value| value as f32 * cell);
        self.page.to_image_rect(PageRect {
            x: left,
            y: top,
            width: right - left,
            height: bottom - top,
        })
    }
}

fn shows(photo: &RgbImage, at: Point) -> bool {
    let (width, height) = (photo.width() as f32, photo.height() as f32);
    at.x >= 0.0 && at.y >= 0.0 && at.x < width && at.y < height
}

/// Tells whether a photo shows all of a page: its corners, and so everything between them.
fn is_whole(page: &Page, photo: &RgbImage) -> bool {
    let (right, bottom) = (PAGE_WIDTH, page.height());
    let corners = [(0.0, 0.0), (right, 0.0), (right, bottom), (0.0, bottom)];
    let shown = |(x, y)| shows(photo, page.to_image.map(Point { x, y }));
    corners.into_iter().all(shown)
}

/// Returns light and contrast of a whole picture, nothing else: for one in which no page was found.
pub fn exposure(picture: &RgbImage) -> PageQuality {
    let mut levels: Vec<f32> = picture.pixels().step_by(5).map(|p| luma(p.0)).collect();
    let mut level = |part| percentile(&mut levels, part).unwrap_or(0.0);
    PageQuality {
        brightness: level(0.5),
        contrast: level(PAPER) - level(INK),
        ..PageQuality::default()
    }
}

/// Returns all measures of a page that was rectified from `photo`.
pub fn quality(page: &Page, photo: &RgbImage) -> PageQuality {
    Survey::new(page, photo).quality()
}

fn sized(picture: &RgbImage, width: u32, height: u32) -> RgbImage {
    if picture.dimensions() == (width, height) {
        return picture.clone();
    }
    photo::resized(picture, width, height).unwrap_or_else(|| RgbImage::new(width, height))
}

/// Returns left, top, right and bottom in pixels, cut at the borders; `None` where nothing is left.
fn clipped(rect: PageRect, zoom: f32, width: usize, height: usize) -> Option<[usize; 4]> {
    let bound = |value: f32, most: usize| (value * zoom).clamp(0.0, most as f32);
    let (left, top) = (bound(rect.x, width).floor(), bound(rect.y, height).floor());
    let right = bound(rect.x + rect.width, width).ceil();
    let bottom = bound(rect.y + rect.height, height).ceil();
    let area = [left, top, right, bottom].map(|value| value as usize);
    (area[2] > area[0] && area[3] > area[1]).then_some(area)
}
