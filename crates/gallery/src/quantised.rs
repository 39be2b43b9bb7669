//! A vector in one byte a number, with what the rounding cost.

use menshen_core::card::Metric;

/// The largest code.
const FULL: f32 = 127.0;

/// What is kept beside a vector's codes.
#[derive(Clone, Copy)]
pub(crate) struct Measures {
    /// What a code of 1 stands for.
    pub scale: f32,
    /// Length of the vector; 1 where only its direction counts.
    pub length: f32,
    /// Length of the difference between the vector and what its codes stand for, never too small.
    pub lost: f32,
}

/// Returns a vector's codes and measures; `None` for one that is not finite, or zero where only the direction counts.
pub(crate) fn quantise(metric: Metric, vector: &[f32]) -> Option<(Vec<i8>, Measures)> {
    let length = vector
        .iter()
        .map(|v| f64::from(*v).powi(2))
        .sum::<f64>()
        .sqrt();
    let (divisor, length) = match metric {
        Metric::Cosine => (length, 1.0),
        Metric::Euclidean => (1.0, length),
    };
    if !length.is_finite() || !divisor.is_finite() || divisor <= f64::from(f32::MIN_POSITIVE) {
        return None;
    }
    let values: Vec<f32> = vector
        .iter()
        .map(|v| (f64::from(*v) / divisor) as f32)
        .collect();
    let most = values.iter().fold(0.0_f32, |most, v| most.max(v.abs()));
    let scale = if most > 0.0 { most / FULL } else { 1.0 };
    let codes: Vec<i8> = values
        .iter()
        .map(|v| (v / scale).round().clamp(-FULL, FULL) as i8)
        .collect();
    let lost = values
        .iter()
        .zip(&codes)
        .map(|(v, code)| f64::from(v - f32::from(*code) * scale).powi(2))
        .sum::<f64>()
        .sqrt();
    let measures = Measures {
        scale,
        length: length as f32,
        lost: lost as f32 * (1.0 + f32::EPSILON) + f32::EPSILON * length as f32,
    };
    Some((codes, measures))
}

/// Returns the sum of the products of two vectors' codes.
#[inline(always)]
pub(crate) fn dot(a: &[i16], b: &[i8]) -> i32 {
    a.iter()
        .zip(b)
        .map(|(a, b)| i32::from(*a) * i32::from(*b))
        .sum()
}

/// A score by the codes, and the highest that the exact one can be.
#[derive(Clone, Copy)]
pub(crate) struct Scored {
    pub score: f32,
    pub at_most: f32,
}

/// Returns the score of two vectors from the sum of their codes' products.
#[inline(always)]
pub(crate) fn scored(metric: Metric, dot: i32, a: Measures, b: Measures) -> Scored {
    let about = dot as f32 * (a.scale * b.scale);
    // |a.b - a'.b'| <= |a'| |b - b'| + |b| |a - a'|, where |a'| <= |a| + |a - a'|. The rest is for rounding.
    let off = (a.length + a.lost) * b.lost + b.length * a.lost + SLACK * a.length * b.length;
    match metric {
        Metric::Cosine => Scored {
            score: about,
            at_most: about + off,
        },
        Metric::Euclidean => {
            let squares = a.length * a.length + b.length * b.length;
            let distance = |product: f32| (squares - 2.0 * product).max(0.0).sqrt();
            Scored {
                score: 1.0 - distance(about),
                at_most: 1.0 - distance(about + off + SLACK * squares),
            }
        }
    }
}

/// What sums of 32-bit numbers may be off, as a part of the lengths' product.
const SLACK: f32 = 1e-5;
