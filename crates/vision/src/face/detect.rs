//! Faces in a picture, with six key points each.
//!
//! The network is MediaPipe's short-range detector: a 128 x 128 picture in -1..=1, 896 anchors in
//! two grids (16 x 16 with two anchors a cell, 8 x 8 with six), sixteen numbers an anchor. It was
//! made for faces that fill a good part of the picture; smaller ones are looked for in tiles.

use image::RgbImage;
use menshen_core::geometry::{Point, Rect};

use super::transform::{distance, middle, overlap, resize};
use crate::model::{Model, ModelError, Tensor};

/// A face as the detector sees it, in pixels of the picture handed in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detection {
    /// From the brows to the chin. May reach over the picture's edge.
    pub region: Rect,
    /// 0..=1.
    pub score: f32,
    /// Eye on the picture's left and right (of an upright face), tip of the nose, mouth, ear on
    /// the left and right.
    pub keypoints: [Point; 6],
}

/// Side of the network's input in pixels.
const SIDE: usize = 128;
/// Anchors of the network: 16 x 16 x 2 + 8 x 8 x 6.
const ANCHORS: usize = 896;
/// Numbers an anchor: box centre, box size, six points.
const NUMBERS: usize = 16;
/// The score that the network's authors ask for.
const SCORE: f32 = 0.5;
/// The score for a second look (measured on small and cut faces); the mesh confirms such a face.
const LOW_SCORE: f32 = 0.2;
/// Boxes that share more than this are one face (the authors' figure).
const SAME_FACE: f32 = 0.3;
/// Upper bound of tiles a side: 36 network runs at most.
const MAX_TILES: u32 = 6;
/// A face narrower than this part of the picture may have smaller neighbours that the network
/// cannot see: at 1/3 of it they are 13 pixels wide in the input.
const CROWD: f32 = 0.3;

/// Returns the faces of an upright picture, best score first. When none is found at the usual
/// score, the picture is padded, then searched in tiles with a lower score.
pub fn detect(model: &dyn Model, image: &RgbImage) -> Result<Vec<Detection>, ModelError> {
    if image.width() == 0 || image.height() == 0 {
        return Ok(Vec::new());
    }
    let whole = whole(image);
    let mut seen = look(model, image, whole, LOW_SCORE)?;
    if best(&seen) >= SCORE {
        seen.retain(|face| face.score >= SCORE);
        return Ok(seen);
    }
    seen.extend(look(model, image, padded(whole), LOW_SCORE)?);
    for parts in [2, 3] {
        if best(&seen) >= SCORE {
            break;
        }
        for tile in tiles(image, parts) {
            seen.extend(look(model, image, tile, LOW_SCORE)?);
        }
    }
    let mut seen = merge(seen);
    let limit = if best(&seen) >= SCORE {
        SCORE
    } else {
        LOW_SCORE
    };
    seen.retain(|face| face.score >= limit);
    Ok(seen)
}

/// Returns the faces of one frame of a sequence: the whole picture, padded where that shows none,
/// but no search for small faces.
pub fn detect_frame(model: &dyn Model, image: &RgbImage) -> Result<Vec<Detection>, ModelError> {
    if image.width() == 0 || image.height() == 0 {
        return Ok(Vec::new());
    }
    let seen = look(model, image, whole(image), SCORE)?;
    if !seen.is_empty() {
        return Ok(seen);
    }
    look(model, image, padded(whole(image)), SCORE)
}

/// Returns the faces as [`detect`] does, and looks in tiles for smaller ones beside those that are
/// found at once: for counting the people in a picture.
pub fn detect_crowd(model: &dyn Model, image: &RgbImage) -> Result<Vec<Detection>, ModelError> {
    let seen = detect(model, image)?;
    beside(model, image, seen, &tiles(image, 2))
}

/// Returns the faces of one frame of a sequence as [`detect_frame`] does, and looks for smaller ones beside them in the tile whose
/// `turn` it is: a sequence has time, and each tile costs as much as the whole picture.
pub fn detect_crowd_frame(
    model: &dyn Model,
    image: &RgbImage,
    turn: u32,
) -> Result<Vec<Detection>, ModelError> {
    let seen = detect_frame(model, image)?;
    let tiles = tiles(image, 2);
    let tile = tiles[turn as usize % tiles.len()];
    beside(model, image, seen, &[tile])
}

/// Adds smaller faces beside a face that leaves room for them.
fn beside(
    model: &dyn Model,
    image: &RgbImage,
    mut seen: Vec<Detection>,
    tiles: &[Rect],
) -> Result<Vec<Detection>, ModelError> {
    let Some(largest) = largest(&seen) else {
        return Ok(seen);
    };
    if largest.region.width > CROWD * image.width().max(image.height()) as f32 {
        return Ok(seen);
    }
    for &tile in tiles {
        // A face that fills a tile is one that the tile cut out of a larger scene.
        let found = look(model, image, tile, SCORE)?;
        seen.extend(found.into_iter().filter(|f| !touches(f, tile, image)));
    }
    Ok(merge(seen))
}

/// Returns the faces of a picture that may lie on its side or upside down. Boxes and points are in
/// the picture as handed in; the eyes tell the turn. The upright reading wins ties.
pub fn detect_turned(model: &dyn Model, image: &RgbImage) -> Result<Vec<Detection>, ModelError> {
    use image::imageops::{rotate90, rotate180, rotate270};
    let upright = detect(model, image)?;
    if best(&upright) >= 0.8 {
        return Ok(upright);
    }
    let (width, height) = (image.width() as f32, image.height() as f32);
    let mut chosen = upright;
    for quarter in 1..=3 {
        let (turned, back): (RgbImage, Box<dyn Fn(Point) -> Point>) = match quarter {
            1 => (rotate90(image), Box::new(move |p| at(p.y, height - p.x))),
            2 => (
                rotate180(image),
                Box::new(move |p| at(width - p.x, height - p.y)),
            ),
            _ => (rotate270(image), Box::new(move |p| at(width - p.y, p.x))),
        };
        let found = detect(model, &turned)?;
        if best(&found) > best(&chosen) + 0.05 {
            chosen = found.iter().map(|face| moved(face, &back)).collect();
        }
    }
    Ok(chosen)
}

/// Returns the widest face, a doubtful one counting for less.
pub fn largest(faces: &[Detection]) -> Option<&Detection> {
    let weight = |face: &Detection| face.region.width * face.score;
    faces.iter().max_by(|p, q| weight(p).total_cmp(&weight(q)))
}

/// Part of its weight that a face in a corner of the picture loses in [`subject`]. People stand in
/// the middle of their own picture; a passer-by at the edge must be clearly nearer to the camera.
const EDGE_LOSS: f32 = 0.7;

/// Returns the face that the picture is about: wide, sure and near the middle.
pub fn subject<'a>(faces: &'a [Detection], image: &RgbImage) -> Option<&'a Detection> {
    let (width, height) = (image.width() as f32, image.height() as f32);
    let weight = |face: &Detection| {
        let centre = middle(&face.region);
        let away = distance(centre, at(width / 2.0, height / 2.0)) / (width.hypot(height) / 2.0);
        face.region.width * face.score * (1.0 - EDGE_LOSS * away.min(1.0))
    };
    faces.iter().max_by(|p, q| weight(p).total_cmp(&weight(q)))
}

/// Returns the number of faces at least a third as wide as the largest one.
pub fn count(faces: &[Detection]) -> u32 {
    let Some(largest) = largest(faces) else {
        return 0;
    };
    let wide = |face: &&Detection| face.region.width >= largest.region.width / 3.0;
    faces.iter().filter(wide).count() as u32
}

fn best(faces: &[Detection]) -> f32 {
    faces.iter().map(|face| face.score).fold(0.0, f32::max)
}

fn at(x: f32, y: f32) -> Point {
    Point { x, y }
}

fn moved(face: &Detection, back: &dyn Fn(Point) -> Point) -> Detection {
    let region = &face.region;
    let first = back(at(region.x, region.y));
    let last = back(at(region.x + region.width, region.y + region.height));
    Detection {
        region: Rect {
            x: first.x.min(last.x),
            y: first.y.min(last.y),
            width: (first.x - last.x).abs(),
            height: (first.y - last.y).abs(),
        },
        score: face.score,
        keypoints: face.keypoints.map(back),
    }
}

/// The square that holds the whole picture, which lies in its middle.
fn whole(image: &RgbImage) -> Rect {
    let (width, height) = (image.width() as f32, image.height() as f32);
    let side = width.max(height);
    Rect {
        x: (width - side) / 2.0,
        y: (height - side) / 2.0,
        width: side,
        height: side,
    }
}

/// The square with a quarter of its side added all round.
fn padded(square: Rect) -> Rect {
    let pad = square.width / 4.0;
    Rect {
        x: square.x - pad,
        y: square.y - pad,
        width: square.width + 2.0 * pad,
        height: square.height + 2.0 * pad,
    }
}

/// Squares of 1/`parts` of the picture's longer side that cover it and overlap by half.
fn tiles(image: &RgbImage, parts: u32) -> Vec<Rect> {
    let (width, height) = (image.width() as f32, image.height() as f32);
    let side = (width.max(height) / parts as f32).max(1.0);
    let steps = |length: f32| {
        let n = ((length - side) / (side / 2.0)).ceil().max(0.0) as u32;
        let n = n.min(MAX_TILES - 1);
        let stride = if n == 0 {
            0.0
        } else {
            (length - side) / n as f32
        };
        (0..=n).map(move |i| i as f32 * stride)
    };
    let columns: Vec<f32> = steps(width).collect();
    steps(height)
        .flat_map(|y| columns.iter().map(move |&x| (x, y)))
        .map(|(x, y)| Rect {
            x,
            y,
            width: side,
            height: side,
        })
        .collect()
}

/// Does the face reach over an edge of the tile that is not the picture's own edge?
fn touches(face: &Detection, tile: Rect, image: &RgbImage) -> bool {
    let region = &face.region;
    let left = region.x < tile.x && tile.x > 0.5;
    let top = region.y < tile.y && tile.y > 0.5;
    let tile_right = tile.x + tile.width;
    let right = region.x + region.width > tile_right && tile_right < image.width() as f32 - 0.5;
    let tile_bottom = tile.y + tile.height;
    let bottom =
        region.y + region.height > tile_bottom && tile_bottom < image.height() as f32 - 0.5;
    left || top || right || bottom
}

/// Runs the network on a square of the picture (black outside of it).
fn look(
    model: &dyn Model,
    image: &RgbImage,
    square: Rect,
    score: f32,
) -> Result<Vec<Detection>, ModelError> {
    let Some(input) = square_input(image, square) else {
        return Ok(Vec::new());
    };
    let outputs = model.run(input)?;
    let mut faces = decode(&outputs, score)?;
    let scale = square.width / SIDE as f32;
    for face in &mut faces {
        let place = |p: Point| at(square.x + p.x * scale, square.y + p.y * scale);
        let corner = place(at(face.region.x, face.region.y));
        face.region = Rect {
            x: corner.x,
            y: corner.y,
            width: face.region.width * scale,
            height: face.region.height * scale,
        };
        face.keypoints = face.keypoints.map(place);
    }
    Ok(merge(faces))
}

fn square_input(image: &RgbImage, square: Rect) -> Option<Tensor> {
    let scale = SIDE as f32 / square.width;
    let left = square.x.max(0.0);
    let top = square.y.max(0.0);
    let right = (square.x + square.width).min(image.width() as f32);
    let bottom = (square.y + square.height).min(image.height() as f32);
    let area = Rect {
        x: left,
        y: top,
        width: right - left,
        height: bottom - top,
    };
    let fit = |length: f32| ((length * scale).round().max(1.0) as usize).min(SIDE);
    let (width, height) = (fit(area.width), fit(area.height));
    let small = resize(image, area, width as u32, height as u32)?;
    let x0 = (((left - square.x) * scale).round() as usize).min(SIDE - width);
    let y0 = (((top - square.y) * scale).round() as usize).min(SIDE - height);
    let mut data = vec![-1.0; SIDE * SIDE * 3];
    for (i, pixel) in small.pixels().enumerate() {
        let place = (y0 + i / width) * SIDE + x0 + i % width;
        for (channel, byte) in pixel.0.iter().enumerate() {
            data[channel * SIDE * SIDE + place] = f32::from(*byte) / 127.5 - 1.0;
        }
    }
    Some(Tensor {
        shape: vec![1, 3, SIDE, SIDE],
        data,
    })
}

/// Turns the network's numbers into faces in input pixels.
fn decode(outputs: &[Tensor], score: f32) -> Result<Vec<Detection>, ModelError> {
    let of_length = |n: usize| outputs.iter().find(|t| t.data.len() == n);
    let boxes = of_length(ANCHORS * NUMBERS).ok_or(ModelError::Output)?;
    let scores = of_length(ANCHORS).ok_or(ModelError::Output)?;
    let faces = boxes.data.chunks_exact(NUMBERS).zip(&scores.data);
    Ok(faces
        .enumerate()
        .filter_map(|(anchor, (numbers, &raw))| {
            let value = 1.0 / (1.0 + (-raw.clamp(-100.0, 100.0)).exp());
            let sound =
                numbers.iter().all(|n| n.is_finite()) && numbers[2] > 0.0 && numbers[3] > 0.0;
            (value >= score && sound).then(|| face_at(anchor, numbers, value))
        })
        .collect())
}

fn face_at(anchor: usize, numbers: &[f32], score: f32) -> Detection {
    let centre = anchor_centre(anchor);
    let point = |i: usize| at(numbers[i] + centre.x, numbers[i + 1] + centre.y);
    let middle = point(0);
    let (width, height) = (numbers[2], numbers[3]);
    Detection {
        region: Rect {
            x: middle.x - width / 2.0,
            y: middle.y - height / 2.0,
            width,
            height,
        },
        score,
        keypoints: std::array::from_fn(|k| point(4 + 2 * k)),
    }
}

/// The middle of an anchor's cell in input pixels.
fn anchor_centre(anchor: usize) -> Point {
    let (cell, grid) = match anchor.checked_sub(512) {
        None => (anchor / 2, 16),
        Some(rest) => (rest / 6, 8),
    };
    let stride = (SIDE / grid) as f32;
    at(
        ((cell % grid) as f32 + 0.5) * stride,
        ((cell / grid) as f32 + 0.5) * stride,
    )
}

/// Joins boxes of one face: each group around its best box, averaged by score (the authors'
/// weighted non-maximum suppression). Best score first.
fn merge(mut faces: Vec<Detection>) -> Vec<Detection> {
    faces.sort_by(|p, q| q.score.total_cmp(&p.score));
    let mut kept = Vec::new();
    while let Some(first) = faces.first().copied() {
        let (group, rest): (Vec<Detection>, Vec<Detection>) = faces
            .into_iter()
            .partition(|face| *face == first || overlap(&face.region, &first.region) > SAME_FACE);
        kept.push(average(&group, first.score));
        faces = rest;
    }
    kept
}

fn average(group: &[Detection], score: f32) -> Detection {
    let total: f32 = group.iter().map(|face| face.score).sum();
    let mean = |value: &dyn Fn(&Detection) -> f32| {
        group.iter().map(|f| value(f) * f.score).sum::<f32>() / total
    };
    Detection {
        region: Rect {
            x: mean(&|f| f.region.x),
            y: mean(&|f| f.region.y),
            width: mean(&|f| f.region.width),
            height: mean(&|f| f.region.height),
        },
        score,
        keypoints: std::array::from_fn(|k| {
            at(mean(&|f| f.keypoints[k].x), mean(&|f| f.keypoints[k].y))
        }),
    }
}
