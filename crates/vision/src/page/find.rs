//! The document's outline in a photograph.

mod edges;
mod hough;
mod line;
mod quads;
mod refine;

use image::RgbImage;
use menshen_core::geometry::{Point, Quad};

use crate::photo;
use hough::Supported;
use line::Line;

/// A document's outline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FoundPage {
    /// Corners in the oriented image, clockwise, from the one that is top left when the longer side lies
    /// level. Which of the two long sides is the document's upper one is for the reader of its text to say.
    pub quad: Quad,
    /// For each corner of `quad`: does it lie inside the picture, with its two sides seen?
    pub corners_visible: [bool; 4],
    /// How well the outline explains the edges of the picture, 0..=1; below 0.25 the whole picture was taken
    /// as the page because no outline was seen.
    pub confidence: f32,
}

/// Longer side of the picture in which the outline is searched, in pixels. Half of it loses the edges of
/// white cards on white tables, twice of it costs four times the time and finds weave and wood.
const SEARCH_SIDE: u32 = 480;
/// A corner this far outside the picture (part of the longer side) still counts as visible: a crop along
/// the document's edge.
const TIGHT: f32 = 0.004;
/// Gap between a seen side and the picture's border that still is a crop along the document's edge.
const TIGHT_MARGIN: f32 = 0.025;
/// Confidence from which an outline was seen; below it the picture's own frame was taken as the page.
pub const OUTLINE: f32 = 0.25;
/// Confidence of the whole picture taken as a page.
const FRAME_CONFIDENCE: f32 = 0.2;

/// Finds the outline of the largest document in the picture.
///
/// Where none is seen but the picture is shaped and filled like a document, the picture's own frame is
/// returned, with low confidence. `None` where there is nothing: an even or tiny picture, or one of the
/// wrong shape.
pub fn find_page(picture: &RgbImage) -> Option<FoundPage> {
    if picture.width().min(picture.height()) < 40 {
        return None;
    }
    let (small, scale) = photo::shrink(picture, SEARCH_SIDE);
    let edges = edges::find_edges(&small);
    let frame = quads::Frame::new(&edges);
    let mut lines = hough::find_lines(&edges);
    lines.extend(borders(small.width() as f32, small.height() as f32));
    let best = quads::best(&frame, &lines).filter(|best| best.score > quads::FRAME_SCORE);
    let Some(best) = best else {
        return whole_frame(picture, edges.list.len());
    };
    // Pixel centres: the small picture's (0, 0) covers the first 1 / scale pixels.
    let up = |p: Point| Point {
        x: (p.x + 0.5) / scale - 0.5,
        y: (p.y + 0.5) / scale - 0.5,
    };
    let rough = best.quad.map(up);
    let quad = refine::refine(picture, &rough, best.border, (2.5 / scale).max(2.0));
    let visible = visible(&quad, best.border, picture);
    let (quad, corners_visible) = laid_level(quad, visible);
    Some(FoundPage {
        quad,
        corners_visible,
        confidence: (OUTLINE + 0.75 * (best.score - quads::FRAME_SCORE) / 0.55).clamp(OUTLINE, 1.0),
    })
}

fn borders(width: f32, height: f32) -> [Supported; 4] {
    let line = |nx, ny, rho| Supported::border(Line { nx, ny, rho });
    [
        line(1.0, 0.0, 0.0),
        line(1.0, 0.0, width - 1.0),
        line(0.0, 1.0, 0.0),
        line(0.0, 1.0, height - 1.0),
    ]
}

/// Proportions between which an uncut document without margins lies (1.42 to 1.586, and some crop).
const DOCUMENT_SHAPE: std::ops::RangeInclusive<f32> = 1.37..=1.66;

fn whole_frame(picture: &RgbImage, edges: usize) -> Option<FoundPage> {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let ratio = width.max(height) / width.min(height);
    // An even wall has hardly an edge; a page of print has hundreds.
    if !(1.15..=2.0).contains(&ratio) || edges < 300 {
        return None;
    }
    let at = |x, y| Point { x, y };
    let (right, bottom) = (width - 1.0, height - 1.0);
    let frame = [
        at(0.0, 0.0),
        at(right, 0.0),
        at(right, bottom),
        at(0.0, bottom),
    ];
    let seen = DOCUMENT_SHAPE.contains(&ratio);
    let (quad, corners_visible) = laid_level(frame, [seen; 4]);
    Some(FoundPage {
        quad,
        corners_visible,
        confidence: FRAME_CONFIDENCE,
    })
}

/// Says for each corner whether it is in the picture.
///
/// A side on the picture's border is a cut, unless the other sides hug the border, too: then somebody
/// cropped the picture along the document.
fn visible(quad: &Quad, border: [bool; 4], picture: &RgbImage) -> [bool; 4] {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let gap = |p: &Point| {
        let across = p.x.min(width - 1.0 - p.x) / width;
        across.min(p.y.min(height - 1.0 - p.y) / height)
    };
    let cropped = (0..4)
        .filter(|&side| !border[side])
        .all(|side| gap(&quad[side]).max(gap(&quad[(side + 1) % 4])) < TIGHT_MARGIN);
    let tolerance = TIGHT * width.max(height);
    std::array::from_fn(|corner| {
        let p = quad[corner];
        let inside = p.x >= -tolerance
            && p.y >= -tolerance
            && p.x <= width - 1.0 + tolerance
            && p.y <= height - 1.0 + tolerance;
        inside && (cropped || !(border[corner] || border[(corner + 3) % 4]))
    })
}

/// Rotates the corners so that the first side is a long one and runs to the right (or, standing upright,
/// upwards: a quarter turn to the right lays it level).
fn laid_level(quad: Quad, visible: [bool; 4]) -> (Quad, [bool; 4]) {
    let side = |a: usize, b: usize| (quad[b].x - quad[a].x).hypot(quad[b].y - quad[a].y);
    let long_first = side(0, 1) + side(2, 3) >= side(1, 2) + side(3, 0);
    let first = usize::from(!long_first);
    let direction = |from: usize| {
        let (a, b) = (quad[from], quad[(from + 1) % 4]);
        (b.x - a.x, b.y - a.y)
    };
    let (dx, dy) = direction(first);
    let level = dx.abs() >= dy.abs();
    let turned = if level { dx < 0.0 } else { dy > 0.0 };
    let start = first + 2 * usize::from(turned);
    (
        std::array::from_fn(|i| quad[(start + i) % 4]),
        std::array::from_fn(|i| visible[(start + i) % 4]),
    )
}
