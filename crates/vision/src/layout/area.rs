//! Axis-parallel areas in *page space*: pixels of the rectified page, origin at the top left.

use menshen_core::geometry::{Point, Quad};

/// An area of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Area {
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
}

impl Area {
    /// Returns the smallest area around a quadrilateral.
    pub fn around(quad: &Quad) -> Self {
        let xs = quad.map(|p| p.x);
        let ys = quad.map(|p| p.y);
        let min = |values: &[f32; 4]| values.iter().copied().fold(f32::INFINITY, f32::min);
        let max = |values: &[f32; 4]| values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        Self {
            left: min(&xs),
            top: min(&ys),
            right: max(&xs),
            bottom: max(&ys),
        }
    }

    pub fn width(&self) -> f32 {
        (self.right - self.left).max(0.0)
    }

    pub fn height(&self) -> f32 {
        (self.bottom - self.top).max(0.0)
    }

    pub fn middle(&self) -> Point {
        Point {
            x: (self.left + self.right) / 2.0,
            y: (self.top + self.bottom) / 2.0,
        }
    }

    /// Returns the smallest area around both.
    pub fn joined(&self, other: &Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// Length that both share along x, in pixels; negative is the gap between them.
    pub fn shared_width(&self, other: &Self) -> f32 {
        self.right.min(other.right) - self.left.max(other.left)
    }

    /// Length that both share along y, in pixels; negative is the gap between them.
    pub fn shared_height(&self, other: &Self) -> f32 {
        self.bottom.min(other.bottom) - self.top.max(other.top)
    }

    /// Returns the same area with its sides moved outwards.
    pub fn grown(&self, across: f32, down: f32) -> Self {
        Self {
            left: self.left - across,
            top: self.top - down,
            right: self.right + across,
            bottom: self.bottom + down,
        }
    }

    /// Returns the four corners in reading order.
    pub fn corners(&self) -> Quad {
        [
            (self.left, self.top),
            (self.right, self.top),
            (self.right, self.bottom),
            (self.left, self.bottom),
        ]
        .map(|(x, y)| Point { x, y })
    }
}
