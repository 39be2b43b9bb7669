//! Measures over a sequence of timed frames: what the person did, and whether it is one person
//! throughout. Nothing here asks for actions or accepts anybody.

mod events;
mod measure;
mod picture;
mod signal;

use menshen_core::card::Metric;
use menshen_core::evidence::{LivenessEvidence, Pose};

use crate::face::{Embedding, compare};
use events::{Sample, events};
pub use measure::{LivenessModels, measure};
pub use picture::Thumbnail;
use signal::quantile;

/// What one frame shows of the person.
#[derive(Clone, Debug)]
pub struct FaceFrame {
    /// Head pose.
    pub pose: Pose,
    /// Opening of both eyes, as in `FaceMeasures::eyes_open`.
    pub eyes_open: [f32; 2],
    /// Opening of the mouth, as in `FaceMeasures::mouth_open`.
    pub mouth_open: f32,
    /// Sharpness, as in `FaceQuality::sharpness`.
    pub sharpness: f32,
    /// Distance between the eye centres in pixels.
    pub eye_distance: f32,
    /// The face as a vector, on the frames chosen for it.
    pub embedding: Option<Embedding>,
    /// Likelihood of a presentation attack, on the frames chosen for it.
    pub spoof: Option<f32>,
}

/// What a frame holds.
#[derive(Clone, Debug)]
pub enum Seen {
    /// It could not be decoded.
    Unreadable,
    /// Nobody.
    Nobody,
    /// One person.
    One(FaceFrame),
    /// Several people; the measures are those of the largest face.
    Several(FaceFrame),
}

/// One timed frame.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Seconds on any clock that does not jump.
    pub time: f32,
    /// The picture in small, where it could be decoded.
    pub thumbnail: Option<Thumbnail>,
    /// What it holds.
    pub seen: Seen,
}

impl Frame {
    fn face(&self) -> Option<&FaceFrame> {
        match &self.seen {
            Seen::One(face) | Seen::Several(face) => Some(face),
            Seen::Unreadable | Seen::Nobody => None,
        }
    }
}

/// Frames in order of time, each with its place in the order of arrival.
#[derive(Clone, Debug, Default)]
pub struct Sequence {
    frames: Vec<Frame>,
}

impl Sequence {
    /// Adds a frame.
    pub fn push(&mut self, frame: Frame) {
        self.frames.push(frame);
    }

    /// Returns the measures of the whole sequence. `embedder` names the model behind the embeddings
    /// and says how they are compared.
    pub fn finish(self, embedder: Option<(&str, Metric)>) -> LivenessEvidence {
        let mut order: Vec<usize> = (0..self.frames.len())
            .filter(|&i| self.frames[i].time.is_finite())
            .collect();
        order.sort_by(|&i, &j| self.frames[i].time.total_cmp(&self.frames[j].time));
        let timed: Vec<&Frame> = order.iter().map(|&i| &self.frames[i]).collect();
        let count =
            |test: fn(&Seen) -> bool| self.frames.iter().filter(|f| test(&f.seen)).count() as u32;
        let best = best_frame(&self.frames);
        let continuity = embedder.and_then(|(_, metric)| continuity(&self.frames, best, metric));
        let still = picture::still(&timed);
        LivenessEvidence {
            frames: self.frames.len() as u32,
            unreadable: count(|seen| matches!(seen, Seen::Unreadable)),
            one_face: count(|seen| matches!(seen, Seen::One(_))),
            several_faces: count(|seen| matches!(seen, Seen::Several(_))),
            events: events(&samples(&timed)),
            continuity,
            continuity_model: continuity.and(embedder).map(|(name, _)| name.to_owned()),
            frozen: still.frozen,
            repeated: still.repeated,
            spoof: spoof(&self.frames),
            best_frame: best.map(|i| i as u32),
        }
    }
}

/// The signals of the frames, seconds counted from the first one.
fn samples(timed: &[&Frame]) -> Vec<Sample> {
    let start = timed.first().map_or(0.0, |frame| frame.time);
    let sample = |frame: &&Frame| Sample {
        time: frame.time - start,
        face: frame.face().map(|face| events::Signals {
            yaw: face.pose.yaw,
            pitch: face.pose.pitch,
            eyes: face.eyes_open,
            mouth: face.mouth_open,
        }),
    };
    timed.iter().map(sample).collect()
}

/// The lowest similarity of any embedded frame with the reference: the best frame, or the first one
/// with an embedding.
fn continuity(frames: &[Frame], best: Option<usize>, metric: Metric) -> Option<f32> {
    let embedded = || {
        let all = frames.iter().enumerate();
        all.filter_map(|(i, f)| Some((i, f.face()?.embedding.as_ref()?)))
    };
    let (at, reference) = embedded()
        .find(|(i, _)| Some(*i) == best)
        .or_else(|| embedded().next())?;
    embedded()
        .filter(|(i, _)| *i != at)
        .map(|(_, other)| compare(reference, other, metric))
        .min_by(f32::total_cmp)
}

/// Part of the frames that may look worse than the answer. One frame in four must look like an
/// attack before the sequence does: single frames mislead these models in both directions.
const SPOOF_QUANTILE: f32 = 0.75;

fn spoof(frames: &[Frame]) -> Option<f32> {
    let mut values: Vec<f32> = frames.iter().filter_map(|f| f.face()?.spoof).collect();
    (!values.is_empty()).then(|| quantile(&mut values, SPOOF_QUANTILE))
}

/// The frame to compare with the document: one face that looks straight, sharp, with open eyes and
/// a closed mouth.
fn best_frame(frames: &[Frame]) -> Option<usize> {
    let faces = || frames.iter().filter_map(Frame::face);
    let mut openings: Vec<f32> = faces()
        .map(|f| f.eyes_open[0].min(f.eyes_open[1]))
        .collect();
    let mut distances: Vec<f32> = faces().map(|f| f.eye_distance).collect();
    let (open, size) = (quantile(&mut openings, 0.7), quantile(&mut distances, 0.9));
    let score = |frame: &Frame| {
        let Seen::One(face) = &frame.seen else {
            return None;
        };
        // A quarter of the score is lost at 12 degrees, where embedders begin to suffer.
        let turn = face
            .pose
            .yaw
            .hypot(face.pose.pitch)
            .hypot(face.pose.roll / 2.0)
            / 22.0;
        let eyes = face.eyes_open[0].min(face.eyes_open[1]) / open.max(1e-3);
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

#[cfg(test)]
mod tests;
