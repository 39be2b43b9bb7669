//! The frames of a session together.

use menshen_core::card::Metric;
use menshen_core::evidence::{LivenessEvidence, Signs};
use menshen_core::live::{Colour, FrameEvidence, FrameFace, Shown, Timed};

use super::events::actions;
use super::signal::quantile;
use super::still::still;
use super::{cuts, flicker, light, noise, relief};

/// Returns the measures of a whole sequence. `colours` are those that the screen showed, `None` where the last one went
/// out, in milliseconds of the frames' clock. `embedder` names the model behind the vectors and says how they are compared.
pub fn sequence(
    frames: &[Timed],
    colours: &[Shown<Option<Colour>>],
    embedder: Option<(&str, Metric)>,
) -> LivenessEvidence {
    let mut timed: Vec<&Timed> = frames.iter().filter(|f| f.time.is_finite()).collect();
    timed.sort_by(|p, q| p.time.total_cmp(&q.time));
    let count = |test: fn(&Timed) -> bool| frames.iter().filter(|f| test(f)).count() as u32;
    let best = best_frame(frames);
    let continuity = embedder.and_then(|(_, metric)| continuity(frames, best, metric));
    let still = still(&timed);
    LivenessEvidence {
        frames: frames.len() as u32,
        unreadable: count(|f| f.frame.unreadable.is_some()),
        one_face: count(|f| f.frame.faces == 1),
        several_faces: count(|f| f.frame.faces > 1),
        events: actions(frames),
        continuity,
        continuity_model: continuity.and(embedder).map(|(name, _)| name.to_owned()),
        frozen: still.frozen,
        repeated: still.repeated,
        spoof: spoof(frames),
        best_frame: best.map(|i| i as u32),
        signs: Some(signs(&timed, colours)),
        live: None,
    }
}

fn signs(timed: &[&Timed], colours: &[Shown<Option<Colour>>]) -> Signs {
    let middle = |of: fn(&FrameEvidence) -> Option<f32>| {
        let mut values: Vec<f32> = timed.iter().filter_map(|f| of(&f.frame)).collect();
        (!values.is_empty()).then(|| quantile(&mut values, 0.5))
    };
    // What could be decoded has a thumbnail, and then these were measured, too.
    fn seen(frame: &FrameEvidence, value: f32) -> Option<f32> {
        (!frame.thumbnail.is_empty()).then_some(value)
    }
    Signs {
        light: light::light(timed, colours),
        relief: relief::relief(timed),
        cuts: cuts::cuts(timed),
        grain: noise::likeness(timed),
        noise: middle(|frame| seen(frame, frame.noise)),
        moire: middle(|frame| frame.moire),
        border: middle(|frame| frame.border),
        bands: middle(|frame| seen(frame, frame.bands)),
        flicker: flicker::flicker(timed, colours),
    }
}

fn faces(frames: &[Timed]) -> impl Iterator<Item = &FrameFace> {
    frames.iter().filter_map(|timed| timed.frame.face.as_ref())
}

/// The lowest similarity of any embedded frame with the reference: the best frame, or the first one
/// with an embedding.
fn continuity(frames: &[Timed], best: Option<usize>, metric: Metric) -> Option<f32> {
    let embedded = || {
        let all = frames.iter().enumerate();
        all.filter_map(|(i, f)| Some((i, f.frame.face.as_ref()?.embedding.as_ref()?)))
    };
    let (at, reference) = embedded()
        .find(|(i, _)| Some(*i) == best)
        .or_else(|| embedded().next())?;
    embedded()
        .filter(|(i, _)| *i != at)
        .map(|(_, other)| metric.score(reference, other))
        .min_by(f32::total_cmp)
}

/// Part of the frames that may look worse than the answer. One frame in four must look like an
/// attack before the sequence does: single frames mislead these models in both directions.
const SPOOF_QUANTILE: f32 = 0.75;

fn spoof(frames: &[Timed]) -> Option<f32> {
    let mut values: Vec<f32> = faces(frames).filter_map(|face| face.spoof).collect();
    (!values.is_empty()).then(|| quantile(&mut values, SPOOF_QUANTILE))
}

/// The frame to compare with the document: one face that looks straight, sharp, with open eyes and
/// a closed mouth.
fn best_frame(frames: &[Timed]) -> Option<usize> {
    let open = |face: &FrameFace| face.eyes_open[0].min(face.eyes_open[1]);
    let mut openings: Vec<f32> = faces(frames).map(open).collect();
    let mut distances: Vec<f32> = faces(frames).map(|f| f.eye_distance).collect();
    let (usual, size) = (quantile(&mut openings, 0.7), quantile(&mut distances, 0.9));
    let score = |timed: &Timed| {
        let face = timed
            .frame
            .face
            .as_ref()
            .filter(|_| timed.frame.faces == 1)?;
        // A quarter of the score is lost at 12 degrees, where embedders begin to suffer.
        let turn = face
            .pose
            .yaw
            .hypot(face.pose.pitch)
            .hypot(face.pose.roll / 2.0)
            / 22.0;
        let eyes = open(face) / usual.max(1e-3);
        let near = (face.eye_distance / size.max(1e-3)).min(1.0);
        let mouth = (1.0 - face.mouth_open).max(0.2);
        Some((-turn * turn).exp() * eyes.clamp(0.05, 1.0) * near * mouth * (0.2 + face.sharpness))
    };
    let scored = frames
        .iter()
        .enumerate()
        .filter_map(|(i, f)| Some((i, score(f)?)));
    scored
        .max_by(|(_, p), (_, q)| p.total_cmp(q))
        .map(|(i, _)| i)
}
