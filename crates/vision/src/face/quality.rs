//! Light, sharpness and place of a face, after the measures of ISO/IEC 29794-5 that need no extra
//! network. Units are those of [`FaceQuality`].

use image::RgbImage;
use menshen_core::evidence::FaceQuality;
use menshen_core::geometry::{Point, Rect};

use super::mesh::Mesh;
use super::occlusion::occlusion;
use super::plane::{Plane, mean, quantile};
use super::transform::{Kernel, Similarity, distance, middle, middle_of, warp};
use super::view::{View, outline};

/// Luma below which skin shows nothing.
const DARK: f32 = 0.1;
/// Luma above which skin is burnt out.
const BRIGHT: f32 = 0.97;

/// Returns the quality measures of a face; all zero, which no policy accepts, when the mesh is
/// degenerate.
pub fn quality(image: &RgbImage, mesh: &Mesh) -> FaceQuality {
    let Some(view) = View::new(image, mesh) else {
        return FaceQuality::default();
    };
    let face = view.region(&outline::FACE);
    let mut lumas = view.lumas(&face);
    if lumas.is_empty() {
        return FaceQuality::default();
    }
    let part = |test: &dyn Fn(&&f32) -> bool, of: &[f32]| {
        of.iter().filter(|v| test(v)).count() as f32 / of.len() as f32
    };
    let covered = occlusion(&view);
    let background = background(image, mesh);
    let face_luma = quantile(&mut lumas, 0.5);
    let place = place(image, &mesh.region());
    FaceQuality {
        sharpness: sharpness(&view, &face),
        brightness: quantile(&mut view.lumas(&skin(&view, &face)), 0.5),
        contrast: quantile(&mut lumas, 0.95) - quantile(&mut lumas, 0.05),
        dark: part(&|v| **v < DARK, &lumas),
        bright: part(&|v| **v > BRIGHT, &lumas),
        backlight: background.map_or(0.0, |b| b.luma - face_luma),
        half_lit: half_lit(&view, &face),
        eyes_covered: covered.eyes,
        glasses: covered.glasses,
        mouth_covered: covered.mouth,
        forehead_covered: covered.forehead,
        background_clutter: background.map_or(0.0, |b| b.clutter),
        face_height: place.height,
        off_centre: place.off_centre,
        inside: place.inside,
    }
}

/// Returns the sharpness of the face alone, as in [`FaceQuality::sharpness`].
pub fn face_sharpness(image: &RgbImage, mesh: &Mesh) -> f32 {
    let Some(view) = View::new(image, mesh) else {
        return 0.0;
    };
    let face = view.region(&outline::FACE);
    sharpness(&view, &face)
}

/// What is measured on the face of every frame of a sequence, as in [`FaceQuality`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Glance {
    pub sharpness: f32,
    pub brightness: f32,
    pub bright: f32,
    /// Median luma of the face, eyes and lips included, 0..=1.
    pub luma: f32,
}

/// Returns what is measured on every frame.
pub(crate) fn glance(view: &View) -> Glance {
    let face = view.region(&outline::FACE);
    let mut lumas = view.lumas(&face);
    if lumas.is_empty() {
        return Glance::default();
    }
    let bright = lumas.iter().filter(|luma| **luma > BRIGHT).count();
    Glance {
        sharpness: sharpness(view, &face),
        brightness: quantile(&mut view.lumas(&skin(view, &face)), 0.5),
        bright: bright as f32 / lumas.len() as f32,
        luma: quantile(&mut lumas, 0.5),
    }
}

/// Returns how surely eyes, mouth and forehead are hidden, 0..=1 each.
pub(crate) fn covered(view: &View) -> [f32; 3] {
    let covered = occlusion(view);
    [covered.eyes, covered.mouth, covered.forehead]
}

/// The face without eyes and lips.
fn skin(view: &View, face: &[usize]) -> Vec<usize> {
    let mut other = view.region(&outline::LIPS);
    outline::LENSES
        .iter()
        .for_each(|eye| other.extend(view.region(eye)));
    other.sort_unstable();
    let bare = |i: &usize| other.binary_search(i).is_err();
    face.iter().copied().filter(bare).collect()
}

/// Standard deviations of the two blurs whose edge energies are compared, in view pixels. The first
/// hides sensor noise.
const FINE: f32 = 0.7;
const COARSE: f32 = 2.2;
/// What is left of the edge energy of a crisp face after the coarse blur.
const CRISP_REST: f32 = 0.58;
/// What is left for a face that is blurred beyond use.
const BLURRED_REST: f32 = 0.92;
/// Edge energy below which there is nothing to see at all (a flat picture).
const FLAT: f32 = 0.002;

/// How much of the edges a further blur destroys (after Crété and others, 2007): a crisp picture
/// loses most of them, a blurred one next to none. Independent of contrast and of what is shown.
fn sharpness(view: &View, face: &[usize]) -> f32 {
    let energy = |sigma: f32| {
        let edges = view.luma.blurred(sigma).gradient();
        // Squares: edges count, the soft shading of cheeks does not.
        let squares: Vec<f32> = face.iter().map(|&i| edges.data[i].powi(2)).collect();
        mean(&squares).sqrt()
    };
    let (fine, coarse) = (energy(FINE), energy(COARSE));
    if fine < FLAT {
        return 0.0;
    }
    ((BLURRED_REST - coarse / fine) / (BLURRED_REST - CRISP_REST)).clamp(0.0, 1.0)
}

/// Imbalance of the halves left and right of the line from hairline to chin.
fn half_lit(view: &View, face: &[usize]) -> f32 {
    let (top, chin) = (view.points[10], view.points[152]);
    let side = |p: Point| (p.x - top.x) * (chin.y - top.y) - (p.y - top.y) * (chin.x - top.x);
    let (right, left): (Vec<usize>, Vec<usize>) =
        face.iter().partition(|&&i| side(view.centre(i)) > 0.0);
    let (right, left) = (mean(&view.lumas(&right)), mean(&view.lumas(&left)));
    if right + left > 0.0 {
        (left - right).abs() / (left + right)
    } else {
        0.0
    }
}

#[derive(Clone, Copy)]
struct Background {
    luma: f32,
    clutter: f32,
}

/// Side of the background window in pixels, and over the height of the face: the face is 64 pixels
/// high in it, so that clutter does not depend on the camera's resolution.
const WINDOW: u32 = 192;
const WINDOW_SCALE: f32 = 3.0;
/// Gradient a pixel that counts as an edge: three times what a plain wall with a light fall-off and
/// noise shows at this size.
const EDGE: f32 = 0.04;
/// Part of the window that must show background.
const MIN_BACKGROUND: f32 = 0.04;

/// Looks at what lies around the head, above the chin; `None` where the face fills the picture.
fn background(image: &RgbImage, mesh: &Mesh) -> Option<Background> {
    let (top, chin) = (mesh.at(10), mesh.at(152));
    let height = distance(top, chin).max(1.2 * distance(mesh.at(33), mesh.at(263)));
    let centre = middle_of(top, chin);
    let window = Similarity::window(centre, height * WINDOW_SCALE, 0.0, WINDOW);
    let luma = Plane::luma(&warp(image, &window, WINDOW, WINDOW, Kernel::Linear));
    let edges = luma.gradient();
    let face = WINDOW as f32 / WINDOW_SCALE;
    let half = WINDOW as f32 / 2.0;
    let side = WINDOW as usize;
    let shows = |i: &usize| {
        let p = Point {
            x: (i % side) as f32 + 0.5,
            y: (i / side) as f32 + 0.5,
        };
        let source = window.apply(p);
        let (dx, dy) = ((p.x - half) / face, (p.y - half) / face);
        // Head with hair: an ellipse 1.5 face heights wide and 1.9 high, a little above the middle.
        let head = (dx / 0.75).powi(2) + ((dy + 0.1) / 0.95).powi(2) < 1.0;
        // Two pixels of margin: the repeated edge of the picture is no edge.
        let within = source.x > 2.0 && source.x < image.width() as f32 - 2.0;
        !head && dy < 0.4 && within && source.y > 2.0 && source.y < image.height() as f32 - 2.0
    };
    let pixels: Vec<usize> = (0..side * side).filter(shows).collect();
    if (pixels.len() as f32) < MIN_BACKGROUND * (side * side) as f32 {
        return None;
    }
    let mut lumas: Vec<f32> = pixels.iter().map(|&i| luma.data[i]).collect();
    let busy = pixels.iter().filter(|&&i| edges.data[i] > EDGE).count();
    Some(Background {
        luma: quantile(&mut lumas, 0.5),
        clutter: busy as f32 / pixels.len() as f32,
    })
}

struct Place {
    height: f32,
    off_centre: f32,
    inside: f32,
}

fn place(image: &RgbImage, face: &Rect) -> Place {
    let (width, height) = (image.width() as f32, image.height() as f32);
    let picture = Point {
        x: width / 2.0,
        y: height / 2.0,
    };
    let across = (face.x + face.width).min(width) - face.x.max(0.0);
    let down = (face.y + face.height).min(height) - face.y.max(0.0);
    let area = (face.width * face.height).max(f32::MIN_POSITIVE);
    Place {
        height: face.height / height,
        off_centre: distance(middle(face), picture) / (width.hypot(height) / 2.0),
        inside: (across.max(0.0) * down.max(0.0) / area).min(1.0),
    }
}
