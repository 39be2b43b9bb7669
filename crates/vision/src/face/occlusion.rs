//! What hides the face: judged from colours and edges in regions of the mesh, by comparing them
//! with the person's own skin in other regions. No network, so only plain cases are told, and every
//! measure leans towards "free": a covered region must differ in several ways at once.

use super::plane::{mean, quantile};
use super::view::{FACE, View, outline};

/// Likelihoods, 0..=1.
pub(crate) struct Occlusion {
    pub eyes: f32,
    pub glasses: f32,
    pub mouth: f32,
    pub forehead: f32,
}

/// Median colour of a region: luma, and the logarithms of red over green and blue over green, which
/// do not change with the strength of the light.
#[derive(Clone, Copy, Debug)]
struct Tone {
    luma: f32,
    red: f32,
    blue: f32,
}

/// Returns the likelihood of each covering.
pub(crate) fn occlusion(view: &View) -> Occlusion {
    let nose = tone(view, &view.region(&outline::NOSE));
    let cheeks = outline::CHEEKS.map(|cheek| tone(view, &view.region(&cheek)));
    Occlusion {
        eyes: eyes(view, &cheeks),
        glasses: glasses(view),
        mouth: mouth(view, &nose),
        forehead: forehead(view, &cheeks, &nose),
    }
}

fn tone(view: &View, pixels: &[usize]) -> Tone {
    let of = |value: &dyn Fn([u8; 3]) -> f32| {
        let mut values: Vec<f32> = pixels.iter().map(|&i| value(view.colour(i))).collect();
        quantile(&mut values, 0.5)
    };
    // The offset keeps dark pixels, whose colour is noise, near grey.
    let ratio = |p: u8, q: u8| ((f32::from(p) + 8.0) / (f32::from(q) + 8.0)).ln();
    Tone {
        luma: of(&super::plane::luma),
        red: of(&|[r, g, _]| ratio(r, g)),
        blue: of(&|[_, g, b]| ratio(b, g)),
    }
}

/// Distance of two tones in colour alone.
fn colour_distance(p: &Tone, q: &Tone) -> f32 {
    (p.red - q.red).hypot(p.blue - q.blue)
}

/// A smooth step from 0 to 1, one half at `middle`, 0.88 at `middle + width`.
fn step(value: f32, middle: f32, width: f32) -> f32 {
    1.0 / (1.0 + (-2.0 * (value - middle) / width).exp())
}

/// Sunglasses: the skin around both eyes is much darker than both the cheek below and the forehead
/// above, or of another colour than both (a mask hides the one, a hat the other), and no white of an
/// eye stands out from its surroundings.
fn eyes(view: &View, cheeks: &[Tone; 2]) -> f32 {
    let brow = tone(view, &view.region(&outline::UPPER_FOREHEAD));
    let sides = [0, 1].map(|side| {
        let lens = view.region(&outline::LENSES[side]);
        let opening = view.region(&outline::EYES[side]);
        if lens.len() < 20 || opening.len() < 4 {
            return 0.0;
        }
        let outside = |i: &usize| !opening.contains(i);
        let around: Vec<usize> = lens.into_iter().filter(outside).collect();
        let ring = tone(view, &around);
        let foreign = |skin: &Tone| {
            let darker = 1.0 - (ring.luma + 0.02) / (skin.luma + 0.02);
            let dark = step(darker, 0.55, 0.1);
            dark.max(step(colour_distance(&ring, skin), 0.35, 0.08))
        };
        let mut lumas = view.lumas(&opening);
        let white = quantile(&mut lumas, 0.95) - quantile(&mut view.lumas(&around), 0.5);
        let no_white = step(-white / (cheeks[side].luma + 0.05), -0.12, 0.1);
        foreign(&cheeks[side]).min(foreign(&brow)) * no_white
    });
    (sides[0] + sides[1]) / 2.0
}

/// Glasses: a straight edge across the bridge of the nose, and one below each eye.
fn glasses(view: &View) -> f32 {
    let bridge = bridge_edge(view);
    let below = (under_eye_edge(view, [111, 117, 118, 119, 120, 128])
        + under_eye_edge(view, [340, 346, 347, 348, 349, 357]))
        / 2.0;
    step(bridge, 0.08, 0.03) * step(below, 0.065, 0.02)
}

/// Strongest horizontal line on the bridge, as a part of the skin's luma: the second difference of
/// the row means between the inner eye corners.
fn bridge_edge(view: &View) -> f32 {
    let (left, right) = (view.points[193], view.points[417]);
    let (top, bottom) = (view.points[9].y, view.points[197].y);
    let rows: Vec<f32> = (top as i64..=bottom as i64)
        .map(|y| {
            let row: Vec<f32> = (left.x as i64..=right.x as i64)
                .map(|x| view.luma.at(x, y))
                .collect();
            mean(&row)
        })
        .collect();
    let level = mean(&rows).max(0.05);
    let bends = rows.windows(7).map(|w| (w[0] + w[6]) / 2.0 - w[3]);
    bends.map(f32::abs).fold(0.0, f32::max) / level
}

/// Mean over the columns below an eye of the strongest vertical step between lid and cheek, as a
/// part of the skin's luma.
fn under_eye_edge(view: &View, line: [usize; 6]) -> f32 {
    let reach = (FACE * 0.05) as i64;
    let mut steps = Vec::new();
    for pair in line.windows(2) {
        let (p, q) = (view.points[pair[0]], view.points[pair[1]]);
        let (from, to) = (p.x.min(q.x) as i64, p.x.max(q.x) as i64);
        for x in from..to {
            let part = (x as f32 - p.x) / (q.x - p.x);
            let y = (p.y + part * (q.y - p.y)) as i64;
            let strongest = (y - reach..=y + reach)
                .map(|y| (view.luma.at(x, y + 1) - view.luma.at(x, y - 1)).abs() / 2.0)
                .fold(0.0, f32::max);
            steps.push(strongest / (view.luma.at(x, y) + 0.1));
        }
    }
    quantile(&mut steps, 0.5)
}

/// A mask or hand: the lower face differs in colour or brightness from the nose's bridge, and no
/// lips stand out in it.
fn mouth(view: &View, nose: &Tone) -> f32 {
    let lips = view.region(&outline::LIPS);
    let lower = view.region(&outline::LOWER_FACE);
    if lips.len() < 20 || lower.len() < 100 {
        return 0.0;
    }
    let around: Vec<usize> = lower.into_iter().filter(|i| !lips.contains(i)).collect();
    let (lip, skin) = (tone(view, &lips), tone(view, &around));
    let other = step(colour_distance(&skin, nose), 0.22, 0.07);
    let redder = lip.red - skin.red;
    // Lips are redder than the skin around them, and the line between them is darker.
    let mut lip_lumas = view.lumas(&lips);
    let line = (skin.luma - quantile(&mut lip_lumas, 0.05)) / (skin.luma + 0.05);
    let no_lips = step(-redder, -0.05, 0.03) * step(-line, -0.25, 0.08);
    let brightness = ((skin.luma + 0.02) / (nose.luma + 0.02)).ln().abs();
    let lit_otherwise = step(brightness, 0.7, 0.2);
    other.max(lit_otherwise).max(0.35) * no_lips
}

/// A hat or hair: the forehead differs from the cheeks in colour or brightness.
fn forehead(view: &View, cheeks: &[Tone; 2], nose: &Tone) -> f32 {
    let upper = view.region(&outline::UPPER_FOREHEAD);
    if upper.len() < 40 {
        return 0.0;
    }
    let skin = Tone {
        luma: (cheeks[0].luma + cheeks[1].luma + nose.luma) / 3.0,
        red: (cheeks[0].red + cheeks[1].red + nose.red) / 3.0,
        blue: (cheeks[0].blue + cheeks[1].blue + nose.blue) / 3.0,
    };
    // Part of the pixels that are not skin: hair falls in strands, a brim lies across.
    let foreign = upper.iter().filter(|&&i| {
        let [r, g, b] = view.colour(i);
        let ratio = |p: u8, q: u8| ((f32::from(p) + 8.0) / (f32::from(q) + 8.0)).ln();
        let away = (ratio(r, g) - skin.red).hypot(ratio(b, g) - skin.blue);
        let light = (super::plane::luma([r, g, b]) + 0.02) / (skin.luma + 0.02);
        away > 0.35 || !(0.45..=2.2).contains(&light)
    });
    let part = foreign.count() as f32 / upper.len() as f32;
    step(part, 0.6, 0.2)
}
