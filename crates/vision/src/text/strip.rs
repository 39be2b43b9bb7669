//! Upright strips out of tilted quadrilaterals.

use image::{Rgb, RgbImage};
use menshen_core::geometry::{Point, Quad};

/// Samples a side that are averaged for one strip pixel at most; more than this costs time and a
/// strip is never made from text more than `4 * 48` pixels high in practice.
const MAX_SAMPLES: u32 = 4;
/// Longest strip in units of its height: an MRZ line with margins is below 40.
const MAX_ASPECT: f32 = 60.0;

/// Returns the content of `quad` (corners in pixels of `photo`, in reading order) as an upright
/// strip `height` pixels high, with the aspect ratio of the quad. Parts outside the photo repeat
/// its border. `None` when the quad has no area or a corner is not finite.
pub fn extract_strip(photo: &RgbImage, quad: &Quad, height: u32) -> Option<RgbImage> {
    let (across, down) = (mean_width(quad), mean_height(quad));
    if !across.is_finite() || !down.is_finite() || across < 1.0 || down < 1.0 || height == 0 {
        return None;
    }
    let aspect = (across / down).min(MAX_ASPECT);
    let width = ((height as f32 * aspect).round() as u32).max(1);
    extract_sized(photo, quad, width, height)
}

/// As [`extract_strip`], with a given width.
pub fn extract_sized(photo: &RgbImage, quad: &Quad, width: u32, height: u32) -> Option<RgbImage> {
    let map = Homography::from_unit_square(quad)?;
    if width == 0 || height == 0 || photo.width() == 0 || photo.height() == 0 {
        return None;
    }
    let shrink = (mean_height(quad) / height as f32).max(mean_width(quad) / width as f32);
    let samples = (shrink.ceil() as u32).clamp(1, MAX_SAMPLES);
    let step = 1.0 / samples as f32;
    let mut strip = RgbImage::new(width, height);
    for (x, y, pixel) in strip.enumerate_pixels_mut() {
        let mut sum = [0.0f32; 3];
        for sub in 0..samples * samples {
            let u = (x as f32 + ((sub % samples) as f32 + 0.5) * step) / width as f32;
            let v = (y as f32 + ((sub / samples) as f32 + 0.5) * step) / height as f32;
            let from = map.apply(u, v);
            for (total, value) in sum.iter_mut().zip(bilinear(photo, from)) {
                *total += value;
            }
        }
        let n = (samples * samples) as f32;
        *pixel = Rgb(sum.map(|total| (total / n).round().clamp(0.0, 255.0) as u8));
    }
    Some(strip)
}

/// Mean length of the upper and lower edge in pixels.
pub fn mean_width(quad: &Quad) -> f32 {
    (distance(quad[0], quad[1]) + distance(quad[3], quad[2])) / 2.0
}

/// Mean length of the left and right edge in pixels.
pub fn mean_height(quad: &Quad) -> f32 {
    (distance(quad[0], quad[3]) + distance(quad[1], quad[2])) / 2.0
}

fn distance(a: Point, b: Point) -> f32 {
    (a.x - b.x).hypot(a.y - b.y)
}

/// Value of the photo at a position in pixels (centre of the first pixel at 0.5), border repeated.
fn bilinear(photo: &RgbImage, at: Point) -> [f32; 3] {
    let clamp = |value: f32, size: u32| (value - 0.5).clamp(0.0, (size - 1) as f32);
    let (x, y) = (clamp(at.x, photo.width()), clamp(at.y, photo.height()));
    let (x0, y0) = (x as u32, y as u32);
    let (x1, y1) = (
        (x0 + 1).min(photo.width() - 1),
        (y0 + 1).min(photo.height() - 1),
    );
    let (fx, fy) = (x - x0 as f32, y - y0 as f32);
    let corner = |x: u32, y: u32| photo.get_pixel(x, y).0;
    let (a, b, c, d) = (
        corner(x0, y0),
        corner(x1, y0),
        corner(x0, y1),
        corner(x1, y1),
    );
    std::array::from_fn(|i| {
        let top = f32::from(a[i]) * (1.0 - fx) + f32::from(b[i]) * fx;
        let bottom = f32::from(c[i]) * (1.0 - fx) + f32::from(d[i]) * fx;
        top * (1.0 - fy) + bottom * fy
    })
}

/// The projective map of the unit square onto a quadrilateral (Heckbert 1989, section 2.2.3).
struct Homography {
    rows: [[f32; 3]; 3],
}

impl Homography {
    fn from_unit_square(quad: &Quad) -> Option<Self> {
        let [p0, p1, p2, p3] = *quad;
        let (sx, sy) = (p0.x - p1.x + p2.x - p3.x, p0.y - p1.y + p2.y - p3.y);
        let (dx1, dy1) = (p1.x - p2.x, p1.y - p2.y);
        let (dx2, dy2) = (p3.x - p2.x, p3.y - p2.y);
        let area = dx1 * dy2 - dx2 * dy1;
        if !area.is_finite() || area.abs() < 1e-3 {
            return None;
        }
        let g = (sx * dy2 - dx2 * sy) / area;
        let h = (dx1 * sy - sx * dy1) / area;
        let rows = [
            [p1.x - p0.x + g * p1.x, p3.x - p0.x + h * p3.x, p0.x],
            [p1.y - p0.y + g * p1.y, p3.y - p0.y + h * p3.y, p0.y],
            [g, h, 1.0],
        ];
        let finite = rows.iter().flatten().all(|value| value.is_finite());
        finite.then_some(Self { rows })
    }

    fn apply(&self, u: f32, v: f32) -> Point {
        let [x, y, w] = self.rows.map(|row| row[0] * u + row[1] * v + row[2]);
        let w = if w.abs() < 1e-6 { 1e-6 } else { w };
        Point { x: x / w, y: y / w }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(x: f32, y: f32) -> Point {
        Point { x, y }
    }

    fn gradient() -> RgbImage {
        RgbImage::from_fn(100, 60, |x, y| Rgb([(x * 2) as u8, (y * 4) as u8, 7]))
    }

    #[test]
    fn an_upright_quad_is_a_plain_crop() {
        let photo = gradient();
        let quad = [
            point(10.0, 20.0),
            point(50.0, 20.0),
            point(50.0, 30.0),
            point(10.0, 30.0),
        ];
        let strip = extract_strip(&photo, &quad, 10).unwrap();
        assert_eq!(strip.dimensions(), (40, 10));
        assert_eq!(strip.get_pixel(3, 4), photo.get_pixel(13, 24));
    }

    #[test]
    fn a_quad_turned_by_half_gives_the_strip_upside_down() {
        let photo = gradient();
        let quad = [
            point(50.0, 30.0),
            point(10.0, 30.0),
            point(10.0, 20.0),
            point(50.0, 20.0),
        ];
        let strip = extract_strip(&photo, &quad, 10).unwrap();
        assert_eq!(strip.get_pixel(0, 0), photo.get_pixel(49, 29));
    }

    #[test]
    fn a_perspective_quad_keeps_its_corners() {
        let photo = gradient();
        let quad = [
            point(10.0, 10.0),
            point(90.0, 14.0),
            point(80.0, 50.0),
            point(14.0, 44.0),
        ];
        let strip = extract_sized(&photo, &quad, 200, 100).unwrap();
        let close = |a: u8, b: f32| (f32::from(a) - b).abs() < 4.0;
        assert!(close(strip.get_pixel(0, 0)[0], 20.0));
        assert!(close(strip.get_pixel(199, 0)[0], 179.0));
        assert!(close(strip.get_pixel(199, 99)[1], 198.0));
    }

    #[test]
    fn a_quad_without_area_or_with_odd_numbers_gives_nothing() {
        let photo = gradient();
        let flat = [
            point(0.0, 0.0),
            point(9.0, 0.0),
            point(9.0, 0.0),
            point(0.0, 0.0),
        ];
        assert!(extract_strip(&photo, &flat, 48).is_none());
        let odd = [
            point(f32::NAN, 0.0),
            point(9.0, 0.0),
            point(9.0, 9.0),
            point(0.0, 9.0),
        ];
        assert!(extract_strip(&photo, &odd, 48).is_none());
    }
}
