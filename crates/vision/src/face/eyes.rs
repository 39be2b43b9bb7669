//! How far eyes and mouth are open.

use image::{RgbImage, imageops};
use menshen_core::geometry::Point;

use super::mesh::{Mesh, unit_tensor};
use super::transform::{Kernel, Similarity, distance, middle_of, warp};
use crate::model::{Model, ModelError};

/// Side of the iris network's input in pixels.
const SIDE: u32 = 64;
/// Side of the window over the distance of the eye's corners (the network's authors' figure).
const MARGIN: f32 = 2.3;
/// Numbers that the network gives for the eye's contour: 71 points.
const CONTOUR: usize = 71 * 3;

/// An eye in mesh indices.
struct Eye {
    /// Outer and inner corner, from the picture's left to its right.
    corners: [usize; 2],
    /// Pairs of upper and lower lid.
    lids: [[usize; 2]; 3],
}

const LEFT: Eye = Eye {
    corners: [33, 133],
    lids: [[160, 144], [159, 145], [158, 153]],
};
const RIGHT: Eye = Eye {
    corners: [362, 263],
    lids: [[385, 380], [386, 374], [387, 373]],
};

/// The same lid pairs in the iris network's contour (0..=8 lower lid from the outer corner, 9..=15
/// upper lid).
const CONTOUR_LIDS: [[usize; 2]; 3] = [[11, 3], [12, 4], [13, 5]];

/// Returns the opening of the eye on the left and right by the mesh alone: mean lid distance over
/// eye width, both in space, so that a turned head does not change it.
pub fn eyes_by_mesh(mesh: &Mesh) -> [f32; 2] {
    [LEFT, RIGHT].map(|eye| {
        let gap = |&[upper, lower]: &[usize; 2]| space(mesh, upper, lower);
        eye.lids.iter().map(gap).sum::<f32>() / 3.0 / width(mesh, &eye)
    })
}

/// Returns the opening of both eyes by the iris network, which follows the lids more closely.
pub fn eyes_by_iris(
    model: &dyn Model,
    image: &RgbImage,
    mesh: &Mesh,
) -> Result<[f32; 2], ModelError> {
    let left = lid_gap(model, image, mesh, &LEFT, Flip::No)?;
    let right = lid_gap(model, image, mesh, &RIGHT, Flip::Yes)?;
    Ok([left / width(mesh, &LEFT), right / width(mesh, &RIGHT)])
}

/// The network knows the eye whose outer corner lies left; the other one is mirrored.
#[derive(Clone, Copy, PartialEq)]
enum Flip {
    No,
    Yes,
}

/// Mean distance of the lids in pixels of the picture.
fn lid_gap(
    model: &dyn Model,
    image: &RgbImage,
    mesh: &Mesh,
    eye: &Eye,
    flip: Flip,
) -> Result<f32, ModelError> {
    let [left, right] = eye.corners.map(|index| mesh.at(index));
    let side = distance(left, right) * MARGIN;
    if side < 1.0 || image.width() == 0 || image.height() == 0 {
        return Ok(0.0);
    }
    let angle = (right.y - left.y).atan2(right.x - left.x);
    let window = Similarity::window(middle_of(left, right), side, angle, SIDE);
    let mut chip = warp(image, &window, SIDE, SIDE, Kernel::Linear);
    if flip == Flip::Yes {
        imageops::flip_horizontal_in_place(&mut chip);
    }
    let outputs = model.run(unit_tensor(&chip))?;
    let contour = outputs.iter().find(|t| t.data.len() == CONTOUR);
    let contour = &contour.ok_or(ModelError::Output)?.data;
    let at = |k: usize| Point {
        x: contour[3 * k],
        y: contour[3 * k + 1],
    };
    let gap = |&[upper, lower]: &[usize; 2]| distance(at(upper), at(lower));
    let mean = CONTOUR_LIDS.iter().map(gap).sum::<f32>() / 3.0 * window.scale();
    if mean.is_finite() {
        Ok(mean)
    } else {
        Err(ModelError::Output)
    }
}

/// Returns the distance of the inner lips over the mouth's width, 0 when closed.
pub fn mouth_open(mesh: &Mesh) -> f32 {
    space(mesh, 13, 14) / space(mesh, 61, 291).max(f32::MIN_POSITIVE)
}

fn width(mesh: &Mesh, eye: &Eye) -> f32 {
    space(mesh, eye.corners[0], eye.corners[1]).max(1e-3)
}

/// Distance of two mesh points in space, in pixels.
fn space(mesh: &Mesh, i: usize, j: usize) -> f32 {
    let (p, q) = (mesh.points()[i], mesh.points()[j]);
    let square = |k: usize| (p[k] - q[k]) * (p[k] - q[k]);
    (square(0) + square(1) + square(2)).sqrt()
}
