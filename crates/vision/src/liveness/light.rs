//! How the face answers the colours of the screen: a face before a lit screen changes its colour with it, a picture that is
//! fed to the software does not, and nobody knows the colours beforehand.
//!
//! Only chromaticity counts, the logarithms of red over green and of blue over green: who moves nearer or throws a shadow
//! changes all channels alike. A camera's white balance follows slowly; a parabola over the lit time takes it away.

use menshen_core::evidence::LightEvidence;
use menshen_core::live::{Colour, Shown, Timed};

/// Seconds before the first colour and after the last one that are looked at, too: without colour.
const AROUND: f32 = 0.6;
/// Longest delay of the picture behind the screen, in seconds, and the steps in which it is looked for.
const LATEST: f32 = 0.8;
const STEP: f32 = 0.05;
/// Half of the time over which a camera gathers light, in seconds.
const EXPOSURE: f32 = 0.05;
/// Other sequences of colours that the session's is compared with.
const OTHERS: u32 = 500;
/// Fewest frames.
const FRAMES: usize = 10;
/// Added to each channel of linear light, so that noise in the dark is no colour.
const DARK: f32 = 0.003;
/// A frame further from the rest than this, in standard deviations, is cut off there.
const OUTLIER: f32 = 3.0;

/// A trace of chromaticity over the frames, without its drift.
type Trace = [Vec<f64>; 2];

/// The frames of the lit time.
struct Lit {
    times: Vec<f32>,
    /// Times at which a colour begins, and the end of the last one, in seconds.
    steps: Vec<f32>,
    colours: Vec<Colour>,
    drift: Drift,
}

/// Returns how the face followed the colours; `None` where none were shown or too few frames show a face meanwhile.
pub(super) fn light(frames: &[&Timed], shown: &[Shown<Option<Colour>>]) -> Option<LightEvidence> {
    let colours: Vec<Colour> = shown.iter().map_while(|shown| shown.what).collect();
    let mut steps: Vec<f32> = shown
        .iter()
        .take(colours.len() + 1)
        .map(|shown| shown.at_ms as f32 / 1000.0)
        .collect();
    let (first, last) = (*steps.first()?, *steps.last()?);
    if colours.len() < 2 || steps.is_sorted_by(|p, q| p < q).eq(&false) {
        return None;
    }
    if steps.len() == colours.len() {
        // The end was not told: as long as the others.
        steps.push(last + (last - first) / (colours.len() - 1) as f32);
    }
    let end = *steps.last()?;
    let looked_at: Vec<&&Timed> = frames
        .iter()
        .filter(|f| (first - AROUND..=end + AROUND + LATEST).contains(&f.time))
        .filter(|f| f.frame.patches.is_some())
        .collect();
    if looked_at.len() < FRAMES {
        return None;
    }
    let times: Vec<f32> = looked_at.iter().map(|f| f.time).collect();
    let lit = Lit {
        drift: Drift::new(&times),
        times,
        steps,
        colours,
    };
    let patch = |of: fn(&Timed) -> Option<[f32; 3]>| lit.trace(looked_at.iter().map(|f| of(f)));
    let face = [
        patch(|f| Some(f.frame.patches?.face[0])),
        patch(|f| Some(f.frame.patches?.face[1])),
        patch(|f| Some(f.frame.patches?.face[2])),
        patch(|f| Some(f.frame.patches?.face[3])),
    ];
    let background = [
        patch(|f| Some(f.frame.patches?.background[0])),
        patch(|f| Some(f.frame.patches?.background[1])),
    ];
    Some(lit.judge(&face, &background))
}

impl Lit {
    fn judge(&self, face: &[Trace; 4], background: &[Trace; 2]) -> LightEvidence {
        let whole = mean(face);
        let delays: Vec<Delayed> = self.delays().map(|lag| self.delayed(lag)).collect();
        let fit = |colours: &[Colour]| {
            let fits = delays
                .iter()
                .map(|delayed| delayed.correlation(&whole, colours));
            fits.enumerate()
                .max_by(|p, q| p.1.total_cmp(&q.1))
                .unwrap_or((0, 0.0))
        };
        let (best, response) = fit(&self.colours);
        let mut dice = Dice::new();
        let as_well = (0..OTHERS)
            .filter(|_| fit(&dice.colours(self.colours.len())).1 >= response)
            .count();
        let delayed = &delays[best];
        let gain = |trace: &Trace| delayed.gain(trace, &self.colours);
        let parts = face.each_ref().map(gain);
        let face_gain = gain(&whole);
        let spread = parts.iter().map(|p| (p - face_gain).powi(2)).sum::<f64>() / 4.0;
        LightEvidence {
            frames: self.times.len() as u32,
            response: response as f32,
            chance: as_well as f32 / OTHERS as f32,
            lag: best as f32 * STEP,
            face_gain: face_gain as f32,
            background_gain: gain(&mean(background)) as f32,
            // A face that does not answer has no spread to tell of.
            spread: (spread.sqrt() / face_gain.abs().max(1e-3)).min(100.0) as f32,
        }
    }

    fn delays(&self) -> impl Iterator<Item = f32> {
        (0..=(LATEST / STEP) as usize).map(|k| k as f32 * STEP)
    }

    /// Chromaticity of a part over the frames, without drift and with outliers cut off.
    fn trace(&self, colours: impl Iterator<Item = Option<[f32; 3]>>) -> Trace {
        let logs = colours.map(|colour| {
            let [r, g, b] = colour
                .unwrap_or_default()
                .map(|v| f64::from(v.max(0.0) + DARK));
            [(r / g).ln(), (b / g).ln()]
        });
        let (red, blue): (Vec<f64>, Vec<f64>) = logs.map(|[r, b]| (r, b)).unzip();
        [red, blue].map(|mut values| {
            self.drift.remove(&mut values);
            let square = values.iter().map(|v| v * v).sum::<f64>() / values.len() as f64;
            let most = f64::from(OUTLIER) * square.sqrt();
            values.iter_mut().for_each(|v| *v = v.clamp(-most, most));
            self.drift.remove(&mut values);
            values
        })
    }

    /// How much of each step every frame sees, if the picture comes so late.
    fn delayed(&self, lag: f32) -> Delayed {
        let weights = self.steps.windows(2).map(|step| {
            let part = |&time: &f32| {
                let (from, to) = (time - lag - EXPOSURE, time - lag + EXPOSURE);
                let both = to.min(step[1]) - from.max(step[0]);
                f64::from(both.max(0.0) / (2.0 * EXPOSURE))
            };
            let mut weights: Vec<f64> = self.times.iter().map(part).collect();
            self.drift.remove(&mut weights);
            weights
        });
        Delayed {
            weights: weights.collect(),
        }
    }
}

/// The steps of the colours as the frames see them at one delay, without drift.
struct Delayed {
    weights: Vec<Vec<f64>>,
}

/// What a colour adds to the logarithms of red over green and blue over green, to first order.
fn pull(colour: Colour) -> [f64; 2] {
    let [r, g, b] = colour.linear().map(f64::from);
    [r - g, b - g]
}

impl Delayed {
    /// Sums of trace times expectation, and of the expectation's square.
    fn sums(&self, trace: &Trace, colours: &[Colour]) -> [f64; 2] {
        let mut sums = [0.0; 2];
        for (channel, trace) in trace.iter().enumerate() {
            for (frame, value) in trace.iter().enumerate() {
                let steps = self.weights.iter().zip(colours);
                let expected: f64 = steps.map(|(w, &c)| w[frame] * pull(c)[channel]).sum();
                sums[0] += value * expected;
                sums[1] += expected * expected;
            }
        }
        sums
    }

    fn correlation(&self, trace: &Trace, colours: &[Colour]) -> f64 {
        let [product, square] = self.sums(trace, colours);
        let own: f64 = trace.iter().flatten().map(|v| v * v).sum();
        let length = (own * square).sqrt();
        // Below this nothing moved at all: numbers without meaning.
        if length > 1e-9 { product / length } else { 0.0 }
    }

    fn gain(&self, trace: &Trace, colours: &[Colour]) -> f64 {
        let [product, square] = self.sums(trace, colours);
        if square > 1e-9 { product / square } else { 0.0 }
    }
}

fn mean<const N: usize>(traces: &[Trace; N]) -> Trace {
    [0, 1].map(|channel| {
        let frames = traces[0][channel].len();
        (0..frames)
            .map(|i| traces.iter().map(|t| t[channel][i]).sum::<f64>() / N as f64)
            .collect()
    })
}

/// Takes away what a parabola over time explains.
struct Drift {
    /// Three traces of length 1, each at right angles to the others.
    base: Vec<Vec<f64>>,
}

impl Drift {
    fn new(times: &[f32]) -> Self {
        let (first, last) = (times[0], times[times.len() - 1]);
        let span = (last - first).max(1e-3);
        let part = |t: &f32| f64::from((t - first) / span * 2.0 - 1.0);
        let mut drift = Self { base: Vec::new() };
        for power in 0..3 {
            let mut values: Vec<f64> = times.iter().map(|t| part(t).powi(power)).collect();
            drift.remove(&mut values);
            let length = values.iter().map(|v| v * v).sum::<f64>().sqrt();
            if length > 1e-9 {
                values.iter_mut().for_each(|v| *v /= length);
                drift.base.push(values);
            }
        }
        drift
    }

    fn remove(&self, values: &mut [f64]) {
        for base in &self.base {
            let part: f64 = base.iter().zip(&*values).map(|(b, v)| b * v).sum();
            for (value, b) in values.iter_mut().zip(base) {
                *value -= part * b;
            }
        }
    }
}

/// Chance that is the same every time, so that evidence can be recomputed (Marsaglia's xorshift, 2003).
struct Dice(u64);

impl Dice {
    const fn new() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }

    fn below(&mut self, n: u64) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 32) % n) as usize
    }

    /// Colours as a session draws them: no two neighbours are alike.
    fn colours(&mut self, count: usize) -> Vec<Colour> {
        let mut drawn: Vec<Colour> = Vec::with_capacity(count);
        for _ in 0..count {
            let left = || Colour::ALL.into_iter().filter(|c| Some(c) != drawn.last());
            let n = left().count() as u64;
            let chosen = left().nth(self.below(n)).unwrap_or(Colour::Red);
            drawn.push(chosen);
        }
        drawn
    }
}
