//! Triangles of a Delaunay triangulation: no point lies in the circle around another three.
//!
//! Bowyer's and Watson's way (1981), written here because half a thousand points once a portrait need no library.

/// Returns triangles over the points as indices; points that coincide with another one may be left out.
pub(super) fn triangles(points: &[[f32; 2]]) -> Vec<[usize; 3]> {
    let n = points.len();
    let bound = (points.iter().flatten()).fold(1.0f32, |most, v| most.max(v.abs()));
    // Three corners far outside hold everything; triangles at them are left out at the end.
    let far = f64::from(bound) * 64.0;
    let mut all: Vec<[f64; 2]> = points.iter().map(|p| p.map(f64::from)).collect();
    all.extend([[-far, -far], [far, -far], [0.0, far]]);
    let mut found = vec![[n, n + 1, n + 2]];
    for i in 0..n {
        let (bad, good): (Vec<[usize; 3]>, Vec<[usize; 3]>) =
            (found.iter()).partition(|t| in_circle(t.map(|k| all[k]), all[i]));
        let edges: Vec<[usize; 2]> = (bad.iter())
            .flat_map(|[a, b, c]| [[*a, *b], [*b, *c], [*c, *a]])
            .collect();
        // The border of the hole: edges that only one of its triangles has.
        let border = edges.iter().filter(|[a, b]| !edges.contains(&[*b, *a]));
        found = good;
        found.extend(border.map(|[a, b]| [*a, *b, i]));
    }
    found.retain(|t| t.iter().all(|&k| k < n));
    found
}

/// Does a point lie in the circle around a triangle, whose corners go round clockwise as seen with y down?
fn in_circle([a, b, c]: [[f64; 2]; 3], p: [f64; 2]) -> bool {
    let row = |q: [f64; 2]| {
        let (x, y) = (q[0] - p[0], q[1] - p[1]);
        [x, y, x * x + y * y]
    };
    let ([ax, ay, az], [bx, by, bz], [cx, cy, cz]) = (row(a), row(b), row(c));
    let det = ax * (by * cz - bz * cy) - ay * (bx * cz - bz * cx) + az * (bx * cy - by * cx);
    det > 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_is_covered_once() {
        let points: Vec<[f32; 2]> = (0..81)
            .map(|i| {
                [
                    (i % 9) as f32 + 0.01 * (i * i % 7) as f32,
                    (i / 9) as f32 + 0.013 * (i % 5) as f32,
                ]
            })
            .collect();
        let area = |[a, b, c]: [usize; 3]| {
            let ([ax, ay], [bx, by], [cx, cy]) = (points[a], points[b], points[c]);
            ((bx - ax) * (cy - ay) - (by - ay) * (cx - ax)).abs() / 2.0
        };
        let sum: f32 = triangles(&points).into_iter().map(area).sum();
        assert!((sum - 64.0).abs() < 1.5, "{sum}");
    }
}
