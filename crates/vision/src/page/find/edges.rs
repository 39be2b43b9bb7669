//! Thin edges of a small colour picture, with their direction.

use image::RgbImage;

/// A pixel where some colour channel changes fastest along its gradient.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub x: f32,
    pub y: f32,
    /// Unit gradient.
    pub gx: f32,
    pub gy: f32,
    /// Step in levels a pixel.
    pub strength: f32,
}

/// Edges and where they are strong.
pub(super) struct Edges {
    pub list: Vec<Edge>,
    pub width: usize,
    pub height: usize,
}

/// Weakest step that counts, in levels of 0..=255 a pixel. A white card on a white table leaves about 4.
const WEAKEST: f32 = 2.5;

/// Returns the edges: of the three channels the one with the largest step speaks.
pub(super) fn find_edges(picture: &RgbImage) -> Edges {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut gradient = vec![[0.0_f32; 2]; width * height];
    let data = picture.as_raw();
    for y in 1..height.saturating_sub(1) {
        for x in 1..width.saturating_sub(1) {
            gradient[y * width + x] = steepest(data, width, x, y);
        }
    }
    let sizes: Vec<f32> = gradient.iter().map(|[gx, gy]| gx.hypot(*gy)).collect();
    let mut list = Vec::new();
    for y in 1..height.saturating_sub(1) {
        for x in 1..width.saturating_sub(1) {
            let at = y * width + x;
            let strength = sizes[at];
            if strength < WEAKEST {
                continue;
            }
            let [gx, gy] = gradient[at].map(|g| g / strength);
            let (dx, dy) = (gx.round() as isize, gy.round() as isize);
            let step = dy * width as isize + dx;
            let (before, after) = (at.wrapping_add_signed(-step), at.wrapping_add_signed(step));
            if strength >= sizes[before] && strength > sizes[after] {
                let (x, y) = (x as f32, y as f32);
                list.push(Edge {
                    x,
                    y,
                    gx,
                    gy,
                    strength,
                });
            }
        }
    }
    Edges {
        list,
        width,
        height,
    }
}

/// Returns the Sobel gradient of the channel that changes most, in levels a pixel.
fn steepest(data: &[u8], width: usize, x: usize, y: usize) -> [f32; 2] {
    let mut best = [0.0_f32; 2];
    let mut largest = -1;
    for channel in 0..3 {
        let value = |dx: usize, dy: usize| {
            i32::from(data[((y + dy - 1) * width + x + dx - 1) * 3 + channel])
        };
        let gx = value(2, 0) + 2 * value(2, 1) + value(2, 2)
            - value(0, 0)
            - 2 * value(0, 1)
            - value(0, 2);
        let gy = value(0, 2) + 2 * value(1, 2) + value(2, 2)
            - value(0, 0)
            - 2 * value(1, 0)
            - value(2, 0);
        let size = gx * gx + gy * gy;
        if size > largest {
            largest = size;
            best = [gx as f32 / 8.0, gy as f32 / 8.0];
        }
    }
    best
}
