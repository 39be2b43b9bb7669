//! The depth of a face, told by turning it: points of a plane move by a projection of that plane however it is turned, the
//! tip of a nose does not.

use menshen_core::evidence::{Pose, ReliefEvidence};
use menshen_core::live::Timed;

use super::solve::solve;

/// Straight frames that are averaged: their noise is in every comparison.
const STRAIGHT: usize = 12;
/// They look no further away from the straightest one than this, in degrees.
const NEAR: f32 = 6.0;
/// Least turn of a frame that is compared, in degrees: below it the noise of the points is larger than the relief.
const TURNED: f32 = 10.0;
/// Beyond this turn the mesh guesses the hidden side, in degrees.
const FARTHEST: f32 = 50.0;
/// Fewest points of a plane's projection that say something over its eight unknowns.
const POINTS: usize = 12;

/// A point in the plane.
type Place = [f64; 2];

/// Returns what the turned frames show; `None` without a straight and a turned one.
pub(super) fn relief(frames: &[&Timed]) -> Option<ReliefEvidence> {
    let seen: Vec<(Pose, Vec<Place>)> = frames.iter().filter_map(|f| shape(f)).collect();
    let (centre, flat) = straight(&seen)?;
    let mut found = Vec::new();
    let mut most = 0.0f32;
    for (pose, points) in &seen {
        let turn = angle(pose, &centre);
        if !(TURNED..=FARTHEST).contains(&turn) || points.len() != flat.len() {
            continue;
        }
        let Some(away) = departure(&flat, points) else {
            continue;
        };
        most = most.max(turn);
        found.push(away as f32 / turn.to_radians().sin());
    }
    (!found.is_empty()).then(|| ReliefEvidence {
        frames: found.len() as u32,
        turn: most,
        residual: super::signal::quantile(&mut found, 0.5),
    })
}

/// Pose and points of a frame, in eye distances of a face that looks straight.
fn shape(timed: &Timed) -> Option<(Pose, Vec<Place>)> {
    let face = timed.frame.face.as_ref()?;
    let across = f64::from(face.pose.yaw.to_radians().cos()).max(0.3);
    let unit = f64::from(face.eye_distance) / across;
    let sound = face.points.iter().flatten().all(|v| v.is_finite());
    let angles = [face.pose.yaw, face.pose.pitch, face.pose.roll];
    let sound = sound && angles.iter().all(|v| v.is_finite());
    if !(sound && unit.is_finite() && unit > 1.0 && face.points.len() >= POINTS) {
        return None;
    }
    let places = face.points.iter().map(|p| p.map(|v| f64::from(v) / unit));
    Some((face.pose, places.collect()))
}

/// How far two poses are apart, without the lean: a plane stays a plane in it.
fn angle(pose: &Pose, other: &Pose) -> f32 {
    (pose.yaw - other.yaw).hypot(pose.pitch - other.pitch)
}

/// The mean shape of the straightest frames, each laid over the straightest by shift, turn and scale, and its pose.
fn straight(seen: &[(Pose, Vec<Place>)]) -> Option<(Pose, Vec<Place>)> {
    let away = |pose: &Pose| pose.yaw.hypot(pose.pitch / 2.0);
    let (first, shape) = seen
        .iter()
        .min_by(|p, q| away(&p.0).total_cmp(&away(&q.0)))?;
    if away(first) > TURNED {
        return None;
    }
    let mut near: Vec<&(Pose, Vec<Place>)> = seen
        .iter()
        .filter(|(pose, points)| angle(pose, first) <= NEAR && points.len() == shape.len())
        .collect();
    near.sort_by(|p, q| angle(&p.0, first).total_cmp(&angle(&q.0, first)));
    near.truncate(STRAIGHT);
    let laid: Vec<Vec<Place>> = near
        .iter()
        .filter_map(|(_, points)| laid(points, shape))
        .collect();
    let n = laid.len() as f64;
    let mean = |i: usize| {
        let sum = laid
            .iter()
            .fold([0.0; 2], |s, p| [s[0] + p[i][0], s[1] + p[i][1]]);
        sum.map(|v| v / n)
    };
    let pose = |of: fn(&Pose) -> f32| {
        near.iter().map(|(pose, _)| of(pose)).sum::<f32>() / near.len() as f32
    };
    let centre = Pose {
        yaw: pose(|p| p.yaw),
        pitch: pose(|p| p.pitch),
        roll: pose(|p| p.roll),
    };
    (!laid.is_empty()).then(|| (centre, (0..shape.len()).map(mean).collect()))
}

/// Lays points over others by shift, turn and scale with the least squared distance.
fn laid(points: &[Place], over: &[Place]) -> Option<Vec<Place>> {
    let (p0, q0) = (middle(points), middle(over));
    let (mut dot, mut cross, mut square) = (0.0, 0.0, 0.0);
    for (p, q) in points.iter().zip(over) {
        let (px, py, qx, qy) = (p[0] - p0[0], p[1] - p0[1], q[0] - q0[0], q[1] - q0[1]);
        dot += px * qx + py * qy;
        cross += px * qy - py * qx;
        square += px * px + py * py;
    }
    if square < 1e-9 {
        return None;
    }
    let (a, b) = (dot / square, cross / square);
    let place = |p: &Place| {
        let (x, y) = (p[0] - p0[0], p[1] - p0[1]);
        [a * x - b * y + q0[0], b * x + a * y + q0[1]]
    };
    Some(points.iter().map(place).collect())
}

fn middle(points: &[Place]) -> Place {
    let n = points.len().max(1) as f64;
    let sum = points
        .iter()
        .fold([0.0; 2], |s, p| [s[0] + p[0], s[1] + p[1]]);
    sum.map(|v| v / n)
}

/// Mean distance of `points` from the best projection of the plane of `flat`, in their unit.
fn departure(flat: &[Place], points: &[Place]) -> Option<f64> {
    let h = homography(flat, points)?;
    let mut sum = 0.0;
    for (&[x, y], &[u, v]) in flat.iter().zip(points) {
        let w = h[6] * x + h[7] * y + 1.0;
        if w.abs() < 1e-6 {
            return None;
        }
        let du = (h[0] * x + h[1] * y + h[2]) / w - u;
        let dv = (h[3] * x + h[4] * y + h[5]) / w - v;
        sum += du.hypot(dv);
    }
    let mean = sum / flat.len() as f64;
    mean.is_finite().then_some(mean)
}

/// The projection with the least squared error of its linear equations (Hartley and Zisserman, 4.1), twice: the second time
/// with each equation weighed so that errors count in the picture. Points have size 1 or so; shifted to their middle that
/// is normal enough for `f64`.
fn homography(from: &[Place], to: &[Place]) -> Option<[f64; 8]> {
    let (p0, q0) = (middle(from), middle(to));
    let mut weights = vec![1.0; from.len()];
    let mut found = [0.0; 8];
    for _ in 0..2 {
        let mut normal = [[0.0; 9]; 8];
        for ((p, q), weight) in from.iter().zip(to).zip(&weights) {
            let (x, y, u, v) = (p[0] - p0[0], p[1] - p0[1], q[0] - q0[0], q[1] - q0[1]);
            let rows = [
                [x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y, u],
                [0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y, v],
            ];
            for row in rows {
                for i in 0..8 {
                    for j in 0..9 {
                        normal[i][j] += weight * row[i] * row[j];
                    }
                }
            }
        }
        found = solve(normal)?;
        for (p, weight) in from.iter().zip(&mut weights) {
            let w: f64 = found[6] * (p[0] - p0[0]) + found[7] * (p[1] - p0[1]) + 1.0;
            *weight = 1.0 / (w * w).max(1e-6);
        }
    }
    shifted(found, p0, q0)
}

/// A projection between middles as one between the points themselves, scaled to 1 in its last place.
fn shifted(h: [f64; 8], p0: Place, q0: Place) -> Option<[f64; 8]> {
    let bottom = [h[6], h[7], 1.0 - h[6] * p0[0] - h[7] * p0[1]];
    let row = |k: usize, q: f64| {
        let [a, b, c] = [h[k], h[k + 1], h[k + 2] - h[k] * p0[0] - h[k + 1] * p0[1]];
        [a + q * bottom[0], b + q * bottom[1], c + q * bottom[2]]
    };
    let (top, second) = (row(0, q0[0]), row(3, q0[1]));
    let last = bottom[2];
    let all = [
        top[0], top[1], top[2], second[0], second[1], second[2], bottom[0], bottom[1],
    ];
    (last.abs() > 1e-9).then(|| all.map(|v| v / last))
}
