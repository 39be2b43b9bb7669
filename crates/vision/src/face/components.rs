//! Components of ISO/IEC 29794-5 that need no trained network: native measures. Formulas and ranges: `docs/quality.md`.
//!
//! The standard measures on a face of 616 x 616 pixels between landmarks of its own network; here it is the view of 160 x 160
//! pixels and the mesh. Values are near the standard's, not equal to them.

use image::RgbImage;
use menshen_core::evidence::{FaceComponents, Pose};
use menshen_core::geometry::Point;

use super::mesh::Mesh;
use super::transform::{distance, middle_of};
use super::view::{View, outline};

/// Side of the squares on the cheeks over the distance between the eyes.
const ZONE: f32 = 0.3;
/// Highest luminance that counts as under-exposed.
const DARK: usize = 25;
/// Lowest luminance that counts as over-exposed.
const BRIGHT: usize = 247;
/// Corners of the eye on the left and on the right.
const CORNERS: [[usize; 2]; 2] = [[33, 133], [362, 263]];
/// Pairs of upper and lower lid of both eyes.
const LIDS: [[[usize; 2]; 3]; 2] = [
    [[160, 144], [159, 145], [158, 153]],
    [[385, 380], [386, 374], [387, 373]],
];
/// Pairs of the inner lips, upper and lower.
const LIPS: [[usize; 2]; 3] = [[82, 87], [13, 14], [312, 317]];
/// The chin.
const CHIN: usize = 152;

/// Returns the components of a face; `None` where its mesh is degenerate or shows no pixel of it.
pub(super) fn components(image: &RgbImage, mesh: &Mesh, pose: &Pose) -> Option<FaceComponents> {
    let view = View::new(image, mesh)?;
    let luminance = Luminance::of(&view);
    let face = luminance.histogram(view.region(&outline::FACE))?;
    let zones = zones(&view);
    let cheeks = zones
        .each_ref()
        .map(|zone| luminance.histogram(zone.clone()));
    let [left, right] = CORNERS.map(|[a, b]| middle_of(mesh.at(a), mesh.at(b)));
    let eyes = distance(left, right);
    let between = middle_of(left, right);
    let chin = distance(between, mesh.at(CHIN));
    if !(eyes > 0.0 && chin > 0.0) {
        return None;
    }
    let (width, height) = (image.width() as f32, image.height() as f32);
    let widest = |pairs: &[[usize; 2]]| {
        let gaps = pairs.iter().map(|&[a, b]| distance(mesh.at(a), mesh.at(b)));
        gaps.fold(0.0, f32::max)
    };
    let mean = moment(&face, |value| value);
    Some(FaceComponents {
        illumination_uniformity: match &cheeks {
            [Some(left), Some(right)] => common(left, right),
            _ => 0.0,
        },
        luminance_mean: mean,
        luminance_variance: moment(&face, |value| (value - mean).powi(2)),
        under_exposure: face[..=DARK].iter().sum(),
        over_exposure: face[BRIGHT..].iter().sum(),
        dynamic_range: entropy(&face),
        natural_colour: from_skin(colour(&view, &zones)),
        inter_eye_distance: eyes / pose.yaw.to_radians().cos().abs().max(0.1),
        head_size: chin / height,
        margin_left: left.x / eyes,
        margin_right: (width - right.x) / eyes,
        margin_above: between.y / chin,
        margin_below: (height - between.y) / chin,
        eyes_open: widest(&LIDS[0]).min(widest(&LIDS[1])) / chin,
        mouth_open: widest(&LIPS) / chin,
    })
}

/// A histogram of 256 bins whose sum is 1.
type Histogram = [f32; 256];

/// Luminance of the view in 0..=255: linear light, Rec. 709 weights.
struct Luminance(Vec<u8>);

impl Luminance {
    fn of(view: &View) -> Self {
        let linear: [f32; 256] = std::array::from_fn(|level| linear(level as f32 / 255.0));
        let value = |pixel: &image::Rgb<u8>| {
            let [r, g, b] = pixel.0.map(|level| linear[usize::from(level)]);
            (255.0 * (0.2126 * r + 0.7152 * g + 0.0722 * b)).round() as u8
        };
        Self(view.pixels.pixels().map(value).collect())
    }

    /// Returns the histogram of some pixels; `None` of none.
    fn histogram(&self, pixels: Vec<usize>) -> Option<Histogram> {
        let mut counts = [0.0; 256];
        for &pixel in &pixels {
            counts[usize::from(self.0[pixel])] += 1.0;
        }
        let total = pixels.len() as f32;
        (total > 0.0).then(|| counts.map(|count| count / total))
    }
}

/// Linear light of an sRGB value, both 0..=1 (IEC 61966-2-1).
fn linear(value: f32) -> f32 {
    match value <= 0.04045 {
        true => value / 12.92,
        false => ((value + 0.055) / 1.055).powf(2.4),
    }
}

/// The squares on both cheeks: below the outer half of each eye, from half the way between eyes and mouth on.
fn zones(view: &View) -> [Vec<usize>; 2] {
    let at = |index: usize| view.points[index];
    let [left, right] = CORNERS.map(|[a, b]| middle_of(at(a), at(b)));
    let mouth = middle_of(at(LIPS[1][0]), at(LIPS[1][1]));
    let down = distance(middle_of(left, right), mouth) / 2.0;
    let side = ZONE * distance(left, right);
    let square = |x: f32, y: f32| {
        let inside = |i: &usize| {
            let Point { x: px, y: py } = view.centre(*i);
            (x..x + side).contains(&px) && (y..y + side).contains(&py)
        };
        view.region(&outline::FACE)
            .into_iter()
            .filter(inside)
            .collect()
    };
    [
        square(left.x - side, left.y + down),
        square(right.x, right.y + down),
    ]
}

/// What two histograms have in common, 0..=1 (M. Swain and D. Ballard, 1991).
fn common(a: &Histogram, b: &Histogram) -> f32 {
    a.iter().zip(b).map(|(a, b)| a.min(*b)).sum()
}

/// Mean of a function of the values 0..=1.
fn moment(histogram: &Histogram, of: impl Fn(f32) -> f32) -> f32 {
    let weighed = histogram.iter().enumerate();
    weighed
        .map(|(level, part)| part * of(level as f32 / 255.0))
        .sum()
}

/// Entropy in bits.
fn entropy(histogram: &Histogram) -> f32 {
    let parts = histogram.iter().filter(|part| **part > 0.0);
    -parts.map(|part| part * part.log2()).sum::<f32>()
}

/// Mean sRGB value of the zones, 0..=1 each.
fn colour(view: &View, zones: &[Vec<usize>; 2]) -> [f32; 3] {
    let mut sum = [0.0; 3];
    let mut count: f32 = 0.0;
    for &pixel in zones.iter().flatten() {
        for (total, level) in sum.iter_mut().zip(view.colour(pixel)) {
            *total += f32::from(level) / 255.0;
        }
        count += 1.0;
    }
    sum.map(|total| total / count.max(1.0))
}

/// Distance of an sRGB colour from those of skin: a* of 5 to 25 and b* of 5 to 35 in CIELAB under D50; 100 where either is
/// negative.
fn from_skin(rgb: [f32; 3]) -> f32 {
    let [r, g, b] = rgb.map(linear);
    // sRGB to CIE XYZ, adapted to D50 (Bradford), over the white of D50.
    let x = (0.43605 * r + 0.38508 * g + 0.14309 * b) / 0.96422;
    let y = 0.22249 * r + 0.71689 * g + 0.06062 * b;
    let z = (0.01393 * r + 0.09710 * g + 0.71419 * b) / 0.82521;
    let [x, y, z] = [x, y, z].map(|value| match value > 216.0 / 24_389.0 {
        true => value.cbrt(),
        false => (24_389.0 / 27.0 * value + 16.0) / 116.0,
    });
    let (a, b) = (500.0 * (x - y), 200.0 * (y - z));
    if a < 0.0 || b < 0.0 {
        return 100.0;
    }
    let beyond = |value: f32, low: f32, high: f32| (low - value).max(value - high).max(0.0);
    beyond(a, 5.0, 25.0).hypot(beyond(b, 5.0, 35.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(level: usize) -> Histogram {
        std::array::from_fn(|at| f32::from(u8::from(at == level)))
    }

    #[test]
    fn moments_and_entropy_are_those_of_the_histogram() {
        let mut two = [0.0; 256];
        (two[0], two[255]) = (0.5, 0.5);
        assert_eq!(moment(&two, |value| value), 0.5);
        assert_eq!(moment(&two, |value| (value - 0.5).powi(2)), 0.25);
        assert_eq!(entropy(&two), 1.0);
        assert_eq!(entropy(&flat(9)), 0.0);
        assert!((entropy(&[1.0 / 256.0; 256]) - 8.0).abs() < 1e-4);
        assert_eq!(
            (
                common(&two, &two),
                common(&two, &flat(9)),
                common(&two, &flat(0))
            ),
            (1.0, 0.0, 0.5)
        );
    }

    #[test]
    fn skin_is_natural_and_grey_and_green_are_not() {
        let of = |r: u8, g: u8, b: u8| from_skin([r, g, b].map(|level| f32::from(level) / 255.0));
        // Skin of three tones (sRGB of the Fitzpatrick scale's middle tones).
        assert_eq!(of(224, 172, 140), 0.0);
        assert_eq!(of(190, 140, 110), 0.0);
        assert_eq!(of(112, 72, 52), 0.0);
        // Grey has neither a* nor b*: the square root of 50 from skin, or 100 where rounding makes one negative.
        assert!(of(128, 128, 128) > 7.0);
        assert_eq!(of(60, 160, 60), 100.0);
        assert!(of(255, 40, 30) > 20.0);
    }
}
