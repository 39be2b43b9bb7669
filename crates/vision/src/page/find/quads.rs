//! Four lines that could be the four sides of a document, and how well they would explain the picture.

use menshen_core::geometry::{Point, Quad};

use super::edges::Edges;
use super::hough::Supported;
use crate::page::homography::Homography;

/// A candidate outline in the small picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub quad: Quad,
    /// For each side (from corner i to corner i + 1): it is the picture's border.
    pub border: [bool; 4],
    pub score: f32,
}

/// What the scoring needs to know of the picture.
pub(super) struct Frame<'a> {
    pub edges: &'a Edges,
    /// Strong edges in cells of [`CELL`] pixels, summed from the top left.
    density: Vec<f32>,
    columns: usize,
    rows: usize,
}

/// Side of a density cell in pixels of the small picture.
const CELL: usize = 6;
/// Smallest part of the picture that an outline must enclose.
const SMALLEST: f32 = 0.08;
/// Candidates that get the dear second look.
const SECOND_LOOK: usize = 80;
/// Support that a picture border is credited with: less than a seen edge, more than none.
const BORDER_SUPPORT: f32 = 0.5;
/// Support that the seen sides of a cut document need: a column of text has less, an edge more.
const CUT_SUPPORT: f32 = 0.6;
/// Score of the whole frame as an outline; a candidate must explain the picture better than that.
pub(super) const FRAME_SCORE: f32 = 0.56;

impl<'a> Frame<'a> {
    pub fn new(edges: &'a Edges) -> Self {
        let (columns, rows) = (edges.width.div_ceil(CELL), edges.height.div_ceil(CELL));
        let mut density = vec![0.0; columns * rows];
        for edge in &edges.list {
            let cell = edge.y as usize / CELL * columns + edge.x as usize / CELL;
            density[cell] += (edge.strength / 24.0).min(1.0);
        }
        Self {
            edges,
            density,
            columns,
            rows,
        }
    }

    fn area(&self) -> f32 {
        self.edges.width as f32 * self.edges.height as f32
    }

    /// Returns the density of strong edges outside over that inside the quad, 0..=1; the outline itself
    /// counts for neither.
    fn clutter(&self, quad: &Quad) -> f32 {
        let sides = Sides::of(quad);
        let (mut inside, mut outside) = ((0.0, 0.0), (0.0, 0.0));
        for row in 0..self.rows {
            for column in 0..self.columns {
                let centre = Point {
                    x: (column as f32 + 0.5) * CELL as f32,
                    y: (row as f32 + 0.5) * CELL as f32,
                };
                let value = self.density[row * self.columns + column];
                let side = match sides.depth(centre) {
                    d if d > CELL as f32 => &mut inside,
                    d if d < -(CELL as f32) => &mut outside,
                    _ => continue,
                };
                *side = (side.0 + value, side.1 + 1.0);
            }
        }
        // Without surroundings there is nothing to compare with: the usual value of a plain table.
        if outside.1 < 0.08 * self.density.len() as f32 {
            return 0.3;
        }
        let mean = |(sum, n): (f32, f32)| sum / f32::max(n, 1.0);
        (mean(outside) / mean(inside).max(0.05)).min(1.0)
    }
}

/// The sides of a clockwise convex quad: where each begins, where it leads and its length.
struct Sides([(Point, Point, f32); 4]);

impl Sides {
    fn of(quad: &Quad) -> Self {
        Self(std::array::from_fn(|side| {
            let (a, b) = (quad[side], quad[(side + 1) % 4]);
            let along = Point {
                x: b.x - a.x,
                y: b.y - a.y,
            };
            (a, along, along.x.hypot(along.y).max(1e-3))
        }))
    }

    /// Returns how far a point lies inside the quad, negative outside.
    fn depth(&self, p: Point) -> f32 {
        let beside = |(a, along, length): &(Point, Point, f32)| {
            (along.x * (p.y - a.y) - along.y * (p.x - a.x)) / length
        };
        self.0.iter().map(beside).fold(f32::MAX, f32::min)
    }
}

/// Returns the best outline among all combinations of two and two roughly parallel lines.
pub(super) fn best(frame: &Frame, lines: &[Supported]) -> Option<Candidate> {
    let pairs = parallel_pairs(frame, lines);
    let mut found: Vec<Candidate> = Vec::new();
    for (index, &(a, b)) in pairs.iter().enumerate() {
        for &(c, d) in &pairs[index + 1..] {
            let cosine = lines[a].line.nx * lines[c].line.nx + lines[a].line.ny * lines[c].line.ny;
            // Sides stand on each other within 35 degrees, even in a steep view.
            if cosine.abs() < 0.57 {
                found.extend(judge(frame, lines, [a, c, b, d]));
            }
        }
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found.truncate(SECOND_LOOK);
    for candidate in &mut found {
        candidate.score -= 0.4 * frame.clutter(&candidate.quad);
    }
    found.into_iter().max_by(|a, b| a.score.total_cmp(&b.score))
}

/// Returns pairs of lines that could be opposite sides.
fn parallel_pairs(frame: &Frame, lines: &[Supported]) -> Vec<(usize, usize)> {
    let centre = Point {
        x: frame.edges.width as f32 / 2.0,
        y: frame.edges.height as f32 / 2.0,
    };
    let apart = 0.14 * frame.edges.width.min(frame.edges.height) as f32;
    let mut pairs = Vec::new();
    for a in 0..lines.len() {
        for b in a + 1..lines.len() {
            let (first, second) = (&lines[a].line, &lines[b].line);
            let cosine = first.nx * second.nx + first.ny * second.ny;
            // Opposite sides converge by at most 25 degrees in a usable view.
            let gap = first.distance(centre) - cosine.signum() * second.distance(centre);
            if cosine.abs() > 0.906 && gap.abs() >= apart {
                pairs.push((a, b));
            }
        }
    }
    pairs
}

/// Builds the quad of four lines in turn order and scores it; `None` for impossible ones.
fn judge(frame: &Frame, lines: &[Supported], order: [usize; 4]) -> Option<Candidate> {
    let sides = order.map(|index| &lines[index]);
    let mut quad = [Point::default(); 4];
    for corner in 0..4 {
        quad[corner] = sides[(corner + 3) % 4].line.meet(&sides[corner].line)?;
    }
    let border = sides.map(|side| side.border);
    // One cut edge or one cut corner is a careless photograph; a document cut on opposite sides is one that
    // fills the frame, and the line between is a band of its print.
    if (border[0] && border[2]) || (border[1] && border[3]) {
        return None;
    }
    let (mut quad, mut turn) = (quad, [0, 1, 2, 3]);
    if signed_area(&quad) < 0.0 {
        // Anticlockwise: walk the other way. Side i then runs from the new corner i to i + 1.
        quad = [quad[0], quad[3], quad[2], quad[1]];
        turn = [3, 2, 1, 0];
    }
    let area = convex_area(&quad)? / frame.area();
    let cut = border.iter().any(|&b| b);
    let (width, height) = (frame.edges.width as f32, frame.edges.height as f32);
    let far = |p: &Point| {
        p.x < -0.2 * width || p.y < -0.2 * height || p.x > 1.2 * width || p.y > 1.2 * height
    };
    if !(SMALLEST..1.15).contains(&area) || quad.iter().any(far) {
        return None;
    }
    let centre = Point {
        x: width / 2.0,
        y: height / 2.0,
    };
    let odd = oddness(&quad, centre, cut)?;
    let (mut total, mut least, mut over) = (0.0, 1.0_f32, 0.0);
    for (place, &side) in turn.iter().enumerate() {
        let (from, to) = (quad[place], quad[(place + 1) % 4]);
        let (support, beyond) = side_support(sides[side], from, to, width, height)?;
        if cut && !sides[side].border && support < CUT_SUPPORT {
            return None;
        }
        total += support / 4.0;
        least = least.min(support);
        over += beyond / 4.0;
    }
    let score = 0.6 * total + 0.4 * least - 0.4 * over + 0.25 * area.min(1.0).sqrt() - odd;
    Some(Candidate {
        quad,
        border: turn.map(|side| border[side]),
        score,
    })
}

/// Returns the support of a side inside the picture, and of the stretches beyond its two corners.
fn side_support(
    side: &Supported,
    from: Point,
    to: Point,
    width: f32,
    height: f32,
) -> Option<(f32, f32)> {
    if side.border {
        return Some((BORDER_SUPPORT, 0.0));
    }
    let length = (to.x - from.x).hypot(to.y - from.y);
    let (a, b) = clip(from, to, width, height)?;
    let seen = (b.x - a.x).hypot(b.y - a.y);
    if seen < 0.3 * length {
        return None;
    }
    let (t0, t1) = (side.line.along(a), side.line.along(b));
    let support = side.support(t0, t1);
    // An outline ends at its corners; a joint of tiles or a table's edge goes on.
    let past = |corner: Point, inner: Point| {
        let step = |part: f32| Point {
            x: corner.x + (corner.x - inner.x) * part,
            y: corner.y + (corner.y - inner.y) * part,
        };
        let Some((a, b)) = clip(step(4.0 / length), step(0.14), width, height) else {
            return 0.0;
        };
        let long_enough = (b.x - a.x).hypot(b.y - a.y) > 4.0;
        let support = side.support(side.line.along(a), side.line.along(b));
        if long_enough { support } else { 0.0 }
    };
    let beyond = (past(from, to) + past(to, from)) / 2.0;
    Some((support, beyond))
}

/// Cuts a stretch at the picture's borders (Liang and Barsky, 1984).
fn clip(from: Point, to: Point, width: f32, height: f32) -> Option<(Point, Point)> {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let (mut enter, mut leave) = (0.0_f32, 1.0_f32);
    for (p, q) in [
        (-dx, from.x),
        (dx, width - from.x),
        (-dy, from.y),
        (dy, height - from.y),
    ] {
        if p.abs() < 1e-6 {
            if q < 0.0 {
                return None;
            }
        } else if p < 0.0 {
            enter = enter.max(q / p);
        } else {
            leave = leave.min(q / p);
        }
    }
    let at = |t: f32| Point {
        x: from.x + t * dx,
        y: from.y + t * dy,
    };
    (enter < leave).then(|| (at(enter), at(leave)))
}

/// Penalty for proportions that no document has; `None` where they are out of the question.
///
/// ID-1 is 1.586 (ISO/IEC 7810), ID-2 and TD3 are 1.42; a portrait is 1.29.
fn oddness(quad: &Quad, centre: Point, cut: bool) -> Option<f32> {
    let ratio = view_ratio(quad, centre)?;
    let ratio = ratio.max(1.0 / ratio);
    if cut {
        return (ratio < 2.6).then_some(0.05);
    }
    let (low, up) = (1.36_f32, 1.66_f32);
    let away = (low / ratio).ln().max((ratio / up).ln()).max(0.0);
    (1.12..2.0).contains(&ratio).then_some(4.0 * away)
}

/// Focal length of a phone's main camera over the picture's longer side (24 to 28 mm on 36 mm).
const FOCAL: f32 = 0.75;

/// Returns width over height of the flat rectangle that a camera with a usual lens saw as this quad.
fn view_ratio(quad: &Quad, centre: Point) -> Option<f32> {
    let focal = FOCAL * 2.0 * centre.x.max(centre.y);
    let seen = quad.map(|p| Point {
        x: (p.x - centre.x) / focal,
        y: (p.y - centre.y) / focal,
    });
    // In these units the first two columns are the page's axes in space, each times its length.
    let m = Homography::from_rect(1.0, 1.0, &seen)?.0;
    let length = |k: usize| m[k].hypot(m[k + 3]).hypot(m[k + 6]);
    (length(1) > 1e-6).then(|| (length(0) / length(1)) as f32)
}

pub(super) fn signed_area(quad: &Quad) -> f32 {
    (0..4)
        .map(|i| {
            let (a, b) = (quad[i], quad[(i + 1) % 4]);
            a.x * b.y - b.x * a.y
        })
        .sum::<f32>()
        / 2.0
}

fn convex_area(quad: &Quad) -> Option<f32> {
    let turns_right = |i: usize| {
        let (a, b, c) = (quad[i], quad[(i + 1) % 4], quad[(i + 2) % 4]);
        (b.x - a.x) * (c.y - b.y) - (b.y - a.y) * (c.x - b.x) > 0.0
    };
    (0..4).all(turns_right).then(|| signed_area(quad))
}
