//! Plane-to-plane projections.

use menshen_core::geometry::{Point, Quad};

/// A projective map of the plane, row by row; the last element is 1 up to scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Homography(pub [f64; 9]);

impl Homography {
    /// Returns the map that takes a `width` x `height` rectangle's corners (top left first, clockwise)
    /// onto `quad`; `None` where three corners lie on a line.
    pub fn from_rect(width: f32, height: f32, quad: &Quad) -> Option<Self> {
        // Closed form for the unit square (Heckbert, 1989), then the rectangle's sides.
        let [a, b, c, d] = quad.map(|p| (f64::from(p.x), f64::from(p.y)));
        let (dx1, dy1) = (b.0 - c.0, b.1 - c.1);
        let (dx2, dy2) = (d.0 - c.0, d.1 - c.1);
        let (sx, sy) = (a.0 - b.0 + c.0 - d.0, a.1 - b.1 + c.1 - d.1);
        let det = dx1 * dy2 - dx2 * dy1;
        if det.abs() < 1e-9 || width <= 0.0 || height <= 0.0 {
            return None;
        }
        let (g, h) = ((sx * dy2 - dx2 * sy) / det, (dx1 * sy - sx * dy1) / det);
        let (w, t) = (f64::from(width), f64::from(height));
        Some(Self([
            (b.0 - a.0 + g * b.0) / w,
            (d.0 - a.0 + h * d.0) / t,
            a.0,
            (b.1 - a.1 + g * b.1) / w,
            (d.1 - a.1 + h * d.1) / t,
            a.1,
            g / w,
            h / t,
            1.0,
        ]))
    }

    /// Maps a point. Points on the horizon come back as the origin.
    pub fn map(&self, point: Point) -> Point {
        let m = &self.0;
        let (x, y) = (f64::from(point.x), f64::from(point.y));
        let w = m[6] * x + m[7] * y + m[8];
        if w.abs() < 1e-12 {
            return Point::default();
        }
        Point {
            x: ((m[0] * x + m[1] * y + m[2]) / w) as f32,
            y: ((m[3] * x + m[4] * y + m[5]) / w) as f32,
        }
    }

    /// Returns the opposite map; `None` where there is none.
    pub fn inverse(&self) -> Option<Self> {
        let [a, b, c, d, e, f, g, h, i] = self.0;
        let det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
        if det.abs() < 1e-15 {
            return None;
        }
        let out = [
            e * i - f * h,
            c * h - b * i,
            b * f - c * e,
            f * g - d * i,
            a * i - c * g,
            c * d - a * f,
            d * h - e * g,
            b * g - a * h,
            a * e - b * d,
        ];
        Some(Self(out.map(|value| value / det)))
    }
}
