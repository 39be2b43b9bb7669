//! The 468-point face mesh (MediaPipe's face landmark network, 192 x 192 pixels in 0..=1).
//!
//! "Left" and "right" are the picture's, for an upright face.

use image::RgbImage;
use menshen_core::geometry::{Point, Rect};

use super::detect::Detection;
use super::transform::{Kernel, Similarity, distance, middle, warp};
use crate::model::{Model, ModelError, Tensor};

/// Points of the mesh.
pub const POINTS: usize = 468;
/// Side of the network's input in pixels.
const SIDE: u32 = 192;
/// Side of the window over the longer side of the detector's box (the authors' figure).
const MARGIN: f32 = 1.5;
/// Presence below this is no face (the authors' figure).
const PRESENT: f32 = 0.5;
/// Margins to try, in turn: a box of a small or cut face may be off by a fifth.
const MARGINS: [f32; 3] = [MARGIN, 1.25, 1.9];

/// A face's surface.
#[derive(Clone, Debug, PartialEq)]
pub struct Mesh {
    points: Vec<[f32; 3]>,
    presence: f32,
}

impl Mesh {
    /// Returns a mesh of 468 points: x and y in pixels of the oriented image, z in the same scale,
    /// smaller is nearer to the camera; `None` for another number of points or one that is not
    /// finite.
    pub fn new(points: Vec<[f32; 3]>, presence: f32) -> Option<Self> {
        let sound = points.len() == POINTS && points.iter().flatten().all(|v| v.is_finite());
        sound.then_some(Self { points, presence })
    }

    /// Returns all points: x, y in pixels, z in the same scale.
    pub fn points(&self) -> &[[f32; 3]] {
        &self.points
    }

    /// Returns the likelihood that there is a face, 0..=1.
    pub fn presence(&self) -> f32 {
        self.presence
    }

    /// Returns a point in the picture.
    pub fn at(&self, index: usize) -> Point {
        let [x, y, _] = self.points[index];
        Point { x, y }
    }

    /// Returns the mean of some points in the picture.
    pub fn mean(&self, indices: &[usize]) -> Point {
        let n = indices.len().max(1) as f32;
        let sum = indices.iter().map(|&i| self.at(i));
        let (x, y) = sum.fold((0.0, 0.0), |(x, y), p| (x + p.x, y + p.y));
        Point { x: x / n, y: y / n }
    }

    /// Returns the bounding box of all points.
    pub fn region(&self) -> Rect {
        let low = |k: usize| self.points.iter().map(|p| p[k]).fold(f32::MAX, f32::min);
        let high = |k: usize| self.points.iter().map(|p| p[k]).fold(f32::MIN, f32::max);
        let (x, y) = (low(0), low(1));
        Rect {
            x,
            y,
            width: high(0) - x,
            height: high(1) - y,
        }
    }

    /// Returns the centre of the eye on the left and on the right.
    pub fn eyes(&self) -> [Point; 2] {
        [self.mean(&LEFT_EYE), self.mean(&RIGHT_EYE)]
    }

    /// Returns the distance between the eye centres in pixels.
    pub fn eye_distance(&self) -> f32 {
        let [left, right] = self.eyes();
        distance(left, right)
    }
}

/// Corners and lids of the eye on the left.
pub(crate) const LEFT_EYE: [usize; 4] = [33, 133, 159, 145];
/// Corners and lids of the eye on the right.
pub(crate) const RIGHT_EYE: [usize; 4] = [263, 362, 386, 374];

/// Returns the mesh of a detected face, or `None` where the network sees no face.
pub fn mesh(
    model: &dyn Model,
    image: &RgbImage,
    face: &Detection,
) -> Result<Option<Mesh>, ModelError> {
    let [left, right, ..] = face.keypoints;
    let angle = (right.y - left.y).atan2(right.x - left.x);
    let centre = middle(&face.region);
    let side = face.region.width.max(face.region.height);
    for margin in MARGINS {
        let found = mesh_in(model, image, centre, side * margin, angle)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// A face that leans further than this is meshed once more in a window that leans with it, in radians: the network knows
/// upright faces.
const LEANS: f32 = 0.35;

/// Returns the mesh of a face that was in this box (the mesh's, see [`Mesh::region`]) a moment ago, or `None` where the
/// network sees none there now.
pub(crate) fn mesh_near(
    model: &dyn Model,
    image: &RgbImage,
    near: &Rect,
) -> Result<Option<Mesh>, ModelError> {
    let side = near.width.max(near.height) * MARGIN;
    let Some(found) = mesh_in(model, image, middle(near), side, 0.0)? else {
        return Ok(None);
    };
    let [left, right] = found.eyes();
    let angle = (right.y - left.y).atan2(right.x - left.x);
    match angle.abs() > LEANS {
        true => mesh_in(model, image, middle(&found.region()), side, angle),
        false => Ok(Some(found)),
    }
}

fn mesh_in(
    model: &dyn Model,
    image: &RgbImage,
    centre: Point,
    side: f32,
    angle: f32,
) -> Result<Option<Mesh>, ModelError> {
    if !(side.is_finite() && side >= 4.0) || image.width() == 0 || image.height() == 0 {
        return Ok(None);
    }
    let window = Similarity::window(centre, side, angle, SIDE);
    let chip = warp(image, &window, SIDE, SIDE, Kernel::Linear);
    let outputs = model.run(unit_tensor(&chip))?;
    let of_length = |n: usize| outputs.iter().find(|t| t.data.len() == n);
    let points = of_length(POINTS * 3).ok_or(ModelError::Output)?;
    let presence = of_length(1).ok_or(ModelError::Output)?;
    let presence = 1.0 / (1.0 + (-presence.data[0]).exp());
    if presence.is_nan() || presence < PRESENT {
        return Ok(None);
    }
    let scale = window.scale();
    let place = |p: &[f32]| {
        let q = window.apply(Point { x: p[0], y: p[1] });
        [q.x, q.y, p[2] * scale]
    };
    let points = points.data.chunks_exact(3).map(place).collect();
    Ok(Mesh::new(points, presence))
}

/// A picture as 1 x 3 x height x width in 0..=1.
pub(crate) fn unit_tensor(chip: &RgbImage) -> Tensor {
    let plane = |c: usize| chip.pixels().map(move |p| f32::from(p.0[c]) / 255.0);
    Tensor {
        shape: vec![1, 3, chip.height() as usize, chip.width() as usize],
        data: (0..3).flat_map(plane).collect(),
    }
}
