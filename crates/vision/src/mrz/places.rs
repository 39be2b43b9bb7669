//! From what the network says along a strip to what stands at each place of a line of known length.
//!
//! The network's steps say how likely each symbol is there, or nothing (CTC, Graves et al. 2006). A line of a zone has a known number of
//! places, and each place admits some symbols. The forward-backward sums below are over all ways in which exactly so many admitted symbols
//! can follow each other along the strip: they give the probability of every symbol at every place, and how well a length explains the strip.

use super::alphabet::{SYMBOLS, Weights};

/// Symbols and the blank, which comes first.
pub(super) const CLASSES: usize = SYMBOLS + 1;

/// What the network says at one step.
pub(super) type Step = [f32; CLASSES];

/// A line as one length explains it.
#[derive(Clone, Debug)]
pub(super) struct Explained {
    /// For each place the probability of each symbol.
    pub places: Vec<Weights>,
    /// Natural logarithm of the likelihood of the whole strip.
    pub likelihood: f32,
}

/// All ways up to a step, or from it on: for each number of places filled, that nothing stands here, or which symbol does.
#[derive(Clone)]
struct Ways {
    blank: Vec<f64>,
    symbol: Vec<Row>,
}

/// A number for each symbol.
type Row = [f64; SYMBOLS];

impl Ways {
    fn none(length: usize) -> Self {
        Self {
            blank: vec![0.0; length + 1],
            symbol: vec![[0.0; SYMBOLS]; length + 1],
        }
    }

    fn total(&self) -> f64 {
        let symbols: f64 = self.symbol.iter().flatten().sum();
        self.blank.iter().sum::<f64>() + symbols
    }

    fn scale(&mut self, by: f64) {
        let all = self
            .blank
            .iter_mut()
            .chain(self.symbol.iter_mut().flatten());
        all.for_each(|value| *value *= by);
    }
}

/// Explains a strip by a line with one place for each of `admitted`; `None` where no way is possible.
pub(super) fn explain(steps: &[Step], admitted: &[[bool; SYMBOLS]]) -> Option<Explained> {
    let length = admitted.len();
    let (mut entered, mut scales) = (Vec::new(), Vec::new());
    let mut last: Option<Ways> = None;
    for step in steps {
        let (mut ways, entry) = match &last {
            None => first(step, admitted),
            Some(before) => next(before, step, admitted),
        };
        // Products of many probabilities are kept from vanishing: each step has its own scale.
        let scale = ways.total();
        if !scale.is_normal() {
            return None;
        }
        ways.scale(1.0 / scale);
        entered.push(entry);
        scales.push(scale);
        last = Some(ways);
    }
    let last = last?;
    let whole = last.blank[length] + last.symbol[length].iter().sum::<f64>();
    if !whole.is_normal() {
        return None;
    }
    let mut after = Ways::none(length);
    after.blank[length] = 1.0;
    after.symbol[length] = [1.0; SYMBOLS];
    let mut places = vec![[0.0; SYMBOLS]; length];
    for n in (0..steps.len()).rev() {
        after.scale(1.0 / scales[n]);
        for (k, entry) in entered[n].iter().enumerate() {
            for (s, ways) in entry.iter().enumerate() {
                let share = ways * after.symbol[k + 1][s] / whole;
                places[k][s] += share as f32;
            }
        }
        after = previous(&after, &steps[n], admitted);
    }
    let logarithms: f64 = scales.iter().map(|scale| scale.ln()).sum();
    Some(Explained {
        places,
        likelihood: (logarithms + whole.ln()) as f32,
    })
}

/// For each place and symbol the ways in which it begins at a step.
type Entry = Vec<Row>;

fn first(step: &Step, admitted: &[[bool; SYMBOLS]]) -> (Ways, Entry) {
    let mut nothing = Ways::none(admitted.len());
    nothing.blank[0] = 1.0;
    next(&nothing, step, admitted)
}

fn next(before: &Ways, step: &Step, admitted: &[[bool; SYMBOLS]]) -> (Ways, Entry) {
    let mut ways = Ways::none(admitted.len());
    let mut entry = vec![[0.0; SYMBOLS]; admitted.len()];
    let sums: Vec<f64> = before.symbol.iter().map(|row| row.iter().sum()).collect();
    ways.blank[0] = before.blank[0] * f64::from(step[0]);
    for (filled, admitted) in admitted.iter().enumerate() {
        let k = filled + 1;
        ways.blank[k] = (before.blank[k] + sums[k]) * f64::from(step[0]);
        // Over all symbols without a branch: nothing is gained where one is not admitted.
        let (old, sum) = (&before.symbol, sums[filled]);
        for s in 0..SYMBOLS {
            let here = f64::from(step[s + 1]) * f64::from(u8::from(admitted[s]));
            // The same symbol twice needs a blank between.
            let from = before.blank[filled] + (sum - old[filled][s]).max(0.0);
            entry[filled][s] = from * here;
            ways.symbol[k][s] = (from + old[k][s]) * here;
        }
    }
    (ways, entry)
}

/// All ways from the state before a step to the end.
fn previous(after: &Ways, step: &Step, admitted: &[[bool; SYMBOLS]]) -> Ways {
    let mut ways = Ways::none(admitted.len());
    for k in 0..=admitted.len() {
        let nothing = after.blank[k] * f64::from(step[0]);
        let begins: Row = match admitted.get(k) {
            Some(admitted) => std::array::from_fn(|s| {
                let here = f64::from(step[s + 1]) * f64::from(u8::from(admitted[s]));
                after.symbol[k + 1][s] * here
            }),
            None => [0.0; SYMBOLS],
        };
        let any: f64 = begins.iter().sum();
        ways.blank[k] = nothing + any;
        for s in 0..SYMBOLS {
            let stays = after.symbol[k][s] * f64::from(step[s + 1]);
            ways.symbol[k][s] = nothing + (any - begins[s]).max(0.0) + stays;
        }
    }
    ways
}

#[cfg(test)]
mod tests {
    use super::super::alphabet::{FILLER, symbol};
    use super::*;

    const ANY: [bool; SYMBOLS] = [true; SYMBOLS];

    /// Steps that give these symbols with a probability; `_` is the blank.
    fn steps(text: &str, sure: f32) -> Vec<Step> {
        let step = |ch: char| {
            let rest = (1.0 - sure) / (CLASSES - 1) as f32;
            let mut step = [rest; CLASSES];
            step[symbol(ch).map_or(0, |s| s + 1)] = sure;
            step
        };
        text.chars().map(step).collect()
    }

    fn best(places: &[Weights]) -> Vec<usize> {
        let best = |row: &Weights| (0..SYMBOLS).max_by(|a, b| row[*a].total_cmp(&row[*b]));
        places.iter().filter_map(best).collect()
    }

    fn symbols(text: &str) -> Vec<usize> {
        text.chars().filter_map(symbol).collect()
    }

    #[test]
    fn what_the_steps_say_stands_at_its_places() {
        let found = explain(&steps("_P_<__AAA_A_1_<_<_", 0.9), &[ANY; 7]).unwrap();
        assert_eq!(best(&found.places), symbols("P<AA1<<"));
        for place in &found.places {
            let total: f32 = place.iter().sum();
            assert!((total - 1.0).abs() < 1e-3, "{total}");
        }
    }

    #[test]
    fn the_right_length_explains_a_strip_best() {
        let strip = steps("_A_B_C_<_<_1_", 0.9);
        let likelihood = |n: usize| explain(&strip, &vec![ANY; n]).unwrap().likelihood;
        assert!(likelihood(6) > likelihood(5) && likelihood(6) > likelihood(7));
    }

    #[test]
    fn a_place_holds_only_what_it_admits() {
        let digits: [bool; SYMBOLS] = std::array::from_fn(|s| s < 10);
        let mut strip = steps("_O_<_", 0.9);
        strip[1][1] = 0.05;
        let found = explain(&strip, &[digits, ANY]).unwrap();
        assert_eq!(best(&found.places), [0, FILLER]);
    }

    #[test]
    fn a_lost_filler_is_found_between_its_neighbours() {
        // Three fillers, of which the middle one is seen faintly.
        let mut strip = steps("_A_<___<_1_", 0.9);
        strip[5][FILLER + 1] = 0.2;
        let found = explain(&strip, &[ANY; 5]).unwrap();
        assert_eq!(best(&found.places), symbols("A<<<1"));
        assert!(found.places[2][FILLER] > 0.5);
    }

    #[test]
    fn nothing_explains_a_strip_that_is_too_short() {
        assert!(explain(&steps("AB", 0.9), &[ANY; 3]).is_none());
        assert!(explain(&[], &[ANY; 1]).is_none());
        assert!(explain(&steps("__", 1.0), &[ANY; 1]).is_none());
    }
}
