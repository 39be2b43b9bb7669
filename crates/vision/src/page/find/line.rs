//! Straight lines and the pixels that speak for them.

use menshen_core::geometry::Point;

/// The points `p` with `normal . p = rho`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line {
    pub nx: f32,
    pub ny: f32,
    pub rho: f32,
}

impl Line {
    /// Returns the place of a point's foot along the line.
    pub fn along(&self, p: Point) -> f32 {
        p.y * self.nx - p.x * self.ny
    }

    /// Returns the signed distance of a point.
    pub fn distance(&self, p: Point) -> f32 {
        self.nx * p.x + self.ny * p.y - self.rho
    }

    /// Returns where two lines meet, unless they are nearly parallel (within about 10 degrees).
    pub fn meet(&self, other: &Self) -> Option<Point> {
        let det = self.nx * other.ny - self.ny * other.nx;
        if det.abs() < 0.17 {
            return None;
        }
        Some(Point {
            x: (self.rho * other.ny - other.rho * self.ny) / det,
            y: (self.nx * other.rho - other.nx * self.rho) / det,
        })
    }

    /// Returns the weighted total-least-squares line; `None` for less than two distinct points.
    pub fn fit(points: &[(Point, f32)]) -> Option<Self> {
        let total: f32 = points.iter().map(|(_, w)| w).sum();
        if points.len() < 2 || total <= 0.0 {
            return None;
        }
        let mean = |f: fn(&Point) -> f32| points.iter().map(|(p, w)| f(p) * w).sum::<f32>() / total;
        let (mx, my) = (mean(|p| p.x), mean(|p| p.y));
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        for (p, w) in points {
            let (dx, dy) = (p.x - mx, p.y - my);
            xx += w * dx * dx;
            xy += w * dx * dy;
            yy += w * dy * dy;
        }
        if xx + yy < 1e-6 {
            return None;
        }
        // Direction of the larger spread; the normal stands on it.
        let angle = 0.5 * (2.0 * xy).atan2(xx - yy);
        let (nx, ny) = (-angle.sin(), angle.cos());
        Some(Self {
            nx,
            ny,
            rho: nx * mx + ny * my,
        })
    }
}
