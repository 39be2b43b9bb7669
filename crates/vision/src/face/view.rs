//! A face brought to one size and upright, with its regions: what the quality measures look at.

use std::ops::Range;

use image::RgbImage;
use menshen_core::geometry::Point;

use super::mesh::Mesh;
use super::plane::Plane;
use super::transform::{Kernel, Similarity, distance, middle_of, warp};

/// Height of the face (hairline to chin) in the view, in pixels: large enough for a frame of
/// glasses, small enough for every usable selfie to fill it with real pixels.
pub(crate) const FACE: f32 = 128.0;
/// Side of the view in pixels: the face and an eighth around it.
const SIDE: u32 = 160;

/// The upright face at a fixed size.
pub(crate) struct View {
    pub pixels: RgbImage,
    pub luma: Plane,
    /// The mesh in pixels of the view.
    pub points: Vec<Point>,
    /// Which pixels of the view lie inside the picture.
    pub inside: Vec<bool>,
}

impl View {
    /// Returns the view of a face, or `None` when the mesh is degenerate.
    pub fn new(image: &RgbImage, mesh: &Mesh) -> Option<Self> {
        let (top, chin) = (mesh.at(10), mesh.at(152));
        let (left, right) = (mesh.at(33), mesh.at(263));
        let height = distance(top, chin).max(1.2 * distance(left, right));
        if !(height.is_finite() && height > 2.0) || image.width() == 0 || image.height() == 0 {
            return None;
        }
        let angle = (right.y - left.y).atan2(right.x - left.x);
        let side = height * SIDE as f32 / FACE;
        let window = Similarity::window(middle_of(top, chin), side, angle, SIDE);
        let pixels = warp(image, &window, SIDE, SIDE, Kernel::Linear);
        let into = window.inverse();
        let points = (0..mesh.points().len()).map(|i| into.apply(mesh.at(i)));
        let points = points.collect();
        let (width, height) = (image.width() as f32, image.height() as f32);
        let inside = (0..SIDE * SIDE).map(|i| {
            let p = window.apply(pixel_centre(i as usize, SIDE as usize));
            p.x >= 0.0 && p.y >= 0.0 && p.x <= width && p.y <= height
        });
        Some(Self {
            inside: inside.collect(),
            luma: Plane::luma(&pixels),
            pixels,
            points,
        })
    }

    /// Returns the pixels inside a closed line of mesh points (even-odd rule) and the picture.
    pub fn region(&self, outline: &[usize]) -> Vec<usize> {
        let corners: Vec<Point> = outline.iter().map(|&i| self.points[i]).collect();
        let side = SIDE as usize;
        let mut found = Vec::new();
        fill(&corners, [side; 2], |y, columns| {
            let row = columns.map(|x| y * side + x);
            found.extend(row.filter(|&i| self.inside[i]));
        });
        found
    }

    /// Returns luma of some pixels.
    pub fn lumas(&self, pixels: &[usize]) -> Vec<f32> {
        pixels.iter().map(|&i| self.luma.data[i]).collect()
    }

    /// Returns a pixel's colour.
    pub fn colour(&self, pixel: usize) -> [u8; 3] {
        let side = SIDE as usize;
        self.pixels
            .get_pixel((pixel % side) as u32, (pixel / side) as u32)
            .0
    }

    /// Returns the middle of a pixel.
    pub fn centre(&self, pixel: usize) -> Point {
        pixel_centre(pixel, SIDE as usize)
    }
}

fn pixel_centre(pixel: usize, side: usize) -> Point {
    Point {
        x: (pixel % side) as f32 + 0.5,
        y: (pixel / side) as f32 + 0.5,
    }
}

/// Hands out the pixels of a picture of `width` x `height` whose centres lie inside a closed line (even-odd rule), as runs
/// of columns in rows.
pub(crate) fn fill(
    corners: &[Point],
    [width, height]: [usize; 2],
    mut run: impl FnMut(usize, Range<usize>),
) {
    // The first pixel whose centre is not before.
    let first = |v: f32, most: usize| ((v - 0.5).ceil().max(0.0) as usize).min(most);
    let low = corners.iter().map(|p| p.y).fold(f32::MAX, f32::min);
    let high = corners.iter().map(|p| p.y).fold(f32::MIN, f32::max);
    let mut crossed: Vec<f32> = Vec::with_capacity(corners.len());
    for row in first(low, height)..first(high, height) {
        let y = row as f32 + 0.5;
        crossed.clear();
        let edges = corners.iter().zip(corners.iter().cycle().skip(1));
        let across = edges.filter(|(a, b)| (a.y > y) != (b.y > y));
        crossed.extend(across.map(|(a, b)| (b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x));
        crossed.sort_unstable_by(f32::total_cmp);
        for pair in crossed.as_chunks::<2>().0 {
            let columns = first(pair[0], width)..first(pair[1], width);
            if !columns.is_empty() {
                run(row, columns);
            }
        }
    }
}

/// Outlines of regions in mesh indices.
pub(crate) mod outline {
    /// The whole face.
    pub const FACE: [usize; 36] = [
        10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
        152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
    ];
    /// Cheeks, left and right.
    pub const CHEEKS: [[usize; 7]; 2] = [
        [117, 118, 101, 36, 205, 187, 123],
        [346, 347, 330, 266, 425, 411, 352],
    ];
    /// Between hairline and the middle of the forehead.
    pub const UPPER_FOREHEAD: [usize; 12] =
        [67, 109, 10, 338, 297, 333, 299, 337, 151, 108, 69, 104];
    /// Eye openings, left and right.
    pub const EYES: [[usize; 16]; 2] = [
        [
            33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7,
        ],
        [
            263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249,
        ],
    ];
    /// Eyes with the skin around that a lens covers.
    pub const LENSES: [[usize; 16]; 2] = [
        [
            113, 225, 224, 223, 222, 221, 189, 244, 233, 232, 231, 230, 229, 228, 31, 226,
        ],
        [
            342, 445, 444, 443, 442, 441, 413, 464, 453, 452, 451, 450, 449, 448, 261, 446,
        ],
    ];
    /// Below the nose, out to the jaw.
    pub const LOWER_FACE: [usize; 20] = [
        132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 425, 2,
        205,
    ];
    /// Outer edge of the lips.
    pub const LIPS: [usize; 20] = [
        61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146,
    ];
    /// Bridge of the nose.
    pub const NOSE: [usize; 8] = [193, 168, 417, 412, 456, 195, 236, 188];
}
