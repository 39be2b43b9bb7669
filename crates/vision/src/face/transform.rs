//! Similarities between pictures, and sampling a picture through one.

use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions};
use image::RgbImage;
use menshen_core::geometry::{Point, Rect};

use crate::photo::resample;

/// A turn, a uniform scale and a shift of the plane (no mirroring).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Similarity {
    a: f32,
    b: f32,
    x: f32,
    y: f32,
}

/// How a picture is read between its pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kernel {
    /// Two pixels a direction.
    Linear,
    /// Four pixels a direction (Keys, a = -0.75).
    Cubic,
}

impl Similarity {
    /// Returns the similarity that brings `from` onto `to` with the least squared distance
    /// (Umeyama's solution in the plane); `None` for fewer than two pairs or coinciding points.
    pub fn fit(from: &[Point], to: &[Point]) -> Option<Self> {
        if from.len() != to.len() || from.len() < 2 {
            return None;
        }
        let (from_centre, to_centre) = (centre(from), centre(to));
        let (mut dot, mut cross, mut square) = (0.0, 0.0, 0.0);
        for (p, q) in from.iter().zip(to) {
            let (px, py) = (p.x - from_centre.x, p.y - from_centre.y);
            let (qx, qy) = (q.x - to_centre.x, q.y - to_centre.y);
            dot += px * qx + py * qy;
            cross += px * qy - py * qx;
            square += px * px + py * py;
        }
        let (a, b) = (dot / square, cross / square);
        let usable = a.is_finite() && b.is_finite() && a.hypot(b) > 1e-6;
        usable.then_some(Self {
            a,
            b,
            x: to_centre.x - a * from_centre.x + b * from_centre.y,
            y: to_centre.y - b * from_centre.x - a * from_centre.y,
        })
    }

    /// Returns the map from a square window of `pixels` x `pixels` into the picture that it covers:
    /// a square of side `side` around `centre`, turned clockwise by `angle` radians.
    pub(crate) fn window(centre: Point, side: f32, angle: f32, pixels: u32) -> Self {
        let scale = side / pixels as f32;
        let (a, b) = (scale * angle.cos(), scale * angle.sin());
        let half = pixels as f32 / 2.0;
        Self {
            a,
            b,
            x: centre.x - a * half + b * half,
            y: centre.y - b * half - a * half,
        }
    }

    /// Returns where `point` goes.
    pub fn apply(&self, point: Point) -> Point {
        Point {
            x: self.a * point.x - self.b * point.y + self.x,
            y: self.b * point.x + self.a * point.y + self.y,
        }
    }

    /// Returns the factor by which lengths grow.
    pub fn scale(&self) -> f32 {
        self.a.hypot(self.b)
    }

    /// Returns the way back.
    pub fn inverse(&self) -> Self {
        let square = self.a * self.a + self.b * self.b;
        let (a, b) = (self.a / square, -self.b / square);
        Self {
            a,
            b,
            x: -a * self.x + b * self.y,
            y: -b * self.x - a * self.y,
        }
    }

    /// Returns this map followed by a scaling of the target around its origin and a shift.
    fn then(&self, scale: f32, shift: Point) -> Self {
        Self {
            a: self.a * scale,
            b: self.b * scale,
            x: self.x * scale + shift.x,
            y: self.y * scale + shift.y,
        }
    }
}

fn centre(points: &[Point]) -> Point {
    let n = points.len() as f32;
    Point {
        x: points.iter().map(|p| p.x).sum::<f32>() / n,
        y: points.iter().map(|p| p.y).sum::<f32>() / n,
    }
}

/// Returns `width` x `height` pixels, each read from `image` where `into` puts its centre. Edge
/// pixels repeat outside the picture. A picture that would shrink by more than 1.6 is averaged down
/// first, so that nothing aliases.
pub(crate) fn warp(
    image: &RgbImage,
    into: &Similarity,
    width: u32,
    height: u32,
    kernel: Kernel,
) -> RgbImage {
    match shrunk(image, into, width, height) {
        Some((small, into)) => sample(&small, &into, width, height, kernel),
        None => sample(image, into, width, height, kernel),
    }
}

/// Largest shrinking that sampling alone takes; a linear kernel skips pixels beyond 2.
const MAX_SHRINK: f32 = 1.6;

/// Returns the part of `image` under the window averaged down to one source pixel a target pixel,
/// and the map into it; `None` where that is not needed.
fn shrunk(
    image: &RgbImage,
    into: &Similarity,
    width: u32,
    height: u32,
) -> Option<(RgbImage, Similarity)> {
    let scale = into.scale();
    if scale <= MAX_SHRINK {
        return None;
    }
    let (w, h) = (width as f32, height as f32);
    let corners = [(0.0, 0.0), (w, 0.0), (0.0, h), (w, h)].map(|(x, y)| into.apply(Point { x, y }));
    let margin = 3.0 * scale;
    let low = |v: fn(&Point) -> f32| corners.iter().map(v).fold(f32::MAX, f32::min) - margin;
    let high = |v: fn(&Point) -> f32| corners.iter().map(v).fold(f32::MIN, f32::max) + margin;
    let left = low(|p| p.x).max(0.0).floor();
    let top = low(|p| p.y).max(0.0).floor();
    let right = high(|p| p.x).min(image.width() as f32).ceil();
    let bottom = high(|p| p.y).min(image.height() as f32).ceil();
    if right - left < scale || bottom - top < scale {
        return None;
    }
    let area = Rect {
        x: left,
        y: top,
        width: right - left,
        height: bottom - top,
    };
    let small_width = (area.width / scale).round().max(1.0) as u32;
    let small_height = (area.height / scale).round().max(1.0) as u32;
    let small = resize(image, area, small_width, small_height)?;
    // Rounding may make the two factors differ by half a pixel in the whole width: less than the
    // networks can see, and it keeps the map a similarity.
    let factor = small_width as f32 / area.width;
    let shift = Point {
        x: -area.x * factor,
        y: -area.y * factor,
    };
    Some((small, into.then(factor, shift)))
}

/// Returns `area` of `image` in another size, averaging when it shrinks; `None` when the area does
/// not lie inside the picture or is empty.
pub(crate) fn resize(image: &RgbImage, area: Rect, width: u32, height: u32) -> Option<RgbImage> {
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Bilinear))
        .crop(
            f64::from(area.x),
            f64::from(area.y),
            f64::from(area.width),
            f64::from(area.height),
        );
    let bytes = resample::<U8x3>(
        image.as_raw(),
        image.dimensions(),
        (width, height),
        &options,
    );
    RgbImage::from_raw(width, height, bytes?)
}

fn sample(
    image: &RgbImage,
    into: &Similarity,
    width: u32,
    height: u32,
    kernel: Kernel,
) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let at = into.apply(Point {
            x: x as f32 + 0.5,
            y: y as f32 + 0.5,
        });
        match kernel {
            Kernel::Linear => linear_at(image, at),
            Kernel::Cubic => gather::<4>(image, at, cubic),
        }
    })
}

/// Returns the colour at a point, between the four nearest pixels.
pub(crate) fn linear_at(image: &RgbImage, at: Point) -> image::Rgb<u8> {
    let (x, y) = (at.x - 0.5, at.y - 0.5);
    let (width, height) = (image.width() as usize, image.height() as usize);
    let within = x >= 0.0 && y >= 0.0 && x < width as f32 - 1.0 && y < height as f32 - 1.0;
    if !within {
        return gather::<2>(image, at, linear);
    }
    // The same sum without a look at the edges: every frame of a camera is read through this some 60,000 times.
    let (left, top) = (x as usize, y as usize);
    let (wx, wy) = (linear(x - left as f32), linear(y - top as f32));
    let rows = &image.as_raw()[3 * (top * width + left)..];
    let (Some(upper), Some(lower)) = (rows.get(..6), rows.get(3 * width..3 * width + 6)) else {
        return gather::<2>(image, at, linear);
    };
    let value = |c: usize| {
        let p = [upper[c], upper[c + 3], lower[c], lower[c + 3]].map(f32::from);
        let sum = p[0] * wx[0] * wy[0] + p[1] * wx[1] * wy[0];
        let sum = sum + p[2] * wx[0] * wy[1] + p[3] * wx[1] * wy[1];
        (sum + 0.5) as u8
    };
    image::Rgb([value(0), value(1), value(2)])
}

/// Weighs `N` x `N` pixels around `at` (pixel centres lie at halves).
fn gather<const N: usize>(
    image: &RgbImage,
    at: Point,
    weights: fn(f32) -> [f32; N],
) -> image::Rgb<u8> {
    let (x, y) = (at.x - 0.5, at.y - 0.5);
    let (left, top) = (x.floor(), y.floor());
    let (wx, wy) = (weights(x - left), weights(y - top));
    let offset = N as i64 / 2 - 1;
    let (max_x, max_y) = (i64::from(image.width()) - 1, i64::from(image.height()) - 1);
    let mut sum = [0.0f32; 3];
    for (j, wy) in wy.iter().enumerate() {
        let row = (top as i64 + j as i64 - offset).clamp(0, max_y) as u32;
        for (i, wx) in wx.iter().enumerate() {
            let column = (left as i64 + i as i64 - offset).clamp(0, max_x) as u32;
            let pixel = image.get_pixel(column, row).0;
            for (s, p) in sum.iter_mut().zip(pixel) {
                *s += f32::from(p) * wx * wy;
            }
        }
    }
    image::Rgb(sum.map(|s| s.round().clamp(0.0, 255.0) as u8))
}

fn linear(t: f32) -> [f32; 2] {
    [1.0 - t, t]
}

/// Keys' cubic with a = -0.75, the value the embedders' training pipelines used.
fn cubic(t: f32) -> [f32; 4] {
    const A: f32 = -0.75;
    let near = |d: f32| ((A + 2.0) * d - (A + 3.0)) * d * d + 1.0;
    let far = |d: f32| ((A * d - 5.0 * A) * d + 8.0 * A) * d - 4.0 * A;
    [far(1.0 + t), near(t), near(1.0 - t), far(2.0 - t)]
}

/// Returns the middle of a rectangle.
pub(crate) fn middle(rect: &Rect) -> Point {
    Point {
        x: rect.x + rect.width / 2.0,
        y: rect.y + rect.height / 2.0,
    }
}

/// Returns the distance of two points.
pub(crate) fn distance(p: Point, q: Point) -> f32 {
    (p.x - q.x).hypot(p.y - q.y)
}

/// Returns the point half-way between two.
pub(crate) fn middle_of(p: Point, q: Point) -> Point {
    Point {
        x: (p.x + q.x) / 2.0,
        y: (p.y + q.y) / 2.0,
    }
}

/// Returns intersection over union of two rectangles.
pub(crate) fn overlap(p: &Rect, q: &Rect) -> f32 {
    let width = (p.x + p.width).min(q.x + q.width) - p.x.max(q.x);
    let height = (p.y + p.height).min(q.y + q.height) - p.y.max(q.y);
    let both = width.max(0.0) * height.max(0.0);
    let any = p.width * p.height + q.width * q.height - both;
    if any > 0.0 { both / any } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(x: f32, y: f32) -> Point {
        Point { x, y }
    }

    #[test]
    fn a_fit_recovers_turn_scale_and_shift() {
        let known = Similarity {
            a: 1.5,
            b: -0.7,
            x: 12.0,
            y: -3.0,
        };
        let from = [point(0.0, 0.0), point(10.0, 2.0), point(-4.0, 8.0)];
        let to = from.map(|p| known.apply(p));
        let found = Similarity::fit(&from, &to).unwrap();
        assert!((found.a - 1.5).abs() < 1e-4 && (found.b + 0.7).abs() < 1e-4);
        let back = found.inverse().apply(found.apply(point(3.0, 4.0)));
        assert!(distance(back, point(3.0, 4.0)) < 1e-4);
    }

    #[test]
    fn coinciding_points_fit_nothing() {
        let same = [point(1.0, 1.0); 3];
        assert_eq!(Similarity::fit(&same, &same), None);
    }

    #[test]
    fn an_identity_window_copies_the_picture_and_shrinking_averages_it() {
        let picture = RgbImage::from_fn(64, 64, |x, y| {
            image::Rgb([if (x + y) % 2 == 0 { 0 } else { 200 }; 3])
        });
        let same = Similarity::window(point(32.0, 32.0), 64.0, 0.0, 64);
        assert_eq!(warp(&picture, &same, 64, 64, Kernel::Cubic), picture);
        let eighth = Similarity::window(point(32.0, 32.0), 64.0, 0.0, 8);
        let small = warp(&picture, &eighth, 8, 8, Kernel::Linear);
        assert!(small.pixels().all(|p| (95..=105).contains(&p.0[0])));
    }

    #[test]
    fn a_quarter_turn_moves_the_corner() {
        let mut picture = RgbImage::new(8, 8);
        picture.put_pixel(7, 0, image::Rgb([255; 3]));
        let turned = Similarity::window(point(4.0, 4.0), 8.0, std::f32::consts::FRAC_PI_2, 8);
        let out = warp(&picture, &turned, 8, 8, Kernel::Linear);
        assert_eq!(out.get_pixel(0, 0).0, [255; 3]);
    }
}
