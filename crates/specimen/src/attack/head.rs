//! A head made of one portrait: the mesh of its face, a band of hair and jaw around it, and how they move.

use image::RgbImage;

use super::actor::Stance;
use super::canvas::{Canvas, Corner, Light};
use super::delaunay;
use super::landmarks::{CHEEKS, EYE_CORNERS, INNER_LIPS, LIDS, LOWER_LIP, MOUTH, OVAL, POINTS};
use crate::SpecimenError;

/// Height of the face's mesh in the picture at rest, in pixels: a face that fills the oval.
const FACE: f32 = 205.0;
/// Distance of the camera over the width of the face: 45 cm before a face of 14 cm.
const CAMERA: f32 = 45.0 / 14.0;
/// Depth of the axis about which a head turns and nods, behind the bridge of the nose, over the width of the face.
const NECK: f32 = 0.55;
/// How far the lower lip drops when the mouth is open, over the width of the mouth.
const DROP: f32 = 0.75;

/// A portrait that can turn, nod, blink, open its mouth and come closer.
#[derive(Clone, Debug)]
pub struct Puppet {
    texture: Canvas,
    /// Mesh and band at rest: pixels of a frame from the middle between the eyes' height and the chin, z away.
    rest: Vec<[f32; 3]>,
    /// Where each lies in the picture.
    places: Vec<[f32; 2]>,
    normals: Vec<[f32; 3]>,
    triangles: Vec<[usize; 3]>,
    cover: Vec<f32>,
    /// Width of the face in pixels of a frame.
    width: f32,
    /// Mean colour of the cheeks.
    skin: Light,
}

impl Puppet {
    /// Makes a puppet of a picture and the mesh of the face in it: 468 points, x and y in pixels of the picture, z in the
    /// same scale, smaller is nearer. The face should look straight.
    ///
    /// # Errors
    /// [`SpecimenError::Mesh`] for another number of points or ones that are no face.
    pub fn new(picture: &RgbImage, mesh: &[[f32; 3]]) -> Result<Self, SpecimenError> {
        let sound = mesh.len() == POINTS && mesh.iter().flatten().all(|v| v.is_finite());
        let tall = sound && mesh[152][1] - mesh[10][1] > 20.0;
        if !tall || picture.width() < 16 || picture.height() < 16 {
            return Err(SpecimenError::Mesh);
        }
        let scale = FACE / (mesh[152][1] - mesh[10][1]);
        let (rest, places, cover) = with_band(mesh, scale);
        let width = rest[454][0] - rest[234][0];
        let mut open = rest.clone();
        open_mouth(&mut open, 1.0);
        let flat: Vec<[f32; 2]> = open.iter().map(|p| [p[0], p[1]]).collect();
        let triangles = delaunay::triangles(&flat);
        let texture = Canvas::of(picture);
        let cheeks = CHEEKS.map(|i| texture.sample(places[i]));
        let skin = std::array::from_fn(|k| cheeks.iter().map(|c| c[k]).sum::<f32>() / 4.0);
        Ok(Self {
            normals: normals(&rest, &triangles),
            texture,
            rest,
            places,
            triangles,
            cover,
            width,
            skin,
        })
    }

    /// Mean colour of the cheeks in linear light.
    pub(super) fn skin(&self) -> Light {
        self.skin
    }

    /// Width of the face in pixels of a frame.
    pub(super) fn width(&self) -> f32 {
        self.width
    }

    /// Where the chin is at rest, in pixels below the face's middle.
    pub(super) fn chin(&self) -> f32 {
        self.rest[152][1]
    }

    /// Triangles of the head.
    pub(super) fn triangles(&self) -> &[[usize; 3]] {
        &self.triangles
    }

    /// Colour at a place of the picture.
    pub(super) fn colour(&self, place: [f32; 2]) -> Light {
        self.texture.sample(place)
    }

    /// Where each point of the head lies in the picture, the face's mesh first, with eyes closed so far. A lid that comes down
    /// shows the skin that was folded above it, not its lashes drawn long.
    pub(super) fn places(&self, blink: f32) -> Vec<[f32; 2]> {
        let mut places = self.places.clone();
        let part = blink.clamp(0.0, 1.0);
        for [upper, _, above] in LIDS {
            let (lid, skin) = (self.places[upper], self.places[above]);
            places[upper] = std::array::from_fn(|k| lid[k] + (skin[k] - lid[k]) * part);
        }
        places
    }

    /// Returns the head's corners as a camera sees them that looks at `centre`. `towards` is where most ambient light
    /// comes from.
    pub(super) fn corners(&self, stance: &Stance, centre: [f32; 2], towards: Light) -> Vec<Corner> {
        let mut points = self.rest.clone();
        close_eyes(&mut points, stance.blink);
        open_mouth(&mut points, stance.mouth);
        let turn = Turn::of(stance);
        let pivot = [0.0, FACE * 0.45, self.width * NECK];
        let yaw_pivot = [0.0, 0.0, self.width * NECK];
        let camera = self.width * CAMERA;
        let away = camera / stance.near - camera;
        let inner = |i: usize| INNER_LIPS.contains(&i);
        let places = self.places(stance.blink);
        (points.iter().zip(&self.normals).enumerate())
            .map(|(i, (&point, &normal))| {
                let nodded = about(turn.nod(about_from(point, pivot)), pivot);
                let [x, y, z] = about(turn.yaw_roll(about_from(nodded, yaw_pivot)), yaw_pivot);
                let turned = turn.yaw_roll(turn.nod(normal));
                let depth = camera + z + away;
                let seen = camera / depth.max(camera * 0.2);
                let facing = -turned[2];
                // Skin scatters: light reaches a little past the edge.
                let wrapped = ((facing + 0.3) / 1.3).max(0.0);
                let change = dot(turned, towards) - dot(normal, towards);
                Corner {
                    at: [
                        centre[0] + stance.shift[0] + x * seen,
                        centre[1] + stance.shift[1] + y * seen,
                    ],
                    depth,
                    texture: places[i],
                    ambient: (1.0 - 0.4 * change).clamp(0.4, 1.5),
                    screen: wrapped * seen * seen,
                    cover: self.cover[i],
                    hollow: if inner(i) { 1.0 } else { 0.0 },
                }
            })
            .collect()
    }
}

/// Sine and cosine of a stance.
struct Turn {
    yaw: [f32; 2],
    pitch: [f32; 2],
    roll: [f32; 2],
}

impl Turn {
    fn of(stance: &Stance) -> Self {
        let pair = |degrees: f32| <[f32; 2]>::from(degrees.to_radians().sin_cos());
        Self {
            yaw: pair(stance.yaw),
            pitch: pair(stance.pitch),
            roll: pair(stance.roll),
        }
    }

    fn nod(&self, [x, y, z]: [f32; 3]) -> [f32; 3] {
        let [sin, cos] = self.pitch;
        [x, y * cos + z * sin, z * cos - y * sin]
    }

    fn yaw_roll(&self, [x, y, z]: [f32; 3]) -> [f32; 3] {
        let [sin, cos] = self.yaw;
        let (x, z) = (x * cos - z * sin, x * sin + z * cos);
        let [sin, cos] = self.roll;
        [x * cos - y * sin, x * sin + y * cos, z]
    }
}

fn about_from(p: [f32; 3], pivot: [f32; 3]) -> [f32; 3] {
    std::array::from_fn(|k| p[k] - pivot[k])
}

fn about(p: [f32; 3], pivot: [f32; 3]) -> [f32; 3] {
    std::array::from_fn(|k| p[k] + pivot[k])
}

fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The mesh and two rings around it: hair above, ears beside, little below the chin. The outer ring fades out.
fn with_band(mesh: &[[f32; 3]], scale: f32) -> (Vec<[f32; 3]>, Vec<[f32; 2]>, Vec<f32>) {
    // The head is set upright: eyes level.
    let [left, right] = EYE_CORNERS.map(|i| mesh[i]);
    let lean = (right[1] - left[1]).atan2(right[0] - left[0]);
    let (sin, cos) = (-lean).sin_cos();
    let middle: [f32; 2] =
        std::array::from_fn(|k| OVAL.iter().map(|&i| mesh[i][k]).sum::<f32>() / OVAL.len() as f32);
    let bridge = mesh[168][2];
    let place = |[x, y, z]: [f32; 3]| {
        let (x, y) = (x - middle[0], y - middle[1]);
        [
            (x * cos - y * sin) * scale,
            (x * sin + y * cos) * scale,
            (z - bridge) * scale,
        ]
    };
    let mut rest: Vec<[f32; 3]> = mesh.iter().map(|&p| place(p)).collect();
    let mut places: Vec<[f32; 2]> = mesh.iter().map(|p| [p[0], p[1]]).collect();
    let mut cover = vec![1.0; POINTS];
    for (ring, part) in [(0, 0.6), (1, 1.0)] {
        for &i in &OVAL {
            let p = mesh[i];
            let out = [p[0] - middle[0], p[1] - middle[1]];
            let up = -(out[1] / out[0].hypot(out[1]).max(1.0));
            // Over the half height or width: much above for hair, some beside for ears, little below.
            let grow = part
                * if up > 0.0 {
                    0.17 + 0.33 * up
                } else {
                    (0.17 + 0.3 * up).max(0.025)
                };
            let wider = [p[0] + out[0] * grow, p[1] + out[1] * grow];
            // The skull goes back as fast as it goes out.
            let back = p[2] + out[0].hypot(out[1]) * grow * if up < -0.5 { 0.5 } else { 1.3 };
            rest.push(place([wider[0], wider[1], back]));
            places.push(wider);
            cover.push(if ring == 0 { 1.0 } else { 0.0 });
        }
    }
    (rest, places, cover)
}

/// Moves the upper lids down to the lower ones.
fn close_eyes(points: &mut [[f32; 3]], closed: f32) {
    let closed = closed.clamp(0.0, 1.0);
    for [upper, lower, _] in LIDS {
        let (a, b) = (points[upper], points[lower]);
        for k in 0..3 {
            points[upper][k] += (b[k] - a[k]) * 0.93 * closed;
            points[lower][k] += (a[k] - b[k]) * 0.05 * closed;
        }
    }
}

/// Lowers the jaw: lower lip, chin, and the cheeks less and less.
fn open_mouth(points: &mut [[f32; 3]], open: f32) {
    let [left, right] = MOUTH.map(|i| points[i]);
    let (width, middle) = (right[0] - left[0], (left[0] + right[0]) / 2.0);
    let height = (left[1] + right[1]) / 2.0;
    let drop = open.max(0.0) * DROP * width;
    for (i, point) in points.iter_mut().enumerate() {
        let across = (point[0] - middle).abs() / width;
        let weight = if LOWER_LIP.contains(&i) {
            (1.0 - (across * 2.0).powi(2)).max(0.0).sqrt()
        } else {
            let below = ((point[1] - height) / width / 0.35).clamp(0.0, 1.0);
            below * (1.0 - (across / 1.1).powi(2)).max(0.0) * 0.85
        };
        if !INNER_UPPER.contains(&i) {
            point[1] += drop * weight;
        }
    }
}

/// The upper edge of the opening stays where it is.
const INNER_UPPER: [usize; 9] = [191, 80, 81, 82, 13, 312, 311, 310, 415];

/// Outward normals of the points, from the triangles around each.
fn normals(points: &[[f32; 3]], triangles: &[[usize; 3]]) -> Vec<[f32; 3]> {
    let mut sums = vec![[0.0f32; 3]; points.len()];
    for &[a, b, c] in triangles {
        let u = about_from(points[b], points[a]);
        let v = about_from(points[c], points[a]);
        let n = [
            u[1] * v[2] - u[2] * v[1],
            u[2] * v[0] - u[0] * v[2],
            u[0] * v[1] - u[1] * v[0],
        ];
        // Towards the camera, whichever way round the triangle was built.
        let sign = if n[2] > 0.0 { -1.0 } else { 1.0 };
        for i in [a, b, c] {
            for k in 0..3 {
                sums[i][k] += n[k] * sign;
            }
        }
    }
    for n in &mut sums {
        let length = dot(*n, *n).sqrt().max(1e-6);
        *n = n.map(|v| v / length);
    }
    sums
}
