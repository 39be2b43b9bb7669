//! Reading one line of a zone: glyphs with their places, and the pitch that they must keep.

use super::alphabet::{Alphabet, FILLER, SYMBOLS, Weights, family};
use crate::text::StripReading;

/// Gaps between neighbours, in pitches, that a monospaced line can have: the recogniser answers in
/// steps of about a third of a pitch, so places are off by up to that much.
const REGULAR_GAP: std::ops::RangeInclusive<f32> = 0.5..=1.55;
/// Confidence of a filler that was not seen but follows from the pitch.
const IMPLIED_CONFIDENCE: f32 = 0.5;

/// A glyph of the line.
#[derive(Clone, Debug)]
pub(super) struct Glyph {
    /// Probability of each symbol.
    pub weights: Weights,
    /// Middle of the glyph along the strip, 0..=1.
    pub x: f32,
}

impl Glyph {
    fn is_filler(&self) -> bool {
        self.weights[FILLER] > 0.5
    }
}

/// A line as one look at it gave it.
#[derive(Clone, Debug, Default)]
pub(super) struct LineReading {
    pub glyphs: Vec<Glyph>,
    /// Fillers that point the wrong way: the line is upside down.
    pub turned: usize,
}

impl LineReading {
    /// Joins the steps of a strip to glyphs.
    pub(super) fn new(alphabet: &Alphabet, strip: &StripReading) -> Self {
        let mut reading = Self::default();
        let mut previous = None;
        let mut mass = 0.0;
        for index in 0..strip.steps() {
            let step = alphabet.step(strip.at(index));
            let (best, weight) = best_family(&step.weights);
            if step.turned > weight && step.turned > step.blank {
                reading.turned += usize::from(previous != Some(SYMBOLS));
                previous = Some(SYMBOLS);
            } else if weight > step.blank {
                let glyph = Glyph {
                    weights: step.weights,
                    x: strip.position(index),
                };
                match reading.glyphs.last_mut() {
                    Some(last) if previous == Some(best) => {
                        if weight > mass {
                            *last = glyph;
                            mass = weight;
                        }
                    }
                    _ => {
                        reading.glyphs.push(glyph);
                        mass = weight;
                    }
                }
                previous = Some(best);
            } else {
                previous = None;
            }
        }
        reading
    }

    /// Number of fillers.
    pub(super) fn fillers(&self) -> usize {
        self.glyphs.iter().filter(|g| g.is_filler()).count()
    }

    /// Mean over the glyphs of the best symbol's probability; 0 without glyphs.
    pub(super) fn confidence(&self) -> f32 {
        let sum: f32 = self.glyphs.iter().map(|g| best_family(&g.weights).1).sum();
        sum / self.glyphs.len().max(1) as f32
    }

    /// Median distance of neighbours along the strip.
    fn pitch(&self) -> f32 {
        let mut gaps: Vec<f32> = self.glyphs.windows(2).map(|w| w[1].x - w[0].x).collect();
        gaps.sort_by(f32::total_cmp);
        gaps.get(gaps.len() / 2).copied().unwrap_or(0.0)
    }

    /// Tells whether the glyphs follow each other at the pitch of a monospaced line.
    pub(super) fn is_regular(&self) -> bool {
        let pitch = self.pitch();
        pitch > 0.0
            && self
                .glyphs
                .windows(2)
                .all(|w| REGULAR_GAP.contains(&((w[1].x - w[0].x) / pitch)))
    }

    /// Returns the line with exactly `length` glyphs where the pitch says which ones are missing
    /// (fillers between fillers only) or too many (specks beyond either end only).
    ///
    /// Nothing else is ever put in or taken out: a digit line whose length was repaired can be
    /// wrong with every check digit right.
    pub(super) fn fitted(&self, length: usize) -> Option<Self> {
        let mut fitted = self.clone();
        let pitch = self.pitch();
        if pitch <= 0.0 {
            return None;
        }
        fitted.trim(length, pitch);
        fitted.fill(length, pitch);
        (fitted.glyphs.len() == length).then_some(fitted)
    }

    fn trim(&mut self, length: usize, pitch: f32) {
        while self.glyphs.len() > length {
            let n = self.glyphs.len();
            let odd = |gap: f32, glyph: &Glyph| {
                !REGULAR_GAP.contains(&(gap / pitch)) || best_family(&glyph.weights).1 < 0.5
            };
            if odd(self.glyphs[1].x - self.glyphs[0].x, &self.glyphs[0]) {
                self.glyphs.remove(0);
            } else if odd(
                self.glyphs[n - 1].x - self.glyphs[n - 2].x,
                &self.glyphs[n - 1],
            ) {
                self.glyphs.pop();
            } else {
                return;
            }
        }
    }

    fn fill(&mut self, length: usize, pitch: f32) {
        let mut index = 0;
        while self.glyphs.len() < length && index + 1 < self.glyphs.len() {
            let (left, right) = (&self.glyphs[index], &self.glyphs[index + 1]);
            let slots = ((right.x - left.x) / pitch).round() as usize;
            if slots >= 2 && left.is_filler() && right.is_filler() {
                let mut weights = [0.0; SYMBOLS];
                weights[FILLER] = IMPLIED_CONFIDENCE;
                let x = left.x + (right.x - left.x) / slots as f32;
                self.glyphs.insert(index + 1, Glyph { weights, x });
            }
            index += 1;
        }
    }
}

/// Returns the family with the greatest probability and that probability.
fn best_family(weights: &Weights) -> (usize, f32) {
    let mut families = [0.0; SYMBOLS];
    for (symbol, weight) in weights.iter().enumerate() {
        families[family(symbol)] += weight;
    }
    let mut best = (0, 0.0);
    for (index, weight) in families.into_iter().enumerate() {
        if weight > best.1 {
            best = (index, weight);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::super::alphabet::{character, symbol};
    use super::*;

    /// A line of glyphs at the given places, in pitches.
    fn line(text: &str, places: &[f32]) -> LineReading {
        let glyph = |(ch, place): (char, &f32)| {
            let mut weights = [0.0; SYMBOLS];
            weights[symbol(ch).unwrap()] = 0.9;
            Glyph {
                weights,
                x: (place + 0.5) / 20.0,
            }
        };
        LineReading {
            glyphs: text.chars().zip(places).map(glyph).collect(),
            turned: 0,
        }
    }

    fn text(line: &LineReading) -> String {
        let best = |g: &Glyph| (0..SYMBOLS).max_by(|a, b| g.weights[*a].total_cmp(&g.weights[*b]));
        line.glyphs.iter().filter_map(best).map(character).collect()
    }

    #[test]
    fn a_filler_lost_between_fillers_is_put_back() {
        let read = line("AB<<<1", &[0.0, 1.0, 2.0, 3.0, 5.0, 6.0]);
        assert!(!read.is_regular());
        let fitted = read.fitted(7).unwrap();
        assert_eq!(text(&fitted), "AB<<<<1");
        assert!(fitted.is_regular());
    }

    #[test]
    fn a_letter_lost_is_never_put_back() {
        let read = line("ABC1<", &[0.0, 1.0, 3.0, 4.0, 5.0]);
        assert!(read.fitted(6).is_none());
    }

    #[test]
    fn a_speck_beyond_the_end_is_dropped_but_no_glyph_within() {
        let read = line("1ABCD", &[0.0, 2.1, 3.1, 4.1, 5.1]);
        assert_eq!(text(&read.fitted(4).unwrap()), "ABCD");
        let regular = line("1ABCD", &[0.0, 1.0, 2.0, 3.0, 4.0]);
        assert!(regular.fitted(4).is_none());
    }

    #[test]
    fn an_empty_line_fits_nothing() {
        assert!(LineReading::default().fitted(30).is_none());
        assert!(!LineReading::default().is_regular());
    }
}
