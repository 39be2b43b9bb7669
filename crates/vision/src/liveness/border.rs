//! Straight edges that enclose the face: the rim of a screen or sheet that is held before the camera.

use image::RgbImage;
use menshen_core::geometry::Rect;

use super::grey::Grey;
use crate::face::shrink;

/// Longer side of the picture that edges are looked for in, in pixels.
const LONGER: f32 = 192.0;
/// Difference across two pixels that is an edge, in grey levels.
const EDGE: i32 = 14;
/// Leanings of a line that are tried, in pixels across a pixel along.
const LEANINGS: [f32; 9] = [-0.16, -0.12, -0.08, -0.04, 0.0, 0.04, 0.08, 0.12, 0.16];
/// Part of a line's pixels that are edges by chance, in a lively background.
const CHANCE: f32 = 0.45;
/// Part from which on it is a line without a gap.
const WHOLE: f32 = 0.95;
/// Length of a line over the face's box.
const LENGTH: f32 = 1.3;
/// Nearest place of a line, outside of the face's box, in parts of it: hair and ears lie nearer.
const OUTSIDE: f32 = 0.12;

/// Returns how well three of four sides of the face are closed by straight lines, 0..=1: the third strongest side, each by
/// the part of a line's pixels at which the picture steps to the same side. One or two lines are a door or a shelf.
pub(super) fn border(image: &RgbImage, face: &Rect) -> f32 {
    let (width, height) = (image.width() as f32, image.height() as f32);
    let scale = (LONGER / width.max(height)).min(1.0);
    let small = [width, height].map(|side| (side * scale).round().max(1.0) as u32);
    let whole = Rect {
        x: 0.0,
        y: 0.0,
        width,
        height,
    };
    let Some(small) = shrink(image, whole, small[0], small[1]) else {
        return 0.0;
    };
    let grey = Grey::of(&small);
    let centre = [face.x + face.width / 2.0, face.y + face.height / 2.0].map(|v| v * scale);
    let half = [face.width, face.height].map(|v| v * scale / 2.0);
    let mut sides = [0.0; 4];
    for (axis, pair) in sides.chunks_exact_mut(2).enumerate() {
        // Lines along the other axis, at both ends of this one.
        let field = Field::new(&grey, axis == 1);
        let (across, along) = (axis, 1 - axis);
        let reach = half[along] * LENGTH;
        let span = [centre[along] - reach, centre[along] + reach];
        let near = half[across] * (1.0 + 2.0 * OUTSIDE);
        pair[0] = field.best(0.0, centre[across] - near, span);
        pair[1] = field.best(centre[across] + near, field.width as f32, span);
    }
    sides.sort_by(f32::total_cmp);
    sides[1]
}

/// Steps of the grey values across, turned so that the lines looked for run down.
struct Field {
    width: usize,
    height: usize,
    steps: Vec<i32>,
}

impl Field {
    fn new(grey: &Grey, turned: bool) -> Self {
        let (width, height) = match turned {
            true => (grey.height, grey.width),
            false => (grey.width, grey.height),
        };
        let at = |x: usize, y: usize| match turned {
            true => i32::from(grey.data[x * grey.width + y]),
            false => i32::from(grey.data[y * grey.width + x]),
        };
        let step = |x: usize, y: usize| match x > 0 && x + 1 < width {
            true => at(x + 1, y) - at(x - 1, y),
            false => 0,
        };
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Self {
            width,
            height,
            steps: places.map(|(x, y)| step(x, y)).collect(),
        }
    }

    /// The best line between two columns, over some rows, 0..=1.
    fn best(&self, from: f32, to: f32, [top, bottom]: [f32; 2]) -> f32 {
        let limit = |v: f32, most: usize| (v.max(0.0) as usize).min(most);
        let (top, bottom) = (limit(top, self.height), limit(bottom, self.height));
        let (from, to) = (limit(from, self.width), limit(to, self.width));
        if bottom < top + 8 {
            return 0.0;
        }
        let tried = (from..to).flat_map(|x| LEANINGS.map(|leaning| (x, leaning)));
        let best = tried
            .map(|(x, leaning)| self.filled(x, leaning, top, bottom))
            .fold(0.0, f32::max);
        ((best - CHANCE) / (WHOLE - CHANCE)).clamp(0.0, 1.0)
    }

    /// Part of a line's pixels that step to the commoner side.
    fn filled(&self, x: usize, leaning: f32, top: usize, bottom: usize) -> f32 {
        let middle = (top + bottom) as f32 / 2.0;
        let (mut up, mut down) = (0u32, 0u32);
        for y in top..bottom {
            let column = x as f32 + (y as f32 - middle) * leaning;
            let inside = column >= 0.0 && column < self.width as f32;
            let step = if inside {
                self.steps[y * self.width + column as usize]
            } else {
                0
            };
            up += u32::from(step >= EDGE);
            down += u32::from(step <= -EDGE);
        }
        up.max(down) as f32 / (bottom - top) as f32
    }
}
