//! The photograph: a flat page on a desk, seen by a camera.
//!
//! All geometry (size, rotation, perspective, what is cut off) is one projection, so that pixels are
//! resampled once and truth follows exactly.

use image::{Rgb, RgbImage};
use imageproc::geometric_transformations::Projection;
use menshen_core::geometry::{Point, Quad, Rect};

use crate::degrade::Crop;
use crate::page::{Page, level};
use crate::rng::{Rng, mix};

/// Long and short side of the picture in pixels: about what an upload page makes of 12 megapixels.
const FRAME: [f32; 2] = [2400.0, 1800.0];

/// Part of the frame that the page fills at most.
const FILL: f32 = 0.74;

/// What a page lies on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bed {
    /// A wooden desk under a phone that is held by hand.
    #[default]
    Desk,
    /// The white lid of a scanner: flat, straight and evenly lit.
    Scanner,
}

/// Colour of a scanner's lid, R G B.
const LID: [u8; 3] = [236, 238, 238];

/// Turn of a page that was put on a scanner with some care, in degrees.
const SCAN_TURN: f32 = 0.6;

/// How the page lies before the camera.
#[derive(Clone, Copy, Debug)]
pub struct Camera {
    /// Clockwise turn of the page in degrees.
    pub rotate: f32,
    /// 0..=1: the far edge is shorter than the near one by half of this part.
    pub perspective: f32,
    /// What lies outside the frame.
    pub crop: Option<Crop>,
    /// What it lies on.
    pub bed: Bed,
    /// Seed of hand-held irregularity and of the desk.
    pub seed: u64,
}

/// A picture with the projection that made it.
pub struct Shot {
    /// The pixels.
    pub pixels: RgbImage,
    /// Flat page pixels to picture pixels.
    projection: Projection,
    /// Width and height of the flat page in its own pixels.
    flat: [f32; 2],
    /// Corners of the page.
    pub quad: Quad,
}

impl Shot {
    /// Returns where a rectangle of the flat page lies in the picture.
    pub fn quad_of(&self, rect: Rect) -> Quad {
        corners(rect).map(|corner| {
            let (x, y) = self.projection * corner;
            Point { x, y }
        })
    }

    /// Returns the upright rectangle in the picture around a rectangle of the flat page.
    pub fn bounds(&self, rect: Rect) -> Rect {
        let quad = self.quad_of(rect);
        let lowest = |pick: fn(&Point) -> f32| quad.iter().map(pick).fold(f32::MAX, f32::min);
        let highest = |pick: fn(&Point) -> f32| quad.iter().map(pick).fold(f32::MIN, f32::max);
        let (x, y) = (lowest(|p| p.x), lowest(|p| p.y));
        Rect {
            x,
            y,
            width: highest(|p| p.x) - x,
            height: highest(|p| p.y) - y,
        }
    }

    /// Returns width and height of the flat page in its own pixels.
    pub fn flat_size(&self) -> [f32; 2] {
        self.flat
    }

    /// Returns the page's width in picture pixels: the mean of its upper and lower edge.
    pub fn page_width(&self) -> f32 {
        let [a, b, c, d] = self.quad;
        let length = |p: Point, q: Point| ((p.x - q.x).powi(2) + (p.y - q.y).powi(2)).sqrt();
        (length(a, b) + length(d, c)) / 2.0
    }

    /// Paints every pixel through `paint(x, y on the flat page, colour so far)`.
    pub fn paint(&mut self, paint: impl Fn(f32, f32, [f32; 3]) -> [f32; 3]) {
        let inverse = self.projection.invert();
        for (x, y, pixel) in self.pixels.enumerate_pixels_mut() {
            let (u, v) = inverse * (x as f32 + 0.5, y as f32 + 0.5);
            let painted = paint(u, v, pixel.0.map(f32::from));
            pixel.0 = painted.map(level);
        }
    }

    /// Shrinks the picture to this long side; a smaller one stays.
    pub fn shrink(&mut self, long: u32) {
        let (width, height) = self.pixels.dimensions();
        let factor = long as f32 / width.max(height) as f32;
        if factor >= 1.0 {
            return;
        }
        let [w, h] = [width, height].map(|side| ((side as f32 * factor).round() as u32).max(1));
        let filter = image::imageops::FilterType::Triangle;
        self.pixels = image::imageops::resize(&self.pixels, w, h, filter);
        let exact = Projection::scale(w as f32 / width as f32, h as f32 / height as f32);
        self.projection = self.projection.and_then(exact);
        let [width, height] = self.flat;
        self.quad = self.quad_of(Rect {
            x: 0.0,
            y: 0.0,
            width,
            height,
        });
    }
}

/// How a sheet is held before a picture.
#[derive(Clone, Copy, Debug)]
pub struct Hold {
    /// Clockwise turn in degrees.
    pub rotate: f32,
    /// The upper edge is shorter than the lower one by this part.
    pub perspective: f32,
    /// Width of the sheet over the picture's width.
    pub width: f32,
    /// Its centre, in parts of the picture's width and height.
    pub centre: [f32; 2],
}

/// Lays a page over a picture as somebody holds it up there.
pub fn hold(mut pixels: RgbImage, page: &Page, hold: &Hold) -> Shot {
    let frame = [pixels.width() as f32, pixels.height() as f32];
    let (width, height) = (page.size[0], page.size[1]);
    let far = 1.0 - hold.perspective;
    let shape = [
        (-width / 2.0 * far, -height / 2.0),
        (width / 2.0 * far, -height / 2.0),
        (width / 2.0, height / 2.0),
        (-width / 2.0, height / 2.0),
    ];
    let (sin, cos) = hold.rotate.to_radians().sin_cos();
    let turned = shape.map(|(x, y)| (x * cos - y * sin, x * sin + y * cos));
    // A sheet that is turned far stays inside the picture, below the face.
    let span = |pick: fn(&(f32, f32)) -> f32| {
        let values = turned.iter().map(pick);
        values.clone().fold(f32::MIN, f32::max) - values.fold(f32::MAX, f32::min)
    };
    let scale = (frame[0] * hold.width / width)
        .min(frame[0] * 0.97 / span(|p| p.0))
        .min(frame[1] * 0.52 / span(|p| p.1));
    let placed = turned.map(|(x, y)| {
        (
            x * scale + frame[0] * hold.centre[0],
            y * scale + frame[1] * hold.centre[1],
        )
    });
    let projection = Projection::from_control_points(corners(page_rect(page)), placed)
        .expect("four corners of a convex page always give a projection");
    lay_on(&mut pixels, page, projection.invert());
    let whole = page_rect(page);
    let mut shot = Shot {
        pixels,
        projection,
        flat: [whole.width, whole.height],
        quad: Quad::default(),
    };
    shot.quad = shot.quad_of(whole);
    shot
}

/// Photographs a page.
pub fn photograph(page: &Page, camera: &Camera) -> Shot {
    let frame = frame(camera.rotate);
    let projection = projection(page, camera, frame);
    let mut pixels = match camera.bed {
        Bed::Desk => desk(frame, camera.seed),
        Bed::Scanner => RgbImage::from_pixel(frame[0] as u32, frame[1] as u32, Rgb(LID)),
    };
    let inverse = projection.invert();
    lay_on(&mut pixels, page, inverse);
    let whole = page_rect(page);
    let flat = [whole.width, whole.height];
    let mut shot = Shot {
        pixels,
        projection,
        flat,
        quad: Quad::default(),
    };
    shot.quad = shot.quad_of(whole);
    if camera.bed == Bed::Desk {
        soft_light(&mut shot.pixels, camera.seed);
    }
    shot
}

/// Lets the light fall off a little across the picture: at most 5 %, from a side that the seed chooses.
fn soft_light(pixels: &mut RgbImage, seed: u64) {
    const FALL: f32 = 0.05;
    let (sin, cos) = Rng::new(seed, 103)
        .between(0.0, std::f32::consts::TAU)
        .sin_cos();
    let (width, height) = (pixels.width() as f32, pixels.height() as f32);
    for (x, y, pixel) in pixels.enumerate_pixels_mut() {
        let (dx, dy) = (x as f32 / width - 0.5, y as f32 / height - 0.5);
        let light = 1.0 - FALL * (0.5 + 0.7 * (dx * cos + dy * sin)).clamp(0.0, 1.0);
        pixel.0 = pixel.0.map(|channel| level(f32::from(channel) * light));
    }
}

/// A phone is turned with a page that stands upright.
fn frame(rotate: f32) -> [f32; 2] {
    let turn = rotate.rem_euclid(180.0);
    if (45.0..135.0).contains(&turn) {
        [FRAME[1], FRAME[0]]
    } else {
        FRAME
    }
}

fn page_rect(page: &Page) -> Rect {
    let (width, height) = page.pixels.dimensions();
    Rect {
        x: 0.0,
        y: 0.0,
        width: width as f32,
        height: height as f32,
    }
}

fn corners(rect: Rect) -> [(f32, f32); 4] {
    let (right, bottom) = (rect.x + rect.width, rect.y + rect.height);
    [
        (rect.x, rect.y),
        (right, rect.y),
        (right, bottom),
        (rect.x, bottom),
    ]
}

fn projection(page: &Page, camera: &Camera, frame: [f32; 2]) -> Projection {
    let mut rng = Rng::new(camera.seed, 101);
    // Nobody holds a phone straight: a small turn, a small tilt, not quite the middle.
    let (hand, sway) = match camera.bed {
        Bed::Desk => (0.025, 2.2),
        Bed::Scanner => (0.0, SCAN_TURN),
    };
    let tilt = camera.perspective * 0.5 + rng.between(0.0, hand);
    let lean = if camera.crop == Some(Crop::Corner) {
        7.0
    } else {
        0.0
    };
    let turn = camera.rotate + rng.between(-sway, sway) + lean;
    let (width, height) = (page.size[0], page.size[1]);
    let far = 1.0 - tilt;
    // A page that tilts away looks shorter, too.
    let shape = [
        (-width / 2.0 * far, -height / 2.0 * (1.0 - tilt * 0.4)),
        (width / 2.0 * far, -height / 2.0 * (1.0 - tilt * 0.4)),
        (width / 2.0, height / 2.0),
        (-width / 2.0, height / 2.0),
    ];
    let (sin, cos) = turn.to_radians().sin_cos();
    let turned = shape.map(|(x, y)| (x * cos - y * sin, x * sin + y * cos));
    let scale = fit(&turned, frame, width);
    let shift = [
        rng.between(-0.02, 0.02) * frame[0],
        rng.between(-0.02, 0.02) * frame[1],
    ];
    let mut placed = turned.map(|(x, y)| {
        (
            x * scale + frame[0] / 2.0 + shift[0],
            y * scale + frame[1] / 2.0 + shift[1],
        )
    });
    push_out(&mut placed, camera.crop, width * scale);
    Projection::from_control_points(corners(page_rect(page)), placed)
        .expect("four corners of a convex page always give a projection")
}

/// Pixels per millimetre so that the turned page fills `FILL` of the frame.
fn fit(points: &[(f32, f32); 4], frame: [f32; 2], width: f32) -> f32 {
    let span = |pick: fn(&(f32, f32)) -> f32| {
        let values = points.iter().map(pick);
        values.clone().fold(f32::MIN, f32::max) - values.fold(f32::MAX, f32::min)
    };
    let fitted = (frame[0] * FILL / span(|p| p.0)).min(frame[1] * 0.84 / span(|p| p.1));
    fitted.min(frame[0].max(frame[1]) * FILL / width)
}

/// Moves the page so that a corner or an edge lies outside the frame.
fn push_out(points: &mut [(f32, f32); 4], crop: Option<Crop>, width: f32) {
    let top = points.iter().map(|p| p.1).fold(f32::MAX, f32::min);
    let second = {
        let mut heights = points.map(|p| p.1);
        heights.sort_by(f32::total_cmp);
        heights[1]
    };
    let move_up = match crop {
        None => return,
        // Only the highest corner leaves the frame: by 5 % of the width, but never the second one.
        Some(Crop::Corner) => top + (width * 0.05).min((second - top) * 0.6),
        // Both upper corners leave it, by 4 % of the width beyond the lower of the two.
        Some(Crop::Edge) => second + width * 0.04,
    };
    for point in points {
        point.1 -= move_up;
    }
}

/// Draws a dark wooden desk under soft, even light.
fn desk(frame: [f32; 2], seed: u64) -> RgbImage {
    // Wood has no detail finer than two pixels; half the size is a quarter of the work.
    let (width, height) = (frame[0] as u32 / 2, frame[1] as u32 / 2);
    let mut rng = Rng::new(seed, 102);
    let wood = [[84.0, 62.0, 46.0], [64.0, 66.0, 72.0], [96.0, 80.0, 60.0]][rng.below(3) as usize];
    let lean = rng.between(-0.06, 0.06);
    let half = RgbImage::from_fn(width, height, |x, y| {
        let (u, v) = (2.0 * x as f32, 2.0 * (y as f32 + x as f32 * lean));
        let grain =
            noise(seed, u / 420.0, v / 9.0) * 0.6 + noise(seed + 1, u / 90.0, v / 3.5) * 0.4;
        let spots = noise(seed + 2, u / 260.0, v / 200.0);
        let light = 0.80 + 0.28 * grain + 0.16 * spots;
        Rgb(wood.map(|channel: f32| (channel * light).clamp(0.0, 255.0) as u8))
    });
    double(&half)
}

/// Returns a picture of twice the size, each new pixel between its nearest old ones.
fn double(half: &RgbImage) -> RgbImage {
    let (right, bottom) = (half.width() - 1, half.height() - 1);
    RgbImage::from_fn(2 * half.width(), 2 * half.height(), |x, y| {
        let (x1, y1) = (x.div_ceil(2).min(right), y.div_ceil(2).min(bottom));
        let (a, b) = (half.get_pixel(x / 2, y / 2).0, half.get_pixel(x1, y / 2).0);
        let (c, d) = (half.get_pixel(x / 2, y1).0, half.get_pixel(x1, y1).0);
        let sum = |i: usize| u32::from(a[i]) + u32::from(b[i]) + u32::from(c[i]) + u32::from(d[i]);
        Rgb([0, 1, 2].map(|i| (sum(i) / 4) as u8))
    })
}

/// Smooth value noise, 0..=1, one cell a unit.
fn noise(seed: u64, x: f32, y: f32) -> f32 {
    let (cell_x, cell_y) = (x.floor(), y.floor());
    let smooth = |t: f32| t * t * (3.0 - 2.0 * t);
    let (u, v) = (smooth(x - cell_x), smooth(y - cell_y));
    let at = |dx: f32, dy: f32| {
        let (i, j) = ((cell_x + dx) as i64 as u64, (cell_y + dy) as i64 as u64);
        let hash = mix(seed
            ^ i.wrapping_mul(0x9E37_79B9_7F4A_7C15)
            ^ j.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        (hash >> 40) as f32 / (1u64 << 24) as f32
    };
    let upper = at(0.0, 0.0) * (1.0 - u) + at(1.0, 0.0) * u;
    let lower = at(0.0, 1.0) * (1.0 - u) + at(1.0, 1.0) * u;
    upper * (1.0 - v) + lower * v
}

/// Lays the page on the desk: contact shadow, rounded corners, bicubic pixels.
fn lay_on(pixels: &mut RgbImage, page: &Page, inverse: Projection) {
    let (width, height) = page.pixels.dimensions();
    let radius = page.corner * page.scale();
    let reach = width as f32 * 0.012;
    for (x, y, pixel) in pixels.enumerate_pixels_mut() {
        let (u, v) = inverse * (x as f32 + 0.5, y as f32 + 0.5);
        let outside = outside_by(u, v, width as f32, height as f32, radius);
        if outside > reach * 3.0 {
            continue;
        }
        let dark = 1.0 - 0.5 * (-(outside.max(0.0) / reach)).exp();
        let cover = (0.5 - outside).clamp(0.0, 1.0);
        let top = if cover > 0.0 {
            bicubic(&page.pixels, u - 0.5, v - 0.5)
        } else {
            [0.0; 3]
        };
        for (channel, new) in pixel.0.iter_mut().zip(top) {
            let ground = f32::from(*channel) * dark;
            *channel = level(ground + (new - ground) * cover);
        }
    }
}

/// Signed distance from the rounded rectangle, in flat page pixels; negative inside.
fn outside_by(u: f32, v: f32, width: f32, height: f32, radius: f32) -> f32 {
    let x = (u - width / 2.0).abs() - (width / 2.0 - radius);
    let y = (v - height / 2.0).abs() - (height / 2.0 - radius);
    let beyond = (x.max(0.0).powi(2) + y.max(0.0).powi(2)).sqrt();
    beyond + x.max(y).min(0.0) - radius
}

/// Catmull-Rom over 4 x 4 pixels, the border repeated.
fn bicubic(pixels: &RgbImage, x: f32, y: f32) -> [f32; 3] {
    let (column, row) = (x.floor(), y.floor());
    let (across, down) = (weights(x - column), weights(y - row));
    let (right, bottom) = (pixels.width() as i32 - 1, pixels.height() as i32 - 1);
    let mut sum = [0.0; 3];
    for (j, wy) in down.iter().enumerate() {
        let py = (row as i32 + j as i32 - 1).clamp(0, bottom) as u32;
        for (i, wx) in across.iter().enumerate() {
            let px = (column as i32 + i as i32 - 1).clamp(0, right) as u32;
            let pixel = pixels.get_pixel(px, py).0;
            for (total, channel) in sum.iter_mut().zip(pixel) {
                *total += f32::from(channel) * wx * wy;
            }
        }
    }
    sum
}

fn weights(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [
        -0.5 * t + t2 - 0.5 * t3,
        1.0 - 2.5 * t2 + 1.5 * t3,
        0.5 * t + 2.0 * t2 - 1.5 * t3,
        -0.5 * t2 + 0.5 * t3,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outside(page: &Page, crop: Option<Crop>, rotate: f32, seed: u64) -> usize {
        let camera = Camera {
            rotate,
            perspective: 0.2,
            crop,
            bed: Bed::Desk,
            seed,
        };
        let frame = frame(rotate);
        let projection = projection(page, &camera, frame);
        let placed = corners(page_rect(page)).map(|corner| projection * corner);
        let visible =
            |(x, y): &(f32, f32)| (0.0..=frame[0]).contains(x) && (0.0..=frame[1]).contains(y);
        placed.iter().filter(|corner| !visible(corner)).count()
    }

    fn blank(size: [f32; 2]) -> Page {
        Page::new(size, 3.0, [255; 3])
    }

    #[test]
    fn a_cropped_corner_lies_outside_alone_and_a_cropped_edge_takes_two() {
        for page in [[85.6, 54.0], [125.0, 88.0], [105.0, 74.0]].map(blank) {
            for seed in 0..200 {
                for (crop, expected) in [(Some(Crop::Corner), 1), (Some(Crop::Edge), 2)] {
                    let count = outside(&page, crop, 0.0, seed);
                    assert_eq!(count, expected, "{crop:?} {seed}");
                }
            }
        }
    }

    #[test]
    fn an_uncropped_page_lies_wholly_in_the_picture_at_every_turn() {
        for page in [[85.6, 54.0], [125.0, 88.0]].map(blank) {
            for seed in 0..72 {
                let rotate = seed as f32 * 5.0;
                assert_eq!(outside(&page, None, rotate, seed), 0, "{rotate}");
            }
        }
    }
}
