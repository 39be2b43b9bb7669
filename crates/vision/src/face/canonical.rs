//! A general face: where mesh points lie on a head that looks straight into the camera.
//!
//! Measured by us: the mean, aligned and mirrored, of the meshes of 529 press photographs; then
//! tilted so that zero pitch lies between the median of those people and the zero of the AFLW2000
//! labels (they differ by five degrees). Origin: bridge of the nose between the eyes (point 168).
//! Unit: distance of the outer eye corners. x to the picture's right, y down, z away from the camera.

use menshen_core::geometry::Point;

use super::mesh::Mesh;
use super::transform::Similarity;

/// Points in the plane of symmetry: mesh index, y, z.
const MIDDLE: [(usize, [f32; 2]); 10] = [
    (10, [-0.530, 0.070]),
    (151, [-0.356, 0.024]),
    (9, [-0.169, -0.015]),
    (168, [0.000, 0.000]),
    (6, [0.081, -0.051]),
    (197, [0.159, -0.108]),
    (5, [0.310, -0.235]),
    (4, [0.405, -0.265]),
    (1, [0.480, -0.244]),
    (2, [0.554, -0.073]),
];

/// Points beside it: mesh index on the left, on the right, position of the left one.
const PAIRS: [(usize, usize, [f32; 3]); 14] = [
    (33, 263, [-0.500, 0.050, 0.246]),
    (133, 362, [-0.194, 0.062, 0.186]),
    (127, 356, [-0.786, 0.122, 0.791]),
    (234, 454, [-0.779, 0.285, 0.837]),
    (93, 323, [-0.772, 0.449, 0.837]),
    (54, 284, [-0.663, -0.319, 0.416]),
    (103, 332, [-0.552, -0.422, 0.279]),
    (67, 297, [-0.386, -0.492, 0.159]),
    (162, 389, [-0.773, -0.051, 0.685]),
    (98, 327, [-0.195, 0.527, 0.019]),
    (50, 280, [-0.543, 0.408, 0.171]),
    (101, 330, [-0.382, 0.324, 0.116]),
    (105, 334, [-0.448, -0.202, 0.094]),
    (70, 300, [-0.630, -0.102, 0.258]),
];

/// Points that move with the face's expression: not used for the pose.
const MOVING: [(usize, usize, [f32; 3]); 3] = [
    (159, 386, [-0.364, 0.000, 0.159]),
    (145, 374, [-0.345, 0.087, 0.169]),
    (61, 291, [-0.304, 0.795, 0.163]),
];

/// Middle of an eye's corners and lids in the table, left and right.
const EYES: [Point; 2] = [
    Point {
        x: -0.351,
        y: 0.050,
    },
    Point { x: 0.351, y: 0.050 },
];

/// Returns the points that keep their place on the skull: mesh index and position.
pub(crate) fn rigid() -> impl Iterator<Item = (usize, [f32; 3])> {
    let middle = MIDDLE.iter().map(|&(index, [y, z])| (index, [0.0, y, z]));
    middle.chain(PAIRS.iter().flat_map(both))
}

/// Returns where the points of [`rigid`] lie in a picture, in their order.
pub(crate) fn skull(mesh: &Mesh) -> impl Iterator<Item = Point> {
    rigid().map(|(index, _)| mesh.at(index))
}

fn both(&(left, right, [x, y, z]): &(usize, usize, [f32; 3])) -> [(usize, [f32; 3]); 2] {
    [(left, [x, y, z]), (right, [-x, y, z])]
}

/// Returns where a mesh point lies when the general face is laid over two eyes; `None` for a point
/// that is not in the table.
pub(crate) fn over_eyes(eyes: [Point; 2]) -> Option<impl Fn(usize) -> Option<Point>> {
    let place = Similarity::fit(&EYES, &eyes)?;
    Some(move |index: usize| {
        let mut known = rigid().chain(MOVING.iter().flat_map(both));
        let (_, [x, y, _]) = known.find(|&(i, _)| i == index)?;
        Some(place.apply(Point { x, y }))
    })
}
